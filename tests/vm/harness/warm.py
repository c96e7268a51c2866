# SPDX-License-Identifier: GPL-2.0-or-later
"""What scenarios say about warmboot in the machine: its status, and what is expected of it."""

import json

from .machine import CheckFailed


def status(machine):
    """`warmboot --status --json` as a dict; it must exit 0 whatever it finds."""
    text = machine.check("warmboot --status --json 2>/dev/null")
    try:
        return json.loads(text)
    except ValueError as error:
        raise CheckFailed(f"--status --json is no JSON ({error}):\n{text}") from error


def loaded(machine):
    """Whether the kernel has a kexec image."""
    return machine.check("cat /sys/kernel/kexec_loaded") == "1"


def expect(fine, complaint):
    """Raise the complaint as a finding unless FINE."""
    if not fine:
        raise CheckFailed(complaint)


def expect_armed(machine, release):
    """Armed with that kernel, fresh, and really loaded."""
    now = status(machine)
    told = json.dumps({k: v for k, v in now.items() if k != "guards"}, indent=1)
    expect(now["armed"] is True, f"not armed: {told}")
    expect(now["fresh"] is True, f"not fresh: {told}")
    expect(now["version"] == release, f"armed with {now['version']}, not {release}")
    expect(now["next_reboot"] == "kexec", f"the next reboot is {now['next_reboot']}: {told}")
    expect(loaded(machine), "status says armed, but the kernel has nothing loaded")
    return now


def expect_not_armed(machine):
    """Nothing armed, nothing loaded, a firmware reboot announced with a reason."""
    now = status(machine)
    told = json.dumps({k: v for k, v in now.items() if k != "guards"}, indent=1)
    expect(now["armed"] is False, f"armed: {told}")
    expect(now["next_reboot"] == "firmware", f"the next reboot is {now['next_reboot']}: {told}")
    expect(now["reason"], f"no reason given: {told}")
    expect(not loaded(machine), "status says not armed, but an image is loaded")
    return now


def expect_says(text, pattern):
    """TEXT must contain a match of the compiled PATTERN."""
    expect(pattern.search(text), f"nothing like /{pattern.pattern}/ in:\n{text}")


def apt(machine, arguments, timeout=1200):
    """apt-get must succeed, whatever warmboot thinks; its output."""
    return machine.check(f"apt-get -y -o Dpkg::Use-Pty=0 {arguments}", timeout)
