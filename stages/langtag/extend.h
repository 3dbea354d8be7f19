/*
 * extend: another language for a model that is there, without training it again.
 *
 * Shape   a label is a column: only its weights are learned, beside all the others as they are.
 * Calls   extend_label for each label of the lessons that the model does not have. A script that the model does not have, or
 *         has one label of, is trained as train.h does.
 * Owns    the model is changed in place.
 * Errors  SG_USAGE: no text of any other label of the script, no room. SG_SYSTEM when stopped by a signal.
 * Source  langtag.md section 11.
 */
#ifndef SANGAM_LANGTAG_EXTEND_H
#define SANGAM_LANGTAG_EXTEND_H

#include <stdint.h>

#include "base/err.h"
#include "lessons.h"
#include "sparse.h"

struct extend_settings {
    uint64_t seed;
    double effort;
};

int extend_find(const struct sparse_model *model, const char *label); /* its number, -1: none */
enum sg_code extend_label(struct sparse_model *model, const struct lessons *lessons, size_t label,
                          const struct extend_settings *settings, struct sg_err *err) SG_MUST_CHECK;

#endif
