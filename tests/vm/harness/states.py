# SPDX-License-Identifier: GPL-2.0-or-later
"""
Saved machines: where scenarios begin.

An emulated machine boots in 30 s and installs a kernel in two minutes, so this is done once
and saved, memory and all. Each state grows from the one before it:

    installed   booted by GRUB into the first kernel, warmboot installed and started
    armed       a newer kernel was installed with apt and is armed
    updated     then the newest one, which replaced it
    bare        booted by GRUB, without warmboot: its Debian package lies in /root
    rpm         on UEFI with dnf, without warmboot: its rpm is in a repository (rpm.py)
    blscfg      on UEFI, warmboot started, a GRUB that knows blscfg unpacked (blscfg.py)

and those of plain.py, which grow from nothing but an image.

A scenario gets its own copy-on-write disk and continues from there within seconds.
"""

import functools
import threading
from dataclasses import dataclass
from pathlib import Path

from . import bios, blscfg, efi, image, paths, release, rpm
from .boots import LOADER_GRUB, cmdline
from .machine import CheckFailed, Machine
from .plain import PLAIN, START_SYSTEMD, Plain
from .proc import HarnessError, built_once, hash_files, hash_text, run, unmount_below
from .warm import apt, expect, expect_armed

CARGO_MIB = 16
HOSTS = "bookworm"      # what `make stage` compiled runs there
RECIPES = {"rpm": efi.RECIPE, "blscfg": efi.RECIPE,
           **{name: plain.recipe for name, plain in PLAIN.items()}}
# Whoever needs the least begins: the last ones grow from each other.
ORDER = ("rpm", "blscfg", "bare", *PLAIN, "installed", "armed", "updated")


@dataclass
class Kernels:
    """Releases of the image's kernels: the first one installed, a newer one, the newest one."""

    first: str
    newer: str
    newest: str


class States:
    """Makes and hands out states for the warmboot that is staged now."""

    def __init__(self):
        self._makers = {"installed": self._installed, "armed": self._armed,
                        "updated": self._updated, "bare": self._bare,
                        "rpm": self._rpm, "blscfg": self._blscfg}
        for name, plain in PLAIN.items():
            self._makers[name] = functools.partial(self._plain, plain)
        self._broken = {}
        self._lock = threading.Lock()
        code = [paths.VM / "harness" / f"{n}.py" for n in ("states", "machine")]
        self._key = hash_files(*paths.STAGES.values(), *code)
        self._deb_key = hash_files(paths.DEB, *code) if paths.DEB.is_dir() else "none"
        self._rpm_key = hash_files(*paths.STAGES.values(), *rpm.SOURCES, *code)
        self._prune()

    @property
    def kernels(self):
        """The kernels of the images: the same in all."""
        return Kernels(*image.kernels(bios.RECIPE.build()))

    def start(self, name, folder, **options):
        """A machine that continues from state NAME; logs and disk go to FOLDER."""
        state = self._get(name)
        disk = overlay(state / "disk.qcow2", Path(folder) / "disk.qcow2")
        if (state / "vars.qcow2").exists():
            options["efi_vars"] = overlay(state / "vars.qcow2", Path(folder) / "vars.qcow2")
        if name in PLAIN:
            options["hardware"] = PLAIN[name].hardware
        return Machine(folder, disk, cargo=state / "cargo", resume=state / "memory",
                       **options)

    def grub_cmdline(self, name="installed"):
        """What GRUB gave to the first kernel of that state, without BOOT_IMAGE=."""
        return (self._get(name) / "cmdline").read_text(encoding="utf-8")

    def _folder(self, name):
        recipe = RECIPES.get(name, bios.RECIPE)
        base = recipe.folder().name.rsplit("-", 1)[1][:8]
        key = {"bare": self._deb_key, "rpm": self._rpm_key}.get(name, self._key)
        if name in PLAIN:
            key = hash_text(key, PLAIN[name].key)
        if recipe.suite != HOSTS:
            key = hash_text(key, release.key())
        return paths.BUILD / f"state-{base}-{key}-{name}"

    def _get(self, name):
        folder = self._folder(name)
        # What cannot be made is not tried again for each scenario that needs it.
        with self._lock:
            if name in self._broken:
                raise CheckFailed(f"state {name}: {self._broken[name]}")
        try:
            with built_once(folder) as part:
                if part:
                    self._makers[name](part)
        except CheckFailed as error:
            self._broken[name] = error
            raise CheckFailed(f"state {name}: {error}") from error
        return folder

    def _prune(self):
        """Throw away what an older image or installation left: half a gigabyte a state."""
        current = {r.folder().name for r in (bios.RECIPE, *RECIPES.values())}
        current |= {self._folder(name).name for name in self._makers}
        for old in [*paths.BUILD.glob("base-*"), *paths.BUILD.glob("state-*")]:
            if old.name.removesuffix(".lock").removesuffix(".part") not in current:
                unmount_below(old)
                run("rm", "-rf", "--one-file-system", old)

    def _installed(self, part):
        machine = self._install(part, Plain(bios.RECIPE))
        try:
            loader = machine.check("cat /proc/sys/kernel/bootloader_type")
            expect(loader == str(LOADER_GRUB), f"GRUB's bootloader_type is {loader}")
            machine.save(part / "memory")
        finally:
            machine.kill()

    def _plain(self, plain, part):
        machine = self._install(part, plain)
        try:
            if plain.then:
                machine.check(plain.then)
            if plain.arm:
                machine.check("warmboot --arm")
                expect_armed(machine, machine.check("uname -r"))
            machine.save(part / "memory")
        finally:
            machine.kill()

    def _rpm(self, part):
        rpm.build(part / "rpm", part / "build.log")
        machine = self._boot(part, efi.RECIPE.build(), part, "rpm")
        try:
            rpm.set_up(machine)
            machine.save(part / "memory")
        finally:
            machine.kill()

    def _blscfg(self, part):
        folder = blscfg.add_grub(paths.STAGE, part / "tree", part / "build.log")
        machine = self._install(part, Plain(efi.RECIPE, folder))
        try:
            blscfg.set_up(machine)
            machine.save(part / "memory")
        finally:
            machine.kill()

    def _bare(self, part):
        debs = sorted(paths.DEB.glob("warmboot_*.deb"))
        if len(debs) != 1:
            raise HarnessError(f"not one package in {paths.DEB}: run `make deb`")
        (part / "root").mkdir()
        run("cp", debs[0], part / "root/warmboot.deb")
        machine = self._boot(part, bios.RECIPE.build(), part, "root")
        try:
            machine.check("tar -C / -xf /dev/vdb && systemctl is-system-running --wait", 300)
            machine.save(part / "memory")
        finally:
            machine.kill()

    @staticmethod
    def _boot(part, base, folder, what, **options):
        """Boot a base image by its own boot loader, with WHAT of FOLDER on a second disk."""
        run("tar", "-C", folder, "--owner=0", "--group=0", "-cf", part / "cargo", what)
        run("truncate", "-s", f"{CARGO_MIB}M", part / "cargo")
        if (base / "vars.qcow2").exists():
            options["efi_vars"] = overlay(base / "vars.qcow2", part / "vars.qcow2")
        machine = Machine(part, overlay(base / "disk.qcow2", part / "disk.qcow2"),
                          cargo=part / "cargo", **options)
        try:
            machine.wait_boot()
            (part / "cmdline").write_text(cmdline(machine), encoding="utf-8")
        except BaseException:
            machine.kill()
            raise
        return machine

    def _install(self, part, plain):
        """A machine with warmboot, unpacked and started. The stage may be a folder, too."""
        suite = plain.recipe.suite
        stage = paths.STAGES.get(plain.stage, plain.stage) if suite == HOSTS \
            else release.stage(suite)
        machine = self._boot(part, plain.recipe.build(), stage, ".", hardware=plain.hardware)
        try:
            machine.check("tar -C / --keep-directory-symlink -xf /dev/vdb")
            machine.check(plain.start)
            if plain.start == START_SYSTEMD:
                machine.check("systemctl is-system-running --wait", 300)
        except BaseException:
            machine.kill()
            raise
        return machine

    def _armed(self, part):
        self._grow(part, "installed", f"install linux-image-{self.kernels.newer}",
                   self.kernels.newer)

    def _updated(self, part):
        self._grow(part, "armed", "install linux-image-cloud-amd64", self.kernels.newest)

    def _grow(self, part, parent, command, release):
        machine = self.start(parent, part)
        try:
            (part / "cargo").symlink_to(self._get(parent) / "cargo")
            output = apt(machine, command)
            (part / "apt.log").write_text(output, encoding="utf-8")
            expect_armed(machine, release)
            machine.save(part / "memory")
        finally:
            machine.kill()


def overlay(backing, disk):
    """A new copy-on-write disk over BACKING."""
    disk.parent.mkdir(parents=True, exist_ok=True)
    run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", backing, disk)
    return disk
