#!/usr/bin/env bats
# mg-chunk.bats - the knife: make, check, select, text, view.
# SPDX-License-Identifier: MIT

setup() {
	PATH="${MG_BUILD:-$BATS_TEST_DIRNAME/../build}:$PATH"
	PAGE="$BATS_TEST_DIRNAME/../man/mg-chunk.1"
	cd "$BATS_TEST_TMPDIR" || exit 1
	unset NO_COLOR
}

# A run of two agents, in which b's answer wins.
a_run() {
	cat <<'END'
{"type":"agent","source":"a","backend":{"type":"openai","model":"m-1"}}
{"type":"agent","source":"b","backend":{"type":"command","command":["./b","-x"]}}
{"type":"task","source":"user","run":"r1","content":"Why?"}
{"type":"content","source":"a","turn":"a-1","content":"Because "}
{"type":"content","source":"b","turn":"b-1","content":"No "}
{"type":"content","source":"a","turn":"a-1","content":"of x."}
{"type":"answer","source":"a","label":"a.1","seen":{},"content":"Because of x."}
{"type":"answer","source":"b","label":"b.1","seen":{},"content":"No reason."}
{"type":"vote","source":"a","for":"b.1","seen":{"a":1,"b":1},"reason":"short","n":1}
{"type":"vote","source":"b","for":"b.1","seen":{"a":1,"b":1},"n":1}
{"type":"decision","source":"mg-vote","winner":"b","answer":"b.1","tie":false,"rule":"votes","count":{"a":0,"b":2}}
{"type":"final","source":"mg-final","content":"There is no reason."}
END
}

# N bytes of an x.
xs() {
	head -c "$1" /dev/zero | tr '\0' x
}

# ---- task, message, agent

@test "task: the text is the content, and an id is made" {
	run mg-chunk task "Why is the sky blue?"
	[ "$status" = 0 ]
	[ "$(jq -r .content <<<"$output")" = "Why is the sky blue?" ]
	[[ "$(jq -r .run <<<"$output")" =~ ^[0-9]{8}-[0-9]{6}-[0-9a-f]{4}$ ]]
	[[ "$output" == '{"type":"task","source":"user",'* ]]
	[[ "$(jq -r .ts <<<"$output")" =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z$ ]]
}

@test "task: - is standard input as it is, and --run, --source, --limits are taken" {
	printf 'two\nlines\n' | mg-chunk task --run r7 --source me --limits '{"deadline": 5}' - >out
	[ "$(jq -c '[.source, .run, .content, .limits]' out)" = '["me","r7","two\nlines\n",{"deadline":5}]' ]
	mg-chunk check out
}

@test "task: files become parts: text with its name, media by its bytes or its ending" {
	printf 'hello\n' >note.txt
	printf '\211PNG\r\n\032\nrest' >picture	# no ending: its bytes tell
	printf '\000\001' >sound.MP3
	printf '\000\377' >thing.bin
	mkdir d
	printf 'inner' >d/inner.txt
	mg-chunk task -f note.txt "see" picture sound.MP3 thing.bin d/inner.txt >out
	[ "$(jq -c '.content | map([.type, .name, .mime])' out)" = \
	    '[["text",null,null],["text","note.txt",null],["image","picture","image/png"],["audio","sound.MP3","audio/mpeg"],["file","thing.bin","application/octet-stream"],["text","inner.txt",null]]' ]
	[ "$(jq -c '[.content[0].text, .content[1].text]' out)" = '["see","hello\n"]' ]
	jq -r '.content[2].data' out | base64 -d | cmp - picture
	jq -r '.content[4].data' out | base64 -d | cmp - thing.bin
	mg-chunk check out
}

@test "task: bytes that are no text are refused with their place" {
	run mg-chunk task - < <(printf 'abc\377def')
	[ "$status" = 3 ] && [[ "$output" == *"byte 4 is not UTF-8"* ]]
	run mg-chunk task - < <(printf 'abc\000def')
	[ "$status" = 3 ] && [[ "$output" == *"byte 4 is a NUL"* ]]
	run mg-chunk task $'ab\xff'
	[ "$status" = 3 ] && [[ "$output" == *"byte 3 is not UTF-8"* ]]
}

@test "task: a line of more than 16 MiB is refused, one below is made" {
	xs $((16 * 1024 * 1024 - 200)) | mg-chunk task --run r - >out
	[ "$(wc -l <out)" = 1 ] && mg-chunk check out
	run mg-chunk task --run r - < <(xs $((16 * 1024 * 1024 - 20)))
	[ "$status" = 3 ] && [[ "$output" == *"a line is at most 16777216"* ]]
	run mg-chunk task --run r - < <(head -c 6000000 /dev/zero | tr '\0' '\001')	# each byte takes six
	[ "$status" = 3 ]
}

@test "task: without a text, with a missing file, with bad limits: exit 2, 4, 2" {
	run mg-chunk task
	[ "$status" = 2 ]
	run mg-chunk task x -f /nonexistent
	[ "$status" = 4 ] && [[ "$output" == "mg-chunk: /nonexistent: "* ]]
	run mg-chunk task x -l '{"a":}'
	[ "$status" = 2 ] && [[ "$output" == *"--limits: column 6: "* ]]
}

@test "message: a role and a text" {
	mg-chunk message assistant "I said so" >out
	[ "$(jq -c '[.type, .source, .role, .content]' out)" = '["message","user","assistant","I said so"]' ]
	mg-chunk check out
	run mg-chunk message robot "x"
	[ "$status" = 2 ] && [[ "$output" == *"user, assistant or system"* ]]
	run mg-chunk message user
	[ "$status" = 2 ]
}

@test "agent: a model with its settings, which stay as they were written" {
	mg-chunk agent a -b openai -m gpt-5 --base-url http://h/v1 -s 'Be "brief"' --order 3 --key-env K1 --key-env K2 \
	    -p seed=12345678901234567890 -p 'stop=["a"]' --tools "clock --utc 'a b'" --replace --launcher "ssh h" >out
	grep -q '"seed":12345678901234567890,' out
	[ "$(jq -c 'del(.ts, .backend.seed)' out)" = '{"type":"agent","source":"a","backend":{"type":"openai","model":"gpt-5","base_url":"http://h/v1","key_env":["K1","K2"],"stop":["a"]},"system_message":"Be \"brief\"","order":3,"replace":true,"launcher":["ssh","h"],"tools":["clock","--utc","a b"]}' ]
	mg-chunk check out
}

@test "agent: a command is its words after --, options among them untouched" {
	X=1 mg-chunk agent tests -b command --mode chunk -e A=b=c -e X -- ./run-tests.sh --fast -b 'a b' >out
	[ "$(jq -c .backend out)" = '{"type":"command","command":["./run-tests.sh","--fast","-b","a b"],"mode":"chunk","env":{"A":"b=c"},"pass_env":["X"]}' ]
	[ "$(jq -r .source out)" = tests ]
	mg-chunk check out
}

@test "agent: a key never goes into a chunk" {
	run mg-chunk agent a -b openai -p 'api_key="sk-1"'
	[ "$status" = 2 ] && [[ "$output" == *"--key-env"* ]] && [[ "$output" != *sk-1* ]]
}

@test "agent: called wrongly, exit 2 and a sentence" {
	while IFS='	' read -r why args; do
		eval "run mg-chunk agent $args"
		[ "$status" = 2 ] && [[ "$output" == *"$why"* ]] || { echo "$args: $status $output"; false; }
	done <<'END'
which backend	a
id is missing	-b openai
which one	a -b command
is for -b command	a -b openai -- ls
are for -b command	a -b openai --mode chunk
are for -b command	a -b openai -e A=b
neither text nor chunk	a -b command --mode fast -- ls
belongs to the program	mg-run -b openai
control characters	$'a\tb' -b openai
an id has	"$(printf %0256d 0)" -b openai
an id has	'' -b openai
is not KEY=JSON	a -b openai -p x
column 1: 	a -b openai -p x=text
is given twice	a -b openai -p x=1 -p x=2
has an option of its own	a -b openai -p 'model="x"'
not a whole number	a -b openai --order first
END
	run mg-chunk agent $'a\xff' -b openai
	[ "$status" = 3 ]
}

# ---- check

@test "check: a good run, and no input at all: silent, exit 0" {
	a_run >j
	run mg-chunk check j
	[ "$status" = 0 ] && [ -z "$output" ]
	run mg-chunk check </dev/null
	[ "$status" = 0 ] && [ -z "$output" ]
	run sh -c 'mg-chunk check <&-'	# a closed one is an empty one
	[ "$status" = 0 ] && [ -z "$output" ]
}

@test "check: every bad line is named with its number, its column and the reason" {
	cat >j <<'END'
{"type":"task","source":"user","content":"x"}
not json

{"type":"task","source":"user"}
[1]
{"source":"a"}
{"type":"done"}
{"type":"done","type":"done","source":"a"}
{"type":"done","source":"a","to":"b","\u0074o":"c"}
{"type":"done","source":"\u0007"}
{"type":"vote","source":"a","for":7,"seen":{}}
{"type":"answer","source":"a","label":"b.1","seen":{},"content":"x"}
{"type":"answer","source":"a","label":"a.0","seen":{},"content":"x"}
{"type":"answer","source":"a","label":"a.1","seen":{"b":-1},"content":"x"}
{"type":"status","source":"a","status":"ok","n":1.5}
{"type":"done","source":"a"} 
END
	run mg-chunk check j
	[ "$status" = 3 ]
	diff -u - <(sed 's/^mg-chunk: j: //' <<<"$output") <<'END'
line 2: column 1: not JSON: a value was expected
line 3: column 1: not JSON: a value was expected
line 4: column 1: content is missing
line 5: column 1: no chunk: an object was expected
line 6: column 1: no chunk: type is missing
line 7: column 1: no chunk: source is missing
line 8: column 17: no chunk: "type" stands twice
line 9: column 39: no chunk: "to" stands twice
line 10: column 25: source must be an id: 1 to 255 bytes, no control characters
line 11: column 35: for has the wrong kind of value
line 12: column 39: label must be the source, a dot and a number from 1
line 13: column 39: label must be the source, a dot and a number from 1
line 14: column 52: seen must map ids to whole numbers from 0
line 15: column 49: n has the wrong kind of value
14 bad of 16 lines
END
	run mg-chunk check -q j
	[ "$status" = 3 ] && [ -z "$output" ]
}

@test "check: a torn last line and a NUL are bad" {
	printf '{"type":"done","source":"a"}\n{"type":"done","source":"a"}' >torn
	run mg-chunk check torn
	[ "$status" = 3 ] && [[ "${lines[0]}" == *"torn: line 2: column 29: "*"newline is missing" ]]
	printf '{"type":"done","source":"a"}\0\n' >nul
	run mg-chunk check nul
	[ "$status" = 3 ] && [[ "${lines[0]}" == *"nul: line 1: column 29: not JSON: "* ]]
}

@test "check: a line of 16 MiB is good, one byte more is skipped, and the next line is read" {
	line() {	# of N bytes, newline included
		printf '{"type":"final","source":"a","content":"'
		xs $(($1 - 43))
		printf '"}\n'
	}
	line 16777216 >j
	[ "$(wc -c <j)" = 16777216 ]
	mg-chunk check j
	{ line 16777217; echo '{"type":"task","source":"u","content":"x"}'; line 50000000; echo nonsense; } >j
	run mg-chunk check --count j
	[ "$status" = 3 ]
	[ "${lines[0]}" = "mg-chunk: j: line 1: column 1: longer than 16 MiB; skipped" ]
	[ "${lines[1]}" = "mg-chunk: j: line 3: column 1: longer than 16 MiB; skipped" ]
	[[ "${lines[2]}" == "mg-chunk: j: line 4: column 1: not JSON: "* ]]
	[ "${lines[4]}" = "task	1" ]
}

@test "check: what streams is at most 1 MiB long" {
	line() {
		printf '{"type":"content","source":"a","content":"'
		xs $(($1 - 45))
		printf '"}\n'
	}
	line 1048576 >j
	[ "$(wc -c <j)" = 1048576 ]
	mg-chunk check j
	line 1048577 >j
	run mg-chunk check j
	[ "$status" = 3 ] && [[ "$output" == *"at most 1 MiB"* ]]
}

@test "check: a run that contradicts itself" {
	a_run >good
	while IFS= read -r line; do
		{ cat good; printf '%s\n' "$line"; } >j
		run mg-chunk check j
		[ "$status" = 3 ] && [[ "${lines[0]}" == "mg-chunk: j: line 13: column 1: "* ]] || { echo "$line: $output"; false; }
	done <<'END'
{"type":"answer","source":"a","label":"a.1","seen":{},"content":"other"}
{"type":"agent","source":"a","backend":{"type":"openai","model":"m-2"}}
{"type":"vote","source":"a","for":"a.1","seen":{"a":1,"b":1},"n":1}
{"type":"decision","source":"mg-vote","winner":"a","answer":"a.1"}
END
	{ cat good; sed -n 7p good; sed -n 1p good; } | mg-chunk check	# the same again is the same
	sed 's/m-1/m-2/; s/Because of/Since/' good >other
	mg-chunk check good other	# two files are two runs
}

@test "check: --count counts the good chunks of each type" {
	{ a_run; echo '{"type":"weather","source":"a"}'; } | mg-chunk check -c >out
	diff -u - out <<'END'
agent	2
task	1
content	3
answer	2
vote	2
decision	1
final	1
weather	1
END
}

# ---- text

@test "text: the final, else the winning answer, else the answers, else what was streamed" {
	a_run >j
	[ "$(mg-chunk text j)" = "There is no reason." ]
	head -n 11 j >k
	[ "$(mg-chunk text k)" = "No reason." ]
	head -n 10 j >k
	diff -u - <(mg-chunk text k) <<'END'
== a.1
Because of x.

== b.1
No reason.
END
	head -n 7 j | mg-chunk text >out
	echo "Because of x." | cmp - out
	head -n 6 j | sed 2d | grep -v '"source":"b"' | mg-chunk text >out
	echo "Because of x." | cmp - out
	diff -u - <(head -n 6 j | mg-chunk text) <<'END'
== a
Because of x.

== b
No 
END
}

@test "text: the order of the lines does not matter, and the newest answer counts" {
	{ a_run | head -n 8; echo '{"type":"answer","source":"a","label":"a.2","seen":{"a":1,"b":1},"content":"Second."}'; } >j
	tac j >k
	mg-chunk text j >1
	mg-chunk text k >2
	diff -u - 1 <<'END'
== a.2
Second.

== b.1
No reason.
END
	[ "$(grep -c . 2)" = 4 ] && grep -qx 'Second\.' 2
}

@test "text: what a cut turn said is left out" {
	cat >j <<'END'
{"type":"content","source":"a","turn":"1","content":"cut "}
{"type":"status","source":"a","turn":"1","status":"cut","n":1}
{"type":"content","source":"a","turn":"2","content":"kept"}
{"type":"content","source":"a","to":"f","turn":"3","content":"asked"}
{"type":"error","source":"a","to":"f","turn":"3","message":"gone"}
{"type":"error","source":"a","turn":"2","message":"retried","retryable":true}
END
	[ "$(mg-chunk text j)" = kept ]
	head -n 2 j >k
	run mg-chunk text k
	[ "$status" = 1 ] && [ -z "$output" ]
}

@test "text: bytes as they are, one newline only where it lacks" {
	printf '{"type":"final","source":"f","content":"a\\n\\nb\\u0007\\u00e9\\n"}\n' | mg-chunk text >out
	printf 'a\n\nb\007\303\251\n' | cmp - out
	printf '{"type":"final","source":"f","content":[{"type":"text","text":"see"},{"type":"image","mime":"image/png","data":"","name":"x.png"}]}\n' |
	    mg-chunk text >out
	printf 'see\n[image: x.png]\n' | cmp - out
}

@test "text: nothing there, exit 1; a bad line, exit 3 and the product all the same" {
	run mg-chunk text </dev/null
	[ "$status" = 1 ] && [ -z "$output" ]
	run mg-chunk text < <(echo bad; a_run)
	[ "$status" = 3 ]
	[ "${lines[1]}" = "There is no reason." ]
}

# ---- select

@test "select: true passes the line as it is, false and null drop it, anything else is printed" {
	printf '%s\n' '{"type":"usage","source":"a","model":"m","input_tokens":12345678901234567890}' \
	    '{ "source":"a",  "type":"usage" , "model":"\u0041" }' >j
	mg-chunk select '.model != null' j | cmp - j
	mg-chunk select 'select(.model)' j | cmp - j
	mg-chunk select . j | cmp - j
	run mg-chunk select '.none' j
	[ "$status" = 1 ] && [ -z "$output" ]
	run mg-chunk select '.model, [.source], (.type | length)' j
	[ "$output" = '"m"
["a"]
5
"A"
["a"]
5' ]
}

@test "select: output options as in jq" {
	echo '{"type":"usage","source":"a","model":"m","b":{"d":1,"c":[2]}}' >j
	[ "$(mg-chunk select -r .model j)" = m ]
	[ "$(mg-chunk select -j '.model, .source' j)" = ma ]
	for options in --tab '--indent 3' -S '-S --tab' '--indent 0' -c; do
		[ "$options" = -S ] && jq -cS .b j >want || jq $options .b j >want
		mg-chunk select $options .b j | diff -u want -
	done
	mg-chunk select --tab '.type=="usage"' j | diff -u <(jq --tab . j) -
	[ "$(mg-chunk select --arg t usage --argjson n 1 'select(.type == $t and .b.d == $n) | $t' j)" = '"usage"' ]
	[ "$(mg-chunk select '$x' j --arg x=a=b)" = '"a=b"' ]
	[ "$(mg-chunk select -r '$x' --arg x -- j 2>&1)" = "" ] || true
}

@test "select: the same as jq for every form that is recognized, and for those that look like one" {
	cat >j <<'END'
{"type":"answer","source":"a","label":"a.1","seen":{},"content":"one","n":1}
{"type":"vote","source":"b","for":"a.1","seen":{},"n":2}
{"type":"content","source":"a","content":"x","n":3}
{"type":"status","source":"b","status":"ok","n":4}
{"source":"c","type":"answer","label":"c.1","seen":{},"content":"two","n":5}
{"type":"ans\u0077er","source":"d","label":"d.1","seen":{},"content":"three","n":6}
{"type":"answer ","source":"e","n":7}
{"type":"or","source":"e","n":8}
END
	while IFS= read -r program; do
		# our rule in jq's words: true, and the chunk itself, are the line
		jq -c ". as \$c | ($program
) | if . == true then \$c elif . == null or . == false then empty else . end" j >want 2>/dev/null || true
		mg-chunk select "$program" j >got 2>err || true
		sed 's,ans.u0077er,answer,' got | diff -u want - || { echo "$program: $(cat err)"; false; }
	done <<'END'
.type=="answer"
.type == "answer"
"answer" == .type
(.type=="answer")
((.type=="answer") or (.type=="vote"))
.type=="answer" or .type=="vote"
.type=="answer" or .type=="vote" or "status" == .type
.type=="answer" and .n > 2
.type=="answer" and .n > 2 and .source != "d"
.type=="answer" and .n > 2 or .type=="vote"
.type=="answer" and .n > 2 or .n == 4
.type=="answer" or .n == 4
(.type=="answer" and .n > 2) or .n == 4
(.type=="answer" or .type=="vote") and .n < 3
.type=="answer" and (.n == 1 or .n == 5)
.type=="answer" and (.n | . == 1, false)
.type=="answer" and .x // true
.type=="answer" // true
.type=="answer" | not
(.type=="answer") | not
(.type=="answer" | not)
(.type=="answer")==false
.type=="answer", true
.type=="answer" , .n
.type=="answer" and .n, true
.type=="ans" + "wer"
.type=="answer"+""
. as $x | .type=="answer"
.type=="answer" and (. as $x | true)
.type=="answer" and if .n == 1 then false else true end
.type=="answer" and if true then false else .n end or .n == 4
.type=="answer" and (try error("x") catch true)
.type=="answer" and reduce .n as $i (0; . + $i) or true
.type=="answer" and (reduce .n as $i (0; . + $i) > 2)
.type=="answer"?
.type?=="answer"
.type=="answer" and .a?.b?
.type=="answer" and .a? // true
.type=="answer" and "or" != "x"
.type=="answer" and "a | b" == "a | b"
.type=="answer" and "\(.n)" == "1"
.type=="answer" and [.n, .n | . + 1] != []
.type=="answer" and {or: 1, and: 2}.or == 1
.type=="answer" and .or == null
.type=="answer" and .n == 1 | not
.type=="ans\u0077er"
.type=="answer "
.type=="or" or .type=="vote"
.type!="answer"
.type=="answer"[0:0]
.type.x=="answer"
.["type"]=="answer"
."type"=="answer"
.type=="answer" # or true
.type=="answer" or true # , x
select(.type=="answer")
select(.type=="answer") | .n
select(.type=="answer") | .n, .source
select(.type=="answer") | .none // "none"
select(.type=="answer") // .n
select(.type=="answer"), .n
select(.type=="answer").n
select(.type=="answer")?
select(.type=="answer") as $x | .n
select(.type=="answer" and .n == 1) | .content
select(.type=="answer" or .n == 4) | .n
select(.type=="answer" | not) | .n
select(.type=="answer", .n == 3) | .n
select((.type=="answer") or (.type=="vote" and .n == 2)) | [.n]
select(.type=="answer") |= 1
def select(f): .n; select(.type=="answer")
def f: .type=="answer"; f | not
if .type=="answer" then .n else .source end
[.type=="answer"]
.type=="answer" == false
not
true
empty
.n
END
}

@test "select: lines of other types are skipped unread where the program allows it, else not" {
	# such a line cannot be parsed: only who skips it stays silent
	printf '%s\n' '{"type":"answer","source":"a","label":"a.1","seen":{},"content":"x"}' '{"type":"content","source":"a",BROKEN' >j
	while IFS= read -r program; do
		run mg-chunk select "$program" j
		[ "$status" = 0 ] || { echo "read: $program: $output"; false; }
	done <<'END'
.type=="answer"
("answer" == .type)
.type=="answer" or .type=="vote"
.type=="answer" and .label == "a.1"
select(.type=="answer")
select(.type=="answer" and .label == "a.1") | .content
(.type=="answer" or .type=="vote") and .label != null or .type=="final"
END
	while IFS= read -r program; do
		run mg-chunk select "$program" j
		[ "$status" = 3 ] || { echo "skipped: $program: $output"; false; }
	done <<'END'
.
.type
.type=="answer" or .label
.type=="answer" | not
.type=="answer" // true
.type=="answer", true
select(.type=="answer"), .n
.type=="answer" or .type=="content"
END
	run mg-chunk select -t answer . j
	[ "$status" = 0 ]
	run mg-chunk select -t answer -t content . j
	[ "$status" = 3 ]
}

@test "select: a plain comparison never calls jq, another program once" {
	[ -z "${SANITIZE:-}" ] || skip "an interposed library does not go with a sanitizer"
	cat >spy.c <<'END'
#include <unistd.h>
int jq_compile_args(void *jq, const char *program, long args[2]);
int jq_compile_args(void *jq, const char *program, long args[2])
{
	(void)jq; (void)program; (void)args;
	(void)!write(2, "COMPILED\n", 9);
	_exit(77);
}
END
	${CC:-cc} -shared -fPIC -o spy.so spy.c
	a_run >j
	run env LD_PRELOAD="$PWD/spy.so" mg-chunk select '.n == 1' j
	[ "$status" = 77 ] || skip "libjq is linked statically"
	for program in '.type=="answer"' 'select(.type=="answer" or .type=="vote")' . true; do
		run env LD_PRELOAD="$PWD/spy.so" mg-chunk select "$program" j
		[ "$status" = 0 ] || { echo "$program: $output"; false; }
	done
}

@test "select: -t TYPE, with a program or alone" {
	a_run >j
	[ "$(mg-chunk select -t answer <j)" = "$(sed -n 7,8p j)" ]
	[ "$(mg-chunk select -t answer -t vote -r .source j)" = "a
b
a
b" ]
	[ "$(mg-chunk select -t answer '.type=="vote" or .type=="answer"' j | wc -l)" = 2 ]
	run mg-chunk select
	[ "$status" = 2 ]
}

@test "select: nothing matched, exit 1; a program that is none, exit 2; its error, exit 3 with the line" {
	a_run >j
	run mg-chunk select '.type=="nothing"' j
	[ "$status" = 1 ] && [ -z "$output" ]
	run mg-chunk select '.type ==' j
	[ "$status" = 2 ] && [[ "$output" == "mg-chunk: select: "*"syntax error"* ]]
	run mg-chunk select 'if .type == "vote" then error("no votes") else .type end' j
	[ "$status" = 3 ]
	[ "$(grep -c 'mg-chunk: j: line \(9\|10\): column 1: jq: no votes' <<<"$output")" = 2 ]
	[ "$(grep -c '^"' <<<"$output")" = 10 ]
	run mg-chunk select 'if .type == "task" then halt else .type end' j
	[ "$status" = 0 ] && [ "${#lines[@]}" = 2 ]
}

@test "select: ~/.jq has no say" {
	a_run >j
	echo 'def select(f): "mine"; def length: "mine";' >.jq
	HOME=$PWD run mg-chunk select '.source | length' j
	[[ "$output" != *mine* ]]
}

@test "select: several files, one of them missing" {
	a_run >j
	run mg-chunk select '.type=="task"' j /nonexistent j
	[ "$status" = 4 ]
	[ "$(grep -c '"task"' <<<"$output")" = 2 ]
	[[ "$output" == *"mg-chunk: /nonexistent: "* ]]
}

@test "select: passes on at once what comes at once" {
	mkfifo in
	mg-chunk select '.type=="done"' <in >out &
	pid=$!
	exec 7>in
	echo '{"type":"done","source":"a"}' >&7
	timeout 10 tail -f out --pid=$pid | head -n 1 >first	# the writer is still there
	exec 7>&-
	wait "$pid"
	[ "$(cat first)" = '{"type":"done","source":"a"}' ]
}

# ---- view

@test "view: one line for each event, streamed text in lines of its own" {
	a_run | mg-chunk view >out
	diff -u - out <<'END'
a  agent  openai m-1
b  agent  command: ./b -x
user  task  Why?
a  | Because of x.
a  answer a.1  Because of x.
b  | No 
b  answer b.1  No reason.
a  votes for b.1  short
b  votes for b.1
mg-vote  decision  b with b.1, rule votes, votes {"a":0,"b":2}
mg-final  final  There is no reason.
END
}

@test "view: tools, usage, errors, statuses, unknown types" {
	cat >j <<'END'
{"type":"reasoning","source":"a","content":"Hm"}
{"type":"tool_call","source":"a","id":"1","name":"now","arguments":"{\"z\":1}"}
{"type":"tool_result","source":"c","id":"1","content":"broken","is_error":true}
{"type":"usage","source":"a","model":"m","input_tokens":3,"output_tokens":4}
{"type":"status","source":"a","status":"failed","detail":{"code":"auth"}}
{"type":"error","source":"a","message":"no key","code":401}
{"type":"decision","source":"mg-vote","winner":null,"rule":"nobody"}
{"type":"weather","source":"w"}
{"type":"done","source":"a"}
END
	mg-chunk view j >out
	diff -u - out <<'END'
a  ~ Hm
a  calls now {"z":1}
c  result  broken  (an error)
a  usage  m, in 3, out 4
a  failed  {"code":"auth"}
a  error  no key  401
mg-vote  decision  nobody won, rule nobody
w  weather
END
}

@test "view: a model's text cannot drive the terminal" {
	cat >j <<'END'
{"type":"content","source":"a","content":"x\u001b[2Jy\u0007\u009b1m\u202ez\n"}
{"type":"answer","source":"a","label":"a.1","seen":{},"content":"\u001b]0;t\u0007\r\nb"}
{"type":"weather\u001b","source":"w"}
END
	mg-chunk view j >out
	diff -u - out <<'END'
a  | x?[2Jy??1m?z
a  answer a.1  ?]0;t?  b
w  weather?
END
}

@test "view: long text is broken at blanks, long events are shortened unless --wide" {
	long=$(printf 'word%.0s ' $(seq 1 60))
	jq -nc --arg t "$long" '{type:"content",source:"a",content:$t}, {type:"answer",source:"a",label:"a.1",seen:{},content:$t}' >j
	mg-chunk view j >out
	[ "$(awk 'length > 120' out | wc -l)" = 0 ]
	[ "$(tail -n 1 out | wc -c)" = 121 ] && [[ "$(tail -n 1 out)" == *... ]]
	[ "$(sed -n 's/^a  | //p' out | tr -d ' \n')" = "$(tr -d ' ' <<<"$long")" ]
	[[ "$(mg-chunk view -w j | tail -n 1)" == *"$long" ]]
}

@test "view: colors when asked for, none by themselves in a pipe, NO_COLOR obeyed" {
	echo '{"type":"task","source":"u","content":"x"}' >j
	[[ "$(mg-chunk view --color always j)" == $'\e['* ]]
	[[ "$(mg-chunk view j)" == u* ]]
	[[ "$(mg-chunk view --color=never j)" == u* ]]
	run mg-chunk view --color sometimes j
	[ "$status" = 2 ]
	if command -v script >/dev/null; then
		[[ "$(TERM=xterm script -qec 'mg-chunk view j' /dev/null)" == $'\e['* ]]
		[[ "$(NO_COLOR=1 TERM=xterm script -qec 'mg-chunk view j' /dev/null)" == u* ]]
	fi
}

@test "view: --follow shows what is appended, and ends with the final" {
	a_run | head -n 3 >j
	timeout 20 mg-chunk view --follow j >out &
	pid=$!
	timeout 10 tail -n +1 -f out --pid=$pid | head -n 3 >first	# it has shown all that is there
	[ "$(wc -l <first)" = 3 ]
	a_run | sed -n '4,11p' >>j
	printf '{"type":"final","source":"mg-final",' >>j	# a line in two pieces
	printf '"content":"End."}\n' >>j
	wait "$pid"
	[ "$(tail -n 1 out)" = "mg-final  final  End." ]
	[ "$(grep -c . out)" = 11 ]
}

@test "view: --follow ends where nobody won, and needs a file" {
	echo '{"type":"decision","source":"mg-vote","winner":null}' >j
	run timeout 10 mg-chunk view -f j
	[ "$status" = 0 ] && [ "$output" = "mg-vote  decision  nobody won" ]
	run mg-chunk view -f
	[ "$status" = 2 ]
	run mg-chunk view -f /nonexistent
	[ "$status" = 4 ]
}

# ---- all of them

@test "every subcommand: a full disk is exit 4 and a sentence" {
	[ -w /dev/full ] || skip "no /dev/full"
	a_run >j
	for args in 'task x' 'message user x' 'agent a -b openai' 'check -c j' 'check --types' 'text j' 'select . j' \
	    'select .type j' 'view j' --help 'view --help' --version; do
		run sh -c "mg-chunk $args >/dev/full"
		[ "$status" = 4 ] && [[ "$output" == "mg-chunk: standard output: "* ]] || { echo "$args: $status $output"; false; }
	done
}

@test "every subcommand: a reader that leaves ends it in silence" {
	yes '{"type":"content","source":"a","content":"abcdefghijklmnopqrstuvwxyz\n"}' | head -n 20000 >j
	for args in 'select . j' 'select .content j' 'view j' 'text j'; do
		run bash -o pipefail -c "trap '' PIPE; mg-chunk $args | head -n 1 >/dev/null"	# even if PIPE was ignored before
		[ "$status" = 141 ] && [ -z "$output" ] || { echo "$args: $status $output"; false; }
	done
}

@test "mg-chunk: no subcommand, an unknown one, an unknown option: exit 2" {
	for args in '' frobnicate --frobnicate 'check --frobnicate' 'select --indent 9 .' 'text -z'; do
		run mg-chunk $args
		[ "$status" = 2 ] && [[ "$output" == mg-chunk:* ]] && [ "${#lines[@]}" = 1 ] || { echo "$args: $output"; false; }
	done
}

@test "mg-chunk: --help lists the subcommands, and each has its own" {
	names=$(mg-chunk --dump-options | sed -n 's/^@\([a-z]*\)	.*/\1/p')
	[ "$(wc -w <<<"$names")" = 7 ]
	for name in $names; do
		mg-chunk --help | grep -q "^  $name "
		mg-chunk "$name" --help | grep -q "^usage: mg-chunk $name "
		[ "$(mg-chunk "$name" --version)" = "$(mg-chunk --version)" ]
	done
}

@test "mg-chunk: the page lists exactly the options of each subcommand, in order" {
	for name in $(mg-chunk --dump-options | sed -n 's/^@\([a-z]*\)	.*/\1/p'); do
		mg-chunk "$name" --dump-options | grep -v '^	\(help\|version\)	' |
		    awk -F'\t' '{ print ($1 != "" ? "-" $1 " " : "") "--" $2 ($3 != "" ? "=" $3 : "") }' >prog
		sed -n "/^\.Ss $name\$/,/^\.S[sh] /p" "$PAGE" |
		    sed -n -e 's/^\.It Fl \([A-Za-z]\) .*, Fl -\([a-z-]*\) Ns = Ns Ar \(.*\)$/-\1 --\2=\3/p' \
			-e 's/^\.It Fl \([A-Za-z]\) , Fl -\([a-z-]*\)$/-\1 --\2/p' \
			-e 's/^\.It Fl -\([a-z-]*\) Ns = Ns Ar \(.*\)$/--\1=\2/p' -e 's/^\.It Fl -\([a-z-]*\)$/--\1/p' >page
		diff -u prog page
	done
}
