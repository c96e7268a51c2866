# SPDX-License-Identifier: GPL-2.0-or-later
"""Whatever warmboot does, dpkg, apt and update-initramfs succeed."""

import time

from .world import HOOKS, LIMIT, SHORT_LIMIT, expect, expect_consistent, sequence

ALL = {"dpkg-postinst", "dpkg-prerm", "dpkg-postrm", "initramfs-post-update", "apt-post-invoke"}
BOUND = 20              # seconds that one bounded hook may take on a busy host


def _shorten(chroot):
    """The hooks' own time limit, shorter: five minutes each would be long."""
    chroot.check(f"sed -i 's/{LIMIT}/{SHORT_LIMIT}/' {HOOKS} && "
                 f"[ $(cat {HOOKS} | grep -c '^{SHORT_LIMIT} ') = 5 ]")


def _every_hook(world, chroot):
    """Runs in which each hook is called; all of them have to succeed."""
    package = world.image_of(world.new)
    chroot.check(f"dpkg-reconfigure {package}")
    expect_consistent(chroot)
    chroot.check("update-initramfs -u")
    chroot.check("apt-get -y install jq")
    chroot.check(f"apt-get -y remove {package}")
    chroot.check(f"apt-get -y purge {package}")
    expect_consistent(chroot)


def _fails(mode):
    def case(world, chroot):
        _shorten(chroot)
        chroot.put("/trace/mode", mode + "\n")
        began = time.monotonic()
        _every_hook(world, chroot)
        calls = chroot.calls()
        missed = ALL - {c.hook for c in calls}
        expect(not missed, f"never called: {missed}; called: {sequence(calls)}")
        if mode == "hanging":
            seconds = time.monotonic() - began
            expect(seconds > 2 * len(calls), "it did not hang: nothing is proved")
    case.__doc__ = f"warmboot {mode if mode in ('killed', 'hanging') else 'ends with ' + mode}:" \
                   " every package run succeeds"
    return case


def missing(world, chroot):
    """warmboot is gone, as after removal without purge: every package run succeeds"""
    chroot.check("rm /usr/sbin/warmboot")
    _every_hook(world, chroot)
    expect(not chroot.calls(), "something was called")


def no_timeout(world, chroot):
    """even timeout(1) is gone: every package run succeeds"""
    chroot.check("mv /usr/bin/timeout /usr/bin/timeout.away")
    _every_hook(world, chroot)


FAULT_CASES = {
    **{f"fault-{mode}": (_fails(mode), "with_kernel")
       for mode in ("killed", "1", "77", "127", "hanging")},
    "fault-missing": (missing, "with_kernel"),
    "fault-no-timeout": (no_timeout, "with_kernel"),
}
