# SPDX-License-Identifier: GPL-2.0-or-later
"""GRUB with blscfg: its own reading of loader/entries, and ours, must lead to the same entry."""

import json

from harness.uefi import cold, warm
from harness.warm import expect, expect_armed

from . import scenario

# Fedora's blscfg would sort these the other way round: it compares packages, GRUB's own file
# names. The last two begin with what GRUB's own takes for a place in the menu.
OTHERS = ("debian-6.1.rc1-1", "debian-6.1.1-1", "1x", "0y")

GRUB_CFG = """serial --unit=0 --speed=115200
terminal_output serial
load_env
set default="${saved_entry}"
set timeout=1
blscfg
"""


def _move_to_grub(machine, release):
    """GRUB instead of systemd-boot; entries that kernel-install writes to /boot, and others."""
    machine.check(f"""set -e
        bootctl remove
        rm -rf /efi/loader /efi/EFI/Linux "/efi/$(cat /etc/machine-id)" /efi/EFI/BOOT
        efibootmgr -q -c -d /dev/vda -p 1 -L debian -l '\\EFI\\debian\\grubx64.efi'
        echo debian >/etc/kernel/entry-token
        printf 'layout=bls\\nBOOT_ROOT=/boot\\n' >/etc/kernel/install.conf
        mkdir -p /boot/loader/entries /boot/debian
        kernel-install add {release} /boot/vmlinuz-{release} /boot/initrd.img-{release}
        cd /boot/loader/entries
        for name in {' '.join(OTHERS)}; do
            sed -e "s/from-entry/from-$name/" -e "s/^title .*/title The $name/" \\
                debian-{release}.conf >$name.conf
        done
        cat >/boot/grub/grub.cfg <<'END'
{GRUB_CFG}END
        ls -v; efibootmgr""")


def _chosen(machine):
    """The command line that warmboot says boots next."""
    found = json.loads(machine.check("warmboot --list --json 2>/dev/null"))
    chosen = [e for e in found["entries"] if e["id"] == found["chosen"]]
    expect(len(chosen) == 1 and chosen[0]["default"], f"not one is chosen: {found}")
    return chosen[0]["cmdline"]


@scenario("blscfg", everyday=False)
def grub_blscfg(machine, states):
    """GRUB 2.14 with blscfg: the first entry, one by its id, one by what looks like a number."""
    first = states.kernels.first
    _move_to_grub(machine, first)
    seen = cold(machine)
    expect("from-debian-6.1.rc1-1" in seen.cmdline, f"GRUB's first entry is {seen.cmdline}")
    expect(_chosen(machine) == seen.cmdline, f"GRUB booted {seen}, we say {_chosen(machine)}")
    machine.check("warmboot --arm")
    expect_armed(machine, first)
    again = warm(machine)
    expect(again == seen, f"cold:\n  {seen}\nwarm:\n  {again}")
    for saved, mark in ((f"debian-{first}", "from-entry"), ("1x", "from-debian-6.1.1-1")):
        machine.check(f"grub-set-default '{saved}'")
        told = _chosen(machine)
        seen = cold(machine)
        expect(told == seen.cmdline, f"saved_entry={saved}: GRUB booted {seen}, we said {told}")
        expect(mark in seen.cmdline.split("warmboot.mark=")[1], f"{saved}: {seen.cmdline}")
