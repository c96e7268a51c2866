# SPDX-License-Identifier: GPL-2.0-or-later
"""
The recording that power cuts are made from: one machine in which apt installs a kernel,
warmboot is disarmed and armed by hand and the armed machine reboots, with every write to its
disk and every flush logged by QEMU.

Unlike the other machines this one honours flushes, and its dpkg syncs (the images are made with
dpkg's force-unsafe-io). Debian's kexec-tools is installed, so that warmboot has a file of
another program to keep in step.
"""

from . import bios, image, native, paths
from .boots import cmdline, reboot
from .machine import Machine
from .proc import HarnessError, built_once, hash_files, run
from .recovery import FOREIGN
from .warm import apt, expect_armed, expect_not_armed
from .writelog import MARK_FILE, MARK_SCRIPT, WriteLog

PREPARE = """set -e
    sed -i '/force-unsafe-io/d' /etc/dpkg/dpkg.cfg.d/*
    ! grep -r force-unsafe-io /etc/dpkg
    apt-get -y -o Dpkg::Use-Pty=0 install kexec-tools
    systemctl enable warmboot
    head -c 4096 /dev/zero >{mark_file}
    cat >/usr/local/sbin/mark <<'SCRIPT'
{mark}SCRIPT
    chmod 755 /usr/local/sbin/mark
    for hooks in kernel/postinst.d initramfs/post-update.d; do
        printf '#!/bin/sh\\nexec /usr/local/sbin/mark %s+\\n' ${{hooks%/*}} >/etc/$hooks/zzy-mark
        printf '#!/bin/sh\\nexec /usr/local/sbin/mark %s-\\n' ${{hooks%/*}} >/etc/$hooks/zzzz-mark
        chmod 755 /etc/$hooks/zzy-mark /etc/$hooks/zzzz-mark
    done"""
TRIES = 3
# Times for the guest's own writeback to run, without anybody calling sync.
SETTLE = 45


class Recorder(Machine):
    """A machine whose disk is raw, honours flushes, and is logged to DISK.log."""

    def _argv(self, disk, disk_format, cargo, resume):
        argv = super()._argv(disk, disk_format, cargo, resume)
        log = f"{disk}.log"
        run("truncate", "-s", "0", log)
        at = next(n for n, word in enumerate(argv) if word.startswith(f"file={disk},"))
        # The flushes need not reach the host's disk, only the log, and at once: without
        # waiting for them, no write can get in between a flush and its entry.
        argv[at] = (f"if=virtio,driver=blklogwrites,file.driver={disk_format},"
                    f"file.file.driver=file,file.file.filename={disk},"
                    f"file.cache.no-flush=on,file.file.cache.no-flush=on,"
                    f"log.driver=file,log.filename={log},log.cache.no-flush=on")
        return argv


class Recording:
    """Made once for a staged installation. LOG, the disk START before it, RELEASE installed
    beside FIRST, and the CMDLINE and CHECKSUMS that have to stay what they are."""

    kind = "a-machine"
    about = """## In a machine

{release} installed beside {first}, disarmed, armed, rebooted into: {entries} requests of a machine
in QEMU.

"""

    def __init__(self):
        code = [paths.VM / "harness" / f"{n}.py" for n in ("recording", "writelog", "machine")]
        self.base = bios.RECIPE.build()
        self.key = hash_files(paths.STAGE, *code) + self.base.name.rsplit("-", 1)[1][:8]
        self.folder = paths.BUILD / f"recording-{self.key}"
        self.first, self.release = image.kernels(self.base)[:2]
        for old in paths.BUILD.glob("recording-[0-9a-f]*"):     # 2 GB each
            if not old.name.startswith(self.folder.name):
                run("rm", "-rf", old)
        with built_once(self.folder) as part:
            if part:
                _prepare(self.base, part)
                self._record(part)
        self.start = self.folder / "start.raw"
        self.log = WriteLog(self.folder / "disk.log")
        self.checksums = (self.folder / "checksums").read_text(encoding="utf-8")
        self.cmdline = (self.folder / "cmdline").read_text(encoding="utf-8")

    def _record(self, part):
        for spoiled in range(TRIES):
            run("cp", "--sparse=always", part / "start.raw", part / "disk")
            machine = Recorder(part / f"record-{spoiled}", part / "disk", disk_format="raw")
            try:
                self._story(machine, part)
                break
            except HarnessError as error:
                if spoiled == TRIES - 1:
                    raise
                print(f"     recording, try {spoiled + 1}: {error}", flush=True)
            finally:
                machine.kill()
        run("rm", part / "disk")

    def _story(self, machine, part):
        """What is recorded. Every mark NAME+ has its NAME-: between them, warmboot works."""
        machine.wait_boot()
        line = cmdline(machine)
        (part / "cmdline").write_text(line, encoding="utf-8")
        machine.check("systemctl is-system-running --wait; mark apt", 300)
        output = apt(machine, f"install linux-image-{self.release}", 2400)
        (part / "apt.log").write_text(output, encoding="utf-8")
        expect_armed(machine, self.release)
        machine.check(f"mark settling; sleep {SETTLE}")
        machine.check("mark disarm+; warmboot --disarm; mark disarm-")
        expect_not_armed(machine)
        machine.check("mark arm+; warmboot --arm; mark arm-")
        expect_armed(machine, self.release)
        machine.check(f"mark settling; sleep {SETTLE}; mark reboot")
        reboot(machine, "reboot").expect_kexec(self.release, line)
        machine.check("systemctl is-system-running --wait; mark up", 300)
        machine.check(f"sleep {SETTLE}; mark end")
        machine.poweroff()


def _prepare(base, part):
    """A clean disk to start from, without a machine: part/start.raw."""
    start = part / "start.raw"
    run("qemu-img", "convert", "-O", "raw", base / "disk.qcow2", start)
    with native.attached(start) as device, native.mounted(device, part / "top") as top:
        run("cp", "-a", f"{paths.STAGE}/.", top)
        status, output = native.inside(top, PREPARE.format(mark=MARK_SCRIPT, mark_file=MARK_FILE))
        (part / "prepare.log").write_text(output, encoding="utf-8")
        if status:
            raise HarnessError(f"the disk cannot be prepared: {output}")
        (part / "checksums").write_text(judged_files(top), encoding="utf-8")


def judged_files(top):
    """Checksums of what must not change, as the machine will tell them."""
    return native.inside(top, f"sha256sum {' '.join(FOREIGN)}")[1] + "\n"
