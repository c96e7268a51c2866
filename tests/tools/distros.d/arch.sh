# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2034 # sourced by tests/tools/distros
# Real pacman; mkinitcpio is the real one, with its hooks for pacman, where MKINITCPIO names its source tree; else a harness
# that keeps to the contract: the kernel is copied to /boot by the hook 90-mkinitcpio-install, an image made for each
# preset, and then every executable in /etc/initcpio/post and /usr/lib/initcpio/post is called with KERNEL IMAGE; the
# first that fails makes it fail.

# a package: make_package NAME VERSION FOLDER; prints the file
make_package() {
	cat >"$3/.PKGINFO" <<END
pkgname = $1
pkgver = $2
pkgdesc = a test
builddate = 1700000000
packager = Nobody
size = 1000
arch = any
END
	file=/tmp/$1-$2-any.pkg.tar.gz
	(cd "$3" && bsdtar -czf "$root$file" .PKGINFO [a-z]*)
	echo "$file"
}

# As much of an image as mkinitcpio reads: where x86 has its version (the boot protocol's kernel_version), and the banner
# that is searched for elsewhere.
image() { # RELEASE
	python3 -c '
import sys
release = sys.argv[1].encode()
image = bytearray(0x400)
image[0x20e:0x210] = (0x100).to_bytes(2, "little")
image[0x300:0x300 + len(release)] = release
sys.stdout.buffer.write(image + b"Linux version " + release + b"\n")' "$1"
}

make_kernel() { # VERSION RELEASE
	folder=$work/kernel-$1
	mkdir -p "$folder/usr/lib/modules/$2"
	image "$2" >"$folder/usr/lib/modules/$2/vmlinuz"
	echo linux >"$folder/usr/lib/modules/$2/pkgbase"
	make_package linux "$1" "$folder"
}

put /etc/pacman.conf <<'END'
[options]
Architecture = auto
SigLevel = Never
LocalFileSigLevel = Never
END
mkdir -p "$root/var/lib/pacman" "$root/var/cache/pacman/pkg"
install_hooks /usr/share/libalpm/hooks/zzz-warmboot.hook /usr/lib/warmboot/alpm /usr/lib/initcpio/post/zz-warmboot

# As its build would install it. What is in an image is not what is tested: the time, so that no two are alike.
install_mkinitcpio() {
	for file in mkinitcpio functions init_functions init libalpm/scripts/mkinitcpio libalpm/hooks/60-mkinitcpio-remove.hook \
		libalpm/hooks/90-mkinitcpio-install.hook mkinitcpio.d/hook.preset; do
		case $file in
		mkinitcpio) to=/usr/bin/mkinitcpio ;;
		libalpm/*) to=/usr/share/$file ;;
		mkinitcpio.d/*) to=/usr/share/mkinitcpio/hook.preset ;;
		*) to=/usr/lib/initcpio/$file ;;
		esac
		sed -e 's|@VERSION@|0|; s|@BINDIR@|/usr/bin|; s|@SYSCONFDIR@|/etc|g; s|@INITCPIO_SYSCONFDIR@|/etc/initcpio|g' \
			-e 's|@INITCPIO_LIBDIR@|/usr/lib/initcpio|g' "$MKINITCPIO/$file" | put "$to"
	done
	chmod +x "$root/usr/bin/mkinitcpio" "$root/usr/share/libalpm/scripts/mkinitcpio"
	put /etc/mkinitcpio.conf <<'END'
HOOKS=(time)
COMPRESSION=cat
END
	put /etc/initcpio/install/time <<'END'
build() {
	date +%s.%N >"$BUILDROOT/time"
}
END
	put /etc/mkinitcpio.d/linux.preset <<'END'
ALL_kver=/boot/vmlinuz-linux
PRESETS=(default fallback)
default_image=/boot/initramfs-linux.img
fallback_image=/boot/initramfs-linux-fallback.img
END
}

harness_mkinitcpio() {
	put /usr/share/libalpm/hooks/90-mkinitcpio-install.hook <<'END'
[Trigger]
Type = Path
Operation = Install
Operation = Upgrade
Target = usr/lib/modules/*/vmlinuz

[Trigger]
Type = Path
Operation = Install
Operation = Upgrade
Operation = Remove
Target = usr/lib/firmware/*

[Action]
Description = Updating linux initcpios...
When = PostTransaction
Exec = /usr/bin/mkinitcpio -P
END
	put /usr/share/libalpm/hooks/60-mkinitcpio-remove.hook <<'END'
[Trigger]
Type = Path
Operation = Remove
Target = usr/lib/modules/*/vmlinuz

[Action]
When = PreTransaction
Exec = /bin/sh -c 'rm -f /boot/vmlinuz-linux /boot/initramfs-linux*'
END
	put /usr/bin/mkinitcpio <<'END'
#!/bin/sh
# The harness.
for kernel in /usr/lib/modules/*/vmlinuz; do
	[ -e "$kernel" ] || exit 0
	cp "$kernel" /boot/vmlinuz-linux
	for image in linux linux-fallback; do
		date +%s.%N >"/boot/initramfs-$image.img"
		for hook in /etc/initcpio/post/* /usr/lib/initcpio/post/*; do
			[ -x "$hook" ] || continue
			KERNELVERSION=$(basename "$(dirname "$kernel")") KERNELDESTINATION=/boot/vmlinuz-linux \
				"$hook" /boot/vmlinuz-linux "/boot/initramfs-$image.img" || {
				echo "==> ERROR: '$hook' failed with exit code $?"
				exit 1
			}
		done
	done
done
END
	chmod +x "$root/usr/bin/mkinitcpio"
}

if [ -n "${MKINITCPIO:-}" ]; then
	install_mkinitcpio
	mkinitcpio="real mkinitcpio"
else
	harness_mkinitcpio
	mkinitcpio="contract harness for mkinitcpio"
fi

tool="real pacman $(inside pacman --version | sed -n 's/.*Pacman v\([0-9.]*\).*/\1/p'), $mkinitcpio"
old=$(make_kernel 6.18.1.arch1-1 6.18.1-arch1-1)
new=$(make_kernel 6.18.2.arch1-1 6.18.2-arch1-1)
mkdir -p "$work/other/usr/share/other" "$work/firmware/usr/lib/firmware"
echo x >"$work/other/usr/share/other/file"
echo x >"$work/firmware/usr/lib/firmware/blob"
other=$(make_package other 1-1 "$work/other")
firmware=$(make_package firmware 1-1 "$work/firmware")

run pacman -U --noconfirm "$other"
check "another package succeeds" is "$status" 0
check "another package: not called" is "$(calls)" 0

run pacman -U --noconfirm "$old"
check "a kernel is installed" is "$status" 0
check "by mkinitcpio twice and by pacman once" is "$(calls)" 3
check "the last call is pacman's, without arguments" is "$(last_call)" 'call [--hook] [alpm]'
check "mkinitcpio's arguments" is "$(grep -m 1 '^call' "$root/trace.d/calls")" \
	'call [--hook] [mkinitcpio] [/boot/vmlinuz-linux] [/boot/initramfs-linux.img]'
check "the last call sees the final initramfs" saw_final

forget
run pacman -U --noconfirm "$new"
check "an upgrade succeeds" is "$status" 0
check "an upgrade: pacman calls once, for what came and what went" is \
	"$(grep -c '^call .--hook. .alpm.$' "$root/trace.d/calls")" 1
check "an upgrade: the final initramfs" saw_final

forget
run pacman -U --noconfirm "$firmware"
check "firmware rebuilds the initramfs: seen" saw_final
check "firmware: the last call is pacman's" is "$(last_call)" 'call [--hook] [alpm]'

check_failures pacman -U --noconfirm "$new"

forget
run pacman -R --noconfirm linux
check "removal succeeds" is "$status" 0
check "removal: called" is "$(calls)" 1
check "removal: after the files went" saw_final

tool=$mkinitcpio
run pacman -U --noconfirm "$new"
forget
run mkinitcpio -P
check "by hand: called for each preset" is "$(calls)" 2
check "by hand: the final initramfs" saw_final
check_failures mkinitcpio -P

