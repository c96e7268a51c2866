# What Debian and its derivatives get: dpkg, apt, initramfs-tools. All of it in /etc: Debian 13's kernels look
# into /usr/share/kernel as well, but some of Ubuntu's mainline kernels look only there as soon as that folder
# exists, and then nobody else's hooks in /etc run any more. One of the two, never both.
KERNELHOOKDIR ?= $(SYSCONFDIR)/kernel

define files_debian
0755 hooks/debian/postinst              $(KERNELHOOKDIR)/postinst.d/zzz-$(NAME)
0755 hooks/debian/prerm                 $(KERNELHOOKDIR)/prerm.d/zzz-$(NAME)
0755 hooks/debian/postrm                $(KERNELHOOKDIR)/postrm.d/zzz-$(NAME)
0755 hooks/debian/post-update           $(SYSCONFDIR)/initramfs/post-update.d/zzz-$(NAME)
0755 hooks/debian/post-invoke           $(LIBEXECDIR)/apt-post-invoke
0644 hooks/debian/apt.conf              $(SYSCONFDIR)/apt/apt.conf.d/99$(NAME)
endef
