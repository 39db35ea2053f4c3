#!/usr/bin/env bats
# model-request.bats - what goes to the server: bodies, headers, addresses, histories, tapes.
# SPDX-License-Identifier: MIT

bats_require_minimum_version 1.5.0
load server/testd
load model

setup() { model_setup; }
teardown() { testd_stop; }

# show BACKEND [driver option...]: the request in ./shown, its body in ./body
show() {
	local b=$1
	shift
	"$DRIVE" -s -b "$b" "$@" >shown || return
	sed '1,/^$/d' shown >body
}

body() {
	jq -e "$1" body >/dev/null || { printf 'not so: %s\n' "$1"; cat shown; return 1; }
}

@test "dry run: method, URL, headers with the key masked, an empty line, the body; nothing is sent" {
	show '{"type":"vllm","model":"m","base_url":"http://127.0.0.1:1/v1/"}' -k sk-very-secret
	[ "$(head -n 1 shown)" = "POST http://127.0.0.1:1/v1/chat/completions" ]
	grep -qx 'Authorization: Bearer \*\*\*' shown
	grep -qx 'Content-Type: application/json' shown
	grep -qx 'Accept: text/event-stream' shown
	run ! grep -q very-secret shown
	body '. == {"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Q"}]}'
}

@test "flags of older configurations and mg's own keys never reach the wire, unknown keys do" {
	show '{"type":"chatcompletion","model":"m","base_url":"http://127.0.0.1:1/v1","api_key":"k","cwd":"/tmp","mcp_servers":{"a":{}},
		"allowed_tools":["a"],"exclude_tools":[],"enable_web_search":true,"enable_code_interpreter":true,"enable_code_execution":true,
		"agent_temporary_workspace":"x","context_paths":[],"context_write_access_enabled":true,"session_id":"s","agent_id":"a",
		"max_mcp_message_history":3,"circuit_breaker_enabled":false,"provider_name":"P","provider":"P","permission_mode":"x","timeout":3,
		"temperature":0.1,"top_p":null,"something_new":[1,"x"]}'
	body '. == {"model":"m","stream":true,"stream_options":{"include_usage":true},"temperature":0.1,"something_new":[1,"x"],
		"messages":[{"role":"user","content":"Q"}]}'
}

@test "vLLM's keys in all five spellings; extra_body, extra_headers, extra_query" {
	show '{"type":"vllm","model":"m","base_url":"http://127.0.0.1:1/v1","top_k":20,"repetition_penalty":1.2,"enable_thinking":false,
		"extra_body":{"chat_template_kwargs":{"other":1},"search_parameters":{"mode":"auto"}},"extra_headers":{"X-Title":"mg"},
		"extra_query":{"a b":"c&d"}}'
	body '.top_k == 20 and .repetition_penalty == 1.2 and .chat_template_kwargs == {"enable_thinking":false,"other":1}
		and .search_parameters == {"mode":"auto"} and (has("extra_body") or has("enable_thinking") | not)'
	grep -qx 'X-Title: mg' shown
	head -n 1 shown | grep -q '/chat/completions?a%20b=c%26d$'
	show '{"type":"sglang","model":"m","chat_template_kwargs":{"thinking":true},"separate_reasoning":true}'
	body '.chat_template_kwargs == {"thinking":true} and .separate_reasoning'
	show '{"type":"qwen","model":"m","enable_thinking":true}'
	body '.enable_thinking'
}

@test "the limit of tokens has the name that the host knows; efforts are translated for OpenAI" {
	show '{"type":"openai","model":"gpt-5","max_tokens":9,"reasoning":{"effort":"low","summary":"auto"},"text":{"verbosity":"low"}}'
	body '.max_completion_tokens == 9 and .reasoning_effort == "low" and .verbosity == "low" and (has("max_tokens") or has("reasoning") or has("text") | not)'
	show '{"type":"groq","model":"m","max_completion_tokens":9}'
	body '.max_tokens == 9 and (has("max_completion_tokens") | not)'
	show '{"type":"openrouter","model":"m","reasoning":{"effort":"low"},"provider":{"sort":"price"}}'
	body '.reasoning == {"effort":"low"} and .provider == {"sort":"price"}'
}

@test "Azure: the deployment in the path, the version in the query, the key in its own header" {
	for url in https://x.openai.azure.com https://x.openai.azure.com/openai/ https://x.openai.azure.com/openai/deployments/gpt-x; do
		show '{"type":"azure_openai","model":"gpt-x","base_url":"'$url'","api_version":"2024-12-01-preview"}' -k sk-secret
		[ "$(head -n 1 shown)" = "POST https://x.openai.azure.com/openai/deployments/gpt-x/chat/completions?api-version=2024-12-01-preview" ]
		grep -qx 'api-key: \*\*\*' shown
	done
}

@test "a conversation: arguments byte for byte, each result behind its call, cut arguments never, media behind" {
	show '{"type":"vllm","model":"m"}' -m '[{"role":"system","content":"S"},{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},
		{"role":"assistant","content":null,"calls":[{"id":"c1","name":"f","arguments":"{\"z\":9007199254740993,\"a\":1.0}"},{"id":"c2","name":"f","arguments":"{\"a"}]},
		{"role":"tool","call_id":"c1","content":[{"type":"text","text":"R"},{"type":"image","mime":"image/png","data":"AAAA"}]},
		{"role":"tool","call_id":"c2","name":"f","content":"bad","is_error":true}]'
	body '.messages[0] == {"role":"system","content":"S"} and .messages[1] == {"role":"user","content":"a\nb"}'
	body '.messages[2] == {"role":"assistant","content":"","tool_calls":[
		{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"z\":9007199254740993,\"a\":1.0}"}},
		{"id":"c2","type":"function","function":{"name":"f","arguments":"{}"}}]}'
	body '.messages[3] == {"role":"tool","tool_call_id":"c1","content":"R"} and .messages[4] == {"role":"tool","tool_call_id":"c2","content":"bad"}'
	body '.messages[5].role == "user" and .messages[5].content[1] == {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}'
}

@test "media of a question, each in its own part" {
	show '{"type":"vllm","model":"m"}' -m '[{"role":"user","content":[{"type":"text","text":"T"},{"type":"image","url":"https://i.example/a.png","detail":"low"},
		{"type":"audio","mime":"audio/mpeg","data":"AA"},{"type":"video","url":"https://v.example"},{"type":"file","name":"a.pdf","mime":"application/pdf","data":"BB"}]}]'
	body '.messages[0].content == [{"type":"text","text":"T"},{"type":"image_url","image_url":{"url":"https://i.example/a.png","detail":"low"}},
		{"type":"input_audio","input_audio":{"data":"AA","format":"mp3"}},{"type":"video_url","video_url":{"url":"https://v.example"}},
		{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,BB"}}]'
}

@test "thinking goes back to those who want it, and to nobody else" {
	m='[{"role":"user","content":"Q"},{"role":"assistant","content":"","reasoning":"hm","opaque":[{"think_as":"reasoning_content"},{"type":"reasoning.text","text":"hm"},{"call_id":"c","extra":{"google":{"thought_signature":"s"}}}],
		"calls":[{"id":"c","name":"f","arguments":"{}"}]},{"role":"tool","call_id":"c","content":"R"},{"role":"assistant","content":"A"}]'
	for t in openai cerebras groq together; do
		show '{"type":"'$t'","model":"m"}' -m "$m"
		body '.messages[1] | has("reasoning_content") or has("reasoning") or has("opaque") | not'
	done
	show '{"type":"deepseek","model":"m"}' -m "$m"
	body '.messages[1].reasoning_content == "hm" and .messages[3].reasoning_content == ""'
	show '{"type":"kimi","model":"m"}' -m "$(jq -c '.[1].reasoning = null' <<<"$m")"
	body '(.messages[1].reasoning_content | length > 0) and (.messages[3] | has("reasoning_content") | not)'
	show '{"type":"openrouter","model":"m"}' -m "$m"
	body '.messages[1].reasoning_details == [{"type":"reasoning.text","text":"hm"}]'
	show '{"type":"chatcompletion","model":"m","base_url":"http://127.0.0.1:1/v1"}' -m "$m"
	body '.messages[1].reasoning_content == "hm" and .messages[1].tool_calls[0].extra_content == {"google":{"thought_signature":"s"}}'
}

@test "tools: names that every server takes, and back; a schema has its root type" {
	testd_start <<'END'
model m
on 1 call mcp_files_read c1 '{}'
on 2 call Mcp-Files-Read c1 '{}'
END
	o='[{"name":"mcp.files/read","description":"D","parameters":{},"source":"x"},{"name":"plain"}]'
	ask m -o "$o" -n 2
	jq -se '[.[].calls[0].name] == ["mcp.files/read", "mcp.files/read"]' <(grep '^{' said)
	testd_log -e '.[0].body | fromjson | .tools == [{"type":"function","function":{"name":"mcp_files_read","description":"D","parameters":{"type":"object","properties":{}}}},
		{"type":"function","function":{"name":"plain","parameters":{"type":"object","properties":{}}}}]'
	testd_log -e '.[0].headers | .expect == null and .accept == "text/event-stream"'
}

@test "stream: false is the user's to ask" {
	testd_start <<<$'model m\non * text "whole then"'
	"$DRIVE" -b "$(backend m '"stream":false')" >said; tail -n 1 said >reply
	reply '.text == "whole then"'
	testd_log -e '.[0].body | fromjson | .stream == false and (has("stream_options") | not)'
}

@test "record keeps the bytes and no secret; replay gives the same with no network, retries and all" {
	testd_start -k sk-very-secret <<'END'
model m
on 1 status 503 retry-after-ms 5
on 2 file chat-tools.sse split 700
on 3 reads chat-bad-utf8.reads
END
	"$DRIVE" -k sk-very-secret -r tape -n 2 -b "$(backend m)" >live
	[ "$(ls tape | tr '\n' ' ')" = "001.reply 001.request.json 002.reply 002.request.json 003.reply 003.request.json " ]
	[ "$(stat -c %a tape/001.reply tape/001.request.json | sort -u)" = 600 ]
	run ! grep -rq very-secret tape
	jq -e '.url | test("/v1/chat/completions$")' tape/002.request.json
	jq -e '.headers.Authorization == "Bearer ***" and .body.model == "m"' tape/002.request.json
	testd_stop
	"$DRIVE" -p tape -n 2 -b "$(backend m)" >played
	diff <(grep -v '^note' live) <(grep -v '^note' played)
	run -4 "$DRIVE" -p tape -n 3 -b "$(backend m)"
}

@test "a provider file of the user's: its own place, its faults named, ~/.jq never read" {
	mkdir -p share/providers
	printf 'def request: {body: {mine: 1}};\ndef event: .data | {text: .t, stop: .s};\n' >share/providers/openai-chat.jq
	testd_start <<<$'model *\non * event \'{"t":"own","s":"stop"}\''
	echo 'def event: {text: "from home"};' >.jq
	MG_SHARE=$PWD/share "$DRIVE" -s -b "$(backend m)" | grep -qx '{"mine":1}'
	echo 'def request: .a |;' >share/providers/openai-chat.jq
	MG_SHARE=$PWD/share run -2 "$DRIVE" -b "$(backend m)"
	[[ $output == *"providers/openai-chat.jq: "* ]]
	echo 'def request: error("why not"); def event: empty;' >share/providers/openai-chat.jq
	MG_SHARE=$PWD/share run -3 "$DRIVE" -s -b "$(backend m)"
	[[ $output == *"why not"* ]]
}
