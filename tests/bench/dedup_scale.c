/*
 * What map would leave for a corpus of any size, without the corpus: so that link, cluster and settle can be tried at scale.
 *
 * usage: dedup_scale PLAN RECORDS GIANT      PLAN: what 'sangam-dedup plan' made for one small input
 *
 * 22 band records a document (one exact key, 21 bands). Three in ten documents begin a group of up to 9 that shares four keys
 * and a sketch of which a twentieth is changed. GIANT documents, spread over the corpus, share one more key, as pages of one
 * template do; those that are in no group lie in groups of up to 17. Same numbers, same files.
 */
#include <stdio.h>
#include <stdlib.h>

#include "dice.h"
#include "base/num.h"
#include "io/file.h"
#include "parts.h"
#include "records.h"
#include "sums.h"
#include "text/json.h"

#define BANDS 21
#define GIANT_KEY 0x5A5A5A5A5A5A5A5Au

struct scale {
    struct dedup_job job;
    struct dedup_rows docs, batches, bands[DEDUP_PARTITIONS + 1];
    struct dedup_blob ids;
    struct dedup_input input;
    struct dedup_counts counts;
    uint64_t seed;
};

static void check(enum sg_code code, const struct sg_err *err) {
    char text[1024];
    if (code == SG_OK) return;
    fprintf(stderr, "dedup_scale: %s\n", sg_err_format(err, text, sizeof text));
    exit(code);
}

/* The plan's parameters: these files must look as if its map had made them. */
static void take_plan(struct scale *scale, char *folder) {
    struct dedup_job *job = &scale->job;
    struct sg_err err = {0};
    struct sg_buf text = {0};
    struct sg_json plan, parameters;
    *job = (struct dedup_job){.folder = folder, .task = {0, 1}, .input_count = 1, .inputs = &scale->input};
    job->settings.near = true;
    job->settings.minhash.sketch_bytes = BANDS * 6;
    char *path = dedup_job_path(job, "plan.json");
    check(sg_file_load(path, 1 << 20, &text, &err), &err);
    check(sg_json_check(text.data, text.len, &plan, &err), &err);
    if (!sg_json_member(plan, "parameters", &parameters)) exit(2);
    sg_buf_put(&job->about.json, parameters.text, parameters.len);
    job->about.fingerprint = sg_hash128(job->about.json.data, job->about.json.len, 0);
    free(path);
    sg_buf_free(&text);
}

static void open_files(struct scale *scale) {
    const struct dedup_rows_kind docs = dedup_doc_kind(&scale->job);
    struct sg_err err = {0};
    char name[DEDUP_NAME];
    check(dedup_job_create(&scale->job, &scale->docs, &docs, "t0.doc", &err), &err);
    check(dedup_job_create(&scale->job, &scale->batches, &dedup_batch_kind, "t0.bat", &err), &err);
    for (int i = 0; i <= DEDUP_PARTITIONS; i++) {
        dedup_band_name(name, 0, i);
        check(dedup_job_create(&scale->job, &scale->bands[i], &dedup_band_kind, name, &err), &err);
    }
    check(dedup_blob_create(&scale->ids, dedup_job_path(&scale->job, "t0.ids"), &err), &err);
}

static void put_band(struct scale *scale, int partition, uint64_t key, uint64_t document) {
    struct sg_err err = {0};
    char band[DEDUP_BAND_WIDTH];
    sg_num_put_u64(band, key);
    sg_num_put_u64(band + 8, document);
    check(dedup_rows_put(&scale->bands[partition], band, &err), &err);
}

static void put_key(struct scale *scale, uint64_t key, uint64_t document) {
    put_band(scale, (int)(key >> 60), key, document);
    scale->counts.band_records++;
}

/* group: a number that documents of one group share. */
static void put_document(struct scale *scale, uint64_t document, uint64_t group, bool giant) {
    struct dedup_doc doc = {.text_key = {dice(&scale->seed), dice(&scale->seed)},
                            .id_key = {dice(&scale->seed), dice(&scale->seed)},
                            .priority = ~(uint64_t)(500 + dice_below(&scale->seed, 5000)),
                            .windows = 400,
                            .bytes = 3000,
                            .id_offset = scale->ids.bytes,
                            .line_low = dice(&scale->seed)};
    char row[DEDUP_DOC_WIDTH + DEDUP_SKETCH], id[24];
    struct sg_buf piece = {0};
    struct sg_err err = {0};
    uint64_t of_group = group * 0x9E3779B97F4A7C15u + 1;
    dedup_doc_put(&doc, row);
    for (int i = 0; i < BANDS * 6; i++) row[DEDUP_DOC_WIDTH + i] = (char)dice(&of_group);
    for (int i = 0; i < 6; i++) row[DEDUP_DOC_WIDTH + dice_below(&scale->seed, BANDS * 6)] = (char)dice(&scale->seed);
    check(dedup_rows_put(&scale->docs, row, &err), &err);
    dedup_blob_piece(&piece, id, (size_t)snprintf(id, sizeof id, "d%llu", (unsigned long long)document));
    check(dedup_blob_put(&scale->ids, &piece, &err), &err);
    sg_buf_free(&piece);
    put_band(scale, DEDUP_PARTITIONS, doc.id_key.lo, document);
    put_key(scale, doc.text_key.lo, document);
    for (uint64_t i = 0; i < BANDS; i++) {
        bool shared = i < 4 && group != UINT64_MAX;
        uint64_t key = giant && i == 0 ? GIANT_KEY : shared ? sg_hash64(&group, 8, i) : dice(&scale->seed);
        put_key(scale, key, document);
    }
}

static void finish(struct scale *scale, uint64_t documents) {
    struct sg_err err = {0};
    char row[DEDUP_BATCH_WIDTH] = {0};
    sg_num_put_u32(row, (uint32_t)documents);
    check(dedup_rows_put(&scale->batches, row, &err), &err);
    check(dedup_rows_finish(&scale->docs, &err), &err);
    check(dedup_rows_finish(&scale->batches, &err), &err);
    for (int i = 0; i <= DEDUP_PARTITIONS; i++) check(dedup_rows_finish(&scale->bands[i], &err), &err);
    check(dedup_blob_finish(&scale->ids, &err), &err);
    scale->input.documents = scale->counts.documents = documents;
    check(dedup_parts_write(&scale->job, 0, 1, &err), &err);
    check(dedup_sums_write(&scale->job, &(struct dedup_sums){.verb = "map"}, 1, &scale->counts, &err), &err);
}

int main(int argc, char **argv) {
    uint64_t records, giant, left = 0, group = 0;
    if (argc != 4 || !sg_num_parse_u64(argv[2], &records) || !sg_num_parse_u64(argv[3], &giant)) {
        fprintf(stderr, "usage: dedup_scale PLAN RECORDS GIANT\n");
        return 2;
    }
    static struct scale scale = {.seed = 20260101};
    uint64_t documents = records / (BANDS + 1);
    take_plan(&scale, argv[1]);
    open_files(&scale);
    for (uint64_t i = 0; i < documents; i++) {
        bool in_giant = i * giant / documents != (i + 1) * giant / documents; /* spread evenly */
        if (left > 0) left--;
        else if (dice_below(&scale.seed, 10) < 3) left = 1 + dice_below(&scale.seed, 8), group = i;
        else group = UINT64_MAX;
        put_document(&scale, i, in_giant && group == UINT64_MAX ? i / 17 * 17 : group, in_giant);
    }
    finish(&scale, documents);
    printf("%llu documents, %llu band records, %llu documents share one key\n", (unsigned long long)documents,
           (unsigned long long)scale.counts.band_records, (unsigned long long)giant);
    return 0;
}
