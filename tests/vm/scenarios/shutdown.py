# SPDX-License-Identifier: GPL-2.0-or-later
"""The decision at shutdown: fails closed, and is not made at all where nobody reboots."""

from harness.boots import KERNEL
from harness.warm import expect

from .releases import each_release


def _with_stop(machine, lines):
    """Replace how the service stops."""
    machine.check("mkdir -p /etc/systemd/system/warmboot.service.d; cat"
                  " >/etc/systemd/system/warmboot.service.d/fault.conf <<'END'\n"
                  f"[Service]\n{lines}\nEND\nsystemctl daemon-reload")


@each_release(everyday=True)
def poweroff(armed):
    """`poweroff` while armed switches off: no kexec, no reset."""
    machine = armed.machine
    start, resets = machine.console_size(), machine.resets()
    machine.shell.send("poweroff")
    machine.wait_off()
    shown = machine.console_text(start)
    expect(not KERNEL.search(shown), f"a kernel started: {shown[-2000:]}")
    expect("Powering off" in shown, f"not a power-off: {shown[-2000:]}")
    expect(machine.resets() == resets, "the processor was reset")


@each_release()
def halt(armed):
    """`halt` while armed halts."""
    machine = armed.machine
    start = machine.console_size()
    machine.shell.send("halt")
    machine.wait_console("System halted", start)
    expect(not KERNEL.search(machine.console_text(start)), "a kernel started")


@each_release(everyday=True)
def stop_crashes(armed):
    """The service's stop dies of SIGSEGV: firmware reboot, not the stale image."""
    _with_stop(armed.machine, "ExecStop=\nExecStop=/bin/sh -c 'kill -SEGV $$$$'")
    armed.cold("reboot")


@each_release()
def gate_fails(armed):
    """Neither the stop nor the gate's unit can start anything: firmware, not the stale image."""
    _with_stop(armed.machine, "ExecStop=\nExecStop=/bin/false")
    armed.machine.check("""set -e
        for unit in systemd-kexec systemd-reboot; do
            mkdir -p /etc/systemd/system/$unit.service.d
            printf '[Service]\\nExecStart=\\nExecStart=-/bin/false\\n' \\
                >/etc/systemd/system/$unit.service.d/60-fault.conf
        done
        systemctl daemon-reload""")
    armed.cold("reboot")


@each_release()
def stop_hangs(armed):
    """The service's stop runs into its timeout: firmware reboot, not the stale image."""
    _with_stop(armed.machine, "ExecStop=\nExecStop=/bin/sleep 600\nTimeoutStopSec=5")
    armed.cold("systemctl reboot")


@each_release()
def reader_missing_at_the_stop(armed):
    """An initramfs that changed but cannot be verified at the stop: firmware reboot."""
    armed.machine.check(f"touch /boot/initrd.img-{armed.kernel};"
                        " chmod -x /usr/lib/warmboot/warmboot-read")
    armed.cold("reboot")


@each_release()
def configuration_broken_at_the_stop(armed):
    """A configuration that does not parse any more: firmware reboot."""
    armed.machine.check("echo 'enabled = {' >/etc/warmboot.conf")
    armed.cold("systemctl reboot")


@each_release()
def nokexec_file(armed):
    """/nokexec made at the last moment: firmware reboot, and the file is gone after it."""
    armed.machine.check("touch /nokexec")
    armed.cold("reboot")
    expect(armed.machine.run("test -e /nokexec")[0] == 1, "/nokexec would hold for ever")


@each_release()
def forced_reboot(armed):
    """`reboot -f` while armed never kexecs."""
    armed.cold("sync; reboot -f")


@each_release()
def forced_twice(armed):
    """`reboot -ff` while armed never kexecs."""
    armed.cold("sync; reboot -ff")
