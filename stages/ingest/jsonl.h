/*
 * jsonl: records of other tools become ours: fields mapped, members filled in, everything else byte
 * for byte.
 *
 * Shape   pure: one line in, one line out. A mapped top-level field takes its new name where it
 *         stands, unless that name is there already: then its value is copied over. A nested field
 *         (a.b) is copied.
 * Calls   jsonl_map_parse once; one struct jsonl per worker: {0}, jsonl_convert*, jsonl_free.
 * Owns    its buffers.
 * Errors  SG_DATA: a bad record, with cause and byte. SG_USAGE: --map that cannot be read.
 * Source  contract.md section 3.
 *
 * Example --map text=content,id=meta.key
 *         {"content":"x","meta":{"key":7}}  ->
 *         {"text":"x","meta":{"key":7},"id":"7","owner":"",...}
 */
#ifndef INGEST_JSONL_H
#define INGEST_JSONL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "provenance.h"
#include "text/record.h"

struct jsonl_pair {
    char *target, *field;
};

struct jsonl_map {
    struct jsonl_pair *pairs;
    size_t count;
};

/* "text=content,id=url"; NULL is the empty map. */
enum sg_code jsonl_map_parse(const char *text, struct jsonl_map *out,
                             struct sg_err *err) SG_MUST_CHECK;
void jsonl_map_free(struct jsonl_map *map);

struct jsonl {
    struct sg_record record;
    struct sg_buf repaired, renamed, text, value;
    /* counted over all calls */
    uint64_t boms, duplicate_names, repaired_lines, derived_ids, decode_errors;
};

/* line without its LF, not blank. Appends the record and LF. */
enum sg_code jsonl_convert(struct jsonl *jsonl, const struct jsonl_map *map,
                           const struct provenance *from, const char *line, size_t len,
                           struct sg_buf *out, struct sg_err *err) SG_MUST_CHECK;
void jsonl_free(struct jsonl *jsonl);

#endif
