/*
 * Windows by two ends that only move forward: a token is added in front; while the weights reach 10 the window is given
 * out and its oldest token leaves.
 *
 *     tokens (weight)   a2 b2 c2 d2 e2 中1 文1          windows  abcde | bcde中文 (2+2+2+2+1+1)
 *
 * The hash is the polynomial of the token hashes in an odd M, finally mixed: adding and removing cost one product each.
 * Tokens come in chunks, so that cutting the text and hashing windows are two tight loops. Memory: 5 KiB, and the key
 * text where it is not streamed. Threads: one struct each.
 */
#include "shingle.h"

#include "base/hash.h"

#define MULTIPLIER 0x9FB21C651E98DF25u

static void start_other(struct dedup_shingles *shingles, const char *text, size_t len) {
    struct sg_buf *key = &shingles->key;
    key->len = 0;
    dedup_key_text(shingles->shape.profile, text, len, &shingles->scratch, key);
    sg_buf_room(key, 16); /* for the hash of the last token */
    dedup_shingle_units_start(&shingles->units, shingles->shape.unit, key->data, key->len);
    shingles->tokens.not_nfc = false;
}

void dedup_shingles_start(struct dedup_shingles *shingles, const char *text, size_t len) {
    if (dedup_shape_takes_nfc(&shingles->shape))
        dedup_tokens_start(&shingles->tokens, text, len);
    else
        start_other(shingles, text, len);
    shingles->head = shingles->next = shingles->filled = shingles->sum = 0;
    shingles->polynomial = 0;
}

void dedup_shingles_free(struct dedup_shingles *shingles) {
    dedup_tokens_free(&shingles->tokens);
    dedup_shingle_units_free(&shingles->units);
    sg_buf_free(&shingles->key);
    sg_buf_free(&shingles->scratch);
}

static inline uint64_t mixed(uint64_t h) {
    h ^= h >> 32;
    h *= 0xD6E8FEB86659FD93u;
    h ^= h >> 32;
    h *= 0xD6E8FEB86659FD93u;
    return h ^ h >> 32;
}

static size_t more_tokens(struct dedup_shingles *shingles, uint64_t *hash, uint8_t *weight) {
    const struct dedup_shape *shape = &shingles->shape;
    if (!dedup_shape_takes_nfc(shape)) return dedup_shingle_units_next(&shingles->units, hash, weight, DEDUP_CHUNK);
    size_t more = dedup_tokens_hashes(&shingles->tokens, hash, weight, DEDUP_CHUNK);
    if (shape->unit == DEDUP_UNIT_WORD) memset(weight, 1, more);
    return more;
}

/* The open window moves to the front, new tokens behind it. False at the end of the text. */
static bool refill(struct dedup_shingles *shingles) {
    unsigned open = shingles->filled - shingles->head;
    memmove(shingles->hash, shingles->hash + shingles->head, open * sizeof *shingles->hash);
    memmove(shingles->weight, shingles->weight + shingles->head, open);
    size_t more = more_tokens(shingles, shingles->hash + open, shingles->weight + open);
    shingles->head = 0;
    shingles->next = open;
    shingles->filled = open + (unsigned)more;
    return more > 0;
}

/* powers: of MULTIPLIER, from 0 to limit. Inline, so that the default is a loop with a constant limit. */
static inline size_t next_windows(struct dedup_shingles *shingles, unsigned limit, const uint64_t *powers,
                                  uint64_t *out, size_t room) {
    size_t n = 0;
    while (n + 2 <= room) {
        if (shingles->next == shingles->filled && !refill(shingles)) break;
        uint64_t polynomial = shingles->polynomial;
        unsigned head = shingles->head, next = shingles->next, sum = shingles->sum;
        /* One token closes at most two windows: from a weight of at most limit - 1 to at most limit + 1. */
        for (; next < shingles->filled && n + 2 <= room; next++) {
            polynomial = polynomial * MULTIPLIER + shingles->hash[next];
            sum += shingles->weight[next];
            while (sum >= limit) {
                out[n++] = mixed(polynomial);
                polynomial -= shingles->hash[head] * powers[next - head];
                sum -= shingles->weight[head++];
            }
        }
        shingles->polynomial = polynomial;
        shingles->head = head;
        shingles->next = next;
        shingles->sum = sum;
    }
    return n;
}

size_t dedup_shingles_next(struct dedup_shingles *shingles, uint64_t *out, size_t room) {
    unsigned limit = shingles->shape.ngram ? shingles->shape.ngram : DEDUP_WINDOW;
    uint64_t powers[DEDUP_NGRAM_MOST + 1];
    powers[0] = 1;
    for (unsigned i = 1; i <= limit; i++) powers[i] = powers[i - 1] * MULTIPLIER;
    if (limit == DEDUP_WINDOW) return next_windows(shingles, DEDUP_WINDOW, powers, out, room);
    return next_windows(shingles, limit, powers, out, room);
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

size_t dedup_shingles_set(struct dedup_shingles *shingles, const char *text, size_t len, struct sg_buf *out) {
    uint64_t some[256];
    size_t start = out->len, n;
    dedup_shingles_start(shingles, text, len);
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
