/*
 * extend: a language more, or one better known, in a model that is there and is not trained again.
 *
 * Shape   extend_plan tells what the lessons of a label are for. A label that is new is added, one that the model has is
 *         strengthened; both are a column (column.h). A new label of a script that the model does not have, or has one label
 *         of, is trained with all lessons of its script as train.h does.
 * Calls   extend_plan for all labels, then extend_label for those that are to be added or strengthened, in any order.
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

enum extend_plan {
    EXTEND_ADD,
    EXTEND_STRENGTHEN,
    EXTEND_ALONE,  /* the model has it, and its script alone tells it */
    EXTEND_COMPARE /* others are compared with it, and it stays as it is */
};

enum extend_plan extend_plan(const struct sparse_model *model, const struct lessons *lessons,
                             size_t label);
enum sg_code extend_label(struct sparse_model *model, const struct lessons *lessons, size_t label,
                          const struct extend_settings *settings, struct sg_err *err) SG_MUST_CHECK;
/* How many labels of a script the model has, and of how many of them there are lessons. */
struct extend_known {
    size_t labels, with_text;
};
struct extend_known extend_known(const struct sparse_model *model, const struct lessons *lessons,
                                 int script);

#endif
