# consensus.bats - whole runs: Chat Completions agents on a loopback server, and local commands.
setup() { load run-env; load server/testd; MG_ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd); }
teardown() { testd_stop; }

team() {
	for m; do
		printf -- '- {id: %s, backend: {type: chatcompletion, model: %s, base_url: "%s/v1", api_key: s3cret-key}}\n' "$m" "$m" "$TESTD_URL"
	done | { echo agents:; cat; } >team.yaml
}

@test "three Chat Completions agents come to a decision and a final" {
	testd_start -k s3cret-key <<'S'
model *
on * auto says "I am {model}." final "Presented by {model}."
S
	team alice bob carol
	run -0 --separate-stderr mg-run -c team.yaml "Why?"
	[ "$output" = "Presented by alice." ]
	journal=$(echo state/runs/*/journal.ndjson)
	[ "$(jq -s 'map(select(.type=="answer")) | length' "$journal")" = 3 ]
	[ "$(jq -s 'map(select(.type=="vote")) | length' "$journal")" = 3 ]
	[ "$(mg-vote "$journal" | jq -c 'del(.ts)')" = "$(jq -c 'select(.type=="decision") | del(.ts)' "$journal")" ]
	[ "$(testd_log 'map(select(.key_ok != true or .key_elsewhere)) | length')" = 0 ]
	run -1 grep -r s3cret-key state
	[ "$(testd_log 'length')" = 7 ]
}

@test "an agent whose calls fail leaves the quorum, the others finish" {
	testd_start <<'S'
model bad
on * status 401
model *
on * auto says "I am {model}." final "Presented by {model}."
S
	team bad good fine
	run -0 --separate-stderr mg-run -c team.yaml "Why?"
	[ "$output" = "Presented by good." ]
}

@test "nobody answers: exit 1 and why for each agent; exit 5 where it may pass" {
	testd_start <<'S'
model *
on * status 401
S
	team a b
	run -1 --separate-stderr mg-run -c team.yaml "Why?"
	[[ $stderr == *a:* && $stderr == *b:* ]]
	testd_stop
	run -5 --separate-stderr mg-run -c team.yaml "Why?"
}

@test "a run that was killed goes on: no answer in the journal is asked for twice" {
	testd_start <<'S'
model *
on 1 auto says "I am {model}."
on 2- auto latency 300 final "Presented by {model}."
S
	team a b
	sed -i 's/chatcompletion/vllm/; s/, api_key: s3cret-key//' team.yaml
	mg-run -c team.yaml "Why?" >/dev/null 2>&1 &
	pid=$!
	for _ in $(seq 200); do
		[ "$(cat state/runs/*/journal.ndjson 2>/dev/null | grep -c '"type":"answer"')" = 2 ] && break
		sleep 0.02
	done
	kill -9 $pid
	wait $pid || :
	run -0 --separate-stderr mg-run --resume last
	[ "$output" = "Presented by a." ]
	[ "$(jq -s 'map(select(.type=="answer")) | length' state/runs/*/journal.ndjson)" = 2 ]
}

@test "the demo: the estimate is outvoted, and the final says the right number" {
	run -0 sh "$MG_ROOT/share/examples/demo.sh" "$MG_BUILD" 1000
	[[ $output == *"estimate answered: About 144 primes"* ]]
	[[ $output == *"There are 168 primes below 1000."* ]]
	run -2 sh "$MG_ROOT/share/examples/demo.sh" "$MG_BUILD" many
}

@test "mg-agent --dry-run: the exact request, its key masked, and nothing is sent" {
	testd_start </dev/null
	{ jq -cn --arg u "$TESTD_URL/v1" '{type:"agent",source:"a",backend:{type:"chatcompletion",model:"m",base_url:$u,key_env:["K"]}}'
	  agent b true; task "what is it?"; } >q
	K=s3cret-key run -0 --separate-stderr mg-agent --id a --dry-run <q
	[[ $output == *"what is it?"* && $output != *s3cret-key* ]]
	[ ! -s "$TESTD_LOG" ]
}

@test "a tool provider: its result reaches the model, another's death costs only its calls" {
	testd_start <<'S'
model *
on 1 call add c1 '{"a":9007199254740993,"b":1}'
on 2 text "the sum came"
S
	cat >tool.sh <<'S'
echo '{"type":"tools","source":"t","tools":[{"name":"add","description":"adds","parameters":{"type":"object"}}]}'
while read -r line; do
	printf '%s\n' "$line" >>"$1"
	echo '{"type":"tool_result","source":"t","id":"c1","content":"9007199254740994"}'
done
S
	{ jq -cn --arg u "$TESTD_URL/v1" '{type:"agent",source:"a",backend:{type:"chatcompletion",model:"m",base_url:$u}}'; task sum; } >q
	OPENAI_API_KEY=x run -0 --separate-stderr mg-agent --tools "sh tool.sh $PWD/calls" <q
	[ "$(jq -r 'select(.type=="answer") | .content' <<<"$output")" = "the sum came" ]
	[ "$(jq -r .arguments calls)" = '{"a":9007199254740993,"b":1}' ]
	testd_log -r '.[1].body' | grep -q 9007199254740994
	testd_log -r '.[1].body' | grep -q '9007199254740993'
}

@test "mg-agent --record keeps what came, --replay plays it back with no network" {
	testd_start <<'S'
model *
on 1 answer "recorded words"
S
	{ jq -cn --arg u "$TESTD_URL/v1" '{type:"agent",source:"a",backend:{type:"vllm",model:"m",base_url:$u}}'
	  agent b true; task q; } >q
	run -0 --separate-stderr mg-agent --id a --record tape <q
	testd_stop
	run -0 --separate-stderr mg-agent --id a --replay tape <q
	[ "$(jq -r 'select(.type=="answer") | .content' <<<"$output")" = "recorded words" ]
	run -5 --separate-stderr mg-agent --id a --tries 1 <q
}

@test "mg-vote: the decision of every kind of run is found again in its journal" {
	testd_start <<'S'
model a
on 1 answer "same words"
on 2 answer "better words"
on * auto
model b
on 1 answer "other words"
on * vote agent1 "so"
model c
on * status 500
S
	team a b c
	sed -i 's/chatcompletion/vllm/; s/, api_key: s3cret-key//' team.yaml
	run -0 --separate-stderr mg-run -c team.yaml --no-present "Why?"
	[ "$output" = "better words" ]
	journal=$(echo state/runs/*/journal.ndjson)
	[ "$(mg-vote "$journal" | jq -c 'del(.ts)')" = "$(jq -c 'select(.type=="decision") | del(.ts)' "$journal")" ]
	run -0 mg-vote --table "$journal"
	[[ $output == *winner* && $output == *failed* && $output == *"rule: votes"* ]]
}
