#!/bin/sh
# Holds mg-testd to README.md, with curl and jq.  usage: selftest.sh [MG-TESTD]
# SPDX-License-Identifier: MIT
set -u
bin=${1:-mg-testd}
here=$(cd "$(dirname "$0")" && pwd)
t=$(mktemp -d)
bad=0 ran=0 pid=

stop() {
	[ -z "$pid" ] || { exec 9>&-; wait "$pid"; }	# the end of its stdin ends it
	pid=
}
trap 'stop; rm -rf "$t"' EXIT

start() {			# the script on stdin
	cat >"$t/script"
	mkfifo "$t/in" "$t/out"
	"$bin" -d "$here/recorded" -l "$t/log" -e "$t/ends" -k sk-secret "$t/script" \
		<"$t/in" >"$t/out" &
	pid=$!
	exec 9>"$t/in"
	read -r url <"$t/out"
}

is() {				# name, expected, got
	ran=$((ran + 1))
	[ "$2" = "$3" ] && return
	bad=$((bad + 1))
	printf 'not ok: %s\n  expected: %s\n  got:      %s\n' "$1" "$2" "$3"
}

ask() {				# model, curl options
	m=$1
	shift
	curl -sN --max-time 5 -H 'Authorization: Bearer sk-secret' -H 'Content-Type: application/json' \
		-d "{\"model\":\"$m\",\"stream\":true}" "$@" "$url/v1/chat/completions"
}

deltas() {
	sed -n 's/^data: *\({.*\)/\1/p' | jq -j ".choices[0].delta$1 // empty"
}

start <<'END'
owner vllm
model alice
on 1 answer "It is \"four\", said {model} {n}"
on 2 vote agent2 "why not"
on 3-4 status 429 retry-after 0.2 code insufficient_quota
on 5- text "plain"
model file
on * file chat-text.sse split n
model whole
on 1 whole think "hm" text "all at once"
on 2 call f "" '{"a":9007199254740993,"b":1.0}' call g - '{}' args 1
on 3 call f - '{"a":1}' no-id no-index whole-call
on 4 think "a" text "b c" usage 10 5 no-done finish length
model args
on * call new_answer c1 '{"content":"0123456789012345678901234567890123456789"}' args 40
model when
on * times 1 when '.messages[-1].role == "tool"' text "after a tool"
on * text "no"
model auto
on * auto says "mine" final "the end"
model gzip
on * file chat-tools.sse gzip
model crlf
on 1 file chat-error-mid.sse crlf bom
on 2 file chat-error-mid.sse no-blank
on 3 reads chat-unicode-split.reads
on 4 file chat-tools.sse bytewise
model cut
on 1 text "one two three" cut midline
on 2 text "ein \xC3\xBC bel" pieces 1 cut midchar
on 3 call f - '{"abc":"defgh"}' cut midargs
on 4 text "one two" cut done frame close
on 5 text "one" cut headers
on 6 text "one" cut start
on 7 text "one two" rst mid
on 8 text "plain" cut midchar
on 9 text "x" error server_error "broke"
on 10 json '{"error":{"message":"in 200"}}'
on 11 html
on 12 text "x" type application/json
on 13 redirect http://elsewhere.example/
on 14 status 413 html
on 15 tokens 1000
on 16 big 5MB
model hold
on 1 text "x" hang end
on 2 hang headers
on 3 hang start
on 4 text "a b c d" hang mid
on 5 endless
on 6 comments-forever gap 100
on 7 text "a b c d" gap 100
on 8 latency 300 text "x"
model first
on * after second 1 text "came later"
model second
on * text "came first"
path /version
on 1 status 503 json '{"error":"loading"}'
on * json '{"version":"1"}'
END

out=$(ask alice)
is 'an answer is a call' '{"content":"It is \"four\", said alice 1"}' \
	"$(printf '%s\n' "$out" | deltas '.tool_calls[0].function.arguments')"
is 'with its name' new_answer "$(printf '%s\n' "$out" | deltas '.tool_calls[0].function.name')"
is 'and its reason' tool_calls "$(printf '%s\n' "$out" | sed -n 's/^data: \({.*\)/\1/p' |
	jq -r '.choices[0].finish_reason // empty')"
is 'the terminator' 'data: [DONE]' "$(printf '%s\n' "$out" | tail -n 1)"
is 'a vote' '{"agent_id":"agent2","reason":"why not"}' \
	"$(ask alice | deltas '.tool_calls[0].function.arguments')"
is 'a status' '429 0.2 insufficient_quota' "$(ask alice -o "$t/b" -w '%{http_code} ' -D "$t/h"
	sed -n 's/^Retry-After: \(.*\)\r/\1 /p' "$t/h" | tr -d '\n'; jq -r .error.code "$t/b")"
is 'a range' 429 "$(ask alice -o /dev/null -w '%{http_code}')"
is 'an open range' plain "$(ask alice | deltas .content)"

i=0
while [ $i -lt 40 ]; do
	ask file >"$t/f"
	cmp -s "$t/f" "$here/recorded/chat-text.sse" || is "split $i" same different
	i=$((i + 1))
done

is 'not streamed' '{"r":"hm","c":"all at once","f":"stop"}' "$(ask whole |
	jq -c '{r:.choices[0].message.reasoning_content,c:.choices[0].message.content,f:.choices[0].finish_reason}')"
out=$(ask whole)
is 'arguments are byte-identical' '{"a":9007199254740993,"b":1.0}{}' \
	"$(printf '%s\n' "$out" | deltas '.tool_calls[0].function.arguments')"
is 'ids as told' '["",0]["call_NN_1",1]' "$(printf '%s\n' "$out" | sed -n 's/^data: \({.*\)/\1/p' |
	jq -c '.choices[0].delta.tool_calls[0] | select(.id) | [.id,.index]' |
	sed 's/call_[0-9]*_/call_NN_/' | tr -d '\n')"
is 'nothing that was left out' '{"type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}' \
	"$(ask whole | sed -n 's/^data: \({.*tool_calls.*\)/\1/p' | jq -c '.choices[0].delta.tool_calls[0]?' |
	head -n 1)"
out=$(ask whole)
is 'usage, finish, no terminator' '15 length 0' "$(printf '%s\n' "$out" | sed -n 's/^data: \({.*\)/\1/p' |
	jq -r '.usage.total_tokens // empty' ) $(printf '%s\n' "$out" | sed -n 's/^data: \({.*\)/\1/p' |
	jq -r '.choices[0].finish_reason // empty') $(printf '%s\n' "$out" | grep -c DONE)"
is '40 pieces of arguments' 40 "$(ask args | grep -c '"arguments":"[^"]')"

is 'a condition that does not hold' no "$(ask when | deltas .content)"
is 'a condition that holds' 'after a tool' \
	"$(ask when -d '{"model":"when","stream":true,"messages":[{"role":"tool"}]}' 2>&1 >/dev/null
	curl -sN -d '{"model":"when","stream":true,"messages":[{"role":"tool"}]}' \
	"$url/v1/chat/completions" | deltas .content)"
tool() { echo "{\"type\":\"function\",\"function\":{\"name\":\"$1\",\"parameters\":{\"type\":\"object\",\"properties\":{\"agent_id\":{\"enum\":[\"agent3\",\"agent4\"]}}}}}"; }
auto() { curl -sN -d "{\"model\":\"auto\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"vote new_answer\"}],\"tools\":[$1]}" "$url/chat/completions"; }
is 'auto answers' '{"content":"mine"}' "$(auto "$(tool new_answer)" | deltas '.tool_calls[0].function.arguments')"
is 'auto votes' agent3 "$(auto "$(tool new_answer),$(tool vote)" | deltas '.tool_calls[0].function.arguments' | jq -r .agent_id)"
is 'auto talks' 'the end' "$(auto "$(tool search)" | deltas .content)"

ask gzip --compressed >"$t/f"
is 'gzip' same "$(cmp -s "$t/f" "$here/recorded/chat-tools.sse" && echo same)"
is 'gzip without being asked' 1f8b "$(ask gzip | od -An -tx1 -N2 | tr -d ' ')"
is 'CRLF and a BOM' 'efbbbf 4' "$(ask crlf >"$t/f"; od -An -tx1 -N3 "$t/f" | tr -d ' \n') $(grep -c "$(printf '\r')\$" "$t/f")"
is 'no blank line at the end' "$(($(wc -c <"$here/recorded/chat-error-mid.sse") - 1))" "$(ask crlf | wc -c)"
is 'a list of reads' 'ñ水🐟' "$(ask crlf | tr -d '\r' | deltas .content)"
ask crlf >"$t/f"
is 'byte by byte' same "$(cmp -s "$t/f" "$here/recorded/chat-tools.sse" && echo same)"

is 'cut in a line' '18 0' "$(ask cut >"$t/f"; echo $? "$(tail -c 1 "$t/f" | grep -c '}')")"
is 'cut in a character' '18 c3' "$(ask cut >"$t/f"; echo $? "$(tail -c 1 "$t/f" | od -An -tx1 | tr -d ' ')")"
is 'cut in the arguments' '{"abc":"defg' "$(ask cut | deltas '.tool_calls[0].function.arguments')"
is 'cut before the terminator, no framing' '0 one two' "$(ask cut >"$t/f"; echo $? "$(deltas .content <"$t/f")")"
is 'cut after the headers' '18 200' "$(ask cut -o /dev/null -w '%{http_code}' >"$t/f"; echo $? "$(cat "$t/f")")"
is 'cut at the start' 52 "$(ask cut; echo $?)"
is 'reset' 56 "$(ask cut >/dev/null; echo $?)"
is 'a place that is not there is said' 1 "$(ask cut | grep -c 'no such place')"
is 'error in the stream' 'broke 0' "$(ask cut >"$t/f"; sed -n 's/^data: //p' "$t/f" | jq -r '.error.message // empty') $(grep -c DONE "$t/f")"
is 'a JSON error with 200' '200 application/json' "$(ask cut -o /dev/null -w '%{http_code} %{content_type}')"
is 'HTML' text/html "$(ask cut -o /dev/null -w '%{content_type}')"
is 'a wrong type' 'application/json x' "$(ask cut -o "$t/f" -w '%{content_type} '; deltas .content <"$t/f")"
is 'a redirect' '302 http://elsewhere.example/' "$(ask cut -o /dev/null -w '%{http_code} %{redirect_url}')"
is 'a status with HTML' '413 text/html' "$(ask cut -o /dev/null -w '%{http_code} %{content_type}')"
is 'many deltas' 1000 "$(ask cut | grep -c '"content":"tok "')"
is 'one long line' 5242880 "$(ask cut | deltas .content | wc -c)"

is 'held open' '28 1' "$(ask hold --max-time 0.3 >"$t/f"; echo $? "$(grep -c DONE "$t/f")")"
is 'silence after the headers' '28 200' "$(ask hold --max-time 0.3 -w '%{http_code}' >"$t/f"; echo $? "$(cat "$t/f")")"
is 'silence' '28 000' "$(ask hold --max-time 0.3 -w '%{http_code}' >"$t/f"; echo $? "$(cat "$t/f")")"
is 'silence in the middle' '28 0' "$(ask hold --max-time 0.3 >"$t/f"; echo $? "$(grep -c DONE "$t/f")")"
is 'no end' '28 yes' "$(ask hold --max-time 0.5 >"$t/f"; echo $? "$([ "$(wc -c <"$t/f")" -gt 1000000 ] && echo yes)")"
is 'comments, no data' '28 0 yes' "$(ask hold --max-time 0.5 >"$t/f"; echo $? "$(grep -c data: "$t/f")" "$([ "$(grep -c '^: k' "$t/f")" -lt 7 ] && echo yes)")"
is 'a gap between events' yes "$(ask hold -o /dev/null -w '%{time_total}' | awk '{ print ($1 > 0.5 && $1 < 1.5) ? "yes" : $1 }')"
is 'latency' yes "$(ask hold -o /dev/null -w '%{time_starttransfer}' | awk '{ print ($1 > 0.29 && $1 < 0.8) ? "yes" : $1 }')"
ask first >"$t/first" &
w=$!
is 'the other goes first' 'came first' "$(ask second | deltas .content)"
wait $w
is 'one waits for another' 'came later' "$(deltas .content <"$t/first")"

is 'models' 'alice vllm' "$(curl -s "$url/v1/models" | jq -r '.data[0] | .id + " " + .owned_by')"
is 'health' ok "$(curl -s "$url/health" | jq -r .status)"
is 'a path' '503 200' "$(curl -s -o /dev/null -w '%{http_code} ' "$url/version"; curl -s -o /dev/null -w '%{http_code}' "$url/version?x=1")"
is 'no path' 404 "$(curl -s -o /dev/null -w '%{http_code}' "$url/nothing")"
is 'no rule' 400 "$(ask nobody -o /dev/null -w '%{http_code}')"
head -c 300000 /dev/zero | tr '\0' ' ' >"$t/big"
is '100-continue, keep-alive' '200 200 1' "$(curl -s -H 'Expect: 100-continue' --data-binary @"$t/big" -o /dev/null \
	-w '%{http_code} ' "$url/version" --next -s -o /dev/null -w '%{http_code} %{num_connects}' "$url/version" |
	sed 's/ 0$/ 1/')"

is 'the log: one line a request' "$(jq -s 'map(.n) | max' "$t/log")" "$(wc -l <"$t/log")"
is 'the key is where it belongs' 'true false Bearer ***' "$(head -n 1 "$t/log" | jq -r '"\(.key_ok) \(.key_elsewhere) \(.headers.authorization)"')"
is 'and nowhere in the log' 0 "$(grep -c sk-secret "$t/log")"
ask alice -d '{"model":"alice","stream":true,"x":"sk-secret"}' >/dev/null
curl -s -d '{"model":"alice", "big":9007199254740993,"k":"sk-secret"}' "$url/v1/chat/completions" >/dev/null
is 'a key that leaked, the raw body' 'false true {"model":"alice", "big":9007199254740993,"k":"sk-secret"}' \
	"$(tail -n 1 "$t/log" | jq -r '"\(.key_ok) \(.key_elsewhere) \(.body)"')"
is 'ends' 'client complete cut reset' "$(jq -r .end "$t/ends" | sort -u | tr '\n' ' ' | sed 's/ $//')"
curl -sN --max-time 5 -d '{"model":"hold","stream":true}' "$url/v1/chat/completions" >/dev/null &
exec 9>&-
wait "$pid"
is 'the end of stdin ends it, nothing leaks' 0 $?
pid=
is 'and it is gone' '' "$(curl -s "$url/health")"
wait
for s in 'on 1 text x' 'model a
on 1 nonsense' 'model a
on 1 text "x' 'model a
on x text x' 'model a
on 1 cut nowhere'; do
	echo "$s" >"$t/script"
	"$bin" "$t/script" </dev/null >/dev/null 2>"$t/err"
	is "refused: $s" 2 $?
	is 'with its line' 1 "$(grep -c 'script:[12]: ' "$t/err")"
done
echo "$ran checks, $bad failed"
[ "$bad" = 0 ]
