# SPDX-License-Identifier: GPL-2.0-or-later
"""The main job: an installed kernel comes up warm, by whatever command."""

import re

from harness.boots import reboot
from harness.warm import expect, expect_not_armed, status

from . import scenario
from .releases import bookworm, each_release


def _comes_up_warm(armed, command):
    armed.warm(command)
    now = status(armed.machine)
    expect(now["booted_by"] == "kexec", f"status says booted by {now['booted_by']}")
    expect(now["running"] == armed.kernel, f"status says {now['running']} runs")
    expect_not_armed(armed.machine)


@each_release(everyday=True)
def reboot_command(armed):
    """The armed kernel (Debian 12: newer, by apt) comes up by `reboot`, no firmware, no GRUB."""
    _comes_up_warm(armed, "reboot")


@each_release(everyday=True)
def systemctl_reboot(armed):
    """The same by `systemctl reboot`, which systemd 252 by itself sends to the firmware."""
    _comes_up_warm(armed, "systemctl reboot")


@each_release(everyday=True)
def shutdown_r(armed):
    """The same by `shutdown -r now`."""
    _comes_up_warm(armed, "shutdown -r now")


@each_release()
def init_6(armed):
    """The same by `init 6`."""
    _comes_up_warm(armed, "init 6")


@each_release()
def logind_reboot(armed):
    """The same by logind's D-Bus call, which is what a desktop's restart button makes."""
    _comes_up_warm(armed, "busctl call org.freedesktop.login1 /org/freedesktop/login1"
                    " org.freedesktop.login1.Manager Reboot b false")


@each_release()
def scheduled_shutdown(armed):
    """The same by `shutdown -r +1`, decided a minute before."""
    _comes_up_warm(armed, "shutdown -r +1")


@scenario("armed", everyday=False)
def twice_in_a_row(machine, states):
    """A second warm reboot from a warm one, with the same command line again."""
    _comes_up_warm(bookworm(machine, states), "reboot")
    machine.check("warmboot --arm")
    boot = reboot(machine, "reboot")
    boot.expect_kexec(states.kernels.newer, states.grub_cmdline())


@scenario("armed", everyday=False)
def history_tells_good(machine, states):
    """A warm boot that ended in an orderly way is in the history as good, with its seconds."""
    _comes_up_warm(bookworm(machine, states), "reboot")
    boot = reboot(machine, "reboot")
    boot.expect_firmware(states.kernels.newer)
    history = status(machine)["history"]
    good = [h for h in history if h["result"] == "good" and h["version"] == states.kernels.newer]
    expect(good, f"no good warm boot of {states.kernels.newer} in the history: {history}")
    expect(good[0]["seconds"] > 0, f"it took {good[0]['seconds']} seconds")


@scenario("armed", everyday=False)
def power_cut(machine, states):
    """Power lost while armed: the next boot is a plain one, and says that nothing is armed."""
    machine.check("sync")
    start, resets, boots = machine.console_size(), machine.resets(), machine.shell.boots
    machine.reset()
    machine.wait_boot(boots)
    expect("SeaBIOS" in machine.console_text(start), "the firmware did not show itself")
    expect(machine.resets() > resets, "QEMU saw no reset")
    expect_not_armed(machine)
    release = machine.check("uname -r")
    expect(release == states.kernels.newer, f"{release} runs, not GRUB's default")


@scenario("armed", everyday=False)
def crash_in_the_new_kernel(machine, states):
    """A new kernel that dies at once: firmware reboot, and it is not armed again by a hook."""
    release = states.kernels.newer
    machine.check(f"warmboot --arm -k /boot/vmlinuz-{release} -i /boot/initrd.img-{release}"
                  f" -a 'root=/dev/nowhere rdinit=/nonexistent panic=1 console=ttyS0,115200'")
    boot = reboot(machine, "reboot")
    expect("Kernel panic" in boot.console, "the new kernel did not panic, so nothing was tried")
    expect(re.search(r"SeaBIOS", boot.console), "the firmware did not show itself")
    history = status(machine)["history"]
    expect(any(h["result"] == "failed" for h in history), f"no failure in the history: {history}")
    machine.check(f"update-initramfs -u -k {states.kernels.first}")
    expect_not_armed(machine)
