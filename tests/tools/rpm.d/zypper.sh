# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2016 # sourced by tests/tools/rpm
# zypper with the same packages. Without openSUSE's changes to rpm, file triggers are skipped by what zypper calls it with
# (--noposttrans); its plugin does not depend on them.
zypper() {
	inside "zypper --non-interactive --no-gpg-checks --quiet $*" >"$work/zypper" 2>&1
	r=$?
	[ "$r" -eq 0 ] || cat "$work/zypper"
	return "$r"
}

test_zypper() {
	machine
	make -s -C "$top" B="$B" install HOOKS=zypp DESTDIR="$work/zypp" >/dev/null || exit 1
	mkdir -p "$root/usr/lib/zypp/plugins"
	cp -a "$work/zypp/usr/lib/zypp/plugins/commit" "$root/usr/lib/zypp/plugins/"
	zypper addrepo /srv/repo test || exit 1
	check "zypper installs warmboot" zypper install debian-base warmboot
	trace_warmboot
	offer other
	zypper refresh
	forget
	check "zypper installs a kernel" zypper install "kernel-core=${v3%%-*}"
	check "zypper: kernel-install's plugin, at the end zypper's own, and nothing after it" same \
		"call --hook kernel-install add $v3 $entries/$v3 /usr/lib/modules/$v3/vmlinuz
call --hook zypp" "$(calls --hook)"
	check "zypper: the initramfs is final" final
	forget
	check "zypper: a package rebuilds the initramfs in its posttrans" zypper install rebuilds
	check "zypper: its plugin notices" same "call --hook zypp" "$(calls --hook)"
	check "zypper: with the rebuilt initramfs" final
	forget
	check "zypper: a package that concerns no kernel" zypper install harmless
	check "zypper: calls, too" same "call --hook zypp" "$(calls --hook)"
	sed -i 's/timeout -k 5 300/timeout -k 1 1/' "$root/usr/lib/kernel/install.d/99-zz-warmboot.install" \
		"$root/usr/lib/zypp/plugins/commit/warmboot"
	for way in 1 77 127 killed hanging missing; do
		echo "$way" >"$root/etc/warmboot.fails"
		[ "$way" != missing ] || rm "$root/usr/sbin/warmboot"
		forget
		check "zypper: warmboot fails ($way): a kernel is installed anew" zypper install --force "kernel-core=${v3%%-*}"
		check "zypper: warmboot fails ($way): no scriptlet failed" inside '! grep -iE "fail|error|warning" -' <"$work/zypper"
		[ "$way" = missing ] || check "zypper: warmboot fails ($way): it was called, at the end too" \
			same "call --hook zypp" "$(calls --hook | tail -n 1)"
	done
	trace_warmboot
	echo hanging >"$root/etc/warmboot.fails"
	sed -i 's/timeout -k 1 1/timeout -k 1 60/' "$root/usr/lib/zypp/plugins/commit/warmboot"
	check "zypper: a plugin that takes longer than it waits (30 s, here 3) is left behind, and it succeeds" \
		inside 'ZYPP_PLUGIN_TIMEOUT=3 zypper --non-interactive --no-gpg-checks install --force harmless'
	echo 0 >"$root/etc/warmboot.fails"
	check "zypper removes the kernel" zypper remove kernel-core
	check "zypper: it is gone" kernel_gone "$v3"
}
