#!/bin/sh
# run.sh - all of tests/*.bats on the programs in $MG_BUILD; ends with "N passed, N failed".
# SPDX-License-Identifier: MIT
set -u
cd "$(dirname "$0")" || exit 4
log=$(mktemp) || exit 4
trap 'rm -f "$log"' EXIT
for f in *.bats; do
	echo "# $f"
	# a file that hangs is a failure, not a wait
	timeout -k 5 240 bats --tap "$f" </dev/null || :
done 2>&1 | tee "$log"
ok=$(grep -c '^ok ' "$log")
failed=$(grep -c '^not ok ' "$log")
skipped=$(grep -c '^ok .* # skip' "$log")
planned=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$log" | awk '{ n += $1 } END { print n + 0 }')
failed=$((failed + planned - ok - failed))
echo "$((ok - skipped)) passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$ok" -gt 0 ]
