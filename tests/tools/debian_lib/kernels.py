# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernels come, change and go: who is called, with what, in which order."""

from .world import expect, expect_consistent, expect_final, expect_sequence, sequence


def install(world, chroot):
    """apt installs a kernel: the initramfs is final, GRUB's menu made, when it counts"""
    chroot.check(f"apt-get -y install {world.image_of(world.new)}")
    calls = expect_sequence(
        chroot, "initramfs-post-update(configure) dpkg-postinst(configure) apt-post-invoke")
    postinst = calls[1]
    expect(postinst.argv == ["--hook", "dpkg-postinst", world.new, f"/boot/vmlinuz-{world.new}"],
           f"argv: {postinst.argv}")
    expect(postinst.env.get("DPKG_MAINTSCRIPT_PACKAGE") == world.image_of(world.new),
           "whose postinst it is cannot be told from the environment")
    expect("/trace/zz-ran" in postinst.present, "called before a hook named zz-…")
    expect_final(chroot, postinst)
    expect_final(chroot, calls[-1])
    expect_consistent(chroot)


def install_two(world, chroot):
    """two kernels in one transaction: each has its call, the last sees both initramfs files"""
    chroot.check(f"apt-get -y install {world.image_of(world.old)} {world.image_of(world.new)}")
    calls = chroot.calls()
    versions = sorted(c.argv[2] for c in calls if c.hook == "dpkg-postinst")
    expect(versions == sorted([world.old, world.new]), f"called for {versions}")
    expect(len(calls[-1].initrds) == 2, f"initramfs files at the last call: {calls[-1].initrds}")
    expect_final(chroot, calls[-1])


def dpkg_alone(world, chroot):
    """dpkg -i without apt: the hook in postinst.d is called"""
    chroot.check(f"dpkg -i /srv/repo/{world.image_of(world.new)}_*.deb")
    calls = expect_sequence(chroot, "initramfs-post-update(configure) dpkg-postinst(configure)")
    expect_final(chroot, calls[-1])


def reinstall(world, chroot):
    """the same version again: postrm.d says upgrade, which is no removal; prerm.d is silent"""
    chroot.check(f"apt-get -y --reinstall install {world.image_of(world.new)}")
    calls = expect_sequence(
        chroot, "dpkg-postrm(upgrade) initramfs-post-update(configure)"
                " dpkg-postinst(configure) apt-post-invoke")
    expect_final(chroot, calls[-1])


def reconfigure(world, chroot):
    """dpkg-reconfigure builds a new initramfs: called after it"""
    before = chroot.initrds()
    chroot.check(f"dpkg-reconfigure {world.image_of(world.new)}")
    calls = expect_sequence(chroot, "initramfs-post-update(configure) dpkg-postinst(configure)")
    expect(chroot.initrds().keys() == before.keys(), "another initramfs appeared")
    expect_final(chroot, calls[-1])


def update_initramfs(world, chroot):
    """update-initramfs -u by hand: called once, with the file in place and no package named"""
    chroot.put("/etc/modprobe.d/changed.conf", "# so that its bytes differ\n")
    before = chroot.initrds()
    chroot.check("update-initramfs -u")
    calls = expect_sequence(chroot, "initramfs-post-update")
    expect(calls[0].argv[2:] == [world.new, f"/boot/initrd.img-{world.new}"],
           f"argv: {calls[0].argv}")
    expect(not calls[0].env.get("DPKG_MAINTSCRIPT_PACKAGE"), "a package is named")
    expect(chroot.initrds() != before, "the initramfs did not change: nothing is proved")
    now = chroot.initrds()
    seen = {k: v for k, v in calls[0].initrds.items() if not k.endswith(".dpkg-bak")}
    expect(seen == now, f"saw {seen}, in the end there is {now}")


def by_trigger(world, chroot):
    """a package's trigger rebuilds the initramfs: the call does not hide behind a kernel's"""
    chroot.check("dpkg-trigger --by-package=kmod update-initramfs && dpkg --configure -a")
    calls = chroot.calls()
    expect([c.hook for c in calls] == ["initramfs-post-update"], f"called: {sequence(calls)}")
    package = calls[0].env.get("DPKG_MAINTSCRIPT_PACKAGE", "")
    expect(not package.startswith("linux-image-"), f"it looks as if {package} went on after it")


def remove_and_purge(world, chroot):
    """removal: prerm.d with the files there, postrm.d without; purge: postrm.d, no removal"""
    chroot.check(f"apt-get -y remove {world.image_of(world.new)}")
    calls = expect_sequence(chroot, "dpkg-prerm(remove) dpkg-postrm(remove) apt-post-invoke")
    image = f"/boot/vmlinuz-{world.new}"
    expect(image in calls[0].present, "prerm.d: the image is gone already")
    expect(image not in calls[1].present, "postrm.d: the image is still there")
    chroot.forget_calls()
    chroot.check(f"apt-get -y purge {world.image_of(world.new)}")
    expect_sequence(chroot, "dpkg-postrm(purge) apt-post-invoke")
    expect_consistent(chroot)


def remove_one_of_two(world, chroot):
    """the newer of two goes: what is left is there to be seen by the last call"""
    chroot.check(f"apt-get -y install {world.image_of(world.old)}")
    chroot.forget_calls()
    chroot.check(f"apt-get -y purge {world.image_of(world.new)}")
    calls = chroot.calls()
    expect(all(c.argv[2:3] in ([], [world.new]) for c in calls), sequence(calls))
    expect(f"/boot/vmlinuz-{world.old}" in calls[-1].present, f"{calls[-1].present}")
    expect_final(chroot, calls[-1])


KERNEL_CASES = {
    "install": (install, "fresh"),
    "install-two": (install_two, "fresh"),
    "dpkg-alone": (dpkg_alone, "fresh"),
    "reinstall": (reinstall, "with_kernel"),
    "reconfigure": (reconfigure, "with_kernel"),
    "update-initramfs": (update_initramfs, "with_kernel"),
    "by-trigger": (by_trigger, "with_kernel"),
    "remove-purge": (remove_and_purge, "with_kernel"),
    "remove-one-of-two": (remove_one_of_two, "with_kernel"),
}
