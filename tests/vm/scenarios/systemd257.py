# SPDX-License-Identifier: GPL-2.0-or-later
"""What is of its own on systemd 257 (Debian 13): its kernels from apt, and soft reboots."""

from harness.boots import FIRMWARE, KERNEL, reboot
from harness.warm import apt, expect, expect_armed, expect_not_armed, status

from . import scenario
from .packages import MARK, make_stale
from .releases import trixie, trixie_kernels


@scenario("trixie", everyday=False)
def trixie_update(machine, states):
    """Debian 13: apt installs a newer kernel, `systemctl reboot` comes up in it."""
    release = trixie_kernels().newer
    apt(machine, f"install linux-image-{release}")
    expect_armed(machine, release)
    boot = reboot(machine, "systemctl reboot")
    boot.expect_kexec(release, states.grub_cmdline("trixie"))


def _boot_id(machine):
    return machine.check("cat /proc/sys/kernel/random/boot_id")


def _soft_reboot(armed, command="systemctl soft-reboot"):
    """Nothing but user space goes down and comes up."""
    machine = armed.machine
    before = _boot_id(machine)
    boot = reboot(machine, command)
    expect(not FIRMWARE.search(boot.console), "the console shows the firmware")
    expect(not KERNEL.search(boot.console), "a kernel started")
    expect(not boot.resets, f"QEMU saw {boot.resets} processor resets")
    expect(_boot_id(machine) == before, "another boot id: not a soft reboot")
    machine.run("systemctl is-system-running --wait", 300)


def _token(machine):
    return machine.check("cat /run/warmboot/boot")


@scenario("trixie", everyday=False)
def trixie_soft_reboot(machine, states):
    """Debian 13: a soft reboot keeps the image and the token; the next `reboot` is warm."""
    armed = trixie(machine, states)
    before = status(machine)["armed_at"]
    token = _token(machine)
    _soft_reboot(armed)
    now = expect_armed(machine, armed.kernel)
    expect(now["armed_at"] == before, "loaded anew, which nobody asked for")
    expect(_token(machine) == token, "the token is another one")
    armed.warm("reboot")


@scenario("trixie", everyday=False)
def trixie_soft_reboot_then_stale(machine, states):
    """Debian 13: what became stale before a soft reboot is renewed at the reboot after it."""
    armed = trixie(machine, states)
    make_stale(machine, armed.kernel)
    _soft_reboot(armed)
    expect(status(machine)["fresh"] is False, "status calls the older initramfs fresh")
    boot = armed.warm("systemctl reboot")
    expect(MARK in boot.console, "the older initramfs was booted")


@scenario("trixie", everyday=False)
def trixie_soft_reboot_disarmed(machine, states):
    """Debian 13: a soft reboot is no boot, so it does not lift --disarm."""
    armed = trixie(machine, states)
    machine.check("warmboot --disarm")
    _soft_reboot(armed)
    now = expect_not_armed(machine)
    expect(now["disarmed"] is True, "the soft reboot lifted --disarm")
    armed.cold("reboot")


@scenario("trixie", everyday=False)
def trixie_soft_reboot_elsewhere(machine, states):
    """Debian 13: `systemctl reboot` into /run/nextroot, a root without warmboot, unloads."""
    armed = trixie(machine, states)
    # The same files, in another file system, without what decides at a reboot.
    machine.check("""set -e
        modprobe overlay
        mkdir /run/nextroot /run/up
        mount -t tmpfs none /run/up
        mkdir /run/up/u /run/up/w
        mount -t overlay overlay -o lowerdir=/,upperdir=/run/up/u,workdir=/run/up/w /run/nextroot
        cd /run/nextroot
        rm -r usr/sbin/warmboot usr/lib/warmboot etc/systemd/system/multi-user.target.wants/warmboot*
        rm usr/lib/systemd/system/*/50-warmboot.conf usr/lib/systemd/system/warmboot*""")
    _soft_reboot(armed, "systemctl reboot")
    machine.check("findmnt -n -t overlay /")
    expect(machine.check("cat /sys/kernel/kexec_loaded") == "0",
           "another root's image is still loaded")
    armed.cold("reboot")
