# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs on the host: run them, and make sure that half-made results are never used."""

import contextlib
import fcntl
import hashlib
import shutil
import subprocess


class HarnessError(Exception):
    """The harness or QEMU failed: says nothing about warmboot, so it may be tried again."""


def run(*argv, log=None, **kwargs):
    """Run a host program; its output goes to the file LOG, and the end of it into the error."""
    argv = [str(a) for a in argv]
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace",
                          check=False, **kwargs)
    if log:
        with open(log, "a", encoding="utf-8") as out:
            out.write(f"$ {' '.join(argv)}\n{done.stdout}")
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-20:])
        raise HarnessError(f"{argv[0]} failed with {done.returncode}:\n{tail}")
    return done.stdout


def hash_files(*paths):
    """One hash over files and whole folders: name, mode and content of each."""
    digest = hashlib.sha256()
    for path in paths:
        names = sorted(path.rglob("*")) if path.is_dir() else [path]
        for name in names:
            if "__pycache__" in name.parts or name.is_dir():
                continue
            at = name.relative_to(path) if path.is_dir() else name.name
            digest.update(f"{at} {name.lstat().st_mode:o}\n".encode())
            digest.update(name.read_bytes() if not name.is_symlink()
                          else str(name.readlink()).encode())
    return digest.hexdigest()[:16]


def hash_text(*parts):
    """One hash over what PARTS look like as text."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:16]


@contextlib.contextmanager
def built_once(folder):
    """
    Yields the folder to fill, or None if it is there already.

    The work happens beside it and is renamed when whole, under a lock, so that an
    interrupted or a second run never sees half an image.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{folder}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            yield None
            return
        part = folder.with_name(folder.name + ".part")
        unmount_below(part)
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        yield part
        part.rename(folder)


def unmount_below(folder):
    """
    Whatever an interrupted run left mounted in there: deleting the folder would go on in it, and
    the host's /dev may be what is mounted.
    """
    with open("/proc/self/mountinfo", encoding="utf-8") as table:
        places = [line.split()[4] for line in table]
    for place in reversed([p for p in places if p.startswith(f"{folder}/")]):
        run("umount", place)
