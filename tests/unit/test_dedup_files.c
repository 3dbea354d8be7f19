/* Intermediate files: what was put comes back; any damage is seen. Components: both ways give the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "blob.h"
#include "dice.h"
#include "forest.h"
#include "graph.h"
#include "member.h"
#include "rows.h"

static char folder[] = "/tmp/sangam-test-dedup-XXXXXX";
static const struct dedup_rows_kind kind = {"TEST", 24, 4096};
static struct dedup_about about;

static char *path_of(const char *name) {
    return sg_printf_dup("%s/%s", folder, name);
}

static int set_up(void **state) {
    (void)state;
    sg_buf_puts(&about.json, "{\"x\":1}");
    about.fingerprint = sg_hash128(about.json.data, about.json.len, 0);
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    sg_buf_free(&about.json);
    return rmdir(folder);
}

static void write_rows(const char *name, uint64_t count) {
    struct dedup_rows rows;
    struct sg_err err = {0};
    assert_int_equal(dedup_rows_create(&rows, path_of(name), &kind, &about, &err), SG_OK);
    for (uint64_t i = 0; i < count; i++) {
        char row[24];
        for (int k = 0; k < 3; k++) sg_num_put_u64(row + 8 * k, i * 3 + (uint64_t)k);
        assert_int_equal(dedup_rows_put(&rows, row, &err), SG_OK);
    }
    assert_int_equal(dedup_rows_finish(&rows, &err), SG_OK);
}

/* Rows read until the end or an error. */
static enum sg_code read_rows(const char *name, const struct dedup_rows_kind *as, uint64_t *count) {
    struct dedup_rows rows;
    struct sg_err err = {0};
    const void *row;
    *count = 0;
    enum sg_code code = dedup_rows_open(&rows, path_of(name), as, &about, &err);
    while (code == SG_OK && (code = dedup_rows_next(&rows, &row, &err)) == SG_OK) {
        assert_int_equal(sg_num_get_u64((const char *)row + 16), *count * 3 + 2);
        ++*count;
    }
    dedup_rows_close(&rows);
    return code;
}

static void rows_come_back(void **state) {
    (void)state;
    static const uint64_t counts[] = {0, 1, 169, 170, 171, 340, 5000}; /* 170 rows fill a block */
    uint64_t count;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        write_rows("a.rows", counts[i]);
        assert_int_equal(read_rows("a.rows", &kind, &count), SG_END);
        assert_int_equal(count, counts[i]);
    }
    const struct dedup_rows_kind other = {"OTHR", 24, 4096}, wide = {"TEST", 32, 4096};
    assert_int_equal(read_rows("a.rows", &other, &count), SG_DATA);
    assert_int_equal(read_rows("a.rows", &wide, &count), SG_DATA);
    about.fingerprint.lo++;
    assert_int_equal(read_rows("a.rows", &kind, &count), SG_DATA);
    about.fingerprint.lo--;
    char *path = path_of("a.rows");
    unlink(path);
    free(path);
}

/* A flipped bit anywhere that carries data, or a cut anywhere, is an error, never other rows. */
static void damage_is_seen(void **state) {
    (void)state;
    write_rows("b.rows", 400);
    char *path = path_of("b.rows");
    struct stat there;
    uint64_t seed = 3, count;
    assert_int_equal(stat(path, &there), 0);
    for (int round = 0; round < 300; round++) {
        long at = (long)dice_below(&seed, (uint64_t)there.st_size);
        if (at >= 128 && at < 192)
            continue; /* the parameters' text and padding: the fingerprint stands for it */
        FILE *file = fopen(path, "r+b");
        fseek(file, at, SEEK_SET);
        int byte = fgetc(file);
        fseek(file, at, SEEK_SET);
        fputc(byte ^ (1 << dice_below(&seed, 8)), file);
        fclose(file);
        assert_int_equal(read_rows("b.rows", &kind, &count), SG_DATA);
        file = fopen(path, "r+b");
        fseek(file, at, SEEK_SET);
        fputc(byte, file);
        fclose(file);
    }
    assert_int_equal(read_rows("b.rows", &kind, &count), SG_END);
    for (int round = 0; round < 50; round++) {
        there.st_size -= 1 + (long)dice_below(&seed, 180);
        assert_int_equal(truncate(path, there.st_size), 0);
        assert_int_equal(read_rows("b.rows", &kind, &count), SG_DATA);
    }
    unlink(path);
    free(path);
}

static void blob_pieces_come_back(void **state) {
    (void)state;
    struct dedup_blob blob;
    struct sg_err err = {0};
    struct sg_buf piece = {0}, all = {0}, got = {0};
    static const size_t sizes[] = {0, 1, 247, 248, 249, 5000, 300000, 7};
    uint64_t offsets[8];
    assert_int_equal(dedup_blob_create(&blob, path_of("c.blob"), &err), SG_OK);
    for (size_t i = 0; i < 8; i++) {
        char *bytes = sg_alloc(sizes[i]);
        memset(bytes, 'a' + (int)i, sizes[i]);
        piece.len = 0;
        dedup_blob_piece(&piece, bytes, sizes[i]);
        offsets[i] = blob.bytes;
        assert_int_equal(dedup_blob_put(&blob, &piece, &err), SG_OK);
        sg_buf_put(&all, piece.data, piece.len);
        free(bytes);
    }
    assert_int_equal(blob.bytes, all.len);
    assert_int_equal(dedup_blob_finish(&blob, &err), SG_OK);
    assert_int_equal(dedup_blob_open(&blob, path_of("c.blob"), &err), SG_OK);
    for (size_t i = 8; i--;) {
        assert_int_equal(dedup_blob_get(&blob, offsets[i], &got, &err), SG_OK);
        assert_int_equal(got.len, sizes[i]);
        for (size_t k = 0; k < got.len; k++) assert_int_equal(got.data[k], 'a' + (int)i);
    }
    int fd = open(blob.path, O_WRONLY);
    assert_int_equal(pwrite(fd, "!", 1, (off_t)offsets[5] + 100), 1);
    close(fd);
    assert_int_equal(dedup_blob_get(&blob, offsets[5], &got, &err), SG_DATA);
    unlink(blob.path);
    dedup_blob_close(&blob);
    sg_buf_free(&piece);
    sg_buf_free(&all);
    sg_buf_free(&got);
}

/* Member rows sort as bytes into survivor order, and come back whole. */
static void member_rows_sort_as_bytes(void **state) {
    (void)state;
    uint64_t seed = 8;
    for (int round = 0; round < 2000; round++) {
        char rows[2][2][DEDUP_MEMBER_MOST];
        struct dedup_member members[2], back;
        uint8_t sketch[4] = {1, 2, 3, 4};
        for (int i = 0; i < 2; i++) {
            members[i] =
                (struct dedup_member){.component = dice_below(&seed, 2),
                                      .priority = dice_below(&seed, 3) << 40,
                                      .text_key = {dice_below(&seed, 2), dice_below(&seed, 2)},
                                      .id_key = {dice_below(&seed, 2), dice_below(&seed, 2)},
                                      .line_low = dice_below(&seed, 2),
                                      .document = dice_below(&seed, 300),
                                      .id_offset = dice(&seed),
                                      .windows = (uint32_t)dice(&seed),
                                      .copies = (uint32_t)dice(&seed),
                                      .first = {dice(&seed), dice(&seed)},
                                      .sketch = sketch};
            for (int by_text = 0; by_text < 2; by_text++) {
                dedup_member_put(&members[i], by_text, 4, rows[by_text][i]);
                dedup_member_get(rows[by_text][i], by_text, &back);
                assert_memory_equal(back.sketch, sketch, 4);
                back.sketch = sketch;
                assert_memory_equal(&back, &members[i], sizeof back);
            }
        }
        const struct dedup_member *a = &members[0], *b = &members[1];
        const uint64_t keys[2][8] = {{a->component, a->priority, a->text_key.hi, a->text_key.lo,
                                      a->id_key.hi, a->id_key.lo, a->line_low, a->document},
                                     {b->component, b->priority, b->text_key.hi, b->text_key.lo,
                                      b->id_key.hi, b->id_key.lo, b->line_low, b->document}};
        int expected = 0, got = memcmp(rows[0][0], rows[0][1], 64);
        for (int i = 0; i < 8 && !expected; i++)
            expected = (keys[0][i] > keys[1][i]) - (keys[0][i] < keys[1][i]);
        assert_int_equal((got > 0) - (got < 0), expected);
    }
}

/* ---- components ---- */

static void read_components(const struct dedup_job *job, const char *name, uint64_t *component,
                            uint64_t documents) {
    struct dedup_rows rows;
    struct sg_err err = {0};
    const void *row;
    uint64_t last = 0, n = 0;
    for (uint64_t i = 0; i < documents; i++) component[i] = UINT64_MAX;
    assert_int_equal(dedup_job_open(job, &rows, &dedup_component_kind, name, &err), SG_OK);
    while (dedup_rows_next(&rows, &row, &err) == SG_OK) {
        uint64_t document = sg_num_get_u64(row);
        assert_true(n++ == 0 || document > last);
        last = document;
        component[document] = sg_num_get_u64((const char *)row + 8);
    }
    dedup_rows_close(&rows);
    dedup_job_drop(job, name);
}

#define DOCUMENTS 1500000

/* Chains, stars and random edges over many documents: in memory and by sorting, and a plain forest as judge. */
static void both_ways_give_the_same_components(void **state) {
    (void)state;
    struct sg_run run = {0};
    struct dedup_job job = {.run = &run, .folder = folder, .consume = true, .about = about};
    struct sg_err err = {0};
    struct dedup_forest forest;
    uint64_t *memory = sg_alloc(DOCUMENTS * 8), *sorted = sg_alloc(DOCUMENTS * 8), seed = 77,
             members;
    static const char *const files[] = {"x.edg"};
    dedup_forest_init(&forest, DOCUMENTS);
    for (int way = 0; way < 2; way++) {
        struct dedup_rows edges;
        seed = 77;
        assert_int_equal(dedup_job_create(&job, &edges, &dedup_edge_kind, files[0], &err), SG_OK);
        for (uint64_t i = 0; i < 6000; i++) {
            uint64_t a = dice_below(&seed, DOCUMENTS), b = dice_below(&seed, 40000) * 37;
            if (i < 1500)
                a = i * 3 + 1, b = (i + 1) * 3 + 1; /* a long chain */
            else if (i < 2000)
                a = DOCUMENTS - 1,
                b = dice_below(&seed, 1000) + DOCUMENTS / 2; /* the largest in the middle */
            char row[DEDUP_EDGE_WIDTH];
            sg_num_put_u64(row, a);
            sg_num_put_u64(row + 8, b);
            assert_int_equal(dedup_rows_put(&edges, row, &err), SG_OK);
            if (a != b) dedup_forest_join(&forest, (uint32_t)a, (uint32_t)b);
        }
        assert_int_equal(dedup_rows_finish(&edges, &err), SG_OK);
        struct dedup_graph graph = {.job = &job,
                                    .files = files,
                                    .file_count = 1,
                                    .documents = DOCUMENTS,
                                    .memory_bytes = way ? 5u << 20 : 64u << 20};
        assert_int_equal(dedup_components(&graph, "x.cmp", &members, &err), SG_OK);
        read_components(&job, "x.cmp", way ? sorted : memory, DOCUMENTS);
        dedup_job_drop(&job, files[0]);
    }
    assert_memory_equal(memory, sorted, DOCUMENTS * 8);
    uint64_t checked = 0;
    for (uint64_t i = 0; i < DOCUMENTS; i++) {
        uint32_t root = dedup_forest_root(&forest, (uint32_t)i);
        if (memory[i] != UINT64_MAX)
            assert_int_equal(memory[i], root);
        else
            assert_int_equal(root, i);
        checked += memory[i] != UINT64_MAX;
    }
    assert_int_equal(checked, members);
    assert_true(checked > 5000);
    dedup_forest_free(&forest);
    free(memory);
    free(sorted);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_back),
        cmocka_unit_test(damage_is_seen),
        cmocka_unit_test(blob_pieces_come_back),
        cmocka_unit_test(member_rows_sort_as_bytes),
        cmocka_unit_test(both_ways_give_the_same_components),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
