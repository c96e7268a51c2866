# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs scenarios, two at a time, and reports."""

import contextlib
import json
import shutil
import subprocess
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from . import paths
from .machine import CheckFailed
from .proc import HarnessError

TRIES = 3               # of a scenario whose machine, not whose finding, failed
AT_ONCE = 2
ORDER = ("efi", "rpm", "blscfg", "bare", "sysvinit", "openrc", "installed", "armed", "updated")


@dataclass
class Result:
    """How one scenario went. FLAKES counts the tries that QEMU or the harness spoiled."""

    name: str
    passed: bool
    seconds: float
    evidence: str = ""
    flakes: int = 0


class Suite:
    """Runs scenarios from their states; prints a line for each as it ends."""

    def __init__(self, states):
        self._states = states
        self._print = threading.Lock()

    def run(self, scenarios, done=None):
        """Run them; DONE(result) is called after each. The results, in the order given."""
        def one(scenario):
            result = self._run_one(scenario)
            with self._print:
                self._show(result)
                if done:
                    done(result)
            return result

        # States grow from each other: whoever needs the least begins.
        ordered = sorted(scenarios, key=lambda s: ORDER.index(s.needs))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            results = {r.name: r for r in pool.map(one, ordered)}
        return [results[s.name] for s in scenarios]

    def _run_one(self, scenario):
        began = time.monotonic()
        folder = paths.BUILD / "runs" / scenario.name
        for old in folder.parent.glob(f"{scenario.name}.spoiled-*"):
            shutil.rmtree(old)
        for flakes in range(TRIES):
            shutil.rmtree(folder, ignore_errors=True)
            try:
                evidence = self._try(scenario, folder)
                break
            except (HarnessError, OSError) as error:
                evidence = f"the machine failed: {error}\n{_tails(folder)}"
                self._note(f"     {scenario.name}, try {flakes + 1}: {evidence}")
                if folder.exists():
                    folder.rename(folder.with_name(f"{scenario.name}.spoiled-{flakes + 1}"))
        else:
            flakes += 1
        return Result(scenario.name, not evidence, time.monotonic() - began, evidence, flakes)

    def _note(self, text):
        with self._print:
            print(text.rstrip("\n").replace("\n", "\n     "), flush=True)

    def _try(self, scenario, folder):
        """The evidence against it, or nothing if it passed."""
        machine = None
        try:
            machine = self._states.start(scenario.needs, folder)
            scenario.run(machine, self._states)
            return ""
        except CheckFailed as error:
            return f"{error}\n{_journal(machine)}{_tails(folder)}"
        except (HarnessError, OSError):
            raise
        except Exception:                               # pylint: disable=broad-except
            return traceback.format_exc() + _tails(folder)
        finally:
            if machine:
                machine.kill()
                for image in folder.glob("*.qcow2"):
                    image.unlink()

    @staticmethod
    def _show(result):
        verdict = "PASS" if result.passed else "FAIL"
        print(f"{verdict} {result.name} {result.seconds:.0f} s", flush=True)
        if result.flakes:
            print(f"     {result.flakes} of its tries were spoiled by the machine, not by warmboot")
        if not result.passed:
            print("     " + result.evidence.replace("\n", "\n     "), flush=True)


def _journal(machine):
    """What warmboot told the journal, if the machine can still be asked."""
    if not machine:
        return ""
    with contextlib.suppress(HarnessError, OSError):
        text = machine.run("journalctl -q -o short-monotonic -t warmboot -n 30 --no-pager;"
                           " warmboot --status 2>&1 | head -40", 60)[1]
        return f"--- warmboot's journal and status\n{text}"
    return ""


def _tails(folder):
    """The ends of what was recorded."""
    text = ""
    for name, lines in (("console.log", 25), ("qemu.log", 3)):
        if (folder / name).exists():
            data = (folder / name).read_bytes()[-20000:].decode(errors="replace")
            shown = "\n".join(data.replace("\r", "").splitlines()[-lines:])
            text += f"--- end of {folder / name}\n{shown}\n"
    return text


class Record:
    """Results of --all in a file, so that an interrupted run goes on where it was."""

    def __init__(self, resume):
        self._commit = _git("rev-parse", "--short=12", "HEAD")
        self._dirty = bool(_git("status", "--porcelain"))
        self._path = paths.BUILD / "all.json"
        self.results = {}
        if resume and self._path.exists():
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            if kept["stamp"] == self._stamp():
                self.results = {r["name"]: Result(**r) for r in kept["results"]}

    def _stamp(self):
        return f"{self._commit}{'+' if self._dirty else ''}"

    def add(self, result):
        """Note one result."""
        self.results[result.name] = result
        rows = [r.__dict__ for r in self.results.values()]
        self._path.write_text(json.dumps({"stamp": self._stamp(), "results": rows}),
                              encoding="utf-8")

    def write_table(self):
        """The table for people: tests/vm/last-result.md."""
        rows = sorted(self.results.values(), key=lambda r: r.name)
        lines = [f"Commit {self._stamp()}: {sum(r.passed for r in rows)} passed,"
                 f" {sum(not r.passed for r in rows)} failed.", "",
                 "| scenario | result | seconds | spoiled tries |", "| --- | --- | --- | --- |"]
        lines += [f"| {r.name} | {'pass' if r.passed else 'FAIL'} | {r.seconds:.0f}"
                  f" | {r.flakes} |" for r in rows]
        (paths.VM / "last-result.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _git(*arguments):
    done = subprocess.run(["git", "-C", paths.TOP, *arguments], capture_output=True, text=True,
                          check=False)
    return done.stdout.strip()
