# peers.bash - stand-ins for agents and offices, and runs to watch: load peers
# SPDX-License-Identifier: MIT

peers_setup() {
	PATH=$MG_BUILD:$PATH
	T=$BATS_TEST_TMPDIR
	cd "$T" || return 1
	export MG_STATE_DIR=$T/state
	unset MG_SHARE XDG_STATE_HOME XDG_CONFIG_HOME
	export HOME=$T
	RUN_PID=
	: >q
}

peers_teardown() {
	[ -z "$RUN_PID" ] || kill -9 "$RUN_PID" 2>/dev/null || :
}

# script NAME <BODY: an executable that begins with these words
script() {
	{
		cat <<'SH'
#!/bin/sh
for id; do :; done                       # an agent's id is its last argument
hear() { while IFS= read -r line; do case $line in *"$1"*) return 0 ;; esac; done; return 1; }
ready() { hear '"source":"mg-run","status":"ready"'; }
stay() { exec cat 3>&1 >/dev/null; }      # descriptor 3: its output stays open
answer() { printf '{"type":"answer","source":"%s","label":"%s.%s","seen":%s,"content":"%s"}\n' "$id" "$id" "$1" "$2" "$3"; }
vote() { printf '{"type":"vote","source":"%s","for":"%s","seen":%s,"n":%s}\n' "$id" "$1" "$2" "$3"; }
SH
		cat
	} >"$T/$1"
	chmod +x "$T/$1"
}

# agent ID <BODY: the script becomes an agent of the opening in ./q
agent() {
	script "agent-$1"
	jq -nc --arg id "$1" --arg s "$T/agent-$1" \
		'{type: "agent", source: $id, backend: {type: "command", command: ["true"]}, launcher: [$s]}' >>q
}

task() {
	jq -nc --arg t "${1:-why?}" '{type: "task", source: "user", content: $t}' >>q
}

# Offices that do the least: decide for the first answer heard when so many have come; present it.
offices() {
	script vote <<SH
n=0
while hear '{"type":"answer"'; do
	n=\$((n + 1))
	[ \$n != 1 ] || { label=\${line#*\\"label\\":\\"}; label=\${label%%\\"*}; }
	[ \$n != ${1:-1} ] || break
done
printf '{"type":"decision","source":"mg-vote","winner":"%s","answer":"%s"}\n' "\${label%.*}" "\$label"
hear '{"type":"decision"' && exit 0
SH
	script final <<'SH'
hear '{"type":"decision"' || exit 1
case $line in *'"winner":null'*) exit 1 ;; esac
printf '{"type":"final","source":"mg-final","content":"the final"}\n'
hear '{"type":"final"' && exit 0
SH
}

# The same for runs with long lines: sh reads a byte at a time.
fast_offices() {
	cat >vote <<'SH'
#!/bin/sh
exec jq -nc --unbuffered 'foreach inputs as $c (null; if $c.type == "answer" then $c.label else null end;
	if . != null then {type: "decision", source: "mg-vote", winner: (. / "." | .[0]), answer: .}
	elif $c.type == "decision" then halt else empty end)'
SH
	cat >final <<'SH'
#!/bin/sh
exec jq -nc --unbuffered 'inputs | if .type == "decision" then
	{type: "final", source: "mg-final", content: "the final"} elif .type == "final" then halt else empty end'
SH
	chmod +x vote final
}

OFFICES=(--vote ./vote --final ./final)

# begin ARGUMENTS: a run in the background whose chunks are read with until_chunk
begin() {
	rm -f out
	mkfifo out
	mg-run -o ndjson "$@" >out 2>err 3>&- &
	RUN_PID=$!
	exec 7<out
}

# until_chunk TEXT: reads the run's chunks up to one that holds TEXT; it is in $chunk
until_chunk() {
	while IFS= read -r -t 20 chunk <&7; do
		case $chunk in *"$1"*) return 0 ;; esac
	done
	echo "no chunk with $1 came" >&2
	cat err >&2
	return 1
}

# finish: reads the rest; the exit status is in $status
finish() {
	cat <&7 >rest
	exec 7<&-
	status=0
	wait "$RUN_PID" || status=$?
	RUN_PID=
}

journal() {
	cat "$T"/state/runs/*/journal.ndjson
}

# chunks PROGRAM: a jq program over the journal as one array
chunks() {
	journal | jq -s -c "$@"
}

# now in milliseconds
ms() {
	echo $(($(date +%s%N) / 1000000))
}
