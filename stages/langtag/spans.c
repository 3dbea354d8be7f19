/*
 *   1 cut     lines; a line of over 300 bytes into units of 120 to 300 bytes, at the end of a sentence or else at a space,
 *             and where another script begins that stays for 20 letters. What has less than 20 letters joins its neighbour
 *   2 ask     each unit for its 8 best labels
 *   3 prior   units of less than 40 letters hear what the long ones said
 *   4 path    the sequence of labels with the best sum of log probabilities, less the costs of changing:
 *             4 between labels, 1.5 when the script changes too, 2 behind an empty line. What is no language costs nothing
 *   5 join    neighbours of one label
 *
 * Example: three lines that say eng .95, sco .6 eng .3, eng .9: to be Scots for one line would gain log(.6 / .3) = .7 and cost
 * 8, so all three are English. With sco .99999 eng .00001 it would gain log(.99999 / .001) = 6.9, for nothing is held less
 * likely than .001, and still not pay: it takes two such units to make a span of another language in the same script.
 *
 * Memory: 2 bytes for each unit and label in play; of a very long text units are larger, so that there are at most 20,000.
 */
#include "spans.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "calibrate.h"
#include "text/utf8.h"

#define BEST 8
#define STATES 64
#define UNITS_MAX 20000
#define LINE_MAX_BYTES 300
#define UNIT_MIN_BYTES 120
#define UNIT_MIN_LETTERS 20
#define LONG_LETTERS 40
#define LEAST 0.001
#define SWITCH_COST 4.0f
#define SCRIPT_COST 1.5f
#define BLANK_COST 2.0f
#define MIXED_LETTERS 40

struct spans_unit {
    size_t at, len;
    uint32_t letters;
    int script;
    bool after_blank, zxx;
    size_t best_count;
    int labels[BEST];
    float score[BEST]; /* probability, then its logarithm */
};

struct spans_path {
    int state_label[STATES];
    int state_script[STATES];
    size_t state_count;
    float share[STATES]; /* of the letters of long units */
    uint8_t *from;       /* unit x STATES: the state before */
    size_t from_cap;
};

struct spans *spans_new(void) {
    struct spans *spans = sg_zalloc(1, sizeof *spans);
    spans->path = sg_zalloc(1, sizeof *spans->path);
    return spans;
}

void spans_free(struct spans *spans) {
    if (!spans) return;
    free(spans->list);
    free(spans->units);
    free(spans->path->from);
    free(spans->path);
    free(spans);
}

/* ---- cutting ---- */

static void add_unit(struct spans *spans, size_t at, size_t len, bool after_blank) {
    if (len == 0) return;
    if (spans->unit_count == spans->unit_cap) {
        spans->unit_cap = 2 * spans->unit_cap + 64;
        spans->units = sg_realloc(spans->units, spans->unit_cap * sizeof *spans->units);
    }
    spans->units[spans->unit_count++] =
        (struct spans_unit){.at = at, .len = len, .after_blank = after_blank};
}

static bool ends_sentence(const char *text, size_t i) {
    unsigned char c = (unsigned char)text[i];
    if (c == '.' || c == '!' || c == '?') return true;
    if (i < 2) return false;
    static const char *const ends[] = {"।", "॥", "。", "！", "？", "۔", "؟", "։", "።", "။"};
    for (size_t e = 0; e < sizeof ends / sizeof *ends; e++)
        if (memcmp(text + i - 2, ends[e], 3) == 0) return true;
    return false;
}

/* Where the script that the line is in changes for at least UNIT_MIN_LETTERS letters, or end. */
static size_t script_change(const struct langtag *t, const char *text, size_t at, size_t end) {
    uint32_t now = 0, other = 0, run = 0;
    size_t change = end;
    for (const char *p = text + at, *stop = text + end; p < stop;) {
        const char *here = p;
        uint32_t entry = script_entry(&t->scripts, sg_utf8_next(&p)), script = script_of(entry);
        if (script_class_of(entry) != SCRIPT_LETTER || script < SCRIPT_FIRST) continue;
        if (now == 0) now = script;
        if (script == now) {
            run = 0;
            change = end;
        } else {
            if (run == 0 || script != other) {
                run = 0;
                change = (size_t)(here - text);
            }
            other = script;
            if (++run >= UNIT_MIN_LETTERS) return change;
        }
    }
    return end;
}

/* The end of a unit that begins at `at` in a line that ends at `end`. */
static size_t unit_end(const char *text, size_t at, size_t end, size_t most) {
    size_t least = at + most * UNIT_MIN_BYTES / LINE_MAX_BYTES, space = 0, i;
    if (end - at <= most) return end;
    for (i = at + most - 1; i > least; i--) {
        if (text[i] == ' ' && !space) space = i;
        if (ends_sentence(text, i)) return i + 1;
    }
    if (space) return space;
    for (i = at + most; i > at && ((unsigned char)text[i] & 0xC0) == 0x80;) i--;
    return i;
}

static void cut(const struct langtag *t, const char *text, size_t len, struct spans *spans) {
    size_t most = len / UNITS_MAX > LINE_MAX_BYTES / 4 ? 4 * (len / UNITS_MAX) : LINE_MAX_BYTES;
    bool blank = false;
    for (size_t at = 0; at < len;) {
        const char *lf = memchr(text + at, '\n', len - at);
        size_t end = lf ? (size_t)(lf - text) : len;
        blank |= end == at;
        while (at < end) {
            size_t near = end - at > 2 * most ? at + 2 * most : end, /* what is looked at */
                to = script_change(t, text, at, near);
            to = unit_end(text, at, to == near ? end : to, most);
            add_unit(spans, at, to - at, blank);
            blank = false;
            at = to;
        }
        at = end + 1;
    }
}

static uint32_t count_letters(const struct langtag *t, struct langtag_scratch *s, const char *text,
                              const struct spans_unit *unit, int *script) {
    letters_none(&s->letters);
    letters_count(&t->scripts, text + unit->at, unit->len, &s->letters);
    *script = main_script(t, &s->letters);
    return s->letters.scripted;
}

/* Short units join the one behind them, or the last one the one before, when these are of the same script. */
static void join_short(const struct langtag *t, struct langtag_scratch *s, const char *text,
                       struct spans *spans) {
    size_t kept = 0;
    for (size_t i = 0; i < spans->unit_count; i++) {
        struct spans_unit unit = spans->units[i];
        unit.letters = count_letters(t, s, text, &unit, &unit.script);
        struct spans_unit *last = kept ? &spans->units[kept - 1] : NULL;
        bool is_short = unit.letters < UNIT_MIN_LETTERS, ends = i + 1 == spans->unit_count;
        if (last && !unit.after_blank &&
            (last->script == unit.script || unit.letters == 0 || last->letters == 0) &&
            (last->letters < UNIT_MIN_LETTERS || (is_short && ends)) &&
            unit.at + unit.len - last->at <= 2 * LINE_MAX_BYTES) {
            last->len = unit.at + unit.len - last->at;
            last->letters += unit.letters;
            if (last->script < 0) last->script = unit.script;
            continue;
        }
        spans->units[kept++] = unit;
    }
    spans->unit_count = kept;
}

/* ---- asking ---- */

static void keep_best(const struct langtag *t, const struct reading *reading,
                      const struct sparse_scratch *s, struct spans_unit *unit) {
    struct langtag_evidence evidence = answer_evidence(reading, s);
    for (size_t i = 0; i < s->live_count; i++) {
        float p = s->probability[i];
        if ((unit->best_count == BEST && p <= unit->score[BEST - 1])) continue;
        size_t at = unit->best_count < BEST ? unit->best_count++ : BEST - 1;
        for (; at > 0 && unit->score[at - 1] < p; at--) {
            unit->score[at] = unit->score[at - 1];
            unit->labels[at] = unit->labels[at - 1];
        }
        unit->score[at] = p;
        unit->labels[at] = (int)reading->group->labels[s->live[i]];
    }
    for (size_t i = 0; i < unit->best_count; i++)
        unit->score[i] = calibrate_score(t->sparse, &evidence, unit->score[i]);
}

static void ask(const struct langtag *t, struct langtag_scratch *s, const char *text,
                struct spans_unit *unit) {
    const struct sample_piece whole = {.at = unit->at, .len = unit->len};
    struct reading reading = answer_read(t, s, text, &whole, 1);
    unit->best_count = 0;
    unit->zxx = reading.kind == READING_ZXX;
    if (reading.kind == READING_ASKED) keep_best(t, &reading, &s->sparse, unit);
    if (reading.kind == READING_CERTAIN) {
        unit->labels[0] = (int)reading.group->labels[0];
        unit->score[0] = 1;
        unit->best_count = 1;
    }
    if (unit->best_count > 0 && t->sparse_zxx == unit->labels[0]) unit->zxx = true;
}

/* ---- the path ---- */

static size_t state_of(const struct spans_path *path, int label) {
    size_t i = 0;
    while (i < path->state_count && path->state_label[i] != label) i++;
    return i;
}

/* Labels in play: those that some unit thinks best come before those that come second and later. */
static void find_states(const struct langtag *t, struct spans *spans) {
    struct spans_path *path = spans->path;
    float letters = 0;
    path->state_count = 0;
    memset(path->share, 0, sizeof path->share);
    for (size_t rank = 0; rank < BEST; rank++)
        for (size_t i = 0; i < spans->unit_count; i++) {
            const struct spans_unit *unit = &spans->units[i];
            if (rank >= unit->best_count || unit->zxx) continue;
            size_t state = state_of(path, unit->labels[rank]);
            if (state == STATES) continue;
            if (state == path->state_count) {
                path->state_label[state] = unit->labels[rank];
                path->state_script[state] = (int)t->sparse->labels[unit->labels[rank]].group;
                path->state_count++;
            }
            if (unit->letters < LONG_LETTERS) continue;
            path->share[state] += unit->score[rank] * (float)unit->letters;
            if (rank == 0) letters += (float)unit->letters;
        }
    for (size_t i = 0; i < path->state_count && letters > 0; i++) path->share[i] /= letters;
}

/* Log probability of each state for a unit. */
static void emissions(const struct spans_path *path, const struct spans_unit *unit,
                      float out[STATES]) {
    float uniform = 0.5f / (float)path->state_count;
    for (size_t i = 0; i < path->state_count; i++) {
        double p = LEAST;
        for (size_t b = 0; b < unit->best_count; b++)
            if (unit->labels[b] == path->state_label[i] && (double)unit->score[b] > LEAST)
                p = (double)unit->score[b];
        if (unit->letters < LONG_LETTERS) p *= (double)(0.5f * path->share[i] + uniform);
        out[i] = unit->zxx || unit->best_count == 0 ? 0 : (float)sg_num_log(p);
    }
}

/* One step: the best way to each state; from tells the state before. */
static void advance(const struct spans_path *path, const struct spans_unit *unit,
                    float score[STATES], uint8_t *from) {
    float emission[STATES], next[STATES], blank = unit->after_blank ? BLANK_COST : SWITCH_COST;
    emissions(path, unit, emission);
    for (size_t to = 0; to < path->state_count; to++) {
        size_t best = to;
        float most = score[to];
        for (size_t i = 0; i < path->state_count; i++) {
            float cost =
                path->state_script[i] != path->state_script[to] ? SCRIPT_COST : SWITCH_COST;
            if (cost > blank) cost = blank;
            if (i == to || score[i] - cost <= most) continue;
            most = score[i] - cost;
            best = i;
        }
        next[to] = most + emission[to];
        from[to] = (uint8_t)best;
    }
    memcpy(score, next, path->state_count * sizeof *score);
}

static void add_span(struct spans *spans, size_t start, size_t end, int label, uint32_t letters) {
    struct span *last = spans->count ? &spans->list[spans->count - 1] : NULL;
    if (last && last->label == label) {
        last->end = end;
        last->letters += letters;
        return;
    }
    if (last) last->end = start;
    if (spans->count == spans->cap) {
        spans->cap = 2 * spans->cap + 16;
        spans->list = sg_realloc(spans->list, spans->cap * sizeof *spans->list);
    }
    spans->list[spans->count++] =
        (struct span){.start = start, .end = end, .label = label, .letters = letters};
}

/* The best path from its end; each unit's label goes to labels[0]. */
static void follow(struct spans *spans) {
    struct spans_path *path = spans->path;
    size_t units = spans->unit_count;
    float score[STATES] = {0};
    if (units * STATES > path->from_cap) {
        path->from_cap = units * STATES;
        path->from = sg_realloc(path->from, path->from_cap);
    }
    for (size_t i = 0; i < units; i++)
        advance(path, &spans->units[i], score, path->from + i * STATES);
    size_t state = 0;
    for (size_t i = 1; i < path->state_count; i++)
        if (score[i] > score[state]) state = i;
    for (size_t i = units; i-- > 0;) {
        struct spans_unit *unit = &spans->units[i];
        bool unknown = unit->best_count == 0;
        unit->labels[0] = unit->zxx ? SPANS_ZXX
                          : unknown ? SPANS_UND - unit->script
                                    : path->state_label[state];
        if (path->state_count > 0) state = path->from[i * STATES + state];
    }
}

/* ---- telling ---- */

/* Sisters of a family are one language here. */
static bool is_mixed(const struct langtag *t, const struct spans *spans) {
    const struct spans_path *path = spans->path;
    uint32_t sums[STATES] = {0}, all = 0, most = 0, second = 0;
    for (size_t i = 0; i < spans->count; i++) {
        if (spans->list[i].label < 0) continue;
        size_t state = state_of(path, spans->list[i].label), sister = 0;
        int family = t->labels[spans->list[i].label].family;
        for (; family != FAMILIES_NONE && sister < state; sister++)
            if (t->labels[path->state_label[sister]].family == family) state = sister;
        sums[state] += spans->list[i].letters;
        all += spans->list[i].letters;
    }
    for (size_t i = 0; i < path->state_count; i++) {
        if (sums[i] > most) {
            second = most;
            most = sums[i];
        } else if (sums[i] > second) {
            second = sums[i];
        }
    }
    return second >= MIXED_LETTERS && (uint64_t)second * 10 >= all;
}

void spans_label(const struct langtag *t, int label, char out[SPANS_NAME]) {
    if (label >= 0)
        strncpy(out, t->labels[label].name, SPANS_NAME - 1);
    else if (label == SPANS_ZXX)
        strcpy(out, "zxx_Zxxx");
    else
        strcat(strcpy(out, "und_"), script_name(t, SPANS_UND - label));
    out[SPANS_NAME - 1] = 0;
}

void spans_find(const struct langtag *t, struct langtag_scratch *s, const char *text, size_t len,
                struct spans *spans) {
    spans->count = spans->unit_count = 0;
    spans->mixed = false;
    cut(t, text, len, spans);
    join_short(t, s, text, spans);
    for (size_t i = 0; i < spans->unit_count; i++) ask(t, s, text, &spans->units[i]);
    find_states(t, spans);
    follow(spans);
    size_t at = 0, points = 0;
    for (size_t i = 0; i < spans->unit_count; i++) {
        const struct spans_unit *unit = &spans->units[i];
        points += sg_utf8_count(text + at, unit->at - at);
        at = unit->at;
        size_t start = spans->count ? points : 0;
        points += sg_utf8_count(text + at, unit->len);
        at += unit->len;
        add_span(spans, start, points, unit->labels[0], unit->letters);
    }
    if (spans->count)
        spans->list[spans->count - 1].end = points + sg_utf8_count(text + at, len - at);
    spans->mixed = is_mixed(t, spans);
}
