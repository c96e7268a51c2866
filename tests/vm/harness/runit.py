# SPDX-License-Identifier: GPL-2.0-or-later
"""
The image "runit": Debian 12 whose sysvinit was changed for runit-init, GRUB on BIOS.

Changed and not installed, as on most such machines: the image's other files are those of
sysvinit's (guest/customize).
"""

import textwrap
from dataclasses import replace

from . import bios, sysvinit
from .proc import run

# From the repository on the machine's own disk. The tests' root shell and a login become
# services; no logins on consoles that are not there.
CHANGE = textwrap.dedent("""\
    export DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin
    apt-get update
    apt-get install -y --no-install-recommends runit-init
    rm -f /etc/inittab /etc/runit/runsvdir/default/getty-tty[1-6]
    mkdir /etc/sv/vm-agent
    printf '#!/bin/sh\\nexec /usr/local/sbin/vm-agent\\n' >/etc/sv/vm-agent/run
    chmod +x /etc/sv/vm-agent/run
    ln -s /etc/sv/vm-agent /etc/runit/runsvdir/default/
    """)


def _make_disk(part, log):
    run("chroot", part / "tree", "sh", "-euxc", CHANGE, log=log)
    bios.make_disk(part, log)


RECIPE = replace(sysvinit.RECIPE, name="runit", source=__file__, disk=_make_disk,
                 arguments=["runit-init", "kexec-tools"])
