#!/bin/sh
# primes-agent.sh - what the three agents share: answer at first, then check, then vote.
# SPDX-License-Identifier: MIT
# usage: primes-agent.sh sieve|factor|estimate N; the prompt on stdin, MG_STAGE says what is wanted
set -eu
way=$1 n=$2
prompt=$(cat)

count() {
	case $1 in
	sieve) awk -v n="$n" 'BEGIN { for (i = 2; i < n; i++) if (!c[i]) { k++; for (j = i * i; j < n; j += i) c[j] = 1 } print k + 0 }' ;;
	factor) awk -v n="$n" 'BEGIN { for (i = 2; i < n; i++) print i }' | factor | awk 'NF == 2 { k++ } END { print k + 0 }' ;;
	trial) awk -v n="$n" 'BEGIN { for (i = 2; i < n; i++) { p = 1; for (j = 2; j * j <= i; j++) if (i % j == 0) { p = 0; break } k += p } print k + 0 }' ;;
	# ln n as a sum of 1/i less Euler's constant: not every awk has log()
	estimate) awk -v n="$n" 'BEGIN { for (i = 1; i <= n; i++) s += 1 / i; printf "%d\n", n / (s - 0.5772157) }' ;;
	esac
}

answer() {
	case $way in
	estimate) echo "About $(count estimate) primes lie below $n (estimated as n/ln n)." ;;
	*) echo "Exactly $(count "$way") primes lie below $n (counted by $way)." ;;
	esac
}

case ${MG_STAGE:-answer} in
answer) answer ;;
ask)
	# present: the task ends here, so say the number and how it was found
	echo "There are $(count "$way") primes below $n."
	;;
evaluate)
	# count again, each in its own way, and vote for the first answer that says so
	right=$(count "$([ "$way" = estimate ] && echo trial || echo "$way")")
	name=$(printf '%s\n' "$prompt" | awk -v k="$right" '
		/^\[agent[0-9]+/ { name = $1; gsub(/[^a-z0-9]/, "", name) }
		$0 ~ "^(Exactly|About) " k " primes" { print name; exit }')
	if [ -n "$name" ]; then
		echo "VOTE $name I counted $right myself."
	else
		echo "Exactly $right primes lie below $n (counted again)."
	fi
	;;
esac
