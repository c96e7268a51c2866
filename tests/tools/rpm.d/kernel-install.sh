# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2016 # sourced by tests/tools/rpm
# kernel-install by itself: its two rules of order, its layouts, its token, and what it tells.
test_plugin() {
	with_ours
	newer=$(inside 'dpkg-query -W -f "\${Version}" systemd' | cut -d. -f1)
	[ "$newer" -ge 255 ] || newer=
	image=/lib/modules/$v1/vmlinuz
	inside "mkdir -p /lib/modules/$v1 && echo kernel >$image && mkdir -p /lib/modules/$v2 && echo two >/lib/modules/$v2/vmlinuz"

	plugin 100-later 'echo "plugin 100 $1 $2" >>/var/log/trace'
	plugin 99-zzz-after 'echo "plugin 99-zzz $1 $2" >>/var/log/trace'
	inside "kernel-install add $v1 $image" >/dev/null
	if [ -n "$newer" ]; then
		order="plugin 100 add $v1
plugin 20 add $v1
plugin 99-g add $v1
plugin 99-w add $v1
call --hook kernel-install add $v1 $entries/$v1 $image
plugin 99-zzz add $v1"
	else
		order="plugin 20 add $v1
plugin 99-g add $v1
plugin 99-w add $v1
plugin 99-zzz add $v1
call --hook kernel-install add $v1 $entries/$v1 $image
plugin 100 add $v1"
	fi
	check "bytes (255 and newer) or versions (older) order the plugins: after every name with two digits" \
		same "$order" "$(calls '')"
	rm "$root"/usr/lib/kernel/install.d/100-later.install "$root"/usr/lib/kernel/install.d/99-zzz-after.install
	check "told: verb, version, entry's folder, image; no initramfs from 50-*" \
		grep -qx "call --hook kernel-install add $v1 $entries/$v1 $image" "$root/var/log/trace"
	check "the staging area still has its copy" grep -qx '  staged initrd' "$root/var/log/trace"
	check "the other copy is in its final place" final
	check "and the staging area goes" inside "! test -e $(sed -n 's/^  env KERNEL_INSTALL_STAGING_AREA=//p' "$root/var/log/trace" | tail -n 1)"
	for known in LAYOUT=bls ENTRY_TOKEN=0123456789abcdef0123456789abcdef BOOT_ROOT=/boot ${newer:+IMAGE_TYPE=unknown UKI_GENERATOR=}; do
		check "environment: KERNEL_INSTALL_$known" grep -qx "  env KERNEL_INSTALL_$known" "$root/var/log/trace"
	done
	forget

	inside "echo own >/tmp/own && kernel-install add $v1 $image /tmp/own" >/dev/null
	check "an initramfs given by hand is told" same "call --hook kernel-install add $v1 $entries/$v1 $image /tmp/own" "$(calls --hook)"
	forget

	inside "echo fleet >/etc/kernel/entry-token && mkdir -p /boot/fleet && kernel-install add $v1 $image" >/dev/null
	check "another entry token" same "call --hook kernel-install add $v1 /boot/fleet/$v1 $image" "$(calls --hook)"
	check "another entry token: final, and the entry is there" inside "ls /boot/loader/entries/fleet-$v1.conf /boot/fleet/$v1/initrd"
	rm "$root/etc/kernel/entry-token"
	forget
	if [ -n "$newer" ]; then
		inside "mkdir -p /boot/rack && kernel-install --entry-token=literal:rack add $v1 $image" >/dev/null
		check "--entry-token" same "call --hook kernel-install add $v1 /boot/rack/$v1 $image" "$(calls --hook)"
		forget
		inside "kernel-install add-all" >/dev/null
		check "add-all: a call for each" same 2 "$(calls --hook | wc -l)"
		forget
		inside "kernel-install inspect $v1 $image" >/dev/null
		check "inspect calls nobody" same "" "$(calls --hook)"
	fi

	for layout in uki other; do
		echo "layout=$layout" >"$root/etc/kernel/install.conf"
		[ "$layout" != uki ] || plugin 60-uki '[ "$1" = add ] || exit 0; echo uki >"$KERNEL_INSTALL_STAGING_AREA/uki.efi"'
		inside "kernel-install add $v1 $image" >/dev/null
		check "layout $layout: called with it" grep -qx "  env KERNEL_INSTALL_LAYOUT=$layout" "$root/var/log/trace"
		[ "$layout" = other ] || [ -z "$newer" ] || # 252 copies none
			check "layout uki: the image is in its final place" inside "ls /boot/EFI/Linux/0123456789abcdef0123456789abcdef-$v1.efi"
		rm -f "$root/usr/lib/kernel/install.d/60-uki.install"
		forget
	done
	echo layout=bls >"$root/etc/kernel/install.conf"

	inside "KERNEL_INSTALL_BYPASS=1 kernel-install add $v1 $image" >/dev/null
	check "KERNEL_INSTALL_BYPASS: nobody is called" same "" "$(calls --hook)"
	plugin 95-stop 'exit 77'
	check "an earlier plugin ends the run with 77: a success" inside "kernel-install add $v1 $image"
	check "and we are not called" same "" "$(calls --hook)"
	rm "$root/usr/lib/kernel/install.d/95-stop.install"
	inside "mkdir -p /etc/kernel/install.d && ln -s /dev/null /etc/kernel/install.d/99-zz-warmboot.install && kernel-install add $v1 $image" >/dev/null
	check "masked in /etc: not called" same "" "$(calls --hook)"
	rm "$root/etc/kernel/install.d/99-zz-warmboot.install"
	inside "kernel-install remove $v1" >/dev/null
	check "removed: called with the version" same "call --hook kernel-install remove $v1 $entries/$v1" "$(calls --hook)"
	check "what we leave behind in /boot is nothing" inside "! test -e $entries/$v1"
}
