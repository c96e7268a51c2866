# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel that refuses to unload; and what belongs to kdump, which is left alone."""

import re

from harness.boots import cmdline, reboot
from harness.warm import (apt, expect, expect_armed, expect_not_armed, expect_says, loaded,
                          status)

from . import scenario
from .inits import INITS, each_init

WORDS = re.compile(r"cannot be unloaded: .*kexec_load_disabled(?s:.*)"
                   r"a reboot in good order goes through the firmware")


def _disarm_in_vain(machine):
    """Nothing can be unloaded any more: it stays, is marked, and words say what works."""
    machine.check("echo 1 >/proc/sys/kernel/kexec_load_disabled")
    code, text = machine.run("warmboot --disarm 2>&1")
    expect(code == 1, f"--disarm exited {code}:\n{text}")
    expect_says(text, WORDS)
    expect(loaded(machine), "unloaded, so nothing was tried")
    expect(status(machine)["next_reboot"] == "firmware", "status announces a kexec")


@scenario("armed", everyday=False)
def disarm_that_cannot_unload(machine, states):
    """kexec_load_disabled=1 keeps the image from being unloaded: `reboot` is cold all the same."""
    _disarm_in_vain(machine)
    reboot(machine, "reboot").expect_firmware(states.kernels.newer)


@each_init
def cannot_unload(machine, states, init):
    """the image cannot be unloaded: firmware, by the gate."""
    _disarm_in_vain(machine)
    reboot(machine, INITS[init].reboot).expect_firmware(machine.check("uname -r"))
    del states


@scenario("armed", everyday=False)
def menu_that_waits(machine, states):
    """GRUB_TIMEOUT=-1, by update-grub: what was armed goes, and comes back with a timeout."""
    machine.check("sed -i 's/^GRUB_TIMEOUT=.*/GRUB_TIMEOUT=-1/' /etc/default/grub && update-grub")
    code, text = machine.run("warmboot --arm 2>&1")
    expect(code == 1, f"--arm exited {code}:\n{text}")
    expect_says(text, re.compile(r'until somebody chooses: its timeout is "-1"'))
    expect_not_armed(machine)
    machine.check("sed -i 's/^GRUB_TIMEOUT=.*/GRUB_TIMEOUT=0/' /etc/default/grub && update-grub"
                  " && warmboot --arm")
    expect_armed(machine, states.kernels.newer)


@scenario("installed", everyday=False)
def crash_kernel_stays(machine, states):
    """kdump's kernel stays through --arm and --disarm; the next one reserves memory, too."""
    first = states.kernels.first
    apt(machine, "install kexec-tools")
    machine.check("sed -i 's/^GRUB_CMDLINE_LINUX=\"/&crashkernel=160M /' /etc/default/grub"
                  " && update-grub")
    reboot(machine, "reboot").expect_firmware(first)
    machine.check(f"kexec -s -p /boot/vmlinuz-{first} --reuse-cmdline")
    for verb in ("--arm", "--disarm", "--arm"):
        machine.check(f"warmboot {verb} && grep -x 1 /sys/kernel/kexec_crash_loaded")
    expect_armed(machine, first)
    line = cmdline(machine)
    reboot(machine, "reboot").expect_kexec(first, line)
    expect("crashkernel=160M" in line, f"the command line is {line}")
    expect(int(machine.check("cat /sys/kernel/kexec_crash_size")) >= 160 << 20,
           "no memory is set aside for a crash kernel")


@scenario("armed", everyday=False)
def trial_and_chain(machine, states):
    """require_trial: a hook arms only after a good warm reboot by hand; max_chain ends a row."""
    newer, newest = states.kernels.newer, states.kernels.newest
    machine.check("printf 'require_trial = true;\\ngood_after = 1;\\n' >/etc/warmboot.conf")
    text = machine.check(f"touch /boot/initrd.img-{newer};"
                         f" /etc/initramfs/post-update.d/zzz-warmboot {newer} x 2>&1")
    expect_says(text, re.compile("(?m)^warmboot: not armed: require_trial"))
    expect(not loaded(machine), "not armed, but loaded")
    machine.check("warmboot --arm")
    reboot(machine, "reboot").expect_kexec(newer, states.grub_cmdline())
    machine.check("systemctl start boot-complete.target; sleep 5")
    history = status(machine)["history"]
    expect(history and history[0]["result"] == "good", f"the history is {history}")
    apt(machine, f"install linux-image-{newest}")
    expect_armed(machine, newest)
    machine.check("echo 'max_chain = 1;' >>/etc/warmboot.conf")
    reboot(machine, "reboot").expect_firmware(newest)
    machine.check("warmboot --arm")
    expect_armed(machine, newest)
