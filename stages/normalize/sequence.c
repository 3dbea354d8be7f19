#include "sequence_table.h"

#include <stdbool.h>
#include <string.h>

static bool fits(const struct sequence *row, const uint32_t *at, size_t len, unsigned kinds) {
    return (row->kind & kinds) && row->from_len <= len &&
           memcmp(row->from, at, row->from_len * sizeof *at) == 0;
}

const struct sequence *sequence_at(const uint32_t *at, size_t len, unsigned kinds) {
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
