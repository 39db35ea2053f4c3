# openai-chat.jq - Chat Completions, as OpenAI and everybody compatible speaks it.
# SPDX-License-Identifier: MIT
#
# `request` and `event` hold what nearly every call needs and nothing else, and what stands below
# the line "#: rare" is not even read for them: libjq 1.6 pays for each small thing at every
# start, 15 microseconds and more.  What they cannot do they answer with {rare: true}; then rare_request
# and rare_event are compiled and asked.  What goes in and out stands in lib/model/provider.h.

# ---- every request: messages of mere text are on this wire what they are everywhere ----

def build: {optional: ["stream_options", "max_tokens", "max_completion_tokens", "reasoning_content"],
  body: ({stream: true, stream_options: {include_usage: true}} + .settings + {messages}
    + if .tools == [] then {} else {tools: (.tools | map({type: "function", function: .}))} end)};

def request:
  if .rich or {azure_openai: 1, deepseek: 1}[.backend.type // ""] then {rare: true} else build end;

# ---- every token ----

def usage: {input_tokens: .prompt_tokens, output_tokens: .completion_tokens, cost_usd: .cost}
  + .prompt_tokens_details + .completion_tokens_details;

# Lists of names in place of `or`: one small thing to compile.
def full: .choices[0] as $c | $c.delta as $d
  | if [.[["error", "x_groq"][]], $c[["message", "usage"][]],
        $d[["refusal", "audio", "reasoning_details", "function_call"][]]]
      != [null, null, null, null, null, null, null, null] then {rare: true}
    else {text: $d.content, thinks: ($d | {reasoning_content, reasoning}),
      calls: ($d.tool_calls // [] | map({slot: .index, id, extra: .extra_content} + .function)),
      stop: $c.finish_reason, usage: (.usage | usage), model} end;

# Most are nothing but a piece of text, and are answered at once.
def event: .data | .choices[0] as $c
  | if [$c.finish_reason, .error, ($c.delta | length)] == [null, null, 1] and $c.delta.content then {text: $c.delta.content} else full end;

#: rare

# ---- the rest of requests (no `index` of a list: libjq 1.6 leaks there) ----

# A part's URL: the one it has, else its bytes as a data URL.
def part_url: .url // "data:\(.mime // "application/octet-stream");base64,\(.data // "")";

def audio_format: (.format // (.mime // "audio/wav" | split("/")[1])) as $f
  | {"x-wav": "wav", wave: "wav", "vnd.wave": "wav", mpeg: "mp3", "x-m4a": "m4a"}[$f] // $f;

def part:
  if .type == "text" then {type, text}
  elif .type == "image" then {type: "image_url", image_url: ({url: part_url} + if .detail then {detail} else {} end)}
  elif .type == "audio" and .data then {type: "input_audio", input_audio: {data, format: audio_format}}
  elif .type == "audio" then {type: "audio_url", audio_url: {url}}
  elif .type == "video" then {type: "video_url", video_url: {url: part_url}}
  elif .type == "file" and .file_id then {type: "file", file: {file_id}}
  elif .type == "file" and .text then {type: "text", text: "\(.name // "file"):\n\(.text)"}
  elif .type == "file" then {type: "file", file: {filename: (.name // "file"), file_data: part_url}}
  else . end;

# Content as text alone, and what of it is no text.
def text_of: if type == "array" then map(select(.type == "text") | .text // "") | join("\n") else . // "" end;
def media_of: if type == "array" then map(select(.type != "text")) else [] end;
# A string where there is no media: old servers take nothing else.
def content: if media_of == [] then text_of else map(part) end;

# The thinking of an earlier turn: who wants it back, and who refuses it.
def thinking($type; $omit): (.calls // [] | length > 0) as $called
  | if $type == "openrouter" then
      [.opaque[]? | select(.type // "" | tostring | startswith("reasoning."))]
      | if . == [] then {} else {reasoning_details: .} end
    elif any($omit[]; . == "reasoning_content") then {}
    elif $type == "deepseek" then {reasoning_content: (.reasoning // "")}
    elif $type == "kimi" then
      if $called then {reasoning_content: (.reasoning // "" | if . == "" then "(none)" else . end)} else {} end
    elif {openai: 1, azure_openai: 1, cerebras: 1, groq: 1, together: 1, gemini: 1}[$type // ""] then {}
    elif $called and any(.opaque[]?; .think_as == "reasoning_content") then {reasoning_content: (.reasoning // "")}
    else {} end;

def called($opaque): .id as $id | {id, type: "function", function: {name, arguments}}
  + ([$opaque[]? | select(.call_id == $id and .extra) | {extra_content: .extra}][0] // {});

# Results come right behind their calls; what they hold beside text follows as a user's message.
def flush: if .media == [] then . else
    .out += [{role: "user", content: ([{type: "text", text: "What the tools above gave back beside text:"}]
      + (.media | map(part)))}] | .media = [] end;

def conversation($type; $omit): reduce .[] as $m ({out: [], media: []};
    if $m.role == "tool" then
      .out += [{role: "tool", tool_call_id: $m.call_id, content: ($m.content | text_of)}]
      | .media += ($m.content | media_of)
    else flush | .out += [$m
      | if .role == "assistant" then .opaque as $opaque
          | {role, content: (.content | text_of)} + thinking($type; $omit)
          + if (.calls // []) == [] then {} else {tool_calls: (.calls | map(called($opaque)))} end
        else {role, content: (.content | if $m.role == "user" then content else text_of end)} end] end)
  | flush | .out;

# Responses' way to say it, where the host is OpenAI's and the wire is this one.
def effort($type): if $type == "openai" or $type == "azure_openai" then
    del(.reasoning, .text) + (if .reasoning.effort? then {reasoning_effort: .reasoning.effort} else {} end)
      + (if .text.verbosity? then {verbosity: .text.verbosity} else {} end)
  else . end;

def switch_thinking($type): .enable_thinking as $t
  | if $t == null or ($type != "vllm" and $type != "sglang") then .
    else del(.enable_thinking) * {chat_template_kwargs: {enable_thinking: $t}} end;

def rare_request: .backend as $b | .omit as $omit
  | (.settings |= (effort($b.type) | switch_thinking($b.type)))
  | (.messages |= conversation($b.type; $omit)) | build
  | (if .body.stream then . else del(.body.stream_options) end)
  + if $b.type == "azure_openai" and ($b.api_version // "") != "" then
      {path: "\($b.path)?api-version=\($b.api_version | @uri)"} else {} end;

# ---- the rest of events: whole replies, errors of all shapes, what only some hosts send ----

def has_word($list): . as $s | any($list[]; . as $w | $s | contains($w));

def error_code($words; $text):
  if $words | has_word(["insufficient_quota", "billing", "exceeded_current_quota", "insufficient_balance"]) then "quota"
  elif ($words | has_word(["context_length", "exceed_context"])) or ($text | has_word(["maximum context length",
    "context length exceeded", "exceeds the context", "exceed the context", "available context size"])) then "context_length"
  elif $words | has_word(["content_filter", "content_policy", "responsibleaipolicy"]) then "filter"
  elif $words | has_word(["rate_limit", "resource_exhausted", "too_many_requests"]) then "rate_limit"
  elif $words | has_word(["overloaded", "unavailable"]) then "overloaded"
  elif $words | has_word(["timeout", "deadline_exceeded"]) then "timeout"
  elif $words | has_word(["authentication", "invalid_api_key"]) then "auth"
  elif $words | has_word(["permission"]) then "permission"
  elif $words | has_word(["not_found"]) then "not_found"
  elif $words | has_word(["invalid_request"]) then "bad_request"
  elif $words | has_word(["server_error", "api_error", "internal"]) then "server"
  else null end;

def detail: if type == "array" then map(if type == "object" then
    "\(.loc // [] | map(tostring) | join(".")): \(.msg // "")" else tostring end) | join("; ") else . end;

# $status: of HTTP, null within a stream.
def failure($status):
  if type == "array" then .[0] | failure($status)
  elif type != "object" then {error: {message: (. // "" | tostring)}}
  else (.error | objects // {}) as $e
    | ([$e.message, .message, .error, (.detail | detail), $e.error, $e.metadata.raw?
        | strings | select(. != "")][0] // tojson) as $text
    | ([$e.code, $e.type, $e.status, .code, .type, $e.metadata.error_type?, $e.innererror.code?
        | select(. != null) | tostring] | join(" ") | ascii_downcase) as $words
    | {error: {message: $text, code: error_code($words; $text | ascii_downcase),
        status: ([$e.code, .status_code, .code | numbers][0]),
        retryable: (if $words | contains("tool_use_failed") then true else null end),
        loading: ($status == 503 and ($text | ascii_downcase | contains("loading model")))}}
  end;

# Mistral writes content as parts.
def spoken: if type == "string" then {text: .}
  else .[]? | if .type == "text" then {text} elif .type == "thinking" then
    {thinks: {thinking: (.thinking | if type == "array" then map(.text // "") | join("") else tostring end)}} else empty end end;

# OpenRouter's thinking goes back as it came, so its pieces are joined.
def kept: {opaque: ., key: "\(.type) \(.index // .id // "")",
  join: {"reasoning.text": "text", "reasoning.summary": "summary"}[.type // ""]};

def pieces($where): range(length) as $i | .[$i] | . as $c | (.function // {}) as $f
  | {slot: (if $where == "message" then $i else .index end), id, name: $f.name, extra: .extra_content,
      arguments: ($f.arguments | strings // null),
      raw: (if $f.arguments | type == "object" then ["choices", 0, $where, "tool_calls", $i, "function", "arguments"]
        else null end)};

def said($where):
  {thinks: {reasoning_content, reasoning}},
  (if .content and .content != "" then .content | spoken else {text: .audio.transcript?} end),
  (if .refusal then {text: .refusal, stop: "filter"} else empty end),
  {calls: ([.tool_calls | arrays | pieces($where)]
    + if .function_call then [{slot: 0} + .function_call] else [] end)},
  (.reasoning_details[]? | objects | kept);

def spent: .usage // .x_groq.usage // .choices[0].usage | objects
  | {cached_tokens: (.prompt_cache_hit_tokens // .cached_tokens)} + usage;

def rare_event: .event as $name
  | if .status then .status as $s | .data | failure($s)
    elif .data | type == "array" then .data[] | objects | {data: .} | rare_event
    elif $name == "error" then .data | failure(null)
    elif .data | type != "object" then empty
    elif .data | .error or (.x_groq.error? and true) or (.object == "error") then
      .data | (if .x_groq.error? then .x_groq else . end) | failure(null)
    else .data | .choices[0] as $c
      | ($c.delta | objects | said("delta")), ($c.message | objects | said("message")),
        {stop: $c.finish_reason, usage: ([spent][0]), model}
    end;
