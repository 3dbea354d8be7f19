/*
 * prior_field: what a record already says of its language, as a prior for the choice.
 *
 * Shape   the value of one member: a label (hin_Deva), a code of ISO 639-3 or 639-1 (hin, hi), a macrolanguage (ara, nor), with
 *         or without a script or region behind it (zh-Hant, pt_BR). The labels that it names get PRIOR_FIELD_BONUS more.
 * Units   natural logarithms: 3 makes a label 20 times as likely beside the others. A text that is clearly in another
 *         language stays there; a script that the named language is not written in does so anyhow.
 * Calls   prior_field_read per record, then answer_read asks prior_field_bias; prior_field_forget before texts without one.
 * Owns    its tables, in the scratch; prior_field_free accepts {0}.
 * Errors  none: a value that names no label is told to the caller, and adds nothing.
 * Source  langtag.md section 10; BCP 47 (RFC 5646) for the order of subtags.
 */
#ifndef SANGAM_LANGTAG_PRIOR_FIELD_H
#define SANGAM_LANGTAG_PRIOR_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "text/record.h"

#define PRIOR_FIELD_BONUS 3.0f

struct langtag;
struct langtag_scratch;

struct prior_field {
    struct sg_buf value, last; /* the member, and the value that labels were found for */
    uint32_t *labels;          /* of the model */
    size_t found, count;       /* count: found, or 0 when the record at hand names none */
    float *bias;               /* of a script */
};

/* false: the record's member names a language that the model does not have, or is no string. A member that is not there, is
 * null, empty or und, names none and is true. */
bool prior_field_read(const struct langtag *langtag, struct langtag_scratch *scratch,
                      const struct sg_record *record);
void prior_field_forget(struct langtag_scratch *scratch);
/* Biases of a script of the model, the bonus in them; valid until the next call. */
const float *prior_field_bias(const struct langtag *langtag, struct langtag_scratch *scratch,
                              int group);
void prior_field_free(struct prior_field *field);

#endif
