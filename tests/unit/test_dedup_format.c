/* Golden bytes of the files between verbs: whoever changes them changes DEDUP_ROWS_MAJOR too (FORMAT.md). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "blob.h"
#include "cluster_fields.h"
#include "cuts.h"
#include "io/file.h"
#include "member.h"
#include "parts.h"
#include "records.h"
#include "sums.h"

static void same_bytes(const char *bytes, size_t len, const char *golden) {
    struct sg_buf hex = {0};
    for (size_t i = 0; i < len; i++) sg_buf_printf(&hex, "%02x", (unsigned char)bytes[i]);
    sg_buf_str(&hex);
    assert_string_equal(hex.data ? hex.data : "", golden);
    sg_buf_free(&hex);
}

static char *folder(void) {
    char *path = sg_strdup("/tmp/sangam-format-XXXXXX");
    assert_non_null(mkdtemp(path));
    return path;
}

static struct dedup_job job_in(char *path) {
    struct dedup_job job = {.folder = path, .task = {0, 1}};
    sg_buf_puts(&job.about.json, "{\"mode\":\"near\"}");
    job.about.fingerprint = (struct sg_hash128){0x0706050403020100u, 0x0F0E0D0C0B0A0908u};
    job.about.binding = (struct sg_hash128){0x1716151413121110u, 0x1F1E1D1C1B1A1918u};
    return job;
}

static void file_is(const struct dedup_job *job, const char *name, const char *golden) {
    struct sg_buf bytes = {0};
    struct sg_err err = {0};
    char *path = dedup_job_path(job, "%s", name);
    assert_int_equal(sg_file_load(path, 1 << 20, &bytes, &err), SG_OK);
    same_bytes(bytes.data, bytes.len, golden);
    unlink(path);
    free(path);
    sg_buf_free(&bytes);
}

/* Header, parameters, one block of two edges, footer; and the same of a kind that is not bound. */
static void a_file_of_rows(void **state) {
    (void)state;
    char *path = folder();
    struct dedup_job job = job_in(path);
    for (int bound = 1; bound >= 0; bound--) {
        struct dedup_rows rows;
        struct sg_err err = {0};
        char edge[DEDUP_EDGE_WIDTH];
        assert_int_equal(dedup_job_create(&job, &rows, bound ? &dedup_edge_kind : &dedup_band_kind, "x", &err), SG_OK);
        for (uint64_t i = 1; i <= 2; i++) {
            sg_num_put_u64(edge, i);
            sg_num_put_u64(edge + 8, 0xAB00 + i);
            assert_int_equal(dedup_rows_put(&rows, edge, &err), SG_OK);
        }
        assert_int_equal(dedup_rows_finish(&rows, &err), SG_OK);
        file_is(&job, "x",
                bound
                    ? "53414e47414d4400010000004544474502000000000000001000000000000000000102030405060708090a0b0c0d0e0f"
                      "101112131415161718191a1b1c1d1e1f0f00000000000000000001000000000000000000000000000000000000000000"
                      "000000000000000000000000000000000000000000000000a549ed647037ef607b226d6f6465223a226e656172227d00"
                      "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
                      "010000000000000001ab000000000000020000000000000002ab000000000000e5d4372b012b256d62e0edf49de87895"
                      "53414e47414d4400"
                    : "53414e47414d44000100000042414e4402000000000000001000000000000000000102030405060708090a0b0c0d0e0f"
                      "000000000000000000000000000000000f00000000000000000001000000000000000000000000000000000000000000"
                      "00000000000000000000000000000000000000000000000047028b5b3b4595777b226d6f6465223a226e656172227d00"
                      "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
                      "010000000000000001ab000000000000020000000000000002ab000000000000e5d4372b012b256d62e0edf49de87895"
                      "53414e47414d4400");
    }
    rmdir(path);
    dedup_job_free(&job);
}

static void a_blob(void **state) {
    (void)state;
    char *path = folder();
    struct dedup_job job = job_in(path);
    struct dedup_blob blob;
    struct sg_buf pieces = {0};
    struct sg_err err = {0};
    assert_int_equal(dedup_blob_create(&blob, dedup_job_path(&job, "b"), &err), SG_OK);
    dedup_blob_piece(&pieces, "d1", 2);
    dedup_blob_piece(&pieces, "", 0);
    assert_int_equal(dedup_blob_put(&blob, &pieces, &err), SG_OK);
    assert_int_equal(dedup_blob_finish(&blob, &err), SG_OK);
    file_is(&job, "b", "0200000092e37899643100000000c294d338120000000000000053414e47414d4400");
    rmdir(path);
    sg_buf_free(&pieces);
    dedup_job_free(&job);
}

static void parts_and_sums(void **state) {
    (void)state;
    char *path = folder();
    struct dedup_job job = job_in(path);
    struct dedup_input inputs[2] = {
        {.bytes = 100, .raw_bytes = 900, .documents = 7, .bad = 1, .blank = 2, .hash = {3, 4}, .mtime_ns = 5},
        {.bytes = 50, .raw_bytes = 60, .documents = 1, .first = 7, .first_batch = 1, .stream = true}};
    const struct dedup_counts counts = {.documents = 8, .bad = 1, .batches = 2, .band_records = 176};
    struct sg_err err = {0};
    job.inputs = inputs;
    job.input_count = 2;
    assert_int_equal(dedup_parts_write(&job, 0, 2, &err), SG_OK);
    file_is(&job, "t0.in",
            "53414e47414d440001000000494e505402000000000000006000000000000000000102030405060708090a0b0c0d0e0f"
            "000000000000000000000000000000000f00000000000000c0ff00000000000000000000000000000000000000000000"
            "000000000000000000000000000000000000000000000000c79ea8cc500651ec7b226d6f6465223a226e656172227d00"
            "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
            "000000000000000064000000000000008403000000000000070000000000000001000000000000000200000000000000"
            "000000000000000000000000000000000000000000000000030000000000000004000000000000000500000000000000"
            "010000000000000032000000000000003c00000000000000010000000000000000000000000000000000000000000000"
            "070000000000000001000000000000000100000000000000000000000000000000000000000000000000000000000000"
            "0bf6f57f52b219186e3f43b7d0c326c353414e47414d4400");
    assert_int_equal(dedup_sums_write(&job, &(struct dedup_sums){.verb = "map"}, 1, &counts, &err), SG_OK);
    file_is(&job, "map-00.sum", "53414e47414d44000100000053554d5301000000000000000001000000000000000102030405060708090a0b0c0d0e0f"
              "000000000000000000000000000000000f00000000000000000001000000000000000000000000000000000000000000"
              "0000000000000000000000000000000000000000000000007d3229fcf4910a217b226d6f6465223a226e656172227d00"
              "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
              "0100000000000000080000000000000001000000000000000200000000000000b0000000000000000000000000000000"
              "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
              "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
              "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
              "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
              "00000000000000000000000000000000288f416a4e867986d6562aa11c36074f53414e47414d4400");
    rmdir(path);
    job.inputs = NULL;
    job.input_count = 0;
    dedup_job_free(&job);
}

static void records(void **state) {
    (void)state;
    const struct dedup_doc doc = {.text_key = {0x11, 0x12},
                                  .id_key = {0x21, 0x22},
                                  .priority = 0x31,
                                  .windows = 0x41,
                                  .bytes = 0x51,
                                  .id_offset = 0x61,
                                  .line_low = 0x71};
    const struct dedup_member member = {.component = 1,
                                        .document = 2,
                                        .line_low = 3,
                                        .id_offset = 4,
                                        .priority = 5,
                                        .text_key = {0x11, 0x12},
                                        .id_key = {0x21, 0x22},
                                        .first = {0x31, 0x32},
                                        .windows = 6,
                                        .copies = 7,
                                        .sketch = (const uint8_t *)"\xA1\xA2"};
    const struct dedup_decision decision = {.document = 9,
                                            .id_low = 1,
                                            .text_low = 2,
                                            .cluster = {3, 4},
                                            .component = {5, 6},
                                            .survivor = (1ull << DEDUP_PLACE_BITS) + 7,
                                            .size = 8,
                                            .similarity = 9876,
                                            .verdict = DEDUP_DROP_NEAR,
                                            .method = DEDUP_BY_TEXT,
                                            .value = 10,
                                            .values = 11,
                                            .exact = 12,
                                            .first_day = 13,
                                            .last_day = 14};
    const struct dedup_cut cut = {.document = 1, .begin = 2, .end = 3, .survivor = 4, .text_low = 5};
    const struct dedup_fields fields = {.value = 1, .day = 2};
    char row[256];
    dedup_doc_put(&doc, row);
    same_bytes(row, DEDUP_DOC_WIDTH,
               "110000000000000012000000000000002100000000000000220000000000000031000000000000004100000051000000"
               "61000000000000007100000000000000");
    dedup_member_put(&member, true, 2, row);
    same_bytes(row, DEDUP_MEMBER_HEAD + 2,
               "000000000000000100000000000000120000000000000011000000000000000500000000000000220000000000000021"
               "000000000000000300000000000000020400000000000000060000000700000031000000000000003200000000000000"
               "a1a2");
    dedup_member_put(&member, false, 2, row);
    same_bytes(row, DEDUP_MEMBER_HEAD + 2,
               "000000000000000100000000000000050000000000000012000000000000001100000000000000220000000000000021"
               "000000000000000300000000000000020400000000000000060000000700000031000000000000003200000000000000"
               "a1a2");
    dedup_decision_put(&decision, row);
    same_bytes(row, DEDUP_DECISION_WIDTH,
               "000000000000000901000000000000000200000000000000030000000000000004000000000000000500000000000000"
               "06000000000000000700000000010000080000009426000002020000000000000a000000000000000b0000000c000000"
               "0d0000000e0000000000000000000000");
    dedup_cut_put(&cut, row);
    same_bytes(row, DEDUP_CUT_WIDTH,
               "0000000000000001000000000000000203000000000000000400000000000000"
               "05000000000000000000000000000000");
    dedup_fields_put(&fields, row);
    same_bytes(row, DEDUP_FIELDS_WIDTH, "01000000000000000200000000000000");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_file_of_rows), cmocka_unit_test(a_blob),
                                       cmocka_unit_test(parts_and_sums), cmocka_unit_test(records)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
