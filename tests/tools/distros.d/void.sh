# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2034,SC2016 # sourced by tests/tools/distros
# xbps: the real one where XBPS names a folder with its programs; else a harness. The trigger kernel-hooks, which Void's
# kernel packages call in their INSTALL and REMOVE scripts, is the real one where KERNEL_HOOKS names it; else a harness
# that keeps to the contract: in the root of the installation, every executable in etc/kernel.d/TARGET, by a relative
# path, with PACKAGE VERSION and ROOTDIR=. in the environment; what they return is ignored.

install_hooks /etc/kernel.d/post-install/99-zz-warmboot /etc/kernel.d/post-remove/99-zz-warmboot
put /etc/kernel.d/post-install/20-initramfs <<'END'
#!/bin/sh
date +%s.%N >"boot/initramfs-$2.img"
END
put /etc/kernel.d/post-install/50-grub <<'END'
#!/bin/sh
mkdir -p boot/grub && date +%s.%N >boot/grub/grub.cfg
END
put /etc/kernel.d/post-remove/50-grub <<'END'
#!/bin/sh
rm -f "boot/initramfs-$2.img"
mkdir -p boot/grub && date +%s.%N >boot/grub/grub.cfg
END
chmod +x "$root"/etc/kernel.d/*/*

what="harness for the trigger"
if [ -n "${KERNEL_HOOKS:-}" ]; then
	what="real trigger"
	mkdir -p "$root/usr/libexec/xbps-triggers"
	cp "$KERNEL_HOOKS" "$root/usr/libexec/xbps-triggers/kernel-hooks"
else
	put /usr/libexec/xbps-triggers/kernel-hooks <<'END'
#!/bin/sh
# The harness: run TARGET PACKAGE VERSION UPDATE
for hook in etc/kernel.d/"$2"/*; do
	[ ! -x "$hook" ] || env ROOTDIR=. "$hook" "$3" "${kernel_hooks_version:-$4}"
done
exit 0
END
fi
chmod +x "$root/usr/libexec/xbps-triggers/kernel-hooks"

make_kernel() { # VERSION REVISION: the tree of a package below $work/kernel
	rm -rf "$work/kernel" && mkdir -p "$work/kernel/boot" "$work/kernel/usr/lib/modules/$1_$2"
	echo "kernel $1_$2" >"$work/kernel/boot/vmlinuz-$1_$2"
	echo x >"$work/kernel/usr/lib/modules/$1_$2/modules.dep"
	for script in INSTALL REMOVE; do
		cat >"$work/kernel/$script" <<END
#!/bin/sh
# ACTION PACKAGE VERSION UPDATE
export kernel_hooks_version=$1_$2
case $script.\$1 in
INSTALL.pre | INSTALL.post | REMOVE.pre) /usr/libexec/xbps-triggers/kernel-hooks run "\$1-$(echo $script | tr '[:upper:]' '[:lower:]')" "\$2" "\$3" "\$4" ;;
REMOVE.post) /usr/libexec/xbps-triggers/kernel-hooks run post-remove "\$2" "\$3" "\$4" ;;
esac
exit 0
END
		chmod +x "$work/kernel/$script"
	done
}

if [ -n "${XBPS:-}" ]; then
	tool="real xbps, $what"
	find "$XBPS" -type f \( -name 'libxbps.so*' -o -perm -1 -name 'xbps-*' \) -exec cp {} "$root/usr/local/bin/" \;
	for lib in "$root"/usr/local/bin/libxbps.so*; do
		mv "$lib" "$root/usr/lib/${lib##*/}"
	done
	find "$XBPS" -type l -name 'libxbps.so*' -exec cp -P {} "$root/usr/lib/" \;
	inside ldconfig
	mkdir -p "$root/tmp/repo" "$root/var/db/xbps" "$root/etc/xbps.d"
	add_package() { # NAME VERSION FOLDER
		mkdir -p "$root/tmp/tree" && rm -rf "$root/tmp/tree" && cp -a "$3" "$root/tmp/tree"
		run sh -c "cd /tmp/repo && xbps-create -A noarch -n $1-$2 -s test /tmp/tree && xbps-rindex -a ./*.xbps"
		[ "$status" = 0 ] || cat "$work/out"
	}
	install="xbps-install -y -f -i -R /tmp/repo"
	remove="xbps-remove -y"
else
	tool="contract harness, not the real xbps, $what"
	put /usr/local/bin/xbps-harness <<'END'
#!/bin/sh
# The harness: install|remove NAME; packages are folders in /tmp/repo
cd / || exit 1
package=/tmp/repo/$2
case $1 in
install)
	[ ! -e "$package/INSTALL" ] || sh "$package/INSTALL" pre "$2" 1 no no
	(cd "$package" && cp -a [a-z]* /) || exit 1
	[ ! -e "$package/INSTALL" ] || sh "$package/INSTALL" post "$2" 1 no no
	;;
remove)
	sh "$package/REMOVE" pre "$2" 1 no no
	(cd "$package" && find . -type f -path './[a-z]*' | while read -r file; do rm -f "/$file"; done)
	sh "$package/REMOVE" post "$2" 1 no no
	;;
esac
exit 0
END
	chmod +x "$root/usr/local/bin/xbps-harness"
	add_package() {
		rm -rf "$root/tmp/repo/$1"
		mkdir -p "$root/tmp/repo" && cp -a "$3" "$root/tmp/repo/$1"
	}
	install="xbps-harness install"
	remove="xbps-harness remove"
fi

mkdir -p "$work/other/usr/share/other"
echo x >"$work/other/usr/share/other/file"
add_package other 1_1 "$work/other"
make_kernel 6.12.1 1
add_package linux6.12 6.12.1_1 "$work/kernel"
set -- linux6.12 6.12.1_1

# shellcheck disable=SC2086 # words
run $install other
check "another package succeeds" is "$status" 0
check "another package: not called" is "$(calls)" 0

# shellcheck disable=SC2086
run $install "$1"
check "a kernel is installed" is "$status" 0
check "the hook gets its package and its version" is "$(last_call)" "call [--hook] [xbps] [$1] [$2]"
check "called once" is "$(calls)" 1
check "the final initramfs, and the final menu" saw_final

if [ -n "${XBPS:-}" ]; then
	forget
	run xbps-reconfigure -f "$1"
	check "xbps-reconfigure -f: called" is "$(last_call)" "call [--hook] [xbps] [$1] [$2]"
	check "xbps-reconfigure -f: the final initramfs" saw_final
fi

# shellcheck disable=SC2086
check_failures $install "$1"

# Another root: the hook runs on this machine, or in a chroot, but what it tells is not this machine's.
forget
mkdir -p "$root/target"
run sh -c 'cd /target && env ROOTDIR=. /etc/kernel.d/post-install/99-zz-warmboot linux6.12 6.12.1_1'
check "another root: not called" is "$(calls)" 0
check "another root: a success" is "$status" 0

forget
make_kernel 6.12.2 1
add_package linux6.12 6.12.2_1 "$work/kernel"
# shellcheck disable=SC2086
run $install "$1"
check "an upgrade: called for what came" grep -qx "call \[--hook\] \[xbps\] \[$1\] \[6.12.2_1\]" "$root/trace.d/calls"
check "an upgrade: the last call sees the final initramfs and menu" saw_final

forget
# shellcheck disable=SC2086
run $remove "$1"
check "removal succeeds" is "$status" 0
check "removal: called" is "$(calls)" 1
check "removal: after the files went" saw_final

# Our own package's REMOVE, below a head like the one that xbps-src puts there.
mkdir -p "$work/ours/usr/share/warmboot"
echo x >"$work/ours/usr/share/warmboot/file"
{
	printf '%s\n' '#!/bin/sh -e' 'ACTION="$1" PKGNAME="$2" VERSION="$3" UPDATE="$4"'
	sed 's|/usr/bin/warmboot|/usr/sbin/warmboot|; s/timeout -k 5 300/timeout -k 1 2/' "$here/hooks/void/REMOVE"
	echo 'exit 0'
} >"$work/ours/REMOVE"
chmod +x "$work/ours/REMOVE"
add_package warmboot 1_1 "$work/ours"
for mode in 1 77 127 killed stubborn missing; do
	# shellcheck disable=SC2086
	run $install warmboot
	forget
	echo "$mode" >"$root/trace.d/mode"
	[ "$mode" != missing ] || mv "$root/usr/sbin/warmboot" "$root/usr/sbin/warmboot.away"
	# shellcheck disable=SC2086
	run $remove warmboot
	check "our package goes, warmboot: $mode: succeeds" is "$status" 0
	check "our package goes, warmboot: $mode: is gone" test ! -e "$root/usr/share/warmboot/file"
	[ "$mode" = missing ] ||
		check "our package goes, warmboot: $mode: what it wrote is taken back" is "$(last_call)" 'call [--hook] [package-remove]'
done
