# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine by hand: its serial console on this terminal."""

import os
import selectors
import shutil
import sys
import termios
import tty

from . import paths

LEAVE = b"\x1d"                   # Ctrl-]


def attach(states, name):
    """Continue from state NAME with the console here; the disk is thrown away. Exit status."""
    folder = paths.BUILD / "runs" / "by-hand"
    shutil.rmtree(folder, ignore_errors=True)
    machine = states.start(name, folder, interactive=True)
    print(f"state {name}; root has no password; Ctrl-] leaves and throws the machine away\r")
    try:
        relay(machine)
    finally:
        machine.kill()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def relay(machine):
    """Copy bytes between the terminal and the console until Ctrl-] or the machine's end."""
    line = machine.open_console()
    before = termios.tcgetattr(sys.stdin)
    tty.setraw(sys.stdin)
    try:
        line.sendall(b"\n")
        with selectors.DefaultSelector() as ready:
            ready.register(sys.stdin, selectors.EVENT_READ)
            ready.register(line, selectors.EVENT_READ)
            while True:
                for key, _ in ready.select():
                    if key.fileobj is line:
                        data = line.recv(65536)
                        os.write(sys.stdout.fileno(), data)
                    else:
                        data = os.read(sys.stdin.fileno(), 1024)
                        if LEAVE in data:
                            return
                        line.sendall(data)
                    if not data:
                        return
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
