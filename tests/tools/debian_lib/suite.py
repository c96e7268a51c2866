# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of cases, and the two worlds they run in."""

import contextlib
import fcntl
import os
from dataclasses import dataclass

from harness.proc import built_once, hash_files, run

from . import TOP, image
from .faults import FAULT_CASES
from .kernels import KERNEL_CASES
from .package import PACKAGE_CASES
from .variants import VARIANT_CASES
from .world import World

SUITES = ("bookworm", "trixie")
# What the package is made of; its tests are their own.
PACKAGED = ("Makefile", "VERSION", "CHANGELOG.md", "README.md", "src", "hooks", "conf", "man")


@dataclass
class Case:
    """One case in one suite. START names the world's method that makes its chroot."""

    world: World
    title: str
    work: object
    start: str

    @property
    def suite(self):
        """The name of the suite."""
        return self.world.suite

    @property
    def name(self):
        """As the command line takes it."""
        return f"{self.suite}/{self.title}"

    @property
    def about(self):
        """What it shows, in one line."""
        return self.work.__doc__.splitlines()[0]

    def chroot(self):
        """What it works in."""
        return getattr(self.world, self.start)(self.title)

    def run(self, chroot):
        """Raises CheckFailed."""
        self.work(self.world, chroot)


class DryWorld:
    """Enough of a world for a list."""

    def __init__(self, suite):
        self.suite = suite


def dry_worlds():
    """Without building anything."""
    return [DryWorld(s) for s in SUITES]


@contextlib.contextmanager
def alone():
    """One run at a time: the cases' folders are named after them."""
    image.BUILD.mkdir(parents=True, exist_ok=True)
    with open(image.BUILD / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def worlds():
    """Images, the package, and an installation into a folder; built where they are missing."""
    images = {s: image.build(s) for s in SUITES}
    folder = image.BUILD / f"package-{hash_files(*(TOP / p for p in PACKAGED))}"
    env = {k: v for k, v in os.environ.items() if not k.startswith("MAKE") and k != "MFLAGS"}
    with built_once(folder) as part:
        if part:
            print("building the package", flush=True)
            # `make deb` runs the tests; here they would only take time.
            run(TOP / "hooks/debian/build-deb", part, log=part / "log",
                env={**env, "DEB_BUILD_OPTIONS": "nocheck"})
    (deb,) = folder.glob("warmboot_*.deb")
    stage = image.BUILD / "stage"
    run("rm", "-rf", stage)
    run("make", "-C", TOP, "install", "HOOKS=debian", f"DESTDIR={stage}", env=env)
    return [World(s, images[s], deb, stage) for s in SUITES]


def cases(of_worlds):
    """Every case of every world."""
    table = {**KERNEL_CASES, **VARIANT_CASES, **FAULT_CASES, **PACKAGE_CASES}
    return [Case(world, title, work, start) for world in of_worlds
            for title, (work, start, *suites) in table.items()
            if not suites or world.suite in suites]
