# What Arch gets: pacman and mkinitcpio, each in the place where it looks, whatever PREFIX says.
ALPMHOOKDIR ?= /usr/share/libalpm/hooks
INITCPIODIR ?= /usr/lib/initcpio

define files_arch
0644 hooks/arch/zzz-$(NAME).hook        $(ALPMHOOKDIR)/zzz-$(NAME).hook
0755 hooks/arch/alpm                    $(LIBEXECDIR)/alpm
0755 hooks/arch/mkinitcpio-post         $(INITCPIODIR)/post/zz-$(NAME)
endef
