# SPDX-License-Identifier: GPL-2.0-or-later
"""Roots that stand for machines: a Debian with GRUB and any number of kernels."""

import os
import subprocess
import time

from rounds import BUILD, BenchError

UUID = "8c5f3d2e-1111-4222-8333-444455556666"
BUILD_TEXT = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-10-01)"
PER_SERIES = 200        # kernels of one "6.N." (a package's revision is below 256 everywhere)
IMAGE_BYTES = 8 << 20   # a fake image has no more than a header; a real one is that long
SETUP_BYTES, PARAGRAPHS_AT = 5 * 512, 0x1f4     # boot.rst: where its length is told
RAMDISK_SIZE_AT = 0x21c + 2     # boot.rst, in the boot parameters: this one had an initramfs
LATER = 100             # seconds: by the machine's clock all files are old enough to be trusted

ENTRY = """\
menuentry '{title}' --class debian --class gnu-linux --class gnu --class os \
$menuentry_id_option '{id}' {{
	load_video
	insmod gzio
	if [ x$grub_platform = xxen ]; then insmod xzio; insmod lzopio; fi
	insmod part_gpt
	insmod ext2
	set root='hd0,gpt1'
	if [ x$feature_platform_search_hint = xy ]; then
	  search --no-floppy --fs-uuid --set=root --hint-bios=hd0,gpt1 {uuid}
	else
	  search --no-floppy --fs-uuid --set=root {uuid}
	fi
	echo	'Loading Linux {version} ...'
	linux	/boot/vmlinuz-{version} root=UUID={uuid} ro {words}
	echo	'Loading initial ramdisk ...'
	initrd	/boot/initrd.img-{version}
}}
"""

# Kinds of entries, and what their command lines end in.
WORDS = {"advanced": " quiet", "sysvinit": " quiet init=/lib/sysvinit/init", "recovery": "single"}

HEADER = """\
if [ -s $prefix/grubenv ]; then
  set have_grubenv=true
  load_env
fi
if [ "${next_entry}" ] ; then
   set default="${next_entry}"
   set next_entry=
   save_env next_entry
   set boot_once=true
else
   set default="0"
fi
if [ x"${feature_menuentry_id}" = xy ]; then
  menuentry_id_option="--id"
else
  menuentry_id_option=""
fi
export menuentry_id_option
if [ "${prev_saved_entry}" ]; then
  set saved_entry="${prev_saved_entry}"
  save_env saved_entry
  set prev_saved_entry=
  save_env prev_saved_entry
  set boot_once=true
fi
function savedefault {
  if [ -z "${boot_once}" ]; then
    saved_entry="${chosen}"
    save_env saved_entry
  fi
}
function load_video {
  if [ x$feature_all_video_module = xy ]; then
    insmod all_video
  else
    insmod efi_gop
    insmod vga
  fi
}
terminal_output console
set timeout=5
"""


def versions(count):
    """COUNT releases of one flavour, the newest first."""
    return [f"6.{n // PER_SERIES}.{n % PER_SERIES}-1-amd64" for n in range(count, 0, -1)]


def menu(names, kinds=("advanced",)):
    """What grub-mkconfig writes: the newest, and all in a submenu, once for each of KINDS."""
    first = ENTRY.format(title="Debian GNU/Linux", id=f"gnulinux-simple-{UUID}", version=names[0],
                         uuid=UUID, words=" quiet")
    rest = "".join(ENTRY.format(title=f"Debian GNU/Linux, with Linux {n} ({k})", version=n,
                                uuid=UUID, id=f"gnulinux-{n}-{k}-{UUID}", words=WORDS[k])
                   for n in names for k in kinds)
    return (f"{HEADER}{first}submenu 'Advanced options for Debian GNU/Linux' "
            f"$menuentry_id_option 'gnulinux-advanced-{UUID}' {{\n{rest}}}\n")


def put(folder, files):
    """Write {path: text} below FOLDER."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def debian(folder, names, kinds=("advanced",)):
    """Fill FOLDER with kernels, initramfs images (not real ones) and GRUB's menu."""
    grubenv = "# GRUB Environment Block\n"
    put(folder, {"etc/fstab": f"UUID={UUID} / ext4 errors=remount-ro 0 1\n"
                              "UUID=1234-ABCD /boot/efi vfat umask=0077 0 1\n",
                 "boot/grub/grub.cfg": menu(names, kinds),
                 "boot/grub/grubenv": grubenv + "#" * (1024 - len(grubenv))})
    plan = "".join(f"/boot/vmlinuz-{n} {n} {BUILD_TEXT}\n/boot/initrd.img-{n} -\n" for n in names)
    subprocess.run([BUILD / "tests" / "make-root", folder], input=plan, text=True, check=True)


def cpio(*names):
    """A newc archive of empty files and folders (the kernel's buffer-format.rst)."""
    out = b""
    for name in (*names, "TRAILER!!!"):
        mode = 0 if name == "TRAILER!!!" else 0o100644 if "." in name else 0o40755
        fields = (1, mode, 0, 0, 1, 0, 0, 0, 0, 0, 0, len(name) + 1, 0)
        entry = b"070701" + b"".join(b"%08x" % f for f in fields) + name.encode() + b"\0"
        out += entry + bytes(-len(entry) % 4)
    return out


def fake(folder, *arguments):
    """The command that runs warmboot on the machine in FOLDER."""
    return [BUILD / "tests" / "warmboot-fake", folder, *arguments]


def lengthen(image):
    """Give a fake kernel image the length of a real one."""
    os.truncate(image, IMAGE_BYTES)
    with open(image, "r+b") as file:
        file.seek(PARAGRAPHS_AT)
        file.write(((IMAGE_BYTES - SETUP_BYTES) // 16).to_bytes(4, "little"))


def firmware(efivars):
    """UEFI variables (specification 3.1.3, 10.3), behind their attributes: it boots Debian."""
    path = "\\EFI\\debian\\shimx64.efi\0".encode("utf-16-le")
    file = b"\4\4" + (4 + len(path)).to_bytes(2, "little") + path + b"\x7f\xff\4\0"
    option = b"\1\0\0\0" + len(file).to_bytes(2, "little") + "debian\0".encode("utf-16-le") + file
    efivars.mkdir(parents=True)
    for name, data in (("BootCurrent", b"\1\0"), ("BootOrder", b"\1\0\2\0"), ("Boot0001", option),
                       ("OsIndications", bytes(8))):
        (efivars / f"{name}-8be4df61-93ca-11d2-aa0d-00e098032b8c").write_bytes(b"\7\0\0\0" + data)


def furnish(root, names):
    """What else a Debian has where warmboot looks: modules, GRUB on an EFI partition."""
    for name in names:
        put(root, {f"usr/lib/modules/{name}/modules.dep": "", f"boot/config-{name}": "",
                   f"boot/System.map-{name}": ""})
        lengthen(root / f"boot/vmlinuz-{name}")
    put(root, {"boot/efi/EFI/debian/grubx64.efi": "", "boot/efi/EFI/BOOT/BOOTX64.EFI": "",
               "boot/efi/EFI/debian/grub.cfg": f"search.fs_uuid {UUID} root\n"
                                               "set prefix=($root)'/boot/grub'\n"
                                               "configfile $prefix/grub.cfg\n",
               "boot/grub/x86_64-efi/normal.mod": "", "boot/grub/fonts/unicode.pf2": "",
               "etc/default/grub.d/init-select.cfg": "",
               "var/lib/dpkg/info/dpkg.list": "", "run/systemd/system/.keep": "",
               "sys/class/dmi/id/product_name": "PC\n", "sys/class/dmi/id/bios_version": "1\n"})
    put(root, {"etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n',
               "proc/self/mountinfo": "21 25 0:19 / /sys rw - sysfs sysfs rw\n"
                                      "25 1 8:2 / / rw,relatime - ext4 /dev/sda2 rw\n"
                                      "31 25 8:1 / /boot/efi rw - vfat /dev/sda1 rw\n",
               "run/udev/data/b8:1": "E:ID_FS_UUID=1234-ABCD\nE:ID_PART_ENTRY_NUMBER=1\n",
               "run/udev/data/b8:2": f"E:ID_FS_UUID={UUID}\nE:ID_PART_ENTRY_NUMBER=2\n",
               "sys/block/sda/size": "0\n"})
    firmware(root / "sys/firmware/efi/efivars")
    params = bytearray(4096)
    params[RAMDISK_SIZE_AT] = 1
    (root / "sys/kernel/boot_params").mkdir(parents=True)
    (root / "sys/kernel/boot_params/data").write_bytes(params)
    (root / "lib").symlink_to("usr/lib")
    (root / "vmlinuz").symlink_to(f"boot/vmlinuz-{names[0]}")
    (root / "initrd.img").symlink_to(f"boot/initrd.img-{names[0]}")


def armed(folder):
    """A booted machine in FOLDER/root: three kernels, the newest armed by a package's hook."""
    newest, running, _ = names = versions(56)[:3]
    root = folder / "root"
    debian(root, names)
    furnish(root, names)
    (root / f"boot/initrd.img-{newest}").write_bytes(
        cpio("lib", "lib/modules", f"lib/modules/{newest}",
             f"lib/modules/{newest}/modules.dep"))
    put(root, {"etc/warmboot.conf": 'verify = "header";\n',
               "proc/meminfo": "MemTotal: 4000000 kB\nMemAvailable: 3000000 kB\n",
               "proc/sys/kernel/random/boot_id": "00000000-0000-4000-8000-000000000001\n",
               "proc/sys/kernel/bootloader_type": "114\n",
               "proc/sys/kernel/kexec_load_disabled": "0\n",
               "proc/cmdline": f"BOOT_IMAGE=/boot/vmlinuz-{running} root=UUID={UUID} ro quiet\n",
               "sys/kernel/kexec_loaded": "0\n"})
    put(folder, {"uname": f"{running} {BUILD_TEXT}", "now": f"{int(time.time()) + LATER}\n"})
    for hook in ("service-start", "dpkg-postinst", "apt-post-invoke"):
        subprocess.run(fake(folder, "--hook", hook), check=True, stderr=subprocess.DEVNULL)
    calls = (folder / "calls").read_text(encoding="utf-8") if (folder / "calls").exists() else ""
    if calls.count("load ") != 1 or (root / "sys/kernel/kexec_loaded").read_text()[0] != "1":
        raise BenchError(f"the machine to measure on could not be armed once:\n{calls}")
