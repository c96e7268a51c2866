# SPDX-License-Identifier: GPL-2.0-or-later
"""A chroot that may be changed: an overlay over an image, or over another one of these."""

import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

SECONDS = 1800          # for one command in it; a busy host is ten times slower
# Without CAP_SYS_BOOT and in namespaces of its own: whatever runs there, the host is not its.
ENTER = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"]
# Nothing has to survive a crash of the host: volatile makes every fsync free.
OWN_DEV = Path(__file__).resolve().parents[1] / "lib" / "own-dev"
INSIDE = f"""set -e
rm -rf "$2/work" && mkdir "$2/work"
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work,volatile" "$2/root"
mount -t proc proc "$2/root/proc"
{OWN_DEV} "$2/root/dev"
mount -t tmpfs tmpfs "$2/root/tmp"
shift
exec setpriv --bounding-set -sys_boot env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l \
    chroot "$1/root" sh -c "$2"
"""


class CheckFailed(Exception):
    """What was seen is not what should be."""


@dataclass
class Call:
    """One call of the tracing warmboot."""

    argv: list
    env: dict
    initrds: dict           # path: SHA-256
    present: list

    @property
    def hook(self):
        """NAME of --hook."""
        return self.argv[1] if self.argv[:1] == ["--hook"] else " ".join(self.argv)

    @property
    def action(self):
        """The first word of what the kernel's maintainer script was given."""
        return (self.env.get("DEB_MAINT_PARAMS", "").split() or [""])[0]

    def __str__(self):
        return f"{self.hook}({self.action})" if self.action else self.hook


@dataclass
class Chroot:
    """FOLDER holds the overlay; LOWERS are the trees below it, the topmost first."""

    folder: object
    lowers: list
    log: list = field(default_factory=list)

    def __post_init__(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in ("upper", "root"):
            (self.folder / name).mkdir(parents=True)
        self.upper.chmod(0o755)

    @property
    def upper(self):
        """What differs from the trees below."""
        return self.folder / "upper"

    def on_top(self, folder):
        """Another one over this one, which must not be used any more while that one is."""
        return Chroot(folder, [self.upper, *self.lowers])

    def run(self, script):
        """Run the shell SCRIPT inside: exit status and output."""
        lowers = ":".join(str(p) for p in self.lowers)
        done = subprocess.run(
            [*ENTER, "sh", "-c", INSIDE, "sh", lowers, str(self.folder), script],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", check=False, timeout=SECONDS)
        self.log.append(f"$ {script}\n{done.stdout}[exit {done.returncode}]\n")
        return done.returncode, done.stdout

    def check(self, script):
        """The same, and it has to succeed: its output."""
        status, output = self.run(script)
        if status:
            tail = "\n".join(output.splitlines()[-15:])
            raise CheckFailed(f"'{script}' ended with {status}:\n{tail}")
        return output

    def put(self, path, text, mode=0o644):
        """A file inside."""
        path = shlex.quote(path)
        self.check(f'mkdir -p "$(dirname {path})" && printf %s {shlex.quote(text)} >{path} && '
                   f"chmod {mode:o} {path}")

    def forget_calls(self):
        """From here on, calls are counted anew."""
        self.check("find /trace -mindepth 1 -maxdepth 1 -type d -exec rm -r {} + && "
                   "rm -f /trace/zz-ran")

    def calls(self):
        """The calls since then, in their order."""
        found = [p for p in (self.upper / "trace").iterdir() if p.name.isdigit()]
        return [_read_call(p) for p in sorted(found, key=lambda p: int(p.name))]

    def initrds(self):
        """SHA-256 of every initramfs that is there now."""
        return _hashes(self.check("find /boot /efi -name 'initrd*' -type f -exec sha256sum {} +"
                                  " 2>/dev/null; true"))

    def remove(self):
        """Away with it."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _hashes(text):
    return {path: digest for digest, path in (line.split(None, 1) for line in text.splitlines())}


def _read_call(folder):
    def words(name):
        return (folder / name).read_bytes().decode(errors="replace").split("\0")[:-1]

    return Call(words("argv"), dict(w.split("=", 1) for w in words("env") if "=" in w),
                _hashes((folder / "initrds").read_text()),
                (folder / "present").read_text().split())
