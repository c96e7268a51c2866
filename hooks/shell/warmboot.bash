# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of warmboot(8) for bash; without bash-completion too: source this file.
# tests/docs.sh compares its options with --help.

# The ids of --list, a line each.
_warmboot_entries()
{
	warmboot --list --json 2>/dev/null | sed -nE 's/^ *"id": "([^"\\]*)".*/\1/p'
}

_warmboot()
{
	local IFS=$'\n' cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} word inspect=
	local options='--arm --disarm --status --list --inspect --hook
-n --dry-run
-R --root
-c --config
-k --kernel
-i --initrd
-a --cmdline
-e --entry
-f --force
--json
-q --quiet
-v --verbose
-h --help
-V --version'

	COMPREPLY=()
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case $word in
		--hook) return ;; # for package managers; after its name nothing is an option
		--inspect) inspect=1 ;;
		esac
	done
	case $prev in
	-R | --root)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	-c | --config | -k | --kernel | -i | --initrd)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	-e | --entry)
		mapfile -t COMPREPLY < <(compgen -W "$(_warmboot_entries)" -- "$cur")
		[[ ${#COMPREPLY[@]} -eq 0 ]] || mapfile -t COMPREPLY < <(printf '%q\n' "${COMPREPLY[@]}")
		return
		;;
	-a | --cmdline) return ;;
	esac
	if [[ $cur != -* && -n $inspect ]]; then
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	else
		mapfile -t COMPREPLY < <(compgen -W "${options// /$'\n'}" -- "$cur")
	fi
}
complete -F _warmboot warmboot
