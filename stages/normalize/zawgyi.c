/*
 * Zawgyi stores Burmese as it is seen, with code points that mean another thing in Unicode. Told apart by two signs of which
 * Unicode text holds none: U+1031 stored before its consonant, so after something that cannot hold it, and U+1039, in
 * Zawgyi the visible killer, in Unicode a stacker that a consonant follows. A document with three of them, and one in fifty
 * of its letters, is Zawgyi. One must be U+1031: Sanskrit in Burmese letters ends its lines in U+1039 too.
 *
 * U+1031 U+1019 (Zawgyi, at a word's start) counts; U+1019 U+1031 (Unicode) does not. A range of code points says nothing:
 * Shan, Mon and Karen own U+1060..U+109F.
 *
 * ICU's converter is not idempotent, so a document is converted only if the outcome no longer counts as Zawgyi: a second
 * run then leaves it alone.
 */
#include "zawgyi.h"

#include <unicode/ustring.h>
#include <unicode/utf16.h>
#include <unicode/utrans.h>

#include "passes.h"
#include "syllable_table.h"
#include "text/unicode.h"
#include "text/utf8.h"

enum { MIN_SIGNS = 3, LETTERS_PER_SIGN = 50 };

struct zawgyi {
    UTransliterator *rules;
    UChar *text;
    int32_t room;
};

static bool is_myanmar(uint32_t c) {
    return c - 0x1000 < 0xA0;
}

/* Mon writes U+1017 U+103E U+103A U+1031, and a digit zero is common for the letter WA, which it looks like. */
static bool holds_e(uint32_t c) {
    enum syllable class = syllable_of(c);
    if (c < 0x1000) return false;
    return class == SYLLABLE_CONSONANT || class == SYLLABLE_HOLDER || c == 0x103A || c == 0x1040 ||
           c == 0x25CC;
}

struct count {
    size_t letters, loose_e, bare_stackers;
    uint32_t before;
};

static void look(struct count *count, uint32_t c) {
    bool consonant = c == 0x1021 || (c >= 0x1000 && syllable_of(c) == SYLLABLE_CONSONANT);
    count->letters += is_myanmar(c) && syllable_of(c) != SYLLABLE_NONE;
    count->loose_e += c == 0x1031 && !holds_e(count->before);
    count->bare_stackers += count->before == 0x1039 && !consonant;
    count->before = c;
}

bool zawgyi_is(const char *utf8, size_t len) {
    struct count count = {0};
    const char *end = utf8 + len;
    if (!memmem(utf8, len, "\xE1\x80\xB1", 3)) return false; /* no U+1031 at all */
    for (const char *at = utf8; at < end;) {
        unsigned char first = (unsigned char)*at;
        if (first < 0xE1 &&
            count.before != 0x1039) { /* below U+1000: a whole sequence in one step */
            at += first < 0x80 ? 1 : first < 0xE0 ? 2 : 3;
            count.before = 0;
            continue;
        }
        look(&count, sg_utf8_next(&at));
    }
    look(&count, 0);
    size_t signs = count.loose_e + count.bare_stackers;
    return count.loose_e > 0 && signs >= MIN_SIGNS && signs * LETTERS_PER_SIGN >= count.letters;
}

/* ---- converting ---- */

struct zawgyi *zawgyi_open(void) {
    UErrorCode status = U_ZERO_ERROR;
    UTransliterator *rules = utrans_openU(u"Zawgyi-my", -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    if (U_FAILURE(status)) return NULL;
    struct zawgyi *zawgyi = sg_zalloc(1, sizeof *zawgyi);
    zawgyi->rules = rules;
    return zawgyi;
}

void zawgyi_close(struct zawgyi *zawgyi) {
    if (!zawgyi) return;
    utrans_close(zawgyi->rules);
    free(zawgyi->text);
    free(zawgyi);
}

static bool has_myanmar(const struct line *line) {
    for (size_t i = 0; i < line->len; i++)
        if (is_myanmar(line->at[i])) return true;
    return false;
}

static void widen(struct zawgyi *zawgyi, int32_t units) {
    if (zawgyi->room >= units) return;
    zawgyi->room = units;
    zawgyi->text = sg_realloc(zawgyi->text, (size_t)units * sizeof *zawgyi->text);
}

bool zawgyi_convert(struct zawgyi *zawgyi, const struct line *in, struct line *out) {
    if (!has_myanmar(in) || in->len > INT32_MAX / 16) return false;
    /* The rules at most double a code point (U+1086 ...); four times is room to spare, and an overflow changes nothing. */
    int32_t capacity = (int32_t)in->len * 4 + 64, len = 0, limit;
    UErrorCode status = U_ZERO_ERROR;
    widen(zawgyi, capacity);
    for (size_t i = 0; i < in->len; i++) U16_APPEND_UNSAFE(zawgyi->text, len, (int32_t)in->at[i]);
    limit = len;
    utrans_transUChars(zawgyi->rules, zawgyi->text, &len, capacity, 0, &limit, &status);
    if (U_FAILURE(status)) return false;
    for (int32_t i = 0; i < len;) {
        UChar32 c;
        U16_NEXT(zawgyi->text, i, len, c);
        line_put(out, (uint32_t)c);
    }
    return !line_equal(in, out);
}

/* ---- the pass ---- */

/* Would the converted text count as Zawgyi again? */
static bool settles(struct zawgyi *zawgyi, const char *text, const char *end) {
    struct line line = {0}, converted = {0};
    struct sg_buf all = {0}, composed = {0};
    for (const char *at = text; at < end;) {
        const char *lf = memchr(at, '\n', (size_t)(end - at));
        line_decode(&line, at, (size_t)((lf ? lf : end) - at));
        converted.len = 0;
        line_encode(zawgyi_convert(zawgyi, &line, &converted) ? &converted : &line, &all);
        sg_buf_putc(&all, '\n');
        at = lf ? lf + 1 : end;
    }
    if (all.len) sg_unicode_nfc(all.data, all.len, &composed);
    bool yes = !zawgyi_is(composed.data ? composed.data : "", composed.len);
    line_free(&line);
    line_free(&converted);
    sg_buf_free(&all);
    sg_buf_free(&composed);
    return yes;
}

static enum decision decide(struct job *job) {
    if (!zawgyi_is(job->text, (size_t)(job->end - job->text))) return NO;
    if (!job->zawgyi_converter) job->zawgyi_converter = zawgyi_open();
    if (!job->zawgyi_converter || !settles(job->zawgyi_converter, job->text, job->end)) return NO;
    job->counts[COUNT_ZAWGYI]++;
    return YES;
}

bool zawgyi_decided(struct job *job) {
    if (job->zawgyi == UNDECIDED) job->zawgyi = decide(job);
    return job->zawgyi == YES;
}

bool pass_zawgyi(struct job *job, const struct line *in, struct line *out) {
    return zawgyi_decided(job) && zawgyi_convert(job->zawgyi_converter, in, out);
}

/* No document without U+1031 is Zawgyi. In one that is, every line goes through the pass (normalize.c). */
void zawgyi_triggers(struct triggers *triggers, const struct settings *settings) {
    (void)settings;
    trigger_range(triggers, KEY_ZAWGYI, 0x1031, 0x1031);
}
