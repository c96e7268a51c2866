# What zypper gets, beside hooks/kernel-install and, from the package, rpm's file triggers. Its own place, whatever PREFIX says.
ZYPPPLUGINDIR ?= /usr/lib/zypp/plugins

define files_zypp
0755 hooks/zypp/commit-plugin           $(ZYPPPLUGINDIR)/commit/$(NAME)
endef
