# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests that reach systemd itself, past its commands; and what was decided a minute before."""

from harness.warm import expect_not_armed

from .releases import each_release


@each_release()
def ctrl_alt_del(armed):
    """SIGINT to PID 1, which is Ctrl-Alt-Del, comes up warm."""
    armed.warm("kill -INT 1")


@each_release()
def reboot_by_signal(armed):
    """SIGRTMIN+5 to PID 1, as kured sends it, comes up warm."""
    armed.warm("kill -s RTMIN+5 1")


@each_release()
def reboot_target(armed):
    """A job for reboot.target, as offline updates start it, comes up warm."""
    armed.warm("systemctl --no-block start reboot.target --job-mode=replace-irreversibly")


@each_release()
def scheduled_then_disarmed(armed):
    """Disarmed after `shutdown -r +1`, which has decided for kexec then: firmware."""
    armed.machine.check("shutdown -r +1 && grep -x MODE=kexec /run/systemd/shutdown/scheduled")
    armed.machine.check("warmboot --disarm && grep -x MODE=reboot /run/systemd/shutdown/scheduled")
    expect_not_armed(armed.machine)
    armed.cold(":")
