# SPDX-License-Identifier: GPL-2.0-or-later
"""One virtual machine: QEMU without hardware help, a serial console log, a root shell."""

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from .proc import HarnessError
from .qmp import Qmp
from .shell import Shell

RAM_MIB = 1024
# Emulated AVX and the state that comes with it would make a boot take 37 s instead of 26 s. The
# kernel looks for each of its parts apart.
CPU = "max,la57=off,xsave=off,avx=off,avx2=off,f16c=off,fma=off,aes=off"
STALL = 240             # seconds without a byte on the console before a boot counts as hung
COMMAND_TIMEOUT = 600
OVMF_CODE = "/usr/share/OVMF/OVMF_CODE_4M.fd"
OVMF_VARS = "/usr/share/OVMF/OVMF_VARS_4M.fd"


@dataclass(frozen=True)
class Hardware:
    """
    What a machine is, beyond a disk and two serial ports.

    board     QEMU's machine type with its properties
    efi_code  the firmware of a machine that has efi_vars
    argv      more arguments for QEMU; {sockets} stands for a folder of the machine's own
    beside    called with that folder before QEMU starts: a program that QEMU needs beside it,
              as a subprocess.Popen
    """

    board: str = "pc"
    efi_code: str = OVMF_CODE
    argv: tuple = ()
    beside: Callable = None


PC = Hardware()
# Secure Boot: only the firmware itself can write to the flash that its variables are in.
SECURE = Hardware(board="q35,smm=on", efi_code="/usr/share/OVMF/OVMF_CODE_4M.ms.fd",
                  argv=("-global", "driver=cfi.pflash01,property=secure,value=on"))


class CheckFailed(Exception):
    """The machine did something else than what is promised: a finding about warmboot."""


class Machine:
    """
    A running machine.

    folder   gets console.log (what the serial console showed: the judge), commands.log, qemu.log
    disk     image file, written to
    cargo    raw file handed in as second disk (the installation), or None
    resume   file with a saved state to continue from, or None for a cold start
    efi_vars qcow2 file with the variables of an UEFI machine (OVMF), or None for BIOS
    hardware what it is made of
    extra    more arguments for QEMU
    interactive   the console can be opened for typing too
    """

    def __init__(self, folder, disk, cargo=None, resume=None, extra=(), disk_format="qcow2",
                 interactive=False, efi_vars=None, hardware=PC):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.console = self.folder / "console.log"
        self._sockets = tempfile.mkdtemp(prefix="vm-")   # socket paths must be short
        argv = self._argv(disk, disk_format, cargo, resume)
        argv += ["-machine", f"{hardware.board},accel=tcg,graphics=off"]
        argv += [word.format(sockets=self._sockets) for word in hardware.argv]
        if efi_vars:
            argv += ["-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={hardware.efi_code}",
                     "-drive", f"if=pflash,format=qcow2,unit=1,file={efi_vars}"]
        argv += [str(e) for e in extra]
        self._offer_console(argv, interactive)
        self._log = open(self.folder / "qemu.log", "w", encoding="utf-8")
        self._log.write(" ".join(argv) + "\n")
        self._log.flush()
        self._beside = hardware.beside(self._sockets) if hardware.beside else None
        self._process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=self._log,
                                         stderr=subprocess.STDOUT)
        self._qmp = Qmp(f"{self._sockets}/qmp", self._process)
        self.shell = Shell(f"{self._sockets}/shell")
        if resume:
            self._await_resume()
        else:
            self._qmp.command("cont")

    def _argv(self, disk, disk_format, cargo, resume):
        argv = ["qemu-system-x86_64", "-cpu", CPU,
                "-smp", "1", "-m", str(RAM_MIB), "-nodefaults", "-display", "none", "-S",
                "-drive", f"file={disk},format={disk_format},if=virtio,cache=unsafe",
                "-chardev", f"file,id=console,path={self.console},append=on",
                "-serial", "chardev:console",
                "-chardev", f"socket,id=shell,path={self._sockets}/shell,server=on,wait=off",
                "-serial", "chardev:shell",
                "-qmp", f"unix:{self._sockets}/qmp,server=on,wait=off"]
        if cargo:
            argv += ["-drive", f"file={cargo},format=raw,if=virtio,readonly=on"]
        if resume:
            argv += ["-incoming", f"exec:zstd -dcq {resume}"]
        return argv

    def _offer_console(self, argv, interactive):
        if interactive:
            at = argv.index(f"file,id=console,path={self.console},append=on")
            argv[at] = (f"socket,id=console,path={self._sockets}/console,server=on,wait=off,"
                        f"logfile={self.console},logappend=on")

    def open_console(self):
        """The console of an interactive machine, as a connected socket."""
        line = socket.socket(socket.AF_UNIX)
        line.connect(f"{self._sockets}/console")
        return line

    def _await_resume(self):
        deadline = time.monotonic() + 120
        while self._qmp.command("query-status")["status"] == "inmigrate":
            self.alive()
            if time.monotonic() > deadline:
                raise HarnessError("the saved state did not load")
            time.sleep(0.1)
        self._qmp.command("cont")

    # --- Its life ---------------------------------------------------------

    def alive(self):
        """Raises if QEMU has ended."""
        if self._process.poll() is not None:
            raise HarnessError(f"QEMU ended with {self._process.returncode}")

    def wait_boot(self, since=0, stall=STALL):
        """Wait until the root shell has come up more than SINCE times."""
        self.shell.wait_ready(since, self.alive, self.console_size, stall)

    def wait_off(self, timeout=300):
        """Wait for the machine to switch itself off."""
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            raise CheckFailed(f"still running {timeout} s after the power-off") from error

    def poweroff(self):
        """Switch off in an orderly way."""
        self.shell.send("systemctl poweroff")
        self.wait_off()

    def cut_power(self):
        """Pull the plug: what the guest has not written is lost."""
        self._process.kill()
        self._process.wait()

    def reset(self):
        """The reset button: the guest gets no warning."""
        self._qmp.command("system_reset")

    def press(self, keys):
        """Press keys, one after the other, by QEMU's names for them."""
        for key in keys:
            self._qmp.command("send-key", keys=[{"type": "qcode", "data": key}])
            time.sleep(0.3)

    def wait_console(self, text, start, timeout=300):
        """Wait until the console shows TEXT after byte START."""
        deadline = time.monotonic() + timeout
        while text not in self.console_text(start):
            self.alive()
            if time.monotonic() > deadline:
                raise CheckFailed(f"the console does not show '{text}'")
            time.sleep(0.5)

    def resets(self):
        """How often the (virtual) processor went through a hardware reset."""
        return self._qmp.seen("RESET")

    def save(self, state):
        """Stop the machine, write its state to a file and end QEMU."""
        self._qmp.command("stop")
        self._qmp.command("migrate-set-parameters", **{"max-bandwidth": 1 << 40})
        self._qmp.command("migrate", uri=f"exec:zstd -q1 > {state}")
        while True:
            status = self._qmp.command("query-migrate").get("status")
            if status == "completed":
                break
            if status in ("failed", "cancelled"):
                raise HarnessError("the machine's state could not be saved")
            time.sleep(0.1)
        with contextlib.suppress(HarnessError):
            self._qmp.command("quit")
        self._process.wait(30)

    def kill(self):
        """End QEMU if it still runs, and clean up. May be called twice."""
        if self._process.poll() is None:
            self.cut_power()
        if self._beside:
            self._beside.kill()
            self._beside.wait()
        self._qmp.close()
        self.shell.close()
        self._log.close()
        shutil.rmtree(self._sockets, ignore_errors=True)

    # --- What it shows and does -------------------------------------------

    def console_size(self):
        """Bytes that the console has shown."""
        return self.console.stat().st_size if self.console.exists() else 0

    def console_text(self, start=0):
        """What the console has shown from byte START on."""
        with open(self.console, "rb") as log:
            log.seek(start)
            return log.read().decode(errors="replace").replace("\r", "")

    def run(self, script, timeout=COMMAND_TIMEOUT):
        """Run a script as root: (exit status, output)."""
        began = time.monotonic()
        status, output = self.shell.run(script, timeout, self.alive)
        with open(self.folder / "commands.log", "a", encoding="utf-8") as log:
            log.write(f"# {script}\n{output}[{status}, {time.monotonic() - began:.1f} s]\n")
        return status, output

    def check(self, script, timeout=COMMAND_TIMEOUT):
        """Run a script that must succeed; its output without the last newline."""
        status, output = self.run(script, timeout)
        if status:
            raise CheckFailed(f"exit status {status} of: {script}\n{output}")
        return output.rstrip("\n")
