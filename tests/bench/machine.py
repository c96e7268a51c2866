# SPDX-License-Identifier: GPL-2.0-or-later
"""
What is measured in a machine: arming against `kexec -s -l` of the same files.

Emulation makes wall time mean little, and what else the host does shows in single rounds even as
CPU time: so the medians of rounds that take turns are compared.
"""

import json
import shlex
import statistics
import sys

from rounds import BUILD, HERE, BenchError, need
from table import mib, ms

ROUNDS, STATE = 25, "installed"
USER_RATIO, OWN_READS = 1.02, 1
UNPACK = """
cd /root
for deb in $(ls /srv/repo/*.deb | grep -v /linux-image-); do
	dpkg -x $deb kexec-tools || exit 1
done
find kexec-tools -name 'lib*.so*' -exec cp -P -t /usr/local/lib {} +
ldconfig
kexec-tools/sbin/kexec --version
"""
FOLDER = BUILD / "vm" / "runs" / "bench"


def arming(table):
    """The rows about arming, from a machine of tests/vm."""
    told = in_machine()
    user, system = ({name: statistics.median(r[i] for r in runs) * 1000
                     for name, runs in told["runs"].items()} for i in (0, 1))
    ratio = user["warmboot"] / user["kexec"]
    note = table.note(f"median of {ROUNDS} rounds in an emulated machine with {STATE} warmboot, "
                      f"{mib(told['size'] / 1024)} of kernel and initramfs")
    table.row("arming, header checks: user CPU time" + note, ms(user["warmboot"]),
              f"kexec -s -l {ms(user['kexec'])}", ratio, f"<= {USER_RATIO} x", ratio <= USER_RATIO,
              ratio / USER_RATIO)
    table.row("  with the kernel's own time",
              ms(user["warmboot"] + system["warmboot"]),
              f"kexec -s -l {ms(user['kexec'] + system['kexec'])}",
              (user["warmboot"] + system["warmboot"]) / (user["kexec"] + system["kexec"]))
    table.row("  bytes read, the kernel's load included", mib(told["bytes"]["warmboot"] / 1024),
              f"kexec -s -l {mib(told['bytes']['kexec'] / 1024)}",
              told["bytes"]["warmboot"] / told["bytes"]["kexec"])
    for path, reads in told["own"].items():
        table.row(f"  own reads of {path.split('-')[0]}", f"{reads:.3f} x", "its size", reads,
                  f"<= {OWN_READS} x", reads <= OWN_READS,
                  reads / OWN_READS)


def in_machine():
    """What guest.py tells."""
    need("vm/stage")
    sys.path.insert(0, str(HERE.parent / "vm"))
    # pylint: disable=import-outside-toplevel,import-error
    from harness.machine import CheckFailed
    from harness.proc import HarnessError
    from harness.states import States
    machine = None
    try:
        machine = States().start(STATE, FOLDER)
        return json.loads(measure(machine).splitlines()[-1])
    except (CheckFailed, HarnessError) as error:
        raise BenchError(error) from error
    finally:
        if machine:
            machine.kill()


def measure(machine):
    """Sets the machine up and runs guest.py in it; its output."""
    # Unpacked, not installed: a second loader would give warmboot more to do.
    machine.check(UNPACK)
    machine.check("echo 'verify = \"header\";' >/etc/warmboot.conf && warmboot --arm")
    armed = json.loads(machine.check("warmboot --status --json"))
    script = (HERE / "guest.py").read_text(encoding="utf-8")
    machine.check(f"cat >/root/guest.py <<'END-OF-SCRIPT'\n{script}\nEND-OF-SCRIPT")
    words = [str(ROUNDS), "/root/kexec-tools/sbin/kexec", armed["kernel"], *armed["initrds"],
             armed["cmdline"]]
    return machine.check(f"python3 /root/guest.py {shlex.join(words)}", 1800)
