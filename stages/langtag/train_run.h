/*
 * train_run: what `sangam-langtag --train` does: read, train the groups in parallel, fit the maps, write the model.
 *
 * Shape   a stage with one bare verb; main.c chooses it when --train, --extend or --dev is given.
 * Errors  those of lessons.h, train.h, evaluate.h; SG_USAGE for options.
 */
#ifndef SANGAM_LANGTAG_TRAIN_RUN_H
#define SANGAM_LANGTAG_TRAIN_RUN_H

#include "run/stage.h"

extern const struct sg_option train_options[];
enum sg_code train_run(struct sg_run *run, struct sg_err *err);

#endif
