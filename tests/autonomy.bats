# autonomy.bats - finals that wait for nobody: mg-final --check, the scenarios, the audit.
setup() { load run-env; load server/testd; ROOT=$BATS_TEST_DIRNAME/..; }
teardown() { testd_stop; }

final() { jq -cn --arg t "$1" '{type: "final", source: "mg-final", content: $t}'; }

@test "mg-final --check: each final by the last task before it, a verdict a line" {
	{ task "Proofread my essay."; final "Please paste the essay here."
	  task "Write a message that asks my landlord for the essay he borrowed."
	  final $'Dear Mr Lang,\n\nwould you please send me the essay that I lent you?\n\nKind regards\nAna'
	  task "What is 6 * 7?"; final "42"; } >finals
	run -1 --separate-stderr mg-final --check <finals
	[ "$(jq -c '[.line, .asks]' <<<"$output" | tr -d '\n')" = '[2,true][4,false][6,false]' ]
	[ "$(jq -c 'select(.asks) | [.where.excerpt, .where.offset, (.kind | length > 0), (.why | length > 0)]' <<<"$output")" = \
	    '["Please paste the essay here.",0,true,true]' ]
	[ "$(jq -c 'select(.asks | not) | [.where, .kind]' <<<"$output" | sort -u)" = '[null,null]' ]
	run -0 mg-final --check < <(tail -4 finals)
}

@test "mg-final --check: where is the offset in bytes of the sentence that decided" {
	text='Die Lösung für Österreich steht unten. Soll ich den Rest übersetzen?'
	run -1 mg-final --check < <(task "Übersetze den Text."; final "$text")
	n=$(jq -r .where.offset <<<"$output")
	[ "$(tail -c +$((n + 1)) <<<"$text")" = "Soll ich den Rest übersetzen?" ]
}

@test "mg-final --check: parts, other spellings of a line, other chunks between" {
	{ echo '{"source":"user", "type":"task", "content":[{"type":"text","text":"Translate the letter."}]}'
	  echo '{"type":"content","source":"a","turn":"t","content":"Please paste it."}'
	  echo '{ "type" : "final" , "content" : [ {"type":"text","text":"Could you send me the letter?"} ], "source":"x"}'; } >finals
	run -1 mg-final --check <finals
	[ "$(jq -c '[.line, .asks]' <<<"$output")" = '[3,true]' ]
}

@test "mg-final --check --text: plain text, with its task or without" {
	run -1 mg-final --check --text <<<"I have read the file. Shall I go on with the rest?"
	[ "$(jq -c '[.asks, .line, .where.offset]' <<<"$output")" = '[true,null,22]' ]
	run -0 mg-final --check --text <<<"There are 168 primes below 1000."
	run -0 mg-final --check --text --task "Write an e-mail that asks my landlord for leave to keep a cat." \
	    <<<$'Dear Mr Lang,\n\nmay I keep a cat? Please let me know by Friday.\n\nKind regards\nAna'
}

@test "mg-final --check: damaged input is exit 3 and the rest is judged; no final is none" {
	{ task q; echo '{"type":"final","source":"x","content":7}'; final "42"; echo '{"type":"final"'; } >finals
	run -3 --separate-stderr mg-final --check <finals
	[ "$(jq -c .line <<<"$output")" = 3 ]
	[[ $stderr == *"line 2"* && $stderr == *"line 4"* ]]
	run -3 --separate-stderr mg-final --check < <(task q; printf '{"type":"final","source":"x","content":"y"}')
	[ -z "$output" ]
	run -3 mg-final --check < <(task q)
	run -3 mg-final --check </dev/null
}

@test "mg-final --check: who feeds it line by line hears each verdict at once" {
	mkfifo in out
	mg-final --check <in >out 3>&- & pid=$!
	exec 7>in 8<out
	task "Proofread my essay." >&7
	for text in "Please paste the essay here." "Done: it has no faults."; do
		final "$text" >&7
		read -r -t 10 line <&8
		got+=$(jq -c .asks <<<"$line")
	done
	exec 7>&- 8<&-
	code=0
	wait $pid || code=$?
	[ "$code" = 1 ]
	[ "$got" = truefalse ]
}

@test "mg-final --check: many finals are judged in their order, as one by one" {
	jq -cn 'range(400) | "\(. + 1)" as $i | ([range(60) | "I know of line \(.). "] | add) as $rest |
	    {type: "task", source: "user", content: "Proofread my essay, number \($i)."},
	    ("Essay \($i) is fine. ", "Would you like me to go on with essay \($i)? " | {type: "final", source: "x", content: ($rest + .)})' >finals
	run -1 mg-final --check <finals
	[ "$(jq -s 'map(.line) == (map(.line) | sort) and length == 800' <<<"$output")" = true ]
	[ "$(jq -c .asks <<<"$output" | paste -sd ' \n' | sort | uniq -c | tr -s ' ')" = " 400 false true" ]
	[ "$(jq -r 'select(.asks) | .where.excerpt' <<<"$output" | sed -n 17p)" = "Would you like me to go on with essay 17?" ]
}

# decided_by BACKEND: a decided run whose winner a has that backend
decided_by() {
	{ jq -cn --argjson b "$1" '{type: "agent", source: "a", backend: $b}'; agent b true; task "what?"
	  answer a 1 "the answer" '{}'; answer b 1 other '{}'; vote a 1 a.1 '{"a":1,"b":1}'; vote b 1 a.1 '{"a":1,"b":1}'; } >run
	mg-vote run >>run
}

# one I TOTAL FIRST IDLE BOUND: presents run.I; prints how many ms beyond the bound that took, and what came of it
one() {
	local from=${EPOCHREALTIME/./} out
	out=$(mg-final --final-timeout "$2" --first-byte-timeout "$3" --idle-timeout "$4" <"run.$1" 2>/dev/null) || echo "$1 failed"
	from=$((${EPOCHREALTIME/./} - from))
	jq -r --arg i "$1" --argjson ms "$((from / 1000))" --argjson bound "$5" \
	    'select(.type == "final") | "\($i) \($ms - 1000 * $bound | floor) \(.content | tojson)"' <<<"$out"
}
export -f one

@test "a backend that hangs anywhere: exactly one final, within the limit and a second, 50 times of 50" {
	RANDOM=${SEED:=$$}
	echo "# SEED=$SEED" >&3
	places=(start headers mid midline midchar done)
	for i in $(seq 50); do
		place=${places[RANDOM % 12]:-$((RANDOM % 900))}
		case $((RANDOM % 3)) in
		0) t=0.$((RANDOM % 5 + 2)) limits="$t 9 9 $t" ;;
		1) limits="9 0.$((RANDOM % 5 + 2)) 0.3 0.6" ;;
		2) limits="1 0.9 0.$((RANDOM % 5 + 2)) 1" ;;
		esac
		printf 'model m%d\non * text "Ebb and flow: é and 水 follow the moon." hang %s\n' "$i" "$place" >>script
		echo "$i $limits" >>limits
	done
	testd_start <script
	decided_by "{\"type\":\"vllm\",\"model\":\"m0\",\"base_url\":\"$TESTD_URL/v1\"}"
	for i in $(seq 50); do sed "s/\"m0\"/\"m$i\"/" run >"run.$i"; done
	xargs -P 8 -n 5 bash -c 'one "$@"' - <limits >results
	[ "$(cut -d ' ' -f 1 results | sort -n | uniq | wc -l)" = 50 ]
	[ "$(wc -l <results)" = 50 ]
	echo "# at most $(cut -d ' ' -f 2 results | sort -n | tail -1) ms beyond the limit" >&3
	awk -v most="$((SANITIZE ? 5000 : 1000))" '$2 > most { print; bad = 1 } END { exit bad }' results
	# at the terminator everything was there already; everywhere else only the answer can be had
	run ! grep -v -e '"the answer"$' -e '"Ebb and flow: é and 水 follow the moon."$' results
	grep -q '"the answer"$' results
}

@test "a backend that hangs on the bus: a final within the limit and a second, the run ends" {
	for i in 1 2 3 4 5 6; do
		printf 'model m%d\non 1 answer "the answer"\non 2 vote agent1 so\non * text "Ebb and flow." hang %d\n' $i $((RANDOM % 500))
	done >script
	testd_start <script
	for i in 1 2 3 4 5 6; do
		{ jq -cn --arg u "$TESTD_URL/v1" --arg m "m$i" '{type: "agent", source: "a", backend: {type: "vllm", model: $m, base_url: $u}}'
		  agent b 'cat >/dev/null; [ $MG_STAGE = answer ] && echo other || echo "VOTE agent1 so"'; } >"opening.$i"
	done
	onbus() {
		local from=${EPOCHREALTIME/./} out
		out=$(mg-run --from "opening.$1" --final-timeout 0.5 --dir "state.$1" q 2>/dev/null) || out="failed $out"
		echo "$(((${EPOCHREALTIME/./} - from) / 1000)) $out"
	}
	export -f onbus
	seq 6 | xargs -P 6 -n 1 bash -c 'onbus "$@"' - >results
	[ "$(wc -l <results)" = 6 ]
	awk -v most="$((SANITIZE ? 6000 : 2500))" '$1 > most { print; bad = 1 } END { exit bad }' results
	run ! grep -v -e ' the answer$' -e ' Ebb and flow.$' results
}

@test "mg-final killed while the winner hangs: its successor has what is left of the limit, and there is a final" {
	cat >w.sh <<-'S'
		cat >/dev/null
		[ "$MG_STAGE" = ask ] || { [ "$MG_STAGE" = evaluate ] && echo "VOTE agent1 mine" || echo "the answer"; exit; }
		sleep 1
		[ -e killed ] || { : >killed; pkill -9 -P "$(ps -o ppid= "$PPID")" -x mg-final; }
		sleep 60
	S
	{ agent a 'exec sh w.sh'; agent b 'cat >/dev/null; [ $MG_STAGE = answer ] && echo other || echo "VOTE agent1 so"'; } >opening
	local from=${EPOCHREALTIME/./}
	run -0 --separate-stderr mg-run --from opening --final-timeout 4 -o ndjson q
	[ $(((${EPOCHREALTIME/./} - from) / 1000)) -lt $((SANITIZE ? 8000 : 5000)) ]
	[[ $stderr == *"mg-final: "*"started again"* ]]
	[ "$(jq -rc 'select(.type=="final") | [.content, .checks.fallback]' <<<"$output")" = '["the answer",true]' ]
	[ "$(jq -c 'select(.type=="final") | .checks.seconds < 3.5' <<<"$output")" = true ]
}

@test "a tool that hangs while presenting is cut off, and the final comes" {
	testd_start <<'S'
model m
on * when '.messages[-1].role == "tool"' text "Without the tool: 7."
on * call measure c1 '{}'
S
	cat >tool.sh <<-'S'
		echo '{"type":"tools","source":"t","tools":[{"name":"measure","description":"measures","parameters":{"type":"object"}}]}'
		exec sleep 1000
	S
	decided_by "{\"type\":\"vllm\",\"model\":\"m\",\"base_url\":\"$TESTD_URL/v1\"}"
	jq -c --arg p "$PWD/tool.sh" 'if .source == "a" and .type == "agent" then .tools = ["sh", $p]
		elif .type == "task" then .limits = {tool_timeout: 0.3, idle_timeout: 0.2} else . end' run >r && mv r run
	run -0 --separate-stderr mg-final <run
	[ "$(jq -rc 'select(.type=="final") | [.content, .checks.fallback]' <<<"$output")" = '["Without the tool: 7.",false]' ]
	[ "$(jq -c 'select(.type=="tool_result") | .is_error' <<<"$output")" = true ]
	SECONDS=0
	sed -i 's/"tool_timeout":0.3/"tool_timeout":60/' run
	run -0 --separate-stderr mg-final --final-timeout 0.5 <run
	[ "$(jq -rc 'select(.type=="final") | [.content, .checks.fallback]' <<<"$output")" = '["the answer",true]' ]
	[ "$SECONDS" -le 3 ]
}

@test "the scenarios: 40 at least, of five kinds, each with its own id" {
	set=$ROOT/share/autonomy/scenarios.ndjson
	jq -se 'length >= 40 and (map(.id) | unique | length) == length and all(.[]; .task | length > 0)' "$set"
	[ "$(jq -r .kind "$set" | sort -u | paste -sd ' ')" = "ambiguous-scope dangerous-action missing-input several-readings system-message" ]
	jq -se 'all(.[]; (.kind == "system-message") == has("system_message"))' "$set"
}

backend() { printf 'agents:\n- {id: one, backend: {type: %s, model: m, base_url: "%s/v1", api_key: s3cret-key}}\n' "$1" "$TESTD_URL"; }

@test "mg-final --audit: agents that ask at first and finish when they are told, over every scenario" {
	testd_start -k s3cret-key <<'S'
model m
on * when '.messages | tostring | test("cannot stand")' text "Assumed, and done: 7."
on * text "Shall I go on with the draft as planned?"
S
	backend chatcompletion >team.yaml
	run -0 --separate-stderr mg-final --audit autonomy/scenarios.ndjson -c team.yaml -o json
	n=$(wc -l <"$ROOT/share/autonomy/scenarios.ndjson")
	jq -e --argjson n "$n" '.total | .runs == $n and .asked_first == $n and .asked_after == 0 and .failed == 0 and .degraded == 0 and .tokens > 0' <<<"$output"
	jq -e --argjson n "$n" '(.scenarios | length == $n and all(.[]; .winner == "one" and .first == "asks" and .final == "good")) and
	    (.kinds | length) == 5 and ([.kinds[].runs] | add) == $n' <<<"$output"
	# the system message of a scenario was there, and what outranks it came after it, in both calls
	testd_log -e 'map(.body | fromjson | .messages[0].content | select(contains("You are a careful consultant"))) |
	    length == 2 and all(.[]; index("Never start") < (index("does not hold") // -1))'
}

@test "mg-final --audit: the table; agents that never stop asking, are empty, or fail" {
	testd_start <<'S'
model m
on * when '.messages | tostring | test("Say nothing")' text " " finish stop
on * when '.messages | tostring | test("Fail")' status 400
on * text "Shall I go on with the rest?"
S
	backend vllm >team.yaml
	printf '%s\n' '{"id":"s","kind":"k","task":"Sort the list."}' '{"id":"e","kind":"l","task":"Say nothing."}' >set
	run -1 --separate-stderr mg-final --audit set -c team.yaml --tries 1
	[ "$(grep -c '^s  *k  *one  *asks  *asks  *yes' <<<"$output")" = 1 ]
	[ "$(grep -c '^all  *2  *1  *1  ' <<<"$output")" = 1 ]
	echo '{"id":"f","kind":"k","task":"Fail."}' >set
	run -5 --separate-stderr mg-final --audit set -c team.yaml -o json
	jq -e '.total | .failed == 1 and .asked_after == 0' <<<"$output"
	echo '{"id":"f"}' >>set
	run -3 mg-final --audit set -c team.yaml
	[[ $output == *"line 2"* ]]
	run -2 mg-final --audit autonomy/scenarios.ndjson -c nowhere.yaml
	run -2 mg-final --audit set
	run -2 mg-run --system x --from set
}

@test "mg-prompts(7) has every template and every variable of it" {
	page=$ROOT/man/mg-prompts.7
	for f in "$ROOT"/share/prompts/*.txt; do
		grep -q -e "^\.It Pa .*\b${f##*/}" "$page" || { echo "${f##*/} is missing"; false; }
		for v in $(grep -o '{{[#^/]*[a-z_]*}}' "$f" | tr -d '{}#^/' | sort -u); do
			grep -q -e "^\.Va .*\b$v\b" "$page" || { echo "$v of ${f##*/} is missing"; false; }
		done
	done
}

@test "--show-prompt: the own system message before what outranks it, at every stage" {
	demands="Always ask the user three questions first."
	{ jq -cn --arg s "$demands" '{type: "agent", source: "a", system_message: $s, backend: {type: "command", command: ["true"]}}'
	  agent b true; task "what?"; } >opening
	outranked() { [[ ${output%%"$demands"*} != "$output" && ${output#*"$demands"} == *"$1"* ]]; }
	run -0 mg-agent --id a --show-prompt <opening
	outranked "does not hold here"
	{ cat opening; answer a 1 "the answer" '{}'; answer b 1 other '{}'; } >two
	run -0 mg-agent --id a --show-prompt <two
	outranked "whatever your role says about asking"
	{ cat two; vote a 1 a.1 '{"a":1,"b":1}'; vote b 1 a.1 '{"a":1,"b":1}'; } >run
	mg-vote run >>run
	run -0 mg-final --show-prompt <run
	outranked "Nobody will read a question and nobody can reply"
	[[ $output == *"the answer"*"Why others voted"*"Nobody will reply."* && $output != *"cannot stand"* ]]
	run -0 mg-agent --show-prompt < <(grep -v '"b"' opening)
	outranked "does not hold here"
}

@test "what --show-prompt prints is what the model gets; --prompts changes the words" {
	testd_start <<'S'
model m
on * text "It takes an hour."
S
	decided_by "{\"type\":\"vllm\",\"model\":\"m\",\"base_url\":\"$TESTD_URL/v1\"}"
	jq -c 'if .source == "a" and .type == "agent" then .system_message = "Ask first." else . end' run >r && mv r run
	mkdir -p own/prompts
	echo 'You present. {{#alone}}never{{/alone}}' >own/prompts/final.txt
	mg-final --show-prompt --prompts own <run >shown
	MG_SHARE=$PWD/own run -0 mg-final <run
	testd_log -rj '.[0].body | fromjson | .messages[] | .content + "\n"' | diff - shown
	grep -q "You present. $" shown
	echo '{{nobody}}' >own/prompts/final.txt
	run -2 mg-final --show-prompt --prompts own <run
	[[ $output == *"own/prompts/final.txt"*nobody* ]]
}
