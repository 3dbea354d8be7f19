/*
 * passes: what each pass does to one line. This header is their common shape; every pass is declared here and stands in
 * the file of its idea.
 *
 * Shape   in: one line without line ends (but for what a pass makes). out: empty, its room is reused.
 * Calls   only for lines that hold a code point of the pass's triggers (flags.h). A pass looks at the whole line and
 *         answers whether it changed it; when it answers false, out is ignored.
 *         It must be a function of the line, the settings and the document's decisions alone.
 * Owns    nothing; buffers belong to the scratch.
 * Errors  none.
 * Source  normalize.md section 3, one row a pass.
 */
#ifndef SANGAM_NORMALIZE_PASSES_H
#define SANGAM_NORMALIZE_PASSES_H

#include "flags.h"
#include "language.h"
#include "line.h"
#include "mojibake.h"
#include "normalize.h"
#include "zawgyi.h"

enum decision { UNDECIDED, NO, YES };

/* One document on its way through. The decisions of the whole document are made when a line first asks. */
struct job {
    const struct normalize *normalize;
    const struct settings *settings;
    const struct flags *flags;
    const struct mojibake *mojibake; /* tables */
    struct mojibake_scratch *mojibake_scratch;
    struct zawgyi *zawgyi_converter; /* NULL until the first document that needs it */
    const char *text, *end;          /* the whole document */
    enum decision markup; /* holds `<` before a letter, `/` or `!`: entities=auto stays off */
    enum decision strong; /* some line is bad by another than the weak patterns: mojibake */
    enum decision zawgyi;
    enum language_rule rule;
    bool before_lf;      /* the line at work is followed by LF: a CR at its end belongs to that */
    bool in_pieces;      /* of a line beyond mojibake's limit */
    uint64_t asked;      /* FLAG(key) that the fast path found for the line at work; 0: not known */
    bool thorough;       /* for tests: every line is repaired, flags or not */
    struct sg_buf *wide; /* room for UTF-16, where a pass needs it */
    const struct normalize_witness *witness; /* NULL: nobody looks */
    uint64_t *counts;
};

/* The document's decisions: made once from job->text, remembered in the job. */
bool entities_markup(struct job *job);
bool mojibake_strong(struct job *job);
bool zawgyi_decided(struct job *job);

typedef bool pass_fn(struct job *job, const struct line *in, struct line *out);

pass_fn pass_zawgyi;                                                          /* zawgyi.c */
pass_fn pass_ansi, pass_c1, pass_newline, pass_control;                       /* control.c */
pass_fn pass_entities;                                                        /* entities.c */
pass_fn pass_mojibake;                                                        /* mojibake.c */
pass_fn pass_bidi, pass_tags, pass_variation, pass_invisible, pass_joiners;   /* invisible.c */
pass_fn pass_nfc;                                                             /* compose.c */
pass_fn pass_width, pass_ligatures, pass_presentation;                        /* forms.c */
pass_fn pass_indic;                                                           /* indic.c */
pass_fn pass_thai_lao, pass_khmer;                                            /* southeast.c */
pass_fn pass_ethiopic, pass_digits, pass_marks, pass_quotes, pass_whitespace; /* typography.c */
pass_fn pass_tatweel;                                                         /* arabic.c */
pass_fn pass_lang;                                                            /* language.c */

#endif
