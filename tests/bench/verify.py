# SPDX-License-Identifier: GPL-2.0-or-later
"""Full verification of a real, large initramfs against the decompressors alone.

The initramfs is made once, of a distribution kernel's own modules, and kept in the build's
folder: from /lib/modules where that is large enough, else from a package that apt-get downloads.
B is the build's folder.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from rounds import BUILD, BenchError, measure, need
from table import mib, ms

PACKED_MIN = 50 << 20
UNPACKED = 330 << 20
WORK = BUILD / "bench" / "verify"
READ = BUILD / "warmboot-read"
ROUNDS, RATIO, MEMORY_KIB = 7, 1.05, 8 * 1024

# Name, how it is made, what reads it, the decoder's window in KiB (None: from the file), the goal.
FORMATS = (
    ("gzip", ["gzip", "-n"], ["gzip", "-t"], 32, RATIO),
    ("xz", ["xz", "-6", "-T0", "--check=crc32"], ["xz", "-t"], 8192, RATIO),
    ("zstd", ["zstd", "-q", "-9", "-T0"], ["zstd", "-q", "-t"], None, RATIO),
    ("lz4", ["lz4", "-l", "-q"], ["lz4", "-q", "-t"], 16384, None),
)


def modules_here():
    """A module directory of this machine with enough in it, or None."""
    for tree in sorted(Path("/lib/modules").glob("*/kernel")):
        size = sum(f.stat().st_size for f in tree.rglob("*.ko"))
        if size >= UNPACKED:
            return tree.parent
    return None


def modules_downloaded():
    """The same from the kernel package that Debian's metapackage names."""
    unpacked = WORK / "package"
    if not list(unpacked.glob("lib/modules/*/kernel")):
        depends = subprocess.run(["apt-cache", "depends", "linux-image-amd64"],
                                 capture_output=True, text=True, check=False).stdout
        name = re.search(r"Depends: (linux-image-\S+)", depends)
        if not name:
            raise BenchError("no kernel modules here, and no package of them to download")
        subprocess.run(["apt-get", "download", name[1]], cwd=WORK, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        package = next(WORK.glob("linux-image-*.deb"))
        subprocess.run(["dpkg-deb", "-x", package, unpacked], check=True)
        package.unlink()
    return next(unpacked.glob("lib/modules/*/kernel")).parent


def names(modules, root):
    """What goes into the archive: init, the directories, modules until it is large enough."""
    found, size = ["init"], 0
    for path in [modules, *sorted(modules.rglob("*"))]:
        if path.is_symlink() or not (path.is_dir() or path.suffix == ".ko"):
            continue
        size += path.stat().st_size if path.is_file() else 0
        if size > UNPACKED:
            break
        found.append(str(path.relative_to(root)))
    return found


def make_cpio(target):
    """An initramfs that is not compressed."""
    modules = modules_here() or modules_downloaded()
    root = modules.parents[2]
    tree = WORK / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    (tree / "lib").mkdir(parents=True)
    (tree / "init").write_text("#!/bin/sh\nexec sh\n", encoding="utf-8")
    (tree / "init").chmod(0o755)
    os.symlink(root / "lib/modules", tree / "lib/modules")
    entries = names(modules, root)
    with open(target, "wb") as out:
        subprocess.run(["cpio", "-o", "-H", "newc", "--quiet", "-L"], check=True, stdout=out,
                       cwd=tree, input="\n".join(entries).encode(), stderr=subprocess.DEVNULL)


def prepare():
    """The files of all formats, made once: {name: path}."""
    WORK.mkdir(parents=True, exist_ok=True)
    cpio, files = WORK / "initramfs.cpio", {}
    for name, pack, _, _, _ in FORMATS:
        files[name] = WORK / f"initramfs.{name}"
        if files[name].exists():
            continue
        if not cpio.exists():
            make_cpio(cpio)
        print(f"making {files[name].name} (once)", file=sys.stderr, flush=True)
        partial = files[name].with_suffix(".partial")
        with open(partial, "wb") as out, open(cpio, "rb") as data:
            subprocess.run([*pack, "-c"], check=True, stdin=data, stdout=out)
        partial.rename(files[name])
    cpio.unlink(missing_ok=True)
    return files


def zstd_window(path):
    """KiB of the window that a zstd file asks for: RFC 8878, Window_Descriptor."""
    start = path.read_bytes()[:6] if path.stat().st_size < 6 else path.open("rb").read(6)
    if start[4] & 0x20:
        return 8192
    exponent, mantissa = start[5] >> 3, start[5] & 7
    return ((1 << (10 + exponent)) * (8 + mantissa) // 8) >> 10


def shell(argv, path):
    """The command with the file as standard input; both sides get the same shell."""
    return ["sh", "-c", 'f=$1; shift; exec "$@" <"$f"', "sh", path, *argv]


def compare(table, name, path, tool, window, goal):
    """The rows of one format."""
    commands = [shell([READ, "initramfs"], path), shell(tool, path)]
    lister = shutil.which("lsinitramfs") or shutil.which("lsinitramfs", path="/usr/bin:/usr/sbin")
    if lister:
        commands.append([lister, path])
    ours, theirs, *listed = measure(ROUNDS, *commands)
    size = mib(path.stat().st_size / 1024)
    against = " ".join(tool)
    wanted = f"<= {goal:.2f} x" if goal else ""
    ratio = ours.best / theirs.best
    table.row(f"verify {size} {name}, CPU time, the best", ms(ours.best),
              f"{against} {ms(theirs.best)}", ratio, wanted, ratio <= goal if goal else None,
              ratio / goal if goal else None)
    table.row("  the median", ms(ours.cpu), f"{against} {ms(theirs.cpu)}", ours.cpu / theirs.cpu)
    table.row("  wall time, the median", ms(ours.wall), f"{against} {ms(theirs.wall)}",
              ours.wall / theirs.wall)
    if listed:
        ratio = ours.cpu / listed[0].cpu
        table.row("  CPU time", ms(ours.cpu), f"lsinitramfs {ms(listed[0].cpu)}", ratio, "< 1 x",
                  ratio < 1, ratio)
    beside = ours.memory - (window if window is not None else zstd_window(path))
    table.row("  peak memory beside the window", mib(beside),
              f"{against} {mib(theirs.memory)} in all", None, f"<= {mib(MEMORY_KIB)}",
              beside <= MEMORY_KIB, beside / MEMORY_KIB)


def verify(table):
    """The rows of all formats."""
    need("warmboot-read")
    files = prepare()
    for name, _, tool, window, goal in FORMATS:
        if files[name].stat().st_size < PACKED_MIN:
            raise BenchError(f"{files[name]} is smaller than it should be")
        compare(table, name, files[name], tool, window, goal)
