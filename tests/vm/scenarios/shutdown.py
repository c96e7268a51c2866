# SPDX-License-Identifier: GPL-2.0-or-later
"""The decision at shutdown: fails closed, and is not made at all where nobody reboots."""

from harness.boots import KERNEL, reboot
from harness.warm import expect

from . import scenario


def _with_stop(machine, lines):
    """Replace how the service stops."""
    machine.check("mkdir -p /etc/systemd/system/warmboot.service.d; cat"
                  " >/etc/systemd/system/warmboot.service.d/fault.conf <<'END'\n"
                  f"[Service]\n{lines}\nEND\nsystemctl daemon-reload")


@scenario("armed")
def poweroff(machine, states):
    """`poweroff` while armed switches off: no kexec, no reset."""
    start, resets = machine.console_size(), machine.resets()
    machine.shell.send("poweroff")
    machine.wait_off()
    shown = machine.console_text(start)
    expect(not KERNEL.search(shown), f"a kernel started: {shown[-2000:]}")
    expect("Powering off" in shown, f"not a power-off: {shown[-2000:]}")
    expect(machine.resets() == resets, "the processor was reset")
    del states


@scenario("armed", everyday=False)
def halt(machine, states):
    """`halt` while armed halts."""
    start = machine.console_size()
    machine.shell.send("halt")
    machine.wait_console("System halted", start)
    expect(not KERNEL.search(machine.console_text(start)), "a kernel started")
    del states


@scenario("armed")
def stop_crashes(machine, states):
    """The service's stop dies of SIGSEGV: firmware reboot, not the stale image."""
    _with_stop(machine, "ExecStop=\nExecStop=/bin/sh -c 'kill -SEGV $$$$'")
    reboot(machine, "reboot").expect_firmware(states.kernels.newer)


@scenario("armed", everyday=False)
def stop_hangs(machine, states):
    """The service's stop runs into its timeout: firmware reboot, not the stale image."""
    _with_stop(machine, "ExecStop=\nExecStop=/bin/sleep 600\nTimeoutStopSec=5")
    reboot(machine, "systemctl reboot").expect_firmware(states.kernels.newer)


@scenario("armed", everyday=False)
def reader_missing_at_the_stop(machine, states):
    """An initramfs that changed but cannot be verified at the stop: firmware reboot."""
    machine.check(f"touch /boot/initrd.img-{states.kernels.newer};"
                  " chmod -x /usr/lib/warmboot/warmboot-read")
    reboot(machine, "reboot").expect_firmware(states.kernels.newer)


@scenario("armed", everyday=False)
def configuration_broken_at_the_stop(machine, states):
    """A configuration that does not parse any more: firmware reboot."""
    machine.check("echo 'enabled = {' >/etc/warmboot.conf")
    reboot(machine, "systemctl reboot").expect_firmware(states.kernels.newer)


@scenario("armed", everyday=False)
def nokexec_file(machine, states):
    """/nokexec made at the last moment: firmware reboot, and the file is gone after it."""
    machine.check("touch /nokexec")
    reboot(machine, "reboot").expect_firmware(states.kernels.newer)
    expect(machine.run("test -e /nokexec")[0] == 1, "/nokexec would hold for ever")


@scenario("armed", everyday=False)
def forced_reboot(machine, states):
    """`reboot -f` while armed never kexecs."""
    reboot(machine, "sync; reboot -f").expect_firmware(states.kernels.newer)
