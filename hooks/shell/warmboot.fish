# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of warmboot(8) for fish. tests/docs.sh compares its options and their words with --help.

function __warmboot_entries
    warmboot --list --json 2>/dev/null | sed -nE 's/^ *"id": "([^"\\\\]*)".*/\1/p'
end

function __warmboot_needs_verb
    not __fish_contains_opt arm disarm status list inspect hook
end

complete -c warmboot -f
complete -c warmboot -n __warmboot_needs_verb -l arm -d 'find the kernel that boots next, verify and preload it (default)'
complete -c warmboot -n __warmboot_needs_verb -l disarm -d 'unload it: the next reboot goes through the firmware'
complete -c warmboot -n __warmboot_needs_verb -l status -d 'what the next reboot will do, and why'
complete -c warmboot -n __warmboot_needs_verb -l list -d 'every boot entry found, and the chosen one'
complete -c warmboot -n __warmboot_needs_verb -l inspect -d 'what each FILE is: kernel, initramfs, UKI, package'
complete -c warmboot -n __warmboot_needs_verb -x -l hook -d 'called by package managers and init'
complete -c warmboot -n '__fish_contains_opt inspect' -F
complete -c warmboot -s n -l dry-run -d 'say what would be done, and do nothing'
complete -c warmboot -x -s R -l root -a '(__fish_complete_directories)' -d 'look at the tree below DIR instead of /'
complete -c warmboot -r -F -s c -l config -d 'read FILE instead of /etc/warmboot.conf'
complete -c warmboot -r -F -s k -l kernel -d 'arm this kernel image'
complete -c warmboot -r -F -s i -l initrd -d 'with this initramfs; again for several, in order'
complete -c warmboot -x -s a -l cmdline -d 'with this command line'
complete -c warmboot -x -s e -l entry -a '(__warmboot_entries)' -d 'arm this boot entry (see --list)'
complete -c warmboot -s f -l force -d 'override the guards that are policy'
complete -c warmboot -l json -d 'machine-readable (status, list, inspect)'
complete -c warmboot -s q -l quiet -d 'only errors'
complete -c warmboot -s v -l verbose -d 'more; twice: everything'
complete -c warmboot -s h -l help -d 'this help'
complete -c warmboot -s V -l version -d 'the version'
