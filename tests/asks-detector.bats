#!/usr/bin/env bats
# asks-detector.bats - the ask detector on labelled texts and on hostile ones; word lists with faults.
# SPDX-License-Identifier: MIT

bats_require_minimum_version 1.5.0

setup() {
	MEASURE="${MG_BUILD:-$BATS_TEST_DIRNAME/../build}/tests/asks-measure"
	WORDS=("$BATS_TEST_DIRNAME"/../share/autonomy/[a-z][a-z])
	SETS=("$BATS_TEST_DIRNAME"/asks/*.ndjson)
}

words() { printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/xx"; }
text() { printf '{"id": "t", "task": "%s", "final": "%s", "asks": true, "kind": ""}\n' "$1" "$2" >"$BATS_TEST_TMPDIR/s"; }

@test "asks: precision >= 0.95 and recall >= 0.90 on every set" {
	run "$MEASURE" -v "${WORDS[@]}" -- "${SETS[@]}"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -c 'precision' <<<"$output")" -eq "${#SETS[@]}" ]
}

@test "asks: the same on the development data" {
	dev="${MG_DATA:-$BATS_TEST_DIRNAME/../../shared/data}/autonomy/dev.ndjson"
	[ -f "$dev" ] || skip "no development data here"
	run "$MEASURE" -v "${WORDS[@]}" -- "$dev"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "asks: hostile input comes back, in time linear in it" {
	ASKS_BYTES=$([ -n "$SANITIZE" ] && echo 2000000 || echo 50000000)
	export ASKS_BYTES
	run "$MEASURE" -x "${WORDS[@]}"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "asks: without words nothing but a question can ask, and the measure fails" {
	words '# none'
	text 'Proofread my essay.' 'Please paste the essay here.'
	run "$MEASURE" "$BATS_TEST_TMPDIR/xx" -- "$BATS_TEST_TMPDIR/s"
	[ "$status" -eq 1 ]
}

@test "asks: a rule, a class with a gap, a stem, an option, the end of a sentence" {
	words '@send = hand over, mail*' 'ask upload-request 80/10: ^ [please] @send ..2 essay $'
	for t in 'Please hand over the essay.' 'Mailing your whole essay!' 'So far so good. MAIL essay'; do
		text 'x' "$t"
		run -0 "$MEASURE" "$BATS_TEST_TMPDIR/xx" -- "$BATS_TEST_TMPDIR/s"
	done
	for t in 'Do not hand over the essay.' 'Mail the one true old essay.' 'Mail the essay today.' '`mail essay`'; do
		text 'x' "$t"
		run "$MEASURE" "$BATS_TEST_TMPDIR/xx" -- "$BATS_TEST_TMPDIR/s"
		[ "$status" -eq 1 ]
	done
}

@test "asks: a fault in a word list is bad data and names file and line" {
	for w in 'ask x 80: @nowhere me' 'nonsense 5: a' 'ask x 0: a' 'ask x 101: a' 'ask x 5: ..3' 'ask x 5: a ..99 b' \
	    '@a b, c' '@a = b,, c' 'ask x 5: a b c d e f g h i j k l m n o'; do
		words '# first' "$w"
		run "$MEASURE" "$BATS_TEST_TMPDIR/xx" --
		echo "$w: $output"
		[ "$status" -eq 3 ]
		[[ $output == *"xx:2: "* ]]
	done
}
