# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests that reach systemd itself, past its commands; and what was decided a minute before."""

from harness.boots import reboot
from harness.warm import expect_not_armed

from . import scenario


def _comes_up_warm(machine, states, command):
    reboot(machine, command).expect_kexec(states.kernels.newer, states.grub_cmdline())


@scenario("armed", everyday=False)
def ctrl_alt_del(machine, states):
    """SIGINT to PID 1, which is Ctrl-Alt-Del, comes up warm."""
    _comes_up_warm(machine, states, "kill -INT 1")


@scenario("armed", everyday=False)
def reboot_by_signal(machine, states):
    """SIGRTMIN+5 to PID 1, as kured sends it, comes up warm."""
    _comes_up_warm(machine, states, "kill -s RTMIN+5 1")


@scenario("armed", everyday=False)
def reboot_target(machine, states):
    """A job for reboot.target, as offline updates start it, comes up warm."""
    _comes_up_warm(machine, states, "systemctl --no-block start reboot.target"
                   " --job-mode=replace-irreversibly")


@scenario("armed", everyday=False)
def scheduled_then_disarmed(machine, states):
    """Disarmed after `shutdown -r +1`, which has decided for kexec then: firmware."""
    machine.check("shutdown -r +1 && grep -x MODE=kexec /run/systemd/shutdown/scheduled")
    machine.check("warmboot --disarm && grep -x MODE=reboot /run/systemd/shutdown/scheduled")
    expect_not_armed(machine)
    reboot(machine, ":").expect_firmware(states.kernels.newer)
