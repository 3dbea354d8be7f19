/*
 * opts: one table feeds the parser, --help, the pipeline file's keys, the man page and shell completion.
 *
 * Shape   struct sg_option rows end with a zero row. A verb ("plan", "verify") has its own table; the common
 *         options of contract.md section 1 are added to every stage's table by sg_stage_main.
 * Calls   sg_opts_parse once, then the typed getters by long name; they assert that the row exists and has that type.
 * Owns    struct sg_opts owns its values; pointers from getters live as long as it does.
 * Errors  SG_USAGE with the nearest valid name ("unknown option '--treads', did you mean '--threads'?").
 */
#ifndef SANGAM_RUN_OPTS_H
#define SANGAM_RUN_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"

enum sg_option_type {
    SG_OPTION_FLAG, /* --keep-dropped */
    SG_OPTION_TEXT,
    SG_OPTION_COUNT,  /* a whole number */
    SG_OPTION_NUMBER, /* a decimal */
    SG_OPTION_BYTES,  /* 512M, 1GB */
    SG_OPTION_CHOICE, /* one of value = "auto|always|never" */
    SG_OPTION_LIST,   /* may be repeated; getter: sg_opts_list */
    SG_OPTION_LIMIT,  /* N or P%: --max-bad; getter: sg_opts_limit */
};

struct sg_option {
    const char *name; /* long name without -- */
    char letter;      /* 0 when there is none */
    enum sg_option_type type;
    const char *value;   /* metavariable for help, or the choices */
    const char *initial; /* default as text; NULL: none */
    const char *help;    /* one sentence, lower case, no point */
    bool result;         /* can change a byte of an output: part of the settings hash */
};

struct sg_verb; /* run/stage.h */

struct sg_opts;

/* args are what follows the program name (and the verb). tables is a NULL-ended list of option tables. */
enum sg_code sg_opts_parse(struct sg_opts **out, const struct sg_option *const *tables, int count,
                           char **args, struct sg_err *err) SG_MUST_CHECK;
void sg_opts_free(struct sg_opts *opts);

bool sg_opts_given(const struct sg_opts *opts, const char *name); /* on the command line */
bool sg_opts_flag(const struct sg_opts *opts, const char *name);
const char *sg_opts_text(const struct sg_opts *opts,
                         const char *name); /* TEXT and CHOICE; NULL: none */
uint64_t sg_opts_count(const struct sg_opts *opts, const char *name); /* COUNT and BYTES; 0: none */
double sg_opts_number(const struct sg_opts *opts, const char *name);
size_t sg_opts_list(const struct sg_opts *opts, const char *name, const char *const **items);
struct sg_limit {
    uint64_t count;
    double percent; /* below 0: a count was given */
};
struct sg_limit sg_opts_limit(const struct sg_opts *opts, const char *name);

size_t sg_opts_operands(const struct sg_opts *opts, char *const **operands); /* INPUT... */

/* Check one value against its row, as the parser does: for pipeline files. */
enum sg_code sg_opts_check(const struct sg_option *option, const char *value,
                           struct sg_err *err) SG_MUST_CHECK;

/* Canonical JSON object of all rows with .result and their effective values, sorted by name: the settings. */
void sg_opts_settings(const struct sg_opts *opts, struct sg_buf *out);

/* JSON array of words that give the same result again: "--name=value" of all options that were given and can change a
 * byte, or stand in the NULL-ended list `also`. */
void sg_opts_words(const struct sg_opts *opts, const char *const *also, struct sg_buf *out);

/* The candidate with the smallest edit distance to word (at most a third of its length), or NULL. */
const char *sg_opts_nearest(const char *word, const char *const *candidates, size_t count);

#endif
