/* types.c - the one table of chunk types and their fields.
 * SPDX-License-Identifier: MIT
 *
 * mg-chunk(5) and share/schema/chunk.schema.json are held to this table by tests/schema.bats. */
#include <string.h>

#include "chunk/chunk.h"

#define F static const struct mg_field

const struct mg_field mg_any_fields[] = {
	{ "to", MG_K_STR, 0 }, { "turn", MG_K_STR, 0 }, { "ts", MG_K_STR, 0 }, { 0 }
};

F agent[] = { { "backend", MG_K_OBJ, 1 }, { "system_message", MG_K_STR | MG_K_NULL, 0 },
	{ "order", MG_K_INT, 0 }, { "replace", MG_K_BOOL, 0 }, { "launcher", MG_K_ARR, 0 },
	{ "tools", MG_K_ARR | MG_K_STR, 0 }, { 0 } };
F task[] = { { "content", MG_K_CONTENT, 1 }, { "run", MG_K_STR, 0 }, { "limits", MG_K_OBJ, 0 }, { 0 } };
F message[] = { { "role", MG_K_STR, 1 }, { "content", MG_K_CONTENT, 1 }, { 0 } };
F content[] = { { "content", MG_K_CONTENT, 1 }, { 0 } };
F reasoning[] = { { "content", MG_K_STR, 1 }, { "summary", MG_K_BOOL, 0 }, { 0 } };
F tools[] = { { "tools", MG_K_ARR, 1 }, { 0 } };
F tool_call[] = { { "id", MG_K_STR, 1 }, { "name", MG_K_STR, 1 }, { "arguments", MG_K_STR, 1 }, { 0 } };
F tool_result[] = { { "id", MG_K_STR, 1 }, { "content", MG_K_CONTENT, 1 }, { "is_error", MG_K_BOOL, 0 }, { 0 } };
F media[] = { { "id", MG_K_STR, 1 }, { "mime", MG_K_STR, 1 }, { "seq", MG_K_INT, 1 }, { "last", MG_K_BOOL, 0 },
	{ "data", MG_K_STR, 0 }, { "blob", MG_K_STR, 0 }, { "sha256", MG_K_STR, 0 }, { "bytes", MG_K_INT, 0 }, { 0 } };
F answer[] = { { "label", MG_K_STR, 1 }, { "seen", MG_K_OBJ, 1 }, { "content", MG_K_CONTENT, 1 }, { 0 } };
F vote[] = { { "for", MG_K_STR, 1 }, { "seen", MG_K_OBJ, 1 }, { "reason", MG_K_STR, 0 }, { "n", MG_K_INT, 0 }, { 0 } };
F decision[] = { { "winner", MG_K_STR | MG_K_NULL, 1 }, { "answer", MG_K_STR | MG_K_NULL, 0 }, { "tie", MG_K_BOOL, 0 },
	{ "rule", MG_K_STR, 0 }, { "count", MG_K_OBJ, 0 }, { "votes", MG_K_ARR, 0 }, { "vector", MG_K_OBJ, 0 },
	{ "quorum", MG_K_ARR, 0 }, { "deadline", MG_K_BOOL, 0 }, { "ignored", MG_K_ARR, 0 }, { 0 } };
F ask[] = { { "to", MG_K_STR, 1 }, { "turn", MG_K_STR, 1 }, { "content", MG_K_ARR, 1 }, { "stage", MG_K_STR, 0 },
	{ "tools", MG_K_ARR, 0 }, { "limits", MG_K_OBJ, 0 }, { 0 } };
F final[] = { { "content", MG_K_CONTENT, 1 }, { "decision", MG_K_OBJ, 0 }, { "degraded", MG_K_STR, 0 },
	{ "checks", MG_K_OBJ, 0 }, { 0 } };
F usage[] = { { "model", MG_K_STR, 1 }, { "input_tokens", MG_K_INT, 0 }, { "output_tokens", MG_K_INT, 0 },
	{ "cached_tokens", MG_K_INT, 0 }, { "reasoning_tokens", MG_K_INT, 0 }, { "cost_usd", MG_K_NUM, 0 }, { 0 } };
F status[] = { { "status", MG_K_STR, 1 }, { "n", MG_K_INT, 0 }, { "detail", MG_K_ANY, 0 }, { 0 } };
F error[] = { { "message", MG_K_STR, 1 }, { "code", MG_K_STR | MG_K_NUM, 0 }, { "retryable", MG_K_BOOL, 0 },
	{ "detail", MG_K_ANY, 0 }, { 0 } };
F done[] = { { 0 } };

const struct mg_type_row mg_types[MG_UNKNOWN + 1] = {
	[MG_AGENT] = { "agent", MG_RELAYED, agent, "who takes part" },
	[MG_TASK] = { "task", MG_RELAYED, task, "what is asked; opens a run" },
	[MG_MESSAGE] = { "message", MG_RELAYED, message, "an earlier turn of the conversation" },
	[MG_CONTENT] = { "content", MG_STREAMS, content, "a piece of visible text, as it streams" },
	[MG_REASONING] = { "reasoning", MG_STREAMS, reasoning, "a piece of thinking, or of its summary" },
	[MG_TOOLS] = { "tools", 0, tools, "a tool provider's offer" },
	[MG_TOOL_CALL] = { "tool_call", 0, tool_call, "a call of a tool" },
	[MG_TOOL_RESULT] = { "tool_result", 0, tool_result, "what a tool gave back" },
	[MG_MEDIA] = { "media", MG_RELAYED | MG_STREAMS, media, "a piece of an image, audio, video or file" },
	[MG_ANSWER] = { "answer", MG_RELAYED | MG_DURABLE, answer, "a new answer" },
	[MG_VOTE] = { "vote", MG_RELAYED | MG_DURABLE, vote, "a vote" },
	[MG_DECISION] = { "decision", MG_RELAYED | MG_DURABLE, decision, "what the tally found" },
	[MG_ASK] = { "ask", 0, ask, "one turn outside the vote, asked of one agent" },
	[MG_FINAL] = { "final", MG_RELAYED | MG_DURABLE, final, "the presented answer" },
	[MG_USED] = { "usage", 0, usage, "what a model call used" },
	[MG_STATUS] = { "status", MG_RELAYED, status, "how it stands with an agent or the run" },
	[MG_ERROR] = { "error", 0, error, "something went wrong; the reader decides" },
	[MG_DONE] = { "done", 0, done, "this turn is over" },
	[MG_UNKNOWN] = { NULL, 0, done, "a type that this version does not know" },
};

enum mg_type
mg_type_of(struct mg_span name)
{
	int t;

	for (t = 0; t < MG_UNKNOWN; t++)
		if (mg_span_is(name, mg_types[t].name))
			break;
	return (enum mg_type)t;
}
