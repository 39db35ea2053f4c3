# openai-chat.jq - Chat Completions, as OpenAI and everybody compatible speaks it.
# SPDX-License-Identifier: MIT
#
# `request` and `event` hold what nearly every call needs and nothing else: libjq 1.6
# pays for each small thing in them at every start, 60 microseconds and more.  What they
# cannot do they answer with {rare: true}; then rare_request and rare_event are compiled
# and asked, and those know everything.  What goes in and out stands in mg-provider(5).

# ---- every request ----

def message:
  if .calls then {role, content, tool_calls: (.calls | map({id, type: "function", function: {name, arguments}}))}
  elif .call_id then {role, content, tool_call_id: .call_id}
  else {role, content} end;

def body(messages): {stream: true, stream_options: {include_usage: true}} + .settings + {messages: messages}
  + if .tools == [] then {} else {tools: (.tools | map({type: "function", function: .}))} end;

# What may go when a 400 names it.
def optional: ["stream_options", "max_tokens", "max_completion_tokens", "reasoning_content"];

def request:
  if .rich or ({azure_openai: 1, deepseek: 1, kimi: 1, vllm: 1, sglang: 1}[.backend.type] // .settings.reasoning)
  then {rare: true}
  else {body: body(.messages | map(message)), optional: optional} end;

# ---- every token ----

def stop_reason: {stop: "stop", eos: "stop", end_turn: "stop", length: "length", max_tokens: "length",
  model_context_window_exceeded: "length", tool_calls: "tool_calls", function_call: "tool_calls",
  content_filter: "filter", sensitive: "filter", error: "error", network_error: "error",
  insufficient_system_resource: "error", abort: "error", repetition: "error"}[. // ""];

def usage: {input: .prompt_tokens, output: .completion_tokens, cost,
  cached: .prompt_tokens_details.cached_tokens, reasoning: .completion_tokens_details.reasoning_tokens};

def call: {slot: .index, id, name: .function.name, args: .function.arguments, extra: .extra_content};

def event: .data | .choices[0] as $c | $c.delta as $d
  | if .error or .x_groq or $c.message or $c.usage or $d.refusal or $d.audio or $d.reasoning_details
      or $d.function_call then {rare: true}
    else {text: $d.content, think: ($d.reasoning_content // $d.reasoning), calls: ($d.tool_calls // [] | map(call)),
      stop: ($c.finish_reason | stop_reason), usage: (if .usage then .usage | usage else null end), model} end;
