# SPDX-License-Identifier: GPL-2.0-or-later
"""The table that is printed and kept: a figure, what it is compared with, and the goal."""

import os
import platform
import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

WIDTHS = (46, 12, 33, 8, 12)
HEADS = ("what", "figure", "against, in the same run", "ratio", "goal")


@dataclass
class Bar:
    """A figure that has a goal, as a share of it: 1 is just met."""

    what: str
    figure: str
    goal: str
    share: float


class Table:
    """Prints its rows as they come, and counts the goals that were missed."""

    def __init__(self):
        self.missed = 0
        self.text = ""
        self.bars = []
        self.machine = machine()
        self._notes = []
        self._subject = ""
        self._print(self.machine + "\n")
        self._line(*HEADS, "")
        self._print("-" * (sum(WIDTHS) + 2 * len(WIDTHS) + 6))

    def row(self, what, figure, against="", ratio=None, goal="", met=None, share=None):
        """
        One row. MET: whether the goal is reached; None where there is none. SHARE: the figure
        divided by its goal, for the plot.
        """
        self.missed += met is False
        if not what.startswith(" "):
            self._subject = what
        if share is not None:
            name = what if what == self._subject else f"{self._subject}: {what.strip()}"
            self.bars.append(Bar(re.sub(r" \[\d+\]", "", name), figure, goal, share))
        verdict = {True: "met", False: "MISSED", None: ""}[met]
        self._line(what, figure, against, f"{ratio:.2f} x" if ratio else "", goal, verdict)

    def note(self, text):
        """A footnote, printed at the end; what to put behind the words that it explains."""
        self._notes.append(text)
        return f" [{len(self._notes)}]"

    def end(self):
        """The footnotes, and how many goals were missed."""
        for number, text in enumerate(self._notes, 1):
            self._print("\n" * (number == 1) + textwrap.fill(f"[{number}] {text}", 100,
                                                             subsequent_indent="    "))
        self._print(f"\n{self.missed} goals missed")

    def _line(self, *cells):
        text = "  ".join(f"{c:{w}}" for c, w in zip(cells, WIDTHS))
        self._print(f"{text}  {cells[-1]}".rstrip())

    def _print(self, text):
        self.text += text + "\n"
        print(text, flush=True)


def machine():
    """What was measured on: figures of two machines cannot be compared."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    cpu = next((line.split(":", 1)[1].strip() for line in info.splitlines()
                if line.startswith("model name")), platform.machine())
    done = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True,
                          text=True, check=False)
    commit = done.stdout.strip() or "no commit"
    return (f"{os.cpu_count()} x {cpu}, Linux {'.'.join(platform.release().split('.')[:2])}, load "
            f"{os.getloadavg()[0]:.1f}; commit {commit}; Python {sys.version.split()[0]}\n"
            "CPU time is user and system, the median of the rounds; commands take turns")


def ms(value):
    """Milliseconds, as text."""
    return f"{value:.2f} ms"


def mib(kib):
    """KiB as text in MiB."""
    return f"{kib / 1024:.1f} MiB"
