# What OpenRC gets, over sysvinit or as init itself: the service, and the gate in its shutdown runlevel.
define files_openrc
0755 hooks/openrc/service               $(SYSCONFDIR)/init.d/$(NAME)
0755 hooks/openrc/gate                  $(SYSCONFDIR)/init.d/$(NAME)-gate
0755 hooks/gate                       $(LIBEXECDIR)/gate
endef
