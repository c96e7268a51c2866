# SPDX-License-Identifier: GPL-2.0-or-later
"""
The state "void": the image "runit" with an /etc/runit laid out as Void's is documented.

Void itself is not at hand. Stages 1 and 3 read core-services/*.sh and shutdown.d/*.sh in the
order of their names, and the last of these jumps into whatever is loaded. What is in them is
our own, and the programs are Debian's.
"""

START = r"""set -e
cd /etc/runit
mkdir -p core-services shutdown.d /run/runit

cat >1 <<'END'
#!/bin/sh
PATH=/usr/sbin:/usr/bin:/sbin:/bin
for f in /etc/runit/core-services/*.sh; do
	[ -r "$f" ] && . "$f"
done
# Debian's runit has its own names for what Void has below /run/runit.
mkdir -p /run/runit
for f in stopit reboot; do
	install -m 000 /dev/null /run/runit.$f
	ln /run/runit.$f /run/runit/$f
done
END

cat >2 <<'END'
#!/bin/sh
PATH=/usr/sbin:/usr/bin:/sbin:/bin
mkdir -p /run/runit/supervise
exec env - PATH=$PATH runsvdir -P /etc/runit/runsvdir/default 'log: ........................'
END

cat >3 <<'END'
#!/bin/sh
PATH=/usr/sbin:/usr/bin:/sbin:/bin
echo 'Waiting for services to stop...'
for f in /etc/runit/shutdown.d/*.sh; do
	[ -r "$f" ] && . "$f"
done
END

cat >core-services/00-debian.sh <<'END'
/lib/systemd/systemd-udevd --daemon
udevadm trigger --action=add
udevadm settle
mkdir -p /dev/pts /dev/shm
mount -t devpts -o mode=620,gid=5 devpts /dev/pts
mount -o remount,rw /
mount -a
hostname -F /etc/hostname
END

cat >shutdown.d/10-sv-stop.sh <<'END'
sv force-stop /etc/runit/runsvdir/default/*
sv exit /etc/runit/runsvdir/default/*
END
cat >shutdown.d/70-kill.sh <<'END'
udevadm control --exit
killall5 -15
sleep 1
killall5 -9
END
cat >shutdown.d/80-filesystems.sh <<'END'
umount -a -r -t nosysfs,noproc,nodevtmpfs,notmpfs
mount -o remount,ro /
END
cat >shutdown.d/90-kexec.sh <<'END'
if [ -n "$(find /run/runit/reboot -perm -u+x)" ] && command -v kexec >/dev/null; then
	kexec -e
fi
END

# Only the files, without what Debian's package adds to rc6.d: a second loader and its jump.
apt-get -y install kexec-tools
update-rc.d -f kexec remove
update-rc.d -f kexec-load remove
rm /etc/default/kexec /etc/init.d/kexec /etc/init.d/kexec-load

for f in stopit reboot; do
	ln -f /run/runit.$f /run/runit/$f
done
. /etc/runit/core-services/90-warmboot.sh
"""
