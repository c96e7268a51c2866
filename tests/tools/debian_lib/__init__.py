# SPDX-License-Identifier: GPL-2.0-or-later
"""The Debian family's own tools, run for real in chroots: see ../debian."""

import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]
# The machine tests know already where the mirrors are and how to cache what is built.
sys.path.insert(0, str(TOP / "tests" / "vm"))
