/* words.h - the word lists of the ask detector, ready to judge.
 * SPDX-License-Identifier: MIT */
#ifndef MG_FINAL_WORDS_H
#define MG_FINAL_WORDS_H

struct mg_err;
struct mg_lexicon;

/* All languages of share/autonomy; with unfinished also the list of texts that hold no result (verdict.h).
 * Files of the user come before those of mg.  The caller frees it with mg_lexicon_free; NULL: see *e.
 * Takes some 20 ms, so early or beside something slow. */
struct mg_lexicon *words_load(int unfinished, struct mg_err *e);

#endif
