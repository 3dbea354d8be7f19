/*
 * A document is read line by line. Stretches of plain ASCII are skipped whole (inspect_quiet); every other line is looked at once
 * (inspect_line), and only when some pass may change it, it is decoded and repaired (repair_line). Blank lines are cut last.
 *
 * Example (web)  "a\u00A0 b\r\n\n\n\ncafe\u0301 "  ->  "a b\n\ncaf\u00E9": line 1 has a no-break space before a space, and
 * CRLF; two of the empty lines go; line 5 composes and loses its last space.
 *
 * The answer is the input itself until the first change; from there on it is built in a buffer, clean stretches copied
 * whole. Lines of more than a million code points are cut where nothing joins and repaired piece by piece, so that
 * memory is bounded: the text once more, and 16 MiB. Threads: the tables are read-only, a scratch belongs to one thread.
 *
 * Decisions of a whole document (is there markup? does another line show mojibake? is it Zawgyi?) are made on the text as
 * it came. A repair can change their answer, though: "&lt;" may be left alone because of ESC [ < b, which looks like markup and
 * is a terminal's code that goes. So when the answer, asked of the result, would let a pass do more, the result is taken
 * through again; then normalising twice is the same as once.
 */
#include "normalize.h"

#include "arabic.h"
#include "entities.h"
#include "inspect.h"
#include "repair.h"
#include "text/utf8.h"

#define MOST_AGAIN 4                    /* runs over one document */
#define LONG_LINE ((size_t)1 << 20)     /* code points */
#define PIECE_BYTES ((size_t)256 << 10) /* of a longer line, at least */
#define PIECE_MOST ((size_t)2 << 20)
#define LONGEST_NAME 40 /* of an entity, with some room */

struct normalize {
    struct settings settings;
    struct flags flags;
    struct mojibake *mojibake;
    inspect_quiet_fn *quiet;
};

struct normalize_scratch {
    struct sg_buf text[2], wide;
    struct repair repair;
    struct mojibake_scratch *mojibake;
    struct zawgyi *zawgyi;
    struct normalize_witness witness;
};

struct normalize *normalize_new(const struct settings *settings) {
    struct normalize *normalize = sg_zalloc(1, sizeof *normalize);
    normalize->settings = *settings;
    flags_init(&normalize->flags, settings);
    normalize->mojibake = mojibake_new();
    normalize->quiet = inspect_quiet_at(sg_cpu_level());
    return normalize;
}

const struct settings *normalize_settings(const struct normalize *normalize) {
    return &normalize->settings;
}

void normalize_free(struct normalize *normalize) {
    if (!normalize) return;
    flags_free(&normalize->flags);
    mojibake_free(normalize->mojibake);
    free(normalize);
}

struct normalize_scratch *normalize_scratch_new(const struct normalize_witness *witness) {
    struct normalize_scratch *scratch = sg_zalloc(1, sizeof *scratch);
    scratch->mojibake = mojibake_scratch_new();
    if (witness) scratch->witness = *witness;
    return scratch;
}

void normalize_scratch_free(struct normalize_scratch *scratch) {
    if (!scratch) return;
    sg_buf_free(&scratch->text[0]);
    sg_buf_free(&scratch->text[1]);
    sg_buf_free(&scratch->wide);
    repair_free(&scratch->repair);
    mojibake_scratch_free(scratch->mojibake);
    zawgyi_close(scratch->zawgyi);
    free(scratch);
}

/* ---- one line ---- */

/* Some `&` of the line starts an entity. */
static bool has_entity(const char *line, const char *end) {
    for (const char *p = line; (p = memchr(p, '&', (size_t)(end - p))); p++)
        if (entities_may(p, end)) return true;
    return false;
}

/* The passes that the line may need. */
static uint64_t needs(struct job *job, const char *line, const char *end) {
    struct sight sight = {0};
    inspect_line(job->flags, line, end, &sight);
    if ((sight.active & FLAG(KEY_MOJIBAKE)) &&
        mojibake_badness(job->mojibake, line, (size_t)(end - line)) == GOOD)
        sight.active &= ~FLAG(KEY_MOJIBAKE);
    if ((sight.active & FLAG(KEY_ENTITIES)) && !has_entity(line, end))
        sight.active &= ~FLAG(KEY_ENTITIES);
    if ((sight.active & FLAG(KEY_ZAWGYI)) && !zawgyi_decided(job))
        sight.active &= ~FLAG(KEY_ZAWGYI);
    if (sight.active == 0) {
        job->counts[COUNT_FFFD_IN] += sight.fffd;
        job->counts[COUNT_FFFD] += sight.fffd;
        job->counts[COUNT_PUA] += sight.pua;
        job->counts[COUNT_JOINER_KEPT] += sight.joiners;
        job->counts[COUNT_ZWSP_KEPT] += sight.zwsp;
    }
    return sight.active;
}

/*
 * Where a long line is cut: between two letters of which no pass wants anything, and no `&` or ESC so near that a name or an
 * escape sequence could lie across. Where there is no such place, after PIECE_MOST bytes and not beside a space; in a run of
 * spaces as long as that, inside it.
 */
static const char *cut(struct job *job, const char *line, const char *end) {
    if ((size_t)(end - line) <= PIECE_BYTES) return end;
    const uint64_t space = FLAG(KEY_WHITESPACE);
    uint64_t wanted = FLAG_PASSES | FLAG_CLASS | space, before = wanted;
    if (!zawgyi_decided(job)) wanted &= ~FLAG(KEY_ZAWGYI);
    const char *p = line + PIECE_BYTES;
    while (((unsigned char)*p & 0xC0) == 0x80) p++;
    for (size_t calm = 0; p < end && (size_t)(p - line) < 2 * PIECE_MOST; calm++) {
        const char *here = p;
        uint32_t c = sg_utf8_next(&p);
        uint64_t f = flags_of(job->flags, c) | (c == ' ' || c == '\t' ? space : 0);
        if (calm > LONGEST_NAME && !(before & wanted) && !(f & (wanted | FLAG_MAYBE | FLAG_SECOND)))
            return here;
        if ((size_t)(here - line) > PIECE_MOST && !((before | f) & space)) return here;
        if (c == '&' || c == 0x1B) calm = 0;
        before = f;
    }
    return p;
}

static bool is_long(const char *line, const char *end) {
    return (size_t)(end - line) > LONG_LINE &&
           sg_utf8_count(line, (size_t)(end - line)) > LONG_LINE;
}

/* The line repaired, appended to out. */
static uint64_t put_repaired(struct job *job, struct repair *repair, const char *line,
                             const char *end, bool before_lf, struct sg_buf *out) {
    uint64_t did = 0;
    job->in_pieces = is_long(line, end);
    job->counts[COUNT_TOO_LONG] += job->in_pieces;
    while (line < end) {
        const char *stop = job->in_pieces ? cut(job, line, end) : end;
        job->before_lf = before_lf && stop == end;
        did |= repair_line(repair, job, line, (size_t)(stop - line), out);
        line = stop;
    }
    return did;
}

/* ---- lines ---- */

/* How a run over a document goes. copied: what stands before it is in out already. */
struct walk {
    const char *copied;
    struct sg_buf *out;
    uint64_t did;
    bool blanks; /* empty lines that `blank` would cut */
};

/* Every line goes through the passes, whatever it holds. */
static bool takes_all(const struct job *job) {
    return job->thorough || job->rule != LANGUAGE_NONE || job->zawgyi == YES;
}

static void take_line(struct job *job, struct repair *repair, const char *line, const char *stop,
                      struct walk *walk) {
    job->asked = 0;
    if (!takes_all(job)) {
        job->asked = needs(job, line, stop);
        if (job->asked == 0) return;
    }
    size_t clean = (size_t)(line - walk->copied), start = walk->out->len;
    sg_buf_put(walk->out, walk->copied, clean);
    uint64_t did = put_repaired(job, repair, line, stop, stop < job->end, walk->out);
    if (did == 0) { /* as it was: what stands in out is no more than a copy */
        walk->out->len = start;
        return;
    }
    walk->copied = stop;
    walk->did |= did;
    job->counts[COUNT_LINES_CHANGED]++;
}

/* Skip lines of plain ASCII: the start of the first line that must be looked at. */
static const char *skip_quiet(const struct normalize *normalize, const char *line,
                              const char *end) {
    size_t quiet = normalize->quiet(line, (size_t)(end - line));
    const char *lf = memrchr(line, '\n', quiet);
    return lf ? lf + 1 : line;
}

static void walk_lines(struct job *job, struct repair *repair, struct walk *walk) {
    bool skips = !takes_all(job) && !job->flags->leading_goes;
    bool empty_before = false;
    walk->blanks = job->text < job->end && (job->text[0] == '\n' || job->end[-1] == '\n');
    for (const char *line = job->text; line < job->end;) {
        if (skips) {
            const char *next = skip_quiet(job->normalize, line, job->end);
            empty_before &= next == line;
            line = next;
            if (line == job->end) break;
        }
        const char *lf = memchr(line, '\n', (size_t)(job->end - line));
        const char *stop = lf ? lf : job->end;
        walk->blanks |= empty_before && stop == line;
        empty_before = stop == line;
        if (stop > line) take_line(job, repair, line, stop, walk);
        line = stop + 1;
    }
}

/* Three or more LF to two, none at the ends, in place. Returns how many went. */
static size_t blank(struct sg_buf *text) {
    size_t to = 0, run = 0;
    for (size_t from = 0; from < text->len; from++) {
        run = text->data[from] == '\n' ? run + 1 : 0;
        if (run <= 2 && !(run && to == 0)) text->data[to++] = text->data[from];
    }
    while (to && text->data[to - 1] == '\n') to--;
    size_t gone = text->len - to;
    text->len = to;
    return gone;
}

/* ---- the document ---- */

static void cut_blanks(struct job *job, struct walk *walk) {
    size_t gone = blank(walk->out);
    if (gone == 0) return;
    walk->did |= FLAG(KEY_BLANK);
    job->counts[COUNT_LINES_CHANGED] += gone;
    job->counts[COUNT_PASS_LINES + KEY_BLANK] += gone;
    job->counts[COUNT_PASS_REMOVED + KEY_BLANK] += gone;
}

/* One run. Returns what changed; then the text is in out. */
static uint64_t run(struct job *job, struct repair *repair, struct sg_buf *out) {
    struct walk walk = {.copied = job->text, .out = out};
    out->len = 0;
    walk_lines(job, repair, &walk);
    /* A repaired line may have become empty, or several. */
    bool blanks = (job->flags->on & FLAG(KEY_BLANK)) && (walk.blanks || walk.did);
    if (!walk.did && !blanks) return 0;
    sg_buf_put(out, walk.copied, (size_t)(job->end - walk.copied));
    if (blanks) cut_blanks(job, &walk);
    return walk.did;
}

/* The same, once more when a line showed that the document is Zawgyi: those before it are to be converted too. */
static uint64_t run_over(struct job *job, struct repair *repair, struct sg_buf *out) {
    uint64_t counts[NORMALIZE_COUNTS];
    bool known = job->zawgyi == YES;
    memcpy(counts, job->counts, sizeof counts);
    uint64_t did = run(job, repair, out);
    if (known || job->zawgyi != YES) return did;
    memcpy(job->counts, counts, sizeof counts);
    job->counts[COUNT_ZAWGYI]++;
    return run(job, repair, out);
}

/* Would a decision of the whole document, asked of the result, let a pass do more? */
static bool asks_again(struct job *job, const struct sg_buf *text) {
    uint64_t counts[NORMALIZE_COUNTS] = {0};
    struct job next = *job;
    next.text = text->data;
    next.end = text->data + text->len;
    next.markup = next.strong = next.zawgyi = UNDECIDED;
    next.counts = counts;
    bool again = (job->markup == YES && !entities_markup(&next)) ||
                 (job->strong == NO && mojibake_strong(&next)) ||
                 (job->zawgyi != YES && job->flags->on & FLAG(KEY_ZAWGYI) && zawgyi_decided(&next));
    job->zawgyi_converter = next.zawgyi_converter;
    return again;
}

static void look_at_order(struct job *job) {
    bool shapes = job->counts[COUNT_PASS_LINES + KEY_PRESENTATION] > 0;
    job->counts[COUNT_VISUAL_ORDER] =
        shapes && arabic_visual_order(job->text, (size_t)(job->end - job->text));
}

static void document(struct job *job, struct normalize_scratch *scratch,
                     struct normalize_answer *answer) {
    uint64_t did = 0;
    for (int again = 0; again < MOST_AGAIN; again++) {
        struct sg_buf *out = &scratch->text[again & 1];
        uint64_t now = run_over(job, &scratch->repair, out);
        if (again == 0) look_at_order(job);
        if (now == 0) break;
        did |= now;
        answer->text = out->len ? out->data : "";
        answer->len = out->len;
        if (!asks_again(job, out)) break;
        job->text = answer->text;
        job->end = answer->text + answer->len;
        job->markup = job->strong = job->zawgyi = UNDECIDED;
        /* counts of what a text holds are those of the last run */
        answer->counts[COUNT_FFFD] = answer->counts[COUNT_PUA] = 0;
        answer->counts[COUNT_JOINER_KEPT] = answer->counts[COUNT_ZWSP_KEPT] = 0;
    }
    answer->changed = did != 0;
    answer->counts[COUNT_CHANGED] = answer->changed;
    for (unsigned k = 0; k < NORMALIZE_PASSES; k++)
        answer->counts[COUNT_PASS_DOCUMENTS + k] = (did & FLAG(k)) != 0;
}

static void normalize_text(const struct normalize *normalize, struct normalize_scratch *scratch,
                           struct job *job, struct normalize_answer *answer) {
    *answer = (struct normalize_answer){.text = job->text, .len = (size_t)(job->end - job->text)};
    job->normalize = normalize;
    job->settings = &normalize->settings;
    job->flags = &normalize->flags;
    job->mojibake = normalize->mojibake;
    job->mojibake_scratch = scratch->mojibake;
    job->zawgyi_converter = scratch->zawgyi;
    job->wide = &scratch->wide;
    job->witness = scratch->witness.saw ? &scratch->witness : NULL;
    job->counts = answer->counts;
    document(job, scratch, answer);
    scratch->zawgyi = job->zawgyi_converter; /* opened by the first document that needs it */
}

static enum language_rule rule_of(const struct normalize *normalize, const char *text, size_t len,
                                  struct normalize_hint hint) {
    unsigned gate = normalize->settings.value[KEY_LANG];
    if (gate == OFF) return LANGUAGE_NONE;
    return language_rule_of(hint.lang, hint.score, gate == LANG_GATED, text, len);
}

void normalize_document(const struct normalize *normalize, struct normalize_scratch *scratch,
                        const char *text, size_t len, struct normalize_hint hint,
                        struct normalize_answer *answer) {
    struct job job = {.text = text, .end = text + len, .rule = rule_of(normalize, text, len, hint)};
    normalize_text(normalize, scratch, &job, answer);
}

void normalize_thorough(const struct normalize *normalize, struct normalize_scratch *scratch,
                        const char *text, size_t len, struct normalize_hint hint,
                        struct normalize_answer *answer) {
    struct job job = {.text = text,
                      .end = text + len,
                      .rule = rule_of(normalize, text, len, hint),
                      .thorough = true};
    normalize_text(normalize, scratch, &job, answer);
}
