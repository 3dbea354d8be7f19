#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <xxhash.h>

#include "base/cpu.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/sha256.h"
#include "dice.h"

static unsigned char noise[4096];

static int fill(void **state) {
    (void)state;
    uint64_t rng = 7;
    for (size_t i = 0; i < sizeof noise; i++) noise[i] = (unsigned char)(dice(&rng) >> 56);
    return 0;
}

/* These values are in files: they must never change. */
static void known_values(void **state) {
    (void)state;
    char hex[SG_HASH_HEX];
    assert_int_equal(sg_hash64("", 0, 0), 0x2d06800538d394c2u);
    assert_string_equal(sg_hash_hex(sg_hash128("", 0, 0), hex), "99aa06d3014798d86001c324468d497f");
    assert_string_equal(sg_hash_hex(sg_hash128("sangam", 6, 0), hex),
                        "f00c78cee7f0c3d06d494a74323b9390");
}

static void one_shot_is_xxh3(void **state) {
    (void)state;
    for (size_t len = 0; len < 1200; len++) {
        uint64_t seed = len % 3 ? len * 0x9E3779B97F4A7C15u : 0;
        assert_int_equal(sg_hash64(noise, len, seed), XXH3_64bits_withSeed(noise, len, seed));
        XXH128_hash_t theirs = XXH3_128bits_withSeed(noise, len, seed);
        struct sg_hash128 ours = sg_hash128(noise, len, seed);
        assert_int_equal(ours.lo, theirs.low64);
        assert_int_equal(ours.hi, theirs.high64);
    }
}

static void pieces_give_the_same(void **state) {
    (void)state;
    uint64_t rng = 3;
    struct sg_hash_state *sum = sg_hash_new();
    for (int round = 0; round < 300; round++) {
        sg_hash_reset(sum);
        size_t len = 0;
        while (len < sizeof noise - 400 && dice_below(&rng, 20)) {
            size_t step = dice_below(&rng, 400);
            sg_hash_add(sum, noise + len, step);
            len += step;
            if (step % 7 == 0) sg_hash_digest(sum); /* looking does not disturb */
        }
        struct sg_hash128 whole = sg_hash128(noise, len, 0), parts = sg_hash_digest(sum);
        assert_int_equal(sg_hash_compare(whole, parts), 0);
    }
    sg_hash_free(sum);
    sg_hash_free(NULL);
}

static void sized_pieces_do_not_run_together(void **state) {
    (void)state;
    struct sg_hash_state *a = sg_hash_new(), *b = sg_hash_new(), *c = sg_hash_new();
    sg_hash_add_sized(a, "ab", 2), sg_hash_add_sized(a, "c", 1);
    sg_hash_add_sized(b, "a", 1), sg_hash_add_sized(b, "bc", 2);
    sg_hash_add(c, "\2\0\0\0\0\0\0\0ab\1\0\0\0\0\0\0\0c", 19);
    assert_int_not_equal(sg_hash_compare(sg_hash_digest(a), sg_hash_digest(b)), 0);
    assert_int_equal(sg_hash_compare(sg_hash_digest(a), sg_hash_digest(c)), 0);
    sg_hash_free(a), sg_hash_free(b), sg_hash_free(c);
}

static void sums_carry_and_wrap(void **state) {
    (void)state;
    struct sg_hash128 all = {UINT64_MAX, UINT64_MAX}, one = {1, 0}, low = {UINT64_MAX, 5};
    struct sg_hash128 wrapped = sg_hash_sum(all, one), carried = sg_hash_sum(low, one);
    assert_int_equal(wrapped.lo | wrapped.hi, 0);
    assert_int_equal(carried.lo, 0);
    assert_int_equal(carried.hi, 6);
}

static void order_is_by_value(void **state) {
    (void)state;
    struct sg_hash128 a = {9, 1}, b = {1, 2}, c = {2, 2};
    assert_int_equal(sg_hash_compare(a, b), -1);
    assert_int_equal(sg_hash_compare(c, b), 1);
    assert_int_equal(sg_hash_compare(b, c), -1);
    assert_int_equal(sg_hash_compare(b, b), 0);
}

static void hex_goes_both_ways(void **state) {
    (void)state;
    char hex[SG_HASH_HEX];
    struct sg_hash128 hash = {0x0123456789abcdefu, 0xfedcba9876543210u}, back = {0};
    assert_string_equal(sg_hash_hex(hash, hex), "fedcba98765432100123456789abcdef");
    assert_true(sg_hash_parse("FEDCBA98765432100123456789abcdef", &back));
    assert_int_equal(sg_hash_compare(hash, back), 0);
    static const char *const bad[] = {"",
                                      "0",
                                      "fedcba98765432100123456789abcde",
                                      "fedcba98765432100123456789abcdef0",
                                      "gedcba98765432100123456789abcdef",
                                      " edcba98765432100123456789abcdef"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(sg_hash_parse(bad[i], &back));
    assert_int_equal(sg_hash_compare(hash, back), 0); /* left alone */
}

static void sha_is(const void *bytes, size_t len, const char *expected) {
    struct sg_sha256 sha;
    char hex[SG_SHA256_HEX];
    sg_sha256_init(&sha);
    sg_sha256_add(&sha, bytes, len);
    assert_string_equal(sg_sha256_hex(&sha, hex), expected);
}

/* NIST, "Secure Hash Standard: example values" and the long message of FIPS 180-2 appendix B.3. */
static void sha_vectors(void **state) {
    (void)state;
    sha_is("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    sha_is("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    sha_is("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
           "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    sha_is("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopq"
           "rlmnopqrsmnopqrstnop"
           "qrstu",
           112, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
    sha_is("\xbd", 1, "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b");
    char *million = malloc(1000000);
    assert_non_null(million);
    memset(million, 'a', 1000000);
    sha_is(million, 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(million);
}

static void sha_of_pieces(void **state) {
    (void)state;
    uint64_t rng = 11;
    for (size_t len = 0; len < 300; len++) { /* every place of the padding */
        struct sg_sha256 whole, parts;
        char a[SG_SHA256_HEX], b[SG_SHA256_HEX];
        sg_sha256_init(&whole), sg_sha256_init(&parts);
        sg_sha256_add(&whole, noise, len);
        for (size_t at = 0; at < len;) {
            size_t step = 1 + dice_below(&rng, len - at);
            sg_sha256_add(&parts, noise + at, step);
            at += step;
        }
        assert_string_equal(sg_sha256_hex(&whole, a), sg_sha256_hex(&parts, b));
    }
}

static void sha_kernels_agree(void **state) {
    (void)state;
#ifdef sg_sha256_blocks_fast
    if (!sg_cpu_sha()) skip();
    for (size_t blocks = 0; blocks <= 64; blocks++) {
        uint32_t a[8], b[8];
        memcpy(a, noise, sizeof a);
        memcpy(b, noise, sizeof b);
        sg_sha256_blocks_portable(a, noise, blocks);
        sg_sha256_blocks_fast(b, noise, blocks);
        assert_memory_equal(a, b, sizeof a);
    }
#else
    skip();
#endif
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_values),         cmocka_unit_test(one_shot_is_xxh3),
        cmocka_unit_test(pieces_give_the_same), cmocka_unit_test(sized_pieces_do_not_run_together),
        cmocka_unit_test(sums_carry_and_wrap),  cmocka_unit_test(order_is_by_value),
        cmocka_unit_test(hex_goes_both_ways),   cmocka_unit_test(sha_vectors),
        cmocka_unit_test(sha_of_pieces),        cmocka_unit_test(sha_kernels_agree),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
