/*
 * scatter: the first pass. Every line is read once, gets its rank and folder, and lands in a sorted run.
 *
 * Shape   inputs -> batches -> workers (decode, scan, key, own pool; a full pool becomes a run of the worker's spill
 *         file) -> writer (keys for the duplicate check, bad units, counts per file). What is in the pools at the end
 *         stays there, as runs in memory, where the budget allows.
 * Units   bytes, documents.
 * Calls   init, run, then runs, strata and files may be read; shard_scatter_check_ids; free.
 * Owns    pools, spill files, runs, strata.
 * Errors  SG_DATA: damaged input, bad records past --max-bad, two lines with one id; SG_BUDGET: a line larger than a pool.
 * Source  shard.md section 2; contract.md sections 2 and 3.
 */
#ifndef SANGAM_SHARD_SCATTER_H
#define SANGAM_SHARD_SCATTER_H

#include "cut.h"
#include "docline.h"
#include "io/extsort.h"
#include "run/chain.h"
#include "run/receipt.h"
#include "run/sink.h"
#include "run/stage.h"
#include "runmerge.h"
#include "strata.h"

/* How --memory is split; all of it is decided before work begins. */
struct shard_memory {
    uint64_t pipe_bytes;   /* batches in flight */
    uint64_t keys_bytes;   /* sorting keys for the duplicate check */
    uint64_t pool_bytes;   /* of one worker */
    uint64_t worker_bytes; /* what a worker holds besides: codecs, buffers */
};

/* What is counted besides documents; names in shard_count_names. */
enum { SHARD_COUNT_BLANK, SHARD_COUNT_BOM, SHARD_COUNT_DUPLICATE, SHARD_COUNT_LONE, SHARD_COUNT_LABEL, SHARD_COUNTS };
extern const char *const shard_count_names[SHARD_COUNTS];

/* A key as the duplicate check sorts it: K big-endian, then 64 bits of the line's hash. */
#define SHARD_KEY_WIDTH 24

struct shard_worker {
    struct shard_pool pool;
    struct shard_spill spill;
    struct shard_run *runs;
    size_t run_count;
    struct shard_local local;
    struct shard_reader reader;
    struct sg_frames_decoder *decoder;
    uint64_t counts[SHARD_COUNTS];
};

struct shard_file {
    struct sg_chain_promise promise;
    struct sg_frames_options how;
    uint64_t bytes, records;
    struct sg_hash128 hash;
    bool foreign_frames; /* several zstd frames, no seek table */
};

struct shard_scatter {
    struct sg_run *run;
    struct shard_rules rules;
    enum shard_unit unit;
    struct shard_memory memory;
    struct shard_strata strata;
    struct shard_worker *workers;
    unsigned worker_count;
    struct shard_runs runs; /* all of them, after run */
    struct shard_spill level; /* where merge levels went */
    uint64_t held_bytes;      /* of pools that are runs in memory */
    struct sg_extsort *keys;
    /* reading */
    struct shard_file *files;
    size_t file; /* at hand */
    struct sg_frames *reader;
    bool stream, split;
    uint64_t reader_bytes; /* what decompressing the file at hand holds; shared with the workers */
    /* writing */
    struct sg_sink bad_sink;
    bool bad_open, named_duplicate;
    size_t written_file;
    uint64_t file_records, shown_bytes;
    /* results */
    uint64_t documents, raw_bytes, bad;
    struct sg_hash128 bad_fingerprint; /* of lines that are in no shard */
    uint64_t bad_raw_bytes;
    uint64_t counts[SHARD_COUNTS];
};

enum sg_code shard_scatter_init(struct shard_scatter *scatter, struct sg_run *run, const struct shard_rules *rules,
                                enum shard_unit unit, struct sg_err *err) SG_MUST_CHECK;
enum sg_code shard_scatter_run(struct shard_scatter *scatter, struct sg_err *err) SG_MUST_CHECK;
/* Two different lines with one id anywhere? Says five and how many there are. Nothing to do with repeated_ids. */
enum sg_code shard_scatter_check_ids(struct shard_scatter *scatter, struct sg_err *err) SG_MUST_CHECK;
/* Merge levels until any one stratum can be read within the memory that is left for the second pass. */
enum sg_code shard_scatter_fit(struct shard_scatter *scatter, struct sg_err *err) SG_MUST_CHECK;
uint64_t shard_scatter_left(const struct shard_scatter *scatter); /* less pools that still hold documents, and codecs */
void shard_scatter_free(struct shard_scatter *scatter);

#endif
