# SPDX-License-Identifier: GPL-2.0-or-later
"""
The cells of the table in warmboot(8), AT REBOOT: each command that reboots, when disarmed, when
a guard vetoes at the last moment, and when what was armed is stale. That it comes up warm when
armed is what the scenarios named after the commands show.
"""

import re

from harness.boots import reboot
from harness.warm import expect, expect_armed, expect_not_armed

from . import scenario
from .inits import INITS
from .packages import MARK, make_stale

LOGIND = ("busctl call org.freedesktop.login1 /org/freedesktop/login1"
          " org.freedesktop.login1.Manager Reboot b false")
TARGET = "systemctl --no-block start reboot.target --job-mode=replace-irreversibly"
KEXEC = "systemctl kexec"
EVERYWHERE = ["reboot", "shutdown -r now", "init 6", "kill -INT 1"]
COMMANDS = {
    "systemd": [*EVERYWHERE, "shutdown -r +1", "systemctl reboot", KEXEC, LOGIND,
                "kill -s RTMIN+5 1", TARGET],
    **{init: EVERYWHERE for init in INITS},
}
NAMES = {"kill -INT 1": "ctrl_alt_del", LOGIND: "logind", TARGET: "reboot_target",
         "kill -s RTMIN+5 1": "signal", "shutdown -r +1": "scheduled_shutdown"}


def _again(machine, release):
    machine.check("warmboot --arm")
    expect_armed(machine, release)


def _cells(machine, release, line, command):
    """Three reboots by COMMAND of a machine that is armed with RELEASE."""
    # With nothing loaded, systemctl would look for a kernel of its own, and refuse.
    if command != KEXEC:
        machine.check("warmboot --disarm")
        reboot(machine, command).expect_firmware(release)
        _again(machine, release)
    machine.check("touch /nokexec")
    reboot(machine, command).expect_firmware(release)
    expect_not_armed(machine)
    _again(machine, release)
    make_stale(machine, release)
    boot = reboot(machine, command)
    boot.expect_kexec(release, line)
    expect(MARK in boot.console, "the older initramfs was booted")


def _register(init, command):
    state = "armed" if init == "systemd" else init

    def run(machine, states):
        release = states.kernels.newer if init == "systemd" else machine.check("uname -r")
        _cells(machine, release, states.grub_cmdline(state), command)
    name = NAMES.get(command) or re.sub("[^a-z0-9]+", "_", command)
    run.__name__ = f"cells_{init}_{name}"
    run.__doc__ = f"{init}, {name}: firmware when disarmed or vetoed, renewed when stale."
    scenario(state, everyday=False)(run)


for _init, _commands in COMMANDS.items():
    for _command in _commands:
        _register(_init, _command)
