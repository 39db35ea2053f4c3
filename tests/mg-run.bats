#!/usr/bin/env bats
# mg-run.bats - the command: questions, openings, outputs, where runs are kept.
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016 # bodies of scripts stand in single quotes

bats_require_minimum_version 1.5.0
load peers

setup() {
	peers_setup
	cat >team.yaml <<'Y'
agents:
  - {id: a, backend: {type: command, command: [cat]}}
  - {id: b, backend: {type: command, command: ["true"]}}
Y
	PLAN=(mg-run --plan -c team.yaml)
	unset OPENAI_API_KEY ANTHROPIC_API_KEY
}
teardown() { peers_teardown; }

# content: that of the task in $output
content() { jq -c 'select(.type == "task").content' <<<"$output"; }

@test "mg-run --plan: the agents in order, then the task, and no run is made" {
	run -0 --separate-stderr "${PLAN[@]}" "Why?" </dev/null
	[ "$(jq -r '.type + " " + .source' <<<"$output" | tr '\n' ,)" = "agent a,agent b,task user," ]
	[ "$(content)" = '"Why?"' ]
	[ -z "$stderr" ]
	[ ! -e state ]
	mg-chunk check <<<"$output"
	[ "$(mg-run --plan -c team.yaml "Why?")" = "$output" ]
}

@test "mg-run: - alone is the question, beside a question it is its material" {
	run -0 "${PLAN[@]}" - <<<"from stdin"
	[ "$(content)" = '"from stdin"' ]
	run -0 "${PLAN[@]}" "Review this" - <<<"a diff"
	[ "$(content)" = '"Review this\n\na diff\n"' ]
	run -0 "${PLAN[@]}" - "Review this" </dev/null
	[ "$(content)" = '"Review this"' ]
}

@test "mg-run: no operand and no terminal: stdin is the question" {
	run -0 "${PLAN[@]}" <<<"Why is the sky blue?"
	[ "$(content)" = '"Why is the sky blue?"' ]
}

@test "mg-run: an empty question is a wrong call, and says how to ask" {
	run -2 --separate-stderr "${PLAN[@]}" </dev/null
	[[ $stderr == *"no question"* ]]
	run -2 "${PLAN[@]}" <<<"   "
	run -2 "${PLAN[@]}" ""
	run -2 "${PLAN[@]}" one two
	run -2 command script -qec "mg-run --plan -c team.yaml" /dev/null
	[[ $output == *'no question: mg-run "'* ]]
}

@test "mg-run: a stdin that was not asked for is never read; data in it gives a hint" {
	printf 'some data\n' >data
	exec 8<data
	run -0 --separate-stderr "${PLAN[@]}" "Why?" <&8
	[[ $stderr == *"add -"* ]]
	[ "$(cat <&8)" = "some data" ]
	run -0 --separate-stderr "${PLAN[@]}" "Why?" </dev/null
	[ -z "$stderr" ]
	# a pipe that stays open and empty is not waited for
	mkfifo p
	exec 9<>p
	run -0 --separate-stderr timeout 10 "${PLAN[@]}" "Why?" <p
	[ -z "$stderr" ]
}

@test "mg-run -f: text files and images are parts of the content" {
	printf 'int x;\n' >x.c
	printf '\211PNG\r\n\032\n\0\1\2' >p.png
	run -0 "${PLAN[@]}" -f x.c --file p.png "Look" </dev/null
	[ "$(content)" = '[{"type":"text","text":"Look"},{"type":"text","name":"x.c","text":"int x;\n"},{"type":"image","name":"p.png","mime":"image/png","data":"iVBORw0KGgoAAQI="}]' ]
	run -4 --separate-stderr "${PLAN[@]}" -f none.txt "Look" </dev/null
	[[ $stderr == *"none.txt: No such file"* ]]
	run -0 "${PLAN[@]}" "Look" - <p.png
	[ "$(jq -c 'select(.type == "task").content[1].mime' <<<"$output")" = '"image/png"' ]
}

@test "mg-run: limits stand in the task" {
	run -0 "${PLAN[@]}" --deadline 7 --max-answers 2 --max-tokens 99 --max-cost 0.5 --final-timeout 9 "Why?" </dev/null
	[ "$(jq -c 'select(.type == "task").limits | [.deadline, .max_answers, .max_tokens, .max_cost, .final_timeout]' <<<"$output")" = '[7,2,99,0.5,9]' ]
}

@test "mg-run --from: runs such chunks, from a file or stdin" {
	"${PLAN[@]}" "Why?" >q </dev/null
	run -0 mg-run --plan --from q
	[ "$output" = "$(cat q)" ]
	run -0 mg-run --plan --from - <q
	[ "$output" = "$(cat q)" ]
	grep -v '"task"' q >agents
	run -0 mg-run --plan --from agents "Another?" </dev/null
	[ "$(content)" = '"Another?"' ]
	run -2 --separate-stderr mg-run --plan --from agents
	[[ $stderr == *"no task"* ]]
	run -2 mg-run --plan --from q "Another?"
	{ cat q; echo '{"type":"answer","source":"a","label":"a.1","seen":{},"content":"x"}'; } >longer
	run -0 --separate-stderr mg-run --plan --from longer
	[ "$output" = "$(cat q)" ]
	[[ $stderr == *"1 chunks"*"left out"* ]]
	sed -i '1s/^/nonsense /' q
	run -3 --separate-stderr mg-run --plan --from q
	[[ $stderr == *"q: line 1, column 1"* ]]
	run -2 mg-run --plan --from q -c team.yaml
}

@test "mg-run --from: the names of the run's own programs are no agents" {
	echo '{"type":"agent","source":"mg-vote","backend":{"type":"command","command":["true"]}}' >q
	run -2 --separate-stderr mg-run --plan --from q "Why?" </dev/null
	[[ $stderr == *"'mg-vote'"* ]]
}

@test "mg-run: every missing key is named with its agent before anything starts" {
	cat >keys.yaml <<'Y'
agents:
  - {id: one, backend: {type: openai, model: gpt-5}}
  - {id: two, backend: {type: chatcompletion, model: m, base_url: "https://example.invalid/v1", key_env: [TWO_KEY]}}
Y
	run -2 --separate-stderr mg-run -c keys.yaml "Why?" </dev/null
	[[ $stderr == *one*OPENAI_API_KEY* && $stderr == *two*TWO_KEY* ]]
	[ ! -e state ]
}

@test "mg-run -o: text is the final alone, ndjson every chunk, json one object" {
	agent a <<'SH'
ready
printf '{"type":"usage","source":"a","model":"m","input_tokens":7,"output_tokens":3,"cost_usd":0.5}\n'
answer 1 '{}' one
stay
SH
	task
	offices
	run -0 --separate-stderr mg-run --from q "${OFFICES[@]}"
	[ "$output" = "the final" ]
	[ -z "$stderr" ]
	rm -r state
	run -0 mg-run -o ndjson --from q "${OFFICES[@]}"
	[ "$output" = "$(journal)" ]
	run -0 mg-run -o json --from q "${OFFICES[@]}"
	jq -e '.final == "the final" and .exit == 0 and .degraded == null and .decision.winner == "a" and
		(.agents | length) == 1 and .agents[0].id == "a" and .agents[0].answers == 1 and .agents[0].vote == null and
		.usage.input_tokens == 7 and .agents[0].usage.output_tokens == 3 and .usage.cost_usd == 0.5 and
		(.seconds | type) == "number" and (.run | test("^[0-9]{8}-[0-9]{6}-[0-9a-f]{4}$"))' <<<"$output"
	run -2 mg-run -o xml --from q
}

@test "mg-run -v says what happens, -q says nothing" {
	agent a <<'SH'
echo "a word from its stderr" >&2
ready
answer 1 '{}' one
stay
SH
	task
	offices
	run -0 --separate-stderr mg-run -v --from q "${OFFICES[@]}"
	[[ $stderr == *"a: answer a.1"*"mg-vote: decided for a.1"* && $stderr == *"a: a word from its stderr"* ]]
	run -0 --separate-stderr mg-run -q --from q "${OFFICES[@]}"
	[ -z "$stderr" ]
}

@test "mg-run: what a child writes to stderr cannot drive the terminal" {
	agent a <<'SH'
printf 'red \033[31m bell \007\n' >&2
ready
answer 1 '{}' one
stay
SH
	task
	offices
	run -0 --separate-stderr mg-run -v --from q "${OFFICES[@]}"
	[[ $stderr == *"a: red ?[31m bell ?"* ]]
}

@test "mg-run: runs are kept where they belong, for their owner alone" {
	agent a <<'SH'
ready
answer 1 '{}' one
stay
SH
	task
	offices
	unset MG_STATE_DIR
	umask 0
	run -0 mg-run --from q "${OFFICES[@]}"
	run -0 find .local/state/mg/runs -name journal.ndjson
	[ "${#lines[@]}" = 1 ]
	[ "$(stat -c %a "$output" .local/state/mg/runs .local | tr '\n' ' ')" = "600 700 700 " ]
	XDG_STATE_HOME=$T/x run -0 mg-run --from q "${OFFICES[@]}"
	[ "$(find x/mg/runs -name final.md | wc -l)" = 1 ]
	run -0 mg-run --dir d --from q "${OFFICES[@]}"
	[ "$(mg-run --dir d --list | wc -l)" = 1 ]
}

@test "mg-run: no HOME, or a state folder that cannot be: a private one, and a sentence that says where" {
	agent a <<'SH'
ready
answer 1 '{}' one
stay
SH
	task
	offices
	: >file
	mkdir tmp
	export TMPDIR=$T/tmp
	MG_STATE_DIR=$T/file/state run -0 --separate-stderr mg-run --from q "${OFFICES[@]}"
	[ "$output" = "the final" ]
	[[ $stderr == *"this run is kept in $T/tmp/mg-"* ]]
	[ "$(stat -c %a tmp/mg-*)" = 700 ]
	unset MG_STATE_DIR HOME
	run -0 --separate-stderr mg-run --from q "${OFFICES[@]}"
	[[ $stderr == *"no HOME: this run is kept in $T/tmp/mg-"* ]]
}

@test "mg-run: a real run of commands from a configuration, question and answer alone" {
	cat >real.yaml <<'Y'
agents:
  - {id: a, backend: {type: command, command: [sh, -c, 'cat >/dev/null; case $MG_STAGE in evaluate) echo VOTE agent1 ok;; *) echo forty-two;; esac']}}
  - {id: b, backend: {type: command, command: [sh, -c, 'cat >/dev/null; case $MG_STAGE in evaluate) echo VOTE agent1 ok;; *) echo fifty;; esac']}}
Y
	run -0 --separate-stderr mg-run -c real.yaml "What is it?" </dev/null
	[ "$output" = "forty-two" ]
	[ -z "$stderr" ]
	[ "$(mg-vote state/runs/*/journal.ndjson | jq -c 'del(.ts)')" = "$(journal | jq -c 'select(.type == "decision") | del(.ts)')" ]
	mg-chunk check state/runs/*/journal.ndjson
	run -0 mg-run --no-present -c real.yaml "What is it?" </dev/null
	[ "$output" = "forty-two" ]
}

@test "mg-run --share-list, --share-show: the texts that mg brings" {
	run -0 mg-run --share-list
	[[ $output == *providers.json* ]]
	run -0 mg-run --share-show providers.json
	jq -e . <<<"$output" >/dev/null
	run -2 mg-run --share-show nowhere.txt
}

@test "mg-run: --peer, --prune, --deadline, --max-cost and --resume are checked before anything starts" {
	run -2 mg-run -c team.yaml --peer nonsense "Why?" </dev/null
	run -2 mg-run -c team.yaml --peer a/b "Why?" </dev/null
	run -2 mg-run -c team.yaml --peer "x=" "Why?" </dev/null
	run -2 mg-run -c team.yaml --peer "mg-run=cat" "Why?" </dev/null
	[ ! -e state ]
	run -2 mg-run --prune 30 </dev/null
	run -2 mg-run --deadline soon "Why?" </dev/null
	run -2 mg-run --max-cost -1 "Why?" </dev/null
	run -2 mg-run --max-cost 1x "Why?" </dev/null
}
