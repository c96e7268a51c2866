# SPDX-License-Identifier: GPL-2.0-or-later
"""Boot loaders on UEFI: what the loader boots and what warmboot boots are the same, both run."""

from harness.uefi import both_ways, cold
from harness.warm import apt, expect, expect_armed, expect_not_armed, status

from . import scenario


def _mark_initramfs(machine, release, image, text):
    """A file of its own for the initramfs, which says TEXT in the kernel's log."""
    machine.check(f"""set -e
        rm -rf /tmp/mark; mkdir -p /tmp/mark/conf/conf.d; cd /tmp/mark
        echo 'echo "initramfs-mark: {text}" >/dev/kmsg' >conf/conf.d/{text}
        find . | cpio --quiet -o -H newc >{image}""")
    return release


@scenario("efi")
def systemd_boot_entries(machine, states):
    """systemd-boot: apt's new kernel gets an entry, is armed, and boots the same both ways."""
    release = states.kernels.newer
    apt(machine, f"install linux-image-{release}")
    seen = both_ways(machine, release)
    expect("warmboot.mark=from-entry" in seen.cmdline, f"the command line is {seen.cmdline}")


@scenario("efi", everyday=False)
def systemd_boot_default(machine, states):
    """systemd-boot: a default set by bootctl counts; a request for one boot is left to it."""
    release, first = states.kernels.newer, states.kernels.first
    apt(machine, f"install linux-image-{release}")
    expect_armed(machine, release)
    machine.check(f"bootctl set-default '*-{first}.conf' && warmboot --arm")
    expect_armed(machine, first)
    machine.check(f"bootctl set-oneshot \"$(basename /efi/loader/entries/*-{release}.conf)\"")
    code, text = machine.run("warmboot --arm")
    expect(code in (1, 3), f"armed though one boot is asked for: {text}")
    expect_not_armed(machine)
    seen = cold(machine)
    expect(seen.release == release, f"the one-shot boot was {seen.release}")
    machine.check("warmboot --arm")
    both_ways(machine, first)


@scenario("efi")
def systemd_boot_unified(machine, states):
    """systemd-boot with a unified kernel image: its kernel, initramfs and command line."""
    first = states.kernels.first
    _mark_initramfs(machine, first, "/tmp/mark.img", "inside-the-uki")
    machine.check(f"""set -e
        cat /boot/initrd.img-{first} >/tmp/initrd
        truncate -s %4 /tmp/initrd; cat /tmp/mark.img >>/tmp/initrd
        printf 'root=LABEL=root rw console=ttyS0,115200 warmboot.mark=from-uki' >/tmp/cmdline
        printf '%s' {first} >/tmp/uname
        cp /usr/lib/systemd/boot/efi/linuxx64.efi.stub /tmp/stub
        objcopy --add-section .osrel=/etc/os-release --change-section-vma .osrel=0x20000 \\
            --add-section .cmdline=/tmp/cmdline --change-section-vma .cmdline=0x30000 \\
            --add-section .uname=/tmp/uname --change-section-vma .uname=0x40000 \\
            --add-section .linux=/boot/vmlinuz-{first} --change-section-vma .linux=0x2000000 \\
            --add-section .initrd=/tmp/initrd --change-section-vma .initrd=0x4000000 \\
            /tmp/stub /efi/EFI/Linux/test-{first}.efi
        bootctl set-default test-{first}.efi
        warmboot --inspect /efi/EFI/Linux/test-{first}.efi
        warmboot --arm""")
    seen = both_ways(machine, first)
    expect("warmboot.mark=from-uki" in seen.cmdline, f"the command line is {seen.cmdline}")
    expect("inside-the-uki" in seen.marks, "the initramfs inside the image was not the one used")


@scenario("efi", everyday=False)
def two_initramfs_files(machine, states):
    """An entry with two initramfs files, an early one first: both reach the kernel."""
    first = states.kernels.first
    _mark_initramfs(machine, first, "/efi/early.img", "early")
    machine.check("""set -e
        entry=$(echo /efi/loader/entries/*.conf)
        sed -i '0,/^initrd/s//initrd \\/early.img\\ninitrd/' "$entry"
        cat "$entry"; warmboot --arm""")
    expect(len(status(machine)["initrds"]) == 2, "status does not name two initramfs files")
    seen = both_ways(machine, first)
    expect("early" in seen.marks, "the early initramfs did not reach the kernel")


@scenario("efi", everyday=False)
def grub_on_uefi(machine, states):
    """GRUB on UEFI with /boot apart: its default, changed with its own tools, both ways."""
    first, newer = states.kernels.first, states.kernels.newer
    machine.check("""set -e
        bootctl remove; rm -rf /efi/loader /efi/EFI/Linux "/efi/$(cat /etc/machine-id)" /efi/EFI/BOOT
        rm -f /etc/kernel/postinst.d/zz-systemd-boot /etc/kernel/postrm.d/zz-systemd-boot
        cat >/etc/default/grub <<END
GRUB_DEFAULT=saved
GRUB_TIMEOUT=1
GRUB_DISTRIBUTOR=Debian
GRUB_CMDLINE_LINUX_DEFAULT="warmboot.mark=from-grub"
GRUB_CMDLINE_LINUX="console=ttyS0,115200"
GRUB_DISABLE_OS_PROBER=true
END
        grub-install --target=x86_64-efi --efi-directory=/efi --bootloader-id=debian
        update-grub""", 600)
    seen = cold(machine)
    expect("warmboot.mark=from-grub" in seen.cmdline, f"GRUB's command line is {seen.cmdline}")
    apt(machine, f"install linux-image-{newer}")
    both_ways(machine, newer)
    machine.check(f"""set -e
        id=$(sed -n "s/.*\\\\(gnulinux-{first}-advanced-[^' ]*\\\\).*/\\\\1/p" /boot/grub/grub.cfg | head -n 1)
        sub=$(sed -n "s/.*\\\\(gnulinux-advanced-[^' ]*\\\\).*/\\\\1/p" /boot/grub/grub.cfg | head -n 1)
        grub-set-default "$sub>$id"
        warmboot --arm""")
    both_ways(machine, first)
    machine.check("grub-reboot 0")
    code, text = machine.run("warmboot --arm")
    expect(code in (1, 3), f"armed though one boot is asked for: {text}")
    seen = cold(machine)
    expect(seen.release == newer, f"grub-reboot 0 booted {seen.release}")
