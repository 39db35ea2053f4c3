# mg-final.bats - the winner presents: exactly one final, within limits.
setup() { load run-env; }

decided() {	# SCRIPT of the winner a
	{ agent a "$1"; agent b true; task "what?"; answer a 1 "the answer" '{}'; answer b 1 other '{}'
	  vote a 1 a.1 '{"a":1,"b":1}'; vote b 1 a.1 '{"a":1,"b":1}'; } >run
	mg-vote run >>run
}

@test "mg-final: the winner's own text is the final, once" {
	decided 'cat >prompt; echo "presented by $MG_ID at $MG_STAGE"'
	run -0 --separate-stderr mg-final <run
	[ "$(jq -r 'select(.type=="final") | .content' <<<"$output")" = "presented by a at ask" ]
	[ "$(jq -c 'select(.type=="final") | [.degraded, .decision]' <<<"$output")" = '[null,{"winner":"a","answer":"a.1"}]' ]
	grep -q '^\[agent1, your own\]$' prompt
}

@test "mg-final: a winner that fails, hangs, or says nothing: the winning answer, degraded" {
	for script in 'exit 3' 'cat >/dev/null' 'kill -9 $PPID'; do
		decided "$script"
		run -0 --separate-stderr mg-final <run
		[ "$(jq -r 'select(.type=="final") | .content' <<<"$output")" = "the answer" ]
		[ "$(jq -r 'select(.type=="final") | .degraded | length > 0' <<<"$output")" = true ]
	done
	decided 'sleep 1000'
	run -0 --separate-stderr mg-final --first-byte-timeout 0.2 <run
	[[ $(jq -r 'select(.type=="final") | .degraded' <<<"$output") == *"did not begin"* ]]
	decided 'echo begun; sleep 1000'
	run -0 --separate-stderr mg-final --idle-timeout 0.2 <run
	[[ $(jq -r 'select(.type=="final") | .degraded' <<<"$output") == *"silent"* ]]
	decided 'while :; do echo more; done'
	run -0 --separate-stderr mg-final --final-timeout 0.3 <run
	[ "$(jq -c 'select(.type=="final") | .content' <<<"$output")" = '"the answer"' ]
}

@test "mg-final --no-present: the answer as it is, nothing is started" {
	decided 'touch started'
	run -0 mg-final --no-present <run
	[ "$(jq -r .content <<<"$output")" = "the answer" ]
	[ ! -e started ]
}

@test "mg-final: nobody won, or no decision: none, exit 1" {
	{ agent a true; agent b true; task q; } >run
	run -1 bash -c '{ cat run; mg-vote --now run; } | mg-final'
	run -1 mg-final <run
	run -1 mg-final </dev/null
}

@test "the whole pipe by hand: two agents, two rounds, vote, final" {
	{ agent a 'cat >/dev/null; [ $MG_STAGE = evaluate ] && echo "VOTE agent2 fine" || echo from a'
	  agent b 'cat >/dev/null; [ $MG_STAGE = evaluate ] && echo "VOTE agent2 mine" || echo from b'; task q; } >q
	mg-agent --id a <q >a1 & mg-agent --id b <q >b1 & wait
	cat q a1 b1 | mg-agent --id a >a2 & cat q a1 b1 | mg-agent --id b >b2 & wait
	cat q a1 b1 a2 b2 | mg-vote >d
	run -0 --separate-stderr bash -c 'cat q a1 b1 a2 b2 d | mg-final'
	[ "$(jq -r 'select(.type=="final") | .content' <<<"$output")" = "from b" ]
}
