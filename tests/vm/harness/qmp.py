# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's control socket: commands, and the events that tell of resets and power-offs."""

import contextlib
import json
import socket
import time

from .proc import HarnessError


class Qmp:
    """A connection to QEMU's monitor. Events are kept: they are a second witness."""

    def __init__(self, path, process, timeout=30):
        self._buffer = b""
        self.events = []
        self._socket = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + timeout
        while True:
            try:
                self._socket.connect(str(path))
                break
            except OSError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise HarnessError(f"QEMU's monitor does not answer: {error}") from error
                time.sleep(0.05)
        self._receive(timeout)                       # the greeting
        self.command("qmp_capabilities")

    def command(self, name, timeout=60, **arguments):
        """Send a command and return its result."""
        self._socket.sendall(json.dumps({"execute": name, "arguments": arguments}).encode())
        while True:
            message = self._receive(timeout)
            if "error" in message:
                raise HarnessError(f"{name}: {message['error'].get('desc')}")
            if "return" in message:
                return message["return"]

    def seen(self, event):
        """How often EVENT was reported until now."""
        with contextlib.suppress(HarnessError, OSError):
            while self._receive(0):
                pass
        return sum(e["event"] == event for e in self.events)

    def close(self):
        """Close the connection; QEMU does not mind."""
        self._socket.close()

    def _receive(self, timeout):
        """The next message, an event or an answer. Events are recorded on the way."""
        while b"\n" not in self._buffer:
            self._socket.settimeout(timeout)
            try:
                data = self._socket.recv(65536)
            except (TimeoutError, BlockingIOError) as error:
                raise HarnessError("QEMU's monitor is silent") from error
            if not data:
                raise HarnessError("QEMU closed its monitor")
            self._buffer += data
        line, self._buffer = self._buffer.split(b"\n", 1)
        message = json.loads(line)
        if "event" in message:
            self.events.append(message)
        return message
