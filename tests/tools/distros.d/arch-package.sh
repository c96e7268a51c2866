# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2034,SC2016 # sourced by tests/tools/distros
# The package that hooks/arch/PKGBUILD makes: built by the real makepkg as an ordinary user, with its tests, installed and
# removed by the real pacman. What it depends on is Debian's here, so dependencies are not asked for.

version=$(cat "$here/VERSION")
tool="real makepkg and pacman $(inside pacman --version | sed -n 's/.*Pacman v\([0-9.]*\).*/\1/p')"
folder=/tmp/package
mkdir -p "$root$folder/warmboot-$version"
(cd "$here" && tar -cf - --exclude=./build --exclude=./.git .) | tar -xf - -C "$root$folder/warmboot-$version"
cp "$here/hooks/arch/PKGBUILD" "$here/hooks/arch/warmboot.install" "$root$folder/"
run sh -c "cd $folder && tar -czf warmboot-$version.tar.gz warmboot-$version && rm -r warmboot-$version &&
	printf 'PKGEXT=.pkg.tar.gz\n' >makepkg.conf && cat /etc/makepkg.conf - <makepkg.conf >all.conf && chown -R nobody ."
run setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=$folder \
	sh -c "cd $folder && makepkg --config all.conf --nodeps ${PACKAGE_CHECK---nocheck}"
check "makepkg builds it" is "$status" 0
package=$(cd "$root" && ls "tmp/package/warmboot-$version-1-"*.pkg.tar.gz)

put /etc/pacman.conf <<'END'
[options]
Architecture = auto
SigLevel = Never
LocalFileSigLevel = Never
END
mkdir -p "$root/var/lib/pacman" "$root/var/cache/pacman/pkg"
rm -f "$root/usr/sbin/warmboot"
(cd "$root" && find usr etc var/lib -xdev \( -type f -o -type l \) ! -path 'var/lib/pacman/*' ! -path 'var/lib/ldconfig/*' | sort) >"$work/before"
run pacman -U --noconfirm --nodeps --nodeps "/$package"
check "pacman installs it" is "$status" 0
check "it says how to start it, and starts nothing" grep -q 'systemctl enable --now warmboot' "$work/out"
check "the program works" inside /usr/bin/warmboot --version
check "its hooks name the program where it is" sh -c '! grep -rl /usr/sbin/warmboot "$@"' sh \
	"$root/usr/lib/warmboot/alpm" "$root/usr/lib/initcpio/post/zz-warmboot" "$root/usr/lib/systemd/system/warmboot.service"
check "nothing lies in /usr/sbin" is "$(inside pacman -Qlq warmboot | grep '^/usr/sbin/.')" ""
run pacman -Qkk warmboot
check "all its files are whole" is "$status" 0

# The hooks of the package call the real program: in a chroot it arms nothing, and nothing fails.
mkdir -p "$work/firmware/usr/lib/firmware"
echo x >"$work/firmware/usr/lib/firmware/blob"
cat >"$work/firmware/.PKGINFO" <<'END'
pkgname = firmware
pkgver = 1-1
arch = any
END
(cd "$work/firmware" && bsdtar -czf "$root/tmp/firmware-1-1-any.pkg.tar.gz" .PKGINFO usr)
run pacman -U --noconfirm /tmp/firmware-1-1-any.pkg.tar.gz
check "a later transaction calls it" grep -q 'Looking at what boots next' "$work/out"
check "and succeeds" is "$status" 0
run pacman -R --noconfirm firmware

run pacman -R --noconfirm warmboot
check "pacman removes it" is "$status" 0
(cd "$root" && find usr etc var/lib -xdev \( -type f -o -type l \) ! -path 'var/lib/pacman/*' ! -path 'var/lib/ldconfig/*' | sort) >"$work/after"
check "nothing of it is left" diff "$work/before" "$work/after"

# Whatever warmboot does when it is to take back what it wrote, the package goes.
cp "$parts/tracer" "$work/tracer"
for mode in 1 77 127 killed stubborn missing; do
	run pacman -U --noconfirm --nodeps --nodeps "/$package"
	sed -i 's/timeout -k 5 300/timeout -k 1 2/' "$root"/var/lib/pacman/local/warmboot-*/install
	cp "$work/tracer" "$root/usr/bin/warmboot"
	[ "$mode" != missing ] || rm "$root/usr/bin/warmboot"
	forget
	echo "$mode" >"$root/trace.d/mode"
	run pacman -R --noconfirm warmboot
	check "warmboot: $mode: pacman removes it" is "$status" 0
	check "warmboot: $mode: without a complaint" sh -c '! grep -niE "error|command failed" "$1"' sh "$work/out"
	[ "$mode" = missing ] || check "warmboot: $mode: it was called" is "$(last_call)" 'call [--hook] [package-remove]'
	rm -rf "$root/usr/lib/warmboot" "$root/etc/warmboot.conf.pacsave"
done
