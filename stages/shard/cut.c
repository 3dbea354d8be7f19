#include "cut.h"

#include <string.h>

#include "base/num.h"

typedef unsigned __int128 u128;

bool shard_target_parse(const char *text, struct shard_target *out) {
    static const struct {
        const char *name;
        enum shard_unit unit;
    } units[] = {{"bytes=", SHARD_BYTES}, {"zbytes=", SHARD_ZBYTES}, {"docs=", SHARD_DOCS}, {"tokens=", SHARD_TOKENS}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t len = strlen(units[i].name);
        if (strncmp(text, units[i].name, len) != 0) continue;
        uint64_t amount;
        if (!sg_num_parse_bytes(text + len, &amount) || amount == 0) return false;
        *out = (struct shard_target){units[i].unit, amount};
        return true;
    }
    return false;
}

uint64_t shard_cut_count(uint64_t total, uint64_t amount, uint64_t documents) {
    u128 count = ((u128)total + amount / 2) / amount;
    if (count > documents) count = documents;
    if (count > SHARD_COUNT_MAX) count = SHARD_COUNT_MAX;
    return count ? (uint64_t)count : 1;
}

uint64_t shard_cut_index(uint64_t before, uint64_t count, uint64_t total) {
    if (total == 0) return 0;
    uint64_t index = (uint64_t)((u128)before * count / total);
    return index < count ? index : count - 1;
}

uint64_t shard_cut_start(uint64_t index, uint64_t count, uint64_t total) {
    return (uint64_t)(((u128)index * total + count - 1) / count);
}

uint64_t shard_cut_scale(uint64_t total, uint64_t packed, uint64_t raw) {
    return raw ? (uint64_t)((u128)total * packed / raw) : 0;
}
