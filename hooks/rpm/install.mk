# What rpm gets. File triggers exist only in a package, so this is of use with warmboot.spec (`make rpm`) alone.
define files_rpm
0755 hooks/rpm/trigger                  $(LIBEXECDIR)/rpm-trigger
endef
