#include "base/hash.h"

#include <string.h>
#include <xxhash.h>

#include "base/buf.h"
#include "base/num.h"

/* libxxhash's own type under our name, so that no caller needs its header. */
struct sg_hash_state;
static XXH3_state_t *inner(const struct sg_hash_state *state) {
    return (XXH3_state_t *)state;
}

uint64_t sg_hash64(const void *bytes, size_t len, uint64_t seed) {
    return XXH3_64bits_withSeed(bytes, len, seed);
}

static struct sg_hash128 from_xxh(XXH128_hash_t h) {
    return (struct sg_hash128){h.low64, h.high64};
}

struct sg_hash128 sg_hash128(const void *bytes, size_t len, uint64_t seed) {
    return from_xxh(XXH3_128bits_withSeed(bytes, len, seed));
}

uint64_t sg_hash_xxh64(const void *bytes, size_t len) {
    return XXH64(bytes, len, 0);
}

struct sg_hash_state *sg_hash_new(void) {
    XXH3_state_t *state = XXH3_createState();
    if (!state) sg_mem_failed(576); /* its size as of xxHash 0.8 */
    XXH3_128bits_reset(state);
    return (struct sg_hash_state *)state;
}

void sg_hash_add(struct sg_hash_state *state, const void *bytes, size_t len) {
    if (len) XXH3_128bits_update(inner(state), bytes, len);
}

void sg_hash_add_sized(struct sg_hash_state *state, const void *bytes, size_t len) {
    unsigned char size[8];
    sg_num_put_u64(size, len);
    sg_hash_add(state, size, sizeof size);
    sg_hash_add(state, bytes, len);
}

struct sg_hash128 sg_hash_digest(const struct sg_hash_state *state) {
    return from_xxh(XXH3_128bits_digest(inner(state)));
}

void sg_hash_reset(struct sg_hash_state *state) {
    XXH3_128bits_reset(inner(state));
}

void sg_hash_free(struct sg_hash_state *state) {
    XXH3_freeState(inner(state));
}

struct sg_hash128 sg_hash_sum(struct sg_hash128 a, struct sg_hash128 b) {
    struct sg_hash128 sum = {a.lo + b.lo, a.hi + b.hi};
    sum.hi += sum.lo < a.lo; /* the carry */
    return sum;
}

int sg_hash_compare(struct sg_hash128 a, struct sg_hash128 b) {
    if (a.hi != b.hi) return a.hi < b.hi ? -1 : 1;
    return a.lo < b.lo ? -1 : a.lo > b.lo;
}

char *sg_hash_hex(struct sg_hash128 hash, char out[SG_HASH_HEX]) {
    for (int i = 0; i < 32; i++) {
        uint64_t half = i < 16 ? hash.hi : hash.lo;
        out[i] = "0123456789abcdef"[half >> (60 - 4 * (i & 15)) & 15];
    }
    out[32] = 0;
    return out;
}

bool sg_hash_parse(const char *hex, struct sg_hash128 *out) {
    uint64_t half[2] = {0};
    for (int i = 0; i < 32; i++) {
        char c = hex[i];
        unsigned digit;
        if (c >= '0' && c <= '9')
            digit = (unsigned)(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = (unsigned)(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F')
            digit = (unsigned)(c - 'A') + 10;
        else
            return false;
        half[i / 16] = half[i / 16] << 4 | digit;
    }
    if (hex[32]) return false;
    *out = (struct sg_hash128){.lo = half[1], .hi = half[0]};
    return true;
}
