/* check.h - mg-final --check: verdicts on finals that exist.
 * SPDX-License-Identifier: MIT */
#ifndef MG_FINAL_CHECK_H
#define MG_FINAL_CHECK_H

/* Chunks on stdin: each final, by the last task before it.  With text: stdin is one plain text,
 * task what it was to do ("" where nobody knows).  Prints a verdict a line.  The exit status: 0
 * nothing asks, 1 something does, 3 the input is damaged or holds no final. */
int	check(int text, const char *task);

#endif
