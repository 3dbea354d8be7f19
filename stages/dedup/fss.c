/*
 * Rounds 0 to K-1 throw every x into a bin of that round's hash; rounds K to 2K-1 throw all x into bin round-K, so that at
 * the end none is empty. A bin keeps the least of round + hash. No round follows one after which all bins are filled, which
 * for more than about K ln K elements is the first: one hash an element.
 *
 *     K = 4, x = {p, q}    round 0: p -> bin 2, q -> bin 2; p's hash is less        _ _ p0 _
 *                          round 1: p -> bin 0, q -> bin 1                          p1 q1 p0 _
 *                          round 2: p -> bin 2 (later, so no), q -> bin 3           p1 q1 p0 q2
 *
 * Two sets that stop after different rounds still agree: a later round never replaces what an earlier one put.
 * Memory: K x 8 bytes of stack. Threads: any.
 */
#include "fss.h"

#include <string.h>

static uint64_t mixed(uint64_t z) {
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* A round is below 2 x DEDUP_LANES: bin = round << 32 | hash, and ~0 is an empty one. */
static unsigned throw_all(uint64_t *bins, unsigned values, unsigned round, uint64_t key, const uint32_t *x,
                          size_t count) {
    unsigned filled = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t h = mixed(key ^ x[i]);
        unsigned bin = round < values ? (unsigned)((h >> 32) * values >> 32) : round - values;
        uint64_t entry = (uint64_t)round << 32 | (uint32_t)h;
        filled += bins[bin] == ~UINT64_C(0);
        if (entry < bins[bin]) bins[bin] = entry;
    }
    return filled;
}

void dedup_fss_sketch(const struct dedup_minhash *minhash, const uint32_t *x, size_t count, uint32_t *values) {
    uint64_t bins[DEDUP_LANES], key = minhash->seed;
    unsigned width = minhash->bands * minhash->rows, filled = 0;
    memset(bins, 0xFF, width * sizeof *bins);
    for (unsigned round = 0; count && filled < width && round < 2 * width; round++) {
        key += 0x9E3779B97F4A7C15u;
        filled += throw_all(bins, width, round, mixed(key), x, count);
    }
    /* Low hashes win, so their upper bits say little: mixed again, round and all. */
    for (unsigned i = 0; i < width; i++) values[i] = bins[i] == ~UINT64_C(0) ? UINT32_MAX : (uint32_t)mixed(bins[i]);
}
