#include "rank.h"

#include "base/num.h"

struct sg_hash128 shard_key(const char *id, size_t id_len, const char *text, size_t text_len) {
    struct sg_hash128 key = sg_hash128(id, id_len, 0);
    if (text) {
        struct sg_hash128 content = sg_hash128(text, text_len, 0);
        key.lo ^= content.lo;
        key.hi ^= content.hi;
    }
    return key;
}

struct sg_hash128 shard_rank(uint64_t seed, struct sg_hash128 key, uint32_t copy) {
    unsigned char bytes[28]; /* little-endian on every machine: the rank is the same on all of them */
    sg_num_put_u64(bytes, seed);
    sg_num_put_u64(bytes + 8, key.lo);
    sg_num_put_u64(bytes + 16, key.hi);
    sg_num_put_u32(bytes + 24, copy);
    return sg_hash128(bytes, sizeof bytes, 0);
}

int shard_rank_tie(const char *a, size_t a_len, const char *b, size_t b_len) {
    return sg_hash_compare(sg_hash128(a, a_len, 0), sg_hash128(b, b_len, 0));
}
