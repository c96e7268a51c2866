# SPDX-License-Identifier: GPL-2.0-or-later
"""
The machine of the state "rpm": the image "efi", where dnf is the package manager. Its kernels
come as rpms in Fedora's layout, their scriptlets call kernel-install (systemd's own, 252), whose
plugin writes boot loader specification entries for systemd-boot. No warmboot yet: its rpm, the
one that `make rpm` makes, lies in the repository /srv/rpm with everything else.
"""

import os

from . import paths
from .proc import HarnessError, run

BUILD_RPM = paths.TOP / "hooks/rpm/build-rpm"
PROVIDES_RPM = paths.TOP / "tests/tools/lib/provides-rpm"
SOURCES = (paths.TOP / "hooks/rpm", paths.TOP / "hooks/kernel-install", PROVIDES_RPM,
           paths.VM / "harness/rpm.py", paths.VM / "harness/efi.py")

# A package that concerns no kernel, and one below a prefix that our file trigger watches.
OTHERS = {"harmless": "/usr/share/harmless/file", "firmware": "/usr/lib/firmware/example.bin"}
SPEC = """Name: {name}
Version: 1
Release: 1
Summary: For the machine tests
License: GPL-2.0-or-later
BuildArch: noarch
%description
For the machine tests.
%install
install -D /dev/null %{{buildroot}}{file}
%files
{file}
"""

# Fedora's initramfs comes from a plugin of dracut; Debian's dracut-core has none, so this stands
# in its place: the same step (50), the same file name in the staging area. mkinitramfs reads the
# kernel's configuration in /boot, where Fedora's plugins copy it too.
INITRAMFS_PLUGIN = """#!/bin/sh
[ "$1" = add ] || exec rm -f "/boot/config-$2"
cp "/lib/modules/$2/config" "/boot/config-$2"
exec mkinitramfs -o "$KERNEL_INSTALL_STAGING_AREA/initrd" "$2"
"""

# Debian's rpm keeps its database in the caller's home.
SET_UP = f"""set -e
tar -C /srv -xf /dev/vdb
mkdir -p /etc/rpm /etc/yum.repos.d
echo '%_dbpath /var/lib/rpm' >/etc/rpm/macros
cat >/usr/lib/kernel/install.d/50-mkinitramfs.install <<'END'
{INITRAMFS_PLUGIN}END
chmod 755 /usr/lib/kernel/install.d/50-mkinitramfs.install
createrepo_c -q /srv/rpm
printf '[local]\\nname=local\\nbaseurl=file:///srv/rpm\\ngpgcheck=0\\nmetadata_expire=never\\n' \\
    >/etc/yum.repos.d/local.repo
rpm --initdb
dnf -y install system-base
systemctl is-system-running --wait"""


def build(folder, log):
    """Fill FOLDER: warmboot's rpm, one that provides what the machine has from dpkg, others."""
    folder.mkdir()
    work = folder.with_name("rpmbuild")
    # B names the harness's build folder; inside the package's build it would be make's.
    env = {k: v for k, v in os.environ.items() if k != "B"}
    run(BUILD_RPM, work, "--nocheck", log=log, env=env)
    built = list(work.glob("RPMS/*/warmboot-[0-9]*.rpm"))
    if len(built) != 1:
        raise HarnessError(f"not one warmboot rpm: {built}")
    run("cp", built[0], folder)
    for name, file in OTHERS.items():
        spec = work / f"{name}.spec"
        spec.write_text(SPEC.format(name=name, file=file), encoding="utf-8")
        run("rpmbuild", "-bb", "--quiet", "--define", f"_topdir {work}", "--define",
            f"_rpmdir {folder}", "--define", "_rpmfilename %%{NAME}.rpm", spec, log=log)
    run(PROVIDES_RPM, folder, *folder.glob("*.rpm"), "/usr/bin/kernel-install", log=log)
    run("rm", "-rf", work)


def set_up(machine):
    """Make dnf the package manager of a running machine that has FOLDER on its second disk."""
    machine.check(SET_UP, 900)
