# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine of the rpm family: dnf, kernel-install, boot loader specification entries."""

from harness.boots import reboot
from harness.uefi import warm
from harness.warm import expect, expect_armed, expect_not_armed, loaded, status

from . import scenario

# What is left of the harness itself, of the image, and of the journal and dnf, which only tell.
NOT_OURS = "/root /proc /sys /dev /tmp /srv /var/log /var/cache/dnf /var/lib/dnf /run/vm-agent".split()


def _dnf(machine, arguments):
    """dnf must succeed, and none of the scriptlets that it runs may fail; its output."""
    text = machine.check(f"dnf -y {arguments} 2>&1", 1200)
    expect("scriptlet failed" not in text, f"dnf {arguments}:\n{text}")
    return text


def _kernel(release):
    """The rpm's name of a kernel: its version has no hyphen (tests/tools/lib/kernel-rpm)."""
    version, _, rest = release.partition("-")
    return f"kernel-core-{version}-{rest.replace('-', '.')}.1"


def _options(machine, release):
    """The command line that kernel-install wrote into the kernel's entry."""
    text = machine.check(f"sed -n 's/^options//p' /efi/loader/entries/*-{release}.conf")
    return " ".join(text.split())


def _install(machine, release):
    """A new kernel by dnf, which must be armed then."""
    _dnf(machine, f"install {_kernel(release)}")
    machine.check(f"test -s /efi/*/{release}/linux && test -s /efi/*/{release}/initrd")
    return expect_armed(machine, release)


@scenario("rpm")
def dnf_update(machine, states):
    """dnf's new kernel gets its entry by kernel-install, is armed, boots warm with its words."""
    release = states.kernels.newer
    _dnf(machine, "install warmboot")
    machine.check("systemctl is-active warmboot && systemctl is-enabled warmboot")
    expect_not_armed(machine)
    now = _install(machine, release)
    expect(now["kernel"].endswith(f"/{release}/linux"), f"the kernel is {now['kernel']}")
    options = _options(machine, release)
    seen = warm(machine)
    expect(seen.release == release, f"{seen.release} runs, not {release}")
    expect(seen.cmdline == options, f"the entry says\n  {options}\nand not\n  {seen.cmdline}")
    now = expect_not_armed(machine)
    expect((now["running"], now["booted_by"]) == (release, "kexec"), f"status: {now}")


@scenario("rpm", everyday=False)
def dnf_remove(machine, states):
    """What concerns no kernel changes nothing; without its kernel, and without warmboot, nothing
    is armed or left behind."""
    first, release = states.kernels.first, states.kernels.newer
    _dnf(machine, "install warmboot")
    before = _install(machine, release)
    for what in ("install harmless", "install firmware", "reinstall firmware",
                 "reinstall warmboot", "remove firmware"):
        _dnf(machine, what)
        now = expect_armed(machine, release)
        expect(now["armed_at"] == before["armed_at"], f"dnf {what}: loaded anew")
    _dnf(machine, f"remove {_kernel(release)}")
    expect_not_armed(machine)
    machine.check(f"! ls /efi/loader/entries/*-{release}.conf && ! test -e /lib/modules/{release}")
    machine.check("warmboot --arm")
    expect_armed(machine, first)
    machine.check("rpm -e warmboot")
    expect(not loaded(machine), "removed, but its kernel is still loaded")
    prune = " -o ".join(f"-path {p}" for p in NOT_OURS)
    left = machine.check(f"find / \\( {prune} \\) -prune -o -iname '*warmboot*' -print")
    expect(not left, f"left behind:\n{left}")
    boot = reboot(machine, "systemctl reboot")
    expect(boot.resets and boot.release == first, f"{boot.release}, {boot.resets} resets")
