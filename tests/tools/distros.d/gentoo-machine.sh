# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2034 # sourced by gentoo.sh and portage.sh
# A machine with installkernel in its traditional mode: the real script where INSTALLKERNEL names it; else a harness that
# keeps to the contract: preinst.d gets VERSION IMAGE and may leave an initramfs in $INSTALLKERNEL_STAGING_AREA/initrd,
# what was there becomes .old, and postinst.d gets VERSION DESTINATION; every executable below /etc/kernel and
# /usr/lib/kernel, sorted as versions; 77 ends the phase and is a success, any other status is a failure.

install_hooks /usr/lib/kernel/postinst.d/99-zz-warmboot.install
put /etc/kernel/install.conf <<'END'
layout=compat
initrd_generator=none
uki_generator=none
END
rm -f "$root/etc/os-release"
put /etc/os-release <<'END'
NAME='Gentoo Linux'
ID=gentoo
PRETTY_NAME='Gentoo Linux'
END
put /usr/lib/kernel/preinst.d/52-initramfs.install <<'END'
#!/bin/sh
date +%s.%N >"$INSTALLKERNEL_STAGING_AREA/initrd"
END
# What comes last but us: the menu.
put /usr/lib/kernel/postinst.d/91-grub-mkconfig.install <<'END'
#!/bin/sh
mkdir -p /boot/grub && date +%s.%N >/boot/grub/grub.cfg
END
chmod +x "$root"/usr/lib/kernel/*.d/*

if [ -n "${INSTALLKERNEL:-}" ]; then
	tool="real installkernel"
	cp "$INSTALLKERNEL" "$root/sbin/installkernel"
else
	tool="contract harness, not the real installkernel"
	put /usr/sbin/installkernel <<'END'
#!/bin/sh
# The harness.
phase() {
	for name in $(ls /etc/kernel/"$1" /usr/lib/kernel/"$1" 2>/dev/null | grep '[.]install$' | LC_ALL=C sort -Vu); do
		hook=/etc/kernel/$1/$name
		[ -e "$hook" ] || hook=/usr/lib/kernel/$1/$name
		[ -x "$hook" ] || continue
		"$hook" "$2" "$3" || return
	done
}
one() {
	INSTALLKERNEL_STAGING_AREA=$(mktemp -d)
	export INSTALLKERNEL_STAGING_AREA LC_ALL=C
	phase preinst.d "$1" "$2"
	r=$?
	[ "$r" = 77 ] && return 0
	[ "$r" = 0 ] || return "$r"
	. /etc/os-release
	dir=/boot name=vmlinuz-$1
	[ "${INSTALLKERNEL_LAYOUT:-}" != efistub ] || { dir=/efi/EFI/$NAME name=vmlinuz-$1.efi; }
	for file in "$name" "initramfs-$1.img"; do
		[ ! -e "$dir/$file" ] || mv "$dir/$file" "$dir/$file.old"
	done
	cp "$2" "$dir/$name" && cp "$INSTALLKERNEL_STAGING_AREA/initrd" "$dir/initramfs-$1.img" || return
	phase postinst.d "$1" "$dir/$name"
	r=$?
	[ "$r" = 77 ] && return 0
	return "$r"
}
case $1 in
--all)
	for modules in /lib/modules/*; do
		one "${modules##*/}" "$modules/vmlinuz" || exit
	done
	;;
*) one "$1" "$2" || exit ;;
esac
END
fi
chmod +x "$root/sbin/installkernel"
