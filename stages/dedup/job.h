/*
 * job: one deduplication: its parameters, its inputs and the files its verbs hand to each other.
 *
 * Shape   seven verbs, each a function from files in the job's folder to files there; each can be cut into tasks i of n.
 *         i: the number of a task; pp: of a partition. A verb's last file is VERB-i.sum (sums.h): with it a task is done.
 *           plan     plan.json (plan.h)
 *           map      ti.doc (a row a document, in input order), ti.ids (their ids), ti.bat (a row a batch), ti-pp.bnd (band
 *                    and exact keys), ti-id.bnd (id keys), ti.in (a row an input)
 *           link     pp.edg (documents that share a key), id.edg (documents that share an id key)
 *           cluster  pp.mem (rows of all documents that share a key with others, with their component)
 *           settle   pp.map (decisions, by document); or, where sketches leave doubts, pp.dec pp.cpy pp.opn pp.brd
 *           recheck  si.set (window sets of the documents in doubt), si.idx;  then settle once more, for pp.map
 *           apply    the outputs
 *         In the modes para and line map writes ti-pp.unt (units of texts, by key) in place of band keys, and link makes pp.cut
 *         of them (what is cut, by document); cluster looks at ids only, settle and recheck have nothing to do.
 *         With --mode cross map also makes a part of each index (cross.h): the files of a task, and import-k.sum.
 *         map, recheck and apply share out the inputs by their bytes; link and settle the partitions; cluster is one task.
 * Units   documents are numbered from 0 in input order, in the files of a map task from the task's own start; no decision
 *         depends on these numbers. id and set places: task << 40 | byte.
 * Calls   dedup_job_init; the verbs in that order; dedup_job_free.
 * Owns    all below; run is borrowed.
 * Errors  per verb. SG_USAGE: a verb whose predecessor has not finished, named with its task.
 * Source  dedup.md sections 4 to 7; contract.md sections 3, 4, 6.
 */
#ifndef SANGAM_DEDUP_JOB_H
#define SANGAM_DEDUP_JOB_H

#include "blob.h"
#include "document.h"
#include "io/extsort.h"
#include "leader.h"
#include "prefer.h"
#include "parameters.h"
#include "rows.h"
#include "run/stage.h"
#include "units.h"

#define DEDUP_PARTITIONS 16 /* by the first four bits of a key */
#define DEDUP_PLACE_BITS 40 /* of a place: a byte of a task's file */

struct dedup_input {
    const struct sg_input *given;
    char *path;                /* what is read: given->path, or the spooled copy of a pipe */
    bool stream;               /* its frames do not hold whole lines */
    uint64_t bytes, raw_bytes; /* of the file, and decompressed */
    uint64_t documents, bad, blank;
    unsigned part;              /* the map task that read it */
    uint64_t first;             /* number of its first document */
    uint64_t first_batch;       /* its first row in t<part>.bat */
    struct sg_hash128 hash;     /* of the file's bytes */
    int64_t mtime_ns;
};

/* What a map task left. */
struct dedup_part {
    uint64_t first; /* number of its first document */
    uint64_t documents;
    struct dedup_blob ids;
};

struct dedup_task {
    uint64_t number, count;
};

/* What else is compared with the inputs, or in place of them: indexes of signatures (cross.h). */
enum dedup_policy { DEDUP_THEIRS, DEDUP_MINE, DEDUP_BALANCED };

struct dedup_cross {
    bool on;
    enum dedup_policy policy;
    bool near, slim;    /* what the indexes have */
    bool report;        /* --mine: no inputs, nothing is written but the report */
    size_t count;       /* of indexes: mine, if given, then theirs */
    const char *paths[2];
    struct sg_hash128 content[2];
    uint64_t records[2];
    struct sg_buf parameters; /* canonical JSON: what indexes carry */
    bool theirs_first;        /* balanced, of two documents that are equal in every key */
};

/* What happened, for receipts and the last line. */
struct dedup_counts {
    uint64_t documents, bad, batches;
    uint64_t band_records, edges, in_components, components;
    uint64_t border_documents, compared_by_text, hot_components;
    uint64_t clusters, duplicate_ids;
    uint64_t candidates, rejected; /* texts that share a key with a better one of their component; those that stay */
    uint64_t kept, removed_exact, removed_near, removed_cross;
    uint64_t units, units_cut, documents_cut, bytes_cut; /* para, line: compared; cut; documents that stay without them */
};

struct dedup_job {
    struct sg_run *run;
    char *folder; /* of the files between verbs */
    bool consume; /* drop what no later verb reads */
    struct dedup_task task;
    struct dedup_parameters parameters;
    struct dedup_prefer prefer;
    struct dedup_settings settings;
    struct dedup_rule rule;
    struct dedup_unit_rule units;
    enum dedup_verify verify;
    struct dedup_cross cross;
    double tau;
    uint64_t seed, hot;
    bool by_language, duplicate_ids_keep, keep_components;
    struct dedup_about about;
    struct dedup_input *inputs;
    size_t input_count;
    struct dedup_part *parts; /* after dedup_parts_load */
    size_t part_count;
    struct dedup_blob *sets; /* of recheck's tasks */
    size_t set_count;
    uint64_t memory_bytes; /* what a verb may use */
    double wall_start;
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
/* A file that no later verb reads: deleted, if the job consumes. */
void dedup_job_drop(const struct dedup_job *job, const char *name);

uint32_t dedup_doc_width(const struct dedup_job *job);
struct dedup_rows_kind dedup_doc_kind(const struct dedup_job *job);

/* A sort with a fifth of the memory, in the job's folder, by the first key_bytes. */
enum sg_code dedup_sort_new(const struct dedup_job *job, size_t width, size_t key_bytes, struct sg_extsort **sort,
                            struct sg_err *err) SG_MUST_CHECK;

/* Shares of the task: the inputs [*first, *end), whole files of about equal bytes; is this partition one of its own? */
void dedup_task_inputs(const struct dedup_job *job, size_t *first, size_t *end);
bool dedup_task_has(const struct dedup_job *job, int partition);

/* What stands at a place of the ids or of the sets. */
enum sg_code dedup_job_id(const struct dedup_job *job, uint64_t place, struct sg_buf *id, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_job_set(const struct dedup_job *job, uint64_t place, struct sg_buf *set,
                           struct sg_err *err) SG_MUST_CHECK;

/* The verbs. */
enum sg_code dedup_plan(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_map(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_link(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_cluster(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_settle(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_recheck(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_apply(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;

#endif
