/*
 * corpus: documents of plain JSONL files in memory, for measurements.
 *
 * Shape   texts one after another in one buffer, each with its language as the file says it (`language`, else
 *         `metadata.lang`, else "und").
 * Units   bytes.
 * Calls   {0}; corpus_read per file; corpus_free at the end. Pointers into texts hold until the next corpus_read.
 * Owns    its buffers.
 * Errors  corpus_read answers false when the file cannot be read; lines that are no record with a text are counted.
 */
#ifndef SANGAM_TESTS_CORPUS_H
#define SANGAM_TESTS_CORPUS_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "text/record.h"

#define CORPUS_LANG 24

struct corpus_document {
    size_t at, len; /* in texts */
    char lang[CORPUS_LANG];
};

struct corpus {
    struct sg_buf texts;
    struct corpus_document *documents;
    size_t count, room, bad;
};

static inline bool corpus_read_bytes(const char *path, struct sg_buf *into) {
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    size_t got;
    while ((got = fread(sg_buf_room(into, 1 << 20), 1, 1 << 20, file)) > 0) into->len += got;
    bool whole = !ferror(file);
    fclose(file);
    return whole;
}

static inline void corpus_lang_of(const struct sg_record *record, char lang[CORPUS_LANG]) {
    const struct sg_member *member = sg_record_find(record, "language");
    struct sg_json value = {0};
    struct sg_buf text = {0};
    bool found = member && member->type == SG_JSON_STRING;
    if (found) value = sg_record_value(record, member);
    if (!found && (member = sg_record_find(record, "metadata")))
        found = sg_json_member(sg_record_value(record, member), "lang", &value);
    if (!found || !sg_json_string(value, &text, NULL) || text.len == 0) {
        text.len = 0;
        sg_buf_puts(&text, "und");
    }
    snprintf(lang, CORPUS_LANG, "%.*s", (int)text.len, text.data);
    sg_buf_free(&text);
}

static inline void corpus_add(struct corpus *corpus, const char *text, size_t len,
                              const char *lang) {
    if (corpus->count == corpus->room) {
        corpus->room = corpus->room ? 2 * corpus->room : 1024;
        corpus->documents = sg_realloc(corpus->documents, corpus->room * sizeof *corpus->documents);
    }
    struct corpus_document *document = &corpus->documents[corpus->count++];
    document->at = corpus->texts.len;
    document->len = len;
    snprintf(document->lang, CORPUS_LANG, "%s", lang);
    sg_buf_put(&corpus->texts, text, len);
}

static inline bool corpus_read(struct corpus *corpus, const char *path) {
    struct sg_buf file = {0}, scratch = {0};
    struct sg_record record = {0};
    bool whole = corpus_read_bytes(path, &file);
    for (const char *at = file.data, *end = at + file.len, *lf; whole && at < end; at = lf + 1) {
        lf = memchr(at, '\n', (size_t)(end - at));
        if (!lf) lf = end;
        size_t len;
        const char *text = NULL;
        if (sg_record_blank(at, (size_t)(lf - at))) continue;
        if (sg_record_scan(&record, at, (size_t)(lf - at), NULL) == SG_OK)
            text = sg_record_string(&record, "text", &scratch, &len, NULL);
        corpus->bad += !text;
        char lang[CORPUS_LANG];
        if (text) corpus_lang_of(&record, lang);
        if (text) corpus_add(corpus, text, len, lang);
    }
    sg_record_free(&record);
    sg_buf_free(&scratch);
    sg_buf_free(&file);
    return whole;
}

static inline const char *corpus_text(const struct corpus *corpus, size_t i) {
    return corpus->texts.data + corpus->documents[i].at;
}

static inline void corpus_free(struct corpus *corpus) {
    sg_buf_free(&corpus->texts);
    free(corpus->documents);
    *corpus = (struct corpus){0};
}

/* CPU time of this thread: what else the machine does counts less than on the clock on the wall. */
static inline double corpus_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
