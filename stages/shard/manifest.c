#include "manifest.h"

#include <stdlib.h>
#include <string.h>

/* ---- totals ---- */

void shard_counts_merge(struct shard_counts *into, struct shard_counts *from) {
    into->documents += from->documents;
    into->bytes += from->bytes;
    into->raw_bytes += from->raw_bytes;
    into->code_points += from->code_points;
    into->tokens += from->tokens;
    into->fingerprint = sg_hash_sum(into->fingerprint, from->fingerprint);
    struct shard_tally *to[] = {&into->owners, &into->sources, &into->licenses};
    struct shard_tally *of[] = {&from->owners, &from->sources, &from->licenses};
    for (int i = 0; i < 3; i++) {
        shard_tally_close(of[i]);
        shard_tally_merge(to[i], of[i]);
    }
}

void shard_counts_free(struct shard_counts *counts) {
    shard_tally_free(&counts->owners);
    shard_tally_free(&counts->sources);
    shard_tally_free(&counts->licenses);
}

static int by_folder(const void *a, const void *b) {
    const struct shard_part *x = a, *y = b;
    int order = strcmp(x->folder, y->folder);
    return order ? order : strcmp(x->path, y->path);
}

static void close_tallies(struct shard_counts *counts) {
    shard_tally_close(&counts->owners);
    shard_tally_close(&counts->sources);
    shard_tally_close(&counts->licenses);
}

void shard_release_total(struct shard_release *release) {
    if (release->part_count) qsort(release->parts, release->part_count, sizeof *release->parts, by_folder);
    release->totals = sg_zalloc(release->part_count + 1, sizeof *release->totals);
    release->total_count = 1;
    for (size_t i = 0; i < release->part_count; i++) {
        struct shard_part *part = &release->parts[i];
        struct shard_total *all = &release->totals[0], *of = &release->totals[release->total_count - 1];
        if (strcmp(of->folder, part->folder) != 0) {
            of = &release->totals[release->total_count++];
            memcpy(of->folder, part->folder, sizeof of->folder);
        }
        shard_counts_merge(&of->counts, &part->counts);
        shard_counts_merge(&all->counts, &part->counts);
        of->shards++;
        all->shards++;
    }
    for (size_t i = 0; i < release->total_count; i++) close_tallies(&release->totals[i].counts);
}

void shard_release_free(struct shard_release *release) {
    char *texts[] = {release->name, release->version, release->tool, release->unicode,
                     release->icu,  release->zstd,    release->plan};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) free(texts[i]);
    for (size_t i = 0; i < release->part_count; i++) shard_counts_free(&release->parts[i].counts);
    for (size_t i = 0; i < release->total_count; i++) shard_counts_free(&release->totals[i].counts);
    free(release->parts);
    free(release->totals);
    *release = (struct shard_release){0};
}

/* ---- writing ---- */

static void put_u64(struct sg_buf *out, const char *name, uint64_t value) {
    sg_json_name(out, name);
    sg_json_put_u64(out, value);
}

static void put_str(struct sg_buf *out, const char *name, const char *value) {
    sg_json_name(out, name);
    sg_json_put_str(out, value);
}

static void put_hash(struct sg_buf *out, const char *name, struct sg_hash128 hash) {
    char hex[SG_HASH_HEX];
    put_str(out, name, sg_hash_hex(hash, hex));
}

static void put_name(struct sg_buf *out, const char *name, size_t len, uint64_t documents) {
    sg_json_open(out, '{');
    put_u64(out, "documents", documents);
    sg_json_name(out, "name");
    sg_json_put_strn(out, name, len);
    sg_json_close(out, '}');
}

void shard_manifest_names(const struct shard_tally *tally, struct sg_buf *out) {
    sg_json_open(out, '[');
    for (size_t i = 0; i < tally->count; i++)
        put_name(out, tally->names[i].name, tally->names[i].len, tally->names[i].documents);
    if (tally->other) put_name(out, "other", 5, tally->other);
    sg_json_close(out, ']');
}

static void put_names(struct sg_buf *out, const char *name, const struct shard_tally *tally) {
    sg_json_name(out, name);
    shard_manifest_names(tally, out);
}

static void put_part(struct sg_buf *out, const struct shard_part *part) {
    char language[SHARD_FOLDER_MAX + 1], script[SHARD_FOLDER_MAX + 1];
    const struct shard_counts *counts = &part->counts;
    shard_folder_labels(part->folder, language, script);
    sg_json_open(out, '{');
    put_u64(out, "bytes", counts->bytes);
    put_u64(out, "code_points", counts->code_points);
    put_u64(out, "documents", counts->documents);
    put_hash(out, "first_rank", part->first_rank);
    put_str(out, "format", "jsonl.zst");
    put_u64(out, "frames", 1);
    put_str(out, "language", language);
    put_str(out, "language_script", script);
    put_hash(out, "last_rank", part->last_rank);
    put_names(out, "licenses", &counts->licenses);
    put_names(out, "owners", &counts->owners);
    put_str(out, "path", part->path);
    put_u64(out, "raw_bytes", counts->raw_bytes);
    put_hash(out, "raw_xxh3_128", part->raw_xxh3);
    put_str(out, "sha256", part->sha256);
    put_names(out, "sources", &counts->sources);
    put_str(out, "split", SHARD_FOLDER_SPLIT);
    put_u64(out, "tokens_estimated", counts->tokens);
    put_hash(out, "xxh3_128", part->xxh3);
    sg_json_close(out, '}');
}

static void put_total(struct sg_buf *out, const struct shard_total *total) {
    char language[SHARD_FOLDER_MAX + 1] = "", script[SHARD_FOLDER_MAX + 1] = "";
    const struct shard_counts *counts = &total->counts;
    if (total->folder[0]) shard_folder_labels(total->folder, language, script);
    sg_json_open(out, '{');
    put_u64(out, "bytes", counts->bytes);
    put_u64(out, "code_points", counts->code_points);
    put_u64(out, "documents", counts->documents);
    put_hash(out, "fingerprint", counts->fingerprint);
    put_str(out, "language", language);
    put_str(out, "language_script", script);
    put_names(out, "licenses", &counts->licenses);
    put_names(out, "owners", &counts->owners);
    put_u64(out, "raw_bytes", counts->raw_bytes);
    put_u64(out, "shards", total->shards);
    put_names(out, "sources", &counts->sources);
    put_str(out, "split", total->folder[0] ? SHARD_FOLDER_SPLIT : "");
    put_u64(out, "tokens_estimated", counts->tokens);
    sg_json_close(out, '}');
}

void shard_manifest_write(const struct shard_release *release, struct sg_buf *out) {
    sg_json_open(out, '{');
    sg_json_name(out, "dropped");
    sg_json_open(out, '{');
    if (release->bad) put_u64(out, "bad", release->bad);
    sg_json_close(out, '}');
    put_str(out, "icu", release->icu);
    sg_json_name(out, "input");
    sg_json_open(out, '{');
    put_u64(out, "bytes", release->input.raw_bytes);
    put_u64(out, "documents", release->input.documents);
    put_hash(out, "fingerprint", release->input.fingerprint);
    sg_json_close(out, '}');
    put_str(out, "name", release->name);
    sg_json_name(out, "plan");
    sg_json_put_raw(out, (struct sg_json){release->plan, strlen(release->plan)});
    sg_json_name(out, "salts");
    sg_json_open(out, '{');
    sg_json_close(out, '}');
    sg_json_name(out, "seeds");
    sg_json_open(out, '{');
    put_u64(out, "shuffle", release->seed);
    sg_json_close(out, '}');
    sg_json_name(out, "shards");
    sg_json_open(out, '[');
    for (size_t i = 0; i < release->part_count; i++) put_part(out, &release->parts[i]);
    sg_json_close(out, ']');
    put_str(out, "tool", release->tool);
    sg_json_name(out, "totals");
    sg_json_open(out, '[');
    for (size_t i = 0; i < release->total_count; i++) put_total(out, &release->totals[i]);
    sg_json_close(out, ']');
    put_str(out, "unicode", release->unicode);
    put_str(out, "version", release->version);
    put_str(out, "zstd", release->zstd);
    sg_json_close(out, '}');
    sg_buf_putc(out, '\n');
}
