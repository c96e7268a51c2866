# SPDX-License-Identifier: GPL-2.0-or-later
"""
What a machine wrote to its disk, request by request: the log of QEMU's driver "blklogwrites".

The format is dm-log-writes' (Linux, drivers/md/dm-log-writes.c): a sector with magic, version,
number of entries and sector size; then for each request, in the order in which they completed,
a sector with {sector, sectors, flags, data length}, all little-endian, and the data behind it.
A discard has no data. A flush has none and covers all entries before it.
"""

import struct
from bisect import bisect_right
from dataclasses import dataclass

from .proc import HarnessError

MAGIC = 0x6a736677736872
SECTOR = 512
FLUSH, DISCARD = 1 << 0, 1 << 2
# A mark is an ordinary write of the guest with this at its start (guest side: MARK_SCRIPT).
MARK = b"POWERCUT-MARK "
MARK_FILE = "/srv/powercut-mark"
MARK_SCRIPT = f"""#!/bin/sh
# mark NAME: a write that can be found in the log of writes. Fails nowhere.
[ -e {MARK_FILE} ] || exit 0
printf '%-4096s' "{MARK.decode()}$1" |
	dd of={MARK_FILE} bs=4096 count=1 oflag=direct conv=notrunc 2>/dev/null
exit 0
"""


@dataclass
class Entry:
    """One request. OFFSET and SIZE on the disk, AT in the log file, all in bytes."""

    flags: int
    offset: int
    size: int
    at: int

    @property
    def is_write(self):
        """Whether it changes the disk."""
        return self.size > 0 and not self.flags & DISCARD


class WriteLog:
    """A whole log. Entry N is entries[N]; "the first N" are what was done before it."""

    def __init__(self, path):
        self._file = open(path, "rb")                       # pylint: disable=consider-using-with
        magic, version, count, sector = struct.unpack("<QQQI", self._file.read(28))
        if (magic, version, sector) != (MAGIC, 1, SECTOR):
            raise HarnessError(f"{path} is no log of writes")
        self.entries = []
        at = SECTOR
        for _ in range(count):
            self._file.seek(at)
            start, sectors, flags, _ = struct.unpack("<QQQQ", self._file.read(32))
            at += SECTOR
            self.entries.append(Entry(flags, start * SECTOR, sectors * SECTOR, at))
            if not flags & DISCARD:
                at += sectors * SECTOR
        self._flushes = [n for n, e in enumerate(self.entries) if e.flags & FLUSH]
        self.marks = self._find_marks()

    def data(self, entry):
        """What a write wrote."""
        self._file.seek(entry.at)
        return self._file.read(entry.size)

    def flushed(self, count):
        """How many of the first COUNT entries the last flush among them has made durable."""
        at = bisect_right(self._flushes, count - 1)
        return self._flushes[at - 1] + 1 if at else 0

    def before_flush(self, count):
        """How many entries there are right before the first flush that comes after COUNT."""
        at = bisect_right(self._flushes, count - 1)
        return self._flushes[at] if at < len(self._flushes) else len(self.entries)

    def _find_marks(self):
        """[(entry number, name)], in order."""
        found = []
        for number, entry in enumerate(self.entries):
            if entry.is_write and entry.size >= 4096:
                self._file.seek(entry.at)
                head = self._file.read(64)
                if head.startswith(MARK):
                    found.append((number, head[len(MARK):].decode(errors="replace").strip()))
        return found
