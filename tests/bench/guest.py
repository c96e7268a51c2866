# SPDX-License-Identifier: GPL-2.0-or-later
"""
Runs in the machine: `kexec -s -l` and `warmboot --arm` of the same files, in turn.

Arguments: rounds, path of kexec, kernel, initramfs, command line. Prints JSON: for each of the
two [user, system] seconds of each round and the bytes that one run was given by read calls
(also those that the kernel makes for kexec_file_load); and how much of each file warmboot
itself read, as parts of the file's size.
"""

import json
import os
import re
import subprocess
import sys

READS = "read,pread64,readv,preadv,preadv2,mmap,sendfile,splice,copy_file_range"
ROUNDS, KEXEC, KERNEL, INITRD, CMDLINE = int(sys.argv[1]), *sys.argv[2:6]
COMMANDS = {"kexec": [KEXEC, "-s", "-l", KERNEL, f"--initrd={INITRD}",
                      f"--command-line={CMDLINE}"],
            "warmboot": ["/usr/sbin/warmboot", "--quiet", "--arm"]}


def run(command):
    """One run: (user seconds, system seconds, bytes read), with all descendants."""
    pid = os.posix_spawn(command[0], command, os.environ)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    with open(f"/proc/{pid}/io", encoding="ascii") as counters:
        got = int(re.search(r"rchar: (\d+)", counters.read()).group(1))
    _, status, used = os.wait4(pid, 0)
    if status:
        sys.exit(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return used.ru_utime, used.ru_stime, got


def own_reads():
    """How often warmboot and its children read each file, apart from the kernel's load."""
    log = "/run/bench.strace"
    subprocess.run(["strace", "-f", "-y", "-qq", "-s", "0", "-e", f"trace={READS}", "-o", log,
                    *COMMANDS["warmboot"]], check=True)
    total = {KERNEL: 0, INITRD: 0}
    with open(log, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            path = re.search(r"\d<(/[^>]*)>", line)
            if not path or path.group(1) not in total:
                continue
            mapped = re.search(r"mmap\([^,]*, (\d+)", line)
            got = re.search(r"= (\d+)$", line.strip())
            total[path.group(1)] += int((mapped or got).group(1)) if mapped or got else 0
    return {path: count / os.stat(path).st_size for path, count in total.items()}


def main():
    """Measure; the first round only warms the caches."""
    runs = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS + 1):
        for name, command in COMMANDS.items():
            runs[name].append(run(command))
    print(json.dumps({"runs": {n: [r[:2] for r in rs[1:]] for n, rs in runs.items()},
                      "bytes": {n: rs[-1][2] for n, rs in runs.items()},
                      "size": os.stat(KERNEL).st_size + os.stat(INITRD).st_size,
                      "own": own_reads()}))


main()
