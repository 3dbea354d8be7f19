/*
 * plan: which input files share an output.
 *
 * Shape   jobs in a fixed order. With a folder as OUTPUT a container or JSONL file is a job of its
 *         own, NAME.jsonl.zst; the rest (texts, and what is not read) is packed in path order into
 *         text-00000, text-00001, ... Else there is one job with everything.
 * Units   a pack is closed at 256 MiB of input, each file counted with 512 bytes on top for its
 *         record.
 * Calls   plan_make, read-only, plan_free.
 * Owns    jobs and names; inputs are borrowed.
 * Errors  SG_SYSTEM from looking at files; SG_USAGE when a container would take a pack's name.
 * Source  contract.md section 1 (Names).
 */
#ifndef INGEST_PLAN_H
#define INGEST_PLAN_H

#include "provenance.h"
#include "reader.h"
#include "run/chain.h"
#include "run/stage.h"

#define PLAN_PACK_BYTES ((uint64_t)256 << 20)

struct plan_file {
    const struct sg_input *input;
    const struct provenance *provenance;
    struct reader_file read;         /* after it was read */
    struct sg_chain_promise promise; /* of a JSONL file's own receipt */
    int64_t mtime_ns;
    uint64_t units;
};

struct plan_job {
    char *name; /* for sg_run_output */
    struct plan_file *files;
    size_t count;
    bool tells_skipped; /* the ledger lines of run->inputs.skipped go here */
};

struct plan {
    struct plan_job *jobs;
    size_t count, packs; /* the packs come first */
};

enum sg_code plan_make(struct plan *plan, const struct sg_run *run,
                       struct sg_err *err) SG_MUST_CHECK;
/* Lines "input (size) -> output" for --dry-run. */
enum sg_code plan_tell(struct sg_run *run, struct sg_buf *out, struct sg_err *err) SG_MUST_CHECK;
/* The pack behind the last one, when it stands in OUTPUT from a run with more texts; the caller
 * frees. NULL: there is none. */
char *plan_left_over(const struct plan *plan, const struct sg_run *run);
void plan_free(struct plan *plan);

#endif
