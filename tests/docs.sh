#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The documentation agrees with the program: options, settings and their defaults, guards, hooks,
# records, make's targets and variables. Prints what differs; exit 1 if anything does.
#
# usage: B=build sh tests/docs.sh     (after `make`)
# shellcheck disable=SC2016 # in single quotes: make's variables and Markdown's code marks
set -u
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
program=$B/warmboot
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
bad=0

# The lists $2 and $4 (files of lines, in any order) are the same; $1 and $3 say whose they are.
same()
{
	sort -u "$2" >"$tmp/a"
	sort -u "$4" >"$tmp/b"
	if [ ! -s "$tmp/a" ]; then
		echo "docs: nothing found in $1"
		bad=1
	fi
	comm -23 "$tmp/a" "$tmp/b" | sed "s|^|docs: in $1, but not in $3: |" >"$tmp/differs"
	comm -13 "$tmp/a" "$tmp/b" | sed "s|^|docs: in $3, but not in $1: |" >>"$tmp/differs"
	if [ -s "$tmp/differs" ]; then
		cat "$tmp/differs"
		bad=1
	fi
}

# The lines of section $2 of manual page $1.
section()
{
	awk -v name=".Sh $2" '/^\.Sh / { on = ($0 == name) } on' "$1"
}

# --- Options -----------------------------------------------------------------
# As "-n --dry-run" or "--json", and "FILE" behind it where it takes an argument.

"$program" --help >"$tmp/help" || { echo "docs: $program --help fails"; exit 1; }
sed -nE 's/^  (-[A-Za-z], |    )(--[a-z-]+)( [A-Z]+)? .*/\1\2\3/p' "$tmp/help" | sed -e 's/, / /' -e 's/^ *//' >"$tmp/help.options"

# The rows of the table in cli.c: { value, "name", argument, ...
sed -nE \
	-e 's/^	\{ \x27([A-Za-z])\x27, "([a-z-]+)", NULL,.*/-\1 --\2/p' \
	-e 's/^	\{ \x27([A-Za-z])\x27, "([a-z-]+)", "([A-Z]+)",.*/-\1 --\2 \3/p' \
	-e 's/^	\{ [A-Z0-9][A-Za-z0-9_ +]*, "([a-z-]+)", NULL,.*/--\1/p' \
	-e 's/^	\{ [A-Z0-9][A-Za-z0-9_ +]*, "([a-z-]+)", "([A-Z]+)",.*/--\1 \2/p' \
	src/cli.c >"$tmp/table.options"
rows=$(awk '/\} rows\[\] = \{/ { on = 1; next } on && /^\};/ { exit } on && /^	\{/' src/cli.c | wc -l)
if [ "$(wc -l <"$tmp/table.options")" -ne "$rows" ]; then
	echo "docs: the table in src/cli.c has $rows rows, and only $(wc -l <"$tmp/table.options") were understood"
	bad=1
fi
same "--help" "$tmp/help.options" "src/cli.c" "$tmp/table.options"

# .It Fl R , Fl -root Ar dir: the long name and the letter.
{
	section man/warmboot.8 VERBS
	section man/warmboot.8 OPTIONS
} | sed -nE 's/^\.It Fl (([A-Za-z]) , Fl )?-([a-z-]+)( .*)?$/-\2 --\3/p' | sed 's/^- //' >"$tmp/man.options"
sed 's/ [A-Z]*$//' "$tmp/help.options" >"$tmp/help.names"
same "--help" "$tmp/help.names" "warmboot(8)" "$tmp/man.options"

# Completions: the same options, and where the shell shows words, the same words.
sed -nE 's/^ +((-[A-Za-z]), )?--([a-z-]+)( [A-Z]+)? +(.*)$/\2 --\3 \5/p' "$tmp/help" | sed 's/^ //' >"$tmp/help.words"
sed -nE "s/.*\[([^]]*)\].*/&\n\1/p" hooks/shell/warmboot.zsh |
	awk 'NR % 2 { line = $0; next }
		match(line, /\{-[A-Za-z],--[a-z-]+\}/) { split(substr(line, RSTART + 1, RLENGTH - 2), o, ",")
			print o[1] " " o[2] " " $0; next }
		match(line, /--[a-z-]+\[/) { print substr(line, RSTART, RLENGTH - 1) " " $0 }' >"$tmp/zsh.words"
same "--help" "$tmp/help.words" "hooks/shell/warmboot.zsh" "$tmp/zsh.words"
sed -nE -e "s/^complete .*-s ([A-Za-z]) -l ([a-z-]+) .*-d '(.*)'$/-\1 --\2 \3/p; t" \
	-e "s/^complete .*-l ([a-z-]+) .*-d '(.*)'$/--\1 \2/p" hooks/shell/warmboot.fish >"$tmp/fish.words"
# Without anything between the name and -d.
sed -nE -e "s/^complete .*-s ([A-Za-z]) -l ([a-z-]+) -d '(.*)'$/-\1 --\2 \3/p; t" \
	-e "s/^complete .*-l ([a-z-]+) -d '(.*)'$/--\1 \2/p" hooks/shell/warmboot.fish >>"$tmp/fish.words"
same "--help" "$tmp/help.words" "hooks/shell/warmboot.fish" "$tmp/fish.words"
awk '/options=/ { on = 1 } on' hooks/shell/warmboot.bash | sed "/'\$/q" | tr -d "'" | grep -oE -- '(-[A-Za-z] )?--[a-z-]+' >"$tmp/bash.options"
same "--help" "$tmp/help.names" "hooks/shell/warmboot.bash" "$tmp/bash.options"

# --- Settings ----------------------------------------------------------------
# As "name type default".

sed -nE 's/^	ROW\(([a-z_]+), [a-z_]+, TYPE_([A-Z]+), ("([^"\\]|\\.)*").*/\1 \2 \3/p' src/base/config_table.c |
	sed -E -e 's/ "(.*)"$/ \1/' -e 's/\\"/"/g' >"$tmp/rows"
while read -r name type value; do
	word=$(sed -nE "s/^#define TYPE_${type}_NAME \"([a-z]+)\"/\\1/p" src/base/config_table.c)
	echo "$name ${word:-?} $value"
done <"$tmp/rows" >"$tmp/table.settings"
if [ "$(grep -c '^	ROW(' src/base/config_table.c)" -ne "$(wc -l <"$tmp/table.settings")" ]; then
	echo "docs: not every row of src/base/config_table.c was understood"
	bad=1
fi

section man/warmboot.conf.5 SETTINGS |
	sed -nE 's/^\.It Va ([a-z_]+) Pq ([a-z]+) , default Ql (.*)$/\1 \2 \3/p' |
	sed -e 's/\\(dq/"/g' -e 's/\\&//g' >"$tmp/man.settings"
same "src/base/config_table.c" "$tmp/table.settings" "warmboot.conf(5)" "$tmp/man.settings"

sed -E 's/ [a-z]+ / /' "$tmp/table.settings" >"$tmp/table.defaults"
sed -nE 's/^#([a-z_]+) = (.*);$/\1 \2/p' conf/warmboot.conf >"$tmp/conf.defaults"
same "src/base/config_table.c" "$tmp/table.defaults" "conf/warmboot.conf" "$tmp/conf.defaults"

# As shipped it changes nothing; with every default in force it is still accepted without a word.
if grep -nvE '^(#.*)?$' conf/warmboot.conf; then
	echo "docs: conf/warmboot.conf sets something"
	bad=1
fi
mkdir -p "$tmp/root/etc" "$tmp/root/proc"
sed -nE 's/^#([a-z_]+ = .*;)$/\1/p' conf/warmboot.conf >"$tmp/root/etc/warmboot.conf"
"$program" --root "$tmp/root" --status >/dev/null 2>"$tmp/words"
if grep -n 'warmboot\.conf' "$tmp/words"; then
	echo "docs: the defaults of conf/warmboot.conf are not accepted"
	bad=1
fi

# --- Guards, hooks, records --------------------------------------------------

"$program" --root "$tmp/root" --status --json >"$tmp/status.json" 2>/dev/null
sed -E 's/"name": ?"/\n&/g' "$tmp/status.json" | sed -nE 's/^"name": ?"([a-z-]+)".*/\1/p' >"$tmp/program.guards"
section man/warmboot.8 GUARDS | sed -nE 's/^\.It Sy ([a-z-]+).*/\1/p' >"$tmp/man.guards"
same "--status --json (guards)" "$tmp/program.guards" "warmboot(8)" "$tmp/man.guards"

# Which of them are policy.
sed -nE 's/^	\{ "([a-z-]+)", POLICY,.*/\1/p' src/guard/*.c >"$tmp/policy.guards"
section man/warmboot.8 GUARDS | sed -nE 's/^\.It Sy ([a-z-]+) Pq policy$/\1/p' >"$tmp/man.policy"
same "the guards' table (policy)" "$tmp/policy.guards" "warmboot(8)" "$tmp/man.policy"

sed -nE 's/^	\{ "([a-z-]+)", [a-zA-Z_]+, [01], [a-zA-Z_]+ \},$/\1/p' src/verb/hook.c >"$tmp/program.hooks"
section man/warmboot.8 HOOKS | sed -nE -e 's/^\.It ([a-z, -]+)$/\1/p' -e 's/^\.Cm ([a-z-]+)( [,.])?$/\1/p' |
	tr -d ' ' | tr ',' '\n' >"$tmp/man.hooks"
same "src/verb/hook.c" "$tmp/program.hooks" "warmboot(8)" "$tmp/man.hooks"

# Every name that a file in hooks/ calls is known, and every file has its place in the page.
grep -rhoE -- '--hook [a-z-]+' hooks | sed 's/--hook //' | sort -u >"$tmp/called"
sort -u "$tmp/program.hooks" | comm -23 "$tmp/called" - | sed 's/^/docs: hooks\/ calls an unknown hook: /' >"$tmp/differs"
sed -nE 's/^0[0-9]+ hooks\/[^ ]+ +\$\(SYSCONFDIR\)(.*)$/\/etc\1/p' hooks/*/install.mk | sed 's/\$(NAME)/warmboot/g' |
	while read -r place; do
		grep -qF ".It $place" man/warmboot.8 || grep -qF "Pa $place" man/warmboot.8 ||
			echo "docs: warmboot(8) does not name $place"
	done >>"$tmp/differs"
if [ -s "$tmp/differs" ]; then
	cat "$tmp/differs"
	bad=1
fi

# What is kept outside of the installation.
grep -rhE '^#define (RUN|STATE)_[A-Z]+' -A 1 src/keep src/verb |
	sed -nE -e 's/.*RUN_DIR "(\/[a-z]+)".*/\/run\/warmboot\1/p' \
		-e 's/.*STATE_DIR "(\/[a-z]+)".*/\/var\/lib\/warmboot\1/p' >"$tmp/program.files"
section man/warmboot.8 FILES | grep -oE '/(run|var/lib)/warmboot/[a-z]+' >"$tmp/man.files"
same "src/ (records)" "$tmp/program.files" "warmboot(8)" "$tmp/man.files"

# The events, by what monitoring looks for.
sed -nE 's/^#define EVENT_[A-Z]+ "([0-9a-f]{32})"$/\1/p' src/base/event.h >"$tmp/program.events"
section man/warmboot.8 JOURNAL | sed -nE 's/^\.It ([0-9a-f]{32})$/\1/p' >"$tmp/man.events"
same "src/base/event.h" "$tmp/program.events" "warmboot(8)" "$tmp/man.events"

# --- README ------------------------------------------------------------------

grep -oE '\bmake( [A-Z]+=[^ `]*)* [a-z][a-z-]*' README.md | sed 's/.* //' | sort -u >"$tmp/readme.targets"
sed -nE 's/^([a-z][a-z-]*):.*/\1/p' Makefile | sort -u >"$tmp/targets"
comm -23 "$tmp/readme.targets" "$tmp/targets" | sed 's/^/docs: README.md names a target that make does not have: /' >"$tmp/differs"
if [ ! -s "$tmp/readme.targets" ] || [ -s "$tmp/differs" ]; then
	cat "$tmp/differs"
	bad=1
fi

# | `PREFIX` | `/usr` | ...
sed -nE 's/^([A-Z]+)[ ]+\?= ?(.*)$/\1=\2/p' Makefile |
	sed -e 's/\$(PREFIX)/\/usr/g' -e 's/\$(NAME)/warmboot/g' |
	grep -E '^(PREFIX|[A-Z]+DIR)=' >"$tmp/make.variables"
sed -nE 's/^\| `([A-Z]+)` \| `?([^ `|]*)`? *\|.*/\1=\2/p' README.md | grep -E '^(PREFIX|[A-Z]+DIR)=' >"$tmp/readme.variables"
same "Makefile (variables)" "$tmp/make.variables" "README.md" "$tmp/readme.variables"
# What the files in hooks/ name lies where the variables say.
"${MAKE:-make}" -s -o all install B="$B" DESTDIR="$tmp/installed" HOOKS="systemd sysvinit runit" \
	SBINDIR=/elsewhere LIBEXECDIR=/elsewhere RUNDIR=/elsewhere STATEDIR=/elsewhere >/dev/null
rm -r "$tmp/installed/usr/share/man"
if grep -rInE '/usr/s?bin/warmboot|/usr/lib/warmboot|/run/warmboot/|/var/lib/warmboot' "$tmp/installed" |
	sed "s|^$tmp/installed|docs: not where make's variables say: |" | grep .; then
	bad=1
fi
if [ "$(wc -l <README.md)" -gt 120 ]; then
	echo "docs: README.md has more than 120 lines"
	bad=1
fi

grep -oE '\]\([^):]+\)' README.md | sed -E 's/^\]\((.*)\)$/\1/' | while read -r link; do
	[ -e "$link" ] || echo "docs: README.md names $link, which is not there"
done >"$tmp/differs"
if [ -s "$tmp/differs" ]; then
	cat "$tmp/differs"
	bad=1
fi

# "Removing undoes all": the program is asked to while it is still there, but not when it is
# taken out of a folder. Of this machine nothing is meant.
mkdir "$tmp/sbin"
cat >"$tmp/sbin/warmboot" <<END
#!/bin/sh
echo "\$*" >>"$tmp/asked"
END
for destdir in "$tmp/none" ""; do
	chmod 755 "$tmp/sbin/warmboot"
	"${MAKE:-make}" -s uninstall families= DESTDIR="$destdir" PREFIX="$tmp" SBINDIR="$tmp/sbin" \
		SYSCONFDIR="$tmp/etc" >/dev/null 2>&1
done
if [ "$(cat "$tmp/asked" 2>/dev/null)" != "--hook package-remove" ] || [ -e "$tmp/sbin/warmboot" ]; then
	echo "docs: make uninstall leaves armed what it removes the gate of"
	bad=1
fi

version=$(cat VERSION)
[ "$("$program" --version)" = "warmboot $version" ] || { echo "docs: --version does not say $version"; bad=1; }
grep -q "^Version: *$version\$" hooks/rpm/warmboot.spec || { echo "docs: hooks/rpm/warmboot.spec is not of $version"; bad=1; }
grep -q "^## $version" CHANGELOG.md || { echo "docs: CHANGELOG.md does not know $version"; bad=1; }

exit $bad
