# What Void gets: the hooks of its kernel packages.
define files_void
0755 hooks/void/kernel-hook             $(SYSCONFDIR)/kernel.d/post-install/99-zz-$(NAME)
0755 hooks/void/kernel-hook             $(SYSCONFDIR)/kernel.d/post-remove/99-zz-$(NAME)
endef
