# SPDX-License-Identifier: GPL-2.0-or-later
"""
The root shell in the machine, over its second serial port (guest/agent is the other end).

One line each way: NUMBER and a script in base64 to the machine; @NUMBER, exit status and the
output in base64 back. At each start the agent says @ready and the boot id.
"""

import base64
import re
import socket
import time

from .proc import HarnessError

ANSWER = re.compile(rb"@(\d+) (\d+) ([A-Za-z0-9+/=]*)\r?\n")
READY = re.compile(rb"@ready ([0-9a-f-]{36})\r?\n")


class Shell:
    """The driver's end. boot_id is the boot that the agent spoke from last."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._buffer = b""
        self._number = 0
        self.boot_id = None
        self.boots = 0

    def send(self, script):
        """Start a script without waiting for its end (reboots do not answer)."""
        self._number += 1
        text = base64.b64encode(script.encode())
        self._socket.sendall(f"{self._number} ".encode() + text + b"\n")

    def run(self, script, timeout, alive):
        """Run a script; (exit status, output). ALIVE raises if the machine is gone."""
        self.send(script)
        deadline = time.monotonic() + timeout
        while True:
            for number, status, output in self._take(ANSWER):
                if int(number) == self._number:
                    text = base64.b64decode(output).decode(errors="replace")
                    return int(status), text.replace("\r\n", "\n")
            self._wait(deadline, alive, f"no answer in {timeout} s to: {script}")

    def wait_ready(self, more_than, alive, progress, stall):
        """
        Wait until the agent has announced itself more than MORE_THAN times.

        Gives up when PROGRESS() has not changed for STALL seconds: a slow machine is not a
        dead one.
        """
        last, deadline = progress(), time.monotonic() + stall
        while not self._note_boots() > more_than:
            if progress() != last:
                last, deadline = progress(), time.monotonic() + stall
            self._wait(deadline, alive, f"the machine did not come up: silent for {stall} s")

    def close(self):
        """Hang up."""
        self._socket.close()

    def _note_boots(self):
        for (boot_id,) in self._take(READY):
            self.boot_id = boot_id.decode()
            self.boots += 1
        return self.boots

    def _take(self, pattern):
        """Groups of each match in what was received; the text up to there is dropped."""
        found = []
        while match := pattern.search(self._buffer):
            if pattern is ANSWER:
                # An announcement before the answer must not get lost with it.
                for boot_id in READY.findall(self._buffer[:match.start()]):
                    self.boot_id, self.boots = boot_id.decode(), self.boots + 1
            found.append(match.groups())
            self._buffer = self._buffer[match.end():]
        return found

    def _wait(self, deadline, alive, complaint):
        """Receive for up to a second."""
        alive()
        if time.monotonic() > deadline:
            raise HarnessError(complaint)
        self._socket.settimeout(1)
        try:
            data = self._socket.recv(65536)
        except TimeoutError:
            return
        if not data:
            alive()
            time.sleep(0.2)
        self._buffer += data
