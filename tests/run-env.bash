# run-env.bash - what the tests of the programs share: where they are, and a private state folder.
bats_require_minimum_version 1.5.0
PATH="$MG_BUILD:$PATH"
export MG_STATE_DIR="$BATS_TEST_TMPDIR/state"
unset MG_SHARE OPENAI_API_KEY
cd "$BATS_TEST_TMPDIR" || exit 1

# agent ID SCRIPT: an agent chunk of a command in text mode
agent() {
	jq -cn --arg id "$1" --arg s "$2" '{type: "agent", source: $id, backend: {type: "command", command: ["sh", "-c", $s]}}'
}
task() { jq -cn --arg t "$1" '{type: "task", source: "user", content: $t}'; }
answer() {	# ID N CONTENT SEEN
	jq -cn --arg id "$1" --arg n "$2" --arg c "$3" --argjson s "$4" \
	    '{type: "answer", source: $id, label: "\($id).\($n)", seen: $s, content: $c}'
}
vote() {	# ID N FOR SEEN
	jq -cn --arg id "$1" --argjson n "$2" --arg f "$3" --argjson s "$4" \
	    '{type: "vote", source: $id, for: $f, seen: $s, n: $n, reason: "r"}'
}
