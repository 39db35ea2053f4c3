# mg-agent.bats - one agent's turn: protocol, sections 4 and 5, with commands.
setup() { load run-env; }

two() { agent a "$1"; agent b true; task "what?"; }

@test "mg-agent: the first act is a blind answer" {
	two 'cat >prompt; echo forty-two' >q
	run -0 --separate-stderr mg-agent --id a <q
	[ "$(jq -c 'select(.type=="answer") | [.label,.seen,.content]' <<<"$output")" = '["a.1",{},"forty-two"]' ]
	grep -q 'what?' prompt
	run -1 grep -q VOTE prompt
}

@test "mg-agent: later acts show all answers under anonymous names and may vote" {
	{ two 'cat >prompt; echo "so:"; echo "VOTE agent2 it is right"'; answer a 1 mine '{}'; answer b 1 theirs '{}'; } >q
	run -0 --separate-stderr mg-agent --id a <q
	[ "$(jq -c 'select(.type=="vote") | [.for,.seen,.n,.reason]' <<<"$output")" = '["b.1",{"a":1,"b":1},1,"it is right"]' ]
	grep -q '^\[agent1, your own\]$' prompt
	grep -A1 '^\[agent2\]$' prompt | grep -q '^theirs$'
}

@test "mg-agent: an unknown name is a fault with its reason; three of them fail the agent" {
	{ two 'cat >>prompt; echo "VOTE agent9 because"'; answer a 1 mine '{}'; answer b 1 theirs '{}'; } >q
	run -1 --separate-stderr mg-agent --id a <q
	[ "$(jq -c 'select(.type=="error")' <<<"$output" | wc -l)" = 3 ]
	[ "$(jq -r 'select(.type=="status") | .status' <<<"$output" | tail -1)" = failed ]
	grep -q 'agent1, agent2' prompt
}

@test "mg-agent: a duplicate that is insisted on is a vote for what it repeats" {
	{ two 'cat >/dev/null; echo theirs'; answer a 1 mine '{}'; answer b 1 theirs '{}'; } >q
	run -0 --separate-stderr mg-agent --id a <q
	[ "$(jq -r 'select(.type=="vote") | .for' <<<"$output")" = b.1 ]
	[ -z "$(jq -c 'select(.type=="answer")' <<<"$output")" ]
}

@test "mg-agent: after its last act it may only vote" {
	{ two 'cat >prompt; case $(grep -c "did not count" prompt) in 0) echo new text;; *) echo "VOTE agent1 well";; esac'
	  answer a 1 one '{}'; answer a 2 two '{"a":1}'; answer a 3 three '{"a":2}'; } >q
	run -0 --separate-stderr mg-agent --id a <q
	[ "$(jq -r 'select(.type=="vote") | .for' <<<"$output")" = a.3 ]
}

@test "mg-agent: the only agent's reply is its answer, no vote is spoken of" {
	{ agent a 'cat >prompt; echo done'; task t; } >q
	run -0 mg-agent <q
	[ "$(jq -r 'select(.type=="answer") | .content' <<<"$output")" = done ]
}

@test "mg-agent: a command that fails: status failed with the end of its stderr" {
	two 'echo why it broke >&2; exit 3' >q
	run -1 --separate-stderr mg-agent --id a <q
	[[ $(jq -r 'select(.type=="status" and .status=="failed") | .detail.message' <<<"$output") == *"exit status 3: why it broke"* ]]
}

@test "mg-agent: a command that cannot be started, or hangs, fails within its time" {
	{ jq -cn '{type:"agent",source:"a",backend:{type:"command",command:["/no/such"]}}'; agent b true; task t; } >q
	run -1 mg-agent --id a <q
	{ jq -cn '{type:"agent",source:"a",backend:{type:"command",command:["sh","-c","sleep 1000 & sleep 1000"],timeout:0.2}}'
	  agent b true; task t; } >q
	run -5 mg-agent --id a <q
}

@test "mg-agent: a command that never reads its prompt may answer" {
	{ agent a 'echo short'; task "$(head -c 100000 /dev/zero | tr '\0' x)"; } >q
	run -0 mg-agent <q
	[ "$(jq -r 'select(.type=="answer") | .content' <<<"$output")" = short ]
}

@test "mg-agent: MG_ID, MG_STAGE and the backend's env reach the command" {
	{ agent a 'echo "$MG_ID $MG_STAGE $X"' | jq -c '.backend.env = {X: "y"}'; agent b true; task t; } >q
	run -0 --separate-stderr mg-agent --id a <q
	[ "$(jq -r 'select(.type=="answer") | .content' <<<"$output")" = "a answer y" ]
}

@test "mg-agent: which agent is asked for where there are several; an unknown id is a wrong call" {
	two true >q
	run -2 mg-agent <q
	run -2 mg-agent --id nobody <q
	run -3 mg-agent </dev/null --id a || [ "$status" = 2 ]
}

@test "mg-agent --show-prompt: prints the words and starts nothing" {
	two 'touch started; echo x' >q
	run -0 mg-agent --id a --show-prompt <q
	[[ $output == *new_answer* && $output == *"what?"* ]]
	[ ! -e started ]
}

@test "mg-agent --prompts: a user's text wins; a broken one is named" {
	mkdir -p p/prompts
	echo 'MINE {{task}}' >p/prompts/task.txt
	two true >q
	run -0 mg-agent --id a --show-prompt --prompts p <q
	[[ $output == *"MINE what?"* ]]
	echo '{{nonsense}}' >p/prompts/task.txt
	run -2 mg-agent --id a --show-prompt --prompts p <q
	[[ $output == *"no such variable: nonsense"* ]]
}

@test "mg-agent --follow: end of input cancels a running turn at once" {
	mkfifo in
	{ agent a 'echo on >started; sleep 1000'; agent b true; task t; } >q
	mg-agent --follow --id a <in >out &
	pid=$!
	exec 9>in
	cat q >&9
	echo '{"type":"status","source":"mg-run","status":"ready","n":1}' >&9
	for _ in $(seq 100); do [ -e started ] && break; sleep 0.05; done
	exec 9>&-
	wait $pid
	[ "$(jq -r 'select(.type=="status") | .status' out | tail -1)" = cut ]
	run -1 pgrep -f 'sleep 1000' -P $pid
}

# a program in chunk mode: answers at first, then votes; FILE gets what it heard
chunky() {
	cat >chunky.sh <<'S'
while IFS= read -r line; do
	printf '%s\n' "$line" >>heard
	case $line in *'"type":"ask"'*) ;; *) continue ;; esac
	case $line in
	*'"stage":"answer"'*) echo '{"type":"content","content":"I th"}'; echo '{"type":"answer","content":"from chunks"}' ;;
	*'"stage":"evaluate"'*) echo '{"type":"vote","for":"b.1","reason":"right"}' ;;
	*) echo '{"type":"content","content":"presented"}'; echo '{"type":"done"}' ;;
	esac
done
S
	jq -cn '{type:"agent",source:"a",backend:{type:"command",mode:"chunk",command:["sh","chunky.sh"]}}'
}

@test "mg-agent: a command in chunk mode is told the run, asked, and what it leaves out is filled in" {
	{ chunky; agent b true; task "what?"; } >q
	run -0 --separate-stderr mg-agent --id a <q
	[ "$(jq -c 'select(.type=="answer") | [.source,.label,.seen,.content]' <<<"$output")" = '["a","a.1",{},"from chunks"]' ]
	[ "$(jq -r 'select(.type=="content") | .content' <<<"$output")" = "I th" ]
	[ "$(jq -r .type heard | tr '\n' ' ')" = "agent agent task ask " ]
	{ cat q; answer a 1 mine '{}'; answer b 1 theirs '{}'; } >q2
	run -0 --separate-stderr mg-agent --id a <q2
	[ "$(jq -c 'select(.type=="vote") | [.for,.n,.seen]' <<<"$output")" = '["b.1",1,{"a":1,"b":1}]' ]
}

@test "mg-agent: chunk mode on the bus is one process for all turns, and presents" {
	{ chunky; agent b 'cat >/dev/null; [ $MG_STAGE = evaluate ] && echo "VOTE agent1 good" || echo from b'; task "what?"; } >q
	sed -i 's/^while/echo $$ >>pids\nwhile/; s/b\.1/a.1/' chunky.sh
	run -0 --separate-stderr mg-run --from q
	[ "$output" = presented ]
	[ "$(sort -u pids | wc -l)" = 1 ]
}

@test "mg-agent: a program in chunk mode that dies, speaks for another, or writes no chunk" {
	for script in 'read x; exit 3' 'echo nonsense; echo "{\"type\":\"answer\",\"source\":\"b\",\"content\":\"x\"}"; exit 0'; do
		{ jq -cn --arg s "$script" '{type:"agent",source:"a",backend:{type:"command",mode:"chunk",command:["sh","-c",$s]}}'
		  agent b true; task t; } >q
		run -5 --separate-stderr mg-agent --id a <q
		[ "$(jq -r 'select(.type=="status") | .status' <<<"$output" | tail -1)" = failed ]
		[ -z "$(jq -c 'select(.type=="answer")' <<<"$output")" ]
	done
}
