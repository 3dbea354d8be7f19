/*
 * train_run: the other programs inside sangam-langtag. `--train`: read, train the groups in parallel, fit the maps, write the
 * model. `--dev`: measure a model. `--report`: tell of tagged records.
 *
 * Shape   each is a bare verb of a stage of its own; main.c chooses by the options.
 * Errors  those of lessons.h, train.h, evaluate.h; SG_USAGE for options; SG_DATA for records.
 */
#ifndef SANGAM_LANGTAG_TRAIN_RUN_H
#define SANGAM_LANGTAG_TRAIN_RUN_H

#include "run/stage.h"

extern const struct sg_option train_options[];
enum sg_code train_run(struct sg_run *run, struct sg_err *err);
extern const struct sg_option report_options[];
enum sg_code report_run(struct sg_run *run, struct sg_err *err);

#endif
