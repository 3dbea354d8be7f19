/*
 * A line of UTF-8 was decoded as, say, windows-1252: every byte became a character. To put it right, its characters are
 * encoded as windows-1252 again, and the bytes decoded as UTF-8. That they decode at all is strong evidence, for chance
 * makes no valid UTF-8 of accented letters; badness.h guards the short cases.
 *
 * Example (two layers)  0069 0074 00C3 00A2 00E2 201A 00AC 00E2 201E 00A2 0073
 *   bad; as windows-1252 it is 69 74 C3 A2 E2 82 AC E2 84 A2 73, in UTF-8 0069 0074 00E2 20AC 2122 0073;
 *   bad; as windows-1252 it is 69 74 E2 80 99 73, in UTF-8 0069 0074 2019 0073; good.
 *
 * Where the line as a whole does not decode, runs that look like leads and trails are taken as lines of their own.
 */
#include "mojibake.h"

#include "badness.h"
#include "charmap.h"
#include "damaged_utf8.h"
#include "passes.h"
#include "text/utf8.h"

enum { STEPS = 16, DEPTH = 8, LONGEST = 1 << 20 };

struct mojibake {
    struct badness_dfa *badness;
    struct charmap charmap;
};

struct mojibake_scratch {
    struct sg_buf bytes, restored, replaced;
    struct line work[DEPTH], part[DEPTH]; /* a run within a run within a line */
    struct line line, fixed;              /* other lines of the document */
};

struct mojibake *mojibake_new(void) {
    struct mojibake *mojibake = sg_alloc(sizeof *mojibake);
    mojibake->badness = badness_new();
    charmap_init(&mojibake->charmap);
    return mojibake;
}

void mojibake_free(struct mojibake *mojibake) {
    if (!mojibake) return;
    badness_free(mojibake->badness);
    free(mojibake);
}

struct mojibake_scratch *mojibake_scratch_new(void) {
    return sg_zalloc(1, sizeof(struct mojibake_scratch));
}

void mojibake_scratch_free(struct mojibake_scratch *scratch) {
    if (!scratch) return;
    sg_buf_free(&scratch->bytes);
    sg_buf_free(&scratch->restored);
    sg_buf_free(&scratch->replaced);
    for (int i = 0; i < DEPTH; i++) line_free(&scratch->work[i]), line_free(&scratch->part[i]);
    line_free(&scratch->line);
    line_free(&scratch->fixed);
    free(scratch);
}

enum badness mojibake_badness(const struct mojibake *mojibake, const char *utf8, size_t len) {
    return badness_of_utf8(mojibake->badness, utf8, len);
}

enum badness mojibake_badness_of(const struct mojibake *mojibake, const struct line *line) {
    return badness_of_points(mojibake->badness, line->at, line->len);
}

/* ---- the whole line ---- */

struct repair {
    const struct mojibake *mojibake;
    struct mojibake_scratch *scratch;
    bool weak_counts;
    struct mojibake_report *report;
};

static bool is_bad(const struct repair *repair, const uint32_t *points, size_t len) {
    enum badness badness = badness_of_points(repair->mojibake->badness, points, len);
    return badness == BAD || (badness == WEAK && repair->weak_counts);
}

static unsigned encodings_of(const struct charmap *charmap, const struct line *line) {
    unsigned encodings = (1u << MOJIBAKE_ENCODINGS) - 1;
    for (size_t i = 0; i < line->len && encodings; i++)
        encodings &= charmap_cell(charmap, line->at[i])->encodings;
    return encodings;
}

static void encode(const struct charmap *charmap, enum mojibake_encoding encoding,
                   const struct line *line, struct sg_buf *bytes) {
    bytes->len = 0;
    char *to = sg_buf_room(bytes, line->len);
    for (size_t i = 0; i < line->len; i++)
        to[i] = (char)charmap_cell(charmap, line->at[i])->byte[encoding];
    bytes->len = line->len;
}

static bool decode_as(const struct repair *repair, enum mojibake_encoding encoding,
                      const struct line *in, struct line *out) {
    struct mojibake_scratch *scratch = repair->scratch;
    struct sg_buf *bytes = &scratch->bytes;
    encode(&repair->mojibake->charmap, encoding, in, bytes);
    scratch->restored.len = scratch->replaced.len = out->len = 0;
    /* In macroman the bytes would be an en dash before a space. */
    if (encoding != MACROMAN &&
        damaged_restore_a0((uint8_t *)bytes->data, bytes->len, &scratch->restored))
        bytes = &scratch->restored;
    if (charmap_is_windows(encoding) &&
        damaged_replace_lost((uint8_t *)bytes->data, bytes->len, &scratch->replaced))
        bytes = &scratch->replaced;
    return damaged_decode((uint8_t *)bytes->data, bytes->len, out);
}

/* ---- runs within a line ---- */

/* The code points of one lead and its trails at `at`; 0: there is none. */
static size_t sequence_length(const struct charmap *charmap, const struct line *line, size_t at) {
    uint8_t roles = charmap_cell(charmap, line->at[at])->roles;
    size_t length = roles & ROLE_LEAD_2 ? 2 : roles & ROLE_LEAD_3 ? 3 : roles & ROLE_LEAD_4 ? 4 : 0;
    if (length > line->len - at) return 0;
    for (size_t i = 1; i < length; i++)
        if (!(charmap_cell(charmap, line->at[at + i])->roles & ROLE_TRAIL)) return 0;
    return length;
}

static size_t run_length(const struct charmap *charmap, const struct line *line, size_t at) {
    if (at > 0 && charmap_cell(charmap, line->at[at - 1])->roles & ROLE_TRAIL_ONLY) return 0;
    size_t length = 0, more;
    while (at + length < line->len && (more = sequence_length(charmap, line, at + length)) > 0)
        length += more;
    return length;
}

static bool fix(const struct repair *repair, int depth, const struct line *in, struct line *out);

static bool fix_runs(const struct repair *repair, int depth, const struct line *in,
                     struct line *out) {
    const struct charmap *charmap = &repair->mojibake->charmap;
    struct line *part = &repair->scratch->part[depth];
    bool changed = false;
    size_t copied = 0, run;
    out->len = 0;
    for (size_t at = 0; at < in->len; at += run ? run : 1) {
        run = run_length(charmap, in, at);
        if (run == 0 || run == in->len || !is_bad(repair, in->at + at, run)) continue;
        const struct line alone = {in->at + at, run, run};
        if (!fix(repair, depth + 1, &alone, part)) continue;
        line_append(out, in->at + copied, at - copied);
        line_append(out, part->at, part->len);
        copied = at + run;
        changed = true;
    }
    if (changed) line_append(out, in->at + copied, in->len - copied);
    return changed;
}

/* ---- steps ---- */

/* One layer off. */
static bool fix_once(const struct repair *repair, int depth, const struct line *in,
                     struct line *out) {
    if (!is_bad(repair, in->at, in->len)) return false;
    unsigned encodings = encodings_of(&repair->mojibake->charmap, in);
    for (unsigned encoding = 0; encoding < MOJIBAKE_ENCODINGS; encoding++) {
        if (!(encodings & 1u << encoding) || !decode_as(repair, encoding, in, out)) continue;
        if (line_equal(in, out)) return false;
        if (depth == 0) repair->report->encodings |= 1u << encoding;
        return true;
    }
    if (depth + 1 >= DEPTH || !fix_runs(repair, depth, in, out)) return false;
    if (depth == 0) repair->report->part = true;
    return true;
}

static bool fix(const struct repair *repair, int depth, const struct line *in, struct line *out) {
    struct line *work = &repair->scratch->work[depth];
    if (!fix_once(repair, depth, in, out)) return false;
    for (int step = 1; step < STEPS && fix_once(repair, depth, out, work); step++)
        line_swap(out, work);
    return !line_equal(in, out);
}

bool mojibake_fix(const struct mojibake *mojibake, struct mojibake_scratch *scratch,
                  bool weak_counts, const struct line *in, struct line *out,
                  struct mojibake_report *report) {
    const struct repair repair = {mojibake, scratch, weak_counts, report};
    *report = (struct mojibake_report){0};
    report->too_long = in->len > LONGEST;
    return !report->too_long && fix(&repair, 0, in, out);
}

/* ---- the pass ---- */

/*
 * Somewhere in the document a line is bad by another than the weak patterns, and can be repaired: then the weak ones count
 * too. What is bad and stays is no witness: clean text may hold it, and it would still be there the next time, when nothing
 * that can be repaired is left.
 */
bool mojibake_strong(struct job *job) {
    if (job->strong != UNDECIDED) return job->strong == YES;
    struct mojibake_scratch *scratch = job->mojibake_scratch;
    struct mojibake_report report;
    job->strong = NO;
    for (const char *at = job->text, *end; at < job->end && job->strong == NO; at = end + 1) {
        end = memchr(at, '\n', (size_t)(job->end - at));
        if (!end) end = job->end;
        if (mojibake_badness(job->mojibake, at, (size_t)(end - at)) != BAD) continue;
        line_decode(&scratch->line, at, (size_t)(end - at));
        if (mojibake_fix(job->mojibake, scratch, true, &scratch->line, &scratch->fixed, &report))
            job->strong = YES;
    }
    return job->strong == YES;
}

static void count(struct job *job, const struct mojibake_report *report) {
    job->counts[COUNT_MOJI]++;
    for (unsigned encoding = 0; encoding < MOJIBAKE_ENCODINGS; encoding++)
        job->counts[COUNT_MOJI_BY + encoding] += report->encodings >> encoding & 1;
    job->counts[COUNT_MOJI_BY + MOJIBAKE_ENCODINGS] += report->part;
}

bool pass_mojibake(struct job *job, const struct line *in, struct line *out) {
    struct mojibake_report report;
    if (job->in_pieces) return false;
    enum badness badness = mojibake_badness_of(job->mojibake, in);
    if (badness == GOOD) return false;
    if (badness == WEAK && job->settings->value[KEY_MOJI_WEAK] == WEAK_DOC && !mojibake_strong(job))
        return false;
    bool changed = mojibake_fix(job->mojibake, job->mojibake_scratch, true, in, out, &report);
    job->counts[COUNT_TOO_LONG] += report.too_long;
    if (changed) count(job, &report);
    return changed;
}

/* ---- triggers ---- */

/*
 * No pattern is without one of these. The quotation marks (classes s and e) and the accented small letters (L), which clean
 * text is full of, count only beside each other: "\u00E9\u201D", "\u00BB\u00E9"; the marks and the degree sign also after
 * four Cyrillic and four Greek capitals.
 */
static const char alone[] = "[cw$bnxU 153 402 201A]";

enum { MEMBERS = 128 };

struct members {
    uint32_t at[MEMBERS];
    size_t count;
};

static void add_members(void *owner, uint32_t first, uint32_t last) {
    struct members *members = owner;
    for (uint32_t c = first; c <= last; c++) members->at[members->count++] = c;
}

static void add_trigger(void *owner, uint32_t first, uint32_t last) {
    trigger_range(owner, KEY_MOJIBAKE, first, last);
}

static void add_pairs(struct triggers *triggers, const char *firsts, const char *seconds) {
    struct members first = {{0}, 0}, second = {{0}, 0};
    badness_set(firsts, add_members, &first);
    badness_set(seconds, add_members, &second);
    for (size_t i = 0; i < first.count; i++)
        for (size_t k = 0; k < second.count; k++)
            trigger_pair(triggers, KEY_MOJIBAKE, first.at[i], second.at[k]);
}

void mojibake_triggers(struct triggers *triggers, const struct settings *settings) {
    if (settings->value[KEY_MOJIBAKE] == OFF) return;
    badness_set(alone, add_trigger, triggers);
    add_pairs(triggers, "L", "[se]");
    add_pairs(triggers, "e", "L");
    add_pairs(triggers, "[412 413 420 421 392 393 39E 39F]", "[se B0]");
}
