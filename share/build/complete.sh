#!/bin/sh
# complete.sh - a completion made from a program's own table of options.
# SPDX-License-Identifier: MIT
# usage: complete.sh bash|zsh|fish PROGRAM-PATH
set -eu
shell=$1 program=$2 name=${2##*/}
tab=$(printf '\t')
options=$("$program" --dump-options)

# the long and short options of a table on stdin, as words
option_words() {
	awk -F "$tab" '$1 !~ /^@/ { printf "--%s ", $2; if ($1 != "") printf "-%s ", $1 }'
}
subcommands=$(printf '%s\n' "$options" | sed -n "s/^@\([^$tab]*\).*/\1/p" | tr '\n' ' ')

case $shell in
bash)
	fn=_$(printf '%s' "$name" | tr -c 'A-Za-z0-9' _)
	printf '# completion of %s for bash; generated\n%s() {\n' "$name" "$fn"
	# shellcheck disable=SC2016 # bash expands these when it completes
	printf '\tlocal cur=${COMP_WORDS[COMP_CWORD]} words\n\tcase ${COMP_WORDS[1]-} in\n'
	for sub in $subcommands; do
		printf "\t%s) words='%s' ;;\n" "$sub" "$("$program" "$sub" --dump-options | option_words)"
	done
	printf "\t*) words='%s' ;;\n\tesac\n" "$(printf '%s\n' "$options" | option_words)"
	# shellcheck disable=SC2016
	printf '\tcase $cur in\n\t-*) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur") ;;\n'
	# shellcheck disable=SC2016
	[ -z "$subcommands" ] || printf '\t*) if [ "$COMP_CWORD" = 1 ]; then mapfile -t COMPREPLY < <(compgen -W "%s" -- "$cur"); else mapfile -t COMPREPLY < <(compgen -f -- "$cur"); fi ;;\n' "$subcommands"
	# shellcheck disable=SC2016
	[ -n "$subcommands" ] || printf '\t*) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;\n'
	printf '\tesac\n}\ncomplete -o filenames -F %s %s\n' "$fn" "$name"
	;;
zsh)
	printf '#compdef %s\n# generated\n_arguments \\\n' "$name"
	printf '%s\n' "$options" | awk -F "$tab" '$1 ~ /^@/ { next } {
		gsub(/\[/, "(", $4); gsub(/\]/, ")", $4); gsub(/:/, ",", $4); gsub(/\047/, "", $4); a = $3 != "" ? ":" $3 ":_files" : ""
		printf "  \047--%s%s[%s]%s\047 \\\n", $2, ($3 != "" ? "=" : ""), $4, a
		if ($1 != "") printf "  \047-%s[%s]%s\047 \\\n", $1, $4, a }'
	if [ -n "$subcommands" ]; then
		printf "  '1: :(%s)' '*: :_files'\n" "$subcommands"
	else
		printf "  '*: :_files'\n"
	fi
	;;
fish)
	printf '# completion of %s for fish; generated\n' "$name"
	printf '%s\n' "$options" | awk -F "$tab" -v p="$name" '$1 ~ /^@/ { next } {
		gsub(/\047/, "", $4)
		printf "complete -c %s -l %s%s%s -d \047%s\047\n", p, $2, ($1 != "" ? " -s " $1 : ""), ($3 != "" ? " -r" : ""), $4 }'
	for sub in $subcommands; do
		printf "complete -c %s -n __fish_use_subcommand -a %s\n" "$name" "$sub"
		"$program" "$sub" --dump-options | awk -F "$tab" -v p="$name" -v s="$sub" '{
			gsub(/\047/, "", $4)
			printf "complete -c %s -n \047__fish_seen_subcommand_from %s\047 -l %s%s%s -d \047%s\047\n", p, s, $2, ($1 != "" ? " -s " $1 : ""), ($3 != "" ? " -r" : ""), $4 }'
	done
	;;
*)
	echo "complete.sh: $shell: no such shell" >&2
	exit 2
	;;
esac
