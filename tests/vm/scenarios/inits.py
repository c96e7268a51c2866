# SPDX-License-Identifier: GPL-2.0-or-later
"""
Inits that are not systemd: Debian 12 with sysvinit alone, and with OpenRC over it.

Each begins armed (the states "sysvinit" and "openrc"). What counts is how the machine came up:
the console and QEMU's resets, not what warmboot says about itself.
"""

import re

from harness import image, sysvinit
from harness.boots import KERNEL, reboot
from harness.states import Kernels
from harness.warm import apt, expect, expect_armed, expect_not_armed, expect_says

from . import scenario

# A stop that dies: whatever it had loaded stays in the kernel, without consent.
KILL_THE_STOP = """mv /usr/sbin/warmboot /usr/sbin/warmboot.real
cat >/usr/sbin/warmboot <<'END'
#!/bin/sh
case $2 in service-stop) kill -SEGV $$ ;; esac
exec /usr/sbin/warmboot.real "$@"
END
chmod +x /usr/sbin/warmboot"""
# The gate too: nothing of warmboot runs at the reboot.
KILL_BOTH = KILL_THE_STOP.replace("service-stop)", "service-stop | gate)")


def _kernels():
    return Kernels(*image.kernels(sysvinit.RECIPE.build()))


def _comes_up_warm(machine, states, state, command):
    release = _kernels().first
    reboot(machine, command).expect_kexec(release, states.grub_cmdline(state))
    expect_not_armed(machine)


def _switches_off(machine):
    start, resets = machine.console_size(), machine.resets()
    machine.shell.send("poweroff")
    machine.wait_off()
    shown = machine.console_text(start)
    expect(not KERNEL.search(shown), f"a kernel started: {shown[-2000:]}")
    expect(machine.resets() == resets, "the processor was reset")
    return shown


def _stopping_disarms(machine):
    expect_says(machine.check("service warmboot stop 2>&1"),
                re.compile("Not rebooting, so disarming"))
    expect_not_armed(machine)


@scenario("sysvinit", everyday=False)
def sysvinit_reboot(machine, states):
    """sysvinit: `reboot` comes up warm, by warmboot's own last script."""
    _comes_up_warm(machine, states, "sysvinit", "reboot")


@scenario("sysvinit", everyday=False)
def sysvinit_shutdown_r(machine, states):
    """sysvinit: the same by `shutdown -r now`."""
    _comes_up_warm(machine, states, "sysvinit", "shutdown -r now")


@scenario("sysvinit", everyday=False)
def sysvinit_init_6(machine, states):
    """sysvinit: the same by `init 6`."""
    _comes_up_warm(machine, states, "sysvinit", "init 6")


@scenario("sysvinit", everyday=False)
def sysvinit_ctrl_alt_del(machine, states):
    """sysvinit: the same by Ctrl-Alt-Del, which is SIGINT to PID 1."""
    _comes_up_warm(machine, states, "sysvinit", "kill -INT 1")


@scenario("sysvinit", everyday=False)
def sysvinit_update(machine, states):
    """sysvinit: apt installs a newer kernel, `reboot` comes up in it."""
    release = _kernels().newer
    apt(machine, f"install linux-image-{release}")
    expect_armed(machine, release)
    reboot(machine, "reboot").expect_kexec(release, states.grub_cmdline("sysvinit"))


@scenario("sysvinit", everyday=False)
def sysvinit_disarmed(machine, states):
    """sysvinit: after --disarm `reboot` goes through the firmware."""
    machine.check("warmboot --disarm")
    reboot(machine, "reboot").expect_firmware(_kernels().first)
    del states


@scenario("sysvinit", everyday=False)
def sysvinit_stopping_disarms(machine, states):
    """sysvinit: `service warmboot stop` is "Not rebooting, so disarming"; the reboot is plain."""
    _stopping_disarms(machine)
    reboot(machine, "reboot").expect_firmware(_kernels().first)
    del states


@scenario("sysvinit", everyday=False)
def sysvinit_stop_crashes(machine, states):
    """sysvinit: the stop dies of SIGSEGV: firmware, not the stale image."""
    machine.check(KILL_THE_STOP)
    reboot(machine, "reboot").expect_firmware(_kernels().first)
    del states


@scenario("sysvinit", everyday=False)
def sysvinit_forced(machine, states):
    """sysvinit: `reboot -f` never jumps."""
    reboot(machine, "sync; reboot -f").expect_firmware(_kernels().first)
    del states


@scenario("sysvinit", everyday=False)
def sysvinit_poweroff(machine, states):
    """sysvinit: `poweroff` while armed switches off."""
    _switches_off(machine)
    del states


@scenario("openrc", everyday=False)
def openrc_reboot(machine, states):
    """OpenRC over sysvinit: `reboot` comes up warm, by warmboot's own last script."""
    _comes_up_warm(machine, states, "openrc", "reboot")


@scenario("openrc", everyday=False)
def openrc_shutdown_r(machine, states):
    """OpenRC: the same by `shutdown -r now`."""
    _comes_up_warm(machine, states, "openrc", "shutdown -r now")


@scenario("openrc", everyday=False)
def openrc_stopping_disarms(machine, states):
    """OpenRC: `service warmboot stop` is "Not rebooting, so disarming"; the reboot is plain."""
    _stopping_disarms(machine)
    reboot(machine, "reboot").expect_firmware(_kernels().first)
    del states


@scenario("openrc", everyday=False)
def openrc_disarmed(machine, states):
    """OpenRC: after --disarm `init 6` goes through the firmware."""
    machine.check("warmboot --disarm")
    reboot(machine, "init 6").expect_firmware(_kernels().first)
    del states


@scenario("openrc", everyday=False)
def openrc_all_crashes(machine, states):
    """OpenRC: the stop and the gate both die: firmware, not the stale image."""
    machine.check(KILL_BOTH)
    reboot(machine, "reboot").expect_firmware(_kernels().first)
    del states


@scenario("openrc", everyday=False)
def openrc_poweroff(machine, states):
    """OpenRC: `poweroff` while armed switches off."""
    _switches_off(machine)
    del states
