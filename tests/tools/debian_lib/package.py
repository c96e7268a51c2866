# SPDX-License-Identifier: GPL-2.0-or-later
"""Our own package: what its scripts do, and that a purge leaves nothing."""

from . import TOP
from .image import HERE
from .world import LIMIT, SHORT_LIMIT, expect, sequence

TRACER = HERE / "guest" / "tracer"
PACKAGING = TOP / "hooks" / "debian" / "packaging"
# Stands in for systemctl on a machine that systemd runs; deb-systemd-invoke and -helper are real.
SYSTEMCTL = """#!/bin/sh
echo "$*" >>/trace/systemctl
case "$*" in
*is-enabled*) [ -L /etc/systemd/system/multi-user.target.wants/warmboot.service ] && echo enabled ;;
*is-active*) exit 3 ;;
esac
exit 0
"""
# What dpkg and apt themselves write down.
OTHERS = r"^/(proc|dev|tmp|trace|var/(log|cache|lib/(dpkg|apt|systemd/deb-systemd-helper-enabled$)))(/|$)"
LIST = f"find / -xdev \\( -path /proc -o -path /dev -o -path /tmp \\) -prune -o -print |" \
       f" grep -vE '{OTHERS}' | sort"


def _systemctl(chroot):
    """What was asked of systemd since the last look."""
    text = chroot.check("cat /trace/systemctl 2>/dev/null; rm -f /trace/systemctl")
    return [line for line in text.splitlines() if "daemon-reload" not in line]


def _as_a_machine(chroot):
    chroot.put("/usr/local/bin/systemctl", SYSTEMCTL, 0o755)
    chroot.check("rm -f /usr/sbin/policy-rc.d && mkdir -p /run/systemd/system")


def _acts(lines):
    return [line for line in lines if " start " in f" {line} " or "stop" in line or
            "restart" in line]


def life(_world, chroot):
    """installed, upgraded, removed, purged: enabled and started once, never stopped before its end"""
    _as_a_machine(chroot)
    before = chroot.check(LIST)
    chroot.check("dpkg -i /srv/warmboot.deb")
    acts = _acts(_systemctl(chroot))
    expect(len(acts) == 1 and acts[0].endswith("start warmboot.service"), f"installed: {acts}")
    wants = "/etc/systemd/system/multi-user.target.wants"
    chroot.check(f"test -L {wants}/warmboot.service && test -L {wants}/warmboot-good.service")
    # As the service's start leaves it; and an administrator's own words in the configuration.
    chroot.check("mkdir -p /run/warmboot && : >/run/warmboot/started && "
                 "echo 'enabled = true;' >>/etc/warmboot.conf")
    chroot.check("dpkg -i /srv/warmboot.deb")
    acts = _acts(_systemctl(chroot))
    expect(not acts, f"upgraded: {acts}")
    chroot.check("grep -qx 'enabled = true;' /etc/warmboot.conf && rm -r /run/warmboot")
    chroot.check("mkdir -p /var/lib/warmboot && echo FORMAT=1 >/var/lib/warmboot/history")
    chroot.check("dpkg -r warmboot")
    acts = _acts(_systemctl(chroot))
    expect(acts and all("stop" in a for a in acts), f"removed: {acts}")
    chroot.check("test -e /etc/warmboot.conf && test -e /var/lib/warmboot/history && "
                 "! test -e /usr/sbin/warmboot")
    # What stays of it until the purge is harmless.
    chroot.check("run-parts --exit-on-error --arg=1 --arg=2 /etc/kernel/prerm.d && "
                 "apt-get -y install jq && apt-get -y purge jq libjq1 libonig5")
    chroot.check("dpkg -i /srv/warmboot.deb")
    acts = _acts(_systemctl(chroot))
    expect(len(acts) == 1 and acts[0].endswith("start warmboot.service"), f"again: {acts}")
    chroot.check("dpkg -P warmboot")
    _same(before, chroot.check(LIST))


def _same(before, after):
    new = sorted(set(after.splitlines()) - set(before.splitlines()))
    gone = sorted(set(before.splitlines()) - set(after.splitlines()))
    # A folder that dpkg itself makes for all packages.
    new = [p for p in new if not p.startswith("/etc/systemd/system") or "warmboot" in p]
    expect(not new, f"left behind: {new}")
    expect(not gone, f"taken along: {gone}")


def in_a_chroot(_world, chroot):
    """an image build: nothing is started, nothing of /run is written, a purge leaves nothing"""
    before = chroot.check(LIST)
    chroot.check("dpkg -i /srv/warmboot.deb && ! test -e /run/warmboot && warmboot --status")
    chroot.check("dpkg -P warmboot")
    _same(before, chroot.check(LIST))


def another_root(_world, chroot):
    """DPKG_ROOT, as of an image that is built without a chroot: this machine is left alone"""
    chroot.check("dpkg -i /srv/warmboot.deb && "
                 "dpkg-divert --local --rename --add /usr/sbin/warmboot && "
                 "mkdir -p /var/lib/warmboot && echo FORMAT=1 >/var/lib/warmboot/history && "
                 "mkdir -p /target/var/lib/warmboot /target/var/lib/dpkg/info "
                 "/target/var/lib/dpkg/updates && : >/target/var/lib/dpkg/status")
    chroot.put("/usr/sbin/warmboot", TRACER.read_text(encoding="utf-8"), 0o755)
    chroot.forget_calls()
    dpkg = "dpkg --root=/target --force-script-chrootless,depends"
    chroot.check(f"{dpkg} -i /srv/warmboot.deb && {dpkg} -P warmboot")
    expect(not chroot.calls(), f"called: {sequence(chroot.calls())}")
    chroot.check("test -e /var/lib/warmboot/history && ! test -e /target/var/lib/warmboot")


def _fails(mode):
    def case(_world, chroot):
        chroot.check("dpkg-divert --local --rename --add /usr/sbin/warmboot")
        chroot.put("/usr/sbin/warmboot", TRACER.read_text(encoding="utf-8"), 0o755)
        chroot.put("/trace/mode", mode + "\n")
        # The limit in the package's own scripts, shorter.
        chroot.check("dpkg-deb -R /srv/warmboot.deb /tmp/p && "
                     f"sed -i 's/{LIMIT}/{SHORT_LIMIT}/' /tmp/p/DEBIAN/p* && "
                     "dpkg-deb -Znone -b /tmp/p /tmp/w.deb && dpkg -i /tmp/w.deb && "
                     "dpkg -i /tmp/w.deb && dpkg -r warmboot && dpkg -P warmboot")
        seen = sequence(chroot.calls())
        expect(seen == "dpkg-postinst dpkg-postinst package-remove", f"called: {seen}")
    case.__doc__ = f"our package's scripts with a warmboot that fails ({mode}): they succeed"
    return case


def autopkgtest(world, chroot):
    """the package's own tests, on a system with a real kernel"""
    chroot.check("dpkg -i /srv/warmboot.deb && apt-get -y install jq "
                 f"{world.image_of(world.new)}")
    for test in ("look", "hooks"):
        path = PACKAGING / "tests" / test
        chroot.put(f"/srv/{test}", path.read_text(encoding="utf-8"), 0o755)
        chroot.check(f"/srv/{test}")


PACKAGE_CASES = {
    "package-life": (life, "bare", "bookworm"),
    "package-in-chroot": (in_a_chroot, "bare", "bookworm"),
    "package-other-root": (another_root, "bare", "bookworm"),
    "autopkgtest": (autopkgtest, "bare", "bookworm"),
    **{f"package-fault-{mode}": (_fails(mode), "bare", "bookworm")
       for mode in ("killed", "1", "hanging")},
}
