# What Alpine gets, in the one place where apk-tools 2.14 looks; 3 knows /lib/apk/commit_hooks.d too. The package
# kernel-hooks is not used: its trigger may run before mkinitfs.
define files_alpine
0755 hooks/alpine/commit-hook           $(SYSCONFDIR)/apk/commit_hooks.d/zz-$(NAME)
endef
