/* bounds.h - every size that a program refuses to go beyond, with its reason.
 * SPDX-License-Identifier: MIT */
#ifndef MG_RT_BOUNDS_H
#define MG_RT_BOUNDS_H

#define MG_MIB		((size_t)1024 * 1024)

#define MG_LINE_MAX	(16 * MG_MIB)	/* one chunk: protocol, section 1 */
#define MG_STREAM_MAX	(1 * MG_MIB)	/* one line of what streams: content, reasoning, media */
#define MG_ID_MAX	255		/* bytes of an agent's id: a file name on every system */
#define MG_DEPTH_MAX	128		/* nesting of JSON: libjq 1.6 stops at 256, where an object counts twice */
#define MG_QUEUE_MAX	(64 * MG_MIB)	/* what a peer may leave unread before it is ended */
#define MG_SSE_MAX	(64 * MG_MIB)	/* one server-sent event: a partial image is one line */
#define MG_BODY_MAX	(64 * MG_MIB)	/* a request or a whole reply */
#define MG_ERRBODY_MAX	(64 * 1024)	/* what is kept of an error page */
#define MG_FILE_MAX	(64 * MG_MIB)	/* a configuration, a prompt, an attached file */
#define MG_TOOLOUT_MAX	(1 * MG_MIB)	/* one tool result, as the model reads it */
#define MG_TEXT_MAX	(1024 * MG_MIB)	/* a plain text to judge: mg-final --check --text */
#define MG_STDERR_TAIL	1024		/* the end of a failed child's stderr, quoted */
#define MG_AGENTS_MAX	1024		/* agents of a run: poll(2) sets and prompts stay sane */

#endif
