#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>
#include <unistd.h>

#include "reader.h"

/* Archives are made here by libarchive, in memory, then read as files and from within a tar. */
struct format {
    const char *name;
    int (*set)(struct archive *);
};

static const struct format formats[] = {
    {"tar", archive_write_set_format_pax_restricted},
    {"gnutar", archive_write_set_format_gnutar},
    {"ustar", archive_write_set_format_ustar},
    {"v7tar", archive_write_set_format_v7tar},
    {"cpio", archive_write_set_format_cpio_newc},
    {"odc", archive_write_set_format_cpio_odc},
    {"zip", archive_write_set_format_zip},
    {"7z", archive_write_set_format_7zip},
    {"iso", archive_write_set_format_iso9660},
    {"ar", archive_write_set_format_ar_svr4},
};
#define FORMATS (sizeof formats / sizeof *formats)

static void add_member(struct archive *archive, const char *name, const char *data, size_t len) {
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)len);
    assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(archive, data, len), len);
    archive_entry_free(entry);
}

/* a.txt and b.txt, and what else is given as inner. */
static void make(const struct format *format, const struct sg_buf *inner, struct sg_buf *out) {
    static const char one[] = "the first text\n", two[] = "the second\n";
    size_t room = ((size_t)4 << 20) + (inner ? inner->len : 0), used = 0;
    struct archive *archive = archive_write_new();
    assert_int_equal(format->set(archive), ARCHIVE_OK);
    archive_write_set_bytes_in_last_block(archive, 1);
    char *bytes = sg_alloc(room);
    assert_int_equal(archive_write_open_memory(archive, bytes, room, &used), ARCHIVE_OK);
    add_member(archive, "a.txt", one, sizeof one - 1);
    if (inner) add_member(archive, "inner", inner->data, inner->len);
    add_member(archive, "b.txt", two, sizeof two - 1);
    assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
    archive_write_free(archive);
    out->len = 0;
    sg_buf_put(out, bytes, used);
    free(bytes);
}

/* "name=text;" of each document, "name!reason;" of the others, in order. */
static void read_units(const char *path, unsigned nested, struct sg_buf *out) {
    static const struct provenance nobody = {
        .owner = "", .source = "", .license = "", .url = "", .date = "", .charset = ""};
    struct reader_options options = {.nested = nested, .max_record = 1 << 20, .tmp = "/tmp"};
    struct reader *reader = reader_new(&options);
    struct sg_input input = {
        .path = (char *)(uintptr_t)path, .name = (char *)(uintptr_t) "x", .regular = true};
    struct sg_err err = {0};
    struct batch batch = {0};
    struct reader_file file;
    assert_int_equal(reader_open(reader, &input, &nobody, 0, &err), SG_OK);
    assert_int_equal(reader_fill(reader, &batch, &err), SG_END);
    assert_int_equal(reader_file_end(reader, &file, &err), SG_OK);
    assert_true(file.bytes > 0);
    out->len = 0;
    for (size_t i = 0; i < batch.count; i++) {
        const struct unit *unit = &batch.units[i];
        sg_buf_puts(out, batch_at(&batch, unit->member));
        sg_buf_putc(out, unit->kind == UNIT_DOCUMENT ? '=' : '!');
        if (unit->kind == UNIT_DOCUMENT)
            sg_buf_put(out, batch_at(&batch, unit->bytes), unit->bytes.len);
        else if (unit->kind == UNIT_DROP)
            sg_buf_puts(out, unit->reason);
        else
            sg_buf_puts(out, batch_at(&batch, unit->cause));
        sg_buf_putc(out, ';');
    }
    sg_buf_str(out);
    batch_free(&batch);
    reader_free(reader);
}

static void read_bytes(const struct sg_buf *bytes, unsigned nested, struct sg_buf *out) {
    char path[] = "/tmp/test_container_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes->data, bytes->len), bytes->len);
    close(fd);
    read_units(path, nested, out);
    unlink(path);
}

static void every_format(void **state) {
    (void)state;
    struct sg_buf bytes = {0}, got = {0};
    for (size_t i = 0; i < FORMATS; i++) {
        make(&formats[i], NULL, &bytes);
        read_bytes(&bytes, 1, &got);
        const char *wanted = "a.txt=the first text\n;b.txt=the second\n;";
        if (strcmp(formats[i].name, "iso") == 0)
            assert_non_null(strstr(got.data, "=the second\n;"));
        else if (strcmp(got.data, wanted) != 0)
            fail_msg("%s: %s", formats[i].name, got.data);
    }
    sg_buf_free(&bytes);
    sg_buf_free(&got);
}

static void every_format_inside_a_tar(void **state) {
    (void)state;
    struct sg_buf inner = {0}, bytes = {0}, got = {0};
    for (size_t i = 0; i < FORMATS; i++) {
        if (strcmp(formats[i].name, "iso") == 0) continue; /* its names are another story */
        make(&formats[i], NULL, &inner);
        make(&formats[0], &inner, &bytes);
        read_bytes(&bytes, 1, &got);
        const char *wanted = "a.txt=the first text\n;inner/a.txt=the first text\n;inner/b.txt=the "
                             "second\n;b.txt=the second\n;";
        if (strcmp(got.data, wanted) != 0) fail_msg("%s: %s", formats[i].name, got.data);
        read_bytes(&bytes, 0, &got);
        assert_string_equal(
            got.data,
            "a.txt=the first text\n;inner!unsupported: nested archive;b.txt=the second\n;");
    }
    sg_buf_free(&inner);
    sg_buf_free(&bytes);
    sg_buf_free(&got);
}

/* Cut anywhere: the reader ends, the texts that come are whole, and a loss is told. */
static void cut_anywhere(void **state) {
    (void)state;
    struct sg_buf bytes = {0}, got = {0};
    for (size_t i = 0; i < FORMATS; i++) {
        make(&formats[i], NULL, &bytes);
        size_t whole = bytes.len, step = whole > 20000 ? 4999 : 7;
        for (size_t len = 1; len < whole; len += step) {
            bytes.len = len;
            read_bytes(&bytes, 1, &got);
            for (const char *at = strstr(got.data, "txt="); at; at = strstr(at + 1, "txt="))
                assert_true(strncmp(at, "txt=the first text\n;", 20) == 0 ||
                            strncmp(at, "txt=the second\n;", 16) == 0 || at == got.data);
            /* Between two blocks of a tar no one can tell; a head too short to be one is no archive. */
            bool told = strchr(got.data, '!') || strstr(got.data, "=the second\n;");
            bool excused = (strstr(formats[i].name, "tar") && len % 512 == 0) ||
                           got.data[0] == '=' ||
                           (strcmp(formats[i].name, "ar") == 0 && len == 8); /* an empty one */
            if (!told && !excused)
                fail_msg("%s cut at %zu of %zu: '%s'", formats[i].name, len, whole, got.data);
        }
    }
    sg_buf_free(&bytes);
    sg_buf_free(&got);
}

/* Any byte wrong: the reader ends (the sanitizers look). */
static void damaged_anywhere(void **state) {
    (void)state;
    struct sg_buf bytes = {0}, got = {0};
    for (size_t i = 0; i < FORMATS; i++) {
        make(&formats[i], NULL, &bytes);
        for (size_t at = 0; at<bytes.len; at += bytes.len> 20000 ? 9973 : 37) {
            bytes.data[at] ^= 0x5a;
            read_bytes(&bytes, 1, &got);
            assert_true(got.len > 0);
            bytes.data[at] ^= 0x5a;
        }
    }
    sg_buf_free(&bytes);
    sg_buf_free(&got);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format),
        cmocka_unit_test(every_format_inside_a_tar),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(damaged_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
