/* Reading a manifest back: what verify holds against the files. */
#include <stdlib.h>
#include <string.h>

#include "io/file.h"
#include "manifest.h"

#define MANIFEST_MAX (1u << 30)

/* A reader that remembers the first member it did not find. */
struct look {
    struct sg_json object;
    const char *missing;
};

static struct sg_json member(struct look *look, const char *name, enum sg_json_type type) {
    struct sg_json value = {"null", 4};
    if (!sg_json_member(look->object, name, &value) || sg_json_type(value) != type) {
        if (!look->missing) look->missing = name;
        value = (struct sg_json){"null", 4};
    }
    return value;
}

static uint64_t number(struct look *look, const char *name) {
    uint64_t value = 0;
    if (!sg_json_u64(member(look, name, SG_JSON_NUMBER), &value) && !look->missing) look->missing = name;
    return value;
}

static bool text(struct look *look, const char *name, char *out, size_t size) {
    struct sg_buf buf = {0};
    struct sg_json value = member(look, name, SG_JSON_STRING);
    bool fits = sg_json_string(value, &buf, NULL) && buf.len < size;
    out[0] = 0;
    if (fits && buf.len) memcpy(out, buf.data, buf.len);
    if (fits) out[buf.len] = 0;
    else if (!look->missing) look->missing = name;
    sg_buf_free(&buf);
    return fits;
}

static struct sg_hash128 hash(struct look *look, const char *name) {
    char hex[SG_HASH_HEX];
    struct sg_hash128 value = {0};
    if (text(look, name, hex, sizeof hex) && !sg_hash_parse(hex, &value) && !look->missing) look->missing = name;
    return value;
}

static void read_counts(struct look *look, struct shard_counts *counts) {
    counts->bytes = number(look, "bytes");
    counts->code_points = number(look, "code_points");
    counts->documents = number(look, "documents");
    counts->raw_bytes = number(look, "raw_bytes");
    counts->tokens = number(look, "tokens_estimated");
}

/* The folder is what the path says; that it agrees with the labels is for verify to see. */
static void read_part(struct look *look, struct shard_listed *listed) {
    struct shard_part *part = &listed->part;
    read_counts(look, &part->counts);
    text(look, "path", part->path, sizeof part->path);
    text(look, "sha256", part->sha256, sizeof part->sha256);
    part->first_rank = hash(look, "first_rank");
    part->last_rank = hash(look, "last_rank");
    part->xxh3 = hash(look, "xxh3_128");
    part->raw_xxh3 = hash(look, "raw_xxh3_128");
    listed->owners = member(look, "owners", SG_JSON_ARRAY);
    listed->sources = member(look, "sources", SG_JSON_ARRAY);
    listed->licenses = member(look, "licenses", SG_JSON_ARRAY);
    const char *slash = strchr(part->path, '/');
    size_t len = slash ? (size_t)(slash - part->path) : 0;
    if (len > 0 && len <= SHARD_FOLDER_MAX) memcpy(part->folder, part->path, len);
    else if (!look->missing) look->missing = "path";
}

static void read_total(struct look *look, struct shard_total *total) {
    char language[SHARD_FOLDER_MAX + 1], script[SHARD_FOLDER_MAX + 1];
    read_counts(look, &total->counts);
    total->shards = number(look, "shards");
    total->counts.fingerprint = hash(look, "fingerprint");
    text(look, "language", language, sizeof language);
    text(look, "language_script", script, sizeof script);
    if (language[0] || script[0])
        shard_folder_name(language, strlen(language), script, strlen(script), total->folder);
}

static size_t count_items(struct sg_json array) {
    size_t at = 0, count = 0;
    struct sg_json item;
    while (sg_json_each(array, &at, NULL, &item)) count++;
    return count;
}

static const char *read_lists(struct look *root, struct shard_manifest *out) {
    struct sg_json shards = member(root, "shards", SG_JSON_ARRAY), totals = member(root, "totals", SG_JSON_ARRAY);
    if (root->missing) return root->missing;
    struct look look = {0};
    size_t at = 0, i = 0;
    out->parts = sg_zalloc(count_items(shards) + 1, sizeof *out->parts);
    while (sg_json_each(shards, &at, NULL, &look.object)) read_part(&look, &out->parts[i++]);
    out->part_count = i;
    at = i = 0;
    out->totals = sg_zalloc(count_items(totals) + 1, sizeof *out->totals);
    while (sg_json_each(totals, &at, NULL, &look.object)) read_total(&look, &out->totals[i++]);
    out->total_count = i;
    return look.missing;
}

static const char *read_root(struct shard_manifest *out) {
    struct look root = {.object = out->root};
    struct look seeds = {.object = member(&root, "seeds", SG_JSON_OBJECT)};
    struct look input = {.object = member(&root, "input", SG_JSON_OBJECT)};
    struct look plan = {.object = member(&root, "plan", SG_JSON_OBJECT)};
    struct sg_json dropped = member(&root, "dropped", SG_JSON_OBJECT), value;
    if (root.missing) return root.missing;
    char rule[16];
    text(&plan, "duplicate-ids", rule, sizeof rule);
    out->repeated_ids = strcmp(rule, "keep") == 0;
    out->seed = number(&seeds, "shuffle");
    out->input.documents = number(&input, "documents");
    out->input.raw_bytes = number(&input, "bytes");
    out->input.fingerprint = hash(&input, "fingerprint");
    for (size_t at = 0; sg_json_each(dropped, &at, &(struct sg_json){0}, &value);) {
        uint64_t count;
        if (sg_json_u64(value, &count)) out->dropped += count;
    }
    return plan.missing ? plan.missing : seeds.missing ? seeds.missing : input.missing;
}

enum sg_code shard_manifest_read(const char *path, struct shard_manifest *out, struct sg_err *err) {
    *out = (struct shard_manifest){0};
    enum sg_code code = sg_file_load(path, MANIFEST_MAX, &out->text, err);
    if (code == SG_OK) code = sg_json_check(out->text.data, out->text.len, &out->root, err);
    if (code == SG_OK && sg_json_type(out->root) != SG_JSON_OBJECT) code = sg_err_set(err, SG_DATA, "no JSON object");
    if (code == SG_OK) {
        const char *missing = read_root(out);
        struct look root = {.object = out->root};
        if (!missing) missing = read_lists(&root, out);
        if (missing) code = sg_err_set(err, SG_DATA, "the member \"%s\" is missing or of another type", missing);
    }
    return code == SG_OK ? SG_OK : sg_err_at(err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
}

void shard_manifest_free(struct shard_manifest *manifest) {
    sg_buf_free(&manifest->text);
    free(manifest->parts);
    free(manifest->totals);
    *manifest = (struct shard_manifest){0};
}
