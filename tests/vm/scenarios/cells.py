# SPDX-License-Identifier: GPL-2.0-or-later
"""
The cells of the table in warmboot(8), AT REBOOT: each command that reboots, when disarmed, when
a guard vetoes at the last moment, and when what was armed is stale. That it comes up warm when
armed, and all the way, is what the scenarios named after the commands show; here the judge has
seen enough when the firmware, or the new kernel's initramfs, has said its name.
"""

import contextlib
import re

from harness.boots import FIRMWARE, KERNEL
from harness.warm import expect, status

from . import scenario
from .inits import INITS
from .packages import MARK, replace_initramfs

PATIENCE = 900
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


def _reboot(machine, command, words):
    """Reboot by COMMAND until the console shows WORDS; what it showed, and the resets seen."""
    start, resets = machine.console_size(), machine.resets()
    machine.shell.send(command)
    machine.wait_console(words, start, PATIENCE)
    return machine.console_text(start), machine.resets() - resets


def _is_cold(machine, command):
    console, resets = _reboot(machine, command, "SeaBIOS (version")
    expect(resets, "QEMU saw no processor reset")
    expect(not KERNEL.search(console), "a kernel started before the firmware")


def _is_renewed(machine, release, line, command):
    replace_initramfs(machine, release)
    console, resets = _reboot(machine, command, MARK)
    expect(not resets, f"QEMU saw {resets} processor resets")
    expect(not FIRMWARE.search(console), "the console shows the firmware")
    started = KERNEL.findall(console)
    expect(started == [release], f"kernels that started: {started}, not {release}")
    told = re.search(r"\] Command line: (.*)", console)[1].strip()
    expect(told == line, f"the command line is\n  {told}\nand not\n  {line}")


@contextlib.contextmanager
def _another(states, state, folder):
    """One more machine in that state."""
    machine = states.start(state, folder)
    try:
        yield machine
    finally:
        machine.kill()
        for disk in folder.glob("*.qcow2"):
            disk.unlink()


def _cells(machine, states, state, command):
    """Three machines that are armed, and reboot by COMMAND."""
    # What is armed boots next: with a newer kernel installed that is not the running one.
    release = status(machine)["version"]
    line = states.grub_cmdline("installed" if state == "armed" else state)
    _is_renewed(machine, release, line, command)
    machine.kill()
    # With nothing loaded, systemctl would look for a kernel of its own, and refuse.
    if command != KEXEC:
        with _another(states, state, machine.folder / "disarmed") as one:
            one.check("warmboot --disarm")
            _is_cold(one, command)
    with _another(states, state, machine.folder / "vetoed") as one:
        one.check("touch /nokexec")
        _is_cold(one, command)


def _register(init, state, name, command):
    def run(machine, states):
        _cells(machine, states, state, command)
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
