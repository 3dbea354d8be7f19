#include "strata.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

void shard_strata_init(struct shard_strata *strata) {
    *strata = (struct shard_strata){0};
    pthread_mutex_init(&strata->lock, NULL);
}

static uint32_t *slot_of(const struct shard_strata *strata, const char *name) {
    uint32_t mask = strata->slot_count - 1;
    for (uint32_t at = (uint32_t)sg_hash64(name, strlen(name), 0) & mask;; at = (at + 1) & mask) {
        uint32_t *slot = &strata->slots[at];
        if (*slot == 0 || strcmp(strata->items[*slot - 1].name, name) == 0) return slot;
    }
}

static void grow(struct shard_strata *strata) {
    strata->cap = strata->cap ? 2 * strata->cap : 64;
    strata->items = sg_realloc(strata->items, strata->cap * sizeof *strata->items);
    strata->slot_count = 2 * strata->cap;
    free(strata->slots);
    strata->slots = sg_zalloc(strata->slot_count, sizeof *strata->slots);
    for (uint32_t i = 0; i < strata->count; i++) *slot_of(strata, strata->items[i].name) = i + 1;
}

uint32_t shard_strata_number(struct shard_strata *strata, const char *name) {
    pthread_mutex_lock(&strata->lock);
    if (strata->count == strata->cap) grow(strata);
    uint32_t *slot = slot_of(strata, name);
    if (*slot == 0) {
        struct shard_stratum *stratum = &strata->items[strata->count];
        *stratum = (struct shard_stratum){0};
        strncpy(stratum->name, name, SHARD_FOLDER_MAX);
        *slot = ++strata->count;
    }
    uint32_t number = *slot - 1;
    pthread_mutex_unlock(&strata->lock);
    return number;
}

void shard_totals_add(struct shard_totals *into, const struct shard_totals *more) {
    into->documents += more->documents;
    into->raw_bytes += more->raw_bytes;
    into->code_points += more->code_points;
    into->tokens += more->tokens;
    into->units += more->units;
    if (more->largest_units > into->largest_units) into->largest_units = more->largest_units;
    into->fingerprint = sg_hash_sum(into->fingerprint, more->fingerprint);
}

void shard_strata_free(struct shard_strata *strata) {
    if (!strata->items) return;
    pthread_mutex_destroy(&strata->lock);
    free(strata->items);
    free(strata->slots);
    *strata = (struct shard_strata){0};
}

uint32_t shard_local_number(struct shard_local *local, struct shard_strata *strata, const char *name) {
    size_t at = sg_hash64(name, strlen(name), 0) % SHARD_LOCAL_SLOTS;
    if (local->seen[at].name[0] == 0 || strcmp(local->seen[at].name, name) != 0) {
        local->seen[at].number = shard_strata_number(strata, name);
        memcpy(local->seen[at].name, name, strlen(name) + 1);
    }
    return local->seen[at].number;
}

struct shard_totals *shard_local_totals(struct shard_local *local, uint32_t number) {
    if (number >= local->count) {
        uint32_t count = 2 * number + 16;
        local->totals = sg_realloc(local->totals, count * sizeof *local->totals);
        memset(local->totals + local->count, 0, (count - local->count) * sizeof *local->totals);
        local->count = count;
    }
    return &local->totals[number];
}

void shard_local_merge(struct shard_strata *strata, const struct shard_local *local) {
    for (uint32_t i = 0; i < local->count && i < strata->count; i++)
        shard_totals_add(&strata->items[i].totals, &local->totals[i]);
}

void shard_local_free(struct shard_local *local) {
    free(local->totals);
    *local = (struct shard_local){0};
}
