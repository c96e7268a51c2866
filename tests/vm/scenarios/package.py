# SPDX-License-Identifier: GPL-2.0-or-later
"""The distribution's own package: installed, upgraded, purged."""

from harness.boots import reboot
from harness.warm import apt, expect, expect_armed, expect_not_armed, loaded

from . import scenario

# What is left of the harness itself, and of the journal and apt, which only tell.
NOT_OURS = "/root /proc /sys /dev /tmp /srv /var/log /run/vm-agent".split()


def _traces(machine):
    """Every file whose name tells of warmboot."""
    prune = " -o ".join(f"-path {p}" for p in NOT_OURS)
    return machine.check(f"find / \\( {prune} \\) -prune -o -iname '*warmboot*' -print")


@scenario("bare")
def debian_package(machine, states):
    """The .deb: installed it arms the next kernel, an upgrade keeps that, purged it is gone."""
    release = states.kernels.newer
    before = machine.check("ls -A / /etc /var/lib /run")
    apt(machine, "install /root/warmboot.deb")
    expect_not_armed(machine)
    machine.check("systemctl is-active warmboot && systemctl is-enabled warmboot")
    apt(machine, f"install linux-image-{release}")
    expect_armed(machine, release)
    apt(machine, "install --reinstall /root/warmboot.deb")
    expect_armed(machine, release)
    boot = reboot(machine, "systemctl reboot")
    expect(boot.loader == 208 and boot.release == release,
           f"came up as {boot.release} by loader {boot.loader}")
    machine.check("warmboot --arm")
    apt(machine, "purge warmboot")
    expect(not loaded(machine), "purged, but its kernel is still loaded")
    expect(not _traces(machine), f"left behind:\n{_traces(machine)}")
    after = machine.check("ls -A / /etc /var/lib /run")
    new = set(after.split()) - set(before.split()) - {"reboot-required", "reboot-required.pkgs"}
    expect(not new, f"new names after the purge: {new}")
    boot = reboot(machine, "reboot")
    boot.expect_firmware(release)
