# mg-vote.bats - the tally: protocol, section 2.
setup() { load run-env; }

three() { agent a true; agent b true; agent c true; task q; }
answers() { answer a 1 x '{}'; answer b 1 y '{}'; answer c 1 z '{}'; }
all='{"a":1,"b":1,"c":1}'

@test "mg-vote: most votes win" {
	{ three; answers; vote a 1 b.1 "$all"; vote b 1 b.1 "$all"; vote c 1 a.1 "$all"; } >run
	run -0 mg-vote run
	[ "$(jq -c '[.winner,.answer,.rule,.tie,.count]' <<<"$output")" = '["b","b.1","votes",false,{"a":1,"b":2}]' ]
}

@test "mg-vote: a tie goes to who is registered first, and is told" {
	{ three; answers; vote a 1 c.1 "$all"; vote b 1 b.1 "$all"; vote c 1 a.1 "$all"; } >run
	run -0 mg-vote run
	[ "$(jq -c '[.winner,.tie]' <<<"$output")" = '["a",true]' ]
}

@test "mg-vote: a vote is owed: no decision, exit 1, who owes it on stderr" {
	{ three; answers; vote a 1 b.1 "$all"; vote b 1 b.1 "$all"; } >run
	run -1 --separate-stderr mg-vote run
	[ -z "$output" ]
	[[ $stderr == *"owed by c"* ]]
}

@test "mg-vote: a newer answer voids the votes that had not seen it" {
	{ three; answers; vote a 1 b.1 "$all"; vote b 1 b.1 "$all"; vote c 1 b.1 "$all"; answer a 2 xx "$all"; } >run
	run -1 --separate-stderr mg-vote run
	[[ $stderr == *"a, b, c"* ]]
}

@test "mg-vote --now: stale votes count where nothing better is left" {
	{ three; answers; vote a 1 b.1 "$all"; answer a 2 xx "$all"; } >run
	run -0 mg-vote --now run
	[ "$(jq -c '[.winner,.rule,.deadline]' <<<"$output")" = '["b","stale",true]' ]
}

@test "mg-vote --now: without votes the widest view wins" {
	{ three; answers; answer c 2 zz '{"a":1,"b":1,"c":1}'; } >run
	run -0 mg-vote --now run
	[ "$(jq -c '[.winner,.answer,.rule]' <<<"$output")" = '["c","c.2","view"]' ]
}

@test "mg-vote: a failed agent leaves the quorum, its answer stays and can win" {
	{ three; answers; vote a 1 c.1 "$all"; vote b 1 c.1 "$all"
	  echo '{"type":"status","source":"c","status":"failed","n":1}'; } >run
	run -0 mg-vote run
	[ "$(jq -c '[.winner,.quorum]' <<<"$output")" = '["c",["a","b"]]' ]
}

@test "mg-vote: a higher status lifts failed; the lines' order does not matter" {
	{ three; answers; vote a 1 c.1 "$all"; vote b 1 c.1 "$all"
	  echo '{"type":"status","source":"c","status":"started","n":2}'
	  echo '{"type":"status","source":"c","status":"failed","n":1}'; } >run
	run -1 --separate-stderr mg-vote run
	[[ $stderr == *"owed by c"* ]]
}

@test "mg-vote: a vote for nobody is listed with the reason" {
	{ three; answer a 1 x '{}'; vote b 1 z.1 '{"a":1}'; } >run
	run -0 mg-vote --now run
	[ "$(jq -r '.votes[] | select(.source == "b") | .why' <<<"$output")" = "it names nobody who has an answer" ]
}

@test "mg-vote: one agent's answer decides alone" {
	{ agent a true; task q; answer a 1 x '{}'; } >run
	run -0 mg-vote run
	[ "$(jq -r .rule <<<"$output")" = alone ]
}

@test "mg-vote: nobody has an answer: winner null, exit 1" {
	{ agent a true; agent b true; task q; } >run
	run -1 --separate-stderr mg-vote --now run
	[ "$(jq -c '[.winner,.rule]' <<<"$output")" = '[null,"nobody"]' ]
}

@test "mg-vote: any order of the lines gives the same decision" {
	{ three | jq -c 'if .type == "agent" then .order = ({a: 1, b: 2, c: 3}[.source]) else . end'; answers
	  vote a 1 c.1 "$all"; vote b 1 b.1 "$all"; vote c 1 a.1 "$all"; vote c 2 b.1 "$all"; } >run
	want=$(mg-vote run | jq -c 'del(.ts)')
	for seed in 1 2 3 4 5 6 7 8; do
		shuf --random-source=<(yes $seed) run >shuffled
		[ "$(mg-vote shuffled | jq -c 'del(.ts)')" = "$want" ]
	done
}

@test "mg-vote: a decided run gives the same decision again, whatever came later" {
	{ three; answers; vote a 1 b.1 "$all"; vote b 1 b.1 "$all"; vote c 1 a.1 "$all"; } >run
	mg-vote run >d
	{ cat run d; answer c 2 later "$all"; vote c 2 c.2 '{"a":1,"b":1,"c":2}'
	  echo '{"type":"status","source":"a","status":"failed","n":9}'; } >more
	[ "$(mg-vote more | jq -c 'del(.ts)')" = "$(jq -c 'del(.ts)' d)" ]
}

@test "mg-vote: one label with two contents is bad data, both lines named" {
	{ agent a true; task q; answer a 1 x '{}'; answer a 1 y '{}'; } >run
	run -3 mg-vote run
	[[ $output == *"lines 3 and 4"* ]]
}

@test "mg-vote: two agents with one id are bad data, unless equal or replaced" {
	{ agent a true; agent a false; } >run
	run -3 mg-vote run
	{ agent a true; agent a true; task q; answer a 1 x '{}'; } >run
	run -0 mg-vote run
	{ agent a true; agent a false | jq -c '.replace = true'; task q; answer a 1 x '{}'; } >run
	run -0 mg-vote run
}

@test "mg-vote: bad lines are named, left out, and stop nothing" {
	{ agent a true; echo 'no json'; echo '{"type":"vote","source":"a"}'; task q; answer a 1 x '{}'; printf '{"type":"ta'; } >run
	run -0 --separate-stderr mg-vote run
	[ "$(jq -c '[.winner, (.ignored | length)]' <<<"$output")" = '["a",3]' ]
	[[ $stderr == *"line 2:"* && $stderr == *"line 3:"* && $stderr == *"line 6:"* ]]
}

@test "mg-vote: an id with dots is split at the last one" {
	{ agent gpt-4.1 true; task q; answer gpt-4.1 2 x '{}'; } >run
	run -0 mg-vote run
	[ "$(jq -c '[.winner,.answer]' <<<"$output")" = '["gpt-4.1","gpt-4.1.2"]' ]
}

@test "mg-vote: empty input, full disk, wrong option" {
	run -1 mg-vote </dev/null
	{ agent a true; task q; answer a 1 x '{}'; } >run
	run -4 bash -c 'mg-vote run >/dev/full'
	run -2 mg-vote --nonsense
	run -4 mg-vote no-such-file
}

@test "mg-vote --follow: decides once, as soon as it can, and not before ready" {
	{ agent a true; task q; answer a 1 x '{}'; } >run
	run -1 mg-vote --follow <run
	[ -z "$output" ]
	{ cat run; echo '{"type":"status","source":"mg-run","status":"ready","n":1}'; vote a 1 a.1 '{"a":1}'; } >more
	run -0 mg-vote --follow <more
	[ "$(grep -c decision <<<"$output")" = 1 ]
}
