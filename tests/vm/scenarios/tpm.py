# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks that a TPM unlocks, its registers after warm and cold boots, and requests about it."""

import re

from harness.uefi import cold, warm
from harness.warm import apt, expect, expect_armed, expect_not_armed, expect_says, status

from . import scenario

DISK = "/dev/disk/by-partlabel/secret"
# What warmboot(8) says of the registers: these are after a warm boot what a cold one makes them.
RIGHT = {0, 1, 2, 3, 5, 6, 7, 14}
IMA = 10                            # the kernel itself extends it once at each start
REQUEST = "/sys/class/tpm/tpm0/ppi/request"
RESPONSE = "/sys/class/tpm/tpm0/ppi/response"
CLEAR = 5                           # the request to forget all keys; OVMF asks first
ASKS = "configuration change was requested"
ENROLL = f"systemd-cryptenroll --unlock-key-file=/root/key --wipe-slot=tpm2 {DISK}"


# --- Disks ------------------------------------------------------------------------------------

def _make_secret(machine, options="tpm2-device=auto,headless=1,nofail"):
    """A LUKS2 volume that is not yet bound to the TPM, and its line in crypttab."""
    machine.check(f"""set -e
        umask 077; printf secret >/root/key
        cryptsetup -q luksFormat --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 \\
            {DISK} /root/key
        echo 'secret PARTLABEL=secret none {options}' >/etc/crypttab
        systemctl daemon-reload""")


def _bind(machine, registers):
    """Bind it to the registers' values of now, and open it by the TPM."""
    machine.check(f"""{ENROLL} --tpm2-device=auto --tpm2-pcrs={registers} &&
        systemctl restart systemd-cryptsetup@secret && test -b /dev/mapper/secret""")


def _unlocked(machine):
    """Whether the TPM unlocked it at this boot."""
    machine.run("systemctl is-system-running --wait", 300)
    code, text = machine.run("journalctl -q -b --no-pager -u systemd-cryptsetup@secret;"
                             " test -b /dev/mapper/secret")
    expect("cryptsetup" in text, f"nothing tried to unlock the disk:\n{text}")
    return code == 0


def _guard(machine, name="tpm-disk"):
    """Verdict and finding of a guard."""
    row, = [g for g in status(machine)["guards"] if g["name"] == name]
    return row["verdict"], row["finding"]


def _refused(machine, *words, name="tpm-disk"):
    """Arming by hand is refused by the guard, which says all of WORDS."""
    code, text = machine.run("warmboot --arm 2>&1")
    expect(code == 3, f"--arm exited {code}:\n{text}")
    for word in words:
        expect_says(text, re.compile(re.escape(word)))
    expect_not_armed(machine)
    expect(_guard(machine, name)[0] in ("veto", "unknown"), "the guard does not object")


@scenario("tpm", everyday=False)
def tpm_disk(machine, states):
    """A disk bound to register 7 is unlocked after a warm reboot as after one by the firmware."""
    _make_secret(machine)
    _bind(machine, "7")
    apt(machine, f"install linux-image-{states.kernels.newer}")
    expect_armed(machine, states.kernels.newer)
    verdict, finding = _guard(machine)
    expect(verdict == "ok" and "stay right: 7" in finding, f"the guard: {verdict}, {finding}")
    for way in (warm, cold):
        seen = way(machine)
        expect(seen.release == states.kernels.newer, f"{seen.release} runs")
        expect(_unlocked(machine), f"the disk is locked after a {way.__name__} boot")


@scenario("tpm", everyday=False)
def tpm_disk_of_the_kernel(machine, states):
    """Bound to a register that a warm boot leaves wrong: not armed; the firmware unlocks it."""
    _make_secret(machine)
    for registers, wrong in (("7+9", "9"), ("8", "8"), ("10", "10"), ("11+12", "11, 12"),
                             ("15", "15"), ("4", "4")):
        _bind(machine, registers)
        _refused(machine, "the key of /dev/vda4", f"registers {wrong},")
    seen = cold(machine)
    expect(seen.release == states.kernels.first, f"{seen.release} runs")
    expect(_unlocked(machine), "the disk is locked after a reboot through the firmware")


@scenario("tpm", everyday=False)
def tpm_disk_bound_late(machine, states):
    """Armed, and then a disk is bound to the kernel's register: the reboot is the firmware's."""
    _make_secret(machine)
    _bind(machine, "7")
    machine.check("warmboot --arm")
    expect_armed(machine, states.kernels.first)
    _bind(machine, "4")
    cold(machine)
    expect(_unlocked(machine), "the disk is locked after a reboot through the firmware")


@scenario("tpm", everyday=False)
def tpm_disk_forced(machine, states):
    """What the guard is for: a disk bound to a register that grows is locked after a warm boot."""
    _make_secret(machine)
    _bind(machine, str(IMA))
    machine.check("warmboot --arm --force")
    expect_armed(machine, states.kernels.first)
    warm(machine)
    expect(not _unlocked(machine), "the disk is unlocked: the guard has no reason")
    cold(machine)
    expect(_unlocked(machine), "the disk is locked after a reboot through the firmware")


@scenario("tpm", everyday=False)
def tpm_disk_policies(machine, states):
    """What is bound otherwise: a signed policy, clevis; what cannot be told, and damage."""
    def arms(words):
        machine.check("warmboot --arm")
        expect_armed(machine, states.kernels.first)
        verdict, finding = _guard(machine)
        expect(verdict == "ok" and words in finding, f"the guard: {verdict}, {finding}")

    _make_secret(machine)
    _refused(machine, "no token tells by which registers")
    machine.check(f"""set -e
        openssl genrsa -out /root/policy.key 2048
        openssl rsa -in /root/policy.key -pubout -out /root/policy.pub
        {ENROLL} --tpm2-device=auto --tpm2-pcrs= --tpm2-public-key=/root/policy.pub \
            --tpm2-public-key-pcrs=11""")
    _refused(machine, "by-partlabel/secret", "registers 11,")
    for registers in ("7", "7,9"):
        machine.check(f"""set -e
            cryptsetup -q luksFormat --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 \
                {DISK} /root/key
            clevis luks bind -y -k /root/key -d {DISK} tpm2 \
                '{{"pcr_bank":"sha256","pcr_ids":"{registers}"}}'
            clevis luks pass -d {DISK} -s 1 >/dev/null""")
        if registers == "7":
            arms("stay right: 7")
        else:
            _refused(machine, "registers 9,")
    # Its text, in both copies.
    machine.check(f"for at in 1 5; do printf x | dd of={DISK} bs=4096 seek=$at conv=notrunc; done")
    _refused(machine, "by-partlabel/secret cannot be read")
    machine.check(f"wipefs -qa {DISK} && dd if=/dev/zero of={DISK} bs=1M count=1 conv=notrunc")
    _refused(machine, "its header is kept elsewhere")
    machine.check(f"""set -e
        truncate -s 16M /root/header
        cryptsetup -q luksFormat --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 \
            --header /root/header {DISK} /root/key
        cryptsetup open --header /root/header --key-file /root/key {DISK} elsewhere
        rm /etc/crypttab""")
    _refused(machine, "its header is kept elsewhere")
    machine.check("cryptsetup close elsewhere")
    arms("no disk is unlocked by the TPM")


# --- Registers --------------------------------------------------------------------------------

def _registers(machine):
    """The registers 0 to 15, as the kernel shows them."""
    text = machine.check("cd /sys/class/tpm/tpm0/pcr-sha256 && grep . $(seq 0 15)")
    values = [line.split(":")[1] for line in text.splitlines()]
    expect(len(values) == 16, f"not 16 registers:\n{text}")
    return values


def _different(one, other):
    return {i for i, (a, b) in enumerate(zip(one, other)) if a != b}


def _note(machine, boots):
    """Keep the table beside the console log."""
    lines = ["| register | " + " | ".join(boots) + " |", "| --- |" + " --- |" * len(boots)]
    lines += [f"| {i} | " + " | ".join(values[i][:8] for values in boots.values()) + " |"
              for i in range(16)]
    (machine.folder / "registers.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _compare(machine, states, arm_newer, told, grown):
    """
    The registers after boots of the first kernel and of the newer one, warm and cold.

    ARM_NEWER leaves the newer one armed. TOLD: what differs between cold boots of the two.
    GROWN: what a warm boot extends.
    """
    boots = {"old, cold": _registers(machine)}
    arm_newer()
    for name, way in (("old to new, warm", warm), ("new, cold", cold), ("new to new, warm", warm)):
        seen = way(machine)
        expect(seen.release == states.kernels.newer, f"{seen.release} runs")
        boots[name] = _registers(machine)
        _note(machine, boots)
        if way is cold:
            machine.check("warmboot --arm")
    old, changed, new, again = boots.values()
    expect(_different(old, new) == told, f"cold boots differ in {_different(old, new)}")
    expect(_different(old, changed) == grown, f"a warm boot changed {_different(old, changed)}")
    expect(_different(new, again) == grown, f"a warm boot changed {_different(new, again)}")
    wrong = _different(changed, new)
    expect(not wrong & RIGHT, f"{wrong & RIGHT} are not what warmboot(8) says of them")
    return boots


def _install_newer(machine, states):
    apt(machine, f"install linux-image-{states.kernels.newer}")


@scenario("tpm", everyday=False)
def tpm_registers(machine, states):
    """systemd-boot's entries: which registers a warm boot leaves unlike a cold one."""
    _compare(machine, states, lambda: _install_newer(machine, states),
             told={4, 9, IMA, 12}, grown={IMA})


@scenario("tpm", everyday=False)
def tpm_registers_unified(machine, states):
    """The same with unified kernel images, whose boot phases systemd measures, too."""
    def unify(version):
        machine.check(f"""set -e
            cp /boot/initrd.img-{version} /tmp/initrd
            printf 'root=LABEL=root rw console=ttyS0,115200' >/tmp/cmdline
            printf '%s' {version} >/tmp/uname
            objcopy --add-section .osrel=/etc/os-release --change-section-vma .osrel=0x20000 \\
                --add-section .cmdline=/tmp/cmdline --change-section-vma .cmdline=0x30000 \\
                --add-section .uname=/tmp/uname --change-section-vma .uname=0x40000 \\
                --add-section .linux=/boot/vmlinuz-{version} \\
                --change-section-vma .linux=0x2000000 \\
                --add-section .initrd=/tmp/initrd --change-section-vma .initrd=0x4000000 \\
                /usr/lib/systemd/boot/efi/linuxx64.efi.stub /efi/EFI/Linux/tpm-{version}.efi
            bootctl set-default tpm-{version}.efi""")

    def arm_newer():
        _install_newer(machine, states)
        unify(states.kernels.newer)
        machine.check("warmboot --arm")

    unify(states.kernels.first)
    cold(machine)
    _compare(machine, states, arm_newer, told={4, 9, IMA, 11}, grown={IMA, 11})


@scenario("tpm", everyday=False)
def tpm_registers_grub(machine, states):
    """The same with GRUB, which measures its commands and files."""
    machine.check("""set -e
        bootctl remove
        rm -rf /efi/loader /efi/EFI/Linux "/efi/$(cat /etc/machine-id)" /efi/EFI/BOOT
        rm -f /etc/kernel/postinst.d/zz-systemd-boot /etc/kernel/postrm.d/zz-systemd-boot
        cat >/etc/default/grub <<END
GRUB_DEFAULT=0
GRUB_TIMEOUT=1
GRUB_DISTRIBUTOR=Debian
GRUB_CMDLINE_LINUX="console=ttyS0,115200"
GRUB_DISABLE_OS_PROBER=true
END
        grub-install --target=x86_64-efi --efi-directory=/efi --bootloader-id=debian --modules=tpm
        update-grub""", 600)
    cold(machine)
    # GRUB loads the kernel itself, not by a call of the firmware, which would measure it into 4.
    _compare(machine, states, lambda: _install_newer(machine, states),
             told={8, 9, IMA}, grown={IMA})


# --- Requests ---------------------------------------------------------------------------------

def _reaches_the_firmware(machine):
    """A reboot that ends in the firmware's question; Esc says no, and the machine comes up."""
    boots, resets, start = machine.shell.boots, machine.resets(), machine.console_size()
    machine.shell.send("reboot")
    machine.wait_console(ASKS, start, 600)
    expect(machine.resets() > resets, "QEMU saw no processor reset")
    machine.press(["esc"])
    machine.wait_boot(boots)
    expect(machine.check(f"cat {REQUEST}").split()[0] == "0", "the request still waits")
    answer = machine.check(f"cat {RESPONSE}")
    expect(answer.startswith(f"{CLEAR} "), f"the firmware's answer: {answer}")


@scenario("tpm", everyday=False)
def tpm_request(machine, states):
    """A request to the firmware about the TPM: not armed, and unloaded at the reboot."""
    first = states.kernels.first
    machine.check(f"echo {CLEAR} >{REQUEST}")
    _refused(machine, f": {CLEAR} ({REQUEST})", name="tpm-request")
    # What the guard is for: a warm reboot passes it over.
    machine.check("warmboot --arm --force")
    warm(machine)
    expect(machine.check(f"cat {REQUEST}").split()[0] == str(CLEAR), "it is gone")
    machine.check(f"echo 0 >{REQUEST} && warmboot --arm")
    expect_armed(machine, first)
    machine.check(f"echo {CLEAR} >{REQUEST}")
    _reaches_the_firmware(machine)
    machine.check("warmboot --arm")
    expect_armed(machine, first)
    warm(machine)
