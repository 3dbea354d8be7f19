/*
 * generate: what the option tables say, for people and for shells.
 *
 * Shape   text appended to a buffer; the same bytes every time, whatever terminal and locale.
 * Units   --help fits 80 columns.
 * Calls   any of them, any time. verb NULL means the whole program (its first verb's options, and
 * the list of verbs). Owns    nothing but what it appends. Errors  none. Source  mdoc(7); bash, zsh
 * (_arguments) and fish (complete) completion; contract.md section 1 for the exit codes.
 */
#ifndef SANGAM_RUN_GENERATE_H
#define SANGAM_RUN_GENERATE_H

#include "base/buf.h"
#include "run/opts.h"
#include "run/stage.h"

void sg_generate_help(const struct sg_stage *stage, const struct sg_verb *verb,
                      struct sg_buf *out); /* --help */
void sg_generate_usage(const struct sg_stage *stage, const struct sg_verb *verb,
                       struct sg_buf *out); /* for exit 2 */

/* what is one of the choices of --generate: man, bash, zsh, fish, contract. */
void sg_generate(const struct sg_stage *stage, const char *what, struct sg_buf *out);

void sg_generate_man(const struct sg_stage *stage, struct sg_buf *out);
void sg_generate_bash(const struct sg_stage *stage, struct sg_buf *out);
void sg_generate_zsh(const struct sg_stage *stage, struct sg_buf *out);
void sg_generate_fish(const struct sg_stage *stage, struct sg_buf *out);
/* {"about","name","options","program","verbs":[{"about","name","options"}],"version"}; an option is
 * {"choices"?,"help","initial", "letter","name","result","type","value"}, type one of flag text
 * count number bytes choice list limit. */
void sg_generate_contract(const struct sg_stage *stage, struct sg_buf *out);

/* For the generators themselves. */
/* Text for roff: backslashes are shown, hyphens of options can be copied. No line of it may begin with a dot or a quote. */
void sg_generate_roff(const char *text, struct sg_buf *out);
char *
sg_generate_program(const struct sg_stage *stage); /* "sangam-filter", "sangam"; caller frees */
/* What follows the program and verb: "[OPTIONS] [INPUT...] [-o OUTPUT]". */
const char *sg_generate_synopsis(const struct sg_stage *stage, const struct sg_verb *verb);
char *sg_generate_example(const struct sg_stage *stage); /* one command line; caller frees */
/* The first row of that name in tables is this one: it hides later rows of the same name. */
bool sg_generate_shown(const struct sg_option *const *tables, const struct sg_option *row);

extern const char *const sg_generate_exits[5]; /* what exit code 0..4 means */

#endif
