#!/bin/sh
# run.sh - all of tests/*.bats on the programs in $MG_BUILD, two files at a time; ends with "N passed, N failed".
# SPDX-License-Identifier: MIT
# usage: run.sh [FILE.bats ...]
set -u
cd "$(dirname "$0")" || exit 4
logs=$(mktemp -d) || exit 4
trap 'rm -rf "$logs"' EXIT
export logs
[ $# -gt 0 ] || set -- *.bats
# a file that hangs is a failure, not a wait
# shellcheck disable=SC2016 # the inner shell expands it
printf '%s\n' "$@" | xargs -P "${JOBS:-2}" -n 1 sh -c '
	timeout -k 5 300 bats --tap "$1" >"$logs/$1" 2>&1 </dev/null
	{ echo "# $1"; cat "$logs/$1"; } | tee -a "$logs/all"' sh
ok=$(grep -c '^ok ' "$logs/all")
failed=$(grep -c '^not ok ' "$logs/all")
skipped=$(grep -c '^ok .* # skip' "$logs/all")
planned=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$logs/all" | awk '{ n += $1 } END { print n + 0 }')
failed=$((failed + planned - ok - failed))	# what was not reached has failed
[ "$(grep -c '^1\.\.' "$logs/all")" = $# ] || failed=$((failed + 1))
echo "$((ok - skipped)) passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$ok" -gt 0 ]
