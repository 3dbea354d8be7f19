/*
 * dedup_options: the options that make parameters of deduplication, for tests, and a way to read them from a line.
 *
 * Shape   names and defaults as in the program's own table; what that table says is checked by tests/cli/dedup.bats.
 */
#ifndef SANGAM_TESTS_DEDUP_OPTIONS_H
#define SANGAM_TESTS_DEDUP_OPTIONS_H

#include <string.h>

#include "parameters.h"
#include "presets.h"

static const struct sg_option dedup_test_options[] = {
    {"mode", 0, SG_OPTION_CHOICE, "near|exact|para|line|substr|cross", "near", "", true},
    {"preset", 0, SG_OPTION_CHOICE, DEDUP_PRESETS, "sangam", "", true},
    {"profile", 0, SG_OPTION_CHOICE, "shingle|fineweb|ccnet|slimpajama|rpv2|raw", "shingle", "", true},
    {"unit", 0, SG_OPTION_CHOICE, "window|word|space|char|icu", "window", "", true},
    {"ngram", 0, SG_OPTION_COUNT, "N", NULL, "", true},
    {"sketch", 0, SG_OPTION_CHOICE, "kperm32|fss", "kperm32", "", true},
    {"bands", 0, SG_OPTION_COUNT, "N", "21", "", true},
    {"rows", 0, SG_OPTION_COUNT, "N", "6", "", true},
    {"threshold", 0, SG_OPTION_NUMBER, "J", "0.75", "", true},
    {"verify", 0, SG_OPTION_CHOICE, "auto|text|sketch|none", "auto", "", true},
    {"min-shingles", 0, SG_OPTION_COUNT, "N", "5", "", true},
    {"exact-key", 0, SG_OPTION_CHOICE, "light|raw", "light", "", true},
    {"scope", 0, SG_OPTION_CHOICE, "corpus|language", "corpus", "", true},
    {"prefer", 0, SG_OPTION_TEXT, "RULE", "len:desc", "", true},
    {"duplicate-ids", 0, SG_OPTION_CHOICE, "stop|keep", "stop", "", true},
    {"keep-components", 0, SG_OPTION_FLAG, NULL, NULL, "", true},
    {"cluster-fields", 0, SG_OPTION_FLAG, NULL, NULL, "", true},
    {"count-by", 0, SG_OPTION_TEXT, "MEMBER", "source", "", true},
    {"hot", 0, SG_OPTION_COUNT, "N", "100000", "", true},
    {"keep", 0, SG_OPTION_CHOICE, "first|none", "first", "", true},
    {"min-count", 0, SG_OPTION_COUNT, "N", "2", "", true},
    {"min-chars", 0, SG_OPTION_COUNT, "N", NULL, "", true},
    {"min-left", 0, SG_OPTION_COUNT, "N", "1", "", true},
    {"min-length", 0, SG_OPTION_COUNT, "L", "100", "", true},
    {"spans", 0, SG_OPTION_CHOICE, "cut|mark", "cut", "", true},
    {"seed", 0, SG_OPTION_COUNT, "N", "1", "", true},
    {0}};

/* Parameters of "--bands 20 --unit word"; the code of dedup_parameters_from_options. */
static inline enum sg_code dedup_test_parameters(const char *line, struct dedup_parameters *parameters,
                                                 struct sg_err *err) {
    const struct sg_option *const tables[] = {dedup_test_options, NULL};
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
