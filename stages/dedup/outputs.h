/*
 * outputs: the files of a finished deduplication: one per input with the input's name, or one for all on a pipe.
 *
 * Shape   a sink and a receipt for each; inputs come in order, and a file is published when the next one begins.
 * Calls   dedup_outputs_current before all work; dedup_outputs_start, dedup_outputs_put in order, dedup_outputs_end; free
 *         accepts {0}.
 * Owns    the open sink and its paths.
 * Errors  SG_SYSTEM from publish.
 * Source  contract.md sections 1 and 3; architecture.md section 2.
 */
#ifndef SANGAM_DEDUP_OUTPUTS_H
#define SANGAM_DEDUP_OUTPUTS_H

#include "job.h"
#include "run/receipt.h"
#include "run/sink.h"
#include "statistics.h"

/* What one batch adds beside its parts. */
struct dedup_tally {
    uint64_t exact, near, cross; /* removed; with --policy mine, met */
    uint64_t survivors;   /* kept, with a cluster */
    uint64_t cut;         /* removed, for too little was left */
    uint64_t documents_cut, bytes_cut; /* kept, with a ledger line for what is cut from them */
    uint64_t blank, raw_bytes;
};

struct dedup_outputs {
    struct dedup_job *job;
    size_t input, end; /* whose output is open; after the last one */
    bool open;
    struct sg_sink sink;
    char *path;
    struct dedup_tally tally; /* of the open output */
    uint64_t bad, raw_out, all_kept;
    struct dedup_tally all;
};

/* All outputs stand there, made from exactly these inputs with these settings. */
bool dedup_outputs_current(const struct dedup_job *job);

enum sg_compression dedup_outputs_compression(const struct dedup_job *job);

/* The inputs [first, end). */
void dedup_outputs_start(struct dedup_outputs *outputs, struct dedup_job *job, size_t first, size_t end);
enum sg_code dedup_outputs_put(struct dedup_outputs *outputs, size_t input, const struct sg_parts *parts,
                               const struct dedup_tally *tally, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_outputs_end(struct dedup_outputs *outputs, struct sg_err *err) SG_MUST_CHECK;
/* dedup.statistics.json in the output folder (with the task's number when there are several), NAME.statistics.json beside a
 * file; nothing beside a pipe. */
enum sg_code dedup_outputs_statistics(const struct dedup_job *job, const struct dedup_statistics *statistics,
                                      struct sg_err *err) SG_MUST_CHECK;
void dedup_outputs_free(struct dedup_outputs *outputs);

#endif
