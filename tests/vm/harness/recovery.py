# SPDX-License-Identifier: GPL-2.0-or-later
"""
The judge of a machine after a power cut.

What must be true: it comes up through the firmware, GRUB and its file system check; warmboot's
status is what the kernel says; each file of ours is whole and none is left over; dpkg and apt
recover; then the kernel that GRUB boots next is armed if it is another one than the running one,
and otherwise nothing is; and other programs' files are untouched.
"""

import json
import re
from dataclasses import dataclass, field

from . import image, native
from .boots import LOADER_GRUB, cmdline, reboot
from .machine import CheckFailed, Machine
from .proc import HarnessError, run
from .warm import expect, expect_armed, expect_not_armed, status

# What a machine shows that will not come up by itself.
DEAD = re.compile(r"Kernel panic[^\n]*|\(initramfs\) |grub rescue>|grub> |"
                  r"You are in emergency mode|UNEXPECTED INCONSISTENCY[^\n]*|"
                  r"Press any key to continue\.\.\.")
# On a busy host, the emulated timer was seen to stand still when the kernel looks for it.
SPOILED = re.compile(r"IO-APIC \+ timer doesn't work")
# A commit block of ext4's journal that is torn at a sector: the kernel takes it for damage, and
# e2fsck -p for the end of the journal. Debian's initramfs runs that, where it has e2fsck.
TORN_COMMIT = re.compile(r"JBD2: journal transaction \d+ on \S+ is corrupt")
# Ours and other programs' files: what must be what it was, whatever was cut.
FOREIGN = ("/etc/default/grub", "/etc/default/kexec", "/etc/warmboot.conf", "/etc/fstab",
           "/usr/sbin/warmboot", "/usr/lib/warmboot/warmboot-read")
# These print what is wrong; nothing is fine. What is left over goes when the service starts.
LEFT = r"find / -xdev \( -name '*.warmboot-new' -o -name '*warmboot*~' \) -printf 'left over: %p\n'"
WHOLE = r"""
    for f in /var/lib/warmboot/*; do
        [ -e "$f" ] || continue
        case ${f##*/} in
        armed|attempt|history|kept|chain|trial|firmware) ;;
        *) echo "not known: $f" ;;
        esac
        head -n 1 "$f" | grep -qx FORMAT=1 || echo "half a record: $f: $(head -c 80 "$f")"
        [ -z "$(tail -c 1 "$f")" ] || echo "no line end: $f"
        grep -avE "^[A-Z0-9_]+=" "$f" | sed "s|^|not KEY=value: $f: |"
    done
    f=/etc/default/kexec.d/warmboot
    [ ! -e $f ] || { [ -s $f ] && sh -n $f; } || echo "not whole: $f"
    ignored=$(grub-editenv /boot/grub/grubenv list) || echo "grubenv is broken"
"""
# After the recovery, what it names must be there as well.
NAMED = r"""
    KERNEL_IMAGE=; INITRD=
    [ ! -e /etc/default/kexec.d/warmboot ] || . /etc/default/kexec.d/warmboot
    for f in "$KERNEL_IMAGE" "$INITRD"; do
        [ -z "$f" ] || [ -s "$f" ] || echo "kexec.d/warmboot names '$f', which is not there"
    done
"""
FIRST = (r"sed -n 's|^[[:space:]]*linux[[:space:]]*/boot/vmlinuz-\([^ ]*\).*|\1|p'"
         " /boot/grub/grub.cfg")
RECOVER = "dpkg --configure -a && apt-get -y -o Dpkg::Use-Pty=0 -f install"


@dataclass
class Verdict:
    """What was found. FINDINGS about warmboot; NOTES about the rest, for the table."""

    findings: list = field(default_factory=list)
    notes: dict = field(default_factory=dict)

    def check(self, function, *arguments):
        """Call it; what it objects to is a finding."""
        try:
            return function(*arguments)
        except CheckFailed as error:
            self.findings.append(str(error))
            return None


class CutMachine(Machine):
    """A machine that is known to be dead as soon as its console says so."""

    def alive(self):
        super().alive()
        text = self.console_text()
        if SPOILED.search(text):
            raise HarnessError("the emulated machine has no timer")
        dead = DEAD.search(text)
        if dead:
            raise CheckFailed(f"it does not come up: the console shows '{dead[0].strip()}'")


def judge(recording, disk, folder, recover, warm):
    """
    Boot DISK (raw, left as it is), and judge. RECOVER: then recover, and judge what is armed.
    WARM: reboot at the end, if it is.
    """
    verdict = Verdict()
    machine = _start(recording, disk, folder, verdict)
    try:
        _after_boot(recording, machine, verdict)
        if recover:
            _recover(machine, verdict)
            _after_recovery(recording, machine, verdict, warm)
    finally:
        machine.kill()
        for copy in (*folder.rglob("*.qcow2"), *folder.glob("*.raw")):
            copy.unlink()
    return verdict


def _repair(disk, folder):
    """What Debian's initramfs does before it mounts. Returns the repaired copy."""
    copy = folder / "repaired.raw"
    run("cp", "--sparse=always", disk, copy)
    with native.attached(copy) as device:
        fine, output = native.fsck(device)
    if not fine:
        raise CheckFailed(f"e2fsck -p: {output}")
    return copy


def _start(recording, disk, folder, verdict):
    """By GRUB's default; if that one cannot boot, by the older kernel as from its menu."""
    machine = CutMachine(folder, _copy(disk, folder))
    try:
        machine.wait_boot()
        verdict.notes["entry"] = "default"
        return machine
    except CheckFailed as error:
        machine.kill()
        if TORN_COMMIT.search(machine.console_text()) and not verdict.notes.get("repaired"):
            verdict.notes["repaired"] = True
            return _start(recording, _repair(disk, folder), folder / "repaired", verdict)
        verdict.notes["entry"] = "older"
        verdict.notes["default"] = str(error)
    except BaseException:
        machine.kill()
        raise
    version = image.kernels(recording.base)[0]
    machine = CutMachine(folder / "older", _copy(disk, folder), extra=(
        "-kernel", recording.base / "vmlinuz", "-initrd", recording.base / "initrd",
        "-append", f"BOOT_IMAGE=/boot/vmlinuz-{version} {recording.cmdline}"))
    try:
        machine.wait_boot()
    except CheckFailed as error:
        machine.kill()
        raise CheckFailed(f"neither the default nor the older kernel: {error}") from error
    except BaseException:
        machine.kill()
        raise
    return machine


def _copy(disk, folder):
    copy = folder / "disk.qcow2"
    folder.mkdir(parents=True, exist_ok=True)
    copy.unlink(missing_ok=True)
    run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", disk, copy)
    return copy


def _after_boot(recording, machine, verdict):
    machine.run("systemctl is-system-running --wait; systemctl --failed --no-legend", 900)
    told = verdict.check(expect_not_armed, machine)
    if verdict.notes["entry"] == "default":
        loader = machine.check("cat /proc/sys/kernel/bootloader_type")
        verdict.check(expect, loader == str(LOADER_GRUB), f"bootloader_type is {loader}")
        verdict.check(expect, cmdline(machine) == recording.cmdline,
                      f"the command line is {cmdline(machine)}")
    elif not verdict.findings:
        # The default is not whole: that has to be noticed.
        _, output = machine.run("warmboot --arm 2>&1")
        verdict.notes["arm"] = output
        verdict.check(expect_not_armed, machine)
    if told:
        running = machine.check("uname -r")
        verdict.notes["running"] = running
        verdict.check(expect, told["running"] == running and told["booted_by"] == "firmware",
                      f"status says {told['running']} by {told['booted_by']}")
    verdict.check(_service_runs, machine)
    verdict.check(_all_whole, machine, recording)


def _service_runs(machine):
    state = machine.run("systemctl is-active warmboot")[1].strip()
    expect(state == "active", "warmboot.service is " + state + "\n" + machine.run(
        "systemctl status --no-pager warmboot; journalctl -b -t warmboot --no-pager")[1])


def _all_whole(machine, recording, script=WHOLE):
    wrong = machine.check(f"{LEFT}\n{script}")
    expect(not wrong, wrong)
    now = machine.run(f"sha256sum {' '.join(FOREIGN)}")[1]
    expect(now == recording.checksums, f"changed:\n{now}\n--- was\n{recording.checksums}")


def note_recovery(verdict, code, output):
    """What dpkg and apt said."""
    verdict.notes["said"] = [l for l in output.splitlines() if l.startswith("warmboot:")]
    verdict.notes["configured"] = re.findall(r"^Setting up (\S+)", output, re.MULTILINE)
    verdict.check(expect, code == 0, f"recovery exited {code}:\n{output}")


def _recover(machine, verdict):
    code, output = machine.run(RECOVER, 2400)
    note_recovery(verdict, code, output)
    audit = machine.run("dpkg --audit; apt-get -qq check")[1].strip()
    verdict.check(expect, not audit, f"dpkg --audit: {audit}")


def _after_recovery(recording, machine, verdict, warm):
    first = machine.check(FIRST).split("\n")[0]
    running = machine.check("uname -r")
    now = status(machine)
    verdict.notes["next"] = first
    if first == running:
        verdict.check(expect_not_armed, machine)
    elif now["armed"]:
        verdict.notes["armed"] = now["version"]
        verdict.check(expect_armed, machine, first)
    else:
        # Only a reason that says so may keep it from being armed.
        verdict.check(expect_not_armed, machine)
        verdict.notes["refused"] = now["reason"]
        verdict.check(expect, verdict.notes["said"] or not verdict.notes["configured"],
                      f"not armed, and no line says why: {json.dumps(now, indent=1)}")
    verdict.check(_all_whole, machine, recording, WHOLE + NAMED)
    if warm and now["armed"] and not verdict.findings:
        boot = reboot(machine, "reboot")
        verdict.check(boot.expect_kexec, first, recording.cmdline)
        verdict.notes["warm"] = boot.release
