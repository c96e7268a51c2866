# SPDX-License-Identifier: GPL-2.0-or-later
"""
Requests to firmware and boot loader, made with the tools that make them (or, where those need
hardware, written as they write them). Nothing is armed beside one; one that comes after the
arming sends the reboot through the firmware, and is carried out there or waits on.
"""

import re
from dataclasses import dataclass

from harness.boots import reboot
from harness.machine import CheckFailed
from harness.uefi import cold
from harness.warm import expect, expect_armed, expect_not_armed, status

from . import scenario

GLOBAL = "8be4df61-93ca-11d2-aa0d-00e098032b8c"
FWUPD = "0abba7dc-e516-4167-bbf5-4d9d1c739416"
SHIM = "605dab50-e046-4300-abb6-3dd810dd8b23"
LOADER = "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
VARS = "/sys/firmware/efi/efivars"
OS_INDICATIONS = f"{VARS}/OsIndications-{GLOBAL}"
UPDATE = f"{VARS}/fwupd-11111111-2222-3333-4444-555555555555-0-{FWUPD}"
# On a busy host, OVMF is silent for minutes while it reads a kernel.
PATIENCE = 900
# What OVMF's own menu shows on a serial line.
SETUP = "Device Manager"
ONCE = "once.conf"


# The file system makes variables that could break a machine immutable, and takes one write.
EFIVAR = """cat >/usr/local/sbin/efivar <<'END'
#!/usr/bin/python3
import fcntl, os, struct, sys
path, FS_IOC_SETFLAGS = sys.argv[1], 0x40086602
if os.path.exists(path):
    file = os.open(path, os.O_RDONLY)
    fcntl.ioctl(file, FS_IOC_SETFLAGS, struct.pack("l", 0))
    os.close(file)
if len(sys.argv) == 2:
    os.unlink(path)
else:
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
    os.write(file, bytes.fromhex(sys.argv[2]))
END
chmod +x /usr/local/sbin/efivar"""


def _put(path, *data):
    """Shell: write a variable, non-volatile and seen by both boot and run time."""
    return f"efivar {path} {bytes((7, 0, 0, 0, *data)).hex()}"


def _drop(path):
    return f"efivar {path}"


@dataclass
class Request:
    """One row: how it is made, what a refusal says, how it is taken back."""

    name: str
    make: str
    says: str
    take_back: str


# An update of fwupd in its history: state 4 waits for a reboot, of this boot.
PENDING_DB = """mkdir -p /var/lib/fwupd; python3 - <<'END'
import sqlite3
btime = [l.split()[1] for l in open("/proc/stat") if l.startswith("btime ")][0]
db = sqlite3.connect("/var/lib/fwupd/pending.db")
db.execute("CREATE TABLE history (device_id TEXT, update_state INTEGER DEFAULT 0,"
           " display_name TEXT, metadata TEXT DEFAULT NULL)")
db.execute("INSERT INTO history VALUES ('1', 4, 'System Firmware', ?)", (f"BootTime={btime}",))
db.commit()
END"""
# GUID and versions, then at byte 48 the status 1: attempt the update.
UPDATE_INFO = (*range(48), 1, 0, 0, 0)

REQUESTS = [
    Request("boot into the setup", "bootctl reboot-to-firmware true", r"firmware's setup",
            "bootctl reboot-to-firmware false"),
    Request("BootNext", "efibootmgr -q -n 0000", r"BootNext", "efibootmgr -q -N"),
    Request("one entry", f"bootctl set-oneshot {ONCE}", r"LoaderEntryOneShot",
            "bootctl set-oneshot ''"),
    Request("one menu", "bootctl set-timeout-oneshot 5", r"LoaderConfigTimeoutOneShot",
            "bootctl set-timeout-oneshot ''"),
    Request("a menu that waits", "bootctl set-timeout menu-force",
            r"boots nothing until somebody chooses", "bootctl set-timeout ''"),
    Request("capsule file",
            "mkdir -p /efi/EFI/UpdateCapsule && echo x >/efi/EFI/UpdateCapsule/a.cap",
            r"/efi/EFI/UpdateCapsule/a\.cap", "rm -r /efi/EFI/UpdateCapsule"),
    Request("capsules asked for", _put(OS_INDICATIONS, 4, 0, 0, 0, 0, 0, 0, 0),
            r"capsule files", _put(OS_INDICATIONS, 0, 0, 0, 0, 0, 0, 0, 0)),
    Request("recovery", _put(OS_INDICATIONS, 0x20, 0, 0, 0, 0, 0, 0, 0),
            r"recovery of the system", _put(OS_INDICATIONS, 0, 0, 0, 0, 0, 0, 0, 0)),
    Request("fwupd's variable", _put(UPDATE, *UPDATE_INFO), r"update of fwupd .*fwupd-1111",
            _drop(UPDATE)),
    Request("fwupd's history", PENDING_DB, r"System Firmware", "rm /var/lib/fwupd/pending.db"),
    Request("a key for shim", _put(f"{VARS}/MokNew-{SHIM}", 1, 2, 3), r"MokNew",
            _drop(f"{VARS}/MokNew-{SHIM}")),
]


def _second_entry(machine):
    """An entry "once" beside the default one, which is chosen by name."""
    machine.check(f"""set -e
        entry=$(echo /efi/loader/entries/*.conf)
        sed 's/from-entry/once/; s/^title.*/& (once)/' "$entry" >/efi/loader/entries/{ONCE}
        bootctl set-default "$(basename "$entry")"
        sync""")


def _arm(machine, states):
    machine.check("warmboot --arm")
    expect_armed(machine, states.kernels.first)


def _asked_after_arming(machine, states, make, command="reboot"):
    """Armed, then asked for: status knows it, and the reboot is cold. What came up."""
    _arm(machine, states)
    if make != ":":
        machine.check(make)
        now = status(machine)
        expect(now["next_reboot"] == "firmware", f"after `{make}`: {now['reason']}")
    seen = cold(machine, command, PATIENCE)
    expect_not_armed(machine)
    return seen


def _no_variable(machine, name, guid):
    expect(machine.run(f"test -e {VARS}/{name}-{guid}")[0] == 1, f"{name} is still set")


@scenario("efi", everyday=False)
def requests_hold_arming_back(machine, states):
    """bootctl, efibootmgr, capsules, fwupd, shim: not armed beside a request; armed without."""
    _second_entry(machine)
    machine.check(EFIVAR)
    wrong = []
    for request in REQUESTS:
        try:
            _arm(machine, states)
            machine.check(request.make)
            code, text = machine.run("warmboot --arm 2>&1")
            expect(code in (1, 3), f"exit status {code}: {text}")
            expect(re.search(f"(?m)^warmboot: not armed: .*{request.says}", text), text)
            expect_not_armed(machine)
        except CheckFailed as error:
            wrong.append(f"{request.name}: {error}")
        machine.check(request.take_back)
    if wrong:
        raise CheckFailed(f"{len(wrong)} of {len(REQUESTS)} rows:\n" + "\n".join(wrong))
    _arm(machine, states)


@scenario("efi", everyday=False)
def asked_of_systemd_boot(machine, states):
    """Armed, then `bootctl set-oneshot`, --boot-loader-entry or -menu, BootNext: carried out."""
    _second_entry(machine)
    seen = _asked_after_arming(machine, states, f"bootctl set-oneshot {ONCE}")
    expect("warmboot.mark=once" in seen.cmdline, f"not the entry asked for: {seen.cmdline}")
    _no_variable(machine, "LoaderEntryOneShot", LOADER)
    seen = _asked_after_arming(machine, states, ":",
                               f"systemctl reboot --boot-loader-entry={ONCE}")
    expect("warmboot.mark=once" in seen.cmdline, f"not the entry asked for: {seen.cmdline}")
    start = machine.console_size()
    seen = _asked_after_arming(machine, states, ":", "systemctl reboot --boot-loader-menu=4")
    expect("warmboot.mark=from-entry" in seen.cmdline, f"not the default: {seen.cmdline}")
    expect("Boot in 4 s" in machine.console_text(start), "the menu was not shown for 4 s")
    _no_variable(machine, "LoaderConfigTimeoutOneShot", LOADER)
    machine.check("efibootmgr -q -C -d /dev/vda -p 1 -L once"
                  " -l '\\EFI\\systemd\\systemd-bootx64.efi'")
    number = machine.check("efibootmgr | sed -n 's/^Boot\\(....\\).* once\\b.*/\\1/p'")
    _asked_after_arming(machine, states, f"efibootmgr -q -n {number}")
    current = machine.check("efibootmgr | sed -n 's/^BootCurrent: //p'")
    expect(current == number, f"the firmware booted {current}, not {number}")
    _no_variable(machine, "BootNext", GLOBAL)


@scenario("efi", everyday=False)
def asked_for_the_setup(machine, states):
    """Armed, then `systemctl reboot --firmware-setup`, or bootctl's: the setup comes up."""
    for make, command in ((":", "systemctl reboot --firmware-setup"),
                          ("bootctl reboot-to-firmware true", "reboot")):
        _arm(machine, states)
        machine.check(f"{make}; sync")
        start, resets, boots = machine.console_size(), machine.resets(), machine.shell.boots
        machine.shell.send(command)
        machine.wait_console(SETUP, start, PATIENCE)
        expect(machine.resets() > resets, f"`{command}`: QEMU saw no processor reset")
        machine.reset()
        machine.wait_boot(boots, PATIENCE)
        expect_not_armed(machine)
        bits = machine.check(f"od -An -tu1 -j4 -N1 {OS_INDICATIONS} 2>/dev/null || echo 0")
        expect(not int(bits) & 1, "the setup is still asked for")


@scenario("efi", everyday=False)
def asked_for_a_firmware_update(machine, states):
    """Armed, then a capsule or fwupd's state is staged: cold, and it waits for the firmware."""
    capsule = REQUESTS[4]
    machine.check(EFIVAR)
    _asked_after_arming(machine, states, f"{capsule.make}; sync")
    machine.check(f"test -e /efi/EFI/UpdateCapsule/a.cap && {capsule.take_back}")
    _asked_after_arming(machine, states, _put(UPDATE, *UPDATE_INFO))
    machine.check(f"test -e {UPDATE} && {_drop(UPDATE)}")
    _asked_after_arming(machine, states, PENDING_DB)
    # It was waiting for a reboot, and that has been.
    _arm(machine, states)


@scenario("efi", everyday=False)
def boots_are_counted(machine, states):
    """systemd-boot counts down an entry: not armed until systemd-bless-boot calls it good."""
    machine.check("""set -e
        systemctl mask systemd-bless-boot.service
        entry=$(echo /efi/loader/entries/*.conf)
        mv "$entry" "${entry%.conf}+3.conf"
        sync""")
    cold(machine, patience=PATIENCE)
    machine.check("ls /efi/loader/entries/*+2-1.conf")
    code, text = machine.run("warmboot --arm 2>&1")
    expect(code in (1, 3), f"exit status {code}: {text}")
    expect(re.search(r"(?m)^warmboot: not armed: .*count", text), text)
    expect_not_armed(machine)
    machine.check("/lib/systemd/systemd-bless-boot good && ls /efi/loader/entries/")
    _arm(machine, states)


@scenario("armed", everyday=False)
def grub_reboot_after_arming(machine, states):
    """`grub-reboot` and greenboot's counter, made after arming: not warm; GRUB boots it once."""
    first, newer = states.kernels.first, states.kernels.newer
    entry = f"Advanced options for Debian GNU/Linux>Debian GNU/Linux, with Linux {first}"
    machine.check("grub-editenv - set boot_counter=2")
    code, text = machine.run("warmboot --arm 2>&1")
    expect(code == 3 and "boot_counter=2" in text, f"exit status {code}: {text}")
    expect_not_armed(machine)
    machine.check("grub-editenv - unset boot_counter; warmboot --arm")
    expect_armed(machine, newer)
    machine.check(f"grub-reboot '{entry}'")
    expect(status(machine)["next_reboot"] == "firmware", "status announces a kexec")
    reboot(machine, "systemctl reboot").expect_firmware(first)
    machine.check("warmboot --arm")
    expect_armed(machine, newer)
    reboot(machine, "reboot").expect_kexec(newer, states.grub_cmdline())
