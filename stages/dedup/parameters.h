/*
 * parameters: everything that decides an answer of deduplication, and nothing else: no paths, threads or memory.
 *
 * Shape   options (over a preset, over defaults) -> struct -> canonical JSON -> struct. The JSON has sorted names; its
 *         XXH3-128 is the fingerprint that binds all files of a run. `keys` is that of the members alone that decide keys and
 *         sketches: files with equal keys can be compared with each other, whatever threshold each run had.
 * Units   as the options of the same names.
 * Calls   dedup_parameters_from_options (plan) or dedup_parameters_from_json (the other verbs); then the rest.
 * Owns    nothing: a plain struct.
 * Errors  from_options: SG_USAGE. from_json: SG_DATA for text that is not what dedup_parameters_json writes, and for
 *         another Unicode or ICU version than this program's.
 * Source  dedup.md sections 4, 5, 8; FORMAT.md section 7.
 */
#ifndef SANGAM_DEDUP_PARAMETERS_H
#define SANGAM_DEDUP_PARAMETERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "document.h"
#include "leader.h"
#include "run/opts.h"
#include "text/json.h"

enum dedup_mode { DEDUP_NEAR, DEDUP_EXACT, DEDUP_PARA, DEDUP_LINE, DEDUP_SUBSTR, DEDUP_CROSS };

/* Choices are unsigned, so that one table can read and write them all (parameters.c). */
struct dedup_parameters {
    unsigned mode;          /* enum dedup_mode */
    unsigned preset;        /* which row of presets.h */
    unsigned profile;       /* enum dedup_profile */
    unsigned unit;          /* enum dedup_shingle_unit */
    unsigned sketch;        /* 0 kperm32, 1 fss */
    unsigned exact_key;     /* 0 light, 1 raw */
    unsigned verify;        /* enum dedup_verify */
    unsigned scope;         /* 0 corpus, 1 language */
    unsigned duplicate_ids; /* 0 stop, 1 keep */
    unsigned keep;          /* 0 first, 1 none: copies of paragraphs and lines */
    unsigned spans;         /* 0 cut, 1 mark: repeats of substr */
    bool keep_components, cluster_fields;
    uint64_t ngram, bands, rows, min_shingles, hot, seed;
    uint64_t min_count, min_chars, min_left, min_length; /* para, line, substr */
    double threshold;
    char prefer[256], count_by[256];
};

enum sg_code dedup_parameters_from_options(const struct sg_opts *opts, struct dedup_parameters *parameters,
                                           struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_parameters_from_json(const char *json, size_t len, struct dedup_parameters *parameters,
                                        struct sg_err *err) SG_MUST_CHECK;

/* Appends the canonical JSON, no line end behind it. */
void dedup_parameters_json(const struct dedup_parameters *parameters, struct sg_buf *out);
struct sg_hash128 dedup_parameters_fingerprint(const struct dedup_parameters *parameters);
/* The members that decide keys alone, appended as canonical JSON: `keys` is its XXH3-128. */
void dedup_parameters_keys_json(const struct dedup_parameters *parameters, struct sg_buf *out);
struct sg_hash128 dedup_parameters_keys(const struct dedup_parameters *parameters);

/* What the pure core needs, and the rule of leaders. SG_SYSTEM when ICU's data are missing for unit icu. */
enum sg_code dedup_parameters_settings(const struct dedup_parameters *parameters, struct dedup_settings *settings,
                                       struct sg_err *err) SG_MUST_CHECK;
struct dedup_rule dedup_parameters_rule(const struct dedup_parameters *parameters);

/* Appends plain sentences, one JSON string each with commas between: what the preset's recipe does otherwise, and where these
 * parameters differ from the preset's ("bands: 20 instead of 14"). */
void dedup_parameters_differences(const struct dedup_parameters *parameters, struct sg_buf *out);
/* The settings of a receipt: `given` (a JSON object of options) with the values in force, and preset_differences. */
void dedup_parameters_receipt(const struct dedup_parameters *parameters, struct sg_json given, struct sg_buf *out);

#endif
