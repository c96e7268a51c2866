# SPDX-License-Identifier: GPL-2.0-or-later
"""
The recording for power cuts (recording.py) without a machine, in a minute: apt, its hooks and
warmboot run in the image's own tree at the host's speed, on a file system whose every write and
flush QEMU logs all the same. Only the calls that would change the machine are replaced
(tests/fake_sys.h): nothing is loaded. The disks can be booted, and the program in them is the real one
then.
"""

import contextlib
import os
import signal
import subprocess
import time

from . import bios, image, native, paths
from .proc import HarnessError, built_once, hash_files, run
from .recording import PREPARE, judged_files
from .writelog import MARK_FILE, MARK_SCRIPT, WriteLog

FAKE = paths.BUILD.parent / "tests/warmboot-fake"
# In the tree: the program with faked calls while /run/fake is there, else the real one.
WRAPPER = """#!/bin/sh
[ -d /run/fake/root ] || exec /usr/lib/warmboot/warmboot-real "$@"
env >/run/fake/env
B=/usr/lib/warmboot exec /usr/lib/warmboot/warmboot-fake /run/fake "$@"
"""
INSTALL = """
    mv /usr/sbin/warmboot /usr/lib/warmboot/warmboot-real
    cat >/usr/sbin/warmboot <<'SCRIPT'
{wrapper}SCRIPT
    chmod 755 /usr/sbin/warmboot
    # What "dep" would find in a machine.
    echo MODULES=list >/etc/initramfs-tools/conf.d/zz-native
    printf '%s\\n' virtio_blk virtio_pci ext4 >>/etc/initramfs-tools/modules"""
STORY = """set -e
    mount -t tmpfs sys /sys
    mkdir -p /sys/kernel /run/fake/root /run/fake/run
    echo 0 >/sys/kernel/kexec_loaded
    echo '{first} #1 SMP' >/run/fake/uname
    mount --rbind / /run/fake/root
    warmboot --hook service-start
    mark apt
    apt-get -y -o Dpkg::Use-Pty=0 install linux-image-{release}
    [ $(cat /sys/kernel/kexec_loaded) = 1 ]
    mark settling; sleep 8
    mark disarm+; warmboot --disarm; mark disarm-
    mark arm+; warmboot --arm; mark arm-
    [ $(cat /sys/kernel/kexec_loaded) = 1 ]
    mark settling; sleep 8
    # What systemd would say to the service's stop.
    mkdir -p /run/systemd/system
    echo '1 reboot.target start waiting' >/run/fake/run/systemctl
    mark reboot; mark stop+; warmboot --hook service-stop; mark stop-
    [ -s /var/lib/warmboot/attempt ]
    sync; mark end; sync"""


class MachinelessRecording:
    """As Recording."""

    kind = "machineless"
    about = """## Without a machine

{release} installed beside {first}, disarmed, armed, and the service's stop of a reboot: {entries}
requests of the same programs in the image's tree at the host's speed, with the calls that load and
unload replaced.

"""

    def __init__(self):
        code = [paths.VM / "harness" / f"{n}.py" for n in ("machineless", "recording", "writelog")]
        self.base = base = bios.RECIPE.build()
        self.key = "machineless-" + hash_files(paths.STAGE, FAKE, *code)
        self.first, self.release = image.kernels(base)[:2]
        self.folder = paths.BUILD / f"recording-{self.key}"
        for old in paths.BUILD.glob("recording-machineless-*"):
            if not old.name.startswith(self.folder.name):
                run("rm", "-rf", old)
        with built_once(self.folder) as part:
            if part:
                self._prepare(base, part)
                self._record(part)
        self.start = self.folder / "start.raw"
        self.log = WriteLog(self.folder / "disk.log")
        self.checksums = (self.folder / "checksums").read_text(encoding="utf-8")
        self.cmdline = (self.folder / "cmdline").read_text(encoding="utf-8")

    @staticmethod
    def _prepare(base, part):
        start = part / "start.raw"
        run("qemu-img", "convert", "-O", "raw", base / "disk.qcow2", start)
        with native.attached(start) as device, native.mounted(device, part / "top") as top:
            run("cp", "-a", f"{paths.STAGE}/.", top)
            run("cp", FAKE, top / "usr/lib/warmboot/warmboot-fake")
            script = PREPARE.format(mark=MARK_SCRIPT, mark_file=MARK_FILE)
            _must(part, top, script + INSTALL.format(wrapper=WRAPPER))
            (part / "checksums").write_text(judged_files(top), encoding="utf-8")
            words = native.inside(top, "grep -m 1 '^[[:space:]]*linux' /boot/grub/grub.cfg")[1]
            (part / "cmdline").write_text(" ".join(words.split()[2:]), encoding="utf-8")

    def _record(self, part):
        disk = part / "disk"
        run("cp", "--sparse=always", part / "start.raw", disk)
        with _logged(disk) as export, native.attached(export) as device:
            with native.mounted(device, part / "top") as top:
                _must(part, top, STORY.format(first=self.first, release=self.release))
        disk.unlink()


def _must(part, top, script):
    status, output = native.inside(top, script)
    with open(part / "commands.log", "a", encoding="utf-8") as log:
        log.write(output + "\n")
    if status:
        raise HarnessError("the recording failed:\n" + output[-2000:])


@contextlib.contextmanager
def _logged(disk):
    """A file that is DISK, with its writes and flushes in DISK.log (see Recorder)."""
    export, log = disk.with_name("export"), disk.with_name("disk.log")
    export.touch()
    log.touch()
    daemon = subprocess.Popen([                         # pylint: disable=consider-using-with
        "qemu-storage-daemon", "--blockdev",
        "driver=blklogwrites,node-name=disk,file.driver=raw,file.file.driver=file,"
        f"file.file.filename={disk},file.cache.no-flush=on,file.file.cache.no-flush=on,"
        f"log.driver=file,log.filename={log},log.cache.no-flush=on",
        "--export", f"fuse,id=export,node-name=disk,mountpoint={export},writable=on"])
    try:
        deadline = time.monotonic() + 30
        while export.stat().st_size == 0:
            if daemon.poll() is not None or time.monotonic() > deadline:
                raise HarnessError("qemu-storage-daemon does not export the disk")
            time.sleep(0.1)
        yield export
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait()
        with contextlib.suppress(OSError):
            os.unlink(export)
