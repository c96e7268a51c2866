# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs scenarios, some at a time, and reports."""

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
from .proc import HarnessError, hash_files
from .states import ORDER

TRIES = 3               # of a scenario whose machine, not whose finding, failed
AT_ONCE = 2


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

    def __init__(self, states, at_once=AT_ONCE):
        self._states = states
        self._at_once = at_once
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

        ordered = sorted(scenarios, key=lambda s: ORDER.index(s.needs))
        with ThreadPoolExecutor(self._at_once) as pool:
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
    """
    How each scenario went when it was last run, in a file: an interrupted run goes on where it
    was, and the table can be written at any time.

    A result counts as long as the product (the program, hooks, configuration) is the one it was
    found with.
    """

    def __init__(self):
        self._path = paths.BUILD / "results.json"
        top = [paths.TOP / name for name in ("src", "hooks", "conf")]
        self._product = hash_files(*top)
        self._commit = _git("rev-parse", "--short=12", "HEAD") + (
            "+" if _git("status", "--porcelain") else "")
        rows = json.loads(self._path.read_text(encoding="utf-8")) if self._path.exists() else []
        self._rows = {r["name"]: r for r in rows}

    def passed(self):
        """Names of the scenarios that this product has passed."""
        return {n for n, r in self._rows.items() if r["passed"] and r["product"] == self._product}

    def add(self, result):
        """Note one result."""
        self._rows[result.name] = {**result.__dict__, "product": self._product,
                                   "commit": self._commit}
        self._path.write_text(json.dumps(list(self._rows.values()), indent=1), encoding="utf-8")

    def write_table(self, names):
        """The table for people, of these scenarios: tests/vm/last-result.md."""
        rows = [self._rows[n] for n in sorted(names) if n in self._rows]
        lines = [f"{sum(r['passed'] for r in rows)} passed, {sum(not r['passed'] for r in rows)}"
                 f" failed, {len(names) - len(rows)} not run.", "",
                 "| scenario | result | commit | seconds | spoiled tries |",
                 "| --- | --- | --- | --- | --- |"]
        lines += [f"| {r['name']} | {'pass' if r['passed'] else 'FAIL'} | {r['commit']}"
                  f" | {r['seconds']:.0f} | {r['flakes']} |" for r in rows]
        (paths.VM / "last-result.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _git(*arguments):
    done = subprocess.run(["git", "-C", paths.TOP, *arguments], capture_output=True, text=True,
                          check=False)
    return done.stdout.strip()
