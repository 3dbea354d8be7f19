/*
 * pipeline: the YAML file and the command line as a list of steps that are sure to be understood by
 * their programs.
 *
 * Shape   steps in order; each has its program, its folder in WORK and its settings, checked
 * against the program's own options. "1-ingest", "2-normalize", ... are labels; the folder is
 * WORK/label, but WORK/shards for a last step `shard`. Calls   pipeline_load, then read-only,
 * pipeline_free. Owns    everything in it. Errors  SG_USAGE with file, line, column and the nearest
 * valid key; for --set with the words given. Source  contract.md section 8.
 */
#ifndef SANGAM_CONDUCT_PIPELINE_H
#define SANGAM_CONDUCT_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "lists.h"
#include "program.h"

struct setting {
    const struct sg_option *option;
    char *value;
};

struct step {
    char *stage, *label, *folder;
    struct program program;
    struct setting *settings; /* file order, then what --set added */
    size_t count;
};

struct pipeline {
    char *name, *file;
    char *work; /* without a slash at the end */
    char **inputs;
    size_t input_count;
    struct lists lists; /* among the inputs */
    struct step *steps;
    size_t step_count;
};

/* What the command line says; it beats the file. */
struct wish {
    const char *pipeline; /* a path, or a bare name */
    char *const *inputs;
    size_t input_count;
    const char *work;        /* NULL: the file's */
    const char *const *sets; /* "STAGE.KEY=VALUE" */
    size_t set_count;
};

enum sg_code pipeline_load(const struct wish *wish, struct pipeline *out,
                           struct sg_err *err) SG_MUST_CHECK;
void pipeline_free(struct pipeline *pipeline); /* accepts {0} */

#endif
