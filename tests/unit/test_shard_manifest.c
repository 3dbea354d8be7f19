/* The manifest: canonical bytes, read back as it was written; the card and the sums beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "card.h"
#include "io/file.h"
#include "io/publish.h"
#include "manifest.h"

static struct shard_part make_part(const char *folder, unsigned long index, unsigned long count,
                                   uint64_t n) {
    struct shard_part part = {0};
    strcpy(part.folder, folder);
    shard_folder_path(folder, index, count, part.path);
    part.counts = (struct shard_counts){.documents = n,
                                        .bytes = 10 * n,
                                        .raw_bytes = 30 * n,
                                        .code_points = 20 * n,
                                        .tokens = 5 * n,
                                        .fingerprint = {n, n << 63}};
    shard_tally_add(&part.counts.sources, "web \"crawl\"", 11, n);
    memset(part.sha256, 'a' + (int)index, 64);
    part.xxh3 = (struct sg_hash128){n, 1};
    part.raw_xxh3 = (struct sg_hash128){n, 2};
    part.first_rank = (struct sg_hash128){n, 3};
    part.last_rank = (struct sg_hash128){n, 4};
    return part;
}

static struct shard_release make_release(void) {
    struct shard_release release = {
        .name = sg_strdup("a|b"),
        .version = sg_strdup("1"),
        .tool = sg_strdup("sangam 0"),
        .unicode = sg_strdup("15.0"),
        .icu = sg_strdup("72.1"),
        .zstd = sg_strdup("1.5.4"),
        .plan = sg_strdup("{\"duplicate-ids\":\"keep\",\"seed\":7}"),
        .seed = 7,
        .input = {.documents = 107, .raw_bytes = 3000, .fingerprint = {5, 6}},
        .bad = 1};
    release.part_count = 3;
    release.parts = sg_zalloc(4, sizeof *release.parts);
    release.parts[0] = make_part("hin_Deva", 1, 2, 2);
    release.parts[1] = make_part("%2E%2E%2Fx_Latn", 0, 1, 100);
    release.parts[2] = make_part("hin_Deva", 0, 2, 4);
    shard_release_total(&release);
    return release;
}

static void totals_add_up(void **state) {
    (void)state;
    struct shard_release release = make_release();
    assert_int_equal(release.total_count, 3);
    assert_string_equal(release.totals[0].folder, "");
    assert_int_equal(release.totals[0].shards, 3);
    assert_int_equal(release.totals[0].counts.documents, 106);
    assert_string_equal(release.totals[1].folder, "%2E%2E%2Fx_Latn");
    assert_string_equal(release.totals[2].folder, "hin_Deva");
    assert_int_equal(release.totals[2].shards, 2);
    assert_int_equal(release.totals[2].counts.sources.names[0].documents, 6);
    assert_true(release.totals[2].counts.fingerprint.lo == 6 &&
                release.totals[2].counts.fingerprint.hi == 0); /* mod 2^128 */
    assert_string_equal(release.parts[1].path,
                        "hin_Deva/train/part-000000-of-000002.jsonl.zst"); /* sorted */
    shard_release_free(&release);
}

/* Canonical: jansson, told to sort and to leave out spaces, writes the same bytes. */
static void the_manifest_is_canonical(void **state) {
    (void)state;
    struct shard_release release = make_release();
    struct sg_buf text = {0};
    shard_manifest_write(&release, &text);
    sg_buf_str(&text);
    json_t *json = json_loads(text.data, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    char *again = json_dumps(json, JSON_SORT_KEYS | JSON_COMPACT);
    assert_int_equal(strlen(again) + 1, text.len);
    assert_memory_equal(again, text.data, text.len - 1);
    assert_int_equal(text.data[text.len - 1], '\n');
    assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "dropped"), "bad")),
                     1);
    json_t *shard = json_array_get(json_object_get(json, "shards"), 0);
    assert_string_equal(json_string_value(json_object_get(shard, "language")), "../x");
    assert_string_equal(json_string_value(json_object_get(shard, "first_rank")),
                        "00000000000000030000000000000064");
    assert_int_equal(json_object_size(shard), 19);
    free(again);
    json_decref(json);
    sg_buf_free(&text);
    shard_release_free(&release);
}

static void what_is_written_is_read(void **state) {
    (void)state;
    struct shard_release release = make_release();
    struct shard_manifest manifest;
    struct sg_buf text = {0};
    struct sg_err err = {0};
    char path[] = "/tmp/sangam-manifest-XXXXXX";
    close(mkstemp(path));
    shard_manifest_write(&release, &text);
    assert_int_equal(sg_publish_bytes(path, text.data, text.len, &err), SG_OK);
    assert_int_equal(shard_manifest_read(path, &manifest, &err), SG_OK);
    assert_true(manifest.seed == 7 && manifest.repeated_ids && manifest.dropped == 1);
    assert_true(manifest.input.documents == 107 && manifest.input.raw_bytes == 3000 &&
                manifest.input.fingerprint.hi == 6);
    assert_int_equal(manifest.part_count, 3);
    assert_int_equal(manifest.total_count, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct shard_part *a = &release.parts[i], *b = &manifest.parts[i].part;
        assert_string_equal(a->folder, b->folder);
        assert_string_equal(a->path, b->path);
        assert_string_equal(a->sha256, b->sha256);
        assert_true(a->counts.documents == b->counts.documents &&
                    a->counts.tokens == b->counts.tokens);
        assert_int_equal(sg_hash_compare(a->raw_xxh3, b->raw_xxh3), 0);
        assert_int_equal(sg_hash_compare(a->last_rank, b->last_rank), 0);
        assert_string_equal(release.totals[i].folder, manifest.totals[i].folder);
        assert_int_equal(release.totals[i].shards, manifest.totals[i].shards);
    }
    shard_manifest_free(&manifest);

    /* Every member that is taken away is missed by name, and no cut text is a manifest. */
    static const char *const needed[] = {"\"seeds\"",       "\"shards\"",  "\"sha256\"",
                                         "\"fingerprint\"", "\"shuffle\"", "\"raw_bytes\""};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        char *at = memmem(text.data, text.len, needed[i], strlen(needed[i]));
        assert_non_null(at);
        at[1] ^= 0x20;
        assert_int_equal(sg_publish_bytes(path, text.data, text.len, &err), SG_OK);
        assert_int_equal(shard_manifest_read(path, &manifest, &err), SG_DATA);
        shard_manifest_free(&manifest);
        sg_err_clear(&err);
        at[1] ^= 0x20;
    }
    for (size_t len = 0; len < text.len - 2; len += 97) {
        assert_int_equal(sg_publish_bytes(path, text.data, len, &err), SG_OK);
        assert_int_equal(shard_manifest_read(path, &manifest, &err), SG_DATA);
        shard_manifest_free(&manifest);
        sg_err_clear(&err);
    }
    unlink(path);
    sg_buf_free(&text);
    shard_release_free(&release);
}

static void the_card_and_the_sums(void **state) {
    (void)state;
    struct shard_release release = make_release();
    struct sg_buf card = {0}, manifest = {0}, sums = {0};
    shard_card_write(&release, &card);
    shard_sums_write(&release, &card, &manifest, &sums);
    sg_buf_str(&card);
    sg_buf_str(&sums);
    assert_non_null(strstr(card.data, "# a\\|b\n"));
    assert_non_null(strstr(card.data, "| hin_Deva | 6 | 2 | 180 | 60 | 120 | 30 |\n"));
    assert_non_null(strstr(card.data, "| all | 106 | 3 |"));
    assert_non_null(strstr(card.data, "Not in this release: 1 bad records."));
    /* SHA-256 of nothing: the manifest was empty */
    assert_non_null(strstr(
        sums.data,
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  manifest.json\n"));
    assert_non_null(strstr(sums.data, "  hin_Deva/train/part-000001-of-000002.jsonl.zst\n"));
    sg_buf_free(&card);
    sg_buf_free(&sums);
    shard_release_free(&release);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_add_up),
        cmocka_unit_test(the_manifest_is_canonical),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(the_card_and_the_sums),
    };
    return cmocka_run_group_tests_name("shard_manifest", tests, NULL, NULL);
}
