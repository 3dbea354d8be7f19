/*
 * program: a stage's program: where it is, and the options it has.
 *
 * Shape   what `sangam-STAGE --generate contract` says, as rows that sg_opts_check takes.
 * Calls   program_load, then read-only, program_free.
 * Owns    path and rows; rows' texts live as long as the program.
 * Errors  SG_USAGE: no such stage (with the nearest that is there), or one of another version.
 * SG_SYSTEM: it cannot run. Source  contract.md section 8: found beside `sangam`, then in PATH.
 */
#ifndef SANGAM_CONDUCT_PROGRAM_H
#define SANGAM_CONDUCT_PROGRAM_H

#include <stddef.h>

#include "base/err.h"
#include "run/opts.h"

struct program {
    char *path;
    struct sg_option *options; /* ends with a zero row */
    size_t count;
};

enum sg_code program_load(const char *stage, struct program *out, struct sg_err *err) SG_MUST_CHECK;
void program_free(struct program *program); /* accepts {0} */
const struct sg_option *program_option(const struct program *program,
                                       const char *name); /* NULL: none of that name */

/* The path of `sangam-STAGE`, or NULL; caller frees. */
char *program_find(const char *stage);
/* The folder of the running program, links resolved; caller frees. */
char *program_own_folder(void);

#endif
