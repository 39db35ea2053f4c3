#!/usr/bin/env bats
# json.bats - the strict JSON scanner: what is JSON, what is none, and that the message says which.
# SPDX-License-Identifier: MIT

setup() {
	PATH="${MG_BUILD:-$BATS_TEST_DIRNAME/../build}:$PATH"
	SUITE="${MG_DATA:-$BATS_TEST_DIRNAME/../../shared/data}/json-test-suite/test_parsing"
	cd "$BATS_TEST_TMPDIR" || exit 1
}

# The text on stdin as a member of a chunk.  Newlines become tabs: white space
# where a newline is, and as wrong within a string.
wrapped() {
	printf '{"type":"x","source":"s","v":'
	tr '\n' '\t'
	printf '}\n'
}

# Prints the names of the files for which check does not exit with the status.
not_exiting() {
	local want=$1 file got
	shift
	for file; do
		wrapped <"$file" >line
		got=0
		mg-chunk check -q line || got=$?
		[ "$got" = "$want" ] || echo "${file##*/}: $got"
	done
}

@test "json: everything that the suite calls valid is accepted" {
	[ -d "$SUITE" ] || skip "no test suite here"
	run not_exiting 0 "$SUITE"/y_*
	[ "$status" = 0 ] && [ -z "$output" ]
}

@test "json: everything that the suite calls invalid is refused" {
	[ -d "$SUITE" ] || skip "no test suite here"
	run not_exiting 3 "$SUITE"/n_*
	[ "$status" = 0 ] && [ -z "$output" ]
}

@test "json: what may be either neither crashes nor hangs" {
	[ -d "$SUITE" ] || skip "no test suite here"
	for file in "$SUITE"/i_*; do
		wrapped <"$file" >line
		run timeout 10 mg-chunk check -q line
		[ "$status" = 0 ] || [ "$status" = 3 ]
	done
}

@test "json: a valid line that is no chunk is told from one that is no JSON" {
	[ -d "$SUITE" ] || skip "no test suite here"
	for file in "$SUITE"/[yn]_*; do
		[ "$(tr -dc '\n' <"$file" | wc -c)" = 0 ] && [ -s "$file" ] || continue
		{ cat "$file"; echo; } >>all
		echo "${file##*/}" >>names
	done
	run mg-chunk check all
	[ "$status" = 3 ]
	n=0
	while read -r name; do
		case $name in
		y_*) [[ "${lines[$n]}" == *": line $((n + 1)): "*": no chunk: "* ]] ;;
		n_*) [[ "${lines[$n]}" == *": line $((n + 1)): "*": not JSON: "* ]] ;;
		esac || { echo "$name: ${lines[$n]}"; false; }
		n=$((n + 1))
	done <names
	[ "$n" -gt 200 ]
}

@test "json: every kind of value is accepted" {
	while IFS= read -r value; do
		printf '%s' "$value" | wrapped >line
		mg-chunk check line || { echo "refused: $value"; false; }
	done <<'END'
{}
[]
[[],{"a":[{}]}]
0
-0
-0.0e-10
1E+2
123456789012345678901234567890
""
"\"\\\/\b\f\n\r\t\u0000\uD834\uDD1E"
"é€𝄞"
true
 [ 1 , 2 ] 
{"a":1,"a":2}
"\ud800"
END
}

@test "json: what is no JSON is refused, with the column of the first wrong byte" {
	# the value begins at column 30
	while IFS=' ' read -r column value; do
		printf '%s' "$value" | wrapped >line
		run mg-chunk check line
		[ "$status" = 3 ]
		[[ "${lines[0]}" == *"line 1: column $column: not JSON: "* ]] || { echo "$value: $output"; false; }
	done <<'END'
30 NaN
30 Infinity
30 +1
31 01
30 .5
32 1.
30 'a'
31 [,1]
33 [1,]
37 {"a":1,}
31 {a:1}
32 1 2
31 "\x"
31 [tru]
30 True
32 "a\u00é"
END
}

@test "json: a raw NUL, a control character and broken UTF-8 are refused" {
	for bytes in 'a\0b' 'a\001b' 'a\033b' '\300\200' '\355\240\200' '\364\220\200\200' '\303' '\200'; do
		printf '{"type":"x","source":"s","v":"'"$bytes"'"}\n' >line
		run mg-chunk check line
		[ "$status" = 3 ]
		[[ "${lines[0]}" == *"not JSON: "* ]] || { echo "$bytes: $output"; false; }
	done
}

@test "json: nesting is accepted to its limit and refused beyond" {
	deep() {	# N levels of $2$3 as the value: the chunk is one level more
		printf '{"type":"x","source":"s","v":'
		yes "$2" | head -n "$1" | tr -d '\n'
		printf 0
		yes "$3" | head -n "$1" | tr -d '\n'
		echo '}'
	}
	for pair in '[ ]' '{"k": }'; do
		deep 127 $pair >at
		deep 128 $pair >beyond
		deep 100000 $pair >far
		mg-chunk check at
		run mg-chunk check beyond
		[ "$status" = 3 ] && [[ "$output" == *"nested too deep"* ]]
		run mg-chunk check far
		[ "$status" = 3 ] && [[ "$output" == *"nested too deep"* ]]
		[ "$(mg-chunk select -r '.type, (.v | tostring | length)' at | head -n 1)" = x ]	# what is accepted can be parsed
	done
}

@test "json: half of a surrogate pair is read as U+FFFD, a pair as its character" {
	printf '%s\n' '{"type":"x","source":"s","v":["\ud800","a\udc00\u0041","\ud83d\ude00","\\ud800","\ud800\ud83d\ude00"]}' >line
	mg-chunk check line
	[ "$(mg-chunk select .v line)" = '["�","a�A","😀","\\ud800","�😀"]' ]
	printf '%s\n' '{"type":"final","source":"s","content":"\ud800!"}' '{"type":"done","source":"s"}' >line
	[ "$(mg-chunk text line)" = '�!' ]
}
