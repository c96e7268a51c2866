# SPDX-License-Identifier: GPL-2.0-or-later
"""
Inits that are not systemd: Debian 12 with sysvinit alone, and with OpenRC over it.

Each begins armed (the states "sysvinit" and "openrc"). What counts is how the machine came up:
the console and QEMU's resets, not what warmboot says about itself.
"""

import re

from harness import image
from harness.boots import KERNEL, reboot
from harness.states import RECIPES, Kernels
from harness.warm import apt, expect, expect_armed, expect_not_armed, expect_says

from . import scenario
from .packages import MARK, make_stale

INITS = {"sysvinit": "sysvinit", "openrc": "OpenRC over sysvinit"}

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


def each_init(function):
    """Register FUNCTION(machine, states, init) for every init, as INIT-FUNCTION."""
    for init, name in INITS.items():
        def run(machine, states, init=init):
            function(machine, states, init)
        run.__name__ = f"{init}_{function.__name__}"
        run.__doc__ = f"{name}: {function.__doc__}"
        scenario(init, everyday=False)(run)


def _kernels(init):
    return Kernels(*image.kernels(RECIPES[init].build()))


def _comes_up_warm(machine, states, init, command):
    reboot(machine, command).expect_kexec(_kernels(init).first, states.grub_cmdline(init))
    expect_not_armed(machine)


def _comes_up_cold(machine, init, command):
    reboot(machine, command).expect_firmware(_kernels(init).first)


@each_init
def reboot_command(machine, states, init):
    """`reboot` comes up warm, by warmboot's own last script."""
    _comes_up_warm(machine, states, init, "reboot")


@each_init
def shutdown_r(machine, states, init):
    """the same by `shutdown -r now`."""
    _comes_up_warm(machine, states, init, "shutdown -r now")


@each_init
def init_6(machine, states, init):
    """the same by `init 6`."""
    _comes_up_warm(machine, states, init, "init 6")


@each_init
def ctrl_alt_del(machine, states, init):
    """the same by Ctrl-Alt-Del, which is SIGINT to PID 1."""
    _comes_up_warm(machine, states, init, "kill -INT 1")


@each_init
def update(machine, states, init):
    """apt installs a newer kernel, `reboot` comes up in it."""
    release = _kernels(init).newer
    apt(machine, f"install linux-image-{release}")
    expect_armed(machine, release)
    reboot(machine, "reboot").expect_kexec(release, states.grub_cmdline(init))


@each_init
def stale(machine, states, init):
    """an initramfs replaced behind our back is loaded anew when the machine goes down."""
    release = _kernels(init).first
    make_stale(machine, release)
    boot = reboot(machine, "reboot")
    boot.expect_kexec(release, states.grub_cmdline(init))
    expect(MARK in boot.console, "the older initramfs was booted")


@each_init
def vetoed(machine, states, init):
    """a guard that objects at the last moment: firmware."""
    machine.check("touch /nokexec")
    _comes_up_cold(machine, init, "reboot")
    expect(machine.run("test -e /nokexec")[0] == 1, "/nokexec would hold for ever")
    del states


@each_init
def disarmed(machine, states, init):
    """after --disarm `init 6` goes through the firmware."""
    machine.check("warmboot --disarm")
    _comes_up_cold(machine, init, "init 6")
    del states


@each_init
def stopping_disarms(machine, states, init):
    """`service warmboot stop` is "Not rebooting, so disarming"; the reboot is plain."""
    expect_says(machine.check("service warmboot stop 2>&1"),
                re.compile("Not rebooting, so disarming"))
    expect_not_armed(machine)
    _comes_up_cold(machine, init, "reboot")
    del states


@each_init
def stop_crashes(machine, states, init):
    """the stop dies of SIGSEGV: firmware, not the stale image."""
    machine.check(KILL_THE_STOP)
    _comes_up_cold(machine, init, "reboot")
    del states


@each_init
def all_crashes(machine, states, init):
    """the stop and the gate both die: firmware, not the stale image."""
    machine.check(KILL_BOTH)
    _comes_up_cold(machine, init, "reboot")
    del states


@each_init
def forced(machine, states, init):
    """`reboot -f` never jumps."""
    _comes_up_cold(machine, init, "sync; reboot -f")
    del states


@each_init
def poweroff(machine, states, init):
    """`poweroff` while armed switches off."""
    start, resets = machine.console_size(), machine.resets()
    machine.shell.send("poweroff")
    machine.wait_off()
    shown = machine.console_text(start)
    expect(not KERNEL.search(shown), f"a kernel started: {shown[-2000:]}")
    expect(machine.resets() == resets, "the processor was reset")
    del states
