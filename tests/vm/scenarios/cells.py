# SPDX-License-Identifier: GPL-2.0-or-later
"""
The cells of the table in warmboot(8), AT REBOOT: each command that reboots, when disarmed, when
a guard vetoes at the last moment, and when what was armed is stale. That it comes up warm when
armed is what the scenarios named after the commands show.
"""

from harness.boots import reboot
from harness.warm import expect, expect_armed, expect_not_armed, status

from . import scenario
from .inits import INITS
from .packages import MARK, replace_initramfs

LOGIND = ("busctl call org.freedesktop.login1 /org/freedesktop/login1"
          " org.freedesktop.login1.Manager Reboot b false")
TARGET = "systemctl --no-block start reboot.target --job-mode=replace-irreversibly"
KEXEC = "systemctl kexec"
# Of Debian 12's systemd (in the state "armed", with a newer kernel) and Debian 13's.
SYSTEMD = {"reboot": "reboot", "shutdown_r": "shutdown -r now", "init_6": "init 6",
           "ctrl_alt_del": "kill -INT 1", "scheduled_shutdown": "shutdown -r +1",
           "systemctl_reboot": "systemctl reboot", "systemctl_kexec": KEXEC, "logind": LOGIND,
           "signal": "kill -s RTMIN+5 1", "reboot_target": TARGET}
INIT_COMMANDS = ("reboot", "shutdown_r", "init_6", "ctrl_alt_del")


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
    replace_initramfs(machine, release)
    boot = reboot(machine, command)
    boot.expect_kexec(release, line)
    expect(MARK in boot.console, "the older initramfs was booted")


def _register(init, state, name, command):
    def run(machine, states):
        # What is armed boots next: with a newer kernel installed that is not the running one.
        release = status(machine)["version"]
        _cells(machine, release, states.grub_cmdline(state), command)
    run.__name__ = f"cells_{init}_{name}"
    run.__doc__ = f"{init}, {name}: firmware when disarmed or vetoed, renewed when stale."
    scenario(state, everyday=False)(run)


for _name, _command in SYSTEMD.items():
    _register("systemd", "armed", _name, _command)
    _register("trixie", "trixie", _name, _command)
for _init, _what in INITS.items():
    for _name in INIT_COMMANDS:
        if getattr(_what, _name):
            _register(_init, _init, _name, getattr(_what, _name))
