# What Gentoo gets for the traditional installkernel. With USE=systemd it is kernel-install that is called: see
# hooks/kernel-install. Its own place, whatever PREFIX says: installkernel looks only here and below /etc.
INSTALLKERNELDIR ?= /usr/lib/kernel/postinst.d

define files_gentoo
0755 hooks/gentoo/99-zz-$(NAME).install $(INSTALLKERNELDIR)/99-zz-$(NAME).install
endef
