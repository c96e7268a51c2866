#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The one set-up: tests/setup.sh WHAT... (build, test, lint, vm, bench, deb, rpm, hooks, distros, cross, arm64, bmc) installs what that needs
# on Debian; tests/setup.sh --print WHAT... only tells their names.
# Says what it will install, and asks when somebody can answer (YES=1: does not). Quick when all is there.
# Elsewhere it lists what is missing by its Debian name, and fails.
set -u

packages_for() {
	case $1 in
	build) echo gcc make pkg-config libc6-dev libarchive-dev libconfig-dev libjansson-dev libssl-dev libseccomp-dev \
		zlib1g-dev liblzma-dev libzstd-dev liblz4-dev libbz2-dev liblzo2-dev ;;
	test) echo check diffutils ;;
	lint) echo clang clang-format cppcheck shellcheck mandoc musl-tools python3-minimal ;;
	vm) echo qemu-system-x86 qemu-utils seabios ovmf swtpm dosfstools mmdebstrap e2fsprogs fdisk apt-utils python3 rpm zstd ca-certificates debian-archive-keyring ;;
	distros) echo pacman-package-manager makepkg libarchive-tools fakeroot python3 e2fsprogs dosfstools util-linux ;;
	cross) echo gcc-aarch64-linux-gnu gcc-powerpc64le-linux-gnu gcc-s390x-linux-gnu gcc-riscv64-linux-gnu \
		debian-archive-keyring ca-certificates ;;
	arm64) echo qemu-system-arm qemu-efi-aarch64 mtools dosfstools e2fsprogs fdisk kmod cpio python3 ;;
	bmc) echo ipmitool busybox-static cpio kmod python3 ;;
	rpm) echo rpm mmdebstrap util-linux ca-certificates debian-archive-keyring ;;
	deb) echo build-essential debhelper dpkg-dev fakeroot lintian ;;
	hooks) echo build-essential debhelper dpkg-dev fakeroot lintian mmdebstrap apt-utils python3 util-linux \
		ca-certificates debian-archive-keyring ;;
	bench) echo gzip xz-utils zstd lz4 strace initramfs-tools-core cpio python3 ;;
	*) return 1 ;;
	esac
}

# Without dpkg: is there a sign of it? Good enough to say what to look for.
sign_of() {
	case $1 in
	libc6-dev) return 0 ;; # gcc's own, or it compiles nothing
	libbz2-dev) [ -e /usr/include/bzlib.h ] ;; # not everybody ships a .pc of these two
	liblzo2-dev) [ -e /usr/include/lzo/lzo1x.h ] ;;
	lib*-dev | zlib1g-dev | check) pkg-config --exists "$(echo "$1" |
		sed 's/-dev$//; s/^libssl/libcrypto/; s/^zlib1g/zlib/; s/^libjansson/jansson/; s/^lib\(lz4\|lzma\)$/lib\1/')" 2>/dev/null ;;
	pkg-config | gcc | make | clang | clang-format | cppcheck | shellcheck | mandoc | mmdebstrap | strace | lz4 | zstd)
		command -v "$1" >/dev/null 2>&1 ;;
	*) return 0 ;;
	esac
}

[ $# -gt 0 ] || {
	echo "usage: tests/setup.sh build|test|lint|vm|bench|deb|rpm|hooks|distros|cross|arm64|bmc ..." >&2
	exit 2
}

print=
[ "$1" != --print ] || {
	print=1
	shift
}

missing=
for what; do
	wanted=$(packages_for "$what") || {
		echo "setup: '$what' is not known" >&2
		exit 2
	}
	[ -z "$print" ] || echo "$wanted"
	for package in $wanted; do
		[ -z "$print" ] || break
		case " $missing " in *" $package "*) continue ;; esac
		if command -v dpkg-query >/dev/null 2>&1; then
			# One line for each architecture of it.
			dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
				missing="$missing $package"
		else
			sign_of "$package" || missing="$missing $package"
		fi
	done
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
	echo "setup: this is no Debian; please install what these are called here:$missing" >&2
	exit 1
fi
echo "setup: for '$*' these Debian packages will be installed:$missing"
if [ "$(id -u)" != 0 ]; then
	echo "setup: run as root: apt-get install$missing" >&2
	exit 1
fi
if [ "${YES:-}" != 1 ] && [ -t 0 ]; then
	printf 'setup: go on? [Y/n] '
	read -r answer || answer=n
	case $answer in '' | [Yy]*) ;; *) exit 1 ;; esac
fi

export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # a list of words
if ! apt-get install -qq -y --no-install-recommends $missing >/dev/null 2>&1; then
	# The package lists may be missing or old.
	apt-get update -qq || exit 1
	# shellcheck disable=SC2086
	apt-get install -qq -y --no-install-recommends $missing >/dev/null || exit 1
fi
