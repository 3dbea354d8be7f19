/*
 * Zawgyi is converted first and once, for converting is not idempotent. Then F, the passes ansi to whitespace in their order,
 * each only when the line holds one of its triggers; F is repeated until the line stays as it is, for a pass may make what an
 * earlier one would change: "&am" U+00AD "p;" is an entity once its soft hyphen is gone. A line that a pass parts ("a" CR
 * "b") goes on as two: each is what the next run will see as a line of its own.
 *
 * Memory: the line four times, in code points. Threads: none of its own.
 */
#include "repair.h"

#include "inspect.h"
#include "text/utf8.h"

enum { MOST_ROUNDS = 8 };

static const struct pass {
    enum normalize_key key;
    pass_fn *run;
} passes[] = {
    {KEY_ANSI, pass_ansi},
    {KEY_ENTITIES, pass_entities},
    {KEY_MOJIBAKE, pass_mojibake},
    {KEY_C1, pass_c1},
    {KEY_NEWLINE, pass_newline},
    {KEY_CONTROL, pass_control},
    {KEY_BIDI, pass_bidi},
    {KEY_TAGS, pass_tags},
    {KEY_VARIATION, pass_variation},
    {KEY_INVISIBLE, pass_invisible},
    {KEY_JOINERS, pass_joiners},
    {KEY_NFC, pass_nfc},
    {KEY_WIDTH, pass_width},
    {KEY_LIGATURES, pass_ligatures},
    {KEY_PRESENTATION, pass_presentation},
    {KEY_INDIC, pass_indic},
    {KEY_THAI_LAO, pass_thai_lao},
    {KEY_KHMER, pass_khmer},
    {KEY_ETHIOPIC, pass_ethiopic},
    {KEY_TATWEEL, pass_tatweel},
    {KEY_LANG, pass_lang},
    {KEY_DIGITS, pass_digits},
    {KEY_MARKS, pass_marks},
    {KEY_QUOTES, pass_quotes},
    {KEY_WHITESPACE, pass_whitespace},
    {KEY_NFC, pass_nfc}, /* so that the group ends in NFC */
};

void repair_free(struct repair *repair) {
    line_free(&repair->line);
    line_free(&repair->next);
    line_free(&repair->before);
    line_free(&repair->rest);
}

/* What is counted in every text. */
static void tally(const struct line *line, struct job *job) {
    for (size_t i = 0; i < line->len; i++) {
        uint32_t c = line->at[i];
        if (!flags_loud(flags_brief(job->flags, c), 0)) continue;
        job->counts[COUNT_FFFD] += c == 0xFFFD;
        job->counts[COUNT_JOINER_KEPT] += c == 0x200C || c == 0x200D;
        job->counts[COUNT_ZWSP_KEPT] += c == 0x200B;
        job->counts[COUNT_PUA] += (flags_of(job->flags, c) & FLAG_PRIVATE) != 0;
    }
}

static void put(const struct line *line, struct job *job, struct sg_buf *out) {
    tally(line, job);
    line_encode(line, out);
}

/* ---- one pass, one round ---- */

static bool run(struct repair *repair, struct job *job, const struct pass *pass) {
    repair->next.len = 0;
    if (!pass->run(job, &repair->line, &repair->next)) return false;
    size_t from = repair->line.len, to = repair->next.len;
    job->counts[COUNT_PASS_LINES + pass->key] += !(repair->did & FLAG(pass->key));
    job->counts[COUNT_PASS_REMOVED + pass->key] += from > to ? from - to : 0;
    job->counts[COUNT_PASS_ADDED + pass->key] += to > from ? to - from : 0;
    repair->did |= FLAG(pass->key);
    if (job->witness)
        job->witness->saw(job->witness->owner, pass->key, &repair->line, &repair->next);
    if (!repair->changed) line_swap(&repair->line, &repair->before); /* as the round found it */
    line_swap(&repair->line, &repair->next);
    repair->changed = true;
    return true;
}

/* Keep what stands before the first LF; what follows it waits in rest. */
static void part(struct repair *repair) {
    struct line *line = &repair->line;
    size_t lf = 0;
    while (lf < line->len && line->at[lf] != '\n') lf++;
    if (lf == line->len) return;
    if (repair->waiting) line_put(&repair->rest, '\n');
    for (size_t i = line->len; i-- > lf + 1;) {
        line_put(&repair->rest, line->at[i]);
        repair->waiting += line->at[i] == '\n';
    }
    repair->waiting++;
    line->len = lf;
}

/* The next line of those that wait. */
static void take(struct repair *repair) {
    struct line *rest = &repair->rest;
    repair->line.len = 0;
    while (rest->len && rest->at[rest->len - 1] != '\n')
        line_put(&repair->line, rest->at[--rest->len]);
    rest->len -= rest->len > 0;
    repair->waiting--;
}

static uint64_t wanted(const struct repair *repair, const struct job *job) {
    if (job->thorough) return repair->line.len ? job->flags->on : 0; /* triggers or not */
    uint64_t active = inspect_points(job->flags, &repair->line);
    if (job->rule != LANGUAGE_NONE) active |= job->flags->on & FLAG(KEY_LANG);
    return active;
}

/* F, once. */
static void go_through(struct repair *repair, struct job *job, uint64_t active) {
    for (size_t i = 0; active && i < sizeof passes / sizeof *passes; i++) {
        enum normalize_key key = passes[i].key;
        if (!(active & FLAG(key))) continue;
        if (!run(repair, job, &passes[i])) {
            active &= ~FLAG(key);
            continue;
        }
        if (key == KEY_NEWLINE) part(repair);
        if (key == KEY_WHITESPACE) break; /* spaces do not compose */
        active = wanted(repair, job);
    }
}

/* Of the rare line that no round leaves alone. */
static void give_up(struct repair *repair, struct job *job) {
    static const struct pass last[] = {
        {KEY_NEWLINE, pass_newline}, {KEY_CONTROL, pass_control}, {KEY_NFC, pass_nfc}};
    for (size_t i = 0; i < 3; i++)
        if (job->flags->on & FLAG(last[i].key)) run(repair, job, &last[i]);
    job->counts[COUNT_NONCONVERGED]++;
}

static void converge(struct repair *repair, struct job *job, uint64_t active, bool before_lf) {
    for (int round = 0; round < MOST_ROUNDS; round++) {
        job->before_lf = repair->waiting || before_lf;
        repair->changed = false;
        go_through(repair, job, round == 0 && active ? active : wanted(repair, job));
        if (!repair->changed || line_equal(&repair->before, &repair->line)) return;
    }
    give_up(repair, job);
}

static void convert_zawgyi(struct repair *repair, struct job *job) {
    static const struct pass zawgyi = {KEY_ZAWGYI, pass_zawgyi};
    if (job->asked == 0 && (job->flags->on & FLAG(KEY_ZAWGYI))) run(repair, job, &zawgyi);
}

uint64_t repair_line(struct repair *repair, struct job *job, const char *line, size_t len,
                     struct sg_buf *out) {
    bool before_lf = job->before_lf;
    repair->did = 0;
    line_decode(&repair->line, line, len);
    for (size_t i = 0; i < repair->line.len; i++)
        job->counts[COUNT_FFFD_IN] += repair->line.at[i] == 0xFFFD;
    convert_zawgyi(repair, job);
    converge(repair, job, job->asked, before_lf);
    put(&repair->line, job, out);
    while (repair->waiting) {
        sg_buf_putc(out, '\n');
        take(repair);
        converge(repair, job, 0, before_lf);
        put(&repair->line, job, out);
    }
    return repair->did;
}
