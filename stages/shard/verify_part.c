/* One shard, read twice: its bytes for the sums and the header, then its lines. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "io/file.h"
#include "io/frames.h"
#include "io/oneframe.h"
#include "rank.h"
#include "run/signals.h"
#include "verify.h"

#define PIECE (1u << 20)
#define TOLD_MOST 20

struct shard_checker {
    const struct shard_manifest *manifest;
    struct shard_rules rules;
    struct sg_frames_decoder *decoder;
    struct sg_frames_batch batch;
    struct shard_reader reader;
    struct sg_buf piece, keys, name;
    struct sg_hash_state *hash;
};

struct shard_checker *shard_checker_new(const struct shard_manifest *manifest) {
    struct shard_checker *checker = sg_zalloc(1, sizeof *checker);
    checker->manifest = manifest;
    checker->rules = (struct shard_rules){manifest->seed, manifest->repeated_ids};
    checker->decoder = sg_frames_decoder_new();
    checker->hash = sg_hash_new();
    return checker;
}

void shard_checker_free(struct shard_checker *checker) {
    if (!checker) return;
    sg_frames_decoder_free(checker->decoder);
    sg_frames_batch_free(&checker->batch);
    shard_reader_free(&checker->reader);
    sg_buf_free(&checker->piece);
    sg_buf_free(&checker->keys);
    sg_buf_free(&checker->name);
    sg_hash_free(checker->hash);
    free(checker);
}

void shard_problem(struct shard_problems *problems, const char *path, uint64_t line, const char *format, ...) {
    if (problems->count++ >= TOLD_MOST) return;
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sg_buf_puts(&problems->text, path);
    if (line) sg_buf_printf(&problems->text, ":%llu", (unsigned long long)line);
    sg_buf_printf(&problems->text, ": %s\n", text);
}

static void expect_number(struct shard_found *found, const char *path, const char *what, uint64_t got, uint64_t listed) {
    if (got != listed)
        shard_problem(&found->problems, path, 0, "%s: %llu, the manifest says %llu", what, (unsigned long long)got,
                      (unsigned long long)listed);
}

static void expect_hash(struct shard_found *found, const char *path, const char *what, struct sg_hash128 got,
                        struct sg_hash128 listed) {
    char a[SG_HASH_HEX], b[SG_HASH_HEX];
    if (sg_hash_compare(got, listed) != 0)
        shard_problem(&found->problems, path, 0, "%s: %s, the manifest says %s", what, sg_hash_hex(got, a),
                      sg_hash_hex(listed, b));
}

/* ---- the file's bytes ---- */

static void check_header(struct shard_found *found, const struct shard_part *part, const char *bytes, size_t len) {
    uint64_t raw_bytes;
    if (len < SG_ONEFRAME_HEADER || !sg_oneframe_read_header((const unsigned char *)bytes, &raw_bytes))
        shard_problem(&found->problems, part->path, 0, "does not begin with a zstd header that tells its content size");
    else expect_number(found, part->path, "content size in the zstd header", raw_bytes, part->counts.raw_bytes);
}

static enum sg_code check_bytes(struct shard_checker *checker, const char *file, const struct shard_part *part,
                                struct shard_found *found, struct sg_err *err) {
    struct sg_sha256 sha;
    char hex[SG_SHA256_HEX];
    int fd = -1;
    uint64_t bytes = 0;
    enum sg_code code = sg_file_open(file, &fd, err);
    sg_sha256_init(&sha);
    sg_hash_reset(checker->hash);
    checker->piece.len = 0;
    char *piece = sg_buf_room(&checker->piece, PIECE);
    for (size_t got = PIECE; code == SG_OK && got == PIECE; bytes += got) {
        code = sg_file_read(fd, file, piece, PIECE, &got, err);
        if (code == SG_OK) code = sg_signals_check(err);
        if (code != SG_OK) break;
        if (bytes == 0) check_header(found, part, piece, got);
        sg_sha256_add(&sha, piece, got);
        sg_hash_add(checker->hash, piece, got);
    }
    if (fd >= 0) close(fd);
    if (code != SG_OK) return code;
    found->counts.bytes = bytes;
    expect_number(found, part->path, "bytes", bytes, part->counts.bytes);
    expect_hash(found, part->path, "XXH3 of the file", sg_hash_digest(checker->hash), part->xxh3);
    if (strcmp(sg_sha256_hex(&sha, hex), part->sha256) != 0)
        shard_problem(&found->problems, part->path, 0, "SHA-256: %s, the manifest says %s", hex, part->sha256);
    return SG_OK;
}

/* ---- its lines ---- */

struct place {
    const struct shard_part *part;
    size_t index;
    uint64_t line;
    struct sg_hash128 first, last;
};

static void add_name(struct shard_checker *checker, struct shard_tally *tally, const struct shard_document *document,
                     uint32_t at) {
    size_t len;
    const char *name = shard_document_string(document->line, document->slip.bytes, at, &checker->name, &len);
    if (name) shard_tally_add(tally, name, len, 1);
}

static void put_seen(struct sg_buf *keys, const struct shard_document *document, const struct place *place) {
    char *at = sg_buf_room(keys, SHARD_SEEN_WIDTH);
    for (int i = 0; i < 8; i++) {
        at[i] = (char)(document->key.hi >> (56 - 8 * i));
        at[8 + i] = (char)(document->key.lo >> (56 - 8 * i));
    }
    sg_num_put_u64(at + 16, document->line_hash.lo);
    sg_num_put_u32(at + 24, (uint32_t)place->index);
    sg_num_put_u64(at + 28, place->line);
    keys->len += SHARD_SEEN_WIDTH;
}

static void check_line(struct shard_checker *checker, const char *line, size_t len, struct place *place,
                       struct shard_found *found) {
    const char *path = place->part->path;
    struct shard_document document;
    struct shard_counts *counts = &found->counts;
    struct sg_err err = {0};
    counts->documents++;
    counts->raw_bytes += len + 1;
    if (shard_document_read(&checker->reader, &checker->rules, line, len, &document, &err) != SG_OK) {
        shard_problem(&found->problems, path, place->line, "%s", err.text);
        return;
    }
    if (document.bom) shard_problem(&found->problems, path, place->line, "begins with a byte order mark");
    if (strcmp(document.folder, place->part->folder) != 0)
        shard_problem(&found->problems, path, place->line, "its language belongs to the folder %s", document.folder);
    struct sg_hash128 rank = {document.slip.rank_lo, document.slip.rank_hi};
    if (counts->documents == 1) place->first = rank;
    else if (sg_hash_compare(rank, place->last) < 0)
        shard_problem(&found->problems, path, place->line, "is out of the order that the seed gives");
    place->last = rank;
    counts->code_points += document.slip.code_points;
    counts->tokens += document.slip.tokens;
    counts->fingerprint = sg_hash_sum(counts->fingerprint, document.line_hash);
    add_name(checker, &counts->owners, &document, document.slip.owner_at);
    add_name(checker, &counts->sources, &document, document.slip.source_at);
    add_name(checker, &counts->licenses, &document, document.slip.license_at);
    put_seen(&checker->keys, &document, place);
}

static enum sg_code hand_over(struct shard_checker *checker, struct shard_seen *seen, struct sg_err *err) {
    enum sg_code code = SG_OK;
    if (seen->sort) {
        pthread_mutex_lock(&seen->lock);
        for (size_t at = 0; at < checker->keys.len && code == SG_OK; at += SHARD_SEEN_WIDTH)
            code = sg_extsort_put(seen->sort, checker->keys.data + at, err);
        pthread_mutex_unlock(&seen->lock);
    }
    checker->keys.len = 0;
    return code;
}

static enum sg_code check_lines(struct shard_checker *checker, struct sg_frames *reader, struct place *place,
                                struct shard_seen *seen, struct shard_found *found, struct sg_err *err) {
    enum sg_code code;
    while ((code = sg_frames_next(reader, &checker->batch, err)) == SG_OK) {
        bool split = false;
        code = sg_frames_lines(checker->decoder, &checker->batch, &split, err);
        if (code == SG_OK) code = sg_signals_check(err);
        if (code != SG_OK) return code;
        const char *at = checker->batch.lines.data, *end = at + checker->batch.lines.len;
        sg_hash_add(checker->hash, at, (size_t)(end - at));
        while (at < end) {
            const char *stop = memchr(at, '\n', (size_t)(end - at));
            size_t len = (size_t)((stop ? stop : end) - at);
            place->line++;
            check_line(checker, at, len, place, found);
            at += len + 1;
        }
        code = hand_over(checker, seen, err);
        if (code != SG_OK) return code;
    }
    return code == SG_END ? SG_OK : code;
}

static void check_names(struct shard_found *found, const char *path, const char *what, struct shard_tally *tally,
                        struct sg_json listed) {
    struct sg_buf text = {0};
    shard_tally_close(tally);
    shard_manifest_names(tally, &text);
    if (text.len != listed.len || memcmp(text.data, listed.text, text.len) != 0)
        shard_problem(&found->problems, path, 0, "%s are not those of the manifest", what);
    sg_buf_free(&text);
}

static void compare(struct shard_checker *checker, const struct shard_listed *listed, const struct place *place,
                    struct shard_found *found) {
    const struct shard_part *part = &listed->part;
    const struct shard_counts *got = &found->counts, *want = &part->counts;
    expect_number(found, part->path, "documents", got->documents, want->documents);
    expect_number(found, part->path, "uncompressed bytes", got->raw_bytes, want->raw_bytes);
    expect_number(found, part->path, "code points", got->code_points, want->code_points);
    expect_number(found, part->path, "estimated tokens", got->tokens, want->tokens);
    expect_hash(found, part->path, "XXH3 of the lines", sg_hash_digest(checker->hash), part->raw_xxh3);
    expect_hash(found, part->path, "first rank", place->first, part->first_rank);
    expect_hash(found, part->path, "last rank", place->last, part->last_rank);
    check_names(found, part->path, "owners", &found->counts.owners, listed->owners);
    check_names(found, part->path, "sources", &found->counts.sources, listed->sources);
    check_names(found, part->path, "licences", &found->counts.licenses, listed->licenses);
}

enum sg_code shard_check_part(struct shard_checker *checker, const char *folder, size_t index, struct shard_seen *seen,
                              struct shard_found *found, struct sg_err *err) {
    const struct shard_listed *listed = &checker->manifest->parts[index];
    struct sg_frames_options options = {.stream = true};
    struct place place = {.part = &listed->part, .index = index};
    struct sg_frames *reader = NULL;
    char *file = sg_printf_dup("%s/%s", folder, listed->part.path);
    enum sg_code code = SG_OK;
    if (access(file, F_OK) != 0) goto out; /* told already */
    code = check_bytes(checker, file, &listed->part, found, err);
    if (code == SG_OK) code = sg_frames_open(&reader, file, &options, err);
    sg_hash_reset(checker->hash);
    if (code == SG_OK) code = check_lines(checker, reader, &place, seen, found, err);
    if (code == SG_DATA) { /* the lines before the damage were looked at; counts would only say it again */
        shard_problem(&found->problems, listed->part.path, 0, "%s", err->text);
        sg_err_clear(err);
        code = SG_OK;
    } else if (code == SG_OK) {
        found->read = true;
        if (sg_frames_count(reader) != 1)
            shard_problem(&found->problems, listed->part.path, 0, "%llu zstd frames, many readers take the first alone",
                          (unsigned long long)sg_frames_count(reader));
        compare(checker, listed, &place, found);
    }
out:
    sg_frames_close(reader);
    free(file);
    return code;
}
