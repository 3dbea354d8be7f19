/*
 * sink: one output of a stage and what stands beside it: records, ledger, bad units.
 *
 * Shape   NAME.jsonl.zst, NAME.dropped.jsonl.zst, NAME.bad.zst (the last two only when not empty). A worker fills
 *         struct sg_parts and packs it; the ordered writer puts parts one after the other.
 *         A bad unit is one JSON line {"record":N,"byte":B,"cause":"...","name":"...","bytes":L}, then its L bytes
 *         verbatim, then LF.
 * Calls   sg_sink_open, sg_sink_put*, then sg_sink_commit or sg_sink_abort (harmless after commit). Nothing is visible
 *         before commit; the record file is renamed last of the three.
 * Owns    all its files and paths.
 * Errors  SG_SYSTEM from publish.
 */
#ifndef SANGAM_RUN_SINK_H
#define SANGAM_RUN_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "io/frames.h"
#include "io/publish.h"

/* What one batch of work yields. {0} is empty; reused after sg_parts_reset. */
struct sg_parts {
    struct sg_buf lines, ledger;               /* raw, whole lines */
    struct sg_buf packed_lines, packed_ledger; /* by sg_parts_pack */
    struct sg_buf bad;                         /* serialised bad units */
    uint64_t records_in, records_out, dropped, bad_units;
    uint64_t raw_bytes,
        ledger_raw_bytes; /* of lines and ledger, kept when these are emptied by packing */
};

/* One ledger line {"id":"...","reason":"...",DETAIL}; detail is "" or members that begin with a comma. */
void sg_parts_drop(struct sg_parts *parts, const char *id, size_t id_len, const char *reason,
                   const struct sg_buf *detail);
/* record: 1.. within this batch (0: none); the sink adds what came before. name may be NULL. */
void sg_parts_bad(struct sg_parts *parts, uint64_t record, uint64_t byte, const char *cause,
                  const char *name, const char *bytes, size_t len);
/* Compress lines and ledger as one frame each (worker side). Raw lines are freed of their content. */
enum sg_code sg_parts_pack(struct sg_parts *parts, struct sg_frames_packer *lines,
                           struct sg_frames_packer *ledger, struct sg_err *err) SG_MUST_CHECK;
void sg_parts_reset(struct sg_parts *parts);
void sg_parts_free(struct sg_parts *parts);

struct sg_sink_options {
    const char *path;          /* "-" is standard output, as plain JSONL */
    const char *dropped, *bad; /* NULL: beside path, or nowhere for "-" */
    enum sg_compression compression;
    int level;
};

struct sg_sink_file {
    struct sg_publish file;
    struct sg_frames_table table;
    char *path;
    bool open, wanted;
    uint64_t bytes, records, raw_bytes;
    struct sg_hash128 hash;
};

struct sg_sink {
    struct sg_sink_file lines, dropped, bad;
    struct sg_frames_packer *bad_packer;
    enum sg_compression compression;
    int level;
    uint64_t records_in;
};

enum sg_code sg_sink_open(struct sg_sink *sink, const struct sg_sink_options *options,
                          struct sg_err *err) SG_MUST_CHECK;
enum sg_code sg_sink_put(struct sg_sink *sink, const struct sg_parts *parts,
                         struct sg_err *err) SG_MUST_CHECK;
enum sg_code sg_sink_commit(struct sg_sink *sink, struct sg_err *err) SG_MUST_CHECK;
void sg_sink_abort(struct sg_sink *sink);

/* NAME.receipt.json, NAME.dropped.jsonl.zst ... of an output path: the chain suffix goes, what is added stands in place.
 * "a/b.jsonl.zst", ".receipt.json" -> "a/b.receipt.json"; caller frees. */
char *sg_sink_beside(const char *path, const char *suffix);

#endif
