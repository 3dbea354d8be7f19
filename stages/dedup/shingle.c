/*
 * Windows by two ends that only move forward: a token is added in front; while the weights reach 10 the window is given
 * out and its oldest token leaves.
 *
 *     tokens (weight)   a2 b2 c2 d2 e2 中1 文1          windows  abcde | bcde中文 (2+2+2+2+1+1)
 *
 * The hash is the polynomial of the token hashes in an odd M, so adding and removing cost one product each, with a final mix.
 * Memory: a ring of 16 tokens (a window has at most ten). Threads: one struct each.
 */
#include "shingle.h"

#include <endian.h>

#include "base/hash.h"

#define MULTIPLIER 0x9FB21C651E98DF25u
#define TOKEN_LOW 0xA0761D6478BD642Fu
#define TOKEN_HIGH 0xE7037ED1A0B428DBu
#define TOKEN_SEED 0x73616E67616D3130u /* for tokens over 16 bytes */

void dedup_shingles_start(struct dedup_shingles *shingles, const char *nfc, size_t len) {
    dedup_tokens_start(&shingles->tokens, nfc, len);
    shingles->head = shingles->count = shingles->sum = 0;
    shingles->polynomial = 0;
}

void dedup_shingles_free(struct dedup_shingles *shingles) {
    dedup_tokens_free(&shingles->tokens);
}

static inline uint64_t load(const char *bytes) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    return le64toh(word);
}

/* The low `bytes` bytes, 0 to 8: no branch, for the lengths of words cannot be foretold. */
static inline uint64_t low_bytes(uint64_t word, unsigned bytes) {
    unsigned bits = 8 * bytes;
    uint64_t all = (uint64_t)(bits >= 64) - 1; /* 0 when no bit is to be cut off */
    return word & ~(all & ~UINT64_C(0) << (bits & 63));
}

static inline uint64_t token_hash(const char *bytes, size_t len) {
    if (len > 16) return sg_hash64(bytes, len, TOKEN_SEED);
    unsigned front = len < 8 ? (unsigned)len : 8;
    uint64_t low = low_bytes(load(bytes), front), high = low_bytes(load(bytes + 8), (unsigned)len - front);
    unsigned __int128 product = (unsigned __int128)(low ^ TOKEN_LOW) * (high ^ TOKEN_HIGH ^ (uint64_t)len << 56);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t dedup_token_hash(const char *bytes, size_t len) {
    return token_hash(bytes, len);
}

static inline uint64_t mixed(uint64_t h) {
    h ^= h >> 32;
    h *= 0xD6E8FEB86659FD93u;
    h ^= h >> 32;
    h *= 0xD6E8FEB86659FD93u;
    return h ^ h >> 32;
}

size_t dedup_shingles_next(struct dedup_shingles *shingles, uint64_t *out, size_t room) {
    uint64_t powers[16];
    for (unsigned i = 0; i < 16; i++) powers[i] = i ? powers[i - 1] * MULTIPLIER : 1;
    struct dedup_shingles s = *shingles; /* in registers while the loop runs */
    size_t n = 0, len;
    unsigned weight;
    /* One token closes at most two windows: from a weight of at most 9 to at most 11. */
    while (n + 2 <= room && (weight = dedup_tokens_next(&s.tokens, &len))) {
        uint64_t hash = token_hash(s.tokens.word.data, len);
        unsigned slot = (s.head + s.count++) & 15;
        s.ring[slot] = hash;
        s.weight[slot] = (uint8_t)weight;
        s.sum += weight;
        s.polynomial = s.polynomial * MULTIPLIER + hash;
        while (s.sum >= DEDUP_WINDOW) {
            out[n++] = mixed(s.polynomial);
            s.polynomial -= s.ring[s.head] * powers[--s.count];
            s.sum -= s.weight[s.head];
            s.head = (s.head + 1) & 15;
        }
    }
    *shingles = s;
    return n;
}

/* Least significant digit first, eight bits at a time; scratch has as many places. Sorted is `values` again. */
static void radix_sort(uint64_t *values, uint64_t *scratch, size_t count) {
    for (unsigned shift = 0; shift < 64; shift += 8) {
        size_t places[256] = {0}, sum = 0;
        for (size_t i = 0; i < count; i++) places[values[i] >> shift & 255]++;
        for (unsigned digit = 0; digit < 256; digit++) {
            size_t here = places[digit];
            places[digit] = sum;
            sum += here;
        }
        for (size_t i = 0; i < count; i++) scratch[places[values[i] >> shift & 255]++] = values[i];
        uint64_t *sorted = scratch; /* eight passes: the last one ends in values */
        scratch = values;
        values = sorted;
    }
}

size_t dedup_shingles_set(struct dedup_shingles *shingles, const char *nfc, size_t len, struct sg_buf *out) {
    uint64_t some[256];
    size_t start = out->len, n;
    dedup_shingles_start(shingles, nfc, len);
    while ((n = dedup_shingles_next(shingles, some, 256))) sg_buf_put(out, some, n * sizeof *some);
    size_t bytes = out->len - start, count = bytes / sizeof(uint64_t), kept = 0;
    if (count == 0) return 0;
    uint64_t *scratch = (uint64_t *)(void *)sg_buf_room(out, bytes);
    uint64_t *set = (uint64_t *)(void *)(out->data + start);
    radix_sort(set, scratch, count);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || set[i] != set[i - 1]) set[kept++] = set[i];
    out->len = start + kept * sizeof *set;
    return kept;
}

size_t dedup_set_common(const uint64_t *a, size_t a_count, const uint64_t *b, size_t b_count) {
    size_t i = 0, j = 0, common = 0;
    while (i < a_count && j < b_count) {
        uint64_t x = a[i], y = b[j];
        common += x == y;
        i += x <= y;
        j += y <= x;
    }
    return common;
}
