# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2034 # sourced by tests/tools/distros
# apk: the real one where APK names it; else a harness that keeps to the contract: every file in /etc/apk/commit_hooks.d
# that is not hidden is called with pre-commit, then packages and triggers do their work, then with post-commit. A
# pre-commit that fails aborts; what post-commit returns is ignored. mkinitfs is a script in both: its trigger writes
# /boot/initramfs-lts.

install_hooks /etc/apk/commit_hooks.d/zz-warmboot

if [ -n "${APK:-}" ]; then
	cp "$APK" "$root/sbin/apk"
	for lib in "${APK%/*}"/libapk.so*; do
		[ ! -e "$lib" ] || cp "$lib" "$root/usr/lib/"
	done

	# An .apk of format 2: two compressed tar archives in a row, the first without its end, so that both are one.
	make_package() { # NAME VERSION FOLDER [LINE OF .PKGINFO]
		mkdir -p "$work/control"
		# Each file carries its checksum.
		(cd "$3" && python3 -c '
import hashlib, sys, tarfile
def add(member):
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    if member.isfile():
        member.pax_headers["APK-TOOLS.checksum.SHA1"] = hashlib.sha1(open(member.name, "rb").read()).hexdigest()
    return member
with tarfile.open(sys.argv[1], "w:gz", format=tarfile.PAX_FORMAT) as tar:
    for name in sys.argv[2:]:
        tar.add(name, filter=add)
' "$work/data.tar.gz" [a-z]*)
		cat >"$work/control/.PKGINFO" <<END
pkgname = $1
pkgver = $2
pkgdesc = a test
url = none
size = 4096
arch = noarch
license = none
origin = $1
${4:-}
datahash = $(sha256sum "$work/data.tar.gz" | cut -d ' ' -f 1)
END
		rm -f "$work/control/.trigger" "$work/control/.pre-deinstall"
		for script in trigger pre-deinstall; do
			[ ! -e "$3/../$script" ] || cp "$3/../$script" "$work/control/.$script"
		done
		(cd "$work/control" && tar --format=ustar --owner=0 --group=0 -b 1 -cf - .[A-Zpt]*) |
			head -c -1024 | gzip >"$work/control.tar.gz"
		cat "$work/control.tar.gz" "$work/data.tar.gz" >"$root/tmp/$1-$2.apk"
		echo "/tmp/$1-$2.apk"
	}
	inside ldconfig
	tool="real $(inside /sbin/apk --version | sed 's/,.*//')"
	inside /sbin/apk add --initdb >/dev/null 2>&1
	mkdir -p "$root/etc/apk"
	inside uname -m >"$root/etc/apk/arch"
	: >"$root/etc/apk/repositories"
	apk_add() {
		run /sbin/apk add --no-network --allow-untrusted "$@"
	}
	apk_del() {
		run /sbin/apk del --no-network "$@"
	}
	install="/sbin/apk add --no-network --allow-untrusted"
else
	tool="contract harness, not the real apk"
	put /sbin/apk <<'END'
#!/bin/sh
# The harness: apk add FOLDER, apk del NAME
hooks() {
	for hook in /etc/apk/commit_hooks.d/*; do
		env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "APK_SCRIPT=$1" "$hook" "$1" || failed=1
	done
}
failed=0
hooks pre-commit
[ "$failed" = 0 ] || exit 1
case $1 in
add)
	cp -a "$2/." /
	[ ! -e "$2/usr/share/kernel" ] || sh /mkinitfs-trigger
	;;
del)
	[ ! -e "/tmp/scripts/$2" ] || sh "/tmp/scripts/$2" 1
	[ "$2" != linux-lts ] || rm -rf /boot/vmlinuz-lts /boot/initramfs-lts /lib/modules/*
	;;
esac
hooks post-commit
exit 0
END
	chmod +x "$root/sbin/apk"
	make_package() {
		mkdir -p "$root/tmp/$1-$2" "$root/tmp/scripts" && cp -a "$3/." "$root/tmp/$1-$2/"
		[ ! -e "$3/../pre-deinstall" ] || cp "$3/../pre-deinstall" "$root/tmp/scripts/$1"
		echo "/tmp/$1-$2"
	}
	apk_add() {
		run /sbin/apk add "$@"
	}
	apk_del() {
		run /sbin/apk del "$@"
	}
	install="/sbin/apk add"
fi

make_kernel() { # VERSION
	folder=$work/kernel/tree
	rm -rf "$work/kernel" && mkdir -p "$folder/boot" "$folder/lib/modules/$1-lts" "$folder/usr/share/kernel/lts"
	echo "kernel $1" >"$folder/boot/vmlinuz-lts"
	echo x >"$folder/lib/modules/$1-lts/modules.dep"
	echo "$1-lts" >"$folder/usr/share/kernel/lts/kernel.release"
	make_package linux-lts "${1%-0}-r0" "$folder"
}

put /mkinitfs-trigger <<'END'
#!/bin/sh
date +%s.%N >/boot/initramfs-lts
END
mkdir -p "$work/mkinitfs/tree/usr/share/mkinitfs" "$work/other/tree/usr/share/other"
cp "$root/mkinitfs-trigger" "$work/mkinitfs/trigger"
echo x >"$work/mkinitfs/tree/usr/share/mkinitfs/file"
echo x >"$work/other/tree/usr/share/other/file"
mkinitfs=$(make_package mkinitfs 3-r0 "$work/mkinitfs/tree" 'triggers = /usr/share/kernel/*')
other=$(make_package other 1-r0 "$work/other/tree")
old=$(make_kernel 6.12.1-0)
new=$(make_kernel 6.12.2-0)

apk_add "$mkinitfs"
check "mkinitfs is installed" is "$status" 0
forget
apk_add "$other"
check "any commit calls once, after it" is "$(last_call)" 'call [--hook] [apk] [post-commit]'
check "not before it" is "$(calls)" 1

forget
apk_add "$old"
check "a kernel is installed" is "$status" 0
check "called once" is "$(calls)" 1
check "the trigger has built the initramfs" test -s "$root/boot/initramfs-lts"
check "the call sees the final initramfs" saw_final

forget
apk_add "$new"
check "an upgrade succeeds" is "$status" 0
check "an upgrade: another kernel" grep -q 6.12.2 "$root/boot/vmlinuz-lts"
check "an upgrade: the final initramfs" saw_final

# shellcheck disable=SC2086 # words
check_failures $install "$new"

forget
apk_del linux-lts
check "removal succeeds" is "$status" 0
check "removal: called" is "$(calls)" 1
check "removal: after the files went" saw_final

# Our own package's script. The commit hook follows it, as long as it is there.
mkdir -p "$work/ours/tree/usr/share/warmboot"
echo x >"$work/ours/tree/usr/share/warmboot/file"
sed 's/timeout -k 5 300/timeout -k 1 2/' "$here/hooks/alpine/warmboot.pre-deinstall" >"$work/ours/pre-deinstall"
chmod +x "$work/ours/pre-deinstall"
ours=$(make_package warmboot 1-r0 "$work/ours/tree")
for mode in 1 77 127 killed stubborn missing; do
	apk_add "$ours"
	forget
	echo "$mode" >"$root/trace.d/mode"
	[ "$mode" != missing ] || mv "$root/usr/sbin/warmboot" "$root/usr/sbin/warmboot.away"
	apk_del warmboot
	check "our package goes, warmboot: $mode: succeeds" is "$status" 0
	case $mode in
	missing) mv "$root/usr/sbin/warmboot.away" "$root/usr/sbin/warmboot" ;;
	*) check "our package goes, warmboot: $mode: what it wrote is taken back" \
		grep -qx 'call \[--hook\] \[package-remove\]' "$root/trace.d/calls" ;;
	esac
done
