/*
 * job: one run of deduplication: its parameters, its inputs and the files its verbs hand to each other.
 *
 * Shape   seven verbs, each a function from files in the job's folder to files there. Names begin with the task, t0:
 *           plan     plan.json
 *           map      t0.doc (a row a document, in input order), t0.ids (their ids), t0.bat (a row a batch),
 *                    t0-NN.bnd (band and exact keys, by key), t0.idk (id keys)
 *           link     NN.edg (documents that share a key), id.edg (documents that share an id key)
 *           cluster  component.cmp (document, component; by document)
 *           settle   decided.map, copies.cpy, open.set and border.doc (what texts must decide)
 *           recheck  t0.set (window sets), set.idx;  then settle again
 *           (settle) t0.map (decisions by document)
 *           apply    the outputs
 * Units   documents are numbered from 0 in input order; no decision depends on these numbers.
 * Calls   dedup_job_init, the verbs in that order, dedup_job_free.
 * Owns    all below; run is borrowed.
 * Errors  per verb.
 * Source  dedup.md sections 4 to 7; contract.md sections 3, 4, 6.
 */
#ifndef SANGAM_DEDUP_JOB_H
#define SANGAM_DEDUP_JOB_H

#include "blob.h"
#include "document.h"
#include "leader.h"
#include "parameters.h"
#include "rows.h"
#include "run/stage.h"

#define DEDUP_PARTITIONS 16 /* by the first four bits of a key */

struct dedup_input {
    const struct sg_input *given;
    char *path;                /* what is read: given->path, or the spooled copy of a pipe */
    bool stream;               /* its frames do not hold whole lines */
    uint64_t bytes, raw_bytes; /* of the file, and decompressed */
    uint64_t first, documents, bad, blank;
    struct sg_hash128 hash; /* of the file's bytes */
    int64_t mtime_ns;
};

/* What happened, for receipts and the last line. */
struct dedup_counts {
    uint64_t documents, bad, batches;
    uint64_t band_records, edges, in_components, components;
    uint64_t border_documents, compared_by_text, hot_components;
    uint64_t clusters, duplicate_ids;
    uint64_t kept, removed_exact, removed_near;
};

struct dedup_job {
    struct sg_run *run;
    struct dedup_parameters parameters;
    struct dedup_settings settings;
    struct dedup_rule rule;
    enum dedup_verify verify;
    double tau;
    uint64_t seed, hot;
    bool by_language, duplicate_ids_keep, keep_components;
    struct dedup_about about;
    struct dedup_input *inputs;
    size_t input_count;
    uint64_t memory_bytes; /* what a verb may use */
    double wall_start;
    struct dedup_blob ids;
    struct dedup_blob sets;
    struct dedup_counts counts;
};

enum sg_code dedup_job_init(struct dedup_job *job, struct sg_run *run, struct sg_err *err) SG_MUST_CHECK;
void dedup_job_free(struct dedup_job *job);

char *dedup_job_path(const struct dedup_job *job, const char *format, ...) SG_PRINTF(2, 3);
/* Open or create a rows file of the job's folder by its short name. */
enum sg_code dedup_job_create(const struct dedup_job *job, struct dedup_rows *rows, const struct dedup_rows_kind *kind,
                              const char *name, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_job_open(const struct dedup_job *job, struct dedup_rows *rows, const struct dedup_rows_kind *kind,
                            const char *name, struct sg_err *err) SG_MUST_CHECK;
/* Delete a file that no later verb reads. */
void dedup_job_drop(const struct dedup_job *job, const char *name);

uint32_t dedup_doc_width(const struct dedup_job *job);

/* The verbs. */
enum sg_code dedup_plan(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_map(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_link(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_cluster(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_settle(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_recheck(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_settle_open(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK; /* after recheck */
enum sg_code dedup_settle_end(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;  /* t0.map */
enum sg_code dedup_apply(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;

#endif
