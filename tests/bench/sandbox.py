# SPDX-License-Identifier: GPL-2.0-or-later
"""What the walls around the reader of contents cost."""

import os
import subprocess

from rounds import BUILD, HERE, measure, need
from table import ms

ROUNDS = 200


def sandbox(table):
    """The row: a process that raises the walls, against one that does not."""
    need("src/read/sandbox.o", "warmboot-read")
    program = BUILD / "bench" / "walls"
    program.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([*os.environ.get("CC", "cc").split(), "-std=gnu11", "-D_GNU_SOURCE", "-O2",
                    "-I", HERE.parents[1] / "src", "-o", program, HERE / "walls.c",
                    BUILD / "src/read/sandbox.o", "-lseccomp"], check=True)
    inside, outside = measure(ROUNDS, [program, "raise"], [program])
    table.row("walls around the reader, CPU time", ms(inside.cpu - outside.cpu),
              f"a process without them {ms(outside.cpu)}")
