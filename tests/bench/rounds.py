# SPDX-License-Identifier: GPL-2.0-or-later
"""Measuring: commands in turn, many rounds, and what the middle and the best of them took."""

import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = Path(os.environ.get("B", "build")).resolve()
os.environ["B"] = str(BUILD)    # where the fakes look for the reader of contents


class BenchError(Exception):
    """Something that was to be measured did not run as it should."""


class Series:
    """The runs of one command: CPU and wall time in ms, peak memory in KiB."""

    def __init__(self, runs):
        self.cpu = statistics.median(r[0] for r in runs) / 1000
        self.best = min(r[0] for r in runs) / 1000
        self.wall = statistics.median(r[1] for r in runs) / 1000
        self.memory = statistics.median(r[2] for r in runs)


def measurer():
    """The program that runs and measures, compiled where the build is."""
    source, program = HERE / "measure.c", BUILD / "bench" / "measure"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        program.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([*os.environ.get("CC", "cc").split(), "-std=gnu11", "-D_GNU_SOURCE", "-O2",
                        "-o", program, source], check=True)
    return program


def measure(rounds, *commands):
    """A Series for each command, run in turn ROUNDS times. Each must exit 0."""
    argv = [measurer(), rounds]
    for command in commands:
        argv += ["--", *command]
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(done.stderr.strip())
    runs = [[] for _ in commands]
    for line in done.stdout.splitlines():
        number, status, *figures = map(int, line.split())
        if status:
            raise BenchError(f"exit status {status} of: {' '.join(map(str, commands[number]))}")
        runs[number].append(figures)
    return [Series(r) for r in runs]


def trace(command):
    """The system calls that a command and its children make: (pid, name, arguments, result)."""
    log = BUILD / "bench" / "strace"
    done = subprocess.run(["strace", "-f", "-qq", "-s", "256", "-o", log, *map(str, command)],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        raise BenchError(f"exit status {done.returncode} under strace of: {command}")
    calls = []
    for line in log.read_text(errors="replace").splitlines():
        found = re.match(r"(\d+) +(\w+)\((.*?)\)? += (-?\d+|\?|0x[0-9a-f]+)", line)
        if found:
            calls.append(found.groups())
        elif "unfinished ..." in line:
            calls.append((*re.match(r"(\d+) +(\w+)\((.*)", line).groups(), "?"))
    return calls


def need(*programs):
    """Ends here if one of the programs of the build is missing."""
    missing = [p for p in programs if not (BUILD / p).exists()]
    if missing:
        sys.exit(f"bench: {BUILD} has no {' '.join(missing)}: run `make test-programs stage`")
