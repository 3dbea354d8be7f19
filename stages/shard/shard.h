/*
 * shard: the verb run: from inputs to a release.
 *
 * Shape   claim the folder -> nothing to do? -> scatter -> ids -> plan -> gather -> card, sums, run.json, manifest.json.
 * Errors  those of its parts; the folder holds a whole release or no manifest.json.
 */
#ifndef SANGAM_SHARD_SHARD_H
#define SANGAM_SHARD_SHARD_H

#include "run/stage.h"

enum sg_code shard_run(struct sg_run *run, struct sg_err *err);

#endif
