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

final() { jq -rc "select(.type==\"final\") | $1" <<<"$output"; }

# says TEXT...: the winner's script says them one after the other, the last one from then on
says() {
	local i=0
	for t; do printf '%s' "$t" >say.$((++i)); done
	decided 'n=$(($(cat n 2>/dev/null || echo 0) + 1)); [ -e say.$n ] || n=$((n - 1)); echo $n >n; cat >prompt.$n; cat say.$n'
}

@test "mg-final: a text that asks is sent back with the reason, and the next one is the final" {
	says "It is large. Shall I also work out the details?" "I need the figures. Please paste them here." "Assuming 3 km: it takes an hour."
	run -0 --separate-stderr mg-final <run
	[ "$(final .content)" = "Assuming 3 km: it takes an hour." ]
	[ "$(final '.checks | [.verdict, .tries, .fallback]')" = '["good",3,false]' ]
	[ "$(final '.checks.sent_back | map([.try, .verdict])')" = '[[1,"asks"],[2,"asks"]]' ]
	[ "$(final '.checks | (.seconds >= .first_byte) and .first_byte > 0 and .checking < 0.5')" = true ]
	[ "$(final .degraded)" = null ]
	grep -q "Shall I also work out the details" prompt.2
	grep -q "cannot stand.*here: .Shall I also" prompt.2
	[ "$(jq -c 'select(.type=="ask") | .turn' <<<"$output" | sort -u | wc -l)" = 3 ]
	[ "$(jq -c 'select(.type=="content" and (.content | contains("paste them")))' <<<"$output" | wc -l)" = 1 ]
	run -1 grep "cannot stand" prompt.1
}

@test "mg-final: what stays unfixed falls back to the winning answer; --tries bounds it" {
	says "Which one do you want?"
	run -0 --separate-stderr mg-final --tries 2 <run
	[ "$(final '[.content, .checks.tries, .checks.fallback, .checks.verdict]')" = '["the answer",2,true,"good"]' ]
	[[ $(final .degraded) == *asks* ]]
	[ "$(final '.checks.sent_back | length')" = 2 ]
	[ "$(final .content | wc -l)" = 1 ]
}

@test "mg-final: empty, a plan, a written call, a pointer to another answer: sent back, each with its reason" {
	check() {	# VERDICT TEXT WORD
		rm -f n prompt.* say.*
		says "$2" "It takes an hour."
		run -0 --separate-stderr mg-final <run
		[ "$(final '[.content, .checks.tries, .checks.sent_back[0].verdict]')" = "[\"It takes an hour.\",2,\"$1\"]" ]
		grep -q "cannot stand.*$3" prompt.2
	}
	check empty $' \n' empty
	check plan "I will first look into the distances. Then I'll work out the time." announces
	check tool '{"name":"vote","arguments":{"agent_id":"agent2","reason":"good"}}' "vote is over"
	check tool 'VOTE agent2 it is right' "vote is over"
	check refers "I agree with agent2's answer." "points to another answer"
}

@test "mg-final: every verdict on the labelled texts" {
	run -0 --separate-stderr "$MG_BUILD/tests/verdict" "$BATS_TEST_DIRNAME"/../share/autonomy/{[a-z][a-z],*.weights,unfinished.words} \
	    <"$BATS_TEST_DIRNAME/final/verdicts.ndjson"
	[ "${#lines[@]}" -ge 40 ]
	awk -F '\t' '$1 != $2 { print; bad = 1 } END { exit bad }' <<<"$output"
}

# speaks SCRIPT: behind the winner's launcher any program may stand; $turn and $to are those of the ask
speaks() {
	cat >winner.sh <<-'S'
		while read -r line; do
			case $line in *'"type":"ask"'*) ;; *) continue ;; esac
			turn=${line#*'"turn":"'} turn=${turn%%'"'*}
			say() { printf '{"type":"%s","source":"a","to":"mg-final","turn":"%s"%s}\n' "$1" "$turn" "$2"; }
	S
	printf '%s\n' "$1" done >>winner.sh
	decided true
	jq -c --arg p "$PWD/winner.sh" 'if .source == "a" and .type == "agent" then .launcher = ["sh", $p] else . end' run >r && mv r run
}

@test "mg-final: a tool_call of vote at the end is no final; text before a tool's result is not part of it" {
	speaks 'say content ",\"content\":\"I vote.\""; say tool_call ",\"id\":\"1\",\"name\":\"vote\",\"arguments\":\"{}\""; say done'
	run -0 --separate-stderr mg-final --tries 1 <run
	[ "$(final '[.content, .checks.sent_back[0].verdict]')" = '["the answer","tool"]' ]
	speaks 'say content ",\"content\":\"Let me count.\""; say tool_call ",\"id\":\"1\",\"name\":\"count\",\"arguments\":\"{}\""
		say tool_result ",\"id\":\"1\",\"content\":\"7\""; say content ",\"content\":\"There are\""; say status ",\"status\":\"restart\",\"n\":9"
		say content ",\"content\":\"There are 7.\""; say done'
	run -0 --separate-stderr mg-final <run
	[ "$(final .content)" = "There are 7." ]
	speaks 'say content ",\"content\":\"There are 7.\""; say tool_call ",\"id\":\"1\",\"name\":\"save\",\"arguments\":\"{}\""
		say tool_result ",\"id\":\"1\",\"content\":\"saved\""; say done'
	run -0 --separate-stderr mg-final <run
	[ "$(final .content)" = "There are 7." ]
}

@test "mg-final: what the winner's process writes beside its turn changes nothing" {
	speaks 'echo "{\"type\":\"final\",\"source\":\"mg-final\",\"content\":\"mine\"}"; echo "{\"type\":\"final\",\"source\":\"a\",\"content\":\"mine\"}"
		echo noise; printf "{\"type\":\"content\",\"source\":\"b\",\"turn\":\"%s\",\"content\":\"not mine\"}\n" "$turn"
		say content ",\"content\":\"The text.\""; say done; say content ",\"content\":\" Too late.\""'
	run -0 --separate-stderr mg-final <run
	[ "$(final .content)" = "The text." ]
	[ "$(jq -c 'select(.type=="final")' <<<"$output" | wc -l)" = 1 ]
}

@test "mg-final: a process that does not read is no reason to wait" {
	speaks true
	echo 'exec sleep 1000' >winner.sh
	jq -cn '{type: "message", source: "user", role: "user", content: ("long " * 100000)}' >>run
	SECONDS=0
	run -0 --separate-stderr mg-final --first-byte-timeout 0.3 <run
	[ "$(final .content)" = "the answer" ]
	[ "$SECONDS" -le 3 ]
}

@test "mg-final: the limit holds over all tries" {
	decided 'sleep 0.4; echo "Which one do you want?"'
	SECONDS=0
	run -0 --separate-stderr mg-final --tries 10 --final-timeout 1 <run
	[ "$(final '[.content, .checks.fallback]')" = '["the answer",true]' ]
	[ "$(final '.checks.seconds >= 1 and .checks.seconds < 1.5')" = true ]
}

@test "one agent: its answer is the final, unless it asks: then it is asked once more" {
	cat >one.sh <<-'S'
		cat >prompt.$MG_STAGE
		if [ "$MG_STAGE" = ask ]; then echo "Assuming metres: 7."; else cat say; fi
	S
	mg-chunk agent a -b command -- sh one.sh >opening
	echo "It is 7." >say
	run -0 --separate-stderr mg-run --from opening -o ndjson "How long is it?"
	[ "$(final '[.content, .checks.tries, .checks.verdict]')" = '["It is 7.\n",0,"good"]' ]
	[ ! -e prompt.ask ]
	echo "Is it in metres or in feet? Please tell me first." >say
	run -0 --separate-stderr mg-run --from opening -o ndjson "How long is it?"
	[ "$(final '[.content, .checks.tries, .checks.sent_back[0].try, .checks.sent_back[0].verdict]')" = '["Assuming metres: 7.\n",1,0,"asks"]' ]
	grep -q "in metres or in feet" prompt.ask
	[ -z "$stderr" ]
	run -1 grep -i "agent" prompt.ask
	sed -i 's/echo "Assuming metres: 7."/cat say/' one.sh
	run -0 --separate-stderr mg-run --from opening -o ndjson "How long is it?"
	[ "$(final '[.checks.tries, .checks.fallback, .checks.verdict]')" = '[3,true,"asks"]' ]
	[[ $(final .degraded) == *asks* ]]
}

@test "a winner that is killed while it presents is asked once more, and that is no second try" {
	cat >w.sh <<-'S'
		cat >/dev/null
		[ "$MG_STAGE" = ask ] || { echo "the answer"; exit; }
		[ -e killed ] || { : >killed; kill -9 $PPID; sleep 5; }
		echo "Presented."
	S
	{ mg-chunk agent a -b command -- sh w.sh; mg-chunk agent b -b command -- sh -c '[ $MG_STAGE = answer ] && echo other || echo "VOTE agent1 good"'; } >opening
	sed -i 's/|| { echo "the answer"; exit; }/|| { [ $MG_STAGE = evaluate ] \&\& echo "VOTE agent1 mine" || echo "the answer"; exit; }/' w.sh
	run -0 --separate-stderr mg-run --from opening -o ndjson q
	[ -e killed ]
	[ "$(final '[.content, .checks.tries, .degraded]')" = '["Presented.\n",1,null]' ]
	[ "$(jq -c 'select(.type=="ask")' <<<"$output" | wc -l)" = 2 ]
}

# words near the border, which only the judge can tell: 53 and 48 of 100
unsure() {
	mkdir -p own/autonomy
	printf 'ask border 53/53: this may ask\nask border 48/48: this may not\n' >own/autonomy/en
}

@test "mg-final --judge: a second agent decides where the check is unsure, and only there" {
	unsure
	says "This may ask."
	run -0 --separate-stderr mg-final --prompts own <run
	[ "$(final '[.checks.fallback, .checks.sent_back[0].verdict, .checks.judge]')" = '[true,"asks",null]' ]
	judged() {	# WORD: what b says when it is asked
		jq -c --arg s "cat >judged; echo '$1'" 'if .source == "b" and .type == "agent" then .backend.command[2] = $s else . end' run >r && mv r run
		rm -f n judged
	}
	judged DONE
	run -0 --separate-stderr mg-final --prompts own --judge <run
	[ "$(final '[.content, .checks.tries, .checks.judge.agent, .checks.judge.says]')" = '["This may ask.",1,"b","done"]' ]
	grep -q "This may ask" judged
	grep -q "what?" judged
	says "This may not."
	judged "ASKS, I think"
	run -0 --separate-stderr mg-final --prompts own --judge --tries 1 <run
	[ "$(final '[.content, .checks.sent_back[0].verdict, .checks.judge.says]')" = '["the answer","asks","asks"]' ]
	says "It takes an hour."
	judged ASKS
	run -0 --separate-stderr mg-final --prompts own --judge <run
	[ "$(final '[.content, .checks.judge]')" = '["It takes an hour.",null]' ]
	[ ! -e judged ]
}

@test "mg-final --judge: one that fails, hangs or talks changes nothing, within the limits" {
	unsure
	for script in 'exit 3' 'echo maybe' 'echo ASKS or DONE' 'sleep 1000'; do
		says "This may not."
		jq -c --arg s "$script" 'if .source == "b" and .type == "agent" then .backend.command[2] = $s
			elif .type == "task" then .limits = {judge: "b", final_timeout: 1, first_byte_timeout: 0.4} else . end' run >r && mv r run
		run -0 --separate-stderr mg-final --prompts own <run
		[ "$(final '[.content, .checks.tries, .checks.judge.agent, .checks.judge.says]')" = '["This may not.",1,"b","unknown"]' ]
	done
}

@test "mg-run --judge --final-tries: over the bus, too" {
	unsure
	{ mg-chunk agent a -b command -- sh -c '[ $MG_STAGE = answer ] && echo mine || { [ $MG_STAGE = ask ] && echo "This may ask." || echo "VOTE agent1 so"; }'
	  mg-chunk agent b -b command -- sh -c '[ $MG_STAGE = answer ] && echo other || { [ $MG_STAGE = ask ] && echo DONE || echo "VOTE agent1 so"; }'; } >opening
	run -0 --separate-stderr mg-run --from opening --prompts "$PWD/own" -o ndjson --judge q
	[ "$(final '[.content, .checks.tries, .checks.judge.says]')" = '["This may ask.\n",1,"done"]' ]
	[ "$(jq -c 'select(.type=="task").limits' <<<"$output")" = '{"judge":true}' ]
	run -0 --separate-stderr mg-run --from opening --prompts "$PWD/own" -o ndjson --final-tries 2 q
	[ "$(final '[.content, .checks.tries, .checks.judge]')" = '["mine",2,null]' ]
}

@test "mg-final: words that are broken cost the presentation, not the final" {
	decided 'echo presented'
	mkdir -p own/prompts
	echo '{{nobody}}' >own/prompts/final-task.txt
	run -0 --separate-stderr mg-final --prompts own <run
	[ "$(final .content)" = "the answer" ]
	[[ $(final .degraded) == *final-task.txt*nobody* ]]
}
