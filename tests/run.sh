#!/bin/sh
# run.sh - all of tests/*.bats on the programs in $MG_BUILD; ends with "N passed, N failed".
# SPDX-License-Identifier: MIT
set -u
cd "$(dirname "$0")" || exit 4
log=$(mktemp) || exit 4
trap 'rm -f "$log"' EXIT
{ bats --tap ./*.bats; echo "status $?"; } | tee "$log"
ok=$(grep -c '^ok ' "$log")
bad=$(grep -c '^not ok ' "$log")
skipped=$(grep -c '^ok .* # skip' "$log")
echo "$((ok - skipped)) passed, $bad failed, $skipped skipped"
grep -q '^status 0$' "$log" && [ "$bad" = 0 ] && [ "$ok" -gt 0 ]
