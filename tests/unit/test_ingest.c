#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/num.h"
#include "convert.h"
#include "gunzip.h"
#include "http.h"
#include "ingest_document.h"
#include "jsonl.h"
#include "web.h"

static const struct provenance nobody = {
    .owner = "", .source = "", .license = "", .url = "", .date = "", .charset = ""};
static const struct provenance trust = {.owner = "Trust",
                                        .source = "s",
                                        .license = "CC0-1.0",
                                        .url = "http://t/",
                                        .date = "2020",
                                        .charset = ""};

/* ---- documents ---- */

/* The id of contract.md section 3, put together here by hand. */
static void an_id_is_the_hash_of_its_place_and_text(void **state) {
    (void)state;
    struct document_place place = {&trust, "a/b.tar", "m\xff.txt", 3, 0};
    char got[SG_HASH_HEX], wanted[SG_HASH_HEX], number[8];
    struct sg_buf all = {0};
    static const char *const strings[] = {"Trust", "s", "a/b.tar", "m\xff.txt"};
    for (int i = 0; i < 4; i++) {
        sg_num_put_u64(number, strlen(strings[i]));
        sg_buf_put(&all, number, 8);
        sg_buf_puts(&all, strings[i]);
    }
    sg_buf_put(&all, "\x8\0\0\0\0\0\0\0\x3\0\0\0\0\0\0\0\x2\0\0\0\0\0\0\0hi", 26);
    sg_hash_hex(sg_hash128(all.data, all.len, 0), wanted);
    ingest_document_id(&place, "hi", 2, got);
    assert_string_equal(got, wanted);
    place.piece = 1;
    ingest_document_id(&place, "hi", 2, got);
    assert_string_not_equal(got, wanted);
    sg_buf_free(&all);
}

static void a_record_has_all_members(void **state) {
    (void)state;
    struct charset_answer charset = {.name = "utf-8", .source = "utf8", .score = 1, .errors = 2};
    struct document document = {.place = {&trust, "x\n.txt", "", 0, 0},
                                .url = "",
                                .date = "2024\xff",
                                .warc_id = "",
                                .charset = &charset};
    struct sg_buf out = {0};
    ingest_document_write(&document, "a\"b", 3, &out);
    sg_buf_str(&out);
    assert_memory_equal(out.data, "{\"id\":\"", 7);
    assert_string_equal(out.data + 7 + 32,
                        "\",\"text\":\"a\\\"b\",\"owner\":\"Trust\",\"source\":\"s\",\"license\":"
                        "\"CC0-1.0\",\"url\":\"http://t/\","
                        "\"date\":\"2024\xef\xbf\xbd\",\"file_path\":\"x%0A.txt\",\"charset\":"
                        "\"utf-8\",\"charset_source\":\"utf8\","
                        "\"charset_score\":1.0,\"decode_errors\":2}\n");
    document.warc_id = "<urn:x>";
    out.len = 0;
    ingest_document_write(&document, "", 0, &out);
    sg_buf_str(&out);
    assert_non_null(strstr(out.data, ",\"warc_record_id\":\"<urn:x>\"}\n"));
    sg_buf_free(&out);
}

/* ---- JSONL ---- */

static void convert_line(const char *map_text, const struct provenance *from, const char *line,
                         const char *wanted) {
    struct jsonl jsonl = {0};
    struct jsonl_map map;
    struct sg_err err = {0};
    struct sg_buf out = {0};
    assert_int_equal(jsonl_map_parse(map_text, &map, &err), SG_OK);
    enum sg_code code = jsonl_convert(&jsonl, &map, from, line, strlen(line), &out, &err);
    if (wanted) {
        assert_int_equal(code, SG_OK);
        sg_buf_str(&out);
        assert_string_equal(out.data, wanted);
    } else {
        assert_int_equal(code, SG_DATA);
        assert_true(err.text[0] != 0);
    }
    jsonl_map_free(&map);
    jsonl_free(&jsonl);
    sg_buf_free(&out);
}

#define END                                                                                        \
    ",\"file_path\":\"\",\"charset\":\"utf-8\",\"charset_source\":\"utf8\",\"charset_score\":1.0," \
    "\"decode_errors\":0}\n"

static void lines_of_other_tools(void **state) {
    (void)state;
    convert_line(NULL, &trust, "{\"id\":\"1\",\"text\":\"t\",\"owner\":\"me\",\"x\":1.0e+05}",
                 "{\"id\":\"1\",\"text\":\"t\",\"owner\":\"me\",\"x\":1.0e+05,\"source\":\"s\","
                 "\"license\":\"CC0-1.0\",\"url\":\"http://t/\",\"date\":\"2020\"" END);
    /* null and "" say nothing; another type says its JSON text */
    convert_line(NULL, &trust,
                 "{\"id\":7,\"text\":\"t\",\"owner\":null,\"source\":\"\",\"license\":[1],\"url\":"
                 "\"u\",\"date\":2021}",
                 "{\"id\":\"7\",\"text\":\"t\",\"owner\":\"Trust\",\"source\":\"s\",\"license\":\"["
                 "1]\",\"url\":\"u\",\"date\":\"2021\"" END);
    /* a top-level field is renamed where it stands, unless two targets want it or the name is taken
     */
    convert_line("text=body,id=key,url=key", &nobody, "{\"body\":\"b\",\"key\":\"k\"}",
                 "{\"text\":\"b\",\"key\":\"k\",\"id\":\"k\",\"url\":\"k\",\"owner\":\"\","
                 "\"source\":\"\",\"license\":\"\",\"date\":\"\"" END);
    convert_line("text=body", &nobody, "{\"id\":\"1\",\"text\":\"old\",\"body\":\"new\"}",
                 "{\"id\":\"1\",\"text\":\"new\",\"body\":\"new\",\"owner\":\"\",\"source\":\"\","
                 "\"license\":\"\",\"url\":\"\",\"date\":\"\"" END);
    convert_line("text=a.b.c,id=x.y", &nobody,
                 "{\"a\":{\"b\":{\"c\":\"deep\"}},\"x\":{},\"id\":\"1\"}",
                 "{\"a\":{\"b\":{\"c\":\"deep\"}},\"x\":{},\"id\":\"1\",\"text\":\"deep\","
                 "\"owner\":\"\",\"source\":\"\",\"license\":\"\",\"url\":\"\",\"date\":\"\"" END);
    /* an account of decoding that is there already stays; repairs are added to it */
    convert_line(NULL, &nobody,
                 "{\"id\":\"1\",\"text\":\"a\xff\",\"owner\":\"\",\"source\":\"\",\"license\":\"\","
                 "\"url\":\"\",\"date\":\"\",\"file_path\":\"f\","
                 "\"charset\":\"big5\",\"charset_source\":\"detect\",\"charset_score\":0.5,"
                 "\"decode_errors\":3}",
                 "{\"id\":\"1\",\"text\":\"a\xef\xbf\xbd\",\"owner\":\"\",\"source\":\"\","
                 "\"license\":\"\",\"url\":\"\",\"date\":\"\",\"file_path\":\"f\","
                 "\"charset\":\"big5\",\"charset_source\":\"detect\",\"charset_score\":0.5,"
                 "\"decode_errors\":4}\n");
    convert_line(NULL, &nobody, "{\"id\":\"1\"}", NULL);
    convert_line(NULL, &nobody, "{\"id\":\"1\",\"text\":null}", NULL);
    convert_line(NULL, &nobody, "{\"id\":\"1\",\"text\":\"x\"", NULL);
    convert_line(NULL, &nobody, "[1]", NULL);
}

/* ---- HTTP ---- */

static void chunks_and_codings(void **state) {
    (void)state;
    struct http http;
    assert_false(http_parse("GET / HTTP/1.1\r\n\r\n", 18, &http));
    assert_false(http_parse("HTTP/1.1 200 OK\r\nA: b\r\n", 23, &http)); /* no blank line */
    static const char head[] = "HTTP/1.1 200 OK\r\ncontent-TYPE:  Text/Plain ; "
                               "charset=\"UTF-8\"\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_true(http_parse(head, sizeof head - 1, &http));
    assert_int_equal(http.status, 200);
    assert_string_equal(http.content_type, "text/plain");
    assert_string_equal(http.charset, "utf-8");
    assert_int_equal(http.body, sizeof head - 1);

    static const struct {
        const char *body, *text;
    } bodies[] = {
        {"5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nTrailer: x\r\n\r\n", "hello world"},
        {"A\r\n0123456789\r\n0\r\n\r\n", "0123456789"},
        {"5\r\nhel", "hel"},                          /* cut */
        {"not chunked at all", "not chunked at all"}, /* the crawler joined them already */
        {"", ""},
    };
    struct sg_buf out = {0};
    struct sg_err err = {0};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        out.len = 0;
        assert_int_equal(http_body(&http, bodies[i].body, strlen(bodies[i].body), 1000, &out, &err),
                         SG_OK);
        assert_int_equal(out.len, strlen(bodies[i].text));
        if (out.len) assert_memory_equal(out.data, bodies[i].text, out.len);
    }
    struct http brotli = {.status = 200, .encoding = "br"};
    assert_int_equal(http_body(&brotli, "xxxx", 4, 1000, &out, &err), SG_DATA);
    sg_buf_free(&out);
}

static void verdicts(void **state) {
    (void)state;
    static const struct {
        const char *type, *content_type, *block, *reason;
    } rows[] = {
        {"warcinfo", "application/warc-fields", "", "unsupported: warc warcinfo"},
        {"revisit", "", "", "unsupported: warc revisit"},
        {"new type", "", "", "unsupported: warc record"},
        {"conversion", "text/plain", "<html>",
         NULL}, /* a WET record is text whatever it looks like */
        {"resource", "text/plain", "words", NULL},
        {"resource", "text/plain", "<html>", "unsupported: html"},
        {"resource", "text/css", "a{}", "unsupported: style or script"},
        {"resource", "application/xml", "<a/>", NULL},
        {"resource", "application/pdf", "%PDF-", "unsupported: binary"},
        {"response", "text/dns", "1 2 3", "unsupported: dns"},
        {"response", "application/http; msgtype=response", "HTTP/1.1 200 OK\r\n\r\nwords", NULL},
        {"response", "application/http", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nwords",
         "unsupported: html"},
        {"response", "application/http", "HTTP/1.1 301 X\r\nContent-Type: text/plain\r\n\r\nwords",
         "unsupported: http status"},
        {"response", "application/http", "words", "unsupported: no http response"},
        {"response", "text/html", "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nwords",
         NULL}, /* ARC: the payload's type */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct warc_record record = {
            .type = rows[i].type, .content_type = rows[i].content_type, .uri = ""};
        struct web_verdict got;
        web_judge(&record, rows[i].block, strlen(rows[i].block), false, &got);
        if (!rows[i].reason)
            assert_null(got.reason);
        else
            assert_string_equal(got.reason, rows[i].reason);
    }
}

/* ---- gzip ---- */

static void put_member(struct sg_buf *out, const char *text, size_t len) {
    z_stream zlib = {0};
    assert_int_equal(deflateInit2(&zlib, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    zlib.next_in = (Bytef *)(uintptr_t)text;
    zlib.avail_in = (uInt)len;
    zlib.next_out = (Bytef *)sg_buf_room(out, len + 100);
    zlib.avail_out = (uInt)len + 100;
    assert_int_equal(deflate(&zlib, Z_FINISH), Z_STREAM_END);
    out->len += zlib.total_out;
    deflateEnd(&zlib);
}

/* All that comes, "!" where damage is told. */
static void unzip(const struct sg_buf *packed, bool resync, struct sg_buf *out) {
    struct stream stream = {0};
    stream_init_bytes(&stream, packed->data, packed->len);
    struct gunzip *gunzip = gunzip_new(&stream);
    for (;;) {
        const char *data;
        size_t len;
        struct sg_err err = {0};
        enum sg_code code = gunzip_pull(gunzip, resync, &data, &len, &err);
        if (code == SG_END) break;
        if (code == SG_OK)
            sg_buf_put(out, data, len);
        else
            sg_buf_putc(out, '!');
    }
    gunzip_free(gunzip);
    stream_free(&stream);
}

/* Each byte of three members wrong in turn: the other members come, whole, and the damage is told
 * at least once. */
static void a_damaged_member_costs_itself_only(void **state) {
    (void)state;
    struct sg_buf packed = {0}, got = {0};
    put_member(&packed, "first", 5);
    size_t begin = packed.len;
    put_member(&packed, "second", 6);
    size_t end = packed.len;
    put_member(&packed, "third", 5);
    unzip(&packed, false, &got);
    assert_int_equal(got.len, 16);
    assert_memory_equal(got.data, "firstsecondthird", 16);
    for (size_t i = begin; i < end; i++) {
        if (i >= begin + 4 && i < begin + 10)
            continue; /* time, flags and system: no one reads them */
        packed.data[i] ^= 0x55;
        got.len = 0;
        unzip(&packed, true, &got);
        sg_buf_str(&got);
        assert_memory_equal(got.data, "first", 5);
        assert_string_equal(got.data + got.len - 5, "third");
        assert_non_null(strchr(got.data, '!'));
        assert_null(strstr(got.data, "second"));
        packed.data[i] ^= 0x55;
    }
    sg_buf_put(&packed, "\0\0\0\0\0", 5); /* padding is no damage, other bytes are */
    got.len = 0;
    unzip(&packed, false, &got);
    assert_int_equal(got.len, 16);
    sg_buf_put(&packed, "x", 1);
    unzip(&packed, false, &got);
    assert_int_equal(got.data[got.len - 1], '!');
    sg_buf_free(&packed);
    sg_buf_free(&got);
}

/* ---- pieces ---- */

static void split_is(enum split split, const char *text, const char *wanted) {
    struct sg_buf got = {0};
    struct span piece;
    size_t at = 0;
    while (convert_piece(split, text, strlen(text), &at, &piece)) {
        sg_buf_put(&got, text + piece.at, piece.len);
        sg_buf_putc(&got, '|');
    }
    sg_buf_str(&got);
    assert_string_equal(got.data, wanted);
    sg_buf_free(&got);
}

static void pieces(void **state) {
    (void)state;
    split_is(SPLIT_LINE, "", "");
    split_is(SPLIT_LINE, "\n \r\n", "");
    split_is(SPLIT_LINE, "a\r\nb\n\nc", "a|b|c|");
    split_is(SPLIT_PARAGRAPH, "a\nb\n\nc\n \nd", "a\nb|c|d|");
    split_is(SPLIT_PARAGRAPH, "\n\n a\r\n\r\n\r\nb\r\n", " a|b|");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_the_hash_of_its_place_and_text),
        cmocka_unit_test(a_record_has_all_members),
        cmocka_unit_test(lines_of_other_tools),
        cmocka_unit_test(chunks_and_codings),
        cmocka_unit_test(verdicts),
        cmocka_unit_test(a_damaged_member_costs_itself_only),
        cmocka_unit_test(pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
