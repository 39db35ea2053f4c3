#!/bin/sh
# complete.sh - a completion made from a program's own table of options.
# SPDX-License-Identifier: MIT
# usage: complete.sh bash|zsh|fish PROGRAM-PATH
set -eu
shell=$1 program=$2 name=${2##*/}
tab=$(printf '\t')
options=$("$program" --dump-options)

case $shell in
bash)
	words=$(printf '%s\n' "$options" | awk -F "$tab" '$1 ~ /^@/ { printf "%s ", substr($1, 2); next } { printf "--%s ", $2; if ($1 != "") printf "-%s ", $1 }')
	fn=_$(printf '%s' "$name" | tr -c 'A-Za-z0-9' _)
	cat <<TEXT
# completion of $name for bash; generated
$fn() {
	local cur=\${COMP_WORDS[COMP_CWORD]}
	case \$cur in
	-*) mapfile -t COMPREPLY < <(compgen -W '$words' -- "\$cur") ;;
	*) mapfile -t COMPREPLY < <(compgen -W '$(printf '%s\n' "$options" | sed -n "s/^@\([^$tab]*\).*/\1/p" | tr '\n' ' ')' -- "\$cur"; compgen -f -- "\$cur") ;;
	esac
}
complete -o filenames -F $fn $name
TEXT
	;;
zsh)
	printf '#compdef %s\n# generated\n_arguments \\\n' "$name"
	printf '%s\n' "$options" | awk -F "$tab" '$1 ~ /^@/ { next } {
		gsub(/\[/, "(", $4); gsub(/\]/, ")", $4); gsub(/:/, ",", $4); gsub(/\047/, "", $4); a = $3 != "" ? ":" $3 ":_files" : ""
		printf "  \047--%s%s[%s]%s\047 \\\n", $2, ($3 != "" ? "=" : ""), $4, a
		if ($1 != "") printf "  \047-%s[%s]%s\047 \\\n", $1, $4, a }'
	printf "  '*: :_files'\n"
	;;
fish)
	printf '# completion of %s for fish; generated\n' "$name"
	printf '%s\n' "$options" | awk -F "$tab" -v p="$name" '$1 ~ /^@/ { next } {
		gsub(/\047/, "", $4)
		printf "complete -c %s -l %s%s%s -d \047%s\047\n", p, $2, ($1 != "" ? " -s " $1 : ""), ($3 != "" ? " -r" : ""), $4 }'
	;;
*)
	echo "complete.sh: $shell: no such shell" >&2
	exit 2
	;;
esac
