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
from .cuts import MODES, Replay, phase, plan
from .machine import CheckFailed
from .proc import HarnessError

ROUND = 12              # cuts that share one replay of the recording
TRIES = 2
WARM_EVERY = 5          # of the booted cuts whose machine ends armed: reboot it, too
TABLE = paths.VM / "powercut-result.md"

ABOUT = """\
# Power cuts

One machine was recorded: every write to its disk, and every flush, while apt installed a kernel
beside warmboot ({release} beside {first}), while warmboot was disarmed and armed by
hand, and while the armed machine rebooted into it: {entries} requests. A power cut is the disk
after some of them. *written*: all that were completed are on it. *flushed*: of what no flush had
made durable only a random part is, some writes torn at a sector. Half of the cuts fall where
warmboot itself is at work, a tenth into the reboot, the others anywhere.

*booted*: the disk was booted through SeaBIOS and GRUB; status had to be what the kernel says, every
file of ours whole with none left over, `{recover}` had to
succeed, and then the kernel that GRUB boots next had to be armed, or already running. *looked into*:
the file system's journal was replayed and checked, the files were judged without a boot.
"""


class Cutting:
    """The first COUNT cuts of SEED's list; every BOOT_EVERYth is booted. RETRY: those with a
    finding are done again."""

    def __init__(self, recording, count, seed, boot_every, retry=False):
        self._recording = recording
        self._cuts = plan(recording.log, count, seed)
        self._boot_every = boot_every
        self._name = f"{recording.key}-{seed}"
        self._notes = paths.BUILD / f"powercut-{self._name}.jsonl"
        self._commit = _commit()
        self._again = [r for r in self.results().values() if retry and r["findings"]]

    def run(self, until=None):
        """Do what is left, until a moment of time.monotonic(). The exit status."""
        for first in range(0, len(self._cuts), ROUND):
            with self._claim(first) as mine:
                if mine:
                    self._round(first, until)
        done = self.results()
        self.write_table(done)
        found = sum(bool(r["findings"]) for r in done.values())
        print(f"{len(done) - found} passed, {found} failed")
        return 1 if found else 0

    def again(self, numbers):
        """Do these once more, keep what they leave behind, note nothing. The exit status."""
        found = 0
        for number in numbers:
            folder = self._folder(f"again-{number:04}")
            replay = Replay(self._recording.log, self._recording.start, folder / "disk.raw")
            result = self._try(replay, self._cuts[number], folder)
            print(json.dumps(result, indent=1))
            found += bool(result["findings"])
        return 1 if found else 0

    def results(self):
        """{number: result}, of this and of other runs."""
        done = {}
        if self._notes.exists():
            for line in self._notes.read_text(encoding="utf-8").splitlines():
                result = json.loads(line)
                done[result["number"]] = result
        return dict(sorted(done.items()))

    @contextlib.contextmanager
    def _claim(self, first):
        with open(paths.BUILD / f"powercut-{first}.lock", "w", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    def _round(self, first, until):
        done = {n for n, r in self.results().items() if r not in self._again}
        todo = [c for c in self._cuts[first:first + ROUND] if c.number not in done]
        replay = None
        for cut in sorted(todo, key=lambda c: self._recording.log.flushed(c.entry)):
            if until and time.monotonic() > until:
                break
            folder = self._folder(cut.name)
            replay = replay or Replay(self._recording.log, self._recording.start,
                                      paths.BUILD / f"runs/powercut-{first}.raw")
            result = self._try(replay, cut, folder)
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

    def _try(self, replay, cut, folder):
        booted = cut.number % self._boot_every == 0
        began = time.monotonic()
        with replay.cut(cut) as survivors:
            for spoiled in range(TRIES):
                try:
                    verdict = self._judge(replay.disk, cut, folder / str(spoiled), booted)
                    break
                except CheckFailed as error:
                    verdict = recovery.Verdict([str(error)])
                    break
                except (HarnessError, OSError) as error:
                    print(f"     {cut.name}, try {spoiled + 1}: {error}", flush=True)
                    verdict = recovery.Verdict([f"{TRIES} tries, the last one: {error}"])
        return {"number": cut.number, "entry": cut.entry, "mode": cut.mode, "seed": cut.seed,
                "phase": phase(self._recording.log, cut.entry), "booted": booted,
                "lost": cut.entry - replay.done, "kept": survivors, "spoiled": spoiled,
                "seconds": round(time.monotonic() - began), "commit": self._commit,
                "findings": verdict.findings, "notes": verdict.notes}

    def _judge(self, disk, cut, folder, booted):
        folder.mkdir(parents=True)
        if not booted:
            return offline.judge(self._recording, disk, folder)
        warm = cut.number // self._boot_every % WARM_EVERY == 0
        return recovery.judge(self._recording, disk, folder, warm)

    @staticmethod
    def _show(result):
        verdict = "FAIL" if result["findings"] else "PASS"
        how = "booted" if result["booted"] else "looked into"
        print(f"{verdict} cut {result['number']} {result['phase']} {result['mode']} {how}"
              f" {result['seconds']} s {result['notes'].get('entry', '')}", flush=True)
        for finding in result["findings"]:
            print("     " + finding.replace("\n", "\n     "), flush=True)

    def write_table(self, done):
        """The table for people."""
        rows = list(done.values())
        text = ABOUT.format(release=self._recording.release, first=self._recording.first,
                            entries=len(self._recording.log.entries), recover=recovery.RECOVER)
        TABLE.write_text(text + "\n" + "\n".join(_summary(rows)) + "\n", encoding="utf-8")


def _summary(rows):
    commits = ", ".join(sorted({r["commit"] for r in rows}))
    failed = [r for r in rows if r["findings"]]
    booted = [r for r in rows if r["booted"]]
    lines = [f"Commit {commits}: **{len(rows)} power cuts, {len(booted)} of them booted;"
             f" {len(failed)} with a finding about warmboot.**", "", *_counts(rows, booted), "",
             "| when the power went | " + " | ".join(f"{m}, {h}" for m in MODES
                                                    for h in ("booted", "looked into"))
             + " | findings |", "| --- " * 6 + "|"]
    for name in sorted({r["phase"] for r in rows}):
        here = [r for r in rows if r["phase"] == name]
        counts = [sum(r["mode"] == m and r["booted"] == b for r in here)
                  for m in MODES for b in (True, False)]
        lines.append(f"| {name} | " + " | ".join(map(str, counts))
                     + f" | {sum(bool(r['findings']) for r in here)} |")
    lines += [f"\nCut {r['number']} ({r['phase']}, {r['mode']}, entry {r['entry']},"
              f" seed {r['seed']}): {r['findings'][0].splitlines()[0]}" for r in failed]
    return lines


def _counts(rows, booted):
    """What became of them, in words."""
    noted = [r["notes"] for r in booted]
    looked = [r["notes"] for r in rows if not r["booted"]]
    configured = sum(bool(r["notes"].get("configured")) for r in rows)
    lost = [r for r in rows if r["mode"] == "flushed"]
    return [
        f"The flushed ones lost {sum(r['lost'] - r['kept'] for r in lost)} requests in all. In"
        f" {configured} dpkg had a package to configure.",
        f"Of the booted ones, {sum(n.get('entry') == 'default' for n in noted)} came up by GRUB's"
        f" default and {sum(n.get('entry') == 'older' for n in noted)} by the older kernel in its"
        f" menu; {sum('armed' in n for n in noted)} ended armed with the new kernel, of which"
        f" {sum('warm' in n for n in noted)} were rebooted into it;"
        f" {sum(n.get('next') == n.get('running') for n in noted)} ran already what boots next;"
        f" {sum('refused' in n for n in noted)} were not armed for another reason, told.",
        f"In {sum(n.get('whole') is not True for n in looked)} of those looked into, a file of"
        " GRUB's default was not whole when the power went (as it is without warmboot), and in"
        f" {sum(n.get('whole after') is not True for n in looked)} still after the recovery."]


def _commit():
    def git(*arguments):
        return subprocess.run(["git", "-C", paths.TOP, *arguments], capture_output=True,
                              text=True, check=False).stdout.strip()
    changed = git("status", "--porcelain", "src", "hooks", "conf")
    return git("rev-parse", "--short=12", "HEAD") + ("+" if changed else "")
