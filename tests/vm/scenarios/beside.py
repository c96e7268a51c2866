# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's kexec-tools beside us: its scripts load /vmlinuz at every reboot."""

from harness.boots import reboot
from harness.warm import apt, expect, expect_armed, expect_not_armed

from . import scenario


def _install(machine, states):
    """kexec-tools as debconf leaves it, with /vmlinuz pointing at another kernel than ours."""
    apt(machine, "install kexec-tools")
    machine.check("grep -q ^LOAD_KEXEC=true /etc/default/kexec")
    machine.check(f"ln -sf boot/vmlinuz-{states.kernels.first} /vmlinuz;"
                  f" ln -sf boot/initrd.img-{states.kernels.first} /initrd.img")


@scenario("armed")
def kexec_tools_beside(machine, states):
    """Armed: our kernel boots, not the one that kexec-tools would load."""
    _install(machine, states)
    expect_armed(machine, states.kernels.newer)
    reboot(machine, "reboot").expect_kexec(states.kernels.newer, states.grub_cmdline())


@scenario("armed", everyday=False)
def kexec_tools_disarmed(machine, states):
    """Disarmed: the firmware reboot comes, whatever kexec-tools loads on the way down."""
    _install(machine, states)
    machine.check("warmboot --disarm")
    expect_not_armed(machine)
    reboot(machine, "reboot").expect_firmware(states.kernels.newer)


@scenario("armed", everyday=False)
def foreign_image(machine, states):
    """Somebody else's image is left alone, and --arm refuses it without --force."""
    _install(machine, states)
    first = states.kernels.first
    machine.check("warmboot --disarm && systemctl restart warmboot")
    machine.check(f"kexec -s -l /boot/vmlinuz-{first} --initrd=/boot/initrd.img-{first}"
                  " --reuse-cmdline")
    status, output = machine.run("warmboot --arm")
    expect(status == 3, f"--arm exited {status}:\n{output}")
    machine.check("test $(cat /sys/kernel/kexec_loaded) = 1")
    machine.check("warmboot --arm --force")
    expect_armed(machine, states.kernels.newer)


_LATE = """\
[Unit]
DefaultDependencies=no
Before=shutdown.target umount.target final.target
[Service]
Type=oneshot
ExecStart=/sbin/kexec -s -l /boot/vmlinuz-%i --initrd=/boot/initrd.img-%i --reuse-cmdline
[Install]
WantedBy=kexec.target
"""


@scenario("armed", everyday=False)
def late_loader(machine, states):
    """A service that kexec.target starts on the way down loads nothing in place of what is armed."""
    _install(machine, states)
    machine.check("sed -i s/^LOAD_KEXEC=true/LOAD_KEXEC=false/ /etc/default/kexec")
    machine.check(f"printf %s '{_LATE}' >/etc/systemd/system/kexec-load@.service &&"
                  f" systemctl daemon-reload && systemctl enable kexec-load@{states.kernels.first}")
    expect_armed(machine, states.kernels.newer)
    reboot(machine, "reboot").expect_kexec(states.kernels.newer, states.grub_cmdline())
