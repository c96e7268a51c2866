# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel that apt installed, a hook armed, and that panics where it is started by kexec."""

import re

from harness.boots import FIRMWARE, KERNEL, reboot
from harness.warm import apt, expect, expect_armed, expect_not_armed, expect_says, status

from . import scenario

PANICS = 3          # panic=, in seconds
# As a driver that does not survive kexec: through the firmware the same initramfs is sound.
SCRIPT = """#!/bin/sh
[ "$1" = prereqs ] && exit
# Not with read: the kernel gives a number to the first read alone, and read(1) asks for a byte.
case "$(cat /proc/sys/kernel/bootloader_type) $(cat /proc/sys/kernel/osrelease)" in
"208 {release}") echo c >/proc/sysrq-trigger ;;
esac
"""
REFUSED = re.compile(r"(?m)^warmboot: not armed: .*failed")


def _prepare(machine, release):
    """An initramfs script that lets RELEASE panic after kexec, and panic= for all kernels."""
    path = "/etc/initramfs-tools/scripts/init-top/panic"
    machine.check(f"cat >{path} <<'END'\n{SCRIPT.format(release=release)}END\nchmod +x {path};"
                  f" sed -i 's/^GRUB_CMDLINE_LINUX=\"/&panic={PANICS} /' /etc/default/grub")


def _panics(machine, release):
    """Reboot: the armed kernel starts warm, panics, and comes back through the firmware."""
    boot = reboot(machine, "reboot")
    boot.expect_firmware(release)
    expect(KERNEL.findall(boot.console) == [release] * 2,
           f"kernels that started: {KERNEL.findall(boot.console)}")
    panic = boot.console.find("Kernel panic")
    expect(panic >= 0, "the new kernel did not panic, so nothing was tried")
    expect(KERNEL.search(boot.console).start() < panic, "no kernel started before the panic")
    expect(FIRMWARE.search(boot.console).start() > panic, "the firmware came before the panic")


def _tells(machine, release):
    """Status, in both its forms, and the journal tell the failure."""
    last = status(machine)["history"][0]
    expect(last["result"] == "failed" and last["version"] == release,
           f"the history begins with {last}")
    expect_says(machine.check("warmboot --status"),
                re.compile(rf"(?m)^ +failed +\S+ +{re.escape(release)} .*through the firmware"))
    machine.check("journalctl -b MESSAGE_ID=c5051912fab14204994b46c0603626aa -o cat | grep .")


def _refuses(machine, command, timeout=1200):
    """A hook runs, says that it does not arm, and why."""
    expect_says(machine.check(f"{command} 2>&1", timeout), REFUSED)
    now = expect_not_armed(machine)
    expect("failed" in now["reason"], f"the reason is {now['reason']}")


@scenario("installed", everyday=False)
def panic_in_the_initramfs(machine, states):
    """It panics in its initramfs: firmware, told; then armed by hand, or as another version."""
    release, other = states.kernels.newer, states.kernels.newest
    _prepare(machine, release)
    apt(machine, f"install linux-image-{release}")
    expect_armed(machine, release)
    _panics(machine, release)
    expect_not_armed(machine)
    _tells(machine, release)
    # Otherwise a hook has no wish to load the kernel that runs already.
    machine.check("echo 'arm_at_boot = true;' >>/etc/warmboot.conf")
    _refuses(machine, f"update-initramfs -u -k {release}")
    _refuses(machine, "apt-get -y -o Dpkg::Use-Pty=0 install --reinstall"
             f" linux-image-{release}")
    machine.check("systemctl restart warmboot")
    expect_not_armed(machine)
    apt(machine, f"install linux-image-{other}")
    expect_armed(machine, other)
    apt(machine, f"purge linux-image-{other}")
    expect_not_armed(machine)
    machine.check("warmboot --arm")
    expect_armed(machine, release)
    _panics(machine, release)
    _tells(machine, release)
