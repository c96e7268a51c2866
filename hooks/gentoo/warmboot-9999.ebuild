# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

# For a release, copy it to warmboot-VERSION.ebuild and put the release's archive into DISTDIR. Before it goes into a
# repository, HOMEPAGE and where the sources come from are to be added.

EAPI=8

inherit linux-info systemd toolchain-funcs

DESCRIPTION="Preload the next kernel, so that a reboot skips the firmware"
if [[ ${PV} == 9999 ]]; then
	inherit git-r3
	# Or EGIT_OVERRIDE_REPO_WARMBOOT in the environment.
	EGIT_REPO_URI="https://warmboot.invalid/warmboot.git"
else
	SRC_URI="${P}.tar.gz"
	RESTRICT="fetch"
	KEYWORDS="~amd64"
fi

LICENSE="GPL-2+"
SLOT="0"
IUSE="systemd test"
RESTRICT="${RESTRICT} !test? ( test )"

RDEPEND="
	app-arch/bzip2:=
	app-arch/libarchive:=
	app-arch/lz4:=
	app-arch/xz-utils:=
	app-arch/zstd:=
	dev-libs/jansson:=
	dev-libs/libconfig:=
	dev-libs/lzo:2
	dev-libs/openssl:=
	sys-apps/coreutils
	sys-libs/libseccomp:=
	sys-libs/zlib:=
"
DEPEND="
	${RDEPEND}
	test? ( dev-libs/check )
"
BDEPEND="virtual/pkgconfig"

# Asked for and not insisted on: the kernel of another machine may be the one that counts.
CONFIG_CHECK="~KEXEC_FILE"

DOCS=( CHANGELOG.md README.md )

pkg_nofetch() {
	einfo "Put ${A} into your DISTDIR: git archive --prefix=${P}/ -o ${A} v${PV}"
}

src_configure() {
	# Gentoo's toolchain hardens by itself.
	# installkernel may hand everything to kernel-install, with OpenRC too.
	local families=( gentoo kernel-install ) family
	use systemd && families+=( systemd )
	use systemd || families+=( openrc )
	families+=( shell )
	HOOKS=
	for family in "${families[@]}"; do
		[[ -d hooks/${family} ]] && HOOKS+=" ${family}"
	done
	MAKEOPTIONS=(
		V=1
		CC="$(tc-getCC)"
		PKG_CONFIG="$(tc-getPKG_CONFIG)"
		CFLAGS="${CFLAGS}"
		CPPFLAGS="${CPPFLAGS}"
		LDFLAGS="${LDFLAGS}"
		HARDEN="-fPIE"
		HARDEN_LD="-pie"
		PREFIX="${EPREFIX}/usr"
		SYSCONFDIR="${EPREFIX}/etc"
		STATEDIR="${EPREFIX}/var/lib"
		UNITDIR="$(systemd_get_systemunitdir)"
		HOOKS="${HOOKS# }"
	)
}

src_compile() {
	emake "${MAKEOPTIONS[@]}"
}

src_test() {
	emake "${MAKEOPTIONS[@]}" test
}

src_install() {
	emake "${MAKEOPTIONS[@]}" DESTDIR="${D}" install
	einstalldocs
	keepdir /var/lib/warmboot
}

pkg_postinst() {
	# Gentoo never enables a service by itself.
	if [[ -z ${REPLACING_VERSIONS} ]]; then
		elog "Nothing is armed until its service is started:"
		if use systemd; then
			elog "  systemctl enable --now warmboot"
		else
			elog "  rc-update add warmboot default && rc-service warmboot start"
		fi
		elog "The first warm reboot is best made by hand, while somebody can watch:"
		elog "  warmboot --arm && reboot"
	fi
}

pkg_prerm() {
	# An upgrade is no removal, and neither concerns the machine when another root is meant.
	[[ -z ${REPLACED_BY_VERSION} && -z ${ROOT} ]] || return 0
	timeout -k 5 300 "${EPREFIX}"/usr/sbin/warmboot --hook package-remove
	return 0
}
