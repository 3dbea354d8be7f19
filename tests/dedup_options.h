/*
 * dedup_options: parameters of deduplication from a line of options, for tests.
 *
 * Shape   as the program reads them.
 */
#ifndef SANGAM_TESTS_DEDUP_OPTIONS_H
#define SANGAM_TESTS_DEDUP_OPTIONS_H

#include <string.h>

#include "options.h"
#include "parameters.h"

/* Parameters of "--bands 20 --unit word"; the code of dedup_parameters_from_options. */
static inline enum sg_code dedup_test_parameters(const char *line, struct dedup_parameters *parameters,
                                                 struct sg_err *err) {
    const struct sg_option *const tables[] = {dedup_options, NULL};
    struct sg_opts *opts = NULL;
    char *copy = sg_strdup(line), *args[64], *rest = copy, *word;
    int count = 0;
    while ((word = strsep(&rest, " ")))
        if (*word) args[count++] = word;
    enum sg_code code = sg_opts_parse(&opts, tables, count, args, err);
    if (code == SG_OK) code = dedup_parameters_from_options(opts, parameters, err);
    sg_opts_free(opts);
    free(copy);
    return code;
}

#endif
