#!/usr/bin/env bats
# resume.bats - runs that were killed, interrupted, or are over.
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016 # bodies of scripts stand in single quotes

bats_require_minimum_version 1.5.0
load peers

setup() { peers_setup; }
teardown() { peers_teardown; }

# real ID...: agents that are commands in text mode, each call of one kept in ./calls
real() {
	cat >turn <<'SH'
#!/bin/sh
cat >/dev/null
echo "$MG_ID $MG_STAGE" >>"$MG_STATE_DIR/../calls"
case $MG_STAGE in
answer) echo "the answer of $MG_ID" ;;
evaluate) echo "VOTE agent2 it is the better one" ;;
*) printf "presented by %s" "$MG_ID" ;;
esac
SH
	chmod +x turn
	: >calls
	for id; do
		jq -nc --arg id "$id" --arg c "$T/turn" '{type: "agent", source: $id, backend: {type: "command", command: [$c]}}'
	done >>q
	task
}

# answered: the ids that have an answer in the journal
answered() {
	journal | jq -rR 'fromjson? | select(.type == "answer").source' | sort -u
}

@test "resume: mg-run killed -9 at twenty moments comes to the same decision and asks for no answer twice" {
	real a b c
	run -0 mg-run -q --from q -o ndjson
	total=${#lines[@]}
	[ "$total" -ge 15 ]
	for i in $(seq 20); do
		rm -rf state
		: >calls
		begin -q --from q
		# moments spread over the run, the last just before its end
		for _ in $(seq $((1 + i * (total - 2) / 20))); do read -r -t 20 _ <&7; done
		kill -9 "$RUN_PID" 2>/dev/null || :   # the last moments may be too late
		finish
		answered >before
		sort calls | uniq -c >calls.before
		run -0 --separate-stderr mg-run --resume last
		[ "$output" = "presented by b" ]
		[ "$(journal | jq -c 'select(.type == "decision") | [.winner, .answer, .rule]')" = '["b","b.1","votes"]' ]
		sort calls | uniq -c >calls.after
		while read -r id; do
			[ "$(grep " $id answer" calls.before)" = "$(grep " $id answer" calls.after)" ]
		done <before
		[ "$(chunks 'map(select(.type == "answer").label) | sort')" = '["a.1","b.1","c.1"]' ]
		[ "$(mg-vote <(journal) | jq -c 'del(.ts)')" = "$(journal | jq -c 'select(.type == "decision") | del(.ts)')" ]
	done
}

@test "resume: each peer killed -9 at some moment, and the run comes to the same end" {
	real a b c
	for who in 'mg-agent.* a$' 'mg-agent.* b$' mg-vote mg-final; do
		for at in 4 6 9 12 15; do
			rm -rf state
			: >calls
			begin -q --from q
			for _ in $(seq $at); do read -r -t 20 _ <&7; done
			pkill -9 -P "$RUN_PID" -f "$who" || :
			finish
			[ "$status" = 0 ]
			# where its presentation was cut, the winning answer itself is the final
			chunks -e 'map(select(.type == "final").content) | . == ["presented by b"] or . == ["the answer of b"]'
			[ "$(chunks 'map(select(.type == "decision").answer)')" = '["b.1"]' ]
			[ "$(chunks 'map(select(.type == "answer").label) | sort')" = '["a.1","b.1","c.1"]' ]
		done
	done
}

@test "resume: a finished run prints its final again, exit 0, and calls nobody" {
	real a b
	run -0 mg-run -q --from q
	[ "$output" = "presented by b" ]
	cp calls calls.before
	rm state/runs/*/final.md
	run -0 mg-run --resume last
	[ "$output" = "presented by b" ]
	[ "$(cat state/runs/*/final.md)" = "presented by b" ]
	run -0 mg-run --resume last -o ndjson
	[ "$output" = "$(journal)" ]
	[ "$(mg-run --resume last -o json | jq -r '.final, .exit')" = $'presented by b\n0' ]
	cmp calls calls.before
}

@test "resume: a torn last line is cut off, told, and its writer says it again" {
	real a b
	run -0 mg-run -q --from q
	j=$(echo state/runs/*/journal.ndjson)
	sed -i '/"type":"decision"/,$d' "$j"
	printf '{"type":"decision","source":"mg-vote","winn' >>"$j"
	run -0 --separate-stderr mg-run --resume last
	[ "$output" = "presented by b" ]
	[[ $stderr == *"torn: 43 bytes are cut off"* ]]
	jq -e . "$j" >/dev/null
	[ "$(chunks 'map(select(.type == "decision")) | length')" = 1 ]
}

@test "resume: a run is gone on with by one process at a time, and the other says who has it" {
	agent a <<'SH'
ready
printf '{"type":"status","source":"a","status":"started","n":1}\n'
stay
SH
	task
	offices
	begin --from q "${OFFICES[@]}"
	until_chunk '"source":"a","status":"started"'
	run -5 --separate-stderr mg-run --resume last
	[[ $stderr == *"process $RUN_PID has this run"* ]]
	[[ $(mg-run --list) == *running* ]]
	kill "$RUN_PID"
	finish
	[ "$status" = 143 ]
	[[ $(mg-run --list) == *unfinished* ]]
}

@test "resume: every peer hears the journal, then ready with a higher number, and no old ready" {
	agent a <<'SH'
while IFS= read -r line; do
	printf '%s\n' "$line" >>"$MG_STATE_DIR/heard"
	case $line in *'"ready"'*) break ;; esac
done
[ -e "$MG_STATE_DIR/again" ] && { answer 2 '{"a":1}' two; stay; }
answer 1 '{}' one
echo '{"type":"content","source":"a","content":"x"}'
stay
SH
	task
	offices 2
	begin --from q "${OFFICES[@]}"
	until_chunk '"type":"content"'
	kill -9 "$RUN_PID"
	finish
	: >state/again
	: >state/heard
	run -0 mg-run --resume last "${OFFICES[@]}"
	[ "$(jq -c '[.type, .source, .n]' state/heard | tr '\n' ' ')" = '["agent","a",null] ["task","user",null] ["answer","a",null] ["status","mg-run",2] ' ]
}

@test "resume: failed agents start anew before ready, and a deadline is lifted" {
	agent a <<'SH'
if [ -e "$MG_STATE_DIR/again" ]; then ready; answer 1 '{}' one; stay; fi
ready
exit 1
SH
	task
	offices
	script vote <<'SH'
hear '"status":"deadline"' && echo '{"type":"decision","source":"mg-vote","winner":null}'
hear '"type":"decision"' && exit 1
SH
	run -1 mg-run --from q --deadline 0.3 "${OFFICES[@]}"
	: >state/again
	offices
	run -0 mg-run --resume last --deadline 20 "${OFFICES[@]}"
	[ "$output" = "the final" ]
	[ "$(chunks 'map(select(.type == "status") | [.source, .status, .n])')" = \
		'[["mg-run","ready",1],["a","failed",1],["mg-run","deadline",2],["a","started",2],["mg-run","ready",3]]' ]
}

@test "resume: where votes have decided, a failed agent stays failed" {
	for id in a b c; do
		agent $id <<'SH'
stay
SH
	done
	jq -c 'if .source == "c" then . else del(.launcher) | .backend.command = ["false"] end' q >q2
	mkdir -p state/runs/20260101-000000-0000
	{
		jq -c . q
		echo '{"type":"task","source":"user","content":"why?"}'
		echo '{"type":"status","source":"mg-run","status":"ready","n":1}'
		echo '{"type":"answer","source":"a","label":"a.1","seen":{},"content":"one"}'
		echo '{"type":"answer","source":"b","label":"b.1","seen":{},"content":"two"}'
		echo '{"type":"status","source":"c","status":"failed","n":1,"detail":{"code":"gone","message":"x"}}'
		echo '{"type":"vote","source":"a","for":"b.1","seen":{"a":1,"b":1},"n":1}'
		echo '{"type":"vote","source":"b","for":"b.1","seen":{"a":1,"b":1},"n":1}'
	} >state/runs/20260101-000000-0000/journal.ndjson
	run -0 mg-run --resume 20260101-000000-0000 --no-present
	[ "$output" = two ]
	[ "$(chunks 'map(select(.source == "c" and .type == "status").status)')" = '["failed"]' ]
}

@test "resume: what the journal has used counts" {
	agent a <<'SH'
ready
printf '{"type":"usage","source":"a","model":"m","input_tokens":90,"output_tokens":20}\n'
answer 1 '{}' one
stay
SH
	task
	offices 9
	begin --from q "${OFFICES[@]}"
	until_chunk '"type":"answer"'
	kill -9 "$RUN_PID"
	finish
	script vote <<'SH'
hear '"status":"deadline"' && echo '{"type":"decision","source":"mg-vote","winner":"a","answer":"a.1"}'
hear '"type":"decision"' && exit 0
SH
	script agent-a <<'SH'
stay
SH
	run -0 --separate-stderr mg-run --resume last --max-tokens 100 "${OFFICES[@]}"
	[ "$(chunks 'map(select(.status == "deadline") | [.n, .detail])')" = '[[3,"tokens"]]' ]
}

@test "resume: an interrupted run says how, also where --dir is needed" {
	agent a <<'SH'
ready
printf '{"type":"status","source":"a","status":"started","n":1}\n'
stay
SH
	task
	offices
	unset MG_STATE_DIR
	begin --dir "$T/elsewhere" --from q "${OFFICES[@]}"
	until_chunk '"source":"a","status":"started"'
	kill -INT "$RUN_PID"
	finish
	[ "$status" = 130 ]
	grep -E "mg-run --dir $T/elsewhere --resume [0-9]{8}-[0-9]{6}-[0-9a-f]{4}" err
}

@test "resume: no such run, no run at all, a journal without an opening" {
	run -2 --separate-stderr mg-run --resume last
	[[ $stderr == *"last: no such run"*"--list"* ]]
	run -2 mg-run --resume ../../etc
	run -2 mg-run --resume 20260101-000000-abcd
	mkdir -p state/runs/20260101-000000-abcd
	printf '{"type":"agent","sou' >state/runs/20260101-000000-abcd/journal.ndjson
	run -3 --separate-stderr mg-run --resume last
	[[ $stderr == *"opening"* ]]
	run -2 mg-run --resume last "another question"
}

@test "runs: --list shows them newest first; --prune removes what is old and held by nobody" {
	real a
	run -0 mg-run -q --from q
	run -0 mg-run -q --from q
	run -0 mg-run --list
	[ "${#lines[@]}" = 2 ]
	[[ ${lines[0]} > ${lines[1]} ]]
	[[ ${lines[0]} =~ ^[0-9]{8}-[0-9]{6}-[0-9a-f]{4}\ .*finished.*why\? ]]
	touch -d '3 days ago' "state/runs/${lines[1]%% *}/journal.ndjson"
	mkdir state/runs/mine state/runs/20200101-000000-0000
	run -0 mg-run --prune 2d
	[ "$output" = "$(mg-run --list >/dev/null; echo "$output")" ]
	[ "$(ls state/runs | wc -l)" = 3 ]
	[ -d state/runs/mine ] && [ -d state/runs/20200101-000000-0000 ]
	run -2 mg-run --prune soon
	run -0 mg-run --prune 0s
	[ "$(ls state/runs | wc -l)" = 2 ]
}
