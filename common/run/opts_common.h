/*
 * opts_common: the options that every program has, and which tables a verb is parsed with.
 *
 * Shape   two tables of struct sg_option. sg_bare_options is for verbs that read no INPUT and have
 * no budget (verify, status). Calls   sg_stage_tables, then sg_opts_parse or sg_generate_help with
 * what it gives. Owns    nothing: all rows are constants. Errors  none. Source  contract.md
 * section 1.
 */
#ifndef SANGAM_RUN_OPTS_COMMON_H
#define SANGAM_RUN_OPTS_COMMON_H

#include "run/opts.h"
#include "run/stage.h"

extern const struct sg_option sg_common_options[];
extern const struct sg_option sg_bare_options[]; /* -q -v --log --help --version --generate */

/* The tables of a verb, NULL-ended: its own (else the stage's), then the common ones. verb may be
 * NULL: the first verb, if any. */
#define SG_STAGE_TABLES 3
void sg_stage_tables(const struct sg_stage *stage, const struct sg_verb *verb,
                     const struct sg_option *tables[SG_STAGE_TABLES]);

#endif
