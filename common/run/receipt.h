/*
 * receipt: the proof beside an output: what came in, what went out, under which settings.
 *
 * Shape   canonical JSON, one line: version of the format, stage, version, settings, settings_hash, corpus, inputs[],
 *         outputs[], records_in, records_out, dropped, bad, reasons{}, counters{}, hash (XXH3-128 of all that), and run{}
 *         (times, memory, threads, modification times), which no promise covers.
 *         records_in = records_out + dropped + bad, always.
 *         Paths are relative to the receipt's own folder where both are below one folder, else as given.
 * Calls   fill the struct, sg_receipt_publish last of all; sg_receipt_load to read one;
 *         sg_receipt_current to ask "is there nothing to do?".
 * Owns    the struct owns all its strings; sg_receipt_free accepts {0}.
 * Errors  load: SG_DATA when it is no receipt or its hash is wrong, SG_SYSTEM when it cannot be read.
 */
#ifndef SANGAM_RUN_RECEIPT_H
#define SANGAM_RUN_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

struct sg_receipt_file {
    char *path;
    char kind[12]; /* "input", "records", "dropped", "bad" */
    uint64_t bytes, records;
    struct sg_hash128 hash;
    int64_t mtime_ns; /* in run{} */
};

struct sg_receipt_count {
    char *name;
    uint64_t count;
};

struct sg_receipt {
    char *stage, *version;
    char *settings; /* canonical JSON */
    struct sg_hash128 settings_hash;
    struct sg_hash128
        corpus; /* whole-corpus stages: fingerprint of all inputs together; else zero */
    struct sg_receipt_file *inputs, *outputs;
    size_t input_count, output_count;
    uint64_t records_in, records_out, dropped, bad;
    struct sg_receipt_count *reasons, *counters; /* sorted by name when published */
    size_t reason_count, counter_count;
    double wall_seconds, cpu_seconds;
    uint64_t peak_bytes, raw_bytes_in, raw_bytes_out;
    unsigned threads;
};

void sg_receipt_input(struct sg_receipt *receipt, const char *path, uint64_t bytes,
                      uint64_t records, struct sg_hash128 hash);
void sg_receipt_output(struct sg_receipt *receipt, const char *kind, const char *path,
                       uint64_t bytes, uint64_t records, struct sg_hash128 hash);
void sg_receipt_reason(struct sg_receipt *receipt, const char *name,
                       uint64_t add); /* adds to an existing name */
void sg_receipt_counter(struct sg_receipt *receipt, const char *name, uint64_t add);

enum sg_code sg_receipt_publish(const struct sg_receipt *receipt, const char *path,
                                struct sg_err *err) SG_MUST_CHECK;
enum sg_code sg_receipt_load(const char *path, struct sg_receipt *out,
                             struct sg_err *err) SG_MUST_CHECK;
void sg_receipt_free(struct sg_receipt *receipt);

/* The path a receipt at receipt_path means by `path`; caller frees. */
char *sg_receipt_resolve(const char *receipt_path, const char *path);

/* True when the receipt at path has this settings hash and corpus, exactly these inputs, unchanged (size and modification time,
 * else content), and all its outputs stand there with their sizes. Why not is told for -v (may be NULL). */
bool sg_receipt_current(const char *path, struct sg_hash128 settings_hash, struct sg_hash128 corpus,
                        char *const *inputs, size_t input_count, const char **why);

#endif
