# SPDX-License-Identifier: GPL-2.0-or-later
"""Other generators, other boot loaders, other ways of getting a kernel."""

from .world import (expect, expect_consistent, expect_final, expect_sequence, sequence)

CUSTOM = "6.99.0-custom"

# As `make deb-pkg` writes it (scripts/package/builddeb in Linux): for every action, unguarded.
DEB_PKG = """#!/bin/sh
set -e
export DEB_MAINT_PARAMS="$*"
export INITRD=Yes
test -d /etc/kernel/{script}.d && run-parts --arg="{version}" --arg="/boot/vmlinuz-{version}" \
    /etc/kernel/{script}.d
exit 0
"""

# The contract of Ubuntu's linux-image packages: postinst leaves the call for its own trigger.
UBUNTU = """#!/bin/sh
set -e
if [ "$1" = triggered ]; then
    trigger=/usr/lib/linux/triggers/{version}
    [ ! -f "$trigger" ] || {{ sh "$trigger"; rm -f "$trigger"; }}
    exit 0
fi
[ "$1" = configure ] || exit 0
depmod {version}
mkdir -p /usr/lib/linux/triggers
cat >/usr/lib/linux/triggers/{version} <<EOF
DEB_MAINT_PARAMS="$*" run-parts --report --exit-on-error --arg={version} \
    --arg=/boot/vmlinuz-{version} /etc/kernel/postinst.d
EOF
dpkg-trigger --no-await linux-update-{version}
exit 0
"""


def _custom_kernel(world, chroot, scripts, triggers=""):
    """A kernel's package made here, with the real image in it: the path of the .deb."""
    tree = "/tmp/package"
    lines = [f"mkdir -p {tree}/DEBIAN {tree}/boot {tree}/lib/modules/{CUSTOM}",
             f"cp /boot/vmlinuz-{world.new} {tree}/boot/vmlinuz-{CUSTOM}",
             f"cp /boot/config-{world.new} {tree}/boot/config-{CUSTOM}",
             f": >{tree}/lib/modules/{CUSTOM}/modules.order",
             f": >{tree}/lib/modules/{CUSTOM}/modules.builtin",
             f"printf 'Package: linux-image-{CUSTOM}\\nVersion: 1\\nArchitecture: all\\n"
             f"Maintainer: tests <root@localhost>\\nDescription: a kernel\\n' >{tree}/DEBIAN/control"]
    for name, text in scripts.items():
        lines.append(f"cat >{tree}/DEBIAN/{name} <<'END'\n"
                     f"{text.format(version=CUSTOM, script=name)}END\n"
                     f"chmod 755 {tree}/DEBIAN/{name}")
    if triggers:
        lines.append(f"echo '{triggers}' >{tree}/DEBIAN/triggers")
    lines.append(f"dpkg-deb --root-owner-group -Znone -b {tree} /srv/custom.deb")
    chroot.check("\n".join(["set -e", *lines]))
    return "/srv/custom.deb"


def dracut(_world, chroot):
    """dracut takes the place of initramfs-tools: apt's hook comes after its initramfs"""
    chroot.check("apt-get -y install dracut")
    calls = chroot.calls()
    expect(calls and calls[-1].hook == "apt-post-invoke", f"called: {sequence(calls)}")
    expect_final(chroot, calls[-1])


# Debian 13's dracut calls post-update.d itself, whoever started it; Debian 12's calls nobody.
DRACUT_CALLS = {"bookworm": "", "trixie": "initramfs-post-update"}


def dracut_kernel(world, chroot):
    """a kernel is installed where dracut makes the initramfs: final for postinst.d's hook"""
    chroot.check("apt-get -y install dracut")
    chroot.forget_calls()
    chroot.check(f"apt-get -y install {world.image_of(world.old)}")
    before = f"{DRACUT_CALLS[world.suite]}(configure) " if DRACUT_CALLS[world.suite] else ""
    calls = expect_sequence(chroot, f"{before}dpkg-postinst(configure) apt-post-invoke")
    for call in calls:
        expect_final(chroot, call)


def dracut_by_hand(world, chroot):
    """dracut -f: Debian 13's calls us itself; after Debian 12's the next run of apt does"""
    chroot.check("apt-get -y install dracut")
    chroot.forget_calls()
    version = chroot.check("ls /lib/modules | head -n 1").strip()
    chroot.check(f"dracut -f --kver {version}")
    calls = expect_sequence(chroot, DRACUT_CALLS[world.suite])
    for call in calls:
        expect(call.argv[2:] == [version, f"/boot/initrd.img-{version}"], f"argv: {call.argv}")
        expect_final(chroot, call)
    chroot.forget_calls()
    chroot.check("apt-get -y install jq")
    calls = expect_sequence(chroot, "apt-post-invoke")
    expect_final(chroot, calls[0])


def systemd_boot(world, chroot):
    """systemd-boot: kernel-install runs up to twice before us; the entry's files are final"""
    chroot.check("apt-get -y install systemd systemd-boot && mkdir -p /etc/kernel /boot/loader && "
                 "printf 'layout=bls\\nBOOT_ROOT=/boot\\n' >/etc/kernel/install.conf && "
                 "echo root=/dev/vda1 ro >/etc/kernel/cmdline && "
                 "systemd-machine-id-setup && mkdir -p /boot/$(cat /etc/machine-id)")
    # An ESP cannot be had in a chroot: bootctl says that one is there, kernel-install is real.
    chroot.check("dpkg-divert --local --rename --add /usr/bin/bootctl")
    chroot.put("/usr/bin/bootctl", "#!/bin/sh\nexit 0\n", 0o755)
    # What the family kernel-install will be on machines that have both.
    chroot.put("/etc/kernel/install.d/99-zz-warmboot.install",
               "#!/bin/sh\n/usr/sbin/warmboot --hook kernel-install \"$@\"\nexit 0\n", 0o755)
    chroot.forget_calls()
    chroot.check(f"apt-get -y install {world.image_of(world.new)}")
    calls = chroot.calls()
    hooks = [c.hook for c in calls]
    expect(hooks.count("kernel-install") >= 1 and hooks.count("dpkg-postinst") == 1,
           f"called: {sequence(calls)}")
    postinst = calls[hooks.index("dpkg-postinst")]
    expect("kernel-install" not in hooks[hooks.index("dpkg-postinst"):],
           f"kernel-install came after us: {sequence(calls)}")
    expect(any("/loader/entries/" in p for p in postinst.present), "there was no entry yet")
    expect_final(chroot, postinst)


def make_install(world, chroot):
    """make install: installkernel calls us without any word of a package"""
    chroot.check(f"mkdir -p /lib/modules/{CUSTOM} && cd /lib/modules/{CUSTOM} && "
                 f": >modules.order && : >modules.builtin && depmod {CUSTOM} && "
                 f"cp /boot/config-{world.new} /tmp/.config && : >/tmp/System.map && "
                 f"installkernel {CUSTOM} /boot/vmlinuz-{world.new} /tmp/System.map /boot")
    calls = expect_sequence(chroot, "initramfs-post-update dpkg-postinst")
    expect(calls[1].argv[2:] == [CUSTOM, f"/boot/vmlinuz-{CUSTOM}"], f"argv: {calls[1].argv}")
    expect("DEB_MAINT_PARAMS" not in calls[1].env, "DEB_MAINT_PARAMS is set")
    expect_final(chroot, calls[1])


def deb_pkg(world, chroot):
    """make deb-pkg: its scripts call for every action; only configure and remove are meant"""
    scripts = dict.fromkeys(("preinst", "postinst", "prerm", "postrm"), DEB_PKG)
    deb = _custom_kernel(world, chroot, scripts)
    chroot.check(f"dpkg -i {deb}")
    calls = expect_sequence(chroot, "initramfs-post-update(configure) dpkg-postinst(configure)")
    expect_final(chroot, calls[1])
    chroot.forget_calls()
    chroot.check(f"dpkg -i {deb}")
    expect_sequence(chroot, "dpkg-prerm(upgrade) dpkg-postrm(upgrade)"
                            " initramfs-post-update(configure) dpkg-postinst(configure)")
    chroot.forget_calls()
    chroot.check(f"dpkg -r linux-image-{CUSTOM}")
    expect_sequence(chroot, "dpkg-prerm(remove) dpkg-postrm(remove)")
    expect_consistent(chroot)


def ubuntu_triggers(world, chroot):
    """Ubuntu's way (its contract, not its packages): the hooks run once, from a trigger"""
    deb = _custom_kernel(world, chroot, {"postinst": UBUNTU},
                         f"interest-noawait linux-update-{CUSTOM}")
    chroot.check(f"dpkg -i {deb}")
    calls = expect_sequence(chroot, "initramfs-post-update(configure) dpkg-postinst(configure)")
    expect_final(chroot, calls[1])
    expect_consistent(chroot)


def usr_share(world, chroot):
    """Debian 13: hooks in /usr/share/kernel, alone or beside /etc/kernel: one run each"""
    chroot.check("for d in postinst prerm postrm; do mkdir -p /usr/share/kernel/$d.d && "
                 "cp /etc/kernel/$d.d/zzz-warmboot /usr/share/kernel/$d.d/; done")
    once = "initramfs-post-update(configure) dpkg-postinst(configure) apt-post-invoke"
    chroot.check(f"apt-get -y install {world.image_of(world.old)}")
    calls = expect_sequence(chroot, once)
    expect_final(chroot, calls[1])
    chroot.check("rm /etc/kernel/*.d/zzz-warmboot")
    chroot.forget_calls()
    chroot.check(f"apt-get -y install {world.image_of(world.new)}")
    expect_sequence(chroot, once)
    chroot.forget_calls()
    chroot.check(f"apt-get -y remove {world.image_of(world.new)}")
    expect_sequence(chroot, "dpkg-prerm(remove) dpkg-postrm(remove) apt-post-invoke")


def needrestart(world, chroot):
    """needrestart beside us: both of apt's hooks run, and apt succeeds"""
    chroot.check("apt-get -y install needrestart")
    chroot.forget_calls()
    output = chroot.check(f"apt-get -y install {world.image_of(world.old)}")
    calls = chroot.calls()
    expect(calls[-1].hook == "apt-post-invoke", f"called: {sequence(calls)}")
    expect("to be restarted" in output, "needrestart said nothing of its own")
    expect_final(chroot, calls[-1])


# What unattended-upgrades and Ubuntu's update-notifier ship as /etc/kernel/postinst.d/NAME.
REBOOT_REQUIRED = """#!/bin/sh
touch /var/run/reboot-required
echo "$DPKG_MAINTSCRIPT_PACKAGE" >>/var/run/reboot-required.pkgs
"""


def reboot_required(world, chroot):
    """the sentinel that kured and others wait for: made before our hook runs, and left alone"""
    chroot.put("/etc/kernel/postinst.d/unattended-upgrades", REBOOT_REQUIRED, 0o755)
    chroot.check(f"apt-get -y install {world.image_of(world.old)}")
    calls = chroot.calls()
    postinst = next(c for c in calls if c.hook == "dpkg-postinst")
    expect("/run/reboot-required" in postinst.present, "not there when the hook ran")
    packages = chroot.check("cat /run/reboot-required.pkgs").split()
    expect(packages == [world.image_of(world.old)], f"reboot-required.pkgs: {packages}")


VARIANT_CASES = {
    "dracut": (dracut, "with_kernel"),
    "dracut-kernel": (dracut_kernel, "with_kernel"),
    "dracut-by-hand": (dracut_by_hand, "with_kernel"),
    "systemd-boot": (systemd_boot, "fresh"),
    "make-install": (make_install, "with_kernel"),
    "deb-pkg": (deb_pkg, "with_kernel"),
    "ubuntu-triggers": (ubuntu_triggers, "with_kernel"),
    "usr-share": (usr_share, "fresh", "trixie"),
    "needrestart": (needrestart, "with_kernel"),
    "reboot-required": (reboot_required, "with_kernel"),
}
