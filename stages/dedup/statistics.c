#include "statistics.h"

#include <stdlib.h>
#include <string.h>

const char *const dedup_reasons[DEDUP_REASONS] = {"exact", "near", "para", "line", "substr", "cross"};

/* ---- the table ---- */

static struct dedup_language *row_of(struct dedup_statistics *statistics, const char *name) {
    if (statistics->last < statistics->count && strcmp(statistics->languages[statistics->last].name, name) == 0)
        return &statistics->languages[statistics->last];
    size_t i = 0;
    while (i < statistics->count && strcmp(statistics->languages[i].name, name) != 0) i++;
    if (i == statistics->count) {
        if (statistics->count == statistics->cap) {
            statistics->cap = 2 * statistics->cap + 16;
            statistics->languages =
                sg_realloc(statistics->languages, statistics->cap * sizeof *statistics->languages);
        }
        statistics->languages[statistics->count++] = (struct dedup_language){0};
        strncpy(statistics->languages[i].name, name, sizeof statistics->languages[i].name - 1);
    }
    statistics->last = i;
    return &statistics->languages[i];
}

/* "hin_Deva"; "und" for records without these members. */
struct dedup_language *dedup_statistics_document(struct dedup_statistics *statistics, const struct sg_record *record,
                                                 size_t bytes, struct sg_buf *scratch) {
    char name[sizeof statistics->languages->name] = "und";
    size_t len, script_len;
    const char *language = sg_record_string(record, "language", scratch, &len, NULL);
    if (language && len > 0 && len < 16) {
        memcpy(name, language, len);
        name[len] = 0;
        const char *script = sg_record_string(record, "language_script", scratch, &script_len, NULL);
        if (script && script_len > 0 && script_len < 16) {
            name[len] = '_';
            memcpy(name + len + 1, script, script_len);
            name[len + 1 + script_len] = 0;
        }
    }
    struct dedup_language *row = row_of(statistics, name);
    row->documents++;
    row->bytes += bytes;
    return row;
}

void dedup_statistics_kept(struct dedup_language *language, size_t bytes) {
    language->kept++;
    language->kept_bytes += bytes;
}

static unsigned size_class(uint32_t size) {
    return size < 5 ? size - 2 : size < 10 ? 3 : size < 100 ? 4 : size < 1000 ? 5 : 6;
}

/* Larger first, then by the cluster's id: the same ten in any order of arrival. */
static bool before(const struct dedup_large *a, const struct dedup_large *b) {
    return a->size != b->size ? a->size > b->size : sg_hash_compare(a->cluster, b->cluster) < 0;
}

static void add_large(struct dedup_statistics *statistics, const struct dedup_large *cluster) {
    struct dedup_large *list = statistics->largest;
    size_t at = DEDUP_LARGEST;
    while (at > 0 && (list[at - 1].size == 0 || before(cluster, &list[at - 1]))) at--;
    if (at == DEDUP_LARGEST) return;
    free(list[DEDUP_LARGEST - 1].id);
    memmove(list + at + 1, list + at, (DEDUP_LARGEST - 1 - at) * sizeof *list);
    list[at] = *cluster;
    list[at].id = sg_strdup(cluster->id);
}

void dedup_statistics_cluster(struct dedup_statistics *statistics, struct dedup_language *language,
                              const struct dedup_large *cluster) {
    language->sizes[size_class(cluster->size)]++;
    add_large(statistics, cluster);
}

void dedup_statistics_removed(struct dedup_language *language, const char *reason, unsigned similarity) {
    size_t i = 0, step = similarity / (10000 / DEDUP_SIMILARITIES);
    while (i + 1 < DEDUP_REASONS && strcmp(dedup_reasons[i], reason) != 0) i++;
    language->removed[i]++;
    language->similarities[step < DEDUP_SIMILARITIES ? step : DEDUP_SIMILARITIES - 1]++;
}

static void add_language(struct dedup_language *sum, const struct dedup_language *more) {
    sum->documents += more->documents;
    sum->bytes += more->bytes;
    sum->kept += more->kept;
    sum->kept_bytes += more->kept_bytes;
    for (int i = 0; i < DEDUP_REASONS; i++) sum->removed[i] += more->removed[i];
    for (int i = 0; i < DEDUP_SIZES; i++) sum->sizes[i] += more->sizes[i];
    for (int i = 0; i < DEDUP_SIMILARITIES; i++) sum->similarities[i] += more->similarities[i];
}

void dedup_statistics_add(struct dedup_statistics *sum, const struct dedup_statistics *more) {
    for (size_t i = 0; i < more->count; i++)
        add_language(row_of(sum, more->languages[i].name), &more->languages[i]);
    for (int i = 0; i < DEDUP_LARGEST && more->largest[i].size; i++) add_large(sum, &more->largest[i]);
}

void dedup_statistics_clear(struct dedup_statistics *statistics) {
    statistics->count = 0;
    for (int i = 0; i < DEDUP_LARGEST; i++) {
        free(statistics->largest[i].id);
        statistics->largest[i] = (struct dedup_large){0};
    }
}

void dedup_statistics_free(struct dedup_statistics *statistics) {
    dedup_statistics_clear(statistics);
    free(statistics->languages);
    *statistics = (struct dedup_statistics){0};
}

/* ---- JSON ---- */

static void put_count(struct sg_buf *out, const char *name, uint64_t count) {
    sg_json_name(out, name);
    sg_json_put_u64(out, count);
}

static void put_language(struct sg_buf *out, const struct dedup_language *language) {
    static const char *const sizes[DEDUP_SIZES] = {"2", "3", "4", "5-9", "10-99", "100-999", "1000+"};
    sg_json_open(out, '{');
    put_count(out, "bytes", language->bytes);
    sg_json_name(out, "cluster_sizes");
    sg_json_open(out, '{');
    for (int i = 0; i < DEDUP_SIZES; i++) put_count(out, sizes[i], language->sizes[i]);
    sg_json_close(out, '}');
    put_count(out, "documents", language->documents);
    put_count(out, "kept", language->kept);
    put_count(out, "kept_bytes", language->kept_bytes);
    sg_json_name(out, "removed");
    sg_json_open(out, '{');
    for (int i = 0; i < DEDUP_REASONS; i++)
        if (language->removed[i]) put_count(out, dedup_reasons[i], language->removed[i]);
    sg_json_close(out, '}');
    sg_json_name(out, "similarities");
    sg_json_open(out, '[');
    for (int i = 0; i < DEDUP_SIMILARITIES; i++) sg_json_put_u64(out, language->similarities[i]);
    sg_json_close(out, ']');
    sg_json_close(out, '}');
}

static int by_name(const void *a, const void *b) {
    return strcmp((*(const struct dedup_language *const *)a)->name, (*(const struct dedup_language *const *)b)->name);
}

static void put_large(struct sg_buf *out, const struct dedup_large *cluster) {
    char hex[SG_HASH_HEX];
    sg_json_open(out, '{');
    sg_json_name(out, "cluster");
    sg_json_put_str(out, sg_hash_hex(cluster->cluster, hex));
    put_count(out, "size", cluster->size);
    sg_json_name(out, "survivor_id");
    sg_json_put_str(out, cluster->id);
    sg_json_close(out, '}');
}

void dedup_statistics_json(const struct dedup_statistics *statistics, struct sg_buf *out) {
    const struct dedup_language **sorted = sg_alloc((statistics->count + 1) * sizeof *sorted);
    struct dedup_language all = {0};
    for (size_t i = 0; i < statistics->count; i++) {
        sorted[i] = &statistics->languages[i];
        add_language(&all, sorted[i]);
    }
    qsort(sorted, statistics->count, sizeof *sorted, by_name);
    sg_json_name(out, "all");
    put_language(out, &all);
    sg_json_name(out, "languages");
    sg_json_open(out, '{');
    for (size_t i = 0; i < statistics->count; i++) {
        sg_json_name(out, sorted[i]->name);
        put_language(out, sorted[i]);
    }
    sg_json_close(out, '}');
    sg_json_name(out, "largest");
    sg_json_open(out, '[');
    for (int i = 0; i < DEDUP_LARGEST && statistics->largest[i].size; i++) put_large(out, &statistics->largest[i]);
    sg_json_close(out, ']');
    free(sorted);
}
