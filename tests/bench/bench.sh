#!/bin/sh
# bench.sh - the figures that mg must reach, each beside its target and what it is compared with.
# SPDX-License-Identifier: MIT
#
# usage: bench.sh BUILD      BUILD holds mg-*, tests/mg-testd and tests/bench/*
#
# A target that is missed is no failure; a program that does not run is.  Wall time is date's, and holds
# what a call of date takes (the first line); CPU and peak memory are GNU time's (- where there is none),
# CPU to 10 ms a call.
set -eu
bin=$(cd "${1:?usage: bench.sh BUILD}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || :; rm -rf "$dir"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$dir"
MG_STATE_DIR=$dir/state
PATH=$bin:$PATH
export MG_STATE_DIR PATH
unset MG_SHARE http_proxy HTTP_PROXY all_proxy ALL_PROXY

for tool in curl jq; do
	command -v $tool >/dev/null || { echo "bench.sh: $tool: not found: it is what mg is compared with" >&2; exit 1; }
done
case $(date +%N) in *[!0-9]*|'') echo "bench.sh: date: has no %N: GNU date is needed" >&2; exit 1 ;; esac
gnu_time=/usr/bin/time
"$gnu_time" -f %M true >/dev/null 2>&1 || gnu_time=

# line WHAT MEASURED TARGET [REST]
# pick SHARED STATIC: the target of the build that is measured
pick() { case $bin in */static) echo "$2" ;; *) echo "$1" ;; esac; }
line() { printf '%-44s %-18s %-26s %s\n' "$1" "$2" "${3:+(target $3)}" "${4-}"; }
calc() { awk "BEGIN { printf \"$1\", $2 }"; }

# run COMMAND...: its output is dropped, and what it said is shown if it fails
run() {
	"$@" >/dev/null 2>"$dir/stderr" && return
	echo "bench.sh: $1: exit $?: $(tail -n 3 "$dir/stderr")" >&2
	exit 1
}

took() { # COMMAND...: sets ns
	t0=$(date +%s%N)
	run "$@"
	t1=$(date +%s%N)
	ns=$((t1 - t0))
}

# median COUNT COMMAND...: sets ms
median() {
	count=$1
	shift
	: >"$dir/times"
	i=0
	while [ $((i += 1)) -le "$count" ]; do
		took "$@"
		echo "$ns" >>"$dir/times"
	done
	ms=$(sort -n "$dir/times" | awk '{ t[NR] = $1 } END { printf "%.2f", (t[int((NR + 1) / 2)] + t[int(NR / 2) + 1]) / 2e6 }')
}

# usage COMMAND...: sets kib, mib (peak of the biggest process) and cpu (seconds, with all that it waited for)
usage() {
	kib='' mib='-' cpu='-'
	[ -n "$gnu_time" ] || { run "$@"; return; }
	run "$gnu_time" -o "$dir/usage" -f '%M %U %S' "$@"
	read -r kib user sys <"$dir/usage"
	mib="$(calc %.1f "$kib / 1024") MiB"
	cpu=$(calc %.2f "$user + $sys")
}

agent() { mg-agent --id a <q; }
curl_alone() { curl -sSN -H 'Content-Type: application/json' -d @body "$url/v1/chat/completions"; }
both() { curl_alone && jq -n 1; }

# pss PID: KiB of a process and all below it
pss() {
	awk '/^Pss:/ { print $2 }' "/proc/$1/smaps_rollup" 2>/dev/null || :
	for child in $(cat /proc/"$1"/task/*/children 2>/dev/null || :); do
		pss "$child"
	done
}

start_server() {
	cat >script <<-'S'
	model one
	on * text "Tides follow the moon."
	model many
	on * tokens 100000
	model held*
	on * when '.tools' auto says "I am {model}."
	on * gate gate text "Presented."
	model *
	on * auto says "I am {model}." final "Presented by {model}."
	S
	mkfifo address
	"$bin/tests/mg-testd" --no-stdin -l requests script >address &
	server=$!
	read -r url <address || { echo "bench.sh: mg-testd: did not start" >&2; exit 1; }
}

opening() { # MODEL
	printf '{"type":"agent","source":"a","backend":{"type":"chatcompletion","model":"%s","base_url":"%s/v1","api_key":"k"}}\n' "$1" "$url"
	echo '{"type":"task","source":"user","content":"Why tides?"}'
}

team() { # MODEL...
	echo agents:
	for m; do
		echo "- {id: $m, backend: {type: chatcompletion, model: $m, base_url: '$url/v1', api_key: k}}"
	done
}

start_to_exit() {
	median 20 :
	line "a call of date, in every time below" "$ms ms" ""
	median 20 curl --version
	curl_ms=$ms
	usage curl --version
	line "curl --version" "$ms ms" "" "$mib"
	for p in mg-vote mg-chunk mg-run mg-agent mg-final; do
		median 20 "$bin/$p" --version
		usage "$bin/$p" --version
		case $p in
		mg-agent|mg-final) target=$(pick "$curl_ms ms" "2 ms, 4 MiB") ;;
		*) target=$(pick "5 ms, 6 MiB" "2 ms, 4 MiB") ;;
		esac
		line "$p --version" "$ms ms" "$target" "$mib, $(calc %.2f "$ms / $curl_ms") of curl"
	done
}

one_answer() {
	opening one >q
	echo '{"model":"one","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Why tides?"}]}' >body
	median 20 both
	plain=$ms
	line "curl of a stream + jq -n 1" "$ms ms" ""
	median 20 curl_alone
	line "curl of a stream" "$ms ms" ""
	alone=$ms
	median 20 agent
	usage mg-agent --id a <q
	line "mg-agent, one answer" "$ms ms" "$(pick "$(calc %.2f "$plain + 3") ms, 14 MiB" "$alone ms, 6 MiB")" "$mib, $(calc %.2f "$ms / $plain") of curl + jq"
}

three_agents() {
	team alice bob carol >team.yaml
	median 5 mg-run -q -c team.yaml "Why tides?"
	usage mg-run -q -c team.yaml "Why tides?"
	line "3 agents to the final: wall" "$(calc %.3f "$ms / 1000") s" "$(pick "0.2 s" "0.07 s")" "2.07 s in MassGen v0.0.24: $(calc %.2f "$ms / 2070")"
	line "3 agents to the final: CPU, whole tree" "$cpu s" "$(pick "0.15 s" "0.03 s")" "1.44 s in MassGen v0.0.24"
	tree
}

nine_agents() {
	team n1 n2 n3 n4 n5 n6 n7 n8 n9 >team.yaml
	median 5 mg-run -q -c team.yaml "Why tides?"
	usage mg-run -q -c team.yaml "Why tides?"
	line "9 agents to the final: wall" "$(calc %.3f "$ms / 1000") s" "$(pick '' "0.15 s")" "$cpu s CPU; 3.2 s in MassGen v0.0.24"
}

# What the whole tree holds while the winner presents, which waits until it has been read.
tree() {
	[ -r /proc/self/smaps_rollup ] || return 0
	team held1 held2 held3 >held.yaml
	: >requests
	mg-run -q -c held.yaml "Why tides?" >/dev/null &
	whole=$!
	until [ "$(grep -c . requests)" -ge 7 ]; do
		kill -0 "$whole" 2>/dev/null || { echo "bench.sh: mg-run: ended before the final" >&2; exit 1; }
		sleep 0.02
	done
	kib=$(pss "$whole" | awk '{ s += $1; n++ } END { printf "%d %d", s, n }')
	: >gate
	wait "$whole"
	line "3 agents, at the final: PSS, whole tree" "$(calc %.1f "${kib% *} / 1024") MiB" "$(pick "30 MiB" "12 MiB")" "${kib#* } processes; 105 MiB in MassGen v0.0.24"
}

tokens() {
	opening one >q
	usage mg-agent --id a <q
	one=$cpu
	opening many >q
	[ "$(mg-agent --id a <q | grep -c '"type":"content"')" = 100000 ] || { echo "bench.sh: mg-agent: deltas are missing" >&2; exit 1; }
	usage mg-agent --id a <q
	[ "$cpu" = - ] || cpu="$(calc %.1f "($cpu - $one) * 10") us"
	line "a streamed token, CPU of mg-agent" "$cpu" "25 us" "100000 deltas, $mib"
}

bus() {
	[ -f "$here/bus.sh" ] || return 0
	mkdir peers
	ln -s "$bin"/mg-* "$bin"/tests/bench/* peers
	sh "$here/bus.sh" peers
}

command_agents() {
	echo agents: >five.yaml
	for a in 1 2 3 4 5; do
		# shellcheck disable=SC2016 # the agent's own shell expands it
		printf -- "- {id: c%s, backend: {type: command, command: [sh, -c, 'cat >/dev/null; case \$MG_STAGE in evaluate) echo VOTE agent1 ok;; *) echo n%s;; esac']}}\n" "$a" "$a" >>five.yaml
	done
	median 5 mg-run -q -c five.yaml "Which?"
	usage mg-run -q -c five.yaml "Which?"
	line "5 command agents, vote, decision, final" "$ms ms" "150 ms" "$cpu s CPU"
}

# journal LINES PAD: three agents, an answer now and then, their votes; PAD bytes of text in a content
journal() {
	awk -v n="$1" -v pad="$2" 'BEGIN {
		ts = "\"ts\":\"2026-01-02T03:04:05.678Z\""
		for (text = "tok"; length(text) < pad; text = text " and so on") ;
		for (a = 1; a <= 3; a++)
			printf "{\"type\":\"agent\",\"source\":\"a%d\",\"backend\":{\"type\":\"command\",\"command\":[\"true\"]},%s}\n", a, ts
		printf "{\"type\":\"task\",\"source\":\"user\",\"content\":\"Why?\",%s}\n", ts
		for (a = 1; a <= 3; a++)
			printf "{\"type\":\"answer\",\"source\":\"a%d\",\"label\":\"a%d.1\",\"seen\":{},\"content\":\"because %d\",%s}\n", a, a, a, ts
		for (i = 10; i < n; i++)
			printf "{\"type\":\"content\",\"source\":\"a%d\",\"turn\":\"a%d/1-7fbb\",\"content\":\"%s\",%s}\n", i % 3 + 1, i % 3 + 1, text, ts
		for (a = 1; a <= 3; a++)
			printf "{\"type\":\"vote\",\"source\":\"a%d\",\"for\":\"a1.1\",\"seen\":{\"a1\":1,\"a2\":1,\"a3\":1},\"n\":2,\"reason\":\"r\",%s}\n", a, ts
	}'
}

select_lines() {
	size=300
	[ "$(df -Pk . | awk 'NR == 2 { print $4 }')" -ge 2097152 ] || size=60
	journal $((size * 4000)) 155 >big
	size=$(($(wc -c <big) / 1000000))
	took mg-chunk select '.type=="answer"' big
	ours=$ns
	usage mg-chunk select '.type=="answer"' big
	peak=$mib
	took jq -c 'select(.type=="answer")' big
	mg-chunk select 'select(.type=="answer") | .label' big >ours
	jq -c 'select(.type=="answer") | .label' big >theirs
	rm big
	cmp ours theirs >&2
	line "jq -c select(...), $size MB" "$(calc %.2f "$ns / 1e9") s" ""
	line "mg-chunk select, $size MB" "$(calc %.2f "$ours / 1e9") s" "5 times jq" "$(calc %.1f "$ns / $ours") times jq, $peak"
}

votes() {
	journal 10000 4 >small
	usage mg-vote small
	few=$kib
	journal 1000000 4 >big
	median 3 mg-vote big
	usage mg-vote big
	line "mg-vote, 1 million chunks" "$(calc %.2f "$ms / 1000") s" "1 s" "$mib${few:+, $(calc %+.2f "($kib - $few) / 1024") MiB against 10000 chunks}"
	rm big
}

verdict() { "$@" || [ $? = 1 ]; }

# the labelled texts of the detector's tests, often enough: 20 MB as plain text, 60 MB as chunks
check_finals() {
	jq -cRs '"\n" + . | split("\n@@@ ")[1:][] | split("\n@@\n")
		| {type: "task", source: "user", content: (.[0] | sub("^[^\n]*\n"; ""))},
		  {type: "final", source: "mg-final", content: (.[1] | gsub("[⟦⟧]"; ""))}' "$here"/../asks/learn/0[0-9].txt >chunks
	jq -r 'select(.type == "final") | .content' chunks >text
	while [ "$(wc -c <text)" -lt 20000000 ]; do cat text text >more && mv more text; done
	while [ "$(wc -c <chunks)" -lt 60000000 ]; do cat chunks chunks >more && mv more chunks; done
	size=$(wc -c <text)
	took verdict mg-final --text <text
	line "mg-final --text, $((size / 1000000)) MB of finals" "$(calc %.1f "$size * 1e3 / $ns") MB/s" "20 MB/s"
	took "$bin/tests/bench/jv-parse" <chunks
	theirs=$ns
	took verdict mg-final --check <chunks
	line "mg-final --check, $(($(wc -c <chunks) / 1000000)) MB of chunks" "$(calc %.2f "$ns / 1e9") s" "1.25 of libjq's parse" "$(calc %.2f "$ns / $theirs") of libjq's parse"
	rm text chunks
}

# What presenting takes beside the winner's own time: from the decision to the ask, and from its done to the
# final, by the chunks' own times.
presenting() {
	team alice bob carol >team.yaml
	i=0
	: >times
	while [ $((i += 1)) -le 20 ]; do
		mg-run -q -o ndjson -c team.yaml "Why tides?" >run
		jq -rs '
			def ms: .ts[11:23] | split(":") | ((.[0] | tonumber) * 3600 + (.[1] | tonumber) * 60 + (.[2] | tonumber)) * 1000;
			(map(select(.type == "ask"))[0]) as $ask
			| (map(select(.type == "done" and .turn == $ask.turn))[0] | ms) as $done
			| ($ask | ms) - (map(select(.type == "decision"))[0] | ms) + (map(select(.type == "final"))[0] | ms) - $done
			| round' run >>times
	done
	line "presenting, beside the model's own time" "$(sort -n times | awk '{ t[NR] = $1 } END { print t[10] }') ms" "5 ms" "20 runs, at most $(sort -n times | tail -n 1) ms"
}

start_server
start_to_exit
one_answer
three_agents
nine_agents
presenting
tokens
command_agents
select_lines
votes
check_finals
bus
