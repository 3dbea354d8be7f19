/*
 * Ids that two different lines share. The first pass sorted one small record a line, (K, hash of the line): a K that
 * stands there with two hashes is such an id. Records hold no ids, so the examples are looked up among the documents:
 * the key gives the rank, and runs can be read from any rank.
 */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "rank.h"
#include "scatter.h"

#define EXAMPLES 5

struct doubled {
    struct sg_hash128 keys[EXAMPLES];
    uint64_t count;
};

/* Keys come sorted: a key that stands there with two line hashes has two different lines. */
static enum sg_code find_doubled(struct sg_extsort *keys, struct doubled *found, struct sg_err *err) {
    unsigned char last[SHARD_KEY_WIDTH] = {0};
    bool any = false, told = false;
    enum sg_code code = sg_extsort_sort(keys, err);
    while (code == SG_OK) {
        const void *record;
        code = sg_extsort_next(keys, &record, err);
        if (code != SG_OK) break;
        bool same_key = any && memcmp(last, record, 16) == 0;
        if (!same_key) told = false;
        if (same_key && !told && memcmp(last + 16, (const char *)record + 16, 8) != 0) {
            told = true;
            if (found->count < EXAMPLES) {
                const unsigned char *at = record;
                struct sg_hash128 *key = &found->keys[found->count];
                for (int i = 0; i < 8; i++) key->hi = key->hi << 8 | at[i], key->lo = key->lo << 8 | at[8 + i];
            }
            found->count++;
        }
        memcpy(last, record, SHARD_KEY_WIDTH);
        any = true;
    }
    return code == SG_END ? SG_OK : code;
}

/* The id that has this key: its line lies in one of the strata at the key's rank. */
static enum sg_code id_of(struct shard_scatter *scatter, struct sg_hash128 key, struct sg_buf *id, struct sg_err *err) {
    struct sg_hash128 rank = shard_rank(scatter->rules.seed, key, 0);
    struct shard_reader reader = {0};
    enum sg_code code = SG_OK;
    for (uint32_t s = 0; s < scatter->strata.count && code == SG_OK && id->len == 0; s++) {
        struct shard_merge merge;
        code = shard_merge_open(&merge, &scatter->runs, s, rank.hi, scatter->workers[0].decoder, err);
        for (; code == SG_OK && merge.slip && merge.slip->rank_hi == rank.hi; code = shard_merge_next(&merge, err)) {
            const char *line = NULL;
            struct shard_document document;
            code = shard_merge_line(&merge, &line, err);
            if (code == SG_OK)
                code = shard_document_read(&reader, &scatter->rules, line, merge.slip->bytes, &document, err);
            if (code != SG_OK) break;
            if (sg_hash_compare(document.key, key) != 0) continue;
            sg_buf_put(id, document.id, document.id_len);
            break;
        }
        shard_merge_free(&merge);
    }
    shard_reader_free(&reader);
    return code;
}

enum sg_code shard_scatter_check_ids(struct shard_scatter *scatter, struct sg_err *err) {
    if (scatter->rules.repeated_ids) return SG_OK;
    struct doubled found = {0};
    struct sg_buf id = {0};
    char quoted[100], count[SG_NUM_TEXT];
    enum sg_code code = find_doubled(scatter->keys, &found, err);
    sg_extsort_free(scatter->keys);
    scatter->keys = NULL;
    for (uint64_t i = 0; i < found.count && i < EXAMPLES && code == SG_OK; i++) {
        id.len = 0;
        code = id_of(scatter, found.keys[i], &id, err);
        sg_buf_str(&id);
        if (code == SG_OK)
            sg_log_line(scatter->run->progress, SG_LOG_ERROR, "two different lines have the id %s",
                        sg_err_quote(id.data, quoted, sizeof quoted));
    }
    if (code == SG_OK && found.count)
        code = sg_err_set(err, SG_DATA,
                          "%s id%s more than one line; give every document an id of its own, or --duplicate-ids keep",
                          sg_num_count(found.count, count), found.count == 1 ? " has" : "s have");
    sg_buf_free(&id);
    return code;
}
