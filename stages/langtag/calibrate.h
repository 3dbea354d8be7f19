/*
 * calibrate: from the probability that the model gives to the share of such answers that were right.
 *
 * Shape   maps of 17 knots at k/16, linear between, never falling; one for each script class and bin of evidence, for labels
 *         and for families.
 * Units   probabilities 0..1; knots are 1/255.
 * Calls   calibrate_score and calibrate_family in use; calibrate_fit after training.
 * Owns    nothing.
 * Errors  none.
 * Source  langtag.md section 5; isotonic regression by pooling adjacent violators (Ayer et al., 1955).
 */
#ifndef SANGAM_LANGTAG_CALIBRATE_H
#define SANGAM_LANGTAG_CALIBRATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "langtag.h"
#include "sparse.h"

#define CALIBRATE_SHORT 40 /* features */

uint8_t calibrate_class(const char *script); /* Latn, Cyrl, Arab, Deva, others */
uint8_t calibrate_bin(size_t features);      /* below 16, 40, 100, more */

/* A label's probability, and that of the answer's family. */
float calibrate_score(const struct sparse_model *model, const struct langtag_evidence *evidence,
                      float probability);
float calibrate_family(const struct sparse_model *model, const struct langtag_evidence *evidence);

/* One answer on development text. */
struct calibrate_case {
    struct langtag_evidence evidence;
    bool right, right_family;
};
/* Replaces the model's maps. */
void calibrate_fit(struct sparse_model *model, const struct calibrate_case *cases, size_t count);
void calibrate_identity(struct sparse_model *model); /* probabilities as they are */

#endif
