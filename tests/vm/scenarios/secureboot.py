# SPDX-License-Identifier: GPL-2.0-or-later
"""
Signatures that the running kernel asks for: Secure Boot with Debian's shim, GRUB and kernels,
lockdown, keys of the machine's owner, and integrity policies (IMA).
"""

import re

from harness.boots import reboot
from harness.uefi import cold, look, warm
from harness.warm import apt, expect, expect_armed, expect_not_armed, expect_says, status

from . import scenario

PASSWORD = "enrol"
MOK_MANAGER = "Press any key to perform MOK management"
# What MokManager's screens say, one after the other, and what is pressed then.
ENROL = ((MOK_MANAGER, "ret"),
         ("Enroll MOK", "down ret"),
         ("View key 0", "down ret"),
         ("Enroll the key(s)?", "down ret"),
         ("Password:", " ".join(PASSWORD) + " ret"),
         ("Reboot", "ret"))


def _expect_secure(machine):
    """Secure Boot is on, the kernel has locked itself down, and warmboot has seen it."""
    machine.check("mokutil --sb-state | grep 'SecureBoot enabled'"
                  " && grep -F '[integrity]' /sys/kernel/security/lockdown")
    guard, = (g for g in status(machine)["guards"] if g["name"] == "lockdown")
    expect(guard["verdict"] == "warn", f"the guard lockdown says {guard}")


def _expect_refused(machine, pattern):
    """--arm says that and fails, nothing is loaded, and status has the reason."""
    code, text = machine.run("warmboot --arm")
    expect(code in (1, 3), f"--arm exited {code}:\n{text}")
    expect_says(text, pattern)
    expect_says(expect_not_armed(machine)["reason"], pattern)


def _make_key(machine, name):
    """A key NAME.key with its certificate NAME.pem, NAME.der in /root."""
    machine.check(f"""set -e
        cd /root
        openssl req -new -x509 -newkey rsa:2048 -nodes -sha256 -days 3650 -subj /CN={name}/ \\
            -addext extendedKeyUsage=codeSigning -keyout {name}.key -out {name}.pem
        openssl x509 -in {name}.pem -outform DER -out {name}.der""")


def _as_own(image, sums, key=None):
    """
    A script: IMAGE as its owner builds it, without Debian's signature, signed by KEY or not at
    all; and its checksum in the package's list SUMS.
    """
    sign = f"sbsign --key /root/{key}.key --cert /root/{key}.pem --output $image $image"
    return f"""set -e
        image={image}
        sbverify --list $image | grep 'Debian Secure Boot'
        sbattach --remove $image
        ! sbverify --list $image | grep 'signature [0-9]'
        {sign if key else ":"}
        sum=$(md5sum $image | cut -d' ' -f1)
        sed -i "s|^[0-9a-f]*  boot/vmlinuz|$sum  boot/vmlinuz|" {sums}
        """


def _press_through(machine, start, steps):
    """Wait for each screen's words behind byte START of the console, and answer."""
    for words, keys in steps:
        machine.wait_console(words, start)
        start = machine.console_size()
        machine.press(keys.split())


@scenario("secureboot", everyday=False)
def secure_boot(machine, states):
    """Secure Boot: apt's signed kernel is armed, comes up warm, locked down, and cold the same."""
    release = states.kernels.newer
    _expect_secure(machine)
    apt(machine, f"install linux-image-{release}")
    # The repository's packages are packed anew: the kernel in them is as Debian signed it.
    machine.check(f"cd / && grep ' boot/vmlinuz-{release}$'"
                  f" /var/lib/dpkg/info/linux-image-{release}.md5sums | md5sum -c"
                  f" && sbverify --list /boot/vmlinuz-{release} | grep 'Debian Secure Boot'")
    expect_armed(machine, release)
    first = warm(machine)
    expect(first.release == release, f"{first.release} runs, not {release}")
    _expect_secure(machine)
    # The keys are known to a kernel that came up warm, too.
    machine.check("warmboot --arm")
    expect_armed(machine, release)
    machine.check("warmboot --disarm")
    second = cold(machine)
    expect(first == second, f"warm:\n  {first}\ncold:\n  {second}")
    _expect_secure(machine)


@scenario("secureboot", everyday=False)
def secure_boot_unsigned(machine, states):
    """Secure Boot: a kernel without signature is refused with words; GRUB refuses it, too."""
    first, release = states.kernels.first, states.kernels.newer
    unsigned = re.compile(f"{re.escape(release)} cannot be loaded: Secure Boot is on and the"
                          " kernel image is not signed.*install")
    machine.check("warmboot --arm")
    expect_armed(machine, first)
    machine.check(f"dpkg-deb -R /srv/repo/linux-image-{release}_*.deb /root/own")
    machine.check(_as_own(f"/root/own/boot/vmlinuz-{release}", "/root/own/DEBIAN/md5sums")
                  + """sed -i 's/^Version: .*/&+own/' /root/own/DEBIAN/control
        dpkg-deb --root-owner-group -Znone -b /root/own /root/own.deb""")
    output = machine.check("dpkg -i /root/own.deb 2>&1", 1200)
    expect_says(output, unsigned)
    _expect_refused(machine, unsigned)
    # What the words warn of.
    start = machine.console_size()
    machine.shell.send("reboot")
    machine.wait_console("bad shim signature", start)
    machine.press(["esc"])
    expect("BdsDxe" in machine.console_text(start), "this reboot did not see the firmware")


@scenario("secureboot", everyday=False)
def secure_boot_own_key(machine, states):
    """Secure Boot: a kernel signed with an own key is refused, and armed once MOK knows the key."""
    release = states.kernels.first
    unknown = re.compile("running kernel trusts no key that signed the kernel image.*mokutil")
    _make_key(machine, "own")
    machine.check("warmboot --arm")
    expect_armed(machine, release)
    machine.check(_as_own(f"/boot/vmlinuz-{release}",
                          f"/var/lib/dpkg/info/linux-image-{release}.md5sums", "own"))
    output = machine.check(f"/etc/kernel/postinst.d/zzz-warmboot {release}"
                           f" /boot/vmlinuz-{release} 2>&1")
    expect_says(output, unknown)
    _expect_refused(machine, unknown)

    machine.check(f"""set -e
        cd /root
        mokutil --generate-hash={PASSWORD} >hash
        mokutil --import own.der --hash-file hash
        mokutil --list-new | grep 'CN=own'""")
    _expect_refused(machine, re.compile("MokManager|shim"))
    start, boots = machine.console_size(), machine.shell.boots
    machine.shell.send("reboot")
    _press_through(machine, start, ENROL)
    machine.wait_boot(boots)
    _expect_secure(machine)
    machine.check("mokutil --list-enrolled | grep 'CN=own'")
    cold_own = look(machine)
    machine.check("warmboot --arm")
    expect_armed(machine, release)
    warm_own = warm(machine)
    expect(warm_own == cold_own, f"warm:\n  {warm_own}\ncold:\n  {cold_own}")
    _expect_secure(machine)


@scenario("secureboot", everyday=False)
def mok_request(machine, states):
    """A key that waits for MokManager: nothing is armed, what was is dropped, shim is reached."""
    first = states.kernels.first
    pending = re.compile("MokNew")
    _make_key(machine, "own")
    machine.check(f"cd /root && mokutil --generate-hash={PASSWORD} >hash"
                  " && mokutil --import own.der --hash-file hash")
    _expect_refused(machine, pending)
    machine.check("mokutil --revoke-import && warmboot --arm")
    expect_armed(machine, first)
    machine.check("cd /root && mokutil --import own.der --hash-file hash")
    now = status(machine)
    expect(now["next_reboot"] == "firmware", f"the next reboot is {now['next_reboot']}")
    boot = reboot(machine, "reboot")
    expect(MOK_MANAGER in boot.console, "MokManager did not show itself")
    expect(boot.resets and boot.release == first, f"{boot.release}, {boot.resets} resets")
    expect_not_armed(machine)
    # Nobody answered, so it was thrown away.
    machine.check("warmboot --arm")
    expect_armed(machine, first)


@scenario("insecure", everyday=False)
def lockdown_alone(machine, states):
    """Lockdown without Secure Boot: Debian's kernel trusts not even Debian's; told, and told why."""
    first = states.kernels.first
    machine.check("warmboot --arm")
    expect_armed(machine, first)
    machine.check("echo integrity >/sys/kernel/security/lockdown")
    _expect_refused(machine, re.compile("locked down without Secure Boot and does not trust"))
    machine.check(f"cp /boot/vmlinuz-{first} /root/unsigned && sbattach --remove /root/unsigned")
    code, text = machine.run(f"warmboot -k /root/unsigned -i /boot/initrd.img-{first}"
                             " -a 'root=LABEL=root ro'")
    expect(code == 1, f"an unsigned kernel: exit status {code}")
    expect_says(text, re.compile("kernel is locked down and the kernel image is not signed"))
    expect_not_armed(machine)


def _appraise(machine, function):
    """From now on, until the next boot, the kernel wants a signature on such files."""
    machine.check(f"echo 'appraise func={function} appraise_type=imasig'"
                  " >/sys/kernel/security/ima/policy")


def _ima_sign(machine, path):
    machine.check(f"evmctl ima_sign -a sha256 --key /root/ima.key {path}"
                  f" && getfattr -m security.ima -d {path}")


def _ima_key(machine):
    """A key of our own in the keyring that IMA looks into."""
    _make_key(machine, "ima")
    machine.check("evmctl import /root/ima.der $(keyctl newring _ima @s)")


@scenario("insecure", everyday=False)
def ima_kernel(machine, states):
    """IMA wants a signed kernel: refused and named without one, armed and booted with one."""
    release = states.kernels.first
    _ima_key(machine)
    _appraise(machine, "KEXEC_KERNEL_CHECK")
    _expect_refused(machine, re.compile(rf"\(IMA\).* no signature .*'/boot/vmlinuz-{release}'"))
    _ima_sign(machine, f"/boot/vmlinuz-{release}")
    machine.check("warmboot --arm")
    expect_armed(machine, release)
    first = warm(machine)
    expect(first.release == release, f"{first.release} runs, not {release}")


@scenario("insecure", everyday=False)
def ima_initramfs(machine, states):
    """IMA wants a signed initramfs: a rebuilt one, which has none, is not armed any more."""
    release = states.kernels.first
    initrd = f"/boot/initrd.img-{release}"
    missing = re.compile(rf"\(IMA\).* no signature .*'{initrd}'")
    _ima_key(machine)
    _appraise(machine, "KEXEC_INITRAMFS_CHECK")
    _expect_refused(machine, missing)
    _ima_sign(machine, initrd)
    machine.check("warmboot --arm")
    expect_armed(machine, release)
    output = machine.check(f"update-initramfs -u -k {release} 2>&1", 1200)
    expect_says(output, missing)
    expect_says(expect_not_armed(machine)["reason"], missing)
    boot = reboot(machine, "reboot")
    expect(boot.resets and boot.release == release, f"{boot.release}, {boot.resets} resets")
