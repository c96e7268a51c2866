#compdef warmboot
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of warmboot(8) for zsh. tests/docs.sh compares its options and their words with --help.

_warmboot_entries()
{
	local -a ids
	ids=(${(f)"$(warmboot --list --json 2>/dev/null |
		sed -nE 's/^ *"id": "([^"\\]*)".*/\1/p')"})
	compadd -a ids
}

local verbs='(--arm --disarm --status --list --inspect --hook)'

_arguments -s -S \
	$verbs'--arm[find the kernel that boots next, verify and preload it (default)]' \
	$verbs'--disarm[unload it: the next reboot goes through the firmware]' \
	$verbs'--status[what the next reboot will do, and why]' \
	$verbs'--list[every boot entry found, and the chosen one]' \
	$verbs'--inspect[what each FILE is: kernel, initramfs, UKI, package]' \
	$verbs'--hook[called by package managers and init]:name: ' \
	'(-n --dry-run)'{-n,--dry-run}'[say what would be done, and do nothing]' \
	'(-R --root)'{-R,--root}'[look at the tree below DIR instead of /]:folder:_files -/' \
	'(-c --config)'{-c,--config}'[read FILE instead of /etc/warmboot.conf]:file:_files' \
	'(-k --kernel -e --entry)'{-k,--kernel}'[arm this kernel image]:kernel:_files' \
	'*'{-i,--initrd}'[with this initramfs; again for several, in order]:initramfs:_files' \
	'(-a --cmdline)'{-a,--cmdline}'[with this command line]:command line: ' \
	'(-e --entry -k --kernel)'{-e,--entry}'[arm this boot entry (see --list)]:entry:_warmboot_entries' \
	'(-f --force)'{-f,--force}'[override the guards that are policy]' \
	'--json[machine-readable (status, list, inspect)]' \
	'(-q --quiet)'{-q,--quiet}'[only errors]' \
	'*'{-v,--verbose}'[more; twice: everything]' \
	'(- *)'{-h,--help}'[this help]' \
	'(- *)'{-V,--version}'[the version]' \
	'*:file:_files'
