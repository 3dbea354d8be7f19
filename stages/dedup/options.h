/*
 * options: what sangam-dedup can be told, by `run`, `plan` and `index` alike.
 *
 * Shape   a table ended by a zero row. Those that decide an answer have a row in parameters.c too.
 * Calls   none.
 * Owns    nothing.
 * Errors  none.
 */
#ifndef SANGAM_DEDUP_OPTIONS_H
#define SANGAM_DEDUP_OPTIONS_H

#include "run/opts.h"

extern const struct sg_option dedup_options[];

#endif
