#include "card.h"

#include <string.h>

#include "base/num.h"

static void put_row(struct sg_buf *out, const char *label, const struct shard_total *total) {
    const struct shard_counts *counts = &total->counts;
    const uint64_t columns[] = {counts->documents, total->shards, counts->raw_bytes, counts->bytes, counts->code_points,
                                counts->tokens};
    sg_buf_printf(out, "| %s |", label);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        char text[SG_NUM_TEXT];
        sg_buf_printf(out, " %s |", sg_num_count(columns[i], text));
    }
    sg_buf_putc(out, '\n');
}

/* A name inside a table: what would end the cell or the line is taken out. */
static void put_cell(struct sg_buf *out, const char *name, size_t len) {
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)name[i];
        if (c == '|' || c == '\\' || c == '`' || c == '<') sg_buf_putc(out, '\\');
        sg_buf_putc(out, c < 0x20 || c == 0x7F ? ' ' : (char)c);
    }
}

static void put_names(struct sg_buf *out, const char *title, const struct shard_tally *tally) {
    enum { SHOWN = 20 };
    char text[SG_NUM_TEXT];
    uint64_t rest = tally->other;
    if (tally->count == 0 && rest == 0) return;
    sg_buf_printf(out, "\n| %s | documents |\n|---|---:|\n", title);
    for (size_t i = 0; i < tally->count; i++) {
        if (i >= SHOWN) {
            rest += tally->names[i].documents;
            continue;
        }
        sg_buf_puts(out, "| ");
        put_cell(out, tally->names[i].name, tally->names[i].len);
        sg_buf_printf(out, " | %s |\n", sg_num_count(tally->names[i].documents, text));
    }
    if (rest) sg_buf_printf(out, "| (others) | %s |\n", sg_num_count(rest, text));
}

void shard_card_write(const struct shard_release *release, struct sg_buf *out) {
    const struct shard_total *all = &release->totals[0];
    char hex[SG_HASH_HEX], text[SG_NUM_TEXT];
    sg_buf_puts(out, "# ");
    put_cell(out, release->name, strlen(release->name));
    sg_buf_printf(out, "\n\nVersion %s, made by %s. Shuffle seed %llu. Content fingerprint `%s`.\n\n", release->version,
                  release->tool, (unsigned long long)release->seed, sg_hash_hex(all->counts.fingerprint, hex));
    sg_buf_puts(out, "| language | documents | shards | raw bytes | bytes | code points | tokens (estimate) |\n"
                     "|---|---:|---:|---:|---:|---:|---:|\n");
    for (size_t i = 1; i < release->total_count; i++) put_row(out, release->totals[i].folder, &release->totals[i]);
    put_row(out, "all", all);
    put_names(out, "owner", &all->counts.owners);
    put_names(out, "source", &all->counts.sources);
    put_names(out, "licence", &all->counts.licenses);
    if (release->bad) sg_buf_printf(out, "\nNot in this release: %s bad records.\n", sg_num_count(release->bad, text));
    sg_buf_puts(out,
        "\n## Reading\n\n"
        "Each shard is JSON Lines in one zstd frame, shuffled: `LANGUAGE_Script/train/part-000000-of-000003.jsonl.zst`.\n"
        "Every line is an object with `id` and `text`; other members are as they came.\n\n"
        "```\nzstd -dc hin_Deva/train/*.zst | jq -r .text | less\n```\n\n"
        "Compare the number of documents you read with `manifest.json`: many readers do not notice a file that was cut.\n"
        "`sha256sum -c SHA256SUMS` checks the files, `sangam-shard verify .` everything else.\n\n"
        "Tokens are estimated from code points, in thousandths of a token for each: ASCII 250; U+0080-07FF 400; "
        "U+0800-0FFF 500;\nU+1000-1FFF 700; U+2000-2FFF 800; U+3000-DFFF 700; U+E000-FFFF 1000; above 1500. "
        "Count with your own tokenizer before you rely on it.\n");
}

static void put_sum(struct sg_buf *out, const char *name, const struct sg_buf *content) {
    struct sg_sha256 sha;
    char hex[SG_SHA256_HEX];
    sg_sha256_init(&sha);
    sg_sha256_add(&sha, content->data, content->len);
    sg_buf_printf(out, "%s  %s\n", sg_sha256_hex(&sha, hex), name);
}

void shard_sums_write(const struct shard_release *release, const struct sg_buf *card, const struct sg_buf *manifest,
                      struct sg_buf *out) {
    put_sum(out, "README.md", card);
    put_sum(out, "manifest.json", manifest);
    for (size_t i = 0; i < release->part_count; i++)
        sg_buf_printf(out, "%s  %s\n", release->parts[i].sha256, release->parts[i].path);
}
