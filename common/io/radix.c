/*
 * LSD radix sort, but only of the bytes that are needed.
 *
 * All bytes of n records are counted in one pass. A byte that is the same everywhere is skipped; of the others the first
 * few in order, enough to part n random records (2 x 256^k >= n), are sorted by least significant first: one scatter
 * pass for each. Records that still agree in these bytes now stand together. Such groups are small as a rule (insertion
 * sort); a large one is sorted in the same way by its remaining bytes.
 *
 * Example, width 4, 6 records, so one byte is enough; byte 0 is 07 everywhere:
 *
 *     07 31 aa 02              07 12 .. ..          07 12 00 01
 *     07 12 ff 01    pass      07 12 .. ..  groups  07 12 ff 01
 *     07 31 00 01  over byte   07 20 .. ..          07 20 10 10
 *     07 12 00 01     1        07 31 .. ..          07 31 00 01
 *     07 20 10 10              07 31 .. ..          07 31 aa 02
 *     07 31 aa 02              07 31 .. ..          07 31 aa 02
 *
 * A hundred million random 16-byte records need 4 passes instead of 16. Memory: as much scratch as records and 16 KiB of
 * counts. Threads: none; all state is the caller's.
 */
#include "io/radix.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define SMALL 48 /* records that insertion sort does faster than counting 256 buckets */

void sg_radix_order(struct sg_radix *radix, size_t width, size_t key_offset, size_t key_bytes) {
    *radix = (struct sg_radix){.width = width, .key_offset = key_offset, .key_bytes = key_bytes};
    size_t n = 0;
    for (size_t i = 0; i < key_bytes; i++) radix->order[n++] = (uint16_t)(key_offset + i);
    for (size_t i = 0; i < width; i++)
        if (i < key_offset || i >= key_offset + key_bytes) radix->order[n++] = (uint16_t)i;
}

int sg_radix_compare(const struct sg_radix *radix, const void *a, const void *b) {
    const char *left = a, *right = b;
    int order = memcmp(left + radix->key_offset, right + radix->key_offset, radix->key_bytes);
    return order ? order : memcmp(a, b, radix->width);
}

#define PASSES_MAX 8

struct work {
    const struct sg_radix *radix;
    size_t counts[PASSES_MAX][256]; /* first counts, then where each bucket goes on */
};

/* The bytes of order[*from..] that differ among the records, at most `most`; *from moves behind the last one taken. */
static size_t choose(const struct work *work, const unsigned char *records, size_t count,
                     size_t *from, uint16_t chosen[PASSES_MAX]) {
    const struct sg_radix *radix = work->radix;
    unsigned char differs[SG_RADIX_WIDTH_MAX];
    const size_t width = radix->width;
    memset(differs, 0, width);
    for (size_t i = 1; i < count; i++) {
        const unsigned char *record = records + i * width;
        size_t b = 0;
        for (; b + 8 <= width; b += 8) {
            uint64_t x, y, seen;
            memcpy(&x, record + b, 8);
            memcpy(&y, records + b, 8);
            memcpy(&seen, differs + b, 8);
            seen |= x ^ y;
            memcpy(differs + b, &seen, 8);
        }
        for (; b < width; b++) differs[b] |= record[b] ^ records[b];
    }
    /* Up to two records a bucket are left to insertion sort: cheaper than one more pass over all. */
    size_t most = 1;
    for (uint64_t buckets = 256 * 2; buckets < count && most < PASSES_MAX; buckets <<= 8) most++;
    size_t passes = 0;
    for (; *from < width && passes < most; ++*from)
        if (differs[radix->order[*from]]) chosen[passes++] = radix->order[*from];
    return passes;
}

static void count_all(struct work *work, const unsigned char *records, size_t count,
                      const uint16_t *chosen, size_t passes) {
    memset(work->counts, 0, passes * sizeof *work->counts);
    for (size_t i = 0; i < count; i++)
        for (size_t p = 0; p < passes; p++)
            work->counts[p][records[i * work->radix->width + chosen[p]]]++;
    for (size_t p = 0; p < passes; p++) {
        size_t sum = 0;
        for (size_t b = 0; b < 256; b++) {
            size_t here = work->counts[p][b];
            work->counts[p][b] = sum;
            sum += here;
        }
    }
}

/* Inlined for each usual width, so that a record is moved by one or two instructions. */
__attribute__((always_inline)) static inline void scatter_by(const unsigned char *from,
                                                             unsigned char *to, size_t count,
                                                             size_t width, const unsigned char *key,
                                                             size_t *places) {
    for (size_t i = 0; i < count; i++)
        memcpy(to + places[key[i * width]]++ * width, from + i * width, width);
}

static void scatter(const unsigned char *from, unsigned char *to, size_t count, size_t width,
                    size_t byte, size_t *places) {
    const unsigned char *key = from + byte;
    switch (width) {
    case 8: scatter_by(from, to, count, 8, key, places); break;
    case 12: scatter_by(from, to, count, 12, key, places); break;
    case 16: scatter_by(from, to, count, 16, key, places); break;
    case 24: scatter_by(from, to, count, 24, key, places); break;
    case 32: scatter_by(from, to, count, 32, key, places); break;
    default: scatter_by(from, to, count, width, key, places);
    }
}

static void insertion_sort(const struct sg_radix *radix, unsigned char *records, size_t count) {
    const size_t width = radix->width;
    unsigned char moving[SG_RADIX_WIDTH_MAX];
    for (size_t i = 1; i < count; i++) {
        unsigned char *at = records + i * width;
        if (sg_radix_compare(radix, at - width, at) <= 0) continue;
        memcpy(moving, at, width);
        do {
            memcpy(at, at - width, width);
            at -= width;
        } while (at > records && sg_radix_compare(radix, at - width, moving) > 0);
        memcpy(at, moving, width);
    }
}

static bool agree(const unsigned char *a, const unsigned char *b, const uint16_t *chosen,
                  size_t passes) {
    while (passes-- > 0) /* the last chosen byte is the likeliest to differ */
        if (a[chosen[passes]] != b[chosen[passes]]) return false;
    return true;
}

/* Sorts records by order[from..]; the result is in records or scratch, and is returned. */
static unsigned char *sort_from(struct work *work, unsigned char *records, unsigned char *scratch,
                                size_t count, size_t from) {
    const size_t width = work->radix->width;
    uint16_t chosen[PASSES_MAX];
    if (count <= SMALL) {
        insertion_sort(work->radix, records, count);
        return records;
    }
    size_t passes = choose(work, records, count, &from, chosen);
    count_all(work, records, count, chosen, passes);
    for (size_t p = passes; p-- > 0;) {
        scatter(records, scratch, count, width, chosen[p], work->counts[p]);
        unsigned char *swap = records;
        records = scratch;
        scratch = swap;
    }
    if (passes == 0 || from == width) return records;
    for (size_t start = 0, i = 1; i <= count; i++) {
        if (i < count && agree(records + (i - 1) * width, records + i * width, chosen, passes))
            continue;
        unsigned char *group = records + start * width;
        if (i - start > 1) {
            unsigned char *sorted =
                sort_from(work, group, scratch + start * width, i - start, from);
            if (sorted != group) memcpy(group, sorted, (i - start) * width);
        }
        start = i;
    }
    return records;
}

unsigned char *sg_radix_sort(const struct sg_radix *radix, unsigned char *records,
                             unsigned char *scratch, size_t count) {
    struct work *work = sg_alloc(sizeof *work);
    work->radix = radix;
    unsigned char *sorted = sort_from(work, records, scratch, count, 0);
    free(work);
    return sorted;
}
