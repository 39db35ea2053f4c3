#!/usr/bin/env bats
# bus.bats - mg-bus(7), held to its word with peers that are a few lines of sh.
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016 # bodies of scripts stand in single quotes

bats_require_minimum_version 1.5.0
load peers

setup() { peers_setup; }
teardown() { peers_teardown; }

@test "bus: every peer hears the relayed types in one order, its author too, and nothing else" {
	agent a <<'SH'
exec 3>"$MG_STATE_DIR/a.heard"
ready && printf '%s\n' "$line" >&3
printf '{"type":"content","source":"a","content":"x"}\n{"type":"usage","source":"a","model":"m"}\n'
printf '{"type":"status","source":"a","status":"started","n":1}\n'
answer 1 '{}' one
while IFS= read -r line; do printf '%s\n' "$line" >&3; done
SH
	agent b <<'SH'
exec 3>"$MG_STATE_DIR/b.heard"
ready && printf '%s\n' "$line" >&3
answer 1 '{}' two
while IFS= read -r line; do printf '%s\n' "$line" >&3; done
SH
	task
	offices 2
	run -0 mg-run --from q "${OFFICES[@]}"
	diff state/a.heard state/b.heard
	run -0 jq -r .type state/a.heard
	[ "$(sort <<<"$output" | uniq -c | tr -s ' \n' ' ')" = " 2 answer 1 decision 1 final 2 status " ]
	[ "$(journal | jq -rc 'select(.type == "answer" or .type == "status" or .type == "decision" or .type == "final")')" = \
		"$(jq -c . state/a.heard)" ]
	[ "$(chunks 'map(select(.type == "content" or .type == "usage")) | length')" = 2 ]
}

@test "bus: the opening comes first, then ready" {
	agent a <<'SH'
n=0
while IFS= read -r line; do
	printf '%s\n' "$line" >>"$MG_STATE_DIR/heard"
	case $line in *'"ready"'*) break ;; esac
done
answer 1 '{}' one
stay
SH
	task
	offices
	run -0 mg-run --from q "${OFFICES[@]}"
	[ "$(jq -r '.type + " " + .source' state/heard | tr '\n' ,)" = "agent a,task user,status mg-run," ]
}

@test "bus: a line with another's source is refused, answered, and its author goes on" {
	agent a <<'SH'
ready
printf '{"type":"answer","source":"b","label":"b.1","seen":{},"content":"forged"}\n'
hear '"type":"error","source":"mg-run","to":"a"'
printf '%s\n' "$line" >"$MG_STATE_DIR/told"
answer 1 '{}' own
stay
SH
	agent b <<'SH'
stay
SH
	task
	offices
	run -0 --separate-stderr mg-run --from q "${OFFICES[@]}"
	[[ $stderr == *"a: line 1 refused"*"'b'"* ]]
	jq -e '.to == "a" and .code == "refused" and .detail.line == 1' state/told
	[ "$(chunks 'map(select(.type == "answer").label)')" = '["a.1"]' ]
	[ "$(chunks 'map(select(.type == "error" and .source == "mg-run" and .to == "a")) | length')" = 1 ]
}

@test "bus: what is no chunk is named with number and sender and stops nothing" {
	agent a <<'SH'
ready
printf 'hello\n'
printf '{"type":"content","source":"a"}\n'
printf '{"type":"content","type":"answer","source":"a","content":"x"}\n'
printf '{"type":"content","source":"a","content":"\000"}\n'
printf '\n'
answer 1 '{}' fine
stay
SH
	task
	offices
	run -0 --separate-stderr mg-run --from q "${OFFICES[@]}"
	[ "$output" = "the final" ]
	for n in 1 2 3 4 5; do
		[[ $stderr == *"a: line $n refused"* ]]
	done
	[ "$(chunks 'map(select(.type == "error").detail.line)')" = '[1,2,3,4,5]' ]
}

@test "bus: a line of 16 MiB goes through, a longer one is skipped to its newline" {
	agent a <<'SH'
ready
# 16777216 bytes with its newline, then one more
head='{"type":"answer","source":"a","label":"a.1","seen":{},"content":"'
{ printf '%s' "$head"; head -c $((16777216 - ${#head} - 3 + 1)) /dev/zero | tr '\0' x; printf '"}\n'; }
{ printf '%s' "$head"; head -c $((16777216 - ${#head} - 3)) /dev/zero | tr '\0' y; printf '"}\n'; }
stay
SH
	task
	fast_offices
	run -0 --separate-stderr mg-run --from q "${OFFICES[@]}"
	[[ $stderr == *"a: line 1 refused: longer than 16 MiB"* ]]
	[ "$(journal | grep -c '"content":"y')" = 1 ]
	[ "$(journal | grep -c '"content":"xx')" = 0 ]
}

@test "bus: a thousand lines of noise are answered a hundred times and counted" {
	agent a <<'SH'
ready
i=0
while [ $i -lt 1000 ]; do echo noise; i=$((i + 1)); done
answer 1 '{}' fine
stay
SH
	task
	offices
	run -0 --separate-stderr mg-run --from q "${OFFICES[@]}"
	[ "$(chunks 'map(select(.type == "error")) | length')" = 100 ]
	[[ $stderr == *"a: 1000 lines refused in all"* ]]
	[ "$(grep -c refused <<<"$stderr")" -le 10 ]
}

@test "bus: a label and a vote's number are taken once" {
	agent a <<'SH'
ready
answer 1 '{}' one
hear '"label":"a.1"'
answer 1 '{}' other
hear '"code":"refused"'
answer 1 '{}' one
hear '"code":"refused"'
vote a.1 '{"a":1}' 1
hear '"type":"vote"'
vote b.1 '{"a":1}' 1
hear '"code":"refused"'
answer 2 '{"a":1}' two
stay
SH
	task
	offices 2
	run -0 --separate-stderr mg-run --from q "${OFFICES[@]}"
	[ "$(chunks 'map(select(.type == "answer").content)')" = '["one","two"]' ]
	[ "$(chunks 'map(select(.type == "vote").for)')" = '["a.1"]' ]
	[ "$(chunks 'map(select(.type == "error")) | length')" = 3 ]
}

@test "bus: a chunk with to goes to its addressee alone" {
	agent a <<'SH'
ready
printf '{"type":"content","source":"a","to":"b","content":"psst"}\n'
hear '"type":"answer","source":"b"'
answer 1 '{}' one
while IFS= read -r line; do printf '%s\n' "$line" >>"$MG_STATE_DIR/a.heard"; done
SH
	agent b <<'SH'
hear psst || exit 1
answer 1 '{}' heard
stay
SH
	task
	offices 2
	run -0 mg-run --from q "${OFFICES[@]}"
	run ! grep psst state/a.heard
	[ "$(journal | grep -c psst)" = 1 ]
}

@test "bus: only mg-vote decides, only mg-final presents, nobody speaks for the run, answers have no to" {
	agent a <<'SH'
ready
printf '{"type":"decision","source":"a","winner":"a"}\n'
printf '{"type":"final","source":"a","content":"mine"}\n'
printf '{"type":"status","source":"mg-run","status":"deadline","n":9}\n'
printf '{"type":"answer","source":"a","to":"b","label":"a.1","seen":{},"content":"secret"}\n'
printf '{"type":"task","source":"a","content":"something else"}\n'
answer 1 '{}' one
stay
SH
	task
	offices
	run -0 mg-run --from q "${OFFICES[@]}"
	[ "$(chunks 'map(select(.type == "error").detail.line)')" = '[1,2,3,4,5]' ]
	[ "$(chunks 'map(select(.type == "decision" or .type == "final" or .type == "task").source)')" = \
		'["user","mg-vote","mg-final"]' ]
}

@test "bus: after a decision no answer, no vote, no second decision; after a final no second one" {
	agent a <<'SH'
ready
hear '"status":"tried"'
answer 1 '{}' one
hear '"type":"decision"'
answer 2 '{"a":1}' late
vote a.1 '{"a":1}' 1
printf '{"type":"status","source":"a","status":"idle","n":1}\n'
stay
SH
	task
	script vote <<'SH'
hear '"type":"answer"'
echo '{"type":"decision","source":"mg-vote","winner":"a","answer":"a.1"}'
echo '{"type":"decision","source":"mg-vote","winner":"b","answer":"b.1"}'
stay
SH
	script final <<'SH'
ready
echo '{"type":"final","source":"mg-final","content":"too early"}'
echo '{"type":"status","source":"mg-final","status":"tried","n":1}'
hear '"to":"mg-final"'
hear '"status":"idle"'
printf '{"type":"final","source":"mg-final","content":"the final"}\n{"type":"final","source":"mg-final","content":"again"}\n'
stay
SH
	run -0 --separate-stderr mg-run --from q "${OFFICES[@]}"
	[ "$output" = "the final" ]
	[ "$(chunks 'map(select(.type == "final").content)')" = '["the final"]' ]
	[ "$(chunks 'map(select(.type == "decision").winner)')" = '["a"]' ]
	[ "$(chunks 'map(select(.type == "answer").label)')" = '["a.1"]' ]
	[ "$(chunks 'map(select(.type == "vote")) | length')" = 0 ]
	[ "$(chunks 'map(select(.type == "error")) | length')" = 5 ]
}

@test "bus: an ask to nobody is answered at once with its turn" {
	agent a <<'SH'
ready
printf '{"type":"ask","source":"a","to":"ghost","turn":"t7","content":[]}\n'
hear '"type":"error","source":"mg-run","to":"a","turn":"t7"'
answer 1 '{}' one
stay
SH
	task
	offices
	run -0 mg-run --from q "${OFFICES[@]}"
	[ "$(chunks 'map(select(.type == "error").message)')" = '["ghost is not there"]' ]
}

@test "bus: an ask whose agent dies before its done is answered, one that is done is not" {
	agent a <<'SH'
ready
printf '{"type":"ask","source":"a","to":"b","turn":"t1","content":[]}\n'
hear '"type":"done"'
printf '{"type":"ask","source":"a","to":"b","turn":"t2","content":[]}\n'
hear '"type":"error","source":"mg-run","to":"a","turn":"t2"'
answer 1 '{}' one
stay
SH
	agent b <<'SH'
hear '"turn":"t1"'
printf '{"type":"done","source":"b","to":"a","turn":"t1"}\n'
hear '"turn":"t2"'
exit 3
SH
	task
	offices
	run -0 mg-run --from q "${OFFICES[@]}"
	[ "$(chunks 'map(select(.type == "error").turn)')" = '["t2"]' ]
}

@test "bus: a dying agent's last words come before its failed status" {
	agent a <<'SH'
ready
answer 1 '{}' last
exit 7
SH
	agent b <<'SH'
hear '"status":"failed"'
answer 1 '{}' mine
stay
SH
	task
	offices 2
	run -0 --separate-stderr mg-run --from q "${OFFICES[@]}"
	[ "$(chunks 'map(select(.source == "a" and (.type == "answer" or .type == "status")) | .type)')" = '["answer","status"]' ]
	[ "$(chunks 'map(select(.status == "failed") | [.source, .n, .detail.code])')" = '[["a",1,"gone"]]' ]
	[[ $stderr == *"a: failed: exit status 7"* ]]
}

@test "bus: a failed agent is told with the last line of its stderr" {
	agent a <<'SH'
echo "first" >&2
echo "the key is wrong" >&2
exit 1
SH
	agent b <<'SH'
hear '"failed"'
answer 1 '{}' x
stay
SH
	task
	offices
	run -0 --separate-stderr mg-run --from q "${OFFICES[@]}"
	[[ $stderr == *"a: failed: exit status 1: the key is wrong"* ]]
}

@test "bus: an agent that cannot be started has failed, and the others go on" {
	echo '{"type":"agent","source":"a","backend":{"type":"command","command":["true"]},"launcher":["./nowhere"]}' >>q
	agent b <<'SH'
hear '"source":"a","status":"failed"'
answer 1 '{}' x
stay
SH
	task
	offices
	run -0 --separate-stderr mg-run --from q "${OFFICES[@]}"
	[[ $stderr == *"a: failed: ./nowhere: No such file"* ]]
}

@test "bus: killed by a signal an agent is started twice again, with everything and ready last, then it has failed" {
	agent a <<'SH'
echo start >>"$MG_STATE_DIR/starts"
while IFS= read -r line; do
	printf '%s\n' "$line" >>"$MG_STATE_DIR/heard.$(wc -l <"$MG_STATE_DIR/starts")"
	case $line in *'"ready"'*) break ;; esac
done
[ -e "$MG_STATE_DIR/heard.2" ] || answer 1 '{}' one
kill -9 $$
SH
	agent b <<'SH'
hear '"source":"a","status":"failed"'
answer 1 '{}' two
stay
SH
	task
	offices 2
	run -0 --separate-stderr mg-run --from q "${OFFICES[@]}"
	[ "$(wc -l <state/starts)" = 3 ]
	[ "$(jq -r '.type + (.status // "")' state/heard.2 | tr '\n' ,)" = "agent,agent,task,answer,statusready," ]
	[ "$(jq -r '.type + (.status // "")' state/heard.3 | tr '\n' ,)" = "agent,agent,task,answer,statusready," ]
	[ "$(chunks 'map(select(.status == "ready")) | length')" = 1 ]
	[ "$(chunks 'map(select(.status == "failed").source)')" = '["a"]' ]
	[[ $stderr == *"a: signal 9"*"started again (1 of 2)"*"started again (2 of 2)"* ]]
}

@test "bus: a line that is torn by its writer's death is refused and named" {
	agent a <<'SH'
ready
printf '{"type":"answer","source":"a","label":"a.1"'
exit 0
SH
	agent b <<'SH'
hear '"failed"'
answer 1 '{}' x
stay
SH
	task
	offices
	run -0 --separate-stderr mg-run --from q "${OFFICES[@]}"
	[[ $stderr == *"a: line 1 refused: torn"* ]]
	[ "$(chunks 'map(select(.type == "answer").source)')" = '["b"]' ]
}

@test "bus: an agent that closes its output and lives on is ended and has failed" {
	agent a <<'SH'
exec >&-
stay
SH
	agent b <<'SH'
hear '"source":"a","status":"failed"'
answer 1 '{}' x
stay
SH
	task
	offices
	run -0 --separate-stderr mg-run --from q "${OFFICES[@]}"
	[[ $stderr == *"a: failed: "* ]]
}

@test "bus: who never reads is ended, and the run goes on" {
	for id in a b; do
		agent $id <<'SH'
ready
x=$(head -c 1000000 /dev/zero | tr '\0' A)
i=0
while [ $i -lt 40 ]; do
	printf '{"type":"media","source":"%s","id":"m","mime":"x/y","seq":%s,"data":"%s"}\n' "$id" $i "$x"
	i=$((i + 1))
done &
grep -q '"source":"sleeper","status":"failed"'
wait	# two writers would tear each other's lines
answer 1 '{}' x
stay
SH
	done
	agent sleeper <<'SH'
while sleep 60; do :; done
SH
	task
	fast_offices
	run -0 --separate-stderr mg-run --from q "${OFFICES[@]}"
	[[ $stderr == *"sleeper: failed: it does not read"* ]]
}

@test "bus: who floods everybody is ended, and the run goes on" {
	agent a <<'SH'
ready
x=$(head -c 1000000 /dev/zero | tr '\0' A)
while printf '{"type":"media","source":"%s","id":"m","mime":"x/y","seq":1,"data":"%s"}\n' "$id" "$x"; do :; done
SH
	agent b <<'SH'
grep -q '"source":"a","status":"failed"'
answer 1 '{}' x
stay
SH
	task
	fast_offices
	run -0 --separate-stderr mg-run --from q "${OFFICES[@]}"
	[[ $stderr == *"a: failed: it floods the bus"* ]]
}

@test "bus: a deadline is said once; then no answer is taken and what is there decides" {
	agent a <<'SH'
ready
hear '"status":"deadline"'
answer 1 '{}' late
hear '"code":"refused"'
stay
SH
	task
	offices
	script vote <<'SH'
hear '"status":"deadline"' && echo '{"type":"decision","source":"mg-vote","winner":null}'
hear '"type":"decision"' && exit 1
SH
	run -1 --separate-stderr mg-run --from q --deadline 0.1 "${OFFICES[@]}"
	[ -z "$output" ]
	[[ $stderr == *"nobody answered"* ]]
	[ "$(chunks 'map(select(.status == "deadline") | [.n, .detail])')" = '[[2,"time"]]' ]
	[ "$(chunks 'map(select(.type == "answer")) | length')" = 0 ]
}

@test "bus: tokens and cost are limits of the whole run" {
	agent a <<'SH'
ready
printf '{"type":"usage","source":"a","model":"m","input_tokens":60,"output_tokens":30,"cost_usd":0.25}\n'
answer 1 '{}' one
hear '"type":"answer"'
printf '{"type":"usage","source":"a","model":"m","input_tokens":5,"output_tokens":5,"cost_usd":0.25}\n'
stay
SH
	task
	offices
	script vote <<'SH'
hear '"status":"deadline"' && echo '{"type":"decision","source":"mg-vote","winner":"a","answer":"a.1"}'
hear '"type":"decision"' && exit 0
SH
	run -0 mg-run --from q --max-tokens 100 "${OFFICES[@]}"
	[ "$(chunks 'map(select(.status == "deadline").detail)')" = '["tokens"]' ]
	rm -r state
	run -0 mg-run --from q --max-cost 0.5 "${OFFICES[@]}"
	[ "$(chunks 'map(select(.status == "deadline").detail)')" = '["cost"]' ]
}

@test "bus: an mg-vote that never decides cannot hold a run beyond its deadline" {
	agent a <<'SH'
ready
answer 1 '{}' x
trap '' TERM
while :; do sleep 60; done
SH
	task
	offices
	script vote <<'SH'
stay
SH
	start=$(ms)
	run -4 --separate-stderr mg-run --from q --deadline 0.2 "${OFFICES[@]}"
	[ $(($(ms) - start)) -lt 4500 ]
	[[ $stderr == *"did not decide"*"--resume"* ]]
}

@test "bus: an mg-final that hangs ends with exit 4 within its limit and 3 seconds" {
	agent a <<'SH'
ready
answer 1 '{}' x
stay
SH
	task
	offices
	script final <<'SH'
trap '' TERM
while :; do sleep 60; done
SH
	start=$(ms)
	run -4 --separate-stderr mg-run --from q --final-timeout 0.2 "${OFFICES[@]}"
	[ $(($(ms) - start)) -lt 4000 ]
	[[ $stderr == *"mg-final"*"--resume"* ]]
}

@test "bus: without mg-vote the run ends with exit 4 and says how to resume" {
	agent a <<'SH'
stay
SH
	task
	offices
	script vote <<'SH'
ready
echo start >>"$MG_STATE_DIR/starts"
kill -9 $$
SH
	run -4 --separate-stderr mg-run --from q "${OFFICES[@]}"
	[ "$(wc -l <state/starts)" = 3 ]
	[[ $stderr == *"mg-vote is gone"*"mg-run --resume "* ]]
}

@test "bus: winner null is exit 1 with a sentence for each agent, 5 where every cause may pass" {
	agent a <<'SH'
ready
printf '{"type":"status","source":"a","status":"failed","n":1,"detail":{"code":"auth","message":"no such key","retryable":%s}}\n' "$MG_TEST_RETRY"
stay
SH
	task
	offices
	script vote <<'SH'
hear '"failed"' && echo '{"type":"decision","source":"mg-vote","winner":null}'
hear '"type":"decision"' && exit 1
SH
	MG_TEST_RETRY=false run -1 --separate-stderr mg-run --from q "${OFFICES[@]}"
	[[ $stderr == *"a: no answer: no such key"* ]]
	MG_TEST_RETRY=true run -5 mg-run --from q "${OFFICES[@]}"
}

@test "bus: INT and TERM end every descendant within 3 seconds and leave a run to resume" {
	agent a <<'SH'
trap '' TERM INT
setsid sh -c 'trap "" TERM INT; echo $$ >"$MG_STATE_DIR/far"; while :; do sleep 60; done' &
sh -c 'trap "" TERM INT; echo $$ >"$MG_STATE_DIR/near"; while :; do sleep 60; done' &
while ! [ -s "$MG_STATE_DIR/far" ] || ! [ -s "$MG_STATE_DIR/near" ]; do :; done
printf '{"type":"status","source":"a","status":"started","n":1}\n'
while :; do sleep 60; done
SH
	task
	offices
	for sig in INT TERM; do
		rm -f state/far state/near
		begin --from q "${OFFICES[@]}"
		until_chunk '"source":"a","status":"started"'
		far=$(cat state/far) near=$(cat state/near)
		start=$(ms)
		kill -$sig "$RUN_PID"
		finish
		[ $(($(ms) - start)) -lt 3000 ]
		[ "$status" = $((128 + $(kill -l $sig))) ]
		run ! kill -0 "$far"
		run ! kill -0 "$near"
		grep -e "--resume [0-9]*-[0-9]*-" err
	done
}

@test "bus: kill -9 of mg-run takes every peer with it" {
	agent a <<'SH'
echo $$ >"$MG_STATE_DIR/pid"
mkfifo "$MG_STATE_DIR/held"
exec 9<>"$MG_STATE_DIR/held" 8>"$MG_STATE_DIR/lives"
printf '{"type":"status","source":"a","status":"started","n":1}\n'
while :; do sleep 60; done
SH
	task
	offices
	begin --from q "${OFFICES[@]}"
	until_chunk '"source":"a","status":"started"'
	pid=$(cat state/pid)
	kill -9 "$RUN_PID"
	finish
	[ "$status" = 137 ]
	tail -s 0.02 --pid="$pid" -f /dev/null
}

@test "bus: a reader that goes away ends the run quietly" {
	agent a <<'SH'
ready
printf '{"type":"status","source":"a","status":"started","n":1}\n'
while printf '{"type":"content","source":"a","content":"x"}\n'; do :; done
SH
	task
	offices
	run -141 bash -c 'set -o pipefail; mg-run -o ndjson --from q --vote ./vote --final ./final 2>err | head -1 >first'
	[ ! -s err ]
	jq -e '.type == "agent"' first
}

@test "bus: a reader that waits holds nobody up" {
	agent a <<'SH'
ready
i=0
x=$(head -c 1000 /dev/zero | tr '\0' A)
while [ $i -lt 500 ]; do printf '{"type":"content","source":"a","content":"%s"}\n' "$x"; i=$((i + 1)); done
answer 1 '{}' one
stay
SH
	task
	offices
	begin --from q "${OFFICES[@]}"
	# nothing is read from it: the journal must come to its final all the same
	timeout 20 sh -c 'until grep -qs "\"type\":\"final\"" state/runs/*/journal.ndjson; do :; done'
	finish
	[ "$status" = 0 ]
	cmp rest state/runs/*/journal.ndjson
}

@test "bus: a full stdout is exit 4" {
	agent a <<'SH'
ready
answer 1 '{}' one
stay
SH
	task
	offices
	for format in text ndjson json; do
		run -4 --separate-stderr bash -c 'mg-run -o '$format' --from q --vote ./vote --final ./final >/dev/full'
		[[ $stderr == *"standard output: No space left"* ]]
	done
}

@test "bus: a full disk ends nothing: the final is printed, exit 4" {
	agent a <<'SH'
ready
i=0
x=$(head -c 1000 /dev/zero | tr '\0' A)
while [ $i -lt 50 ]; do printf '{"type":"content","source":"a","content":"%s"}\n' "$x"; i=$((i + 1)); done
answer 1 '{}' one
stay
SH
	task
	offices
	run -4 --separate-stderr bash -c 'ulimit -f 20; mg-run --from q --vote ./vote --final ./final'
	[ "$output" = "the final" ]
	[[ $stderr == *"journal: File too large: the run goes on in memory"* ]]
	journal | jq -e . >/dev/null
	rm -r state
	run -4 --separate-stderr bash -c 'ulimit -f 20; mg-run -o ndjson --from q --vote ./vote --final ./final'
	[ "$(jq -r .type <<<"$output" | tail -1)" = final ]
	[ "$(grep -c '"type":"content"' <<<"$output")" = 50 ]
}

@test "bus: an agent gets what it needs of the environment and nobody else's key" {
	for id in a b; do
		agent $id <<'SH'
env >"$MG_STATE_DIR/env.$id"
ready
answer 1 '{}' one
stay
SH
	done
	jq -c 'if .source == "a" then .backend.pass_env = ["MY_SECRET"] | .note = "uses ${OTHER_ONE}" else . end' q >q2
	mv q2 q
	task
	offices 2
	MY_SECRET=s1 OTHER_ONE=s2 OPENAI_API_KEY=s3 MG_KEY_1=s4 MG_TEST=t LC_TEST=l run -0 mg-run --from q "${OFFICES[@]}"
	grep -x MY_SECRET=s1 state/env.a
	grep -x OTHER_ONE=s2 state/env.a
	run ! grep -E '=s[12]$' state/env.b
	for id in a b; do
		run ! grep -E '=s[34]$' state/env.$id
		grep -x MG_TEST=t state/env.$id
		grep -x LC_TEST=l state/env.$id
		grep -x "MG_ID=$id" state/env.$id
		grep -x "MG_STATE_DIR=$T/state" state/env.$id
		grep -xE 'MG_RUN=[0-9]{8}-[0-9]{6}-[0-9a-f]{4}' state/env.$id
	done
}

@test "bus: --peer adds a program; a peer that ends costs nothing" {
	agent a <<'SH'
hear '"source":"log","status":"started"'
answer 1 '{}' one
stay
SH
	task
	offices
	script log <<'SH'
ready
echo '{"type":"status","source":"log","status":"started","n":1}'
exit 0
SH
	run -0 mg-run --from q "${OFFICES[@]}" --peer 'log=./log "two words"'
	[ "$output" = "the final" ]
}

@test "bus: a peer that closes its output may go on listening" {
	agent a <<'SH'
hear '"source":"b","status":"failed"'
answer 1 '{}' one
stay
SH
	agent b <<'SH'
exec >&-
exec cat >/dev/null
SH
	task
	offices
	run -0 --separate-stderr mg-run --from q "${OFFICES[@]}" --peer 'log=tee state/log' --peer 'quiet=dd status=none of=state/quiet'
	[[ $stderr != *quiet* ]]
	cmp <(jq -c . state/quiet) <(journal | jq -c 'select(.type != "content" and .type != "error")')
}

@test "bus: --peer with an agent's id takes its place" {
	echo '{"type":"agent","source":"a","backend":{"type":"openai","model":"m"}}' >q
	task
	offices
	script me <<'SH'
id=a
ready
answer 1 '{}' one
stay
SH
	run -0 mg-run --from q "${OFFICES[@]}" --peer a=./me
	[ "$(chunks 'map(select(.type == "answer").label)')" = '["a.1"]' ]
}

@test "bus: concurrent runs share no file" {
	agent a <<'SH'
ready
answer 1 '{}' "$MG_RUN"
stay
SH
	task
	offices
	for i in 1 2 3 4 5 6; do
		mg-run --from q "${OFFICES[@]}" >"out.$i" 3>&- &
	done
	wait
	cat out.* | sort | uniq -c | grep -x ' *6 the final'
	[ "$(ls state/runs | wc -l)" = 6 ]
	for d in state/runs/*; do
		[ "$(jq -r 'select(.type == "answer").content' "$d/journal.ndjson")" = "${d##*/}" ]
		[ "$(cat "$d/final.md")" = "the final" ]
	done
}

@test "bus: answer, vote, decision and final are on disk before anybody hears of them" {
	command -v strace >/dev/null || skip "no strace"
	agent a <<'SH'
ready
answer 1 '{}' one
hear '"type":"answer"'
vote a.1 '{"a":1}' 1
stay
SH
	task
	offices
	script vote <<'SH'
hear '"type":"vote"' && echo '{"type":"decision","source":"mg-vote","winner":"a","answer":"a.1"}'
hear '"type":"decision"' && exit 0
SH
	ASAN_OPTIONS=detect_leaks=0 run -0 strace -o trace -s 100 -e trace=write,writev,fdatasync mg-run -o ndjson --from q "${OFFICES[@]}"
	for type in answer vote decision final; do
		# the first write of such a line is the journal's; the sync follows; then the others
		grep -n -E "type\\\\\":\\\\\"$type\\\\\"|fdatasync" trace | grep -A 2 -m 1 "$type" >order
		[[ $(sed -n 1p order) == *"write("* && $(sed -n 2p order) == *"fdatasync("*" = 0" && $(sed -n 3p order) == *"$type"* ]]
	done
}

@test "bus: the least agent of mg-bus(7) takes part" {
	page=$BATS_TEST_DIRNAME/../man/mg-bus.7
	sed -n '/^\.Bd -literal/,/^\.Ed/p' "$page" | sed '1d;$d' | sed 's/\\(aq/'"'"'/g; s/\\en/\\n/g' >least
	chmod +x least
	jq -nc --arg s "$T/least" '{type: "agent", source: "a", backend: {type: "command", command: ["true"]}, launcher: [$s]}' >q
	task
	run -0 mg-run --no-present --from q
	[ "$output" = 42 ]
}
