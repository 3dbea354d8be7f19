/*
 * Golden vectors of stages/dedup/FORMAT.md: key text, tokens, windows, sketches and band keys of six texts, made by another
 * program from that description; and the same bits from every kernel this machine has.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "document.h"
#include "fss.h"
#include "text/unicode.h"

#define BAND_SEED 0x0123456789ABCDEFu
#define SCOPE 0x5CA1AB1Eu

struct vector {
    const char *script, *text, *key;
    size_t tokens;
    uint64_t token[3];
    size_t windows;
    uint64_t window[3];
    uint32_t kperm32[5], fss[5];  /* values 0 to 3, and 125 */
    uint64_t bands[2];            /* of kperm32, bands 0 and 20 */
    uint64_t scoped[1], of_fss[1]; /* band 0 */
};

/* clang-format off */
static const struct vector vectors[] = {
    {"Devanagari",
     "\u092f\u0939 \u0926\u093f\u0932\u094d\u0932\u0940 \u0915\u0940 \u0967\u0968 \u092a\u0941\u0930\u093e\u0928"
     "\u0940 \u0915\u093f\u0924\u093e\u092c\u0947\u0902 \u0939\u0948\u0902\u0964 \u0915\u094d\u200d\u092f\u093e"
     " \u0906\u092a \u0909\u0928\u094d\u0939\u0947\u0902 \u092a\u0922\u093c\u0947\u0902\u0917\u0947?",
     "\u092f\u0939 \u0926\u093f\u0932\u094d\u0932\u0940 \u0915\u0940 12 \u092a\u0941\u0930\u093e\u0928\u0940"
     " \u0915\u093f\u0924\u093e\u092c\u0947\u0902 \u0939\u0948\u0902 \u0915\u094d\u092f\u093e \u0906\u092a "
     "\u0909\u0928\u094d\u0939\u0947\u0902 \u092a\u0922\u093c\u0947\u0902\u0917\u0947",
     11, {0x145F8E9A092FEAD6, 0x1B154B3652E14FBF, 0xBFE58503BDBEF468},
     7, {0x024B038FCB09C202, 0xD634AF7EB33D5F83, 0x1631305DE4F6EBB8},
     {0x3093FC04, 0x0F6A7F0F, 0x0A82FC36, 0x534B40B6, 0x552F2056},
     {0x7FCA2040, 0x555B2568, 0xF515DF62, 0xAD4B727E, 0x63ECA519},
     {0x4D91667971E5F34F, 0x37947974275924B1}, {0x425DDE34844DCBE1}, {0xFD1FC0D92A705DF1}},
    {"Thai",
     "\u0e1b\u0e32\u0e01\u0e01\u0e32\u0e02\u0e2d\u0e07\u0e09\u0e31\u0e19\u0e2b\u0e32\u0e22\u0e44\u0e1b\u0e44"
     "\u0e2b\u0e19",
     "\u0e1b\u0e32\u0e01\u0e01\u0e32\u0e02\u0e2d\u0e07\u0e09\u0e31\u0e19\u0e2b\u0e32\u0e22\u0e44\u0e1b\u0e44"
     "\u0e2b\u0e19",
     18, {0xD4DFA701279B0B58, 0x7BB430D18B2584E9, 0xCED3F0855AFEF38F},
     9, {0x1F7F898BB39D9CA4, 0x4CB3BEC8EBF62B06, 0xD78078F477967EFD},
     {0x122220D4, 0x19233348, 0x23133ED2, 0x0C759345, 0x0DF65048},
     {0x2E1576AB, 0xABBB67A0, 0xCD1DD85F, 0xD718675D, 0xD550F4A4},
     {0x835FD37C7C3FA242, 0x036A8918E78D4320}, {0x3BB295000CC4C3B3}, {0x96D84418E1B1B79A}},
    {"Vietnamese",
     "T\u00f4i \u0103n b\u00e1nh m\u00ec n\u00f3ng \u1edf Ha\u0300 No\u0323\u0302i m\u1ed7i bu\u1ed5i s\u00e1"
     "ng",
     "t\u00f4i \u0103n b\u00e1nh m\u00ec n\u00f3ng \u1edf h\u00e0 n\u1ed9i m\u1ed7i bu\u1ed5i s\u00e1ng",
     11, {0xB0BCD91E3B83A247, 0xAA585DAC31AA4886, 0x4623DBDAACD6D048},
     7, {0xB67995208982C2E7, 0x649F7E1652BED59E, 0x382F48BAE5D9705E},
     {0x174DCF44, 0x02449D47, 0x1F2081B9, 0x0132B26D, 0x00321C74},
     {0xDD25F96F, 0x1E11FF48, 0xC6669CFD, 0x0E756040, 0xD7FB167B},
     {0x92B9111729E76CCE, 0x0844783A59E5AE5C}, {0xC32CA789A5E4CA6A}, {0x8C068CD2A83F4EDD}},
    {"Arabic",
     "\u0645\u064e\u0631\u0652\u062d\u064e\u0628\u064b\u0627 \u0628\u0643\u0645 \u0641\u0640\u0640\u064a \u0627"
     "\u0644\u0645\u0643\u062a\u0628\u0629 \u0627\u0644\u0639\u0627\u0645\u0651\u0629 \u064a\u0648\u0645 \u0662"
     "\u0664 \u0645\u0646 \u0627\u0644\u0634\u0647\u0631 \u0627\u0644\u0642\u0627\u062f\u0645",
     "\u0645\u0631\u062d\u0628\u0627 \u0628\u0643\u0645 \u0641\u064a \u0627\u0644\u0645\u0643\u062a\u0628\u0629"
     " \u0627\u0644\u0639\u0627\u0645\u0629 \u064a\u0648\u0645 24 \u0645\u0646 \u0627\u0644\u0634\u0647\u0631"
     " \u0627\u0644\u0642\u0627\u062f\u0645",
     10, {0xEEA08A9F09DA3E24, 0xC512694FC40524D2, 0x53C7D74CF38995A4},
     6, {0x494FA80363691104, 0x108F636749F0ACD5, 0xF5582B27627962AE},
     {0x27A75BBC, 0x50E9485F, 0x1824728A, 0x293CD81C, 0x024922F5},
     {0xFB780128, 0x2F73F680, 0x06C0FFC7, 0x821C91D1, 0xCC2CB699},
     {0xD16F3B2B2F4F6704, 0x3B3B503A3AFDB711}, {0x9700F1F8BF0B93DE}, {0xB4CC4461111D937C}},
    {"Han",
     "\u6211\u5011\u5728\u5317\u4eac\u5927\u5b78\u5b78\u7fd2\u4e2d\u6587\uff0c\uff12\uff10\uff12\uff14\u5e74"
     "\u3002",
     "\u6211\u5011\u5728\u5317\u4eac\u5927\u5b78\u5b78\u7fd2\u4e2d\u6587 2024\u5e74",
     13, {0xBC1DCA6BAA146B6E, 0x75E8F83FAAFADDB3, 0x52FDE89C0D724E33},
     5, {0x78AB250602CEACFA, 0xE3CD85B686DBA810, 0xE9F6FAAFE518A7B6},
     {0x13CD551F, 0x2F6F1D49, 0x4E551B45, 0x0D7E069D, 0x2A9698C4},
     {0x9C2D7DA9, 0x8054B5F5, 0xAC11B084, 0xF9F5FEBA, 0xB71A93AB},
     {0x6EC25B3E7D68DAC6, 0x56F94D52460FE9A0}, {0xF516EBA31085D051}, {0xBACAE9AA3A140C9A}},
    {"mixed",
     "GPT-4 \u6a21\u578b \u0e44\u0e14\u0e49 \u0915\u0932 Stra\u00dfe \u0391\u03a3 123 \u043e\u043a internat"
     "ionalisation!",
     "gpt 4 \u6a21\u578b \u0e44\u0e14\u0e49 \u0915\u0932 stra\u00dfe \u03b1\u03c3 123 \u043e\u043a internat"
     "ionalisation",
     12, {0xAE2913A75AAF2874, 0xF7DF50DF00E318BA, 0x58E909008731A817},
     8, {0x09EF2498376A7397, 0x7701434A160A97F1, 0xF4F21D11C1DDB01E},
     {0x02AFFE87, 0x01F69CF2, 0x056A878C, 0x154E6FC7, 0x3BCA98A9},
     {0xA2978501, 0xE7290511, 0xF35F7FE9, 0xA90A4E24, 0x2D4A174D},
     {0xEE8F7F365C6FF9EF, 0xB9DBDE3F6EAA146F}, {0x9F48A806E957C896}, {0xB5A181C78C1487CB}},
};
/* clang-format on */

#define EACH_VECTOR(v) for (const struct vector *v = vectors; v < vectors + sizeof vectors / sizeof *vectors; v++)

static void key_texts(void **state) {
    (void)state;
    EACH_VECTOR(v) {
        struct sg_buf scratch = {0}, out = {0};
        dedup_key_text(DEDUP_SHINGLE, v->text, strlen(v->text), &scratch, &out);
        assert_int_equal(out.len, strlen(v->key));
        assert_memory_equal(out.data, v->key, out.len);
        sg_buf_free(&scratch);
        sg_buf_free(&out);
    }
}

static void tokens_and_windows(void **state) {
    (void)state;
    EACH_VECTOR(v) {
        struct dedup_shingles shingles = {0};
        struct sg_buf nfc = {0};
        const char *text = v->text;
        size_t len = strlen(text), n;
        uint64_t hash[64], window[64];
        uint8_t weight[64];
        dedup_keytext_nfc(&text, &len, &nfc);
        dedup_tokens_start(&shingles.tokens, text, len);
        n = dedup_tokens_hashes(&shingles.tokens, hash, weight, 64);
        assert_int_equal(n, v->tokens);
        for (int i = 0; i < 3; i++) assert_true(hash[i] == v->token[i]);
        dedup_shingles_start(&shingles, text, len);
        n = dedup_shingles_next(&shingles, window, 64);
        assert_int_equal(n, v->windows);
        for (int i = 0; i < 3; i++) assert_true(window[i] == v->window[i]);
        dedup_shingles_free(&shingles);
        sg_buf_free(&nfc);
    }
}

static struct dedup_settings settings; /* 21x6, seed 1 */

static void use(enum sg_cpu level, bool fss) {
    settings = (struct dedup_settings){.near = true, .min_shingles = 1, .fss = fss};
    dedup_minhash_init(&settings.minhash, 21, 6, 1);
    settings.minhash.kernel = dedup_minhash_kernel_of(level);
    settings.minhash.band_seed = BAND_SEED;
}

static void expect_sketch(const struct vector *v, struct dedup_scratch *scratch, uint64_t scope) {
    static struct dedup_sketch sketch;
    const uint32_t *values = settings.fss ? v->fss : v->kperm32;
    const struct dedup_document document = {
        .id = "x", .id_len = 1, .text = v->text, .text_len = strlen(v->text), .scope = scope};
    struct dedup_doc doc;
    dedup_document_read(&settings, scratch, &document, &doc, &sketch);
    assert_int_equal(doc.windows, v->windows);
    assert_int_equal(sketch.bands, 21);
    for (int i = 0; i < 5; i++) assert_int_equal(sketch.values[i < 4 ? i : 125], values[i] & 255);
    if (settings.fss) {
        assert_true(sketch.keys[0] == v->of_fss[0]);
    } else if (scope) {
        assert_true(sketch.keys[0] == v->scoped[0]);
    } else {
        assert_true(sketch.keys[0] == v->bands[0]);
        assert_true(sketch.keys[20] == v->bands[1]);
    }
}

static void sketches_and_band_keys_on_every_kernel(void **state) {
    (void)state;
    struct dedup_scratch scratch = {0};
    for (int level = SG_CPU_PORTABLE; level <= (int)sg_cpu_level(); level++) {
        EACH_VECTOR(v) {
            use((enum sg_cpu)level, false);
            expect_sketch(v, &scratch, 0);
            expect_sketch(v, &scratch, SCOPE);
            use((enum sg_cpu)level, true);
            expect_sketch(v, &scratch, 0);
        }
    }
    dedup_scratch_free(&scratch);
}

/* The whole 32-bit values, of which a sketch stores the low byte. */
static void values_in_full(void **state) {
    (void)state;
    EACH_VECTOR(v) {
        struct dedup_scratch scratch = {0};
        struct sg_buf set = {0};
        uint32_t x[64], minima[128];
        use(sg_cpu_level(), false);
        size_t n = dedup_document_windows(&settings, &scratch, v->text, strlen(v->text), &set);
        for (size_t i = 0; i < n; i++) x[i] = (uint32_t)(((const uint64_t *)(const void *)set.data)[i] >> 32);
        dedup_minhash_start(&settings.minhash, minima);
        dedup_minhash_add(&settings.minhash, minima, x, n);
        for (int i = 0; i < 5; i++) assert_int_equal(minima[i < 4 ? i : 125], v->kperm32[i]);
        dedup_fss_sketch(&settings.minhash, x, n, minima);
        for (int i = 0; i < 5; i++) assert_int_equal(minima[i < 4 ? i : 125], v->fss[i]);
        sg_buf_free(&set);
        dedup_scratch_free(&scratch);
    }
}

int main(void) {
    struct sg_err err = {0};
    if (sg_unicode_init(&err) != SG_OK) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_texts),
        cmocka_unit_test(tokens_and_windows),
        cmocka_unit_test(sketches_and_band_keys_on_every_kernel),
        cmocka_unit_test(values_in_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
