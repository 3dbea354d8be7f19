/*
 * Speed of the embedded language identifier in memory, every line of a text file by itself and read whole:
 *
 *   bench_langtag FILE        MB/s and lines/s of the best of five rounds, and which kernel
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "io/file.h"
#include "langtag.h"
#include "sparse.h"
#include "text/unicode.h"

#define ROUNDS 5
#define FILE_MAX ((size_t)2 << 30)

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static size_t tag_all(const struct langtag *langtag, struct langtag_scratch *scratch,
                      const struct sg_buf *text, size_t *known) {
    size_t lines = 0;
    struct langtag_answer answer;
    for (const char *at = text->data, *end = at + text->len; at < end; lines++) {
        const char *lf = memchr(at, '\n', (size_t)(end - at));
        if (!lf) lf = end;
        langtag_text(langtag, scratch, at, (size_t)(lf - at), &answer);
        *known += strcmp(answer.language, "und") != 0;
        at = lf + 1;
    }
    return lines;
}

int main(int argc, char **argv) {
    struct sg_err err = {0};
    struct sg_buf text = {0};
    struct langtag *langtag = NULL;
    const struct langtag_settings settings = {.model = langtag_embedded,
                                              .model_len =
                                                  (size_t)(langtag_embedded_end - langtag_embedded),
                                              .min_score = LANGTAG_FLOOR,
                                              .top = 3};
    if (argc != 2) return 2;
    double start = now(), best = 1e9;
    if (sg_unicode_init(&err) != SG_OK || langtag_new(&langtag, &settings, &err) != SG_OK ||
        sg_file_load(argv[1], FILE_MAX, &text, &err) != SG_OK) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    double load = now() - start;
    struct langtag_scratch *scratch = langtag_scratch_new();
    size_t lines = 0, known = 0;
    for (int i = 0; i < ROUNDS; i++) {
        start = now();
        lines = tag_all(langtag, scratch, &text, &known);
        if (now() - start < best) best = now() - start;
    }
    printf("langtag, %-8s  %7.1f MB/s  %9.0f lines/s  (start and file %.0f ms, %.1f %% known)\n",
           sparse_kernel()->name, (double)text.len / 1e6 / best, (double)lines / best, load * 1e3,
           100.0 * (double)known / ROUNDS / (double)lines);
    langtag_scratch_free(scratch);
    langtag_free(langtag);
    sg_buf_free(&text);
    return 0;
}
