/* oneframe: libzstd reads it whole in one call, its header tells the size, and pieces do not change a byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zstd.h>

#include "dice.h"
#include "io/oneframe.h"

static void compress(struct sg_oneframe *frame, const char *raw, size_t len, size_t piece,
                     struct sg_buf *out) {
    struct sg_err err = {0};
    out->len = 0;
    sg_buf_room(out, SG_ONEFRAME_HEADER);
    out->len = SG_ONEFRAME_HEADER;
    sg_oneframe_begin(frame);
    for (size_t at = 0; at < len; at += piece) {
        size_t step = len - at < piece ? len - at : piece;
        assert_int_equal(sg_oneframe_add(frame, raw + at, step, out, &err), SG_OK);
    }
    assert_int_equal(sg_oneframe_end(frame, out, &err), SG_OK);
    sg_oneframe_header(frame, (unsigned char *)out->data);
}

static void decodes_to(const struct sg_buf *packed, const char *raw, size_t len) {
    assert_int_equal(ZSTD_getFrameContentSize(packed->data, packed->len), len);
    assert_int_equal(ZSTD_findFrameCompressedSize(packed->data, packed->len),
                     packed->len); /* nothing behind it */
    char *back = sg_alloc(len + 1);
    assert_int_equal(ZSTD_decompress(back, len, packed->data, packed->len), len);
    assert_memory_equal(back, raw, len);
    free(back);
    uint64_t told = 1;
    assert_true(sg_oneframe_read_header((const unsigned char *)packed->data, &told) && told == len);
}

static char *make_text(size_t len) {
    char *text = sg_alloc(len + 1);
    uint64_t state = 4;
    for (size_t i = 0; i < len; i++) text[i] = (char)('a' + dice_below(&state, 1 + i % 7));
    return text;
}

static void one_call_reads_it_whole(void **state) {
    (void)state;
    static const size_t sizes[] = {0,      1,      5,      255,     256,    131072,
                                   262143, 262144, 262145, 1 << 20, 5000001};
    static const int levels[] = {1, 3, 9, 19};
    char *text = make_text(5000001);
    struct sg_buf packed = {0};
    for (size_t l = 0; l < 4; l++) {
        struct sg_oneframe *frame = sg_oneframe_new(levels[l]);
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes - (levels[l] == 19 ? 1 : 0); s++) {
            compress(frame, text, sizes[s], sizes[s] + 1, &packed);
            decodes_to(&packed, text, sizes[s]);
            assert_int_equal(sg_oneframe_raw_bytes(frame), sizes[s]);
        }
        sg_oneframe_free(frame);
    }
    sg_buf_free(&packed);
    free(text);
}

static void pieces_do_not_matter(void **state) {
    (void)state;
    static const size_t pieces[] = {1, 100, 4096, 100000, 262144, 300000, 2000000};
    size_t len = 1500000;
    char *text = make_text(len);
    struct sg_oneframe *frame = sg_oneframe_new(3);
    struct sg_buf first = {0}, again = {0};
    compress(frame, text, len, len, &first);
    for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
        compress(frame, text, len, pieces[p], &again);
        assert_int_equal(again.len, first.len);
        assert_memory_equal(again.data, first.data, first.len);
    }
    sg_oneframe_free(frame);
    sg_buf_free(&first);
    sg_buf_free(&again);
    free(text);
}

static void other_headers_are_told_apart(void **state) {
    (void)state;
    char packed[200];
    uint64_t told;
    size_t len = ZSTD_compress(packed, sizeof packed, "hello hello hello", 17, 3);
    assert_true(len >= SG_ONEFRAME_HEADER);
    assert_false(sg_oneframe_read_header((const unsigned char *)packed,
                                         &told)); /* one byte of size, single segment */
    unsigned char header[SG_ONEFRAME_HEADER] = {0x28, 0xB5, 0x2F, 0xFD, 0xC4, 17 << 3};
    assert_true(sg_oneframe_read_header(header, &told));
    header[5] = (17 << 3) + 1; /* a window over 128 MiB */
    assert_false(sg_oneframe_read_header(header, &told));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_call_reads_it_whole),
        cmocka_unit_test(pieces_do_not_matter),
        cmocka_unit_test(other_headers_are_told_apart),
    };
    return cmocka_run_group_tests_name("oneframe", tests, NULL, NULL);
}
