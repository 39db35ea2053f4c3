#!/bin/sh
# demo.sh - three local programs agree on how many primes lie below a number.
# SPDX-License-Identifier: MIT
# usage: demo.sh BUILD [N]
set -eu
build=$1
n=${2:-10000}
case $n in
'' | *[!0-9]*) echo "demo: N must be a whole number, not '$n'" >&2; exit 2 ;;
esac
if [ "${#n}" -gt 7 ] || [ "$n" -lt 10 ]; then
	echo "demo: N must lie between 10 and 9999999" >&2
	exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
PATH=$(cd "$build" && pwd):$PATH
export PATH
question="How many primes are there below $n?"
{
	mg-chunk agent sieve -b command -- sh "$here/primes-sieve.sh" "$n"
	mg-chunk agent factor -b command -- sh "$here/primes-factor.sh" "$n"
	mg-chunk agent estimate -b command -- sh "$here/primes-estimate.sh" "$n"
	mg-chunk task "$question"
} | mg-run --from - -o ndjson >"${TMPDIR:-/tmp}/mg-demo.$$" || { rm -f "${TMPDIR:-/tmp}/mg-demo.$$"; exit 4; }
run="${TMPDIR:-/tmp}/mg-demo.$$"
trap 'rm -f "$run"' EXIT
echo "$question"
echo
mg-chunk select -r -t answer '"  " + .source + " answered: " + .content' "$run"
mg-chunk select -r -t vote '"  " + .source + " voted for " + .for + ": " + .reason' "$run"
echo
mg-vote --table "$run"
echo
echo "The final answer:"
mg-chunk text "$run"
