# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2016 # sourced by tests/tools/distros
# Portage: only the real one, where PORTAGE names its source tree, runs from there, with a repository made here: a kernel
# whose pkg_postinst calls installkernel as Gentoo's kernel-install.eclass does, and our own ebuild. That one's eclasses
# are the real ones where ECLASSES names a folder with linux-info, systemd, toolchain-funcs and what they inherit; else
# functions of the same names.

[ -n "${PORTAGE:-}" ] || {
	echo "skip portage: PORTAGE does not name its source tree"
	exit 0
}
# shellcheck source=/dev/null
. "$parts/gentoo-machine.sh"
tool="real portage, $tool"
repo=/var/db/repos/gentoo
pv=$(cat "$here/VERSION")

make_repository() {
	put $repo/profiles/repo_name <<'END'
gentoo
END
	printf '%s\n' sys-apps sys-kernel | put $repo/profiles/categories
	echo amd64 | put $repo/profiles/arch.list
	echo 8 | put $repo/profiles/test/eapi
	put $repo/metadata/layout.conf <<'END'
masters =
thin-manifests = true
END
	put $repo/profiles/test/make.defaults <<'END'
ARCH="amd64"
ACCEPT_KEYWORDS="amd64 ~amd64"
ACCEPT_LICENSE="*"
CHOST="x86_64-pc-linux-gnu"
ELIBC="glibc"
KERNEL="linux"
USE_EXPAND="ELIBC KERNEL"
USE_EXPAND_UNPREFIXED="ARCH"
USE_EXPAND_IMPLICIT="ARCH ELIBC KERNEL"
USE_EXPAND_VALUES_ARCH="amd64"
USE_EXPAND_VALUES_ELIBC="glibc"
USE_EXPAND_VALUES_KERNEL="linux"
END
	put $repo/licenses/GPL-2+ </dev/null
	mkdir -p "$root/etc/portage"
	ln -s ../..$repo/profiles/test "$root/etc/portage/make.profile"
	# Whatever isolates a build needs Gentoo's own sandbox, users or further namespaces.
	put /etc/portage/make.conf <<'END'
FEATURES="-sandbox -usersandbox -userpriv -userfetch -usersync -ipc-sandbox -network-sandbox -pid-sandbox -mount-sandbox -news"
PORTAGE_USERNAME="root"
PORTAGE_GRPNAME="root"
DISTDIR="/var/cache/distfiles"
PKGDIR="/var/cache/binpkgs"
MAKEOPTS="-j2"
CFLAGS="-O0"
PORTAGE_ELOG_CLASSES="log warn error qa"
NOCOLOR="true"
FETCHCOMMAND="false"
END
	put /etc/portage/repos.conf <<END
[DEFAULT]
main-repo = gentoo
[gentoo]
location = $repo
END
	mkdir -p "$root/var/cache/distfiles"
	cp -a "$PORTAGE" "$root/usr/lib/portage-tree"
	# GNU's programs by the names that Gentoo has for them.
	for program in tar make sed find xargs; do
		ln -sf "$program" "$root/usr/bin/g$program"
	done
	mkdir -p "$root/usr/share/portage/config"
	cp -a "$PORTAGE/cnf/sets" "$root/usr/share/portage/config/"
}

# What dist-kernel_install_kernel of dist-kernel-utils.eclass calls, from kernel-install_pkg_postinst.
kernel_ebuild() { # VERSION
	put "$repo/sys-kernel/gentoo-kernel/gentoo-kernel-$1.ebuild" <<'END'
EAPI=8
DESCRIPTION="A kernel"
HOMEPAGE="https://example.invalid/"
LICENSE="GPL-2+"
SLOT="${PV}"
KEYWORDS="amd64"
S=${WORKDIR}
src_install() {
	echo "kernel ${PV}" >bzImage || die
	: >System.map || die
	insinto /usr/src/linux-${PV}-gentoo-dist/arch/x86/boot
	doins bzImage
	insinto /usr/src/linux-${PV}-gentoo-dist
	doins System.map
	insinto /lib/modules/${PV}-gentoo-dist
	newins bzImage vmlinuz
}
pkg_postinst() {
	[[ -z ${ROOT} ]] || return 0
	local tree=${EROOT}/usr/src/linux-${PV}-gentoo-dist
	ARCH=x86 installkernel "${PV}-gentoo-dist" "${tree}/arch/x86/boot/bzImage" "${tree}/System.map" "${EROOT}/boot" ||
		die -n "Installing the kernel failed"
}
pkg_config() {
	pkg_postinst
}
END
}

eclasses() {
	mkdir -p "$root$repo/eclass"
	if [ -n "${ECLASSES:-}" ]; then
		cp "$ECLASSES"/*.eclass "$root$repo/eclass/"
		return
	fi
	echo 'linux-info_pkg_setup() { :; }; EXPORT_FUNCTIONS pkg_setup' | put $repo/eclass/linux-info.eclass
	echo 'systemd_get_systemunitdir() { echo /usr/lib/systemd/system; }' | put $repo/eclass/systemd.eclass
	echo 'tc-getCC() { echo gcc; }; tc-getPKG_CONFIG() { echo pkg-config; }' | put $repo/eclass/toolchain-funcs.eclass
}

our_ebuild() {
	cp "$here/hooks/gentoo/warmboot-9999.ebuild" "$work/ebuild"
	put "$repo/sys-apps/warmboot/warmboot-$pv.ebuild" <"$work/ebuild"
	put "$repo/sys-apps/warmboot/warmboot-$pv-r1.ebuild" <"$work/ebuild"
	put $repo/sys-apps/warmboot/metadata.xml <"$here/hooks/gentoo/metadata.xml"
	for r in "" -r1; do
		(cd "$here" && tar --exclude=./build --exclude=./.git --transform "s|^\.|warmboot-$pv$r|" -czf - .) |
			put "/var/cache/distfiles/warmboot-$pv$r.tar.gz"
	done
	for ebuild in "$root$repo"/*/*/*.ebuild; do
		inside python3 /usr/lib/portage-tree/bin/ebuild "${ebuild#"$root"}" manifest || return
	done
}

emerge() {
	run python3 /usr/lib/portage-tree/bin/emerge --quiet --nodeps --oneshot --ignore-default-opts --color=n "$@"
}

make_repository
kernel_ebuild 6.12.1
kernel_ebuild 6.12.2
eclasses
our_ebuild >"$work/out" 2>&1
check "portage reads all ebuilds, and makes their manifests" is "$?" 0

emerge "=sys-kernel/gentoo-kernel-6.12.1"
check "emerge installs a kernel" is "$status" 0
check "its version and its destination" is "$(last_call)" \
	"call [--hook] [installkernel] [6.12.1-gentoo-dist] [/boot/vmlinuz-6.12.1-gentoo-dist]"
check "called once" is "$(calls)" 1
check "the final initramfs, and the final menu" saw_final
check "the phase is told, and the root is the machine's own" grep -qx 'env EBUILD_PHASE=postinst' "$root/trace.d/calls"
check "ROOT is empty" sh -c '! grep "^env E*ROOT=." "$1"' sh "$root/trace.d/calls"

forget
emerge "=sys-kernel/gentoo-kernel-6.12.2"
check "a second kernel beside it" is "$(last_call)" \
	"call [--hook] [installkernel] [6.12.2-gentoo-dist] [/boot/vmlinuz-6.12.2-gentoo-dist]"
check "a second kernel: the final initramfs" saw_final

forget
run python3 /usr/lib/portage-tree/bin/emerge --config =sys-kernel/gentoo-kernel-6.12.1
check "emerge --config, of the older one: called" is "$(calls)" 1

forget
run python3 /usr/lib/portage-tree/bin/emerge --quiet --unmerge --color=n =sys-kernel/gentoo-kernel-6.12.1
check "a kernel's package goes: succeeds" is "$status" 0
check "its removal calls nobody" is "$(calls)" 0

for mode in 1 77 127 killed hang missing; do
	forget
	echo "$mode" >"$root/trace.d/mode"
	[ "$mode" != missing ] || mv "$root/usr/sbin/warmboot" "$root/usr/sbin/warmboot.away"
	begin=$(date +%s)
	emerge "=sys-kernel/gentoo-kernel-6.12.2"
	took=$(($(date +%s) - begin))
	check "warmboot: $mode: emerge succeeds" is "$status" 0
	check "warmboot: $mode: in time ($took s)" test "$took" -lt 300
	check "warmboot: $mode: no failed phase" sh -c '! grep -niE "fail|error|died" "$1"' sh "$work/out"
	case $mode in
	missing) mv "$root/usr/sbin/warmboot.away" "$root/usr/sbin/warmboot" ;;
	*) check "warmboot: $mode: it was called" is "$(calls)" 1 ;;
	esac
done
echo ok >"$root/trace.d/mode"

# Our own package takes the tracer's place.
cp "$root/usr/sbin/warmboot" "$work/tracer"
rm "$root/usr/sbin/warmboot" "$root/usr/lib/kernel/postinst.d/99-zz-warmboot.install"
listing() {
	(cd "$root" && find usr etc var/lib -xdev \( -type f -o -type l \) ! -path 'var/lib/portage/*' ! -path 'var/lib/gentoo/*' \
		! -name ld.so.cache ! -path 'etc/env.d/*' ! -path 'etc/portage/*' ! -path '*/__pycache__/*' | sort)
}
listing >"$work/before"
emerge "=sys-apps/warmboot-$pv"
check "our ebuild builds and installs" is "$status" 0
check "it says how to start it" grep -q 'rc-update add warmboot default' "$work/out"
check "the program works" inside /usr/sbin/warmboot --version
check "OpenRC's scripts are there" test -x "$root/etc/init.d/warmboot" -a -x "$root/etc/init.d/warmboot-gate"
check "installkernel's hook is there" test -x "$root/usr/lib/kernel/postinst.d/99-zz-warmboot.install"
check "kernel-install's plugin is there, which it may call instead" test -x "$root/usr/lib/kernel/install.d/99-zz-warmboot.install"
check "and nothing of systemd's" sh -c '! find "$1/var/db/pkg/sys-apps" -name CONTENTS -exec grep systemd {} + | grep .' sh "$root"
check "no warning of portage's own checks" sh -c '! grep -n "QA Notice" "$1"' sh "$work/out"
check "the history's folder is kept" test -d "$root/var/lib/warmboot"

cp "$work/tracer" "$root/usr/sbin/warmboot"
forget
echo 'sys-apps/warmboot systemd' | put /etc/portage/package.use
emerge "=sys-apps/warmboot-$pv-r1"
check "an upgrade, now with systemd, succeeds" is "$status" 0
check "an upgrade takes nothing back" is "$(calls)" 0
check "systemd's units have come" sh -c 'find "$1/var/db/pkg/sys-apps" -name CONTENTS -exec grep /warmboot.service {} + | grep .' sh "$root"
check "kernel-install's plugin has come" test -x "$root/usr/lib/kernel/install.d/99-zz-warmboot.install"
check "OpenRC's scripts are gone" test ! -e "$root/etc/init.d/warmboot-gate"
check "no warning of portage's own checks" sh -c '! grep -n "QA Notice" "$1"' sh "$work/out"
cp "$work/tracer" "$root/usr/sbin/warmboot"
echo 1 >"$root/trace.d/mode"
run python3 /usr/lib/portage-tree/bin/emerge --quiet --unmerge --color=n sys-apps/warmboot
check "removal succeeds, whatever warmboot returns" is "$status" 0
check "removal takes back what it wrote" is "$(last_call)" 'call [--hook] [package-remove]'
rm -f "$root/usr/sbin/warmboot" # the tracer: not portage's
listing >"$work/after"
check "only the configuration stays" sh -c 'diff "$1" "$2" | grep "^[<>]" | grep -vx "> etc/warmboot.conf" | { ! grep .; }' sh \
	"$work/before" "$work/after"
