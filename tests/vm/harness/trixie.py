# SPDX-License-Identifier: GPL-2.0-or-later
"""
The image "trixie": Debian 13 (systemd 257), GRUB on BIOS, with PackageKit for offline updates.

PackageKit asks the kernel's routes whether the machine is online, hence iproute2. What else is
named was there by itself up to Debian 12.
"""

from . import bios
from .image import Recipe

RECIPE = Recipe("trixie", __file__,
                ["grub-pc", "packagekit", "packagekit-tools", "iproute2", "passwd", "login",
                 "e2fsprogs"],
                [], bios.make_disk, bios.first_boot, suite="trixie")
