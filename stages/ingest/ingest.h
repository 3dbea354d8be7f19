/*
 * ingest: the run: inputs planned into jobs, each job read, converted, written and signed by a
 * receipt.
 *
 * Shape   job after job; within one, reader -> workers -> sink through run/pipe.
 * Calls   by sg_stage_main, as the stage's run.
 * Owns    nothing beyond the call.
 * Errors  a damaged JSONL file is refused and the others go on; at the end SG_DATA, as when there
 *         were more bad units than --max-bad.
 * Source  contract.md sections 1 to 3; architecture.md sections 2, 3, 5.
 */
#ifndef INGEST_INGEST_H
#define INGEST_INGEST_H

#include "run/stage.h"

enum sg_code ingest_run(struct sg_run *run, struct sg_err *err) SG_MUST_CHECK;

#endif
