/* Indexes of signatures: every byte of a small one, what was put comes back, and no damage goes unseen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "dice.h"
#include "io/file.h"
#include "records.h"
#include "secret.h"
#include "sigx.h"

static char folder[] = "/tmp/sangam-test-sigx-XXXXXX";
static struct sg_buf json;
static const struct dedup_sigx_form small = {.sketch_bytes = 4, .bands = 2}, slim = {.slim = true, .bands = 2},
                                    exact = {.slim = false}, usual = {.sketch_bytes = 126, .bands = 21};

static char *path_of(const char *name) {
    return sg_printf_dup("%s/%s", folder, name);
}

static int set_up(void **state) {
    (void)state;
    sg_buf_puts(&json, "{\"bands\":2,\"rows\":2}");
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    sg_buf_free(&json);
    return rmdir(folder);
}

/* Document number i: everything in it follows from i, keys ascend. */
static void make_row(const struct dedup_sigx_form *form, uint64_t i, char *row) {
    memset(row, 0, dedup_sigx_width(form));
    dedup_put_word(row, i);
    dedup_put_word(row + 8, 0x0102030405060708u + i);
    if (!form->slim) dedup_put_word(row + 16, 0xA0A1A2A3A4A5A6A7u + i);
    if (!form->slim) dedup_put_word(row + 24, 0xB0B1B2B3B4B5B6B7u + i);
    dedup_put_word(row + 32, ~(100 + i));
    dedup_put_word(row + 40, (10 + i) << 32 | (100 + i));
    row += DEDUP_SIGX_HEAD;
    for (uint32_t k = 0; !form->slim && k < form->sketch_bytes; k++) *row++ = (char)(0x40 + i + k);
    for (uint32_t k = 0; k < form->bands; k++, row += dedup_sigx_key_bytes(form)) {
        if (form->slim) sg_num_put_u32(row, (uint32_t)(0xC0C1C2C3u + i + k));
        else sg_num_put_u64(row, 0xC0C1C2C3C4C5C6C7u + i + k);
    }
}

static void write_index(const char *name, const struct dedup_sigx_form *form, uint64_t count) {
    struct dedup_sigx sigx;
    struct sg_err err = {0};
    char *path = path_of(name), row[DEDUP_SIGX_WIDTH];
    assert_int_equal(dedup_sigx_create(&sigx, path, form, &json, &err), SG_OK);
    for (uint64_t i = 0; i < count; i++) {
        make_row(form, i, row);
        assert_int_equal(dedup_sigx_put(&sigx, row, &err), SG_OK);
        if (i % 3 == 0) assert_int_equal(dedup_sigx_put(&sigx, row, &err), SG_OK); /* the same keys: left out */
    }
    assert_int_equal(dedup_sigx_finish(&sigx, &err), SG_OK);
    assert_int_equal(sigx.records, count);
    dedup_sigx_close(&sigx);
    free(path);
}

/* Rows read until the end or an error; each must be what was put. */
static enum sg_code read_index(const char *name, uint64_t *count, struct sg_err *err) {
    struct dedup_sigx sigx;
    char *path = path_of(name), expected[DEDUP_SIGX_WIDTH];
    const char *row;
    sg_err_clear(err);
    *count = 0;
    enum sg_code code = dedup_sigx_open(&sigx, path, err);
    while (code == SG_OK && (code = dedup_sigx_next(&sigx, &row, err)) == SG_OK) {
        make_row(&sigx.form, *count, expected);
        assert_memory_equal(row, expected, dedup_sigx_width(&sigx.form));
        ++*count;
    }
    dedup_sigx_close(&sigx);
    free(path);
    return code;
}

static void drop(const char *name) {
    char *path = path_of(name);
    unlink(path);
    free(path);
}

/* FORMAT-sigx.md explains this file. */
static const char golden[] =
    "53414e47414d440001000000534947580300000000000000" /* magic, version, kind, documents */
    "44000000000000005fcf4835d9714971ab576e847d2915e8" /* bytes a document, flags, fingerprint */
    "625011dab0111cbeb2db27891f152eca" /* content sum */
    "1400000000000000000001000400000002000000" /* bytes of JSON, documents a block, sketch bytes, bands */
    "000000000000000000000000000000000000000000000000000000000000000000000000" /* zero */
    "d92c1e8f485a894c" /* XXH3-64 of what stands before */
    "7b2262616e6473223a322c22726f7773223a327d" /* parameters */
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000" /* padding */
    "08070605040302010000000000000000090706050403020101000000000000000a070605040302010200000000000000" /* text keys */
    "b7b6b5b4b3b2b1b0a7a6a5a4a3a2a1a0b8b6b5b4b3b2b1b0a8a6a5a4a3a2a1a0b9b6b5b4b3b2b1b0a9a6a5a4a3a2a1a0" /* id keys */
    "9bffffffffffffff9affffffffffffff99ffffffffffffff" /* priorities */
    "0a0000000b0000000c000000" /* windows */
    "640000006500000066000000" /* bytes of text */
    "404142434142434442434445" /* sketches */
    "c7c6c5c4c3c2c1c0c8c6c5c4c3c2c1c0c8c6c5c4c3c2c1c0c9c6c5c4c3c2c1c0c9c6c5c4c3c2c1c0cac6c5c4c3c2c1c0" /* band keys */
    "777270ee9fa125d2a9485f59fe37bc2c53414e47414d4400" /* sums, magic */;

static void three_documents_byte_by_byte(void **state) {
    (void)state;
    char *path = path_of("golden.sigx"), hex[3];
    struct sg_buf bytes = {0}, text = {0};
    struct sg_err err = {0};
    write_index("golden.sigx", &small, 3);
    assert_int_equal(sg_file_load(path, 1u << 20, &bytes, &err), SG_OK);
    for (size_t i = 0; i < bytes.len; i++) {
        snprintf(hex, sizeof hex, "%02x", (unsigned char)bytes.data[i]);
        sg_buf_puts(&text, hex);
    }
    sg_buf_str(&text);
    assert_string_equal(text.data, golden);
    sg_buf_free(&bytes);
    sg_buf_free(&text);
    drop("golden.sigx");
    free(path);
}

static void rows_come_back(void **state) {
    (void)state;
    static const uint64_t counts[] = {0, 1, 3, 65535, 65536, 65537, 140000};
    const struct dedup_sigx_form *forms[] = {&small, &slim, &exact, &usual};
    struct sg_err err = {0};
    uint64_t count;
    for (size_t f = 0; f < 4; f++) {
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            write_index("a.sigx", forms[f], counts[i]);
            assert_int_equal(read_index("a.sigx", &count, &err), SG_END);
            assert_int_equal(count, counts[i]);
        }
    }
    drop("a.sigx");
}

static void spoil(const char *path, long at, int mask) {
    FILE *file = fopen(path, "r+b");
    fseek(file, at, SEEK_SET);
    int byte = fgetc(file);
    fseek(file, at, SEEK_SET);
    fputc(byte ^ mask, file);
    fclose(file);
}

/* Every byte of header, parameters, padding and footer, and any byte of the blocks: SG_DATA with the file's name. */
static void flipped_bits_are_seen(void **state) {
    (void)state;
    const struct dedup_sigx_form *forms[] = {&small, &slim, &usual};
    uint64_t seed = 9, count;
    for (size_t f = 0; f < 3; f++) {
        write_index("b.sigx", forms[f], 300);
        char *path = path_of("b.sigx");
        struct stat there;
        struct sg_err err = {0};
        assert_int_equal(stat(path, &there), 0);
        for (long at = 0; at < there.st_size; at += at < 192 || at > there.st_size - 40 ? 1 : 37) {
            int mask = 1 << dice_below(&seed, 8);
            spoil(path, at, mask);
            assert_int_equal(read_index("b.sigx", &count, &err), SG_DATA);
            assert_non_null(strstr(err.file, "b.sigx"));
            spoil(path, at, mask);
        }
        assert_int_equal(read_index("b.sigx", &count, &err), SG_END);
        free(path);
    }
    drop("b.sigx");
}

static void cuts_are_seen(void **state) {
    (void)state;
    write_index("c.sigx", &usual, 3000);
    char *path = path_of("c.sigx");
    struct stat there;
    struct sg_err err = {0};
    struct sg_buf whole = {0};
    uint64_t seed = 4, count;
    assert_int_equal(stat(path, &there), 0);
    assert_int_equal(sg_file_load(path, 1u << 24, &whole, &err), SG_OK);
    off_t size = there.st_size;
    for (int round = 0; round < 1000 && size > 0; round++) {
        size = round < 200 ? (off_t)dice_below(&seed, 300) + 1 : (off_t)dice_below(&seed, (uint64_t)there.st_size);
        assert_int_equal(truncate(path, size), 0);
        assert_int_equal(read_index("c.sigx", &count, &err), SG_DATA);
        FILE *file = fopen(path, "r+b");
        assert_int_equal(fwrite(whole.data, 1, whole.len, file), whole.len);
        fclose(file);
    }
    FILE *file = fopen(path, "ab");
    fputc(0, file);
    fclose(file);
    assert_int_equal(read_index("c.sigx", &count, &err), SG_DATA);
    sg_buf_free(&whole);
    drop("c.sigx");
    free(path);
}

/* A header that checks, but says what cannot be: sizes, counts and widths of an attacker. */
static void strange_headers_are_refused(void **state) {
    (void)state;
    static const struct {
        int at;
        uint64_t word;
        const char *says;
    } cases[] = {{8, 2, "version"},         {12, 0x54434F44, "kind"},   {16, UINT64_MAX, "cut"}, {16, 1ull << 60, "cut"},
                 {16, 2, "cut"},            {24, 0, "version"},         {28, 4, "version"},      {64, UINT64_MAX, "version"},
                 {64, 1u << 20, "cut"},     {72, 1, "version"},         {76, UINT32_MAX, "version"},
                 {80, UINT32_MAX, "version"}, {80, 1u << 20, "version"}, {88, 1, "version"},     {32, 7, "parameters"},
                 {48, 7, "not those"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *path = path_of("d.sigx"), header[128];
        struct sg_err err = {0};
        uint64_t count;
        write_index("d.sigx", &small, 3);
        FILE *file = fopen(path, "r+b");
        assert_int_equal(fread(header, 1, sizeof header, file), sizeof header);
        if (cases[i].at == 8) header[8] = 2;
        else if (cases[i].at == 16 || cases[i].at == 64 || cases[i].at == 32 || cases[i].at == 48)
            sg_num_put_u64(header + cases[i].at, cases[i].word);
        else sg_num_put_u32(header + cases[i].at, (uint32_t)cases[i].word);
        sg_num_put_u64(header + 120, sg_hash64(header, 120, 0));
        fseek(file, 0, SEEK_SET);
        fwrite(header, 1, sizeof header, file);
        fclose(file);
        assert_int_equal(read_index("d.sigx", &count, &err), SG_DATA);
        if (!strstr(err.text, cases[i].says)) fail_msg("case %zu says '%s', not '%s'", i, err.text, cases[i].says);
        free(path);
    }
    drop("d.sigx");
}

/* What must be in order and is not, although all sums check. */
static void order_is_checked(void **state) {
    (void)state;
    struct dedup_sigx sigx;
    struct sg_err err = {0};
    char *path = path_of("e.sigx"), row[DEDUP_SIGX_WIDTH];
    const char *read;
    assert_int_equal(dedup_sigx_create(&sigx, path, &small, &json, &err), SG_OK);
    for (uint64_t i = 3; i-- > 0;) {
        make_row(&small, i, row);
        assert_int_equal(dedup_sigx_put(&sigx, row, &err), SG_OK);
    }
    assert_int_equal(dedup_sigx_finish(&sigx, &err), SG_OK);
    dedup_sigx_close(&sigx);
    assert_int_equal(dedup_sigx_open(&sigx, path, &err), SG_OK);
    assert_int_equal(dedup_sigx_next(&sigx, &read, &err), SG_OK);
    assert_int_equal(dedup_sigx_next(&sigx, &read, &err), SG_DATA);
    assert_non_null(strstr(err.text, "out of order"));
    dedup_sigx_close(&sigx);
    drop("e.sigx");
    free(path);
}

/* sha256sum of "sangam-dedup key 1 name" NUL "secret" begins with the name's digits. */
static void a_secret_has_a_name(void **state) {
    (void)state;
    char *path = path_of("key"), hex[SG_HASH_HEX];
    struct sg_err err = {0};
    struct dedup_secret secret, none = {0};
    const struct sg_hash128 key = {1, 2};
    FILE *file = fopen(path, "wb");
    fputs("secret", file);
    fclose(file);
    assert_int_equal(dedup_secret_load(&secret, path, &err), SG_OK);
    assert_string_equal(sg_hash_hex(secret.name, hex), "84d12842e0cd64382e0cf8146cd0c278");
    assert_int_not_equal(sg_hash_compare(dedup_secret_mix(&secret, key), key), 0);
    assert_int_equal(sg_hash_compare(dedup_secret_mix(&none, key), key), 0);
    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(dedup_secret_load(&secret, path, &err), SG_USAGE);
    drop("key");
    free(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_documents_byte_by_byte), cmocka_unit_test(rows_come_back),
        cmocka_unit_test(flipped_bits_are_seen),        cmocka_unit_test(cuts_are_seen),
        cmocka_unit_test(strange_headers_are_refused),  cmocka_unit_test(order_is_checked),
        cmocka_unit_test(a_secret_has_a_name),
    };
    return cmocka_run_group_tests_name("sigx", tests, set_up, tear_down);
}
