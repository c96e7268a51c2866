# SPDX-License-Identifier: GPL-2.0-or-later
"""
A GRUB that knows blscfg, for the state "blscfg". Debian 12's 2.06 does not; 2.14, of Debian's
development version, is the first one of GRUB's own that does (Fedora has had its own since 2.02).
Only its EFI program and its modules are used, which need nothing of the system.
"""

from . import paths
from .image import apt_sources
from .proc import HarnessError, built_once, run

PACKAGES = ("grub-efi-amd64-bin", "grub-efi-amd64-unsigned")
MODULES = "usr/lib/grub/x86_64-efi"
PROGRAM = f"{MODULES}/monolithic/grubx64.efi"
PLACE = "root/grub"                 # in the machine

# The program looks for its configuration where it was built for.
LOADER_CFG = """search --no-floppy --label --set=root boot
set prefix=($root)/grub
configfile $prefix/grub.cfg
"""
SET_UP = f"""set -e
mkdir -p /boot/grub/x86_64-efi
cp /{PLACE}/modules/* /boot/grub/x86_64-efi/
mkdir -p /efi/EFI/debian
cp /{PLACE}/grubx64.efi /efi/EFI/debian/
cat >/efi/EFI/debian/grub.cfg <<'END'
{LOADER_CFG}END
grub-editenv /boot/grub/grubenv create
rm -r /{PLACE}"""


def _download(folder):
    """PACKAGES of the development version into FOLDER, by the host's apt; its own lists stay."""
    address = apt_sources()[0].split()[1]
    (folder / "list").write_text(f"deb {address} sid main\n", encoding="utf-8")
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    apt = ["apt-get", "-q", "-o", f"Dir::Etc::SourceList={folder}/list",
           "-o", "Dir::Etc::SourceParts=/dev/null", "-o", f"Dir::State::Lists={folder}/lists",
           "-o", f"Dir::Cache={folder}/cache", "-o", "Acquire::Languages=none"]
    run(*apt, "update", log=folder / "log")
    run(*apt, "download", *PACKAGES, log=folder / "log", cwd=folder)
    for deb in folder.glob("*.deb"):
        run("dpkg-deb", "-x", deb, folder / "tree", log=folder / "log")
        deb.unlink()
    run("rm", "-rf", folder / "lists", folder / "cache")


def fetch():
    """Where it lies, downloaded once."""
    folder = paths.BUILD / "grub-blscfg"
    with built_once(folder) as part:
        if part:
            print("fetching a GRUB with blscfg", flush=True)
            _download(part)
    return folder / "tree"


def add_grub(stage, tree, log):
    """Fill TREE: an installation of warmboot, and GRUB in a folder of its own. Gives TREE."""
    grub = fetch()
    commands = (grub / MODULES / "command.lst").read_text(encoding="utf-8")
    if "*blscfg: " not in commands:
        raise HarnessError("the development version's GRUB does not know blscfg")
    modules = tree / PLACE / "modules"
    modules.mkdir(parents=True)
    run("cp", "-a", f"{stage}/.", tree, log=log)
    run("cp", grub / PROGRAM, tree / PLACE, log=log)
    run("cp", *(grub / MODULES).glob("*.mod"), *(grub / MODULES).glob("*.lst"), modules, log=log)
    return tree


def set_up(machine):
    """Put GRUB into systemd-boot's place. The next boot is its own."""
    machine.check(SET_UP)
