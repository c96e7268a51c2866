# SPDX-License-Identifier: GPL-2.0-or-later
"""
Runs power cuts (cuts.py) against their judges (recovery.py, offline.py), notes each result as
it comes, and writes the table.

Any number of these may run at a time, also as processes of their own: the cuts are done in
rounds, and a round belongs to who has its lock. Within one, the disk only goes forward.
"""

import contextlib
import fcntl
import json
import shutil
import subprocess
import time

from . import offline, paths, recovery
from .cuts import MODES, Replay, plan
from .machine import CheckFailed
from .proc import HarnessError

ROUND = 12              # cuts that share one replay of the recording
TRIES = 2
# Of the booted cuts, so manyth also recovers in the machine, which takes an emulated machine
# longer than all the rest (every disk does where it is looked into), and so manyth is also
# rebooted warm where that left it armed.
RECOVER_EVERY, WARM_EVERY = 10, 20
TABLE = paths.VM / "powercut-result.md"

ABOUT = """\
# Power cuts

Recorded is every write to a disk, and every flush, while apt installs a kernel beside warmboot, and
while warmboot is disarmed and armed by hand and made to reboot. A power cut is the disk after some of
them. *written*: all that were completed are on it. *flushed*: of what no flush had made durable only
a random part is, some writes torn at a sector. Most cuts fall where warmboot itself is at work (from
NAME+ to NAME- below), the others anywhere. No two are the same disk.

*looked into*: the file system's journal was replayed and checked; every file of ours had to be
whole, others' files untouched, GRUB's menu read as GRUB reads it, and, in the machine's own tree,
`{recover}` had to succeed.
*booted*: the disk was booted through SeaBIOS and GRUB; status had to be what the kernel says, the
service had to run, and nothing of ours be left over. *recovered*: some of these machines ran the
recovery, too; it had to succeed, and then the kernel that GRUB boots next had to be armed, or
already running.
"""


class Cutting:
    """The first COUNT cuts of SEED's list. RETRY: those with a finding are done again."""

    def __init__(self, recording, count, seed, retry=False):
        self._recording = recording
        self._cuts = plan(recording.log, count, seed)
        self._notes = paths.BUILD / f"powercut-{recording.key}-{seed}.jsonl"
        self._commit = _commit()
        self._again = [r for r in self.results() if retry and r["findings"]]

    def run(self, looks, boot_every, until=None):
        """
        Do what is left, until a moment of time.monotonic(). The exit status.

        LOOKS: look into every disk. BOOT_EVERY: boot every so manyth, 0 for none.
        """
        if looks:
            self._rounds("looked", self._cuts, until)
        if boot_every:
            self._rounds("booted", self._cuts[::boot_every], until)
        done = self.results()
        self.write_table(done)
        found = sum(bool(r["findings"]) for r in done)
        print(f"{len(done) - found} passed, {found} failed")
        return 1 if found else 0

    def _rounds(self, how, cuts, until):
        for first in range(0, len(cuts), ROUND):
            with self._claim(f"{how}-{first}") as mine:
                if mine:
                    self._round(how, cuts[first:first + ROUND], until)

    def again(self, numbers):
        """Boot these once more, keep what they leave behind, note nothing. The exit status."""
        found = 0
        for number in numbers:
            folder = self._folder(f"again-{number:04}")
            replay = Replay(self._recording.log, self._recording.start, folder / "disk.raw")
            result = self._try(replay, self._cuts[number], folder, "booted")
            print(json.dumps(result, indent=1))
            found += bool(result["findings"])
        return 1 if found else 0

    def results(self):
        """All that is noted, of this and of other runs, by number; the last word on each counts."""
        done = {}
        if self._notes.exists():
            for line in self._notes.read_text(encoding="utf-8").splitlines():
                result = json.loads(line)
                done[result["number"], result["how"]] = result
        return [result for _, result in sorted(done.items())]

    @contextlib.contextmanager
    def _claim(self, name):
        with open(paths.BUILD / f"powercut-{name}.lock", "w", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    def _round(self, how, cuts, until):
        done = {r["number"] for r in self.results() if r["how"] == how and r not in self._again}
        todo = [c for c in cuts if c.number not in done]
        replay = None
        for cut in sorted(todo, key=lambda c: self._recording.log.flushed(c.entry)):
            if until and time.monotonic() > until:
                break
            folder = self._folder(f"{how}-{cut.number:04}")
            replay = replay or Replay(self._recording.log, self._recording.start,
                                      paths.BUILD / f"runs/powercut-{how}-{cuts[0].number}.raw")
            result = self._try(replay, cut, folder, how)
            with open(self._notes, "a", encoding="utf-8") as notes:
                notes.write(json.dumps(result) + "\n")
            self._show(result)
            self.write_table(self.results())
            if not result["findings"]:
                shutil.rmtree(folder)
        if replay:
            replay.disk.unlink()

    @staticmethod
    def _folder(name):
        folder = paths.BUILD / "runs" / f"powercut-{name}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def _try(self, replay, cut, folder, how):
        began = time.monotonic()
        with replay.cut(cut) as survivors:
            for spoiled in range(TRIES):
                try:
                    verdict = self._judge(replay.disk, cut, folder / str(spoiled), how)
                    break
                except CheckFailed as error:
                    verdict = recovery.Verdict([str(error)])
                    break
                except (HarnessError, OSError) as error:
                    print(f"     cut {cut.number}, try {spoiled + 1}: {error}", flush=True)
                    verdict = recovery.Verdict([f"{TRIES} tries, the last one: {error}"])
        return {"number": cut.number, "how": how, "entry": cut.entry, "mode": cut.mode,
                "seed": cut.seed, "phase": cut.phase, "lost": cut.entry - replay.done,
                "kept": survivors, "spoiled": spoiled,
                "seconds": round(time.monotonic() - began), "commit": self._commit,
                "findings": verdict.findings, "notes": verdict.notes}

    def _judge(self, disk, cut, folder, how):
        folder.mkdir(parents=True)
        if how == "looked":
            return offline.judge(self._recording, disk, folder)
        return recovery.judge(self._recording, disk, folder, cut.seed % RECOVER_EVERY == 0,
                              cut.seed % WARM_EVERY == 0)

    @staticmethod
    def _show(result):
        verdict = "FAIL" if result["findings"] else "PASS"
        print(f"{verdict} cut {result['number']} {result['how']} {result['phase']}"
              f" {result['mode']} {result['seconds']} s {result['notes'].get('entry', '')}",
              flush=True)
        for finding in result["findings"]:
            print("     " + finding.replace("\n", "\n     "), flush=True)

    def write_table(self, done):
        """The table for people."""
        about = self._recording.about.format(release=self._recording.release,
                                             first=self._recording.first,
                                             entries=len(self._recording.log.entries))
        section = paths.BUILD / f"powercut-{self._recording.kind}.md"
        section.write_text(about + "\n".join(_summary(done)) + "\n", encoding="utf-8")
        sections = [ABOUT.format(recover=recovery.RECOVER)]
        for part in sorted(paths.BUILD.glob("powercut-*.md")):
            sections.append(part.read_text(encoding="utf-8"))
        TABLE.write_text("\n".join(sections), encoding="utf-8")


def _summary(done):
    commits = ", ".join(sorted({r["commit"] for r in done}))
    failed = [r for r in done if r["findings"]]
    cuts = {r["number"]: r for r in done}.values()
    booted = [r for r in done if r["how"] == "booted"]
    looked = [r for r in done if r["how"] == "looked"]
    lines = [f"Commit {commits}: **{len(cuts)} power cuts; {len(looked)} looked into,"
             f" {len(booted)} booted; {len(failed)} findings about warmboot.**", "",
             *_counts(cuts, looked, booted), "",
             "| when the power went | written | flushed | looked into | booted | findings |",
             "| --- " * 6 + "|"]
    for name in sorted({r["phase"] for r in cuts}):
        here = [[r for r in rows if r["phase"] == name] for rows in (cuts, looked, booted, failed)]
        modes = [sum(r["mode"] == m for r in here[0]) for m in MODES]
        lines.append(f"| {name} | " + " | ".join(map(str, [*modes, *map(len, here[1:])])) + " |")
    lines += [f"\nCut {r['number']} ({r['how']}, {r['phase']}, {r['mode']}, entry {r['entry']},"
              f" seed {r['seed']}): {r['findings'][0].splitlines()[0]}" for r in failed]
    return lines


def _counts(cuts, looked, booted):
    """What became of them, in words."""
    lost = sum(r["lost"] - r["kept"] for r in cuts if r["mode"] == "flushed")
    seen, told = [r["notes"] for r in looked], [r["notes"] for r in booted]
    lines = [
        f"The flushed ones lost {lost} requests between them. Looked into, {_some(seen, 'left')} had"
        f" a temporary file of ours (which goes when the service starts), in"
        f" {_some(seen, 'configured')} dpkg had a package to configure, and in"
        f" {sum(n.get('whole') is not True for n in seen)} a file of what GRUB boots next was not"
        f" whole (as it would be without warmboot), in"
        f" {sum(n.get('whole after') is not True for n in seen)} still after the recovery."]
    if told:
        lines.append(
            f"Of those booted, {sum(n.get('entry') == 'default' for n in told)} came up by GRUB's"
            f" default, {sum(n.get('entry') == 'older' for n in told)} by the older kernel in its"
            f" menu, {_some(told, 'repaired')} after `e2fsck -p`, for the kernel takes a commit block"
            f" of the journal that is torn at a sector for damage."
            f" {sum('next' in n for n in told)} were recovered:"
            f" {_some(told, 'armed')} ended armed with the new kernel,"
            f" {_some(told, 'warm')} of which were rebooted into it;"
            f" {sum('next' in n and n['next'] == n.get('running') for n in told)} ran already what boots next;"
            f" {_some(told, 'refused')} were not armed for another reason, which was told.")
    return lines


def _some(notes, name):
    return sum(bool(n.get(name)) for n in notes)


def _commit():
    def git(*arguments):
        return subprocess.run(["git", "-C", paths.TOP, *arguments], capture_output=True,
                              text=True, check=False).stdout.strip()
    changed = git("status", "--porcelain", "src", "hooks", "conf")
    return git("rev-parse", "--short=12", "HEAD") + ("+" if changed else "")
