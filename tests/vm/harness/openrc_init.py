# SPDX-License-Identifier: GPL-2.0-or-later
"""
The image "openrc-init": Debian 12 with OpenRC, whose GRUB names openrc-init as init.

Debian's OpenRC has the two scripts of its own at a reboot, and sysvinit's for file systems are
in the runlevel "off", which only its /etc/init.d/rc goes to: openrc-init goes to "shutdown".
"""

import textwrap
from dataclasses import replace

from . import bios, sysvinit
from .proc import run

# The tests' root shell becomes a service: openrc-init reads no inittab.
CHANGE = textwrap.dedent("""\
    export PATH=/usr/sbin:/usr/bin:/sbin:/bin
    printf '%s\\n' '#!/sbin/openrc-run' 'command=/usr/local/sbin/vm-agent' \
        'command_background=yes' 'pidfile=/run/vm-agent.pid' >/etc/init.d/vm-agent
    chmod +x /etc/init.d/vm-agent
    rc-update add vm-agent default
    sed -i /vm-agent/d /etc/inittab
    sed -i 's|^GRUB_CMDLINE_LINUX="|&init=/sbin/openrc-init |' /etc/default/grub
    grep init=/sbin/openrc-init /etc/default/grub
    """)


def _make_disk(part, log):
    run("chroot", part / "tree", "sh", "-euxc", CHANGE, log=log)
    bios.make_disk(part, log)


# Its first boot, by QEMU, is still sysvinit's.
RECIPE = replace(sysvinit.OPENRC, name="openrc-init", source=__file__, disk=_make_disk)
