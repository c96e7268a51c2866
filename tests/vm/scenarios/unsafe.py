# SPDX-License-Identifier: GPL-2.0-or-later
"""Places where nothing may be armed: chroots, image builds, kernels that forbid it."""

import re

from harness.warm import apt, expect, expect_not_armed, expect_says, loaded

from . import scenario

CHROOT = "/mnt/root"


def _make_chroot(machine):
    """A second system on top of the machine's own files: warmboot and its hooks are in it."""
    machine.check("modprobe overlay; mkdir -p /mnt/up; mount -t tmpfs -o size=70% none /mnt/up;"
                  f" mkdir -p /mnt/up/u /mnt/up/w {CHROOT} && mount -t overlay overlay"
                  f" -o lowerdir=/,upperdir=/mnt/up/u,workdir=/mnt/up/w {CHROOT}"
                  f" && mount --bind /dev {CHROOT}/dev && mount --bind /sys {CHROOT}/sys")
    # As where images are built: no device behind / (MODULES=dep would look for it), no menu yet.
    machine.check(f"echo MODULES=list >{CHROOT}/etc/initramfs-tools/conf.d/machine-tests;"
                  f" rm {CHROOT}/boot/grub/grub.cfg")


def _install_inside(machine, command, what):
    output = machine.check(f"{command} apt-get -y -o Dpkg::Use-Pty=0 {what} 2>&1", 1200)
    expect(not loaded(machine), f"an installation in a chroot armed the host:\n{output}")
    expect_not_armed(machine)
    status, output = machine.run(f"{command} warmboot --arm 2>&1")
    expect(status == 3, f"--arm in a chroot exited {status}:\n{output}")
    expect(not loaded(machine), f"--arm in a chroot armed the host:\n{output}")


@scenario("installed")
def chroots(machine, states):
    """A kernel installed in a chroot and in an `unshare --pid` chroot arms nothing."""
    kernel = f"linux-image-{states.kernels.newer}"
    _make_chroot(machine)
    machine.check(f"mount -t proc proc {CHROOT}/proc")
    _install_inside(machine, f"chroot {CHROOT}", f"install {kernel}")
    # The initramfs is there now, so only the chroot itself speaks against arming.
    machine.check(f"umount {CHROOT}/proc;"
                  f" chmod -x {CHROOT}/etc/kernel/postinst.d/initramfs-tools")
    unshared = f"unshare --pid --fork --mount --mount-proc={CHROOT}/proc chroot {CHROOT}"
    _install_inside(machine, unshared, f"install --reinstall {kernel}")


@scenario("installed", everyday=False)
def chroot_with_the_hosts_run(machine, states):
    """The same with /run bound into the chroot, where the boot token would be seen."""
    _make_chroot(machine)
    machine.check(f"mount -t proc proc {CHROOT}/proc; mount --bind /run {CHROOT}/run")
    _install_inside(machine, f"chroot {CHROOT}", f"install linux-image-{states.kernels.newer}")


@scenario("installed", everyday=False)
def loading_forbidden(machine, states):
    """kexec_load_disabled=1: the installation succeeds, nothing is armed, the reason is named."""
    machine.check("sysctl -q kernel.kexec_load_disabled=1")
    output = apt(machine, f"install linux-image-{states.kernels.newer}")
    expect_says(output, re.compile(r"(?m)^warmboot: .*kexec_load_disabled"))
    expect_not_armed(machine)
