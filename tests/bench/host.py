# SPDX-License-Identifier: GPL-2.0-or-later
"""What is measured on this machine, in roots made for it: hooks, status, long lists."""

import json
import re
import subprocess
import tempfile
from pathlib import Path

import trees
from rounds import BUILD, BenchError, measure, need, trace
from table import mib, ms

HOOK_ROUNDS, LIST_ROUNDS, LONG_LIST_ROUNDS = 300, 15, 5
HOOK_MS, HOOK_CALLS, LIST_MS = 3, 200, 50
# Of kernels, which have three entries each.
SHORT_LIST, LONG_LIST = 1000, 3300
LINEAR = 1.25 * LONG_LIST / SHORT_LIST


FAKE = """warmboot-fake on a root made for it: the same objects as warmboot, except for the calls
that change or name the machine (tests/fake_sys.h). Nothing is subtracted from the times."""
COUNTED = """without those that only the fakes make (files beside the root); for each of these, one
that the real call would make."""


def hooks(table):
    """A hook on a machine where something is armed and fresh, so that nothing is to do."""
    need("warmboot", "tests/warmboot-fake", "tests/make-root")
    with tempfile.TemporaryDirectory(prefix="warmboot-bench-") as name:
        folder = Path(name)
        trees.armed(folder)
        command = trees.fake(folder, "--hook", "apt-post-invoke")
        status = [BUILD / "warmboot", "--status"]
        script = folder / "reads-kexec-loaded"
        script.write_text(f"#!/bin/sh\nread -r loaded <{folder}/root/sys/kernel/kexec_loaded\n"
                          'echo "$loaded"\n', encoding="utf-8")
        script.chmod(0o755)
        before = (folder / "calls").read_text(encoding="utf-8")
        hook, own, true, shell = measure(HOOK_ROUNDS, command, status, ["/bin/true"], [script])
        if (folder / "calls").read_text(encoding="utf-8") != before:
            raise BenchError("the unchanged run was none: it called for a load")
        against = f"/bin/true {ms(true.cpu)}"
        table.row("unchanged hook run, CPU time" + table.note(FAKE), ms(hook.cpu), against,
                  hook.cpu / true.cpu, f"<= {HOOK_MS} ms", hook.cpu <= HOOK_MS, hook.cpu / HOOK_MS)
        table.row("  against a shell", ms(hook.cpu), f"sh reads kexec_loaded {ms(shell.cpu)}",
                  hook.cpu / shell.cpu)
        table.row("  the best of all rounds", ms(hook.best), f"/bin/true {ms(true.best)}",
                  hook.best / true.best)
        table.row("  wall time", ms(hook.wall), f"/bin/true {ms(true.wall)}",
                  hook.wall / true.wall)
        table.row("  peak memory", mib(hook.memory), f"/bin/true {mib(true.memory)}",
                  hook.memory / true.memory)
        count_calls(table, folder, command)
        table.row("warmboot --status of this machine, CPU time", ms(own.cpu), against,
                  own.cpu / true.cpu)
        table.row("  system calls", str(len(trace(status))))


def count_calls(table, folder, command):
    """The row of system calls: the program's own, told apart from what the fakes make."""
    calls = trace(command)
    theirs, questions = of_fakes(calls, folder)
    mine = len(calls) - theirs + questions
    true = len(trace(["/bin/true"]))
    table.row("  system calls" + table.note(COUNTED), str(mine), f"/bin/true {true}", mine / true,
              f"<= {HOOK_CALLS}", mine <= HOOK_CALLS, mine / HOOK_CALLS)


def of_fakes(calls, folder):
    """
    System calls that only the fakes make: what they open is beside the root, by its full path.

    Also how many of those files they looked for: each stands for at most one real call.
    """
    beside = re.compile(rf'AT_FDCWD, "{re.escape(str(folder))}/(?!root[/"])')
    count, questions, descriptors = 0, 0, set()
    for pid, name, arguments, result in calls:
        key = (pid, arguments.split(",")[0].strip())
        if name == "openat" and beside.match(arguments):
            count, questions = count + 1, questions + 1
            if int(result) >= 0:
                descriptors.add((pid, result))
        elif key in descriptors:
            count += 1
            if name == "close":
                descriptors.discard(key)
    return count, questions


def lists(table):
    """Long lists of kernels, with a menu that offers each of them several times."""
    need("warmboot", "tests/make-root")
    with tempfile.TemporaryDirectory(prefix="warmboot-bench-") as name:
        short, long = Path(name) / "short", Path(name) / "long"
        for root, count in ((short, SHORT_LIST), (long, LONG_LIST)):
            trees.debian(root, trees.versions(count), trees.WORDS)
            expect_list(root, count * len(trees.WORDS) + 1)
        one, plain = measure(LIST_ROUNDS, listing(short), ["ls", "-l", short / "boot"])
        table.row(f"--list of {SHORT_LIST} kernels, {len(trees.WORDS)} entries each, CPU time",
                  ms(one.cpu),
                  f"ls -l of their /boot {ms(plain.cpu)}", one.cpu / plain.cpu,
                  f"<= {LIST_MS} ms", one.cpu <= LIST_MS, one.cpu / LIST_MS)
        table.row("  the best of all rounds", ms(one.best), f"ls -l {ms(plain.best)}",
                  one.best / plain.best)
        table.row("  peak memory", mib(one.memory), f"ls -l {mib(plain.memory)}",
                  one.memory / plain.memory)
        table.row("  system calls for each kernel",
                  f"{len(trace(listing(short))) / SHORT_LIST:.1f}")
        one, ten = measure(LONG_LIST_ROUNDS, listing(short), listing(long))
        table.row(f"--list of {LONG_LIST} kernels, CPU time", ms(ten.cpu),
                  f"{SHORT_LIST} kernels {ms(one.cpu)}", ten.cpu / one.cpu,
                  f"<= {LINEAR:.1f} x", ten.cpu <= LINEAR * one.cpu,
                  ten.cpu / one.cpu / LINEAR)


def expect_list(root, count):
    """A list that was not all of it, or that ended in a refusal, measures nothing."""
    done = subprocess.run([*listing(root), "--json"], capture_output=True, check=False)
    told = json.loads(done.stdout or "{}")
    usable = sum(e["usable"] for e in told.get("entries", []))
    if usable != count or not told.get("chosen"):
        raise BenchError(f"of {count} entries, {usable} were listed: {told.get('reason')}")


def listing(root):
    """The command that lists the kernels in ROOT."""
    return [BUILD / "warmboot", "--list", "--root", root]
