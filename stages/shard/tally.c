/*
 * A hash table that is allowed twice the names it may keep. When it is full the names are sorted, the first 1,000 stay
 * and the last of them becomes the bound: from then on names behind it are counted as "other" at once. Cutting costs
 * O(n log n) once per 1,000 new names.
 *
 * Example with a bound of 2 names: add c, a, b, a, c -> full at {c, a, b, ...}: keep a, b; c is "other".
 */
#include "tally.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"

#define FULL (2 * SHARD_TALLY_MAX)
#define SLOTS 4096 /* at most half full */

static int compare(const char *a, size_t a_len, const char *b, size_t b_len) {
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    if (order) return order;
    return a_len < b_len ? -1 : a_len > b_len;
}

static int by_name(const void *a, const void *b) {
    const struct shard_tally_name *x = a, *y = b;
    return compare(x->name, x->len, y->name, y->len);
}

/* The slot of a name, or the free slot where it belongs. */
static uint32_t *slot_of(struct shard_tally *tally, const char *name, size_t len) {
    size_t at = sg_hash64(name, len, 0) & (tally->slot_count - 1);
    for (;; at = (at + 1) & (tally->slot_count - 1)) {
        uint32_t *slot = &tally->slots[at];
        if (*slot == 0) return slot;
        const struct shard_tally_name *found = &tally->names[*slot - 1];
        if (found->len == len && memcmp(found->name, name, len) == 0) return slot;
    }
}

static void index_names(struct shard_tally *tally) {
    memset(tally->slots, 0, tally->slot_count * sizeof *tally->slots);
    for (size_t i = 0; i < tally->count; i++)
        *slot_of(tally, tally->names[i].name, tally->names[i].len) = (uint32_t)i + 1;
}

static void sort_and_cut(struct shard_tally *tally) {
    if (tally->count) qsort(tally->names, tally->count, sizeof *tally->names, by_name);
    for (size_t i = SHARD_TALLY_MAX; i < tally->count; i++) {
        tally->other += tally->names[i].documents;
        free(tally->names[i].name);
    }
    if (tally->count > SHARD_TALLY_MAX) {
        tally->count = SHARD_TALLY_MAX;
        const struct shard_tally_name *last = &tally->names[SHARD_TALLY_MAX - 1];
        tally->bound = sg_realloc(tally->bound, last->len + 1);
        memcpy(tally->bound, last->name, last->len);
        tally->bound_len = last->len;
    }
}

void shard_tally_add(struct shard_tally *tally, const char *name, size_t len, uint64_t documents) {
    if (len > SHARD_TALLY_NAME || (tally->bound && compare(name, len, tally->bound, tally->bound_len) > 0)) {
        tally->other += documents;
        return;
    }
    if (!tally->slots) {
        tally->slot_count = SLOTS;
        tally->slots = sg_zalloc(SLOTS, sizeof *tally->slots);
    }
    uint32_t *slot = slot_of(tally, name, len);
    if (*slot) {
        tally->names[*slot - 1].documents += documents;
        return;
    }
    if (tally->count == tally->cap) {
        tally->cap = tally->cap ? 2 * tally->cap : 8;
        tally->names = sg_realloc(tally->names, tally->cap * sizeof *tally->names);
    }
    char *copy = sg_alloc(len + 1);
    memcpy(copy, name, len);
    copy[len] = 0;
    tally->names[tally->count++] = (struct shard_tally_name){copy, len, documents};
    *slot = (uint32_t)tally->count;
    if (tally->count < FULL) return;
    sort_and_cut(tally);
    index_names(tally);
}

void shard_tally_merge(struct shard_tally *into, const struct shard_tally *from) {
    for (size_t i = 0; i < from->count; i++)
        shard_tally_add(into, from->names[i].name, from->names[i].len, from->names[i].documents);
    into->other += from->other;
}

void shard_tally_close(struct shard_tally *tally) {
    sort_and_cut(tally);
    if (tally->slots) index_names(tally);
}

void shard_tally_free(struct shard_tally *tally) {
    for (size_t i = 0; i < tally->count; i++) free(tally->names[i].name);
    free(tally->names);
    free(tally->slots);
    free(tally->bound);
    *tally = (struct shard_tally){0};
}
