# SPDX-License-Identifier: GPL-2.0-or-later
"""
The quick judge of the disk that a power cut left: everything that needs no boot.

The kernel's journal replay and e2fsck, our files by the same script that a booted machine is
judged with, what warmboot says of GRUB's menu, and the recovery by dpkg and apt in the machine's
own tree. Nothing can be armed there, so that is left to the booted ones.
"""

import json

from . import native
from .machine import CheckFailed
from .proc import run
from .recovery import FIRST, FOREIGN, LEFT, NAMED, RECOVER, WHOLE, Verdict, note_recovery
from .warm import expect

# Without /sys, MODULES=dep finds no module. What is in the initramfs is not judged here.
MODULES = "echo MODULES=list >/etc/initramfs-tools/conf.d/zz-native"


def judge(recording, disk, folder):
    """Look into a copy of DISK, in FOLDER."""
    verdict = Verdict()
    copy = folder / "disk.raw"
    run("cp", "--sparse=always", disk, copy)
    try:
        with native.attached(copy) as device:
            # Twice: left in good order, there is no excuse.
            verdict.check(expect, *native.fsck(device))
            with native.mounted(device, folder / "top") as top:
                _recover(recording, top, verdict)
            verdict.check(expect, *native.fsck(device))
    finally:
        copy.unlink()
    return verdict


def _recover(recording, top, verdict):
    verdict.notes["left"] = native.inside(top, LEFT)[1]
    _look(recording, top, verdict, WHOLE)
    verdict.notes["whole"] = _default_is_whole(top)
    code, output = native.inside(top, f"{MODULES}; {RECOVER}")
    note_recovery(verdict, code, output)
    _look(recording, top, verdict, WHOLE + NAMED)
    verdict.notes["whole after"] = _default_is_whole(top)
    audit = native.inside(top, "dpkg --audit; apt-get -qq check")[1]
    verdict.check(expect, not audit, f"dpkg --audit: {audit}")


def _look(recording, top, verdict, script):
    wrong = native.inside(top, script)[1]
    verdict.check(expect, not wrong, wrong)
    now = native.inside(top, f"sha256sum {' '.join(FOREIGN)}")[1]
    verdict.check(expect, now.strip() == recording.checksums.strip(), f"changed:\n{now}")
    told = verdict.check(_ask, top, "--status --json")
    if told:
        verdict.check(expect, not told["armed"] and told["next_reboot"] == "firmware",
                      f"armed: {told}")
    found = verdict.check(_ask, top, "--list --json")
    first = _first(top)
    verdict.notes["next"] = first
    if found:
        # GRUB's menu is the old one or the new one, and is read as GRUB reads it.
        chosen = [e["version"] for e in found["entries"] if e["id"] == found["chosen"]]
        verdict.check(expect, chosen == [first],
                      f"GRUB's first is {first}, chosen is {chosen}: {found['reason']}")


def _first(top):
    return native.inside(top, FIRST)[1].split("\n")[0]


def _default_is_whole(top):
    """Whether the files of what GRUB boots next are whole (Debian's part, not warmboot's)."""
    first = _first(top)
    code, output = native.inside(top, f"cd /boot && [ -s initrd.img-{first} ] &&"
                                      f" warmboot --inspect vmlinuz-{first} initrd.img-{first}")
    return code == 0 or output


def _ask(top, arguments):
    """Our own program in there."""
    code, output = native.inside(top, f"warmboot {arguments} 2>/run/said; code=$?;"
                                      " [ $code = 0 ] || cat /run/said; exit $code")
    if code:
        raise CheckFailed(f"warmboot {arguments} exited {code}: {output}")
    try:
        return json.loads(output)
    except ValueError as error:
        raise CheckFailed(f"warmboot {arguments}: {error}:\n{output}") from error
