# SPDX-License-Identifier: GPL-2.0-or-later
"""
The scenarios, each a function of a running machine.

@scenario("state") registers one; its name is the function's with dashes. `everyday=False`
leaves it to --all. The function raises CheckFailed (the helpers of harness/ do) on a finding.
"""

import importlib
import pkgutil
from dataclasses import dataclass
from typing import Callable


@dataclass
class Scenario:
    """One row of the table. NEEDS is the state that it starts from (harness/states.py)."""

    name: str
    needs: str
    everyday: bool
    run: Callable
    about: str


TABLE = {}


def scenario(needs, everyday=True):
    """Register a scenario that starts from the state NEEDS."""
    def register(function):
        name = function.__name__.replace("_", "-")
        about = (function.__doc__ or "").strip().splitlines()[0]
        TABLE[name] = Scenario(name, needs, everyday, function, about)
        return function
    return register


def load():
    """Import every module of this folder; the table."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return TABLE
