/* provider.h - a family of models as data: one jq file with two functions.
 * SPDX-License-Identifier: MIT
 *
 * share/providers/NAME.jq defines `request` and `event`, both stateless.
 *
 * request: {backend, messages, tools, params} -> {method, path, headers: {}, body: {}, optional: []}
 *   path is appended to backend.base_url; "url" in its place is taken whole.  The key and its
 *   header are added in C: no jq program ever sees a secret.
 *   optional: names of what may be left out when a 400 names it; then the request is made once
 *   more with params.omit = [names].
 *   messages are neutral: {role: system|user|assistant|tool, content: string or parts,
 *     calls?: [{id, name, arguments}], call_id?, name?, is_error?, opaque?, reasoning?};
 *   tools: [{name, description, parameters}].
 *   A tool call's arguments travel as text; where the wire wants them inside JSON as a
 *   string they are that string.
 * event: one event {event?, data} (data parsed, or a string where it is no JSON) -> zero or more deltas.
 *   A whole reply that is no stream comes as one event; the body of an HTTP error comes as
 *   {status, data} and gives an error.
 *   {text: T}, {think: T, summary?: true, as?: FIELD}    as: the field it came in (kept in opaque as {think_as})
 *   {call: {slot?, id?, name?, args?, raw?, extra?}}     args: text to append; raw: the path of an object in
 *                                                        data whose bytes are the arguments; extra: kept in
 *                                                        opaque as {call_id, extra}
 *   {opaque: {...}, key?, join?}                         same key: merged; the text of its member join is appended
 *   {usage: {input, output, cached, reasoning, cost}, model?}, {stop: REASON, model?},
 *   {error: {code?, message?, retryable?, retry_after?, loading?}}, {end: true}.
 *   Reasons and codes: see mg_reply in model/call.h.  A null anywhere is as absent. */
#ifndef MG_MODEL_PROVIDER_H
#define MG_MODEL_PROVIDER_H

#include <jv.h>

struct mg_err;
struct mg_provider;

/* Compiles share/providers/NAME.jq: 1 to 13 ms, so do it while something else is waited
 * for, but in no second thread.  ~/.jq is never read.  NULL: see *e (MG_USAGE). */
struct mg_provider *mg_provider_new(const char *name, struct mg_err *);
void	mg_provider_free(struct mg_provider *);
/* Consumes input.  The request object, or invalid: see *e. */
jv	mg_provider_request(struct mg_provider *, jv input, struct mg_err *);
/* Consumes input; calls delta (which owns each) for every delta.  0, or -1 (MG_DATA). */
int	mg_provider_event(struct mg_provider *, jv input, void (*delta)(void *, jv), void *arg, struct mg_err *);
/* The same for the text of one stream event; event may be NULL. */
int	mg_provider_feed(struct mg_provider *, const char *event, jv data,
	    void (*delta)(void *, jv), void *arg, struct mg_err *);

#endif
