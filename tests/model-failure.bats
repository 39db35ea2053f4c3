#!/usr/bin/env bats
# model-failure.bats - statuses, errors inside streams, cuts, silence: what is tried again, and what is said.
# SPDX-License-Identifier: MIT

bats_require_minimum_version 1.5.0
load server/testd
load model

setup() { model_setup; }
teardown() { testd_stop; }

@test "status: each has its code, and only those that may pass are tried again" {
	{
		while read -r status _; do printf 'model s%s\non * status %s retry-after-ms 1\n' "$status" "$status"; done
	} >script <<-'END'
		400 bad_request 1
		401 auth 1
		402 quota 1
		403 permission 1
		404 not_found 1
		413 too_large 1
		422 bad_request 1
		408 timeout 2
		409 conflict 2
		429 rate_limit 2
		500 server 2
		502 server 2
		503 overloaded 2
		529 overloaded 2
	END
	testd_start <script
	while read -r status code tried; do
		ask "s$status" -l 1,5,5,9,2
		reply ".failed and .code == \"$code\" and .tried == $tried and .status == $status" 
		reply '.message | startswith("HTTP '"$status"': ")'
	done <<-'END'
		400 bad_request 1
		401 auth 1
		402 quota 1
		403 permission 1
		404 not_found 1
		413 too_large 1
		422 bad_request 1
		408 timeout 2
		409 conflict 2
		429 rate_limit 2
		500 server 2
		502 server 2
		503 overloaded 2
		529 overloaded 2
	END
}

@test "429: waits as long as the server asks, in all three ways of saying it" {
	testd_start <<'END'
model seconds
on 1 status 429 retry-after 1
on * text hi
model fraction
on 1 status 429 retry-after 0.3
on * text hi
model ms
on 1 status 429 retry-after 30 retry-after-ms 250.5
on * text hi
model date
on 1 status 429 retry-after-date 2
on * text hi
END
	for m in seconds fraction ms date; do
		ask "$m"
		reply '.text == "hi" and .tried == 2'
	done
	testd_log -e 'def gap($m): [.[] | select(.model == $m) | .t_ms] | .[1] - .[0];
		(gap("seconds") | . >= 1000 and . < 1900) and (gap("fraction") | . >= 300 and . < 900)
		and (gap("ms") | . >= 250 and . < 900) and (gap("date") | . >= 900 and . < 2900)'
	grep -q '^note: retry rate_limit: HTTP 429: .*again in' said
}

@test "429 without a word about time: half a second, then one, less up to a quarter; three tries in all" {
	testd_start <<<$'model m\non * status 429'
	ask m
	reply '.failed and .code == "rate_limit" and .tried == 3 and .retryable'
	testd_log -e '[.[].t_ms] | length == 3 and (.[1] - .[0] | . >= 370 and . < 900) and (.[2] - .[1] | . >= 740 and . < 1500)'
}

@test "429 that asks for more time than the turn has: given up at once" {
	testd_start <<<$'model m\non * status 429 retry-after 60'
	ask m -l 1,5,5,3,3
	reply '.failed and .tried == 1 and (.message | test("limit"))'
}

@test "429 without money is quota: not tried again; x-should-retry overrules every status" {
	testd_start <<'END'
model quota
on * status 429 code insufficient_quota
model never
on * status 500 header x-should-retry false
model yes
on 1 status 400 header x-should-retry true retry-after-ms 1
on * text hi
END
	ask quota
	reply '.code == "quota" and .tried == 1 and (.retryable | not)'
	ask never
	reply '.code == "server" and .tried == 1'
	ask yes
	reply '.text == "hi" and .tried == 2'
}

@test "a server that loads its model is waited for longer than three tries" {
	testd_start <<'END'
model m
on 1-4 status 503 json '{"error":{"message":"Loading model","type":"unavailable_error","code":503}}' retry-after-ms 10
on * text up
END
	ask m
	reply '.text == "up" and .tried == 5'
}

@test "400: context, filter, and a field that the server does not know: once more without it" {
	testd_start <<'END'
model context
on * status 400 json '{"error":{"message":"This model has a maximum context length of 4096 tokens","type":"invalid_request_error","code":"context_length_exceeded"}}'
model llama
on * status 400 json '{"error":{"code":400,"message":"too long","type":"exceed_context_size_error","n_ctx":512}}'
model filter
on * status 400 json '{"error":{"message":"no","code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}}'
model options
on * when '.stream_options' status 400 json '{"error":{"message":"Unrecognized request argument supplied: stream_options"}}'
on * text "without"
model tokens
on * when '.max_tokens' status 400 json '{"error":{"message":"Unsupported parameter: max_tokens. Use max_completion_tokens instead."}}'
on * when '.max_completion_tokens == 7' text "renamed"
END
	ask context
	reply '.code == "context_length" and .tried == 1'
	ask llama
	reply '.code == "context_length" and (.message | test("too long"))'
	ask filter
	reply '.code == "filter"'
	ask options
	reply '.text == "without" and .tried == 2'
	testd_log -e '[.[] | select(.model == "options") | .body | fromjson | has("stream_options")] == [true, false]'
	"$DRIVE" -b "$(backend tokens '"max_tokens":7')" >said; tail -n 1 said >reply
	reply '.text == "renamed"'
}

@test "an error's text is found in every shape, and a page is quoted without its tags" {
	testd_start <<'END'
model a
on * status 400 json '{"error":{"message":"shape a"}}'
model b
on * status 400 json '{"object":"error","message":"shape b","code":400}'
model c
on * status 400 json '{"code":"x","error":"shape c"}'
model d
on * status 422 json '{"detail":[{"loc":["body","messages"],"msg":"shape d"}]}'
model e
on * status 400 json '[{"error":{"code":400,"message":"shape e","status":"INVALID_ARGUMENT"}}]'
model f
on * status 400 body "shape f"
model g
on * status 502 html
model h
on * status 400 json '{"detail":"shape h"}'
END
	for m in a b c d e f h; do
		ask $m -l 1,5,5,5,1
		reply ".message | test(\"shape $m\")"
	done
	ask g -l 1,5,5,5,1
	reply '.code == "server" and (.message | test("<") | not)'
}

@test "an error inside a stream wins: no call of it is left, and it is tried again after a restart" {
	testd_start <<'END'
model mid
on 1 file chat-error-mid.sse
on * text "second try"
model router
on * file chat-error-mid-openrouter.sse
model event
on * file chat-error-event.sse
model calls
on * call f c '{}' error invalid_request_error "no more"
model json
on * json '{"error":{"message":"came with 200","code":"model_not_found"}}'
END
	ask mid
	reply '.text == "second try" and .tried == 2 and (.failed | not)'
	[ "$(grep -o '^note: [a-z]*' said | tr '\n' ' ')" = "note: retry note: restart " ]
	ask router -l 1,5,5,5,1
	reply '.code == "overloaded" or .code == "server"'
	ask event -l 1,5,5,5,1
	reply '.failed and .code == "rate_limit"'
	ask calls
	reply '.failed and .calls == [] and .tried == 1 and (.message | test("no more"))'
	ask json
	reply '.failed and .code == "not_found" and .status == 200 and .message == "came with 200"'
}

@test "a stream that is cut is truncated, not an answer, wherever it is cut" {
	testd_start <<'END'
model mid
on * text "one two three" cut mid
model midline
on * text "one two three" cut midline
model midargs
on * call f c '{"content":"a long enough text to be cut"}' cut midargs
model rst
on * text "one two three" rst mid
model nofinish
on * text "one two three" finish none no-done
model headers
on * text "one" cut headers
END
	for m in mid midline midargs rst nofinish headers; do
		ask $m -l 1,5,5,9,1
		reply '.failed and .retryable and .calls == []'
		reply '.code == "truncated" or .code == "network"'
	done
	ask mid -l 1,5,5,9,1
	reply '.code == "truncated" and .text != "" and .stop == "error"'
}

@test "cut behind the reason to stop is whole; a server that then says nothing is not waited for long" {
	testd_start <<'END'
model cut
on * text "enough" no-usage cut done
model none
on * text "enough" no-done
model silent
on * text "enough" no-usage hang done
END
	ask cut -l 1,5,5,9,1
	reply '.text == "enough" and (.failed | not)'
	ask none -l 1,5,5,9,1
	reply '.text == "enough" and (.failed | not)'
	ask silent -l 1,30,30,30,1
	reply '.text == "enough" and (.failed | not)'
}

@test "limits: no first byte, silence, a stream without end; comments reset the silence and end nothing" {
	testd_start <<'END'
model start
on * text x hang start
model headers
on * text x hang headers
model mid
on * text "one two three" hang mid
model endless
on * endless gap 5
model comments
on * comments-forever gap 20
model slow
on * comment a comment b comment c comment d text ok each gap 150
END
	for m in start headers; do
		ask $m -l 1,0.3,9,9,1
		reply '.failed and .code == "timeout" and .retryable'
	done
	ask mid -l 1,5,0.3,9,1
	reply '.failed and .code == "timeout" and (.message | test("silent")) and .text != ""'
	ask endless -q -l 1,5,5,0.5,1
	reply '.failed and .code == "timeout" and (.message | test("0.5 s"))'
	ask comments -l 1,5,0.5,1,1
	reply '.failed and .code == "timeout" and (.message | test("turn"))'
	ask slow -l 1,5,0.4,9,1
	reply '.text == "ok"'
}

@test "a reply beyond 64 MiB is ended" {
	testd_start <<<$'model m\non * big 65M'
	ask m -q -l 1,5,5,60,1
	reply '.failed and .code == "protocol" and (.message | test("67108864"))'
}

@test "nobody listens; not HTTP; HTML with 200; a redirection; an empty reply of a local server" {
	testd_start <<'END'
model html
on * html
model away
on * redirect "http://elsewhere.example/v1"
model nothing
on * raw ""
model done
on * raw "data: [DONE]\n\n"
END
	url=$TESTD_URL
	TESTD_URL=http://127.0.0.1:1
	ask m -l 1,5,5,9,2
	reply '.code == "network" and .tried == 2 and (.message | test("127.0.0.1:1: Connection refused"))'
	TESTD_URL=$url
	ask html
	reply '.code == "protocol" and .tried == 1 and (.message | test("<") | not)'
	ask away
	reply '.code == "protocol" and .tried == 1 and (.message | test("elsewhere.example")) and (.message | test("/v1") | not)'
	for m in nothing done; do
		ask $m
		reply '.failed and .code == "context_length" and (.message | test("empty")) and .tried == 1'
	done
}

@test "the key stands in its header and nowhere else, not even where a server repeats it" {
	testd_start -k sk-very-secret <<'END'
model echo
on * status 401 json '{"error":{"message":"Incorrect API key provided: sk-very-secret, look it up"}}'
END
	"$DRIVE" -k sk-very-secret -b "$(backend echo)" >said; tail -n 1 said >reply
	reply '.code == "auth" and (.message | test("\\*\\*\\*, look it up"))'
	run ! grep -q sk-very said
	testd_log -e '.[0].key_ok and (.[0].key_elsewhere | not)'
	run -2 "$DRIVE" -k $'a\nX: y' -b "$(backend echo)"
	[[ $output == *"control character"* ]]
}
