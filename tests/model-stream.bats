#!/usr/bin/env bats
# model-stream.bats - Chat Completions streams, as servers really send them.
# SPDX-License-Identifier: MIT

bats_require_minimum_version 1.5.0
load server/testd
load model

setup() { model_setup; }
teardown() { testd_stop; }

@test "stream: text, comments, escapes and usage" {
	testd_start <<<$'model m\non * file chat-text.sse'
	ask m
	reply '.text == "Tides follow the moon — naïve, yet true 🌙." and .stop == "stop" and (.failed | not)'
	reply '.input == 15 and .output == 11 and .cached == 6 and .model == "demo-1" and .tried == 1'
	[ "$(grep -c '^text: ' said)" -ge 2 ]
}

@test "stream: thinking, and two calls whose arguments are interleaved and split inside an escape" {
	testd_start <<<$'model m\non * file chat-tools.sse'
	ask m
	reply '.reasoning == "First the weather, then the sum." and .text == "" and .stop == "tool_calls"'
	reply '[.calls[] | .name, .arguments, .cut] == ["weather", "{\"city\":\"Z\\u00fcrich \\\"West\\\"\"}", false,
		"sum", "{\"z\":9007199254740993,\"a\":1.0}", false]'
	reply '.opaque == [{"think_as": "reasoning_content"}]'
}

@test "stream: no index, no id, no space after data:, no terminator, no last blank line" {
	testd_start <<<$'model m\non * file chat-compat-worst.sse'
	ask m
	reply '[.calls[] | .name, .arguments] == ["today", "{}", "sum", "{\"a\":3,\"b\":4}"]'
	reply '(.calls[0].id | test("^call_[0-9a-f]{8,}")) and .calls[1].id == "k9" and .input == 7 and .output == 6'
}

@test "stream: every recorded reply is the same however its bytes are cut" {
	for f in chat-text chat-tools chat-compat-worst chat-surrogates chat-odd-calls; do
		size=$(wc -c <"$BATS_TEST_DIRNAME/server/recorded/$f.sse")
		testd_start <<END
model whole
on * file $f.sse
model cut
on * file $f.sse split n
model bytes
on * file $f.sse bytewise
model crlf
on * file $f.sse crlf bytewise
model cr
on * file $f.sse cr bom split n
model bare
on * file $f.sse no-blank
END
		for m in whole bytes crlf bare; do
			ask $m -q
			jq -c '[.text, .reasoning, (.calls | map([.name, .arguments, .cut])), .stop, .input, .failed]' reply
		done >same
		"$DRIVE" -q -n $((size - 1)) -b "$(backend cut)" >all
		"$DRIVE" -q -n 40 -b "$(backend cr)" >>all
		jq -c '[.text, .reasoning, (.calls | map([.name, .arguments, .cut])), .stop, .input, .failed]' all >>same
		[ "$(sort -u same | wc -l)" = 1 ] || { echo "$f"; sort same | uniq -c; return 1; }
		testd_stop
	done
}

@test "stream: a character, the field's name and CR LF are split between reads" {
	testd_start <<<$'model m\non * reads chat-unicode-split.reads'
	ask m
	reply '.text == "ñ水🐟"'
}

@test "stream: halves of a surrogate pair in two deltas become one character, a lone one U+FFFD, NUL stays" {
	testd_start <<<$'model m\non * file chat-surrogates.sse'
	ask m
	reply '.text == "fox 🦊 half \ufffdx nul\u0000end"'
	run ! grep '^text: .*�.*fox' said
}

@test "stream: halves meet in arguments too, and one at the very end is given up" {
	testd_start <<'END'
model m
on * raw "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":\\\"\\ud83e\"}}]}}]}\n\n"
     raw "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\udd8a\\\"}\"}}]}}]}\n\n"
     raw "data: {\"choices\":[{\"delta\":{\"content\":\"end \\ud83e\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
END
	ask m
	reply '.calls[0].arguments == "{\"a\":\"🦊\"}" and .text == "end \ufffd"'
}

@test "stream: bytes that are no UTF-8 become U+FFFD and end nothing" {
	testd_start <<<$'model m\non * reads chat-bad-utf8.reads'
	ask m
	reply '(.failed | not) and (.text | test("\ufffd"))'
}

@test "calls: index 0 for all, one id twice, a late name, arguments as an object, the old function_call" {
	testd_start <<'END'
model zero
on * file chat-index-zero.sse
model same
on * file chat-same-id.sse
model odd
on * file chat-odd-calls.sse
model legacy
on * file chat-legacy-call.sse
END
	ask zero
	reply '.calls | length == 2 and map(.name) == ["sum", "sum"] and (map(.cut) | any | not)'
	ask same
	reply '.calls | length == 2 and (map(.id) | unique | length) == 2'
	ask odd
	reply '[.calls[] | .name, .arguments] == ["lookup", "{\"q\":\"late name\"}", "sum", "{\"b\":1,\"a\":2}"]'
	ask legacy
	reply '[.calls[] | .name, .arguments] == ["sum", "{\"a\":1,\"b\":2}"]'
}

@test "calls: arguments that are an object keep their bytes" {
	testd_start <<'END'
model m
on * event '{"choices":[{"delta":{"content":"x","tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments": {"id": 9007199254740993, "b":1.0, "a":[ ]} }}]},"finish_reason":"tool_calls"}]}'
END
	ask m
	reply '.calls[0].arguments == "{\"id\": 9007199254740993, \"b\":1.0, \"a\":[ ]}" and .text == "x"'
}

@test "calls: arguments in 40 pieces, a whole call in one delta, none at all, two without index and id" {
	testd_start <<'END'
model forty
on * call f c1 '{"content":"0123456789012345678901234567890123456789","n":9007199254740993}' args 40
model whole
on * call f - '{"a":1}' no-id no-index whole-call
model none
on * call now c2 ''
model two
on * event '{"choices":[{"delta":{"tool_calls":[{"function":{"name":"f","arguments":"{}"}},{"function":{"name":"f","arguments":"{\"a\":1}"}}]},"finish_reason":"stop"}]}'
END
	ask forty
	reply '.calls[0].arguments == "{\"content\":\"0123456789012345678901234567890123456789\",\"n\":9007199254740993}"'
	ask whole
	reply '.calls | length == 1 and .[0].arguments == "{\"a\":1}" and (.[0].id | length > 4)'
	ask none
	reply '.calls | map([.arguments, .cut]) == [["{}", false]]'
	ask two
	reply '[.calls[].arguments] == ["{}", "{\"a\":1}"] and .stop == "tool_calls"'
}

@test "calls: one that was cut off is marked, whatever the reason says; one without a name too" {
	testd_start <<'END'
model length
on * file chat-length.sse
model lies
on * call f c '{"a":"b' finish tool_calls
model nameless
on * event '{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","function":{"arguments":"{}"}}]},"finish_reason":"tool_calls"}]}'
END
	ask length
	reply '.stop == "length" and .calls[0].cut and .calls[0].name == "new_answer"'
	ask lies
	reply '.calls[0].cut'
	ask nameless
	reply '.calls[0].cut and .calls[0].name == "unnamed"'
}

@test "stream: nulls everywhere, parts as content, Azure's frames, several data lines, odd ends" {
	testd_start <<'END'
model nulls
on * file chat-nulls.sse
model parts
on * file chat-parts.sse
model azure
on * file chat-azure.sse
model lines
on * file chat-data-lines.sse
model odd
on * file chat-finish-odd.sse
END
	ask nulls
	reply '.text == "still here" and .output == 4 and .input == -1 and (.failed | not)'
	ask parts
	reply '.text == "Heavy." and .reasoning == "weigh it"'
	ask azure
	reply '.text == "Good day" and .stop == "stop"'
	ask lines
	reply '.text == "joined"'
	ask odd
	reply '.text == "One line." and .input == 8 and .output == 2'
}

@test "stream: <think> at the text's beginning is thinking, wherever it is cut; later it is text" {
	testd_start <<'END'
model tags
on * event '{"choices":[{"delta":{"content":"\n<thi"}}]}' event '{"choices":[{"delta":{"content":"nk>hm <b"}}]}'
     event '{"choices":[{"delta":{"content":"> yes</thin"}}]}' event '{"choices":[{"delta":{"content":"k>\n\nThe <think>"}}]}'
     event '{"choices":[{"delta":{"content":" tag"},"finish_reason":"stop"}]}'
model prefix
on * event '{"choices":[{"delta":{"content":"<thi"},"finish_reason":"stop"}]}'
END
	ask tags
	reply '.reasoning == "hm <b> yes" and .text == "The <think> tag"'
	ask prefix
	reply '.text == "<thi" and .reasoning == ""'
}

@test "stream: a refusal is text and ends in filter; OpenRouter's thinking is kept to be sent back" {
	testd_start <<'END'
model refusal
on * refusal "I will not"
model router
on * event '{"choices":[{"delta":{"reasoning":"a","reasoning_details":[{"type":"reasoning.text","index":0,"text":"a","format":"x"}]}}]}'
     event '{"choices":[{"delta":{"reasoning":"b","reasoning_details":[{"type":"reasoning.text","index":0,"text":"b","signature":"S"}]}}]}'
     event '{"choices":[{"delta":{"reasoning_details":[{"type":"reasoning.encrypted","index":1,"data":"E"}]}}]}'
     event '{"choices":[{"delta":{"content":"c"},"finish_reason":"stop"}]}'
END
	ask refusal
	reply '.text == "I will not" and .stop == "filter"'
	ask router
	reply '.reasoning == "ab" and [.opaque[] | select(.type)] == [
		{"type":"reasoning.text","index":0,"format":"x","signature":"S","text":"ab"},
		{"type":"reasoning.encrypted","index":1,"data":"E"}]'
}

@test "reply: whole JSON where a stream was asked for, SSE under a wrong type, gzip unasked" {
	testd_start <<'END'
model whole
on * whole think "hm" text "all at once" call f c '{"id":9007199254740993}'
model type
on * type application/json text "typed wrong"
model zip
on * gzip text "packed words"
END
	ask whole
	reply '.text == "all at once" and .reasoning == "hm" and .calls[0].arguments == "{\"id\":9007199254740993}"'
	ask type
	reply '.text == "typed wrong"'
	ask zip
	reply '.text == "packed words"'
	testd_log -e '.[2].headers["accept-encoding"] | . == null or . == "identity"'
}

@test "reply: 100000 tiny deltas, and one line of 5 MB" {
	testd_start <<'END'
model many
on * tokens 100K
model big
on * big 5M
END
	ask many -q
	reply '.pieces == 102400 and (.text | length) == 409600'
	ask big -q
	reply '(.text | length) == 5242880'
}

@test "reply: read to its terminator, not to the end of the connection, which is used again" {
	testd_start <<'END'
model held
on * text "done" hang end
model kept
on * text "done"
END
	ask held -l 1,5,5,5,1
	reply '.text == "done" and (.failed | not)'
	ask kept -n 3
	testd_log -e '[.[] | select(.model == "kept") | .conn] | length == 3 and (unique | length == 1)'
}
