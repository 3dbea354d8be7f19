/*
 * manifest: manifest.json, the description of a release and the point where it becomes one.
 *
 * Shape   canonical JSON in one line: sorted names, no spaces, LF at the end; the members of contract.md section 7.
 *         Totals: one for everything (language, language_script and split are ""), then one a language in byte order of
 *         the folders. `other` at the end of a list of names is what was over 1,000.
 * Units   bytes: of the file; raw_bytes: uncompressed, with LF; documents; code points of text; estimated tokens.
 * Calls   fill a struct shard_release, shard_manifest_write; shard_manifest_read for verify; free.
 * Owns    a release owns its parts, texts and totals.
 * Errors  read: SG_DATA with what is missing.
 * Source  contract.md sections 4 and 7; shard.md section 7.
 */
#ifndef SANGAM_SHARD_MANIFEST_H
#define SANGAM_SHARD_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "folder.h"
#include "tally.h"
#include "text/json.h"

struct shard_counts {
    uint64_t documents, bytes, raw_bytes, code_points, tokens;
    struct sg_hash128 fingerprint; /* sum of the lines' XXH3-128, without LF */
    struct shard_tally owners, sources, licenses;
};
void shard_counts_merge(struct shard_counts *into, struct shard_counts *from); /* closes the tallies of from */
void shard_counts_free(struct shard_counts *counts);

/* One shard. */
struct shard_part {
    char folder[SHARD_FOLDER_MAX + 1];
    char path[SHARD_FOLDER_PATH]; /* below the release */
    struct shard_counts counts;
    char sha256[SG_SHA256_HEX];
    struct sg_hash128 xxh3, raw_xxh3, first_rank, last_rank;
};

struct shard_total {
    char folder[SHARD_FOLDER_MAX + 1]; /* "" for everything */
    uint64_t shards;
    struct shard_counts counts;
};

struct shard_release {
    char *name, *version, *tool, *unicode, *icu, *zstd;
    char *plan; /* JSON object */
    uint64_t seed;
    struct {
        uint64_t documents, raw_bytes;
        struct sg_hash128 fingerprint;
    } input;
    uint64_t bad; /* not emitted */
    struct shard_part *parts; /* sorted by folder, then path */
    size_t part_count;
    struct shard_total *totals; /* made by shard_release_total */
    size_t total_count;
};

void shard_release_total(struct shard_release *release); /* sorts the parts, makes the totals */
void shard_release_free(struct shard_release *release);

void shard_manifest_write(const struct shard_release *release, struct sg_buf *out);

/* Names are counts' lists as JSON, for comparing: [{"documents":1,"name":"x"}]. */
void shard_manifest_names(const struct shard_tally *tally, struct sg_buf *out);

/* What verify needs of a manifest; counts hold no tallies then, but their JSON text. */
struct shard_listed {
    struct shard_part part;
    struct sg_json owners, sources, licenses;
};
struct shard_manifest {
    struct sg_buf text;
    struct sg_json root;
    uint64_t seed;
    bool repeated_ids;
    struct {
        uint64_t documents, raw_bytes;
        struct sg_hash128 fingerprint;
    } input;
    uint64_t dropped;
    struct shard_listed *parts;
    size_t part_count;
    struct shard_total *totals;
    size_t total_count;
};
enum sg_code shard_manifest_read(const char *path, struct shard_manifest *out, struct sg_err *err) SG_MUST_CHECK;
void shard_manifest_free(struct shard_manifest *manifest);

#endif
