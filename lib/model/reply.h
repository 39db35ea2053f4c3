/* reply.h - a reply put together from neutral deltas (provider.h), once for all providers.
 * SPDX-License-Identifier: MIT */
#ifndef MG_MODEL_REPLY_H
#define MG_MODEL_REPLY_H

#include <jv.h>
#include <stddef.h>

#include "chunk/json.h"
#include "model/call.h"
#include "model/fail.h"
#include "model/half.h"
#include "model/slots.h"
#include "rt/buf.h"

struct mg_kept {		/* an opaque item that is still growing */
	char		*key;	/* NULL: it does not */
	jv		 item;
	char		*join;	/* the member whose text grows, or NULL */
	struct mg_buf	 text;
};

enum mg_tag {			/* <think> at the very beginning of the text, where a server does not split it */
	MG_TAG_START,		/* it may still come */
	MG_TAG_IN,
	MG_TAG_AFTER,		/* blanks behind the closing tag are not the answer's */
	MG_TAG_NONE
};

struct mg_assembly {
	struct mg_reply			 reply;
	const struct mg_call_spec	*spec;		/* its text and think are called */
	const struct mg_names		*names;
	struct mg_slots			 slots;
	struct mg_kept			*kept;
	size_t				 nkept, kept_cap;
	struct mg_half			 text_half, think_half;
	enum mg_tag			 tag;
	struct mg_buf			 held, piece;	/* held: text that may be part of a tag */
	char				*think_as;	/* the field in which thinking came */
	struct mg_span			 data;		/* the text of the event that is read now */
	int				 marked;	/* it went through mg_half_mark */
	int				 delivered;	/* something was handed to text or think */
	int				 any;		/* something that matters came at all */
	int				 stopped;	/* a reason to stop came */
	int				 ended;		/* the terminator came */
	struct mg_failure		 failure;	/* wins over everything */
	int				 status;	/* HTTP's, while its error body is read; else 0 */
};

/* Empty; model is what was asked for. */
void	mg_assembly_init(struct mg_assembly *, const struct mg_call_spec *, const struct mg_names *);
void	mg_assembly_free(struct mg_assembly *);
/* A delta; consumes it.  arg is the assembly (so that it fits mg_provider_event). */
void	mg_assembly_delta(void *arg, jv delta);
/* The end: what was held is given, calls are made whole, reply is complete.  A failure leaves no calls. */
void	mg_assembly_finish(struct mg_assembly *);

#endif
