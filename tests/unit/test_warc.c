#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "warc.h"

static void put_record(struct sg_buf *out, const char *type, const char *body, int off,
                       const char *newline) {
    sg_buf_printf(
        out, "WARC/1.0%sWARC-Type: %s%sWARC-Target-URI: <http://a/>%sContent-Length: %d%s%s%s%s%s",
        newline, type, newline, newline, (int)strlen(body) + off, newline, newline, body, newline,
        newline);
}

/* What came of a stream: bodies joined by '|', "!" for a bad stretch or record. */
static void read_all(struct stream *stream, bool arc, uint64_t max_bytes, struct sg_buf *out) {
    struct warc warc = {0};
    warc_init(&warc, stream, arc);
    for (;;) {
        struct warc_record record;
        struct sg_err err = {0};
        enum sg_code code = warc_next(&warc, &record, &err);
        if (code == SG_END) break;
        const char *block = "!";
        size_t len = 1;
        if (code == SG_OK) {
            code = warc_take(&warc, max_bytes, &block, &err);
            len = code == SG_OK ? (size_t)record.length : 1;
        }
        assert_true(code == SG_OK || code == SG_DATA);
        if (code == SG_DATA) assert_true(err.text[0] != 0);
        sg_buf_put(out, code == SG_OK ? block : "!", len);
        sg_buf_putc(out, '|');
    }
    warc_free(&warc);
}

static void expect(const struct sg_buf *file, bool arc, uint64_t max_bytes, const char *wanted) {
    struct stream stream = {0};
    struct sg_buf got = {0};
    stream_init_bytes(&stream, file->data, file->len);
    read_all(&stream, arc, max_bytes, &got);
    sg_buf_str(&got);
    assert_string_equal(got.data, wanted);
    sg_buf_free(&got);
    stream_free(&stream);
}

static void whole_files(void **state) {
    (void)state;
    static const char *const newlines[] = {"\r\n", "\n"};
    for (int i = 0; i < 2; i++) {
        struct sg_buf file = {0};
        put_record(&file, "warcinfo", "a", 0, newlines[i]);
        sg_buf_puts(&file, "\n\r\n\n"); /* more line ends than there should be */
        put_record(&file, "conversion", "b\r\n\r\nWARC is a word", 0, newlines[i]);
        put_record(&file, "conversion", "", 0, newlines[i]);
        put_record(&file, "response", "c", 0, newlines[i]);
        expect(&file, false, 100, "a|b\r\n\r\nWARC is a word||c|");
        file.len -= 2; /* the last line ends may be missing */
        expect(&file, false, 100, "a|b\r\n\r\nWARC is a word||c|");
        expect(&file, false, 3, "a|!||c|");
        sg_buf_free(&file);
    }
}

static void fields(void **state) {
    (void)state;
    static const char file[] =
        "WARC/1.1\r\nwarc-type:response \r\nWARC-Target-URI: "
        "http://a/?q=a:b\r\nWARC-Date:\t2024-01-02T03:04:05Z\r\n"
        "X-Folded: one\r\n two\r\nWARC-Record-ID: <urn:uuid:1>\r\nContent-Type: "
        "text/plain\r\nCONTENT-LENGTH: 2\r\n"
        "WARC-Identified-Content-Language: tha,eng\r\nnonsense\r\n\r\nhi\r\n\r\n";
    struct stream stream = {0};
    struct warc warc = {0};
    struct warc_record record;
    struct sg_err err = {0};
    const char *head, *block;
    stream_init_bytes(&stream, file, sizeof file - 1);
    warc_init(&warc, &stream, false);
    assert_int_equal(warc_next(&warc, &record, &err), SG_OK);
    assert_string_equal(record.type, "response");
    assert_string_equal(record.uri, "http://a/?q=a:b");
    assert_string_equal(record.date, "2024-01-02T03:04:05Z");
    assert_string_equal(record.id, "<urn:uuid:1>");
    assert_string_equal(record.content_type, "text/plain");
    assert_string_equal(record.language, "tha,eng");
    assert_int_equal(record.length, 2);
    assert_int_equal(record.number, 1);
    assert_int_equal(warc_peek(&warc, 100, &head), 2);
    assert_int_equal(warc_take(&warc, 10, &block, &err), SG_OK);
    assert_memory_equal(block, "hi", 2);
    assert_int_equal(warc_next(&warc, &record, &err), SG_END);
    warc_free(&warc);
    stream_free(&stream);
}

static void wrong_lengths_and_garbage(void **state) {
    (void)state;
    for (int off = -3; off <= 40; off++) {
        struct sg_buf file = {0};
        put_record(&file, "conversion", "first", 0, "\r\n");
        put_record(&file, "conversion", "second", off, "\r\n");
        put_record(&file, "conversion", "third", 0, "\r\n");
        /* The line ends behind a block belong to no one: counted in, they are still a whole record.
         */
        if (off == 0)
            expect(&file, false, 100, "first|second|third|");
        else if (off == 2)
            expect(&file, false, 100, "first|second\r\n|third|");
        else if (off == 4)
            expect(&file, false, 100, "first|second\r\n\r\n|third|");
        else if (off == 1)
            expect(&file, false, 100, "first|second\r|third|");
        else if (off == 3)
            expect(&file, false, 100, "first|second\r\n\r|third|");
        else
            expect(&file, false, 100, "first|!|third|");
        sg_buf_free(&file);
    }
    struct sg_buf file = {0};
    sg_buf_puts(&file, "garbage in front\n");
    put_record(&file, "conversion", "a", 0, "\r\n");
    sg_buf_puts(&file, "WARC/1.0\r\nWARC-Type: conversion\r\n\r\n"); /* no length */
    put_record(&file, "conversion", "b", 0, "\r\n");
    expect(&file, false, 100, "!|a|!|b|");
    sg_buf_free(&file);
}

/* Cut anywhere: all records that are whole come, and at most one bad unit follows. */
static void cut_anywhere(void **state) {
    (void)state;
    struct sg_buf file = {0};
    size_t ends[4];
    for (int i = 0; i < 4; i++) {
        put_record(&file, "conversion", "the body", 0, "\r\n");
        ends[i] = file.len - 4; /* the line ends do not matter */
    }
    for (size_t len = 0; len <= file.len; len++) {
        struct stream stream = {0};
        struct sg_buf got = {0};
        size_t whole = 0, found = 0, bad = 0;
        stream_init_bytes(&stream, file.data, len);
        read_all(&stream, false, 100, &got);
        for (int i = 0; i < 4; i++) whole += len >= ends[i];
        for (size_t i = 0; i < got.len; i++) {
            found += got.data[i] == 'b';
            bad += got.data[i] == '!';
        }
        assert_int_equal(found, whole);
        assert_true(bad <= 1);
        sg_buf_free(&got);
        stream_free(&stream);
    }
    sg_buf_free(&file);
}

/* A source that hands out one byte at a time, and once a gap. */
struct drip {
    const struct sg_buf *file;
    size_t at, gap, gap_end;
    uint64_t damaged_bytes;
};

static enum sg_code drip_pull(void *from, const char **data, size_t *len, struct sg_err *err) {
    struct drip *drip = from;
    if (drip->at == drip->gap && drip->gap_end) {
        drip->at = drip->gap_end;
        drip->gap_end = 0;
        sg_err_set(err, SG_DATA, "a gap");
        err->byte = drip->damaged_bytes;
        return SG_DATA;
    }
    if (drip->at == drip->file->len) return SG_END;
    *data = drip->file->data + drip->at++;
    *len = 1;
    return SG_OK;
}

static void gaps(void **state) {
    (void)state;
    struct sg_buf file = {0};
    size_t starts[5] = {0};
    for (int i = 0; i < 4; i++) {
        char body[2] = {(char)('a' + i), 0};
        put_record(&file, "conversion", body, 0, "\r\n");
        starts[i + 1] = file.len;
    }
    static const struct {
        size_t from, to; /* as (record, bytes into it) */
        int in;
        uint64_t damaged;
        const char *wanted;
    } cases[] = {
        {1, 2, 0, 0, "a|!|c|d|"},  /* the second member is lost whole: its neighbours are good */
        {2, 2, 0, 9, "a|!|c|d|"},  /* the gap says that the member before it is bad */
        {1, 2, 20, 0, "a|!|c|d|"}, /* in the header */
        {0, 4, 10, 0, "!|"},       /* to the end */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct drip drip = {.file = &file,
                            .gap = starts[cases[i].from] + (size_t)cases[i].in,
                            .gap_end = starts[cases[i].to],
                            .damaged_bytes = cases[i].damaged};
        struct stream stream = {0};
        struct sg_buf got = {0};
        stream_init(&stream, drip_pull, &drip);
        read_all(&stream, false, 100, &got);
        sg_buf_str(&got);
        assert_string_equal(got.data, cases[i].wanted);
        sg_buf_free(&got);
        stream_free(&stream);
    }
    sg_buf_free(&file);
}

static void arc_files(void **state) {
    (void)state;
    struct sg_buf file = {0};
    sg_buf_puts(&file, "filedesc://x.arc 0.0.0.0 20080430204825 text/plain 5\n1 1 I\n\n"
                       "http://a/b c 1.2.3.4 20080430204826 text/html 2\nhi\n"
                       "dns:a 1.2.3.4 20080430204827 text/dns 3\nabc\n");
    expect(&file, true, 100, "1 1 I|hi|abc|");
    struct stream stream = {0};
    struct warc warc = {0};
    struct warc_record record;
    struct sg_err err = {0};
    stream_init_bytes(&stream, file.data, file.len);
    warc_init(&warc, &stream, true);
    assert_int_equal(warc_next(&warc, &record, &err), SG_OK);
    assert_string_equal(record.type, "filedesc");
    assert_int_equal(warc_pass(&warc, &err), SG_OK);
    assert_int_equal(warc_next(&warc, &record, &err), SG_OK);
    assert_string_equal(record.uri, "http://a/b c");
    assert_string_equal(record.date, "2008-04-30T20:48:26Z");
    assert_string_equal(record.content_type, "text/html");
    assert_string_equal(record.type, "response");
    warc_free(&warc);
    stream_free(&stream);
    file.len -= 2;
    expect(&file, true, 100, "1 1 I|hi|!|");
    sg_buf_free(&file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_files),
        cmocka_unit_test(fields),
        cmocka_unit_test(wrong_lengths_and_garbage),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(gaps),
        cmocka_unit_test(arc_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
