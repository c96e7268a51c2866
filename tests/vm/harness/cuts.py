# SPDX-License-Identifier: GPL-2.0-or-later
"""
Power cuts, made from a recording of all writes (writelog.py): which ones, and the disk that
each leaves behind.

A cut is (entry, mode, seed), and with the recording these give the same disk again:

    written   all writes that were completed when the power went are on the disk
    flushed   what the last completed flush covers is on the disk; of the writes after it a
              random part is, in any combination, and some of them only up to some sector;
              the power goes right before the next flush, when most is at stake
"""

import contextlib
import os
import random
from dataclasses import dataclass

from .proc import run
from .writelog import SECTOR

MODES = ("written", "flushed")
# How often cuts fall where warmboot itself is at work, into the armed reboot, anywhere.
WEIGHTS = {"warmboot": 5, "reboot": 1, "anywhere": 4}
TORN = 8                # of the writes that are not flushed, one in so many is torn
START, REBOOT, STOP = "apt", "reboot", "end"


@dataclass(frozen=True)
class Cut:
    """The power goes when the first ENTRY entries of the log are completed."""

    number: int
    entry: int
    mode: str
    seed: int
    phase: str          # the last mark before it

    @property
    def name(self):
        """For people and for folders."""
        return f"cut-{self.number:04}"


def plan(log, count, seed):
    """The first COUNT cuts of the list that SEED gives for this log, no disk twice. Shorter where
    a log has no more to give."""
    pools = _pools(log)
    dice = random.Random(seed)
    cuts, seen = [], set()
    for _ in range(count * 10):
        name = dice.choices(list(pools), [WEIGHTS[n] for n in pools])[0]
        entry, mode = dice.choice(pools[name]), dice.choice(MODES)
        if mode == "flushed":
            entry = log.before_flush(entry)
        cut = Cut(len(cuts), entry, mode, dice.getrandbits(32), phase(log, entry))
        what = (entry, mode, cut.seed if mode == "flushed" else 0)
        if what not in seen and len(cuts) < count:
            seen.add(what)
            cuts.append(cut)
    return cuts


def phase(log, entry):
    """The name of the last mark among the first ENTRY entries."""
    return ([name for at, name in log.marks if at < entry] or ["boot"])[-1]


def _pools(log):
    """Entry numbers by where they lie. Marks NAME+ and NAME- enclose warmboot's own work."""
    pools = {name: [] for name in WEIGHTS}
    ends = dict((name, at) for at, name in log.marks)
    marks, inside = dict(log.marks), False
    for number in range(ends[START], ends[STOP]):
        mark = marks.get(number, "")
        inside = mark.endswith("+") or (inside and not mark.endswith("-"))
        if inside:
            pools["warmboot"].append(number + 1)
        if number > ends[REBOOT]:
            pools["reboot"].append(number + 1)
        pools["anywhere"].append(number + 1)
    return {name: pool for name, pool in pools.items() if pool}


class Replay:
    """A raw disk that goes through the recording. What is on it are the first `done` entries."""

    def __init__(self, log, start, disk):
        self._log = log
        run("cp", "--sparse=always", start, disk)
        self.disk = disk
        self.done = 0

    @contextlib.contextmanager
    def cut(self, cut):
        """The disk as CUT leaves it, until the end of the context. Cuts must not go back."""
        self._advance(self._log.flushed(cut.entry))
        old = []
        with open(self.disk, "r+b", buffering=0) as disk:
            for entry, data in self._survivors(cut):
                old.append((entry.offset, os.pread(disk.fileno(), len(data), entry.offset)))
                os.pwrite(disk.fileno(), data, entry.offset)
            try:
                yield len(old)
            finally:
                for offset, data in reversed(old):
                    os.pwrite(disk.fileno(), data, offset)

    def _advance(self, count):
        with open(self.disk, "r+b", buffering=0) as disk:
            for entry in self._log.entries[self.done:count]:
                if entry.is_write:
                    os.pwrite(disk.fileno(), self._log.data(entry), entry.offset)
        self.done = max(self.done, count)

    def _survivors(self, cut):
        """The writes that no flush covers, as far as they reached the disk."""
        dice = random.Random(cut.seed)
        kept = dice.choice((0.1, 0.5, 0.9)) if cut.mode == "flushed" else 1
        for entry in self._log.entries[self.done:cut.entry]:
            if not entry.is_write:
                continue
            data = self._log.data(entry)
            if cut.mode == "written":
                yield entry, data
            elif dice.random() < kept:
                torn = dice.randrange(TORN) == 0
                sectors = dice.randrange(len(data) // SECTOR + 1) if torn else None
                yield entry, data[:sectors * SECTOR] if torn else data
