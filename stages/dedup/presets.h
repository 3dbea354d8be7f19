/*
 * presets: published recipes as parameters, each with its source and with what sangam does otherwise.
 *
 * Shape   a row: name, source, "name=value ..." with names as in the canonical parameters (parameters.h), sentences.
 *         What a row does not name has the default of its option.
 * Units   as the options.
 * Calls   dedup_preset_rows; the first row is the default, DEDUP_PRESETS the choices of --preset in the same order.
 * Owns    nothing: constants.
 * Errors  none.
 * Source  dedup.md section 8; each row's own.
 *
 * A preset has the recipe's unit, key text, bands and rows, so its recall curve; never its signature bytes.
 */
#ifndef SANGAM_DEDUP_PRESETS_H
#define SANGAM_DEDUP_PRESETS_H

#include <stddef.h>

#define DEDUP_PRESETS                                                                                                  \
    "sangam|fineweb|fineweb2|nemo|nemotron-cc|slimpajama|txt360|rpv2-0.7|rpv2-0.8|rpv2-0.9|rpv2-1.0|lee2022|"          \
    "duplodocus|dclm-bff|dolma-para|ccnet|sentence3"

struct dedup_preset {
    const char *name, *source, *values;
    const char *const *differences; /* plain sentences, NULL-ended */
};

extern const struct dedup_preset dedup_presets[];
extern const size_t dedup_preset_count;

#endif
