# What systemd gets: the service, and the gate that decides at the last moment.
PRESETDIR   ?= $(PREFIX)/lib/systemd/system-preset
TMPFILESDIR ?= $(PREFIX)/lib/tmpfiles.d

define files_systemd
0644 hooks/systemd/$(NAME).service      $(UNITDIR)/$(NAME).service
0644 hooks/systemd/$(NAME)-good.service $(UNITDIR)/$(NAME)-good.service
0644 hooks/systemd/reboot-gate.conf     $(UNITDIR)/systemd-reboot.service.d/50-$(NAME).conf
0644 hooks/systemd/kexec-gate.conf      $(UNITDIR)/systemd-kexec.service.d/50-$(NAME).conf
0644 hooks/systemd/kexec-target.conf    $(UNITDIR)/kexec.target.d/50-$(NAME).conf
0644 hooks/systemd/system-update.conf   $(UNITDIR)/system-update.target.d/50-$(NAME).conf
0644 hooks/systemd/80-$(NAME).preset    $(PRESETDIR)/80-$(NAME).preset
0644 hooks/systemd/tmpfiles.conf        $(TMPFILESDIR)/$(NAME).conf
endef
