/*
 * bench_normalize [--mb N] [--only ROW] FILE.jsonl...   MB/s of normalize's core on one thread, texts in memory, by kind of text
 * bench_normalize [--mb N] --documents FILE...          each file's documents as they are, one row a file, nothing else
 *
 * Lines of all texts are put into classes by what `web` does with them and by their main script; what no pass changes is
 * clean. Lines of the clean classes are also broken on purpose in nine ways (breakage.h); only those that normalize then
 * changes count. Of each class documents of about 4 KB are built, N MB in all (64; an eighth of that for lines that need
 * repair), repeated where the files hold less. MB are input bytes by seconds of CPU time;
 * a row is the median of five rounds.
 *
 * Everything is done twice: first in a child with SANGAM_CPU=portable, then with this CPU's kernels. Classes and answers
 * must be the same to the byte (XXH3-128 of all answers), else exit 1.
 */
#include <sys/wait.h>
#include <unistd.h>

#include <unicode/uscript.h>

#include "base/cpu.h"
#include "base/hash.h"
#include "base/num.h"
#include "breakage.h"
#include "corpus.h"
#include "normalize.h"
#include "text/unicode.h"

#define ROUNDS 5
#define DOCUMENT_BYTES 4096
#define ROWS_MAX 64

enum class {
    CLEAN_ASCII,
    CLEAN_INDIC,
    CLEAN_ARABIC,
    CLEAN_CJK,
    CLEAN_LATIN,
    CLEAN_CYRILLIC,
    CLEAN_SOUTHEAST,
    CLEAN_OTHER,
    FOUND_BROKEN,
    BROKEN, /* the first of BREAKAGES */
    CLASSES = BROKEN + BREAKAGES
};

static const char *const class_names[] = {"clean ASCII",
                                          "clean Indic",
                                          "clean Arabic script",
                                          "clean CJK",
                                          "clean Latin",
                                          "clean Cyrillic",
                                          "clean Thai Lao Khmer Burmese",
                                          "clean, other scripts",
                                          "all need repair, as found"};

struct row {
    char name[64];
    double mbs;
    struct sg_hash128 hash;
    size_t documents, changed;
    bool repeated;
};

struct bench {
    struct normalize *normalize;
    struct normalize_scratch *scratch;
    struct corpus files, sets[CLASSES];
    size_t wanted;    /* bytes a class */
    const char *only; /* rows whose name begins so; NULL: all */
    struct row rows[ROWS_MAX];
    size_t count;
};

static const char *class_name(enum class class) {
    return class < BROKEN ? class_names[class] : breakage_names[class - BROKEN];
}

static size_t wanted_of(const struct bench *b, enum class class) {
    return class < FOUND_BROKEN ? b->wanted : b->wanted / 8;
}

static bool changes(struct bench *b, const char *text, size_t len) {
    struct normalize_answer answer;
    normalize_document(b->normalize, b->scratch, text, len, (struct normalize_hint){0}, &answer);
    return answer.changed;
}

/* ---- classes ---- */

static enum class class_of_letter(uint32_t c) {
    UErrorCode status = U_ZERO_ERROR; switch (uscript_getScript((UChar32)c, &status)){
        case USCRIPT_LATIN : return CLEAN_LATIN;
        case USCRIPT_DEVANAGARI : case USCRIPT_BENGALI : case USCRIPT_GURMUKHI : case
        USCRIPT_GUJARATI : case USCRIPT_ORIYA : case USCRIPT_TAMIL : case USCRIPT_TELUGU : case
        USCRIPT_KANNADA : case USCRIPT_MALAYALAM : case USCRIPT_SINHALA : return CLEAN_INDIC;
        case USCRIPT_ARABIC : return CLEAN_ARABIC;
        case USCRIPT_HAN : case USCRIPT_HIRAGANA : case USCRIPT_KATAKANA : case
        USCRIPT_HANGUL : return CLEAN_CJK;
        case USCRIPT_CYRILLIC : return CLEAN_CYRILLIC;
        case USCRIPT_THAI : case USCRIPT_LAO : case USCRIPT_KHMER : case
        USCRIPT_MYANMAR : return CLEAN_SOUTHEAST;
        case USCRIPT_COMMON : case USCRIPT_INHERITED : return CLASSES;
        default : return CLEAN_OTHER;
    }
}

/* The script that most letters and marks are of. */
static enum class class_of(const char *line, size_t len) {
    size_t letters[CLASSES + 1] = {0}; bool ascii = true;
    for (const char *at = line, *end = line + len;
         at < end;){uint32_t c = sg_utf8_next(&at); ascii &= c < 0x80;
                    if (c >= 0x80) letters[class_of_letter(c)]++;
                    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') letters[CLEAN_LATIN]++;}
if (ascii) return CLEAN_ASCII;
enum class best = CLEAN_LATIN;
for (enum class i = CLEAN_INDIC; i <= CLEAN_OTHER; i++)
    if (letters[i] > letters[best]) best = i;
return best;
}

/* The line joins the set's last document while that is short. */
static void put_line(struct corpus *set, const char *line, size_t len) {
    struct corpus_document *last = set->count ? &set->documents[set->count - 1] : NULL;
    if (!last || last->len + len > DOCUMENT_BYTES) {
        corpus_add(set, line, len, "");
        return;
    }
    sg_buf_putc(&set->texts, '\n');
    sg_buf_put(&set->texts, line, len);
    last->len += len + 1;
}

static void sort_line(struct bench *b, const char *line, size_t len, struct sg_buf *broken) {
    enum class class = changes(b, line, len) ? FOUND_BROKEN : class_of(line, len);
    struct corpus *set = &b->sets[class];
    if (set->texts.len >= wanted_of(b, class)) return;
    put_line(set, line, len);
    if (class == FOUND_BROKEN || set->texts.len > wanted_of(b, BROKEN) / 4) return;
    for (int kind = 0; kind < BREAKAGES; kind++) {
        broken->len = 0;
        breakage_apply((enum breakage)kind, line, len, broken);
        if (broken->len == len && memcmp(broken->data, line, len) == 0) continue;
        /* the CR of CRLF is one only before an LF */
        bool whole = kind == BREAK_CRLF;
        if (whole) sg_buf_putc(broken, '\n');
        if (changes(b, broken->data, broken->len))
            put_line(&b->sets[BROKEN + kind], broken->data, broken->len - whole);
    }
}

static void sort_lines(struct bench *b) {
    struct sg_buf broken = {0};
    const struct corpus *files = &b->files;
    for (size_t i = 0; i < files->count; i++) {
        const char *at = corpus_text(files, i), *end = at + files->documents[i].len;
        while (at < end) {
            const char *lf = memchr(at, '\n', (size_t)(end - at));
            if (!lf) lf = end;
            if (lf > at) sort_line(b, at, (size_t)(lf - at), &broken);
            at = lf + 1;
        }
    }
    sg_buf_free(&broken);
}

/* Repeats the documents until there are `wanted` bytes. */
static bool repeat(struct corpus *set, size_t wanted) {
    size_t once = set->count;
    if (once == 0 || set->texts.len >= wanted) return false;
    sg_buf_room(&set->texts, wanted + set->texts.len); /* no move while copying out of itself */
    for (size_t i = 0; set->texts.len < wanted; i = (i + 1) % once)
        corpus_add(set, corpus_text(set, i), set->documents[i].len, "");
    return true;
}

/* ---- measuring ---- */

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* One round over the documents; with `hash` of all answers, without: timed. */
static double round_of(struct bench *b, const struct corpus *set, struct sg_hash_state *hash,
                       size_t *changed) {
    struct normalize_answer answer;
    double start = corpus_now();
    for (size_t i = 0; i < set->count; i++) {
        normalize_document(b->normalize, b->scratch, corpus_text(set, i), set->documents[i].len,
                           (struct normalize_hint){0}, &answer);
        *changed += answer.changed;
        if (hash) sg_hash_add_sized(hash, answer.text, answer.len);
    }
    return corpus_now() - start;
}

static double copy_round(const struct corpus *set, struct sg_buf *out) {
    double start = corpus_now();
    for (size_t i = 0; i < set->count; i++) {
        if (out->len > 1u << 20) out->len = 0;
        sg_buf_put(out, corpus_text(set, i), set->documents[i].len);
    }
    return corpus_now() - start;
}

static struct row *new_row(struct bench *b, const char *name) {
    struct row *row = &b->rows[b->count < ROWS_MAX - 1 ? b->count++ : ROWS_MAX - 1];
    *row = (struct row){0};
    snprintf(row->name, sizeof row->name, "%s", name);
    return row;
}

static void measure(struct bench *b, const char *name, struct corpus *set, size_t wanted) {
    if (set->count == 0 || (b->only && strncmp(name, b->only, strlen(b->only)) != 0)) return;
    struct row *row = new_row(b, name);
    row->repeated = repeat(set, wanted);
    row->documents = set->count;
    struct sg_hash_state *hash = sg_hash_new();
    round_of(b, set, hash, &row->changed);
    row->hash = sg_hash_digest(hash);
    sg_hash_free(hash);
    double seconds[ROUNDS];
    size_t ignored = 0;
    for (int i = 0; i < ROUNDS; i++) seconds[i] = round_of(b, set, NULL, &ignored);
    qsort(seconds, ROUNDS, sizeof *seconds, by_value);
    if (set->texts.len) row->mbs = (double)set->texts.len / seconds[ROUNDS / 2] / 1e6;
}

/* What any code that looks at every code point has to pay. */
static double decode_round(const struct corpus *set, struct sg_buf *out) {
    double start = corpus_now();
    uint32_t all = 0;
    for (size_t i = 0; i < set->count; i++)
        for (const char *at = corpus_text(set, i), *end = at + set->documents[i].len; at < end;)
            all ^= sg_utf8_next(&at);
    out->len = 0;
    sg_buf_put(out, &all, sizeof all);
    return corpus_now() - start;
}

static void measure_floor(struct bench *b, const char *name, const struct corpus *set,
                          double (*round)(const struct corpus *, struct sg_buf *)) {
    struct row *row = new_row(b, name);
    struct sg_buf out = {0};
    double seconds[ROUNDS];
    round(set, &out);
    for (int i = 0; i < ROUNDS; i++) seconds[i] = round(set, &out);
    qsort(seconds, ROUNDS, sizeof *seconds, by_value);
    if (set->texts.len) row->mbs = (double)set->texts.len / seconds[ROUNDS / 2] / 1e6;
    sg_buf_free(&out);
}

static bool measure_classes(struct bench *b, char **paths) {
    for (; *paths; paths++)
        if (!corpus_read(&b->files, *paths)) return false;
    sort_lines(b);
    repeat(&b->files, b->wanted);
    measure_floor(b, "memcpy", &b->files, copy_round);
    if (b->sets[CLEAN_INDIC].count)
        measure_floor(b, "decoding UTF-8, Indic", &b->sets[CLEAN_INDIC], decode_round);
    for (enum class i = CLEAN_ASCII; i < CLASSES; i++)
        measure(b, class_name(i), &b->sets[i], wanted_of(b, i));
    measure(b, "whole documents", &b->files, b->wanted);
    return true;
}

static bool measure_files(struct bench *b, char **paths) {
    for (; *paths; paths++) {
        struct corpus *files = &b->files;
        if (!corpus_read(files, *paths)) return false;
        const char *slash = strrchr(*paths, '/');
        measure(b, slash ? slash + 1 : *paths, files, b->wanted);
        corpus_free(files);
    }
    return true;
}

static bool measure_all(struct bench *b, char **paths, bool documents) {
    struct settings settings;
    if (sg_unicode_init(NULL) != SG_OK || settings_init(&settings, "web", NULL) != SG_OK)
        return false;
    b->normalize = normalize_new(&settings);
    b->scratch = normalize_scratch_new(NULL);
    bool done = documents ? measure_files(b, paths) : measure_classes(b, paths);
    for (int i = 0; i < CLASSES; i++) corpus_free(&b->sets[i]);
    corpus_free(&b->files);
    normalize_scratch_free(b->scratch);
    normalize_free(b->normalize);
    return done;
}

/* ---- the portable twin ---- */

/* In a child, for kernels are chosen once a process. Its rows come back through a pipe. */
static bool portable_rows(struct bench *b, char **paths, bool documents, struct row *rows) {
    int ends[2], status;
    if (pipe(ends) != 0) return false;
    pid_t child = fork();
    if (child < 0) return false;
    if (child == 0) {
        setenv("SANGAM_CPU", "portable", 1);
        bool done = measure_all(b, paths, documents);
        size_t bytes = sizeof b->rows;
        for (size_t at = 0; done && at < bytes;) {
            ssize_t put = write(ends[1], (const char *)b->rows + at, bytes - at);
            if (put <= 0) _exit(1);
            at += (size_t)put;
        }
        _exit(!done);
    }
    close(ends[1]);
    size_t got = 0;
    for (ssize_t n; got < sizeof b->rows; got += (size_t)n)
        if ((n = read(ends[0], (char *)rows + got, sizeof b->rows - got)) <= 0) break;
    close(ends[0]);
    return waitpid(child, &status, 0) == child && status == 0 && got == sizeof b->rows;
}

static bool print_rows(const struct bench *b, const struct row *portable) {
    bool equal = true;
    double copy = strcmp(b->rows[0].name, "memcpy") == 0 ? b->rows[0].mbs : 0;
    printf("%-30s %10s %10s %8s  %s\n", "", "MB/s", "portable", "/memcpy", "answers, XXH3");
    for (size_t i = 0; i < b->count; i++) {
        const struct row *row = &b->rows[i];
        char hex[SG_HASH_HEX];
        bool same = strcmp(row->name, portable[i].name) == 0 &&
                    sg_hash_compare(row->hash, portable[i].hash) == 0;
        equal &= same;
        printf("%-30s %10.0f %10.0f", row->name, row->mbs, portable[i].mbs);
        if (row->documents) {
            printf(" %8.2f  %.16s %5.1f %% of %zu documents changed%s%s",
                   copy > 0 ? row->mbs / copy : 0, sg_hash_hex(row->hash, hex),
                   100.0 * (double)row->changed / (double)row->documents, row->documents,
                   row->repeated ? ", repeated" : "", same ? "" : "  DIFFERS");
        }
        printf("\n");
    }
    printf("answers of %s and portable: %s\n", sg_cpu_name(sg_cpu_level()),
           equal ? "equal" : "DIFFERENT");
    return equal;
}

int main(int argc, char **argv) {
    static struct bench b;
    static struct row portable[ROWS_MAX];
    uint64_t mb = 64;
    bool documents = false, usage = false;
    char **paths = argv + 1;
    for (; *paths && strncmp(*paths, "--", 2) == 0; paths++) {
        if (strcmp(*paths, "--documents") == 0)
            documents = true;
        else if (strcmp(*paths, "--only") == 0 && paths[1])
            b.only = *++paths;
        else if (strcmp(*paths, "--mb") == 0 && paths[1])
            usage |= !sg_num_parse_u64(*++paths, &mb);
        else
            usage = true;
    }
    if (usage || argc < 2 || !*paths || mb == 0 || mb > 4096) {
        fprintf(stderr,
                "usage: bench_normalize [--mb N] [--only ROW] [--documents] FILE.jsonl...\n");
        return 2;
    }
    b.wanted = mb * 1000 * 1000;
    if (!portable_rows(&b, paths, documents, portable) || !measure_all(&b, paths, documents)) {
        fprintf(stderr, "bench_normalize: cannot read the files\n");
        return 1;
    }
    return print_rows(&b, portable) ? 0 : 1;
}
