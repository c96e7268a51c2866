# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # sourced by tests/tools/distros
# installkernel by itself, as make install and a kernel's ebuild call it.

# shellcheck source=/dev/null
. "$parts/gentoo-machine.sh"

for version in 6.6.30-gentoo-dist 6.12.1-gentoo-dist; do
	put "/lib/modules/$version/vmlinuz" <<END
kernel $version
END
	put "/lib/modules/$version/System.map" </dev/null
done
new=6.12.1-gentoo-dist
set -- installkernel "$new" "/lib/modules/$new/vmlinuz" "/lib/modules/$new/System.map" /boot

run "$@"
check "a kernel is installed" is "$status" 0
check "its version and its destination" is "$(last_call)" "call [--hook] [installkernel] [$new] [/boot/vmlinuz-$new]"
check "called once" is "$(calls)" 1
check "the final initramfs, and the final menu" saw_final

forget
run "$@"
check "installed again, the old one kept as .old" test -e "$root/boot/vmlinuz-$new.old"
check "again: the final initramfs" saw_final

# As portage's pkg_postinst calls: ROOT and EROOT are set and empty on the machine itself.
forget
run env EBUILD_PHASE=postinst ROOT= EROOT= PORTAGE_BIN_PATH=/usr/lib/portage "$@"
check "from pkg_postinst" is "$status" 0
check "from pkg_postinst: ROOT is seen as empty" grep -qx 'env ROOT=' "$root/trace.d/calls"

forget
run installkernel --all
check "--all succeeds" is "$status" 0
check "--all: a call for each kernel" is "$(calls)" 2
check "--all: the newest is not the last" is "$(last_call)" \
	"call [--hook] [installkernel] [6.6.30-gentoo-dist] [/boot/vmlinuz-6.6.30-gentoo-dist]"
check "--all: the last call sees all" saw_final

forget
mkdir -p "$root/efi/EFI/Gentoo Linux"
run env INSTALLKERNEL_LAYOUT=efistub installkernel "$new" "/lib/modules/$new/vmlinuz" "/lib/modules/$new/System.map"
check "efistub: a folder with a blank" is "$(last_call)" \
	"call [--hook] [installkernel] [$new] [/efi/EFI/Gentoo Linux/vmlinuz-$new.efi]"
check "efistub: the final initramfs" saw_final

check_failures "$@"

# What is there under the same name in /etc takes its place, also to switch it off.
forget
put /etc/kernel/postinst.d/99-zz-warmboot.install </dev/null
run "$@"
check "masked by a file in /etc: not called" is "$(calls)" 0
