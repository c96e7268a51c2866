# What systemd's kernel-install gets, wherever a distribution calls it. Its own place, whatever PREFIX says: 252 to 257
# look only here and below /etc.
KERNELINSTALLDIR ?= /usr/lib/kernel/install.d

define files_kernel-install
0755 hooks/kernel-install/99-zz-warmboot.install $(KERNELINSTALLDIR)/99-zz-$(NAME).install
endef
