# SPDX-License-Identifier: GPL-2.0-or-later
"""
The image "tpm": that of "efi" (systemd-boot on UEFI) with what unlocks disks by the TPM, and a
small empty partition called "secret" for a disk to unlock. The TPM is swtpm, beside QEMU; OVMF,
the boot loader and the kernel measure into it as into a real one.
"""

import subprocess
import time
from pathlib import Path

from . import efi, paths
from .image import Recipe
from .machine import Hardware
from .proc import HarnessError, hash_files, hash_text, run

SECRET_MIB = 48
LUKS_TYPE = "CA7D7CCB-63ED-4C53-861C-1742536059CC"
# systemd-cryptenroll and systemd-cryptsetup are in "systemd"; they load these when they want them.
PACKAGES = ["cryptsetup-bin", "libtss2-esys-3.0.2-0", "libtss2-mu0", "libtss2-rc0",
            "libtss2-tcti-device0", "openssl", "clevis-luks", "clevis-tpm2"]
DEVICE = ("-chardev", "socket,id=chrtpm,path={sockets}/tpm",
          "-tpmdev", "emulator,id=tpm0,chardev=chrtpm", "-device", "tpm-tis,tpmdev=tpm0")


def _disk(part, log):
    efi.RECIPE.disk(part, log)
    disk = part / "disk.raw"
    # The new size is seen where the table does not name the last sector.
    table = [line for line in run("sfdisk", "-d", disk, log=log).splitlines()
             if not line.startswith("last-lba")]
    table.append(f"size={SECRET_MIB - 1}MiB, type={LUKS_TYPE}, name=secret")
    (part / "table").write_text("\n".join(table) + "\n", encoding="utf-8")
    with open(disk, "r+b") as out:
        out.truncate(disk.stat().st_size + (SECRET_MIB << 20))
    run("sh", "-c", 'sfdisk -q "$1" <"$2"', "sfdisk", disk, part / "table", log=log)


def start_swtpm(sockets):
    """A TPM 2.0 whose memory lasts as long as the machine's folder; QEMU starts and stops it."""
    control = Path(sockets) / "tpm"
    # pylint: disable=consider-using-with
    process = subprocess.Popen(
        ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={sockets}",
         "--ctrl", f"type=unixio,path={control}", "--log", f"file={sockets}/tpm.log,level=1"],
        stdin=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not control.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise HarnessError("swtpm does not start")
        time.sleep(0.05)
    return process


class _Recipe(Recipe):
    """What is taken from the image "efi" is part of this one too."""

    def folder(self):
        name, key = super().folder().name.rsplit("-", 1)
        return paths.BUILD / f"{name}-{hash_text(key, hash_files(Path(efi.__file__)))}"


RECIPE = _Recipe("tpm", __file__, [*efi.RECIPE.packages, *PACKAGES], [], _disk,
                 efi.RECIPE.first_boot)
HARDWARE = Hardware(argv=DEVICE, beside=start_swtpm)
# OVMF knows the TPM, and so does the kernel. (What is in there has no length before it is read.)
THEN = "test $(wc -c </sys/kernel/security/tpm0/binary_bios_measurements) -gt 0"
