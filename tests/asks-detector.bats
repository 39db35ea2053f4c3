#!/usr/bin/env bats
# asks-detector.bats - the ask detector on labelled texts and on hostile ones; word lists with faults.
# SPDX-License-Identifier: MIT

bats_require_minimum_version 1.5.0

setup() {
	MEASURE="${MG_BUILD:-$BATS_TEST_DIRNAME/../build}/tests/asks-measure"
	WORDS=("$BATS_TEST_DIRNAME"/../share/autonomy/[a-z][a-z] "$BATS_TEST_DIRNAME"/../share/autonomy/*.weights)
	ASKS="$BATS_TEST_DIRNAME/asks"
}

words() { printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/xx"; }
text() { printf '@@@ true request en\n%s\n@@\n%s\n' "$1" "$2" >"$BATS_TEST_TMPDIR/s"; }
# whether the words of $BATS_TEST_TMPDIR/xx find that the text asks
asks() { text "$@"; "$MEASURE" 1 1 "$BATS_TEST_TMPDIR/xx" -- "$BATS_TEST_TMPDIR/s"; }

# measured PRECISION RECALL SET...
measured() {
	run "$MEASURE" -v "$1" "$2" "${WORDS[@]}" -- "${@:3}"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -c 'precision' <<<"$output")" -eq $(($# - 2)) ]
}

# nobody looked at these two sets while the detector was made, and nothing was learnt from them
@test "asks: precision >= 0.92 and recall >= 0.88 on unseen English texts" {
	measured 0.92 0.88 "$ASKS/unseen-en.txt"
}

@test "asks: precision >= 0.85 and recall >= 0.65 on unseen texts in fourteen other languages" {
	measured 0.85 0.65 "$ASKS/unseen-other.txt"
}

@test "asks: precision >= 0.90 and recall >= 0.80 on the development data, from which nothing was learnt" {
	dev="${MG_DATA:-$BATS_TEST_DIRNAME/../../shared/data}/autonomy/dev.ndjson"
	[ -f "$dev" ] || skip "no development data here"
	jq -r '"@@@ \(.asks) \(.kind) \(.id[-2:])\n\(.task)\n@@\n\(.final)"' "$dev" >"$BATS_TEST_TMPDIR/dev"
	measured 0.90 0.80 "$BATS_TEST_TMPDIR/dev"
}

@test "asks: precision >= 0.97 and recall >= 0.95 on every set that it learnt from, each in its language" {
	measured 0.97 0.95 "$ASKS"/learn/*.txt
}

@test "asks: what is learnt from five sets finds half of an unseen one, mostly rightly (make words)" {
	lists=("$BATS_TEST_DIRNAME"/../share/autonomy/[a-z][a-z])
	run -0 "${MEASURE%measure}learn" -o "$BATS_TEST_TMPDIR" "${lists[@]}" -- "$ASKS"/learn/0[1-5].txt
	[[ $output == *"English, unseen: precision 0."* ]]
	run -0 "$MEASURE" 0.75 0.5 "${lists[@]}" "$BATS_TEST_TMPDIR"/*.weights -- "$ASKS/unseen-en.txt"
	run -2 "${MEASURE%measure}learn" "${lists[@]}" -- "$ASKS/learn/01.txt"
}

@test "asks: the texts are well-formed: a head, a final, no mark where nothing asks" {
	for f in "$ASKS"/*.txt "$ASKS"/learn/*.txt; do
		awk -v f="$f" '
			function end() { if (head != "" && ((!asks && marks > 0) || !final)) { print f ": " head; bad = 1 } }
			/^@@@ /  { end(); head = $0; asks = $2 == "true"; marks = final = 0
			           if ($0 !~ /^@@@ (true|false) [a-z-]+ [a-z][a-z]$/) { print f ": " $0; bad = 1 } next }
			/^@@$/   { final = 1 }
			         { marks += gsub(/⟦/, "") }
			END { end(); exit bad }' "$f"
	done
}

@test "asks: hostile input comes back, in time linear in it" {
	ASKS_BYTES=$([ -n "$SANITIZE" ] && echo 2000000 || echo 50000000)
	export ASKS_BYTES
	run "$MEASURE" -x "${WORDS[@]}"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "asks: without words nothing asks" {
	words '# none'
	run ! asks 'Proofread my essay.' 'Please paste the essay here. Shall I go on?'
}

@test "asks: a word, a stem, a pair, a triple, a gap, the edges; weights add up" {
	words '-200: @voice 0'
	run ! asks x 'Confirming it.'
	for w in 'here' 'confi*' 'pleas* paste' 'paste your longe*' 'pleas* _ your' '^ pleas*' 'here $' 'longe* ,' ', then' 'essay :' ', <n>' '<q> now'; do
		words '-10: essay' "+11 upload-request: $w"
		asks x 'Please paste your longest, then confirm essay: 7 "x" now here.' || { echo "$w"; false; }
	done
	for w in 'confi' 'longe' 'paste please' 'your essay' 'please _ longest' 'here ?' '^ paste' 'please ,'; do
		words '-10: essay' "+11: $w"
		run ! asks x 'Please paste your longest, then confirm essay: 7 "x" now here.'
	done
	words '+5: paste' '+6: here' '-10: essay'
	asks x 'Paste the essay here.'
	words '+5: paste' '+5: here' '-10: essay'
	run ! asks x 'Paste the essay here.'
}

@test "asks: what the sentence before, the one behind and the task say" {
	words '-90/20: first' '-10: second'
	asks x 'The first. A second.'
	run ! asks x 'A second. The first.'
	words '-90/0/20: first' '-10: second'
	asks x 'A second. The first.'
	run ! asks x 'The first. A second.'
	words '+0/0/0/20: order' '-10: second'
	asks 'An order' 'A second.'
	run ! asks 'None' 'A second.'
	run ! asks $'None\n\nAn order' 'A second.'
	words '+0/0/0/0/99: order' '+20: @order 26' '-10: second'
	asks 'An order' 'A second.'
	run ! asks 'None' 'A second.'
}

@test "asks: a rule, a class with a gap, a stem, an option, the end of a sentence" {
	words '@send = hand over, mail*' 'ask upload-request 80/10: ^ [please] @send ..2 essay $'
	for t in 'Please hand over the essay.' 'Mailing your whole essay!' 'So far so good. MAIL essay'; do
		asks x "$t"
	done
	for t in 'Do not hand over the essay.' 'Mail the one true old essay.' 'Mail the essay today.' '`mail essay`'; do
		run ! asks x "$t"
	done
}

@test "asks: a fault in a word list is bad data and names file and line" {
	for w in 'ask x 80: @nowhere me' 'nonsense 5: a' 'ask x 0: a' 'ask x 101: a' 'ask x 5: ..3' 'ask x 5: a ..99 b' \
	    '@a b, c' '@a = b,, c' 'ask x 5: a b c d e f g h i j k l m n o' '+5 x' '+5: ' '+5: .' '+5: @nomark 3' '+1/2/3/4/5/6: x'; do
		words '# first' "$w"
		run "$MEASURE" 0 0 "$BATS_TEST_TMPDIR/xx" --
		echo "$w: $output"
		[ "$status" -eq 3 ]
		[[ $output == *"xx:2: "* ]]
	done
}
