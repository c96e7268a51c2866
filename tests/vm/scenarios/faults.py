# SPDX-License-Identifier: GPL-2.0-or-later
"""
Everything that can be wrong with what was installed.

Each row starts armed with a good kernel. A hook that sorts between GRUB's and ours breaks
something while that kernel's package is configured. Whatever it is: the package manager
succeeds, nothing is left armed (not the older, good image either: it is not what would boot),
and one line says why.
"""

import re
from dataclasses import dataclass

from harness.machine import RAM_MIB, CheckFailed
from harness.warm import expect, expect_armed, expect_not_armed, status

from . import scenario

BEFORE = "/etc/kernel/postinst.d/zz-zz-break"
AFTER = "/etc/kernel/postinst.d/zzzz-mend"
FLIP = """python3 - <<'END'
f = open("{file}", "r+b")
f.seek(0, 2)
f.seek(f.tell() * {percent} // 100)
byte = f.read(1)[0]
f.seek(-1, 1)
f.write(bytes([byte ^ 0x10]))
END"""
BIG = """python3 - <<'END'
# One more cpio archive with a sparse file in it: {mib} MiB of zeros.
def member(name, size):
    fields = [1, 0o100644, 0, 0, 1, 0, size, 0, 0, 0, 0, len(name) + 1, 0]
    head = b"070701" + b"".join(b"%08X" % f for f in fields) + name + bytes(1)
    return head + bytes(-len(head) % 4)
size = {mib} << 20
with open("{initrd}", "ab") as f:
    f.write(bytes(-f.tell() % 512) + member(b"big", size))
    f.truncate(f.tell() + size)
    f.seek(0, 2)
    f.write(member(b"TRAILER!!!", 0))
END"""


@dataclass
class Fault:
    """
    One row. {image}, {initrd}, {release} and {first} are filled in.

    wrong    the shell code that breaks it      mended   what undoes it, beyond the two files
    says     pattern that the one line with the reason must match
    arms     it passes: arming the right kernel, then or after it was mended, is right too
    """

    name: str
    wrong: str
    says: str
    mended: str = ":"
    arms: bool = False


INITRAMFS = [
    Fault("truncated initramfs", "truncate -s -100000 {initrd}", r"truncated after"),
    Fault("zstd initramfs with a flipped bit", FLIP.format(file="{initrd}", percent=60),
          r"not whole: .*zstd"),
    Fault("gzip initramfs with a flipped bit",
          "zstd -dcq {initrd} | gzip -1 > /boot/new && mv /boot/new {initrd}\n"
          + FLIP.format(file="{initrd}", percent=60), r"not whole: .*gzip"),
    Fault("initramfs of another kernel", "cp /boot/initrd.img-{first} {initrd}",
          r"another kernel.*{release}"),
    Fault("initramfs with microcode only",
          "cd $(mktemp -d) && mkdir -p kernel/x86/microcode && head -c 3000 /dev/urandom"
          " >kernel/x86/microcode/GenuineIntel.bin && find . | cpio -o -H newc --quiet >{initrd}",
          r"microcode"),
    Fault("initramfs of 40 % of the memory", BIG.format(initrd="{initrd}", mib=RAM_MIB * 2 // 5),
          r"memory|RAM"),
]
IMAGE = [
    Fault("truncated image", "truncate -s 7000000 {image}", r"truncated after"),
    Fault("image with a flipped bit", FLIP.format(file="{image}", percent=50),
          r"not whole: .*(differs|digest|payload|checksum)"),
    Fault("empty image", ": >{image}", r"empty|truncated|short|no kernel|not a kernel"),
]
SYSTEM = [
    Fault("full disk", "fallocate -l 100T /full 2>/dev/null; dd if=/dev/zero of=/full bs=1M"
          " 2>/dev/null; dd if=/dev/zero of=/full2 bs=1 2>/dev/null; :",
          r"space|written|write", mended="rm -f /full /full2", arms=True),
    Fault("read-only /etc", "mount --bind /etc /etc && mount -o remount,ro,bind /etc",
          r".", mended="umount -l /etc", arms=True),
]


def _script(machine, path, text):
    machine.check(f"cat >{path} <<'SCRIPT'\n#!/bin/sh\n{text}\nexit 0\nSCRIPT\n"
                  f"chmod +x {path}")


def _install_faults(machine, fault, names):
    _script(machine, BEFORE, _fill(fault.wrong, names))
    _script(machine, AFTER, "cat /sys/kernel/kexec_loaded >/run/loaded-then\n"
            + _fill(fault.mended, names))


def _fill(text, names):
    for name, value in names.items():
        text = text.replace("{" + name + "}", value)
    return text


def _row(machine, states, fault, command):
    release = states.kernels.newer
    names = {"release": release, "first": states.kernels.first,
             "image": f"/boot/vmlinuz-{release}", "initrd": f"/boot/initrd.img-{release}"}
    _install_faults(machine, fault, names)
    status_, output = machine.run(f"{command} linux-image-{release} 2>&1", 1200)
    machine.check(f"rm {BEFORE} {AFTER}")
    try:
        expect(status_ == 0, f"the package manager failed with {status_}:\n{output}")
        # What follows from it may be told beside it: that the older image goes.
        lines = [l for l in output.splitlines() if l.startswith("warmboot: not armed")]
        expect(len(lines) == 1 or (fault.arms and not lines),
               f"{len(lines)} lines instead of one:\n{output}")
        if lines:
            pattern = re.sub(r"{(\w+)}", lambda m: re.escape(names[m[1]]), fault.says)
            expect(re.search(pattern, lines[0]), f"not clear: {lines[0]}")
            expect(machine.check("cat /run/loaded-then") == "0",
                   f"not armed, but an image stayed loaded:\n{output}")
        if fault.arms and status(machine)["armed"]:
            expect_armed(machine, release)
        else:
            expect_not_armed(machine)
    finally:
        machine.check(f"cp -p /root/good/vmlinuz-{release} /root/good/initrd.img-{release} /boot/")


def _table(machine, states, faults, command="dpkg-reconfigure"):
    release = states.kernels.newer
    # Neither the initramfs nor the menu is what is looked at: a minute saved for each row.
    machine.check("chmod -x /etc/kernel/postinst.d/initramfs-tools"
                  " /etc/kernel/postinst.d/zz-update-grub; mkdir /root/good;"
                  f" cp -p /boot/vmlinuz-{release} /boot/initrd.img-{release} /root/good/")
    wrong = []
    for fault in faults:
        try:
            machine.check("sleep 3; warmboot --arm")
            expect_armed(machine, release)
            _row(machine, states, fault, command)
        except CheckFailed as error:
            wrong.append(f"{fault.name}: {error}")
    if wrong:
        raise CheckFailed(f"{len(wrong)} of {len(faults)} rows:\n" + "\n".join(wrong))


@scenario("armed")
def faults_in_the_initramfs(machine, states):
    """Truncated, bit-flipped, of another kernel, microcode only, far too big."""
    _table(machine, states, INITRAMFS)


@scenario("armed")
def faults_in_the_image(machine, states):
    """Truncated, bit-flipped, empty."""
    _table(machine, states, IMAGE)


@scenario("armed")
def faults_in_the_system(machine, states):
    """A full disk, a read-only /etc; with apt itself."""
    _table(machine, states, SYSTEM, "apt-get -y -o Dpkg::Use-Pty=0 install --reinstall")


@scenario("armed", everyday=False)
def faults_through_apt(machine, states):
    """The files' faults again, each with a whole `apt-get install --reinstall`."""
    _table(machine, states, INITRAMFS + IMAGE,
           "apt-get -y -o Dpkg::Use-Pty=0 install --reinstall")
