# What Debian and its derivatives get: dpkg, apt, initramfs-tools.
define files_debian
0755 hooks/debian/postinst              $(SYSCONFDIR)/kernel/postinst.d/zzz-$(NAME)
0755 hooks/debian/prerm                 $(SYSCONFDIR)/kernel/prerm.d/zzz-$(NAME)
0755 hooks/debian/postrm                $(SYSCONFDIR)/kernel/postrm.d/zzz-$(NAME)
0755 hooks/debian/post-update           $(SYSCONFDIR)/initramfs/post-update.d/zzz-$(NAME)
0755 hooks/debian/post-invoke           $(LIBEXECDIR)/apt-post-invoke
0644 hooks/debian/apt.conf              $(SYSCONFDIR)/apt/apt.conf.d/99$(NAME)
endef
