# SPDX-License-Identifier: GPL-2.0-or-later
"""
Inits that are not systemd: Debian 12 with sysvinit, with OpenRC over it or as init itself, with
runit, and with runit laid out as Void does.

Each begins armed (the state with its name). What counts is how the machine came up: the console
and QEMU's resets, not what warmboot says about itself.
"""

import re
from dataclasses import dataclass

from harness import image
from harness.boots import KERNEL, reboot
from harness.states import RECIPES, Kernels
from harness.warm import apt, expect, expect_armed, expect_not_armed, expect_says

from . import scenario
from .packages import MARK, replace_initramfs


@dataclass(frozen=True)
class Init:
    """What it is, and its commands; None where it has none."""

    name: str
    reboot: str = "reboot"
    shutdown_r: str | None = "shutdown -r now"
    init_6: str | None = "init 6"
    ctrl_alt_del: str | None = "kill -INT 1"
    forced: str = "reboot -f"
    poweroff: str = "poweroff"
    stop: str = "service warmboot stop"


RC_STOP = "rc-service warmboot stop"
INITS = {
    "sysvinit": Init("sysvinit"),
    # Debian's service(8) takes OpenRC's mark of the service away first, and OpenRC stops nothing.
    "openrc": Init("OpenRC over sysvinit", stop=RC_STOP),
    # What is called `reboot` there is sysvinit's, which openrc-init does not hear.
    "openrc-init": Init("openrc-init", "openrc-shutdown -r now", None, None,
                        poweroff="openrc-shutdown -p now", stop=RC_STOP),
    # `reboot -f` is the same as `reboot` there (shutdown(8)).
    "runit": Init("Debian's runit", ctrl_alt_del=None, forced="reboot --force"),
    "void": Init("runit laid out like Void's", ctrl_alt_del=None, forced="reboot --force",
                 stop="sh /etc/runit/shutdown.d/25-warmboot.sh"),
}

# A stop that dies: whatever it had loaded stays in the kernel, without consent.
KILL_THE_STOP = """mv /usr/sbin/warmboot /usr/sbin/warmboot.real
cat >/usr/sbin/warmboot <<'END'
#!/bin/sh
case $2 in service-stop) kill -SEGV $$ ;; esac
exec /usr/sbin/warmboot.real "$@"
END
chmod +x /usr/sbin/warmboot"""
# The gate too: nothing of warmboot runs at the reboot.
KILL_BOTH = KILL_THE_STOP.replace("service-stop)", "service-stop | gate)")


def each_init(function):
    """Register FUNCTION(machine, states, init) for every init that has it, as INIT-FUNCTION."""
    for init, what in INITS.items():
        if getattr(what, function.__name__, "") is None:
            continue

        def run(machine, states, init=init):
            function(machine, states, init)
        run.__name__ = f"{init}_{function.__name__}"
        run.__doc__ = f"{what.name}: {function.__doc__}"
        scenario(init, everyday=False)(run)


def _kernels(init):
    return Kernels(*image.kernels(RECIPES[init].build()))


def _comes_up_warm(machine, states, init, command):
    reboot(machine, command).expect_kexec(_kernels(init).first, states.grub_cmdline(init))
    expect_not_armed(machine)


def _comes_up_cold(machine, init, command=None):
    reboot(machine, command or INITS[init].reboot).expect_firmware(_kernels(init).first)


def _switches_off(machine, command):
    start, resets = machine.console_size(), machine.resets()
    machine.shell.send(command)
    machine.wait_off()
    shown = machine.console_text(start)
    expect(not KERNEL.search(shown), f"a kernel started: {shown[-2000:]}")
    expect(machine.resets() == resets, "the processor was reset")


@each_init
def reboot_command(machine, states, init):
    """an ordinary reboot comes up warm, by warmboot's own last script."""
    _comes_up_warm(machine, states, init, INITS[init].reboot)


@each_init
def shutdown_r(machine, states, init):
    """the same by `shutdown -r now`."""
    _comes_up_warm(machine, states, init, INITS[init].shutdown_r)


@each_init
def init_6(machine, states, init):
    """the same by `init 6`."""
    _comes_up_warm(machine, states, init, INITS[init].init_6)


@each_init
def ctrl_alt_del(machine, states, init):
    """the same by Ctrl-Alt-Del, which is SIGINT to PID 1."""
    _comes_up_warm(machine, states, init, INITS[init].ctrl_alt_del)


@each_init
def update(machine, states, init):
    """apt installs a newer kernel, a reboot comes up in it."""
    release = _kernels(init).newer
    apt(machine, f"install linux-image-{release}")
    expect_armed(machine, release)
    boot = reboot(machine, INITS[init].reboot)
    boot.expect_kexec(release, states.grub_cmdline(init))


@each_init
def stale(machine, states, init):
    """an initramfs replaced behind our back is loaded anew when the machine goes down."""
    release = _kernels(init).first
    replace_initramfs(machine, release)
    boot = reboot(machine, INITS[init].reboot)
    boot.expect_kexec(release, states.grub_cmdline(init))
    expect(MARK in boot.console, "the older initramfs was booted")


@each_init
def vetoed(machine, states, init):
    """a guard that objects at the last moment: firmware."""
    machine.check("touch /nokexec")
    _comes_up_cold(machine, init)
    expect(machine.run("test -e /nokexec")[0] == 1, "/nokexec would hold for ever")
    del states


@each_init
def disarmed(machine, states, init):
    """after --disarm a reboot goes through the firmware."""
    machine.check("warmboot --disarm")
    _comes_up_cold(machine, init, INITS[init].init_6)
    del states


@each_init
def stopping_disarms(machine, states, init):
    """stopping it is "Not rebooting, so disarming"; the reboot is plain."""
    expect_says(machine.check(f"{INITS[init].stop} 2>&1"),
                re.compile("Not rebooting, so disarming"))
    expect_not_armed(machine)
    _comes_up_cold(machine, init)
    del states


@each_init
def stop_crashes(machine, states, init):
    """the stop dies of SIGSEGV: firmware, not the stale image."""
    machine.check(KILL_THE_STOP)
    _comes_up_cold(machine, init)
    del states


@each_init
def all_crashes(machine, states, init):
    """the stop and the gate both die: firmware, not the stale image."""
    machine.check(KILL_BOTH)
    _comes_up_cold(machine, init)
    del states


@each_init
def forced(machine, states, init):
    """`reboot -f`, by whatever name, never jumps."""
    _comes_up_cold(machine, init, f"sync; {INITS[init].forced}")
    del states


@each_init
def poweroff(machine, states, init):
    """a power-off while armed switches off."""
    _switches_off(machine, INITS[init].poweroff)
    del states


@each_init
def processes_end(machine, states, init):
    """what still runs is told to end before the jump."""
    machine.check("""cat >/run/last-words <<'END'
trap 'echo THE-LAST-WORDS >/dev/console; exit' TERM
while :; do sleep 0.2; done
END
setsid bash /run/last-words </dev/null >/dev/null 2>&1 &""")
    boot = reboot(machine, INITS[init].reboot)
    boot.expect_kexec(_kernels(init).first, states.grub_cmdline(init))
    expect("THE-LAST-WORDS" in boot.console, "nothing told it to end")


@scenario("openrc-init", everyday=False)
def openrc_init_kexec(machine, states):
    """openrc-init: `openrc-shutdown --kexec now` comes up warm, too."""
    _comes_up_warm(machine, states, "openrc-init", "openrc-shutdown --kexec now")


# By itself it hangs when it is told to kexec and nothing is loaded.
@scenario("openrc-init", everyday=False)
def openrc_init_kexec_disarmed(machine, states):
    """openrc-init: `openrc-shutdown --kexec now` while disarmed goes through the firmware."""
    machine.check("warmboot --disarm")
    _comes_up_cold(machine, "openrc-init", "openrc-shutdown --kexec now")
    del states


@scenario("openrc-init", everyday=False)
def openrc_init_kexec_vetoed(machine, states):
    """openrc-init: and so it does when a guard objects at the last moment."""
    machine.check("touch /nokexec")
    _comes_up_cold(machine, "openrc-init", "openrc-shutdown --kexec now")
    del states


@scenario("runit", everyday=False)
def runit_ctrl_alt_del(machine, states):
    """Debian's runit: Ctrl-Alt-Del switches off there, also while armed."""
    _switches_off(machine, "kill -INT 1")
    del states


@scenario("runit", everyday=False)
def runit_native_shutdown(machine, states):
    """Debian's runit with a shutdown of the administrator's own: not started, not armed."""
    machine.check("mkdir /etc/runit/shutdown-run && touch /etc/runit/native.boot.run")
    expect_says(machine.check("service warmboot restart 2>&1"),
                re.compile("not started: /etc/runit/native.boot.run"))
    expect_not_armed(machine)
    _comes_up_cold(machine, "runit")
    del states
