/*
 * units_link: link for the modes para and line.
 *
 * Shape   ti-pp.unt of all map tasks -> pp.cut, of one partition.
 * Units   sort_bytes: what the sorts may take together, at least 2 MiB.
 * Calls   from link.c, on any thread.
 * Owns    nothing beyond the call.
 * Errors  SG_SYSTEM, SG_DATA of the files.
 */
#ifndef SANGAM_DEDUP_UNITS_LINK_H
#define SANGAM_DEDUP_UNITS_LINK_H

#include "job.h"

/* *cuts: how many there are. */
enum sg_code dedup_units_link(const struct dedup_job *job, int partition, size_t sort_bytes, uint64_t *cuts,
                              struct sg_err *err) SG_MUST_CHECK;

#endif
