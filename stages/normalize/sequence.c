#include "sequence_table.h"

#include <stdbool.h>
#include <string.h>

static bool fits(const struct sequence *row, const uint32_t *at, size_t len, unsigned kinds) {
    return (row->kind & kinds) && row->from_len <= len &&
           memcmp(row->from, at, row->from_len * sizeof *at) == 0;
}

static bool may_start(uint32_t c, unsigned kinds) {
    uint64_t starts = 0;
    for (unsigned kind = 0; kind < 3; kind++)
        if (kinds >> kind & 1) starts |= sequence_starts[kind][c >> 6 & 63];
    return starts >> (c & 63) & 1;
}

const struct sequence *sequence_at(const uint32_t *at, size_t len, unsigned kinds) {
    if (len == 0 || !may_start(at[0], kinds)) return NULL;
    size_t low = 0, high = sequence_count;
    while (low < high) { /* the first row that begins with at[0] */
        size_t mid = (low + high) / 2;
        if (sequence_table[mid].from[0] < at[0])
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < sequence_count && sequence_table[low].from[0] == at[0]; low++)
        if (fits(&sequence_table[low], at, len, kinds)) return &sequence_table[low];
    return NULL;
}
