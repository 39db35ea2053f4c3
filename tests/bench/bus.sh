#!/bin/sh
# bus.sh - the two figures of the bus: lines to the journal, and the way of a line from one agent to seven.
# SPDX-License-Identifier: MIT
#
# usage: bus.sh FOLDER [lines]      FOLDER holds mg-run, flood and echo-peer
set -eu
bin=$(cd "$1" && pwd)
lines=${2:-5000000}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
MG_STATE_DIR=$dir/state
export MG_STATE_DIR

# opening LAUNCHER...: eight agents behind it
opening() {
	for i in 1 2 3 4 5 6 7 8; do
		printf '{"type":"agent","source":"f%s","backend":{"type":"command","command":["true"]},"launcher":[%s]}\n' "$i" "$1"
	done
	echo '{"type":"task","source":"user","content":"bench"}'
}

# The peak of mg-run's own memory in KiB, and the time it took, as the kernel counts them.
flood() {
	opening "\"$bin/flood\",\"agent\",\"$(($1 / 8))\",\"$2\"" >"$dir/q"
	/usr/bin/env time -f '%M %e' -o "$dir/time" "$bin/mg-run" -q --from "$dir/q" \
		--vote "$bin/flood vote 8" --final "$bin/flood final" >/dev/null
	cat "$dir/time"
}

# shellcheck disable=SC2046 # two numbers each
set -- $(flood 80000 64) $(flood "$lines" 64) $(flood $((lines / 5)) 1)
awk -v small="$1" -v big="$3" -v s="$4" -v n="$lines" -v s1="$6" 'BEGIN {
	printf "bus: %.0f content lines/s from 8 peers to the journal (target 400000)\n", n / s
	printf "bus: %.0f content lines/s with one write for each line\n", n / 5 / s1
	printf "bus: memory after %d lines: %+.2f MiB against 80000 lines (target within 1)\n", n, (big - small) / 1024
}'

# The best of three: what else the machine does only makes it slower.
opening "\"$bin/echo-peer\",\"$dir/took\",\"2000\"" >"$dir/q"
for i in 1 2 3; do
	"$bin/mg-run" -q --from "$dir/q" --vote "$bin/flood vote 1" --final "$bin/flood final" >/dev/null
	cat "$dir"/took.f[2-8] | sort -n | awk '{ t[NR] = $1 } END { print t[int(NR / 2) + 1], t[int(NR * 0.99)], NR }'
done | sort -n | awk 'NR == 1 {
	printf "bus: %d ways of a line: median %.0f us (target 100), p99 %.0f us (target 1000)\n", $3, $1 / 1000, $2 / 1000
}'
