/*
 * For every lane k the minimum of a_k x + b_k over all x of a text. The kernels hold a group of lanes in registers and run
 * over a block of x, so each x costs one multiply, one add and one minimum a lane and no stores.
 *
 *     K = 2 (a = 3, 5; b = 1, 0), x = {7, 2}:   minima = min(22, 7), min(35, 10) = 7, 10
 *
 * Memory: K x 4 bytes a worker. Threads: struct dedup_minhash is read-only, minima belong to a worker.
 */
#include "minhash.h"

#include <endian.h>
#include <math.h>
#include <string.h>

#include "base/hash.h"

/* sqrt is exactly rounded by IEEE 754 on every CPU; exp and log are not, and are not used. */

static uint64_t splitmix64(uint64_t *state) {
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

dedup_minhash_kernel *dedup_minhash_kernel_of(enum sg_cpu level) {
#if defined(__x86_64__)
    if (level >= SG_CPU_AVX512) return dedup_minhash_avx512;
    if (level >= SG_CPU_AVX2) return dedup_minhash_avx2;
#else
    (void)level; /* gcc makes NEON of the portable kernel by itself */
#endif
    return dedup_minhash_portable;
}

void dedup_minhash_init(struct dedup_minhash *minhash, unsigned bands, unsigned rows, uint64_t seed) {
    unsigned values = bands * rows;
    minhash->seed = seed;
    minhash->band_seed = 0;
    minhash->bands = bands;
    minhash->rows = rows;
    minhash->lanes = (values + 15) / 16 * 16;
    minhash->sketch_bytes = values < DEDUP_SKETCH ? values : DEDUP_SKETCH;
    minhash->kernel = dedup_minhash_kernel_of(sg_cpu_level());
    for (unsigned i = 0; i < minhash->lanes; i++) {
        minhash->a[i] = (uint32_t)(splitmix64(&seed) >> 32) | 1;
        minhash->b[i] = (uint32_t)(splitmix64(&seed) >> 32);
    }
}

void dedup_minhash_start(const struct dedup_minhash *minhash, uint32_t *minima) {
    memset(minima, 0xFF, minhash->lanes * sizeof *minima);
}

void dedup_minhash_add(const struct dedup_minhash *minhash, uint32_t *minima, const uint32_t *x, size_t count) {
    minhash->kernel(minhash->a, minhash->b, minima, minhash->lanes, x, count);
}

#define FLIP 0x80000000u /* makes the order of signed numbers that of unsigned ones: SSE2 compares only signed */

/* Sixteen lanes at a time: the compiler keeps them in whatever vectors the target has. */
__attribute__((optimize("O3"))) void dedup_minhash_portable(const uint32_t *a, const uint32_t *b, uint32_t *minima,
                                                            unsigned lanes, const uint32_t *x, size_t count) {
    for (unsigned k = 0; k < lanes; k += 16) {
        uint32_t flipped[16];
        int32_t least[16];
        for (unsigned j = 0; j < 16; j++) {
            flipped[j] = b[k + j] + FLIP;
            least[j] = (int32_t)(minima[k + j] ^ FLIP);
        }
        for (size_t i = 0; i < count; i++) {
            for (unsigned j = 0; j < 16; j++) {
                int32_t h = (int32_t)(a[k + j] * x[i] + flipped[j]);
                least[j] = h < least[j] ? h : least[j];
            }
        }
        for (unsigned j = 0; j < 16; j++) minima[k + j] = (uint32_t)least[j] ^ FLIP;
    }
}

void dedup_minhash_bands(const struct dedup_minhash *minhash, const uint32_t *minima, uint64_t scope, uint64_t *keys) {
    uint32_t swapped[DEDUP_LANES];
    const uint32_t *row = minima;
    if (htole32(1) != 1) { /* bands are hashed as little-endian bytes */
        for (unsigned i = 0; i < minhash->bands * minhash->rows; i++) swapped[i] = htole32(minima[i]);
        row = swapped;
    }
    for (unsigned band = 0; band < minhash->bands; band++)
        keys[band] =
            sg_hash64(row + band * minhash->rows, minhash->rows * sizeof *row, band ^ minhash->band_seed ^ scope);
}

void dedup_minhash_store(const struct dedup_minhash *minhash, const uint32_t *minima, uint8_t *sketch) {
    for (unsigned i = 0; i < minhash->sketch_bytes; i++) sketch[i] = (uint8_t)minima[i];
}

typedef uint8_t bytes16 __attribute__((vector_size(16)));

/* Sum of sixteen small numbers: below 256 in all, for a sketch has at most DEDUP_SKETCH bytes. */
static unsigned sum16(bytes16 v) {
    uint64_t halves[2];
    memcpy(halves, &v, sizeof halves);
    return (unsigned)((halves[0] + halves[1]) * 0x0101010101010101u >> 56);
}

unsigned dedup_sketch_matches(const uint8_t *a, const uint8_t *b, unsigned bytes) {
    bytes16 equal = {0};
    unsigned matches = 0, i = 0;
    for (; i + 16 <= bytes; i += 16) {
        bytes16 x, y;
        memcpy(&x, a + i, 16);
        memcpy(&y, b + i, 16);
        equal -= (bytes16)(x == y); /* -1 where they are */
    }
    for (; i < bytes; i++) matches += a[i] == b[i];
    return matches + sum16(equal);
}

#define CHANCE (1.0 / 256)

double dedup_sketch_similarity(unsigned matches, unsigned bytes) {
    double s = ((double)matches / bytes - CHANCE) / (1 - CHANCE);
    return s < 0 ? 0 : s;
}

double dedup_sketch_deviation(double similarity, unsigned bytes) {
    double p = CHANCE + (1 - CHANCE) * similarity;
    return sqrt(p * (1 - p) / bytes) / (1 - CHANCE);
}

unsigned dedup_sketch_least(double similarity, unsigned bytes) {
    unsigned matches = 0;
    while (matches <= bytes && dedup_sketch_similarity(matches, bytes) < similarity) matches++;
    return matches;
}
