#!/usr/bin/env bats
# config.bats - configurations: what they mean, and what is said of broken ones.
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016 # ${NAME} is meant as it stands

bats_require_minimum_version 1.5.0
load server/testd

setup() {
	CONFIG=$MG_BUILD/tests/lib-config
	ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
	cd "$BATS_TEST_TMPDIR" || return 1
	# nothing of the caller's reaches a test: no keys, no folder of texts
	for v in $(compgen -e | grep -E '_API_KEY$|_BASE_URL$|^OLLAMA_|^AZURE_|^MG_SHARE$|^XDG_CONFIG_HOME$'); do unset "$v"; done
	export HOME=$BATS_TEST_TMPDIR
}

teardown() { testd_stop; }

# yaml NAME <TEXT, then `run config load NAME`
yaml() { cat >"$1"; }
config() { "$CONFIG" "$@"; }
# agents FILE JQ... : over the array of agents
agents() { config load "$1" 2>/dev/null | jq -s 'map(select(.id))' | jq "${@:2}"; }
settings() { config load "$1" 2>/dev/null | jq -c 'select(.settings) | .settings'; }
# refuses FILE TEXT: exit 2, one line, the text in it
refuses() {
	run -2 config load "$1"
	[ "${#lines[@]}" = 1 ] || { echo "not one line: $output"; return 1; }
	case $output in *"$2"*) ;; *) echo "got: $output"; return 1 ;; esac
}
resolve() { config resolve "$1"; }

# ---- meaning ----

@test "config: one agent, its backend as it was written, everything unknown to mg passed on" {
	yaml a.yaml <<'Y'
agent:
  id: one
  system_message: |
    Line one.
    Line two.
  backend:
    type: chatcompletion
    model: m
    base_url: http://localhost:1/v1
    temperature: 0.95
    top_p: 0.7
    extra_body: {search_parameters: {mode: auto, return_citations: yes, n: 3}}
    nothing: null
Y
	[ "$(agents a.yaml -c '.[0]' | jq -cS .)" = "$(jq -cnS '{id:"one",system_message:"Line one.\nLine two.\n",
		backend:{type:"chatcompletion",model:"m",base_url:"http://localhost:1/v1",temperature:0.95,top_p:0.7,
		extra_body:{search_parameters:{mode:"auto",return_citations:true,n:3}}}}')" ]
	[ "$(settings a.yaml)" = '{}' ]
	run --separate-stderr -0 config load a.yaml
	[ -z "$stderr" ]
}

@test "config: ids: the default counts from 1, numbers become text, doubles are an error that names both lines" {
	yaml a.yaml <<'Y'
agents:
  - backend: {type: openai}
  - {id: 007, backend: {type: openai}}
  - backend: {type: openai}
Y
	[ "$(agents a.yaml -c 'map(.id)')" = '["agent1","007","agent3"]' ]
	yaml b.yaml <<'Y'
agents:
  - {id: x, backend: {type: openai}}
  - backend: {type: openai}
  - {id: x, backend: {type: openai}}
Y
	refuses b.yaml "b.yaml: line 4, column 10: agent 'x' stands already in line 2"
	yaml c.yaml <<'Y'
agents:
  - backend: {type: openai}
  - {id: agent1, backend: {type: openai}}
Y
	refuses c.yaml "line 3"
	yaml d.yaml <<<'agent: {id: mg-vote, backend: {type: openai}}'
	refuses d.yaml "mg-vote"
	yaml e.yaml <<<'agent: {id: "a\tb", backend: {type: openai}}'
	refuses e.yaml "control characters"
}

@test "config: YAML's scalars: 1.1 words and numbers when plain, text in quotes" {
	yaml a.yaml <<'Y'
agent:
  backend:
    type: openai
    a: [yes, No, on, OFF, true, False, ~, null]
    b: ["yes", 'no', "1", "1.5", "null", !!str 12]
    c: [12, -3, +4, 0x1F, 0o17, 017, 0b101, 1_000]
    d: [1.5, 1e3, 2.5e-1, .5, 6., !!float 3]
    e: [1.2.3, 12:30, 2024-01-01, 0x, "08", 1__, e3, gpt-5, y, n]
Y
	[ "$(agents a.yaml -c '.[0].backend.a')" = '[true,false,true,false,true,false,null,null]' ]
	[ "$(agents a.yaml -c '.[0].backend.b')" = '["yes","no","1","1.5","null","12"]' ]
	[ "$(agents a.yaml -c '.[0].backend.c')" = '[12,-3,4,31,15,15,5,1000]' ]
	[ "$(agents a.yaml -c '.[0].backend.d')" = '[1.5,1000,0.25,0.5,6,3]' ]
	[ "$(agents a.yaml -c '.[0].backend.e | map(type) | unique')" = '["number","string"]' ]
	[ "$(agents a.yaml -c '.[0].backend.e | map(select(type == "string"))')" = '["1.2.3","12:30","2024-01-01","0x","08","e3","gpt-5","y","n"]' ]
	yaml b.yaml <<<'agent: {backend: {type: openai, x: .nan}}'
	refuses b.yaml "line 1, column 36: a finite number"
	yaml c.yaml <<<'agent: {backend: {type: openai, x: !!python/object:os.system rm}}'
	refuses c.yaml "tag"
	yaml d.yaml <<<'agent: {backend: {type: openai, seed: 9007199254740993}}'
	run -0 config load d.yaml
	[[ "$output" == *"d.yaml: line 1: 9007199254740993: rounded"* ]]
}

@test "config: JSON means the same as YAML, with surrogate pairs and a byte order mark" {
	printf '\xef\xbb\xbf{"agents":[{"id":1,"backend":{"type":"openai","s":"\\ud83d\\ude00\\n\\/","n":[1,2.5,-1e2,true,null]}}],\r\n"ui":null}' >a.json
	[ "$(agents a.json -c '.[0]' | jq -cS .)" = '{"backend":{"n":[1,2.5,-100,true,null],"s":"😀\n/","type":"openai"},"id":"1"}' ]
	printf '{"agent":{"backend":{"type":"openai"}}}' >B.JSON
	[ "$(agents B.JSON -c '.[0].id')" = '"agent1"' ]
	config load - <<<'agent: {backend: {type: openai}}' | head -1 | jq -e '.id == "agent1"'
}

@test "config: limits have one name in both sections; null is no limit; only what was written is there" {
	yaml a.yaml <<'Y'
agent: {id: a, backend: {type: openai}}
timeout_settings:
  orchestrator_timeout_seconds: null
  final_timeout_seconds: 60
  first_byte_timeout_seconds: 2.5
orchestrator:
  idle_timeout_seconds: 0
  turn_timeout_seconds: 300
  max_answers: 2
  max_cost: 0.5
  max_tokens: 100000
  present: no
  judge: a
Y
	[ "$(settings a.yaml | jq -cS .)" = '{"deadline":0,"final_timeout":60,"first_byte_timeout":2.5,"idle_timeout":0,"judge":"a","max_answers":2,"max_cost":0.5,"max_tokens":100000,"present":false,"turn_timeout":300}' ]
	run --separate-stderr -0 config load a.yaml
	[ -z "$stderr" ]
	for bad in 'orchestrator_timeout_seconds: -1' 'max_answers: 0' 'max_answers: 1.5' 'max_cost: 0' 'judge: nobody' 'present: 1'; do
		yaml b.yaml <<-Y
		agent: {backend: {type: openai}}
		timeout_settings:
		  $bad
		Y
		refuses b.yaml "line 3, column"
	done
	yaml c.yaml <<'Y'
agent: {backend: {type: openai}}
timeout_settings: {max_answers: 1}
orchestrator: {max_answers: 2}
Y
	refuses c.yaml "max_answers stands already in line 3"
}

@test "config: commands, tools and launchers: a list, or one line that is split" {
	yaml a.yaml <<'Y'
agents:
  - id: a
    backend: {type: command, command: [./x, "two words", 3], mode: chunk, timeout: 5, env: {A: 1, B: yes, C: }}
    tools: ./tools --fast "a b"
    launcher: [ssh, host]
    order: 2
  - id: b
    backend: {command: "./y 'q r' \\\"", env: [TOKEN]}
Y
	[ "$(agents a.yaml -c '.[0]' | jq -cS .)" = '{"backend":{"command":["./x","two words","3"],"env":{"A":"1","B":"yes","C":""},"mode":"chunk","timeout":5,"type":"command"},"id":"a","launcher":["ssh","host"],"order":2,"tools":["./tools","--fast","a b"]}' ]
	[ "$(agents a.yaml -c '.[1].backend' | jq -cS .)" = '{"command":["./y","q r","\""],"env":["TOKEN"],"type":"command"}' ]
	for bad in 'command: []' 'command: ""' 'command: "a '"'"'b"' 'command: [""]' 'command: {a: b}' 'command: [x], mode: sometimes' \
		'command: [x], env: 3' 'command: [x], timeout: soon' 'type: command'; do
		yaml b.yaml <<<"agent: {id: q, backend: {$bad}}"
		refuses b.yaml "line 1, column"
	done
}

@test "config: empty sections are absent; agent wins over agents, with a warning" {
	yaml a.yaml <<'Y'
agent: {id: a, backend: {type: openai}}
agents: [{id: b, backend: {type: openai}}]
ui:
orchestrator:
timeout_settings: ~
Y
	[ "$(agents a.yaml -c 'map(.id)')" = '["a"]' ]
	run -0 config load a.yaml
	[[ "$output" == *"a.yaml: line 2: agents: left out"* ]]
}

@test "config: anchors, aliases and merge keys; what stands nearer wins" {
	yaml a.yaml <<'Y'
agents:
  - {id: a, backend: &b {type: openai, model: gpt-5, temperature: 1}}
  - {id: b, backend: *b}
  - id: c
    backend: {<<: *b, temperature: 2}
  - {id: d, backend: {<<: [{model: first}, *b]}}
Y
	[ "$(agents a.yaml -c 'map(.backend | [.model, .temperature])')" = '[["gpt-5",1],["gpt-5",1],["gpt-5",2],["first",1]]' ]
	[ "$(agents a.yaml -c 'map(.backend | has("<<")) | any')" = false ]
}

@test "config: v1 files are translated: ids, tools, limits of an agent, the run's limit" {
	yaml a.yaml <<'Y'
orchestrator: {max_duration: 90, consensus_threshold: 0.5, max_debate_rounds: 2, status_check_interval: 1.0, thread_pool_timeout: 5}
agents:
  - agent_id: 1
    agent_type: gemini
    model_config: {model: gemini-2.5-pro, tools: [live_search, code_execution], max_retries: 4, max_rounds: 5, inference_timeout: 150, temperature: 0.4, stream: true}
  - agent_id: 2
    agent_type: openai
    model_config: {model: o4-mini-high, tools: [code_execution]}
  - {agent_id: 3, agent_type: grok, model_config: {tools: [code_execution]}}
task: {domain: business}
streaming_display: {max_lines: 10}
logging: {log_dir: logs}
Y
	[ "$(agents a.yaml -c '.[0]' | jq -cS .)" = '{"backend":{"enable_code_execution":true,"enable_web_search":true,"model":"gemini-2.5-pro","temperature":0.4,"type":"gemini"},"id":"1","limits":{"tool_rounds":5,"tries":4,"turn_timeout":150}}' ]
	[ "$(agents a.yaml -c '.[1].backend' | jq -cS .)" = '{"enable_code_interpreter":true,"model":"o4-mini-high","type":"openai"}' ]
	[ "$(agents a.yaml -c '.[2].backend')" = '{"type":"grok"}' ]
	[ "$(settings a.yaml | jq -cS .)" = '{"deadline":90,"task":{"domain":"business"}}' ]
	run -0 config load a.yaml
	[[ "$output" == *"line 3: an agent in the v1 schema"* ]]
	[[ "$output" == *"line 1: consensus_threshold: no effect"* ]]
	[ "$(grep -c 'v1 schema' <<<"$output")" = 1 ]
}

@test "config: every example of MassGen loads; the surprising ones say so" {
	data=${MG_DATA:-$ROOT/../shared/data}/massgen-configs
	[ -d "$data" ] || skip "no folder $data"
	while IFS= read -r f; do
		config load "$f" >out 2>err || { echo "$f: $(cat err)"; return 1; }
		grep -E '^ *- (id|agent_id):|^agent:' "$f" | grep -vc '^ *#' >want
		jq -s 'map(select(.id)) | length' out >have
		diff want have || { echo "$f"; return 1; }
	done < <(find "$data" -name '*.yaml')
	cd "$data"
	config load basic/single/single_flash2.5.yaml 2>&1 >/dev/null | grep -q 'line 42: display'
	config load tools/mcp/claude_code_discord_mcp_example.yaml 2>&1 >/dev/null | grep -q 'line 9: mcp_servers: .*without effect'
	config load tools/filesystem/claude_code_flash2.5.yaml 2>&1 >/dev/null | grep -q 'line 8: cwd: .*without effect'
	config load v1/examples/production.yaml 2>&1 >/dev/null | grep -q 'v1 schema'
	[ "$(config load v1/examples/production.yaml 2>/dev/null | jq -c 'select(.settings).settings.deadline')" = 900 ]
	[ "$(config load basic/multi/fast_timeout_example.yaml 2>/dev/null | jq -c 'select(.settings).settings')" = '{"deadline":30}' ]
	# a key that is not supported yet is told once, however many agents have it
	[ "$(config load basic/multi/two_agents_gpt5.yaml 2>&1 >/dev/null | grep -c enable_web_search)" = 1 ]
}

@test "config: our own examples load without a word, by path and by name from anywhere" {
	for f in "$ROOT"/share/examples/*.yaml; do
		run --separate-stderr -0 config load "$f"
		[ -z "$stderr" ]
	done
	export MG_SHARE=$ROOT/share
	config load three-local | jq -se 'map(select(.id)) | map(.id) == ["solver","checker","writer"]'
	config load examples/mixed.yaml | jq -se 'map(select(.id)) | length == 4'
	run -2 config load no-such.yaml
	[[ "$output" == *"no-such.yaml: No such file or directory, and no example of that name"* ]]
	run -2 config load ../../../etc/passwd.yaml
}

# ---- what is said of mistakes ----

@test "config: unknown keys: file, line, and the nearest known key; inside backend they pass" {
	yaml a.yaml <<'Y'
agnets: x
agent:
  id: a
  systemmessage: hello
  backend:
    type: openai
    modle: gpt-5
    top_k: 3
    zzz: 1
ui:
  displaytype: simple
timeout_settings:
  orchestrator_timeout_second: 3
orchestrator:
  wholly_unheard_of: 1
Y
	run -0 config load a.yaml
	for want in "line 1: unknown key 'agnets': did you mean 'agents'?" \
		"line 4: unknown key 'systemmessage': did you mean 'system_message'?" \
		"line 7: key 'modle' goes to the provider as it is: did you mean 'model'?" \
		"line 11: unknown key 'displaytype': did you mean 'display_type'?" \
		"line 13: unknown key 'orchestrator_timeout_second': did you mean 'orchestrator_timeout_seconds'?" \
		"line 15: unknown key 'wholly_unheard_of': it has no effect"; do
		[[ "$output" == *"a.yaml: $want"* ]] || { echo "missing: $want"; echo "$output"; return 1; }
	done
	[ "$(grep -c 'a.yaml: line' <<<"$output")" = 6 ]
	[ "$(agents a.yaml -c '.[0].backend' | jq -cS .)" = '{"modle":"gpt-5","top_k":3,"type":"openai","zzz":1}' ]
	yaml b.yaml <<<'agent: {backend: {command: [x], moed: chunk}}'
	run -0 config load b.yaml
	[[ "$output" == *"unknown key 'moed': did you mean 'mode'?"* ]]
}

@test "config: broken YAML: file, line, column and what was expected" {
	printf 'agent:\n  backend: {type: openai\n  id: x\n' >a.yaml
	refuses a.yaml "a.yaml: line "
	[[ "$output" == *"expected ',' or '}'"* ]]
	printf 'agent:\n\tbackend: x\n' >b.yaml
	refuses b.yaml "b.yaml: line 2, column 1: a tab cannot indent YAML: blanks were expected"
	printf 'agent: {backend: {type: openai}}\nui: "open\n' >c.yaml
	refuses c.yaml "line 3, column 1: found unexpected end of stream, while scanning a quoted scalar that began in line 2"
	printf 'agent: {backend: {type: openai}}\n---\nagent: 2\n' >d.yaml
	refuses d.yaml "d.yaml: line 2, column 1: the end of the file was expected, a second document begins"
	printf 'agent: *nowhere\n' >e.yaml
	refuses e.yaml "line 1, column 8: alias *nowhere"
	printf 'agent: &a [*a]\n' >f.yaml
	refuses f.yaml "line 1, column 12: an alias cannot stand inside what it repeats"
	printf 'agent: {? [a] : b}\n' >g.yaml
	refuses g.yaml "a key was expected, this is a list"
	printf 'agent:\n  id: a\n  backend: {type: openai}\n  id: b\n' >h.yaml
	refuses h.yaml "h.yaml: line 4, column 3: key 'id' stands already in line 2"
	printf 'agent: {id: "a\0b"}\n' >i.yaml
	refuses i.yaml "i.yaml: line 1, column 15: text was expected, this is the control character 0x00"
	printf 'agent:\n  id: "\xff"\n' >j.yaml
	refuses j.yaml "j.yaml: line 2, column 8: UTF-8 text was expected"
	{ for _ in $(seq 100); do printf '['; done; } >k.yaml
	refuses k.yaml "k.yaml: line 1, column 65: nested too deep"
	printf '{%%}' >l.yaml
	refuses l.yaml "l.yaml: line 1, column 2"
}

@test "config: broken JSON: file, line, column and what was expected" {
	printf '{"agent": {"backend":\n  {"type": "openai" "model": "x"}}}' >a.json
	refuses a.json "a.json: line 2, column 21: a comma or } was expected"
	printf '{"agént": [1,\n2,]}' >b.json
	refuses b.json "b.json: line 2, column 3: a value was expected"
	printf '{"é": "ü", x}' >c.json
	refuses c.json "c.json: line 1, column 12: a key in double quotes was expected"
	printf '{"agent":{"backend":{"type":"openai","type":"x"}}}' >d.json
	refuses d.json "d.json: line 1, column 38: key 'type' stands already in line 1"
	printf '{"agent": "a\0b"}' >e.json
	refuses e.json "e.json: line 1, column 13: a control character"
	printf '{"agent": NaN}' >f.json
	refuses f.json "f.json: line 1, column 11: a value was expected"
	printf '{"a": 1} {}' >g.json
	refuses g.json "g.json: line 1, column 10: something follows the value"
	printf '%0300d' 0 | tr 0 '[' >h.json
	refuses h.json "nested too deep"
	{ printf '{"a":'; printf '%070d' 0 | tr 0 '['; printf '%070d' 0 | tr 0 ']'; printf '}'; } >i.json
	refuses i.json "nested too deep"
	printf '\0\0\0' >j.json
	refuses j.json "j.json: line 1, column 1"
}

@test "config: nothing, no mapping, no agents: said as such" {
	: >a.yaml
	refuses a.yaml "a.yaml: empty: a mapping with agents was expected"
	printf '# a comment\n' >b.yaml
	refuses b.yaml "b.yaml: empty"
	: >c.json
	refuses c.json "c.json: empty"
	printf -- '- a\n' >d.yaml
	refuses d.yaml "d.yaml: line 1, column 1: a mapping with agents was expected, this is a list"
	printf 'ui: {}\n' >e.yaml
	refuses e.yaml "no agents: a key agent or agents was expected"
	printf 'agents: []\n' >f.yaml
	refuses f.yaml "f.yaml: line 1, column 9: agents: at least one agent was expected"
	printf 'agents: {a: {}}\n' >g.yaml
	refuses g.yaml "agents: a list was expected, this is a mapping"
	printf 'agents: [3]\n' >h.yaml
	refuses h.yaml "an agent: a mapping was expected, this is a number"
	printf 'agent: {id: a}\n' >i.yaml
	refuses i.yaml "no backend"
	printf 'agent: {backend: {temperature: 1}}\n' >j.yaml
	refuses j.yaml "neither type nor model"
	printf 'agent: {backend: {type: opnai}}\n' >k.yaml
	refuses k.yaml "line 1, column 18: agent 'agent1': type 'opnai': no such backend: did you mean 'openai'?"
	printf 'agent: {backend: {model: no-such-model-1}}\n' >l.yaml
	refuses l.yaml "model 'no-such-model-1': not in the table"
	printf 'agent: {backend: {type: vllm}}\n' >m.yaml
	refuses m.yaml "vllm: no model"
}

@test "config: a value of the wrong kind: line, column, what was expected" {
	for try in 'system_message: 3|system_message: text was expected, this is a number' \
		'system_message: [a]|system_message: text was expected, this is a list' \
		'id: {a: b}|id: text was expected, this is a mapping' \
		'order: first|order: a whole number was expected' \
		'tools: {a: b}|tools: a program and its arguments were expected'; do
		yaml a.yaml <<<"agent: {backend: {type: openai}, ${try%%|*}}"
		refuses a.yaml "line 1, column"
		[[ "$output" == *"${try#*|}"* ]]
	done
	for try in 'model: 4|model: text was expected, this is a number: put it in quotes' 'model: [a]|model: text was expected, this is a list' \
		'base_url: yes|base_url: text was expected' 'base_url: localhost:8000|https://host/v1 was expected' \
		'base_url: "ftp://x"|https://host/v1 was expected' 'base_url: "http://"|https://host/v1 was expected' \
		'base_url: "http://a b/"|https://host/v1 was expected'; do
		yaml a.yaml <<<"agent: {backend: {type: openai, ${try%%|*}}}"
		refuses a.yaml "line 1, column"
		[[ "$output" == *"${try#*|}"* ]] || { echo "$output"; return 1; }
	done
	yaml b.yaml <<<'agent: {backend: 3}'
	refuses b.yaml "backend: a mapping was expected, this is a number"
	yaml c.yaml <<<'{agent: {backend: {type: openai}}, orchestrator: 3}'
	refuses c.yaml "orchestrator: a mapping was expected"
	yaml d.yaml <<<'{agent: {backend: {type: openai}}, ui: on}'
	refuses d.yaml "ui: a mapping was expected, this is true or false"
}

@test "config: files that are no files, and names that are no configurations" {
	refuses absent.yaml "absent.yaml: No such file or directory"
	mkdir folder.yaml
	refuses folder.yaml "folder.yaml: Is a directory"
	printf 'x' >notes.txt
	refuses notes.txt "a name ending in .yaml, .yml or .json was expected"
	config load <(echo 'agent: {backend: {type: openai}}') | head -1 | jq -e .id
}

@test "config: aliases cannot grow beyond measure, nor can a file" {
	{
		echo 'a: &a [x, x, x, x, x, x, x, x, x]'
		p=a
		for n in b c d e f g h i; do
			echo "$n: &$n [*$p, *$p, *$p, *$p, *$p, *$p, *$p, *$p, *$p]"
			p=$n
		done
		echo 'agent: {backend: {type: openai, x: *i}}'
	} >laughs.yaml
	refuses laughs.yaml "aliases repeat too much"
	# a million short values, in YAML and in JSON
	yes -- '- a' | head -n 1000000 >many.yaml
	refuses many.yaml "many.yaml: line 200000, column 3: more than 200000 values"
	{ printf '['; yes '1,' | head -n 1000000; printf '1]'; } >many.json
	refuses many.json "more than 200000 values"
	# 50 MB in one text: read, but no chunk can carry it
	{ printf 'agent:\n  backend: {type: openai}\n  system_message: "'; head -c 50000000 /dev/zero | tr '\0' x; printf '"\n'; } >big.yaml
	refuses big.yaml "agent 'agent1': longer than a chunk may be"
	head -c 67108865 /dev/zero | tr '\0' '#' >huge.yaml
	refuses huge.yaml "huge.yaml: longer than 67108864 bytes"
}

# ---- keys ----

@test "config: a literal api_key stands in no chunk, no warning and no error" {
	yaml a.yaml <<'Y'
agents:
  - {id: a, backend: {type: openai, model: gpt-5}}
  - {id: b, backend: {type: openai, model: gpt-5, api_key: sk-very-secret, modell: 1}, sytem: 2}
  - {id: c, backend: {type: vllm, model: m, api_key: 12345}}
Y
	run -0 config load a.yaml
	[[ "$output" != *very-secret* && "$output" != *12345* ]]
	[ "$(agents a.yaml -c '.[1].backend.key_env')" = '["MG_KEY_2"]' ]
	[ "$(agents a.yaml -c '.[1].backend | has("api_key")')" = false ]
	[ "$(agents a.yaml -c '.[0].backend | has("key_env")')" = false ]
	[ "$(config secrets a.yaml 2>/dev/null)" = "$(printf 'b MG_KEY_2 sk-very-secret\nc MG_KEY_3 12345')" ]
	for bad in 'api_key: [sk-very-secret]' 'api_key: {sk-very-secret: 1}' 'api_key: sk-very-secret, key_env: X' \
		'api_key: sk-very-secret, api_key: sk-very-secret' 'api_key: "sk-very-secret\0"' 'api_key: sk-very-secret, model: 3'; do
		yaml b.yaml <<<"agent: {backend: {type: openai, $bad}}"
		run -2 config load b.yaml
		[[ "$output" != *very-secret* ]] || { echo "$bad: $output"; return 1; }
	done
}

@test "config: \${NAME} in api_key is a variable's name; in base_url it is expanded when it is used" {
	yaml a.yaml <<'Y'
agents:
  - {id: a, backend: {type: openai, api_key: "${WORK_KEY}"}}
  - {id: b, backend: {type: openai, api_key: "pre-${WORK_KEY}"}}
  - {id: c, backend: {type: chatcompletion, model: m, base_url: "${WORK_URL:-http://localhost:9}/v1", note: "${WORK_KEY}"}}
Y
	export WORK_KEY=k1
	[ "$(agents a.yaml -c '.[0].backend.key_env')" = '["WORK_KEY"]' ]
	[ "$(config secrets a.yaml)" = 'b MG_KEY_2 pre-k1' ]
	[ "$(agents a.yaml -r '.[2].backend | .base_url, .note')" = "$(printf '${WORK_URL:-http://localhost:9}/v1\n${WORK_KEY}')" ]
	c=$(agents a.yaml -c '.[2].backend')
	[ "$(resolve "$c" | jq -r .base_url)" = http://localhost:9/v1 ]
	[ "$(WORK_URL=https://h/x resolve "$c" | jq -r .base_url)" = https://h/x/v1 ]
	[ "$(config key "$(agents a.yaml -c '.[0].backend')")" = k1 ]
	unset WORK_KEY
	refuses a.yaml "api_key: \${WORK_KEY}: that variable is not set"
	run -2 config resolve '{"base_url":"${NOT_THERE}/v1"}'
	[[ "$output" == *'${NOT_THERE}: that variable is not set'* ]]
}

@test "config: .env: both dialects, the real environment wins, a folder of that name is left alone" {
	cat >.env <<'DOTENV'
# a comment
A=plain
export B="quoted # no comment"   # a comment
C='single'
 D = spaced out  # comment
E="never closed
F=a#b
G="two\nlines"
H=first
H=second
SET=from file
LD_PRELOAD=/evil.so
3BAD=x
NOEQUALS
I=
J='x"
K=a=b=c
DOTENV
	run -0 env SET=real LD_PRELOAD= "$CONFIG" dotenv A B C D E F G H SET I J K 3BAD
	[ "$output" = 'A=plain
B=quoted # no comment
C=single
D=spaced out
E=never closed
F=a#b
G=two
lines
H=second
SET=real
I=
J=x
K=a=b=c
3BAD=(unset)' ]
	run -0 env -u LD_PRELOAD "$CONFIG" dotenv LD_PRELOAD
	[ "$output" = 'LD_PRELOAD=(unset)' ]
	printf 'Q=1\r\nR="2"\r\nS=last' >.env
	[ "$(config dotenv Q R S)" = "$(printf 'Q=1\nR=2\nS=last')" ]
	rm .env && mkdir .env
	[ "$(config dotenv A)" = 'A=(unset)' ]
	rmdir .env && mkfifo .env
	[ "$(config dotenv A)" = 'A=(unset)' ]
}

@test "config: quick: an agent from flags; the model tells the type, checked at once" {
	config quick openai gpt-5 - | head -1 | jq -cS . >out
	[ "$(cat out)" = '{"backend":{"model":"gpt-5","type":"openai"},"id":"agent1"}' ]
	config quick - glm-4.5 - | head -1 | jq -e '.backend == {model: "glm-4.5"}'
	run -2 config quick - no-such-model -
	run -2 config quick opnai - -
	[[ "$output" == *"did you mean 'openai'"* ]]
}

# ---- the table of backends ----

@test "backend: types, aliases in any case, default models and roots, the variables in order" {
	while IFS='|' read -r type model root keys; do
		r=$(resolve "$(jq -nc --arg t "$type" --arg m "$model" '{type: $t} + if $m == "" then {} else {model: $m} end')")
		[ "$(jq -r '.base_url + "|" + (.key_env | join(","))' <<<"$r")" = "$root|$keys" ] || { echo "$type: $r"; return 1; }
	done <<'T'
openai||https://api.openai.com/v1|OPENAI_API_KEY
OpenAI||https://api.openai.com/v1|OPENAI_API_KEY
chatcompletion||https://api.openai.com/v1|OPENAI_API_KEY
grok||https://api.x.ai/v1|XAI_API_KEY
zai||https://api.z.ai/api/paas/v4|ZAI_API_KEY
claude||https://api.anthropic.com|ANTHROPIC_API_KEY
gemini||https://generativelanguage.googleapis.com/v1beta|GOOGLE_API_KEY,GEMINI_API_KEY
lmstudio||http://localhost:1234/v1|LMSTUDIO_API_KEY
vllm|m|http://localhost:8000/v1|VLLM_API_KEY
sglang|m|http://localhost:30000/v1|SGLANG_API_KEY
ollama|m|http://localhost:11434/v1|OLLAMA_API_KEY
llamacpp||http://localhost:8080/v1|LLAMA_API_KEY
cerebras||https://api.cerebras.ai/v1|CEREBRAS_API_KEY
together||https://api.together.xyz/v1|TOGETHER_API_KEY
fireworks||https://api.fireworks.ai/inference/v1|FIREWORKS_API_KEY
groq||https://api.groq.com/openai/v1|GROQ_API_KEY
openrouter||https://openrouter.ai/api/v1|OPENROUTER_API_KEY
moonshot||https://api.moonshot.ai/v1|MOONSHOT_API_KEY,KIMI_API_KEY
nebius||https://api.tokenfactory.nebius.com/v1|NEBIUS_API_KEY
qwen||https://dashscope-intl.aliyuncs.com/compatible-mode/v1|QWEN_API_KEY,DASHSCOPE_API_KEY
deepseek||https://api.deepseek.com|DEEPSEEK_API_KEY
poe||https://api.poe.com/v1|POE_API_KEY
T
	[ "$(resolve '{"type":"chatcompletion"}' | jq -r .model)" = gpt-oss-120b ]
	[ "$(resolve '{"type":"gemini"}' | jq -r .model)" = gemini-2.5-flash ]
	[ "$(resolve '{"type":"openai"}' | jq -r '.max_tokens_field, .auth' | tr '\n' ,)" = max_completion_tokens,bearer, ]
	[ "$(resolve '{"type":"claude_code","cwd":"w"}' | jq -c '[.type, .wire, .cwd]')" = '["claude_code","claude-code","w"]' ]
}

@test "backend: a host decides by whole labels on key and type; no key goes to another vendor" {
	while IFS='|' read -r url type keys; do
		r=$(resolve "$(jq -nc --arg u "$url" '{type: "chatcompletion", model: "m", base_url: $u}')")
		[ "$(jq -r '.type + "|" + (.key_env | join(","))' <<<"$r")" = "$type|$keys" ] || { echo "$url: $r"; return 1; }
	done <<'T'
https://api.cerebras.ai/v1|cerebras|CEREBRAS_API_KEY
https://api.together.ai/v1|together|TOGETHER_API_KEY
https://api.studio.nebius.ai/v1|nebius|NEBIUS_API_KEY
https://API.Z.AI/api/paas/v4/|zai|ZAI_API_KEY
https://open.bigmodel.cn/api/paas/v4|zai|ZAI_API_KEY
https://xyz.ai/v1|chatcompletion|OPENAI_API_KEY
https://groq.com.evil.example/v1|chatcompletion|OPENAI_API_KEY
https://evil.example/groq.com/v1|chatcompletion|OPENAI_API_KEY
https://groq.com@evil.example/v1|chatcompletion|OPENAI_API_KEY
https://api.groq.com.:443/openai/v1|groq|GROQ_API_KEY
https://ws.eu.maas.aliyuncs.com/compatible-mode/v1|qwen|QWEN_API_KEY,DASHSCOPE_API_KEY
http://[::1]:8000/v1|chatcompletion|OPENAI_API_KEY
T
	# the type's own key stays at home
	[ "$(resolve '{"type":"grok","base_url":"https://api.openai.com/v1"}' | jq -c .key_env)" = '["OPENAI_API_KEY"]' ]
	[ "$(resolve '{"type":"openai","base_url":"https://api.groq.com/openai/v1"}' | jq -c .key_env)" = '["GROQ_API_KEY"]' ]
	[ "$(resolve '{"type":"claude","base_url":"https://api.deepseek.com/anthropic"}' | jq -c '[.key_env[0], .wire]')" = '["DEEPSEEK_API_KEY","anthropic"]' ]
	[ "$(OPENAI_BASE_URL=https://proxy.example/v1 resolve '{"type":"openai"}' | jq -c '[.base_url, .key_env[0]]')" = '["https://proxy.example/v1","OPENAI_API_KEY"]' ]
}

@test "backend: addresses as people write them" {
	while IFS='|' read -r type given want; do
		[ "$(resolve "$(jq -nc --arg t "$type" --arg u "$given" '{type: $t, model: "m", base_url: $u}')" | jq -r '.base_url + .path')" = "$want" ] ||
			{ echo "$given"; return 1; }
	done <<'T'
chatcompletion|http://h/v1|http://h/v1/chat/completions
chatcompletion|http://h/v1///|http://h/v1/chat/completions
chatcompletion|http://h/v1/chat/completions|http://h/v1/chat/completions
chatcompletion|http://h/v1/chat/completions/|http://h/v1/chat/completions
chatcompletion| http://h |http://h/chat/completions
chatcompletion|http://h/v1?a=b|http://h/v1/chat/completions?a=b
vllm|http://localhost:8000|http://localhost:8000/v1/chat/completions
ollama|http://localhost:11434/|http://localhost:11434/v1/chat/completions
claude|https://proxy/v1|https://proxy/v1/messages
claude|https://proxy|https://proxy/v1/messages
T
	for h in 0.0.0.0 :11434 127.0.0.1:11434 http://127.0.0.1:11434/; do
		[ "$(OLLAMA_HOST=$h resolve '{"type":"ollama","model":"m"}' | jq -r .base_url)" = http://127.0.0.1:11434/v1 ] || { echo "$h"; return 1; }
	done
	[ "$(OLLAMA_HOST=box:99 resolve '{"type":"ollama","model":"m"}' | jq -r .base_url)" = http://box:99/v1 ]
	[ "$(OLLAMA_HOST='[::]:99' resolve '{"type":"ollama","model":"m"}' | jq -r .base_url)" = 'http://[::1]:99/v1' ]
}

@test "backend: azure: every form of endpoint, the version from address, configuration or environment" {
	while IFS='|' read -r given base version; do
		[ "$(AZURE_OPENAI_ENDPOINT=$given resolve '{"type":"azure_openai","model":"my dep"}' |
			jq -r '[.base_url, .api_version, .auth] | join("|")')" = "$base|$version|api-key" ] || { echo "$given"; return 1; }
	done <<'T'
https://r.openai.azure.com|https://r.openai.azure.com/openai/deployments/my%20dep|2024-12-01-preview
https://r.openai.azure.com/|https://r.openai.azure.com/openai/deployments/my%20dep|2024-12-01-preview
https://r.openai.azure.com/openai/|https://r.openai.azure.com/openai/deployments/my%20dep|2024-12-01-preview
https://r.openai.azure.com/openai/deployments/d2/chat/completions?api-version=2025-01-01|https://r.openai.azure.com/openai/deployments/d2|2025-01-01
https://r.openai.azure.com/openai/v1|https://r.openai.azure.com/openai/v1|
https://r.openai.azure.com/openai/v1/chat/completions|https://r.openai.azure.com/openai/v1|
T
	b='{"type":"azure_openai","model":"d","base_url":"https://r.openai.azure.com"}'
	[ "$(AZURE_OPENAI_API_VERSION=v9 resolve "$b" | jq -r .api_version)" = v9 ]
	[ "$(AZURE_OPENAI_API_VERSION=v9 resolve "$(jq -c '.api_version = "v8"' <<<"$b")" | jq -r .api_version)" = v8 ]
	[ "$(resolve '{"type":"chatcompletion","model":"d","base_url":"https://r.openai.azure.com"}' | jq -c '[.type,.auth,.key_env]')" = '["azure_openai","api-key",["AZURE_OPENAI_API_KEY"]]' ]
	run -2 config resolve '{"type":"azure_openai","model":"d"}'
	[[ "$output" == *AZURE_OPENAI_ENDPOINT* ]]
	run -2 config resolve '{"type":"azure_openai","base_url":"https://r.openai.azure.com"}'
	[[ "$output" == *"no model"* ]]
}

@test "backend: a model's name alone: the table, then families; old names lose their effort" {
	while read -r model type as effort; do
		[ "$(resolve "{\"model\":\"$model\"}" | jq -r '[.type, .model, .reasoning_effort // "-"] | join(" ")')" = "$type $as $effort" ] || { echo "$model"; return 1; }
	done <<'T'
gpt-5-nano openai gpt-5-nano -
GPT-4o openai GPT-4o -
o3-high openai o3 high
o3-mini-low openai o3-mini low
o4-mini-medium openai o4-mini medium
claude-3-5-haiku-latest claude claude-3-5-haiku-latest -
gemini-2.5-pro gemini gemini-2.5-pro -
grok-4 grok grok-4 -
glm-4.5-air zai glm-4.5-air -
gpt-9-turbo openai gpt-9-turbo -
T
	[ "$(resolve '{"type":"openai","model":"o3-low","reasoning_effort":"high"}' | jq -r .reasoning_effort)" = high ]
	[ "$(resolve '{"type":"openai","model":"o3-low","reasoning":{"effort":"high"}}' | jq -c '[.model, .reasoning_effort]')" = '["o3",null]' ]
	[ "$(resolve '{"type":"vllm","model":"o3-low"}' | jq -r .model)" = o3-low ]
	run -2 config resolve '{"model":"gpt-oss-120b"}'
	[[ "$output" == *"say type or base_url"* ]]
	run -2 config resolve '{"model":"whatever"}'
	[ "$(resolve '{"model":"whatever","base_url":"http://h/v1"}' | jq -r .type)" = chatcompletion ]
}

@test "backend: keys: the first variable that is set; optional, default, and missing ones" {
	[ "$(GOOGLE_API_KEY=g GEMINI_API_KEY=h config key '{"type":"gemini"}')" = g ]
	[ "$(GOOGLE_API_KEY='' GEMINI_API_KEY=' h ' config key '{"type":"gemini"}')" = h ]
	[ "$(config key '{"type":"vllm","model":"m"}')" = EMPTY ]
	[ "$(VLLM_API_KEY=v config key '{"type":"vllm","model":"m"}')" = v ]
	[ "$(config key '{"type":"lmstudio"}')" = lm-studio ]
	[ "$(config key '{"type":"ollama","model":"m"}')" = '(none)' ]
	[ "$(config key '{"type":"command","command":"x"}')" = '(none)' ]
	[ "$(config key '{"type":"chatcompletion","base_url":"http://h/v1"}')" = '(none)' ]
	[ "$(OPENAI_API_KEY=o config key '{"type":"chatcompletion","base_url":"http://h/v1"}')" = o ]
	[ "$(OPENAI_API_KEY=o MINE=m config key '{"type":"openai","key_env":"MINE"}')" = m ]
	[ "$(config key '{"type":"openai","api_key":"literal"}')" = literal ]
	run -2 config key '{"type":"gemini"}'
	[[ "$output" == *"gemini: no key: set GOOGLE_API_KEY or GEMINI_API_KEY"* ]]
	OPENAI_API_KEY=o run -2 config key '{"type":"openai","key_env":"MINE"}'
	[[ "$output" == *"set MINE"* ]]
	run -2 config key '{"type":"openai","key_env":["MG_KEY_1"]}'
	[[ "$output" == *"stands in the configuration file alone"* ]]
	OPENAI_API_KEY=$'a\nb' run -2 config key '{"type":"openai"}'
	[[ "$output" == *"control character"* ]]
	config variables '{"type":"openai"}' | jq -e 'index("OPENAI_API_KEY") != null and index("OPENAI_BASE_URL") != null and index("XAI_API_KEY") == null'
}

@test "backend: a user's own table is read, and held to its form" {
	mkdir -p mine
	export MG_SHARE=$PWD/mine
	echo '{"types":[{"type":"house","wire":"openai-chat","base_url":"http://house/v1","path":"/chat","keys":["HOUSE"],"hosts":[],"model":"h"}]}' >mine/providers.json
	[ "$(resolve '{"type":"house"}' | jq -c '[.base_url, .key_env, .model]')" = '["http://house/v1",["HOUSE"],"h"]' ]
	for bad in '{' '[]' '{"types":3}' '{"types":[3]}' '{"types":[{"type":"x"}]}' '{"types":[{"type":3,"wire":4}]}'; do
		echo "$bad" >mine/providers.json
		run -2 config resolve '{"type":"house"}'
		[[ "$output" == *providers.json* ]] || { echo "$bad: $output"; return 1; }
	done
	echo '{"types":[{"type":"house","wire":"w","keys":3,"hosts":"h","aliases":{},"model":[],"ports":["x",99999,-1],"base_url":4,"owned_by":1,"find":2}]}' >mine/providers.json
	run config resolve '{"type":"house"}'
	[ "$status" -lt 3 ]
	run -2 config find
	run -2 config resolve '{"type":"openai","wire":"../../secret"}'
	[[ "$output" == *"wire"* ]]
}

# a table with one local server at the port of testd
table() {
	mkdir -p mine/providers
	: >mine/providers/openai-chat.jq
	jq --argjson p "${TESTD_URL##*:}" '.types |= map(if .ports then .ports = (if .type == "vllm" then [$p] else [] end) else . end)' \
		"$ROOT/share/providers.json" >mine/providers.json
	export MG_SHARE=$PWD/mine
}

@test "backend: find: a key first, in the order of the table, and only for wires that exist" {
	export GROQ_API_KEY=g ANTHROPIC_API_KEY=a XAI_API_KEY=x
	run --separate-stderr -0 config find
	[[ "$stderr" == *"because XAI_API_KEY is set"* ]]
	[ "$(jq -r .type <<<"$output")" = grok ]
	[ "$(OPENAI_API_KEY=o config find 2>/dev/null | jq -r .type)" = openai ]
}

@test "backend: find: a local server by its list of models, which tells who it is" {
	testd_start <<'S'
owner sglang
path */models
on * json '{"object":"list","data":[{"id":"text-embedding-x","owned_by":"sglang"},{"id":"house-model","owned_by":"sglang"}]}'
S
	table
	run --separate-stderr -0 config find
	[ "$(jq -cS . <<<"$output")" = "{\"base_url\":\"$TESTD_URL/v1\",\"model\":\"house-model\",\"type\":\"sglang\"}" ]
	[[ "$stderr" == *"sglang with model house-model, because it listens at 127.0.0.1:${TESTD_URL##*:}"* ]]
}

@test "backend: find: what listens but is no model server is passed over" {
	for reply in 'html' 'status 503 json "{}"' "json '{\"data\":[]}'" "json '[1'" "json '{\"data\":3}'" 'hang 0'; do
		testd_start <<-S
		path */models
		on * $reply
		S
		[ -n "$TESTD_URL" ] || { echo "script: $reply"; return 1; }
		table
		run -2 timeout 10 "$CONFIG" find
		[[ "$output" == *"no model found"* ]] || { echo "$reply: $output"; return 1; }
		testd_stop
	done
	run -2 config find
	[[ "$output" == *OPENAI_API_KEY* && "$output" == *"at port"* ]]
}
