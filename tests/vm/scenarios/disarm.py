# SPDX-License-Identifier: GPL-2.0-or-later
"""Ways to get the firmware reboot back."""

import re

from harness.boots import reboot
from harness.warm import apt, expect, expect_armed, expect_not_armed, expect_says, loaded

from . import scenario
from .releases import each_release


@each_release(everyday=True)
def disarm(armed):
    """--disarm holds until the boot, through an update-initramfs; the reboot is a firmware one."""
    machine = armed.machine
    machine.check("warmboot --disarm")
    expect_not_armed(machine)
    output = machine.check(f"update-initramfs -u -k {armed.kernel} 2>&1")
    # Where the kernel runs that boots next, a hook has nothing to arm, and nothing to say.
    if machine.check("uname -r") != armed.kernel:
        expect_says(output, re.compile(r"(?m)^warmboot: .*disarm"))
    now = expect_not_armed(machine)
    expect(now["disarmed"] is True, "status does not say that it was disarmed")
    armed.cold("reboot")


@scenario("armed", everyday=False)
def disarm_and_arm(machine, states):
    """--arm by hand lifts a --disarm."""
    machine.check("warmboot --disarm")
    expect_not_armed(machine)
    machine.check("warmboot --arm")
    expect_armed(machine, states.kernels.newer)
    reboot(machine, "systemctl reboot").expect_kexec(states.kernels.newer,
                                                     states.grub_cmdline())


@each_release(everyday=True)
def stopping_disarms(armed):
    """`systemctl stop warmboot` unloads; hooks arm again only after a start."""
    machine = armed.machine
    machine.check("systemctl stop warmboot")
    expect_says(machine.check("journalctl -b -u warmboot -o cat"),
                re.compile("Not rebooting, so disarming"))
    expect_not_armed(machine)
    machine.check("/etc/initramfs/post-update.d/zzz-warmboot "
                  f"{armed.kernel} /boot/initrd.img-{armed.kernel}")
    expect_not_armed(machine)
    armed.cold("systemctl reboot")


@scenario("armed", everyday=False)
def start_lifts_a_stop(machine, states):
    """Started again in the same boot, hooks arm again."""
    machine.check("systemctl stop warmboot && systemctl start warmboot")
    expect(not loaded(machine), "the start armed by itself")
    machine.check(f"DEB_MAINT_PARAMS=configure /etc/kernel/postinst.d/zzz-warmboot"
                  f" {states.kernels.newer} /boot/vmlinuz-{states.kernels.newer}")
    expect_armed(machine, states.kernels.newer)


@scenario("installed", everyday=False)
def disabled_in_the_configuration(machine, states):
    """With `enabled = false` a kernel's installation arms nothing, and succeeds."""
    machine.check("echo 'enabled = false;' >> /etc/warmboot.conf")
    apt(machine, f"install linux-image-{states.kernels.newer}")
    expect_not_armed(machine)
    reboot(machine, "reboot").expect_firmware(states.kernels.newer)
