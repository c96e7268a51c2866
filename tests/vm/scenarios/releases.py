# SPDX-License-Identifier: GPL-2.0-or-later
"""
Scenarios that every release of systemd has to pass: each begins armed, and what its reboot shows
is the same.

Debian 12's machine has a newer kernel from apt (the state "armed"), Debian 13's its own kernel,
armed by hand (the state "trixie"), where names begin with "trixie-".
"""

from dataclasses import dataclass

from harness import image
from harness.boots import reboot
from harness.machine import Machine
from harness.states import RECIPES, Kernels, States

from . import scenario


@dataclass
class Armed:
    """A machine that is armed with KERNEL, whose command line GRUB gave as CMDLINE."""

    machine: Machine
    kernel: str
    cmdline: str

    def warm(self, command):
        """COMMAND must come up in that kernel without firmware and GRUB."""
        boot = reboot(self.machine, command)
        boot.expect_kexec(self.kernel, self.cmdline)
        return boot

    def cold(self, command):
        """COMMAND must go through the firmware and GRUB, into the same kernel."""
        boot = reboot(self.machine, command)
        boot.expect_firmware(self.kernel)
        return boot


def bookworm(machine, states: States):
    """Debian 12 as the state "armed" leaves it."""
    return Armed(machine, states.kernels.newer, states.grub_cmdline())


def trixie_kernels():
    """The kernels of Debian 13's image."""
    return Kernels(*image.kernels(RECIPES["trixie"].build()))


def trixie(machine, states: States):
    """Debian 13 as the state "trixie" leaves it."""
    return Armed(machine, trixie_kernels().first, states.grub_cmdline("trixie"))


def each_release(everyday=False):
    """
    Register FUNCTION(armed) for Debian 12 under its own name, for Debian 13 as trixie-NAME.

    EVERYDAY is about Debian 12 alone.
    """
    def register(function):
        def on_bookworm(machine, states):
            function(bookworm(machine, states))

        def on_trixie(machine, states):
            function(trixie(machine, states))

        on_bookworm.__name__ = function.__name__
        on_bookworm.__doc__ = function.__doc__
        on_trixie.__name__ = f"trixie_{function.__name__}"
        on_trixie.__doc__ = f"Debian 13: {function.__doc__.strip()}"
        scenario("armed", everyday=everyday)(on_bookworm)
        scenario("trixie", everyday=False)(on_trixie)
        return function
    return register
