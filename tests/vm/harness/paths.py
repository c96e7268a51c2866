# SPDX-License-Identifier: GPL-2.0-or-later
"""Where things are. B is make's build directory; everything made here goes below B/vm."""

import os
from pathlib import Path

VM = Path(__file__).resolve().parent.parent
TOP = VM.parent.parent
BUILD = (TOP / os.environ.get("B", "build")).resolve() / "vm"
GUEST = VM / "guest"
STAGE = BUILD / "stage"
DEB = BUILD.parent / "deb"          # `make deb` puts the package there
# An installation for each init: their scripts have the same names.
STAGES = {"systemd": STAGE, "sysvinit": BUILD / "stage-sysvinit", "openrc": BUILD / "stage-openrc",
          "runit": BUILD / "stage-runit"}
