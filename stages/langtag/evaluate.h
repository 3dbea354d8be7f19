/*
 * evaluate: how good a model is on labelled text that it has not seen.
 *
 * Shape   a folder like that of lessons.h. Each line counts three times: whole, as one window of at most 40 characters (lines
 *         that are longer), and as one pair of neighbouring words of such a line. Windows depend on the label and the
 *         line's number alone.
 * Calls   evaluate_folder, evaluate_report; evaluate_free accepts {0}.
 * Owns    its counts and cases.
 * Errors  those of lessons.h.
 * Source  langtag.md, "Scoring". F1 of a label: 2 right / (its lines + lines called so); macro: the mean over labels.
 */
#ifndef SANGAM_LANGTAG_EVALUATE_H
#define SANGAM_LANGTAG_EVALUATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "calibrate.h"
#include "langtag.h"
#include "lessons.h"

enum evaluate_kind { EVALUATE_LINE, EVALUATE_SHORT, EVALUATE_PAIR, EVALUATE_KINDS };

struct evaluate_label {
    char name[SPARSE_NAME];
    uint32_t gold[EVALUATE_KINDS], right[EVALUATE_KINDS], called[EVALUATE_KINDS];
};

struct evaluation {
    struct evaluate_label *labels; /* by name: of the folder, and what else was answered */
    size_t label_count, label_cap;
    uint32_t *confused; /* whole lines: label_cap x label_cap, gold first */
    struct calibrate_case *cases;
    uint8_t *kinds; /* of the cases */
    size_t case_count, case_cap;
};

enum sg_code evaluate_folder(const struct langtag *langtag, const char *folder,
                             struct evaluation *out, struct sg_err *err) SG_MUST_CHECK;
double evaluate_f1(const struct evaluation *e, enum evaluate_kind kind); /* strict, macro */
/* Tables as text: the sums, labels, confusions. */
void evaluate_report(const struct evaluation *e, const struct sparse_model *model,
                     struct sg_buf *out);
void evaluate_free(struct evaluation *e);

#endif
