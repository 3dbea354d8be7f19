/*
 * plan: what was asked for, on disk, so that verbs in other processes on other machines do the same.
 *
 * Shape   plan.json in the job's folder, canonical JSON: "inputs" [{bytes, mtime_ns, name, path, spooled}], "options"
 *         ["--name=value"] as they were given, "output", "output_is_folder", "parameters" (what keys and sketches depend on),
 *         "version".
 * Calls   dedup_plan writes it; dedup_plan_load fills run from it (inputs, output, options, settings) for another verb.
 * Owns    dedup_plan_load: what it puts into run lives as long as the process.
 * Errors  SG_USAGE: no plan there. SG_DATA: not a plan, or of another version. SG_SYSTEM: I/O.
 */
#ifndef SANGAM_DEDUP_PLAN_H
#define SANGAM_DEDUP_PLAN_H

#include "job.h"

/* Whether the folder holds the plan of just this job. */
bool dedup_plan_same(const struct dedup_job *job);
enum sg_code dedup_plan_load(struct sg_run *run, const char *folder, struct sg_err *err) SG_MUST_CHECK;

#endif
