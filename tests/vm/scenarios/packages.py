# SPDX-License-Identifier: GPL-2.0-or-later
"""What apt does after the first kernel update: more updates, new initramfs files, removals."""

import textwrap

from harness.boots import reboot
from harness.warm import apt, expect, expect_armed, expect_not_armed, status

from . import scenario
from .releases import each_release

MARK = "MARK-OF-THE-NEW-INITRAMFS"


@scenario("updated")
def second_update(machine, states):
    """A second update has replaced the armed kernel; update-initramfs reloads it."""
    release = states.kernels.newest
    before = status(machine)["armed_at"]
    machine.check(f"update-initramfs -u -k {release}")
    now = expect_armed(machine, release)
    expect(now["armed_at"] != before, "the new initramfs was not loaded")
    reboot(machine, "reboot").expect_kexec(release, states.grub_cmdline())


@scenario("updated")
def armed_kernel_removed(machine, states):
    """Removed while armed: what boots next is armed instead; removed too: nothing is."""
    kernels = states.kernels
    apt(machine, f"purge linux-image-{kernels.newest} linux-image-cloud-amd64")
    expect_armed(machine, kernels.newer)
    apt(machine, f"remove linux-image-{kernels.newer}")
    expect_not_armed(machine)


@scenario("updated", everyday=False)
def armed_kernel_removed_and_reboot(machine, states):
    """And the machine then comes up through the firmware, in the kernel that is left."""
    kernels = states.kernels
    apt(machine, f"purge linux-image-{kernels.newest} linux-image-cloud-amd64"
        f" linux-image-{kernels.newer}")
    expect_not_armed(machine)
    reboot(machine, "systemctl reboot").expect_firmware(kernels.first)


@scenario("installed")
def unattended_upgrades(machine, states):
    """The real unattended-upgrades installs a kernel and reboots by kexec."""
    machine.check(textwrap.dedent("""\
        cat >/etc/apt/apt.conf.d/52tests <<'END'
        #clear Unattended-Upgrade::Origins-Pattern;
        Unattended-Upgrade::Origins-Pattern { "origin=machine-tests"; };
        Unattended-Upgrade::Automatic-Reboot "true";
        Unattended-Upgrade::Automatic-Reboot-WithUsers "true";
        END
        """))
    boot = reboot(machine, "unattended-upgrade --debug >/dev/console 2>&1", patience=900)
    boot.expect_kexec(states.kernels.newest, states.grub_cmdline())


@scenario("armed", everyday=False)
def unchanged_transaction(machine, states):
    """An apt run that touches no kernel leaves the loaded image as it is."""
    before = status(machine)["armed_at"]
    apt(machine, "install --reinstall strace")
    now = expect_armed(machine, states.kernels.newer)
    expect(now["armed_at"] == before, "loaded again although nothing changed")


@scenario("armed", everyday=False)
def hooks_at_once(machine, states):
    """Ten hooks at the same time end in one consistent state."""
    release = states.kernels.newer
    machine.check(f"touch /boot/initrd.img-{release}; for i in $(seq 10); do"
                  f" /etc/initramfs/post-update.d/zzz-warmboot {release}"
                  f" /boot/initrd.img-{release} & done; wait")
    expect_armed(machine, release)
    reboot(machine, "reboot").expect_kexec(release, states.grub_cmdline())


@scenario("updated", everyday=False)
def older_default_chosen(machine, states):
    """GRUB's default set to an older kernel at the last moment: that one boots, warm."""
    release = states.kernels.newer
    machine.check("sed -i 's/^GRUB_DEFAULT=.*/GRUB_DEFAULT=\"Advanced options for Debian"
                  f" GNU\\/Linux>Debian GNU\\/Linux, with Linux {release}\"/'"
                  " /etc/default/grub && update-grub")
    boot = reboot(machine, "reboot")
    if boot.loader == 208:
        boot.expect_kexec(release, states.grub_cmdline())
    else:
        boot.expect_firmware(release)


def make_stale(machine, release):
    """Rebuild RELEASE's initramfs without warmboot being told; the new one says MARK."""
    machine.check("mkdir -p /etc/initramfs-tools/scripts/init-top; f=/etc/initramfs-tools/"
                  "scripts/init-top/mark; printf '#!/bin/sh\\n[ \"$1\" = prereqs ] ||"
                  f" echo {MARK}\\n' >$f; chmod +x $f;"
                  " chmod -x /etc/initramfs/post-update.d/zzz-warmboot;"
                  f" update-initramfs -u -k {release}; chmod +x"
                  " /etc/initramfs/post-update.d/zzz-warmboot")
    expect(status(machine)["fresh"] is False, "status calls the older initramfs fresh")


def replace_initramfs(machine, release):
    """The same within seconds: another archive in front of RELEASE's initramfs says MARK."""
    machine.check(f"""set -e
        file=/boot/initrd.img-{release}
        mkdir -p /root/more/conf/conf.d
        echo 'echo {MARK}' >/root/more/conf/conf.d/mark
        (cd /root/more && find . | cpio --quiet -o -H newc) >$file.new
        cat $file >>$file.new
        mv $file.new $file""")
    expect(status(machine)["fresh"] is False, "status calls the older initramfs fresh")


@each_release()
def stale_initramfs_at_the_stop(armed):
    """An initramfs replaced behind our back is loaded anew when the machine goes down."""
    make_stale(armed.machine, armed.kernel)
    boot = armed.warm("reboot")
    expect(MARK in boot.console, "the older initramfs was booted")
