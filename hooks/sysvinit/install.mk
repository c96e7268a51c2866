# What sysvinit gets: the service, and the gate that decides at the last moment of a reboot.
define files_sysvinit
0755 hooks/sysvinit/service             $(SYSCONFDIR)/init.d/$(NAME)
0755 hooks/sysvinit/gate                $(SYSCONFDIR)/init.d/$(NAME)-gate
0755 hooks/gate                       $(LIBEXECDIR)/gate
endef
