/*
 * bench_record FILE.jsonl [SECONDS]: MB/s on one thread, in memory, of
 *     memcpy                      each line copied to one buffer: the ceiling
 *     UTF-8 validation, code points
 *     record scan                 all of a line's checks
 *     record scan + rewrite       the same, and the untouched line written out
 *     scan, text, set, rewrite    text unescaped, and quoted into its place again
 * A row is the best of its rounds: what the code can do, less what else the machine was doing.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/num.h"
#include "text/kernels.h"
#include "text/record.h"
#include "text/utf8.h"

struct bench {
    struct sg_buf file, out, text;
    struct sg_record record;
    size_t lines, bad;
};

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool read_file(const char *path, struct sg_buf *into) {
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    size_t got;
    while ((got = fread(sg_buf_room(into, 1 << 20), 1, 1 << 20, file)) > 0) into->len += got;
    bool whole = !ferror(file);
    fclose(file);
    return whole;
}

static void copy(struct bench *b, const char *line, size_t len) {
    sg_buf_put(&b->out, line, len);
}

static void valid(struct bench *b, const char *line, size_t len) {
    b->bad += sg_utf8_valid(line, len) != len;
}

static void points(struct bench *b, const char *line, size_t len) {
    b->bad += sg_utf8_count(line, len) > len;
}

static void scan(struct bench *b, const char *line, size_t len) {
    b->bad += sg_record_scan(&b->record, line, len, NULL) != SG_OK;
}

static void rewrite(struct bench *b, const char *line, size_t len) {
    scan(b, line, len);
    sg_record_write(&b->record, &b->out);
}

static void change(struct bench *b, const char *line, size_t len) {
    scan(b, line, len);
    size_t text_len;
    const char *text = sg_record_string(&b->record, "text", &b->text, &text_len, NULL);
    if (text) sg_record_set_string(&b->record, "text", text, text_len);
    sg_record_write(&b->record, &b->out);
}

static void each_line(struct bench *b, void (*work)(struct bench *, const char *, size_t)) {
    const char *at = b->file.data, *end = at + b->file.len;
    b->lines = b->bad = 0;
    while (at < end) {
        const char *lf = memchr(at, '\n', (size_t)(end - at));
        if (!lf) lf = end;
        if (b->out.len > 1u << 20) b->out.len = 0; /* batches of 1 MiB, as in a stage */
        if (!sg_record_blank(at, (size_t)(lf - at))) work(b, at, (size_t)(lf - at));
        b->lines++;
        at = lf + (lf < end);
    }
}

static void row(struct bench *b, const char *name,
                void (*work)(struct bench *, const char *, size_t), double seconds) {
    double best = 1e9;
    for (double until = now() + seconds; now() < until;) {
        double start = now();
        each_line(b, work);
        double took = now() - start;
        if (took < best) best = took;
    }
    printf("%-26s %8.0f MB/s   %zu bad of %zu lines\n", name, (double)b->file.len / best / 1e6,
           b->bad, b->lines);
}

int main(int argc, char **argv) {
    struct bench b = {0};
    double seconds = 1;
    bool usage = argc < 2 || argc > 3 || (argc == 3 && !sg_num_parse_double(argv[2], &seconds));
    if (usage || !read_file(argv[1], &b.file)) {
        fprintf(stderr,
                usage ? "usage: bench_record FILE.jsonl [SECONDS]\n" : "cannot read the file\n");
        return usage ? 2 : 1;
    }
    printf("kernels: %s, %.1f MB\n", sg_cpu_name(sg_kernels()->level), (double)b.file.len / 1e6);
    row(&b, "memcpy", copy, seconds);
    row(&b, "UTF-8 validation", valid, seconds);
    row(&b, "code points", points, seconds);
    row(&b, "record scan", scan, seconds);
    row(&b, "record scan + rewrite", rewrite, seconds);
    row(&b, "scan, text, set, rewrite", change, seconds);
    sg_record_free(&b.record);
    sg_buf_free(&b.file);
    sg_buf_free(&b.out);
    sg_buf_free(&b.text);
    return 0;
}
