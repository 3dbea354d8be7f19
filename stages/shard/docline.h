/*
 * docline: what shard needs to know of a line: its key, its folder, its measures, where its provenance stands.
 *
 * Shape   struct shard_document is filled anew for every line; struct shard_reader holds what is reused.
 * Units   bytes, code points, estimated tokens.
 * Calls   shard_document_read per line; free at the end. One reader a thread.
 * Owns    the reader owns its buffers; document->line borrows the caller's line, or the reader's copy of it when a byte
 *         order mark had to be left out.
 * Errors  SG_DATA: no JSON object, or id or text missing, empty (id) or no string. SG_BUDGET never.
 * Source  contract.md section 3; shard.md sections 1 and 3.
 */
#ifndef SANGAM_SHARD_DOCLINE_H
#define SANGAM_SHARD_DOCLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "folder.h"
#include "pool.h"
#include "text/record.h"

#define SHARD_LINE_MAX (UINT32_MAX - 1)

struct shard_rules {
    uint64_t seed;
    bool repeated_ids; /* --duplicate-ids keep: the key is id and text */
};

struct shard_document {
    const char *line; /* slip.bytes long, without LF and byte order mark */
    const char *id;
    size_t id_len;
    struct sg_hash128 key, line_hash;
    struct shard_slip slip;
    char folder[SHARD_FOLDER_MAX + 1];
    bool relabelled;  /* its label was too long for a folder */
    bool bom;
    size_t duplicate_names, lone_surrogates;
};

struct shard_reader {
    struct sg_record record;
    struct sg_buf line, id, text, language, script;
};

enum sg_code shard_document_read(struct shard_reader *reader, const struct shard_rules *rules, const char *line, size_t len,
                                 struct shard_document *out, struct sg_err *err) SG_MUST_CHECK;
void shard_reader_free(struct shard_reader *reader);

/* The string that begins at `at` in a line (a slip's owner_at ...), unescaped into buf; NULL when at is 0. */
const char *shard_document_string(const char *line, size_t len, uint32_t at, struct sg_buf *buf, size_t *out_len);

#endif
