# SPDX-License-Identifier: GPL-2.0-or-later
"""What the cases start from: layers over an image, each made once a run."""

import shutil
import threading
from pathlib import Path

from .chroot import CheckFailed, Chroot
from .image import BUILD, HERE, kernels

NOTHING = "#!/bin/sh\nexit 0\n"
# After zz-update-grub and its like, before ours.
PROBE = "#!/bin/sh\n: >/trace/zz-ran\n"
# A small one, as the image has for initramfs-tools.
DRACUT = 'dracutmodules="base"\nno_kernel="yes"\nhostonly="no"\ncompress="gzip"\n'
LIMIT = "timeout -k 5 300"
SHORT_LIMIT = "timeout -k 1 2"
HOOKS = "/etc/kernel/*/zzz-warmboot /etc/initramfs/*/zzz-warmboot /usr/lib/warmboot/apt-post-invoke"


class World:
    """One suite's image, with warmboot's hooks and the tracer in it; and a kernel on top."""

    def __init__(self, suite, image, deb, stage):
        self.suite, self.deb, self.stage = suite, deb, stage
        self.image = image
        self.old, self.new = kernels(image)
        self._layers = {}
        self._lock = threading.Lock()
        self._runs = BUILD / "runs" / suite

    def bare(self, name):
        """The image alone, with the package at /srv where it can be installed."""
        chroot = Chroot(self._runs / name, [self.image / "tree"])
        chroot.check("mkdir /trace && mkdir -p /boot/grub && : >/boot/grub/grub.cfg")
        # The real one looks for the devices of /, which an overlay has not.
        chroot.check("dpkg-divert --local --rename --add /usr/sbin/update-grub")
        chroot.put("/usr/sbin/update-grub", NOTHING, 0o755)
        chroot.put("/etc/kernel/postinst.d/zz-zz-probe", PROBE, 0o755)
        chroot.check("apt-get update")
        chroot.put("/etc/dracut.conf.d/tests.conf", DRACUT)
        # None of them is to start anything.
        chroot.put("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0o755)
        if self.suite == "bookworm":
            (chroot.upper / "srv").mkdir(exist_ok=True)
            shutil.copy(self.deb, chroot.upper / "srv" / "warmboot.deb")
        return chroot

    def fresh(self, name):
        """With the hooks and the tracer, and no kernel."""
        return self._layer("hooked").on_top(self._runs / name)

    def with_kernel(self, name):
        """The same with the newest kernel installed."""
        return self._layer("kernel").on_top(self._runs / name)

    def image_of(self, version):
        """The package of a kernel."""
        return f"linux-image-{version}"

    def _layer(self, name):
        with self._lock:
            if name not in self._layers:
                self._layers[name] = getattr(self, f"_make_{name}")()
            return self._layers[name]

    def _make_hooked(self):
        chroot = self.bare("layer-hooked")
        chroot.check("dpkg-divert --local --rename --add /usr/sbin/warmboot")
        if self.suite == "bookworm":
            chroot.check("dpkg -i /srv/warmboot.deb")
        else:
            shutil.copytree(self.stage, chroot.upper, symlinks=True, dirs_exist_ok=True)
        shutil.copy(Path(HERE) / "guest" / "tracer", chroot.upper / "usr/sbin/warmboot")
        chroot.forget_calls()
        return chroot

    def _make_kernel(self):
        # Not _layer(): its lock is held.
        if "hooked" not in self._layers:
            self._layers["hooked"] = self._make_hooked()
        chroot = self._layers["hooked"].on_top(self._runs / "layer-kernel")
        chroot.check(f"apt-get -y install {self.image_of(self.new)}")
        chroot.forget_calls()
        return chroot


def expect(condition, words):
    """Fails with WORDS unless CONDITION."""
    if not condition:
        raise CheckFailed(words)


def sequence(calls):
    """The calls as one line."""
    return " ".join(str(c) for c in calls)


def expect_sequence(chroot, expected):
    """Exactly these calls, in this order: the list of them."""
    calls = chroot.calls()
    expect(sequence(calls) == expected, f"called: {sequence(calls)}\nexpected: {expected}")
    return calls


def expect_final(chroot, call):
    """CALL saw every initramfs as it is now."""
    now = chroot.initrds()
    expect(now, "there is no initramfs at all")
    expect(call.initrds == now, f"{call} saw {call.initrds}\nin the end there is {now}")


def expect_consistent(chroot):
    """No package is left half-done."""
    audit = chroot.check("dpkg --audit")
    expect(not audit.strip(), f"dpkg --audit: {audit}")
