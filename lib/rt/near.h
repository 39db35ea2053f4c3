/* near.h - which word of a list was probably meant.
 * SPDX-License-Identifier: MIT */
#ifndef MG_RT_NEAR_H
#define MG_RT_NEAR_H

/* The word of the list (ends with NULL) that is the fewest typing slips away: letters
 * added, lost, changed, or two neighbours swapped.  NULL where none is near
 * enough (a third of the letters, one at least).  Borrowed from the list. */
const char *mg_near(const char *word, const char *const *list);

#endif
