/* normalize: every example of the specification, UCD's NormalizationTest, and what must hold for any text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uloc.h>

#include <cmocka.h>

#include "dice.h"
#include "normalize.h"
#include "text/unicode.h"
#include "text/utf8.h"

#define EXAMPLES "tests/golden/normalize_examples.tsv"
#define EXAMPLE_COUNT 185
#define POINTS_MAX 4096

static const struct normalize_hint unknown = {0};

static void put(struct sg_buf *out, uint32_t c) {
    out->len += sg_utf8_encode(c, sg_buf_room(out, 4));
}

/* "0041 0301" -> UTF-8 */
static void from_hex(const char *hex, struct sg_buf *out) {
    out->len = 0;
    for (char *end; *hex; hex = end) {
        unsigned long c = strtoul(hex, &end, 16);
        if (end == hex) break;
        put(out, (uint32_t)c);
    }
}

/* UTF-8 -> "0041 0301", for messages; caller frees. */
static char *to_hex(const char *text, size_t len) {
    struct sg_buf out = {0};
    for (const char *p = text, *end = text + len; p < end;)
        sg_buf_printf(&out, "%s%04X", out.len ? " " : "", sg_utf8_next(&p));
    return sg_buf_take(&out);
}

static struct settings settings_of(const char *profile) {
    struct sg_err err = {0};
    struct settings settings;
    assert_int_equal(settings_init(&settings, profile, &err), SG_OK);
    return settings;
}

static struct normalize *make(const char *profile) {
    struct settings settings = settings_of(profile);
    return normalize_new(&settings);
}

static void set(struct settings *settings, const char *key, const char *value) {
    struct sg_err err = {0};
    if (settings_set(settings, key, value, &err) != SG_OK) fail_msg("%s", err.text);
}

static void only(struct settings *settings, const char *list) {
    struct sg_err err = {0};
    if (settings_only(settings, list, &err) != SG_OK) fail_msg("%s", err.text);
}

/* One text, from the core and without its fast path: NULL when both say want, else what they say (caller frees). */
static char *differs(const struct normalize *n, struct normalize_scratch *scratch,
                     struct normalize_hint hint, const struct sg_buf *in,
                     const struct sg_buf *want) {
    const char *text = in->data ? in->data : "", *wanted = want->data ? want->data : "";
    for (int thorough = 0; thorough < 2; thorough++) {
        struct normalize_answer answer;
        (thorough ? normalize_thorough : normalize_document)(n, scratch, text, in->len, hint,
                                                             &answer);
        bool change = in->len != want->len || memcmp(text, wanted, in->len) != 0;
        if (answer.len == want->len && memcmp(answer.text, wanted, want->len) == 0 &&
            answer.changed == change)
            continue;
        char *a = to_hex(text, in->len), *b = to_hex(answer.text, answer.len),
             *c = to_hex(wanted, want->len);
        char *message = sg_printf_dup("%s: %s gave %s, wanted %s%s",
                                      thorough ? "without the fast path" : "core", a, b, c,
                                      answer.changed == change ? "" : " (and `changed` is wrong)");
        free(a);
        free(b);
        free(c);
        return message;
    }
    return NULL;
}

static void expect_text(const struct normalize *n, const char *in, const char *want) {
    struct normalize_scratch *scratch = normalize_scratch_new(NULL);
    struct sg_buf a = {0}, b = {0};
    sg_buf_puts(&a, in);
    sg_buf_puts(&b, want);
    char *message = differs(n, scratch, unknown, &a, &b);
    if (message) fail_msg("%s", message);
    sg_buf_free(&a);
    sg_buf_free(&b);
    normalize_scratch_free(scratch);
}

/* ---- the examples ---- */

struct example {
    char number[8], lang[8], pass[16], profile;
    struct sg_buf in, want;
};

static struct example examples[EXAMPLE_COUNT];

static int read_examples(void **state) {
    (void)state;
    FILE *file = fopen(EXAMPLES, "r");
    char line[1024], *cells[6];
    size_t count = 0;
    struct sg_err err = {0};
    if (!file || sg_unicode_init(&err) != SG_OK) return -1;
    while (fgets(line, sizeof line, file) && count < EXAMPLE_COUNT) {
        if (line[0] == '#') continue;
        line[strcspn(line, "\n")] = 0;
        char *rest = line;
        for (int i = 0; i < 6; i++)
            if (!(cells[i] = strsep(&rest, "\t"))) return -1;
        struct example *e = &examples[count++];
        snprintf(e->number, sizeof e->number, "%s", cells[0]);
        snprintf(e->lang, sizeof e->lang, "%s",
                 strlen(cells[1]) == 2 ? uloc_getISO3Language(cells[1]) : cells[1]);
        snprintf(e->pass, sizeof e->pass, "%s", cells[2]);
        e->profile = *cells[3];
        from_hex(cells[4], &e->in);
        from_hex(*cells[5] == '=' ? cells[4] : cells[5], &e->want);
    }
    fclose(file);
    return count == EXAMPLE_COUNT ? 0 : -1;
}

static int free_examples(void **state) {
    (void)state;
    for (size_t i = 0; i < EXAMPLE_COUNT; i++) {
        sg_buf_free(&examples[i].in);
        sg_buf_free(&examples[i].want);
    }
    return 0;
}

static void test_examples(void **state) {
    (void)state;
    struct normalize *conservative = make("conservative"), *web = make("web"),
                     *aggressive = make("aggressive");
    struct normalize_scratch *scratch = normalize_scratch_new(NULL);
    int failed = 0;
    for (size_t i = 0; i < EXAMPLE_COUNT; i++) {
        const struct example *e = &examples[i];
        const struct normalize *n = e->profile == 'c'   ? conservative
                                    : e->profile == 'a' ? aggressive
                                                        : web;
        struct normalize_hint hint = {.lang = e->lang, .score = 1};
        for (int again = 0; again < 2; again++) {
            char *message = differs(n, scratch, hint, again ? &e->want : &e->in, &e->want);
            if (message)
                print_error("example %s (%s)%s: %s\n", e->number, e->pass,
                            again ? " a second time" : "", message);
            failed += message != NULL;
            free(message);
        }
    }
    assert_int_equal(failed, 0);
    normalize_scratch_free(scratch);
    normalize_free(conservative);
    normalize_free(web);
    normalize_free(aggressive);
}

/* ---- lines, settings, counts ---- */

static void test_lines_and_blanks(void **state) {
    (void)state;
    struct normalize *web = make("web"), *conservative = make("conservative");
    expect_text(web, "", "");
    expect_text(web, "\n\n", "");
    expect_text(web, "a\n\nb", "a\n\nb");
    expect_text(web, "a\n\n\n\nb\n", "a\n\nb");
    expect_text(web, "a\n \n\t\n\nb", "a\n\nb");
    expect_text(web, "a\r\r\nb", "a\n\nb");
    expect_text(web, "a\r", "a");
    expect_text(web, "  code\n\tmore  \n  x  y", "  code\n\tmore\n  x y");
    expect_text(web, "a \xC2\xA0 b", "a b");
    expect_text(web, "12345678  12345678", "12345678 12345678");
    expect_text(web, "1234567  12345678", "1234567 12345678");
    expect_text(web, "123456789012345 ", "123456789012345");
    expect_text(conservative, "a  b ", "a  b ");
    expect_text(conservative, "a\u00A0b", "a\u00A0b");
    normalize_free(web);
    normalize_free(conservative);
}

static void expect_error(enum sg_code code, struct sg_err *err, const char *part) {
    assert_int_equal(code, SG_USAGE);
    if (!strstr(err->text, part)) fail_msg("'%s' does not say '%s'", err->text, part);
    sg_err_clear(err);
}

static void test_settings(void **state) {
    (void)state;
    struct sg_err err = {0};
    struct settings web = settings_of("web"), settings = web;
    set(&settings, "whitespace", "off");
    struct normalize *n = normalize_new(&settings);
    assert_string_equal(normalize_settings(n)->profile, "web");
    expect_text(n, "a  b", "a  b");
    normalize_free(n);
    settings = web;
    only(&settings, "nfc");
    n = normalize_new(&settings);
    expect_text(n, "e\u0301\r\n\n\n\n", "\u00E9\r\n\n\n\n");
    normalize_free(n);

    settings = web;
    set(&settings, "quotes", "on");
    set(&settings, "marks", "2");
    set(&settings, "entities", "off");
    set(&settings, "entities", "on"); /* not auto: also beside markup */
    n = normalize_new(&settings);
    expect_text(n, "\u201Cx\u201D a\u0335\u0335\u0335 <b> &lt;", "\"x\" a\u0335\u0335 <b> <");
    normalize_free(n);

    settings = settings_of("conservative");
    only(&settings, "whitespace,joiners"); /* off here, so as web has them */
    assert_int_equal(settings.value[KEY_WHITESPACE], ON);
    assert_int_equal(settings.value[KEY_JOINERS], JOINERS_CONTEXT);
    assert_int_equal(settings.value[KEY_NFC], OFF);
    settings = settings_of("aggressive");
    only(&settings, "whitespace,marks"); /* as the profile has them */
    assert_int_equal(settings.value[KEY_WHITESPACE], AGGRESSIVE);
    assert_int_equal(settings.value[KEY_MARKS], 4);

    expect_error(settings_init(&settings, "strong", &err), &err, "no profile 'strong'");
    settings = web;
    expect_error(settings_only(&settings, "nfc,zalgo", &err), &err, "no pass 'zalgo'");
    expect_error(settings_only(&settings, "", &err), &err, "no pass ''");
    expect_error(settings_only(&settings, "moji_weak", &err), &err, "no pass 'moji_weak'");
    expect_error(settings_set(&settings, "zalgo", "on", &err), &err,
                 "no pass 'zalgo': utf8, zawgyi");
    expect_error(settings_set(&settings, "nfc", "maybe", &err), &err,
                 "nfc is one of off|on, not 'maybe'");
    expect_error(settings_set(&settings, "nfc", "", &err), &err, "not ''");
    expect_error(settings_set(&settings, "utf8", "off", &err), &err, "utf8 is one of on");
    expect_error(settings_set(&settings, "joiners", "aggressive", &err), &err,
                 "keep|context|strip");
    static const char *const counts[] = {"0", "256", "-1", "8x", "COUNT", "99999999999999999999"};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        expect_error(settings_set(&settings, "marks", counts[i], &err), &err, "marks is one of");
}

/* Whether a document has markup is asked of all its lines, wherever they stand. */
static void test_document_decisions(void **state) {
    (void)state;
    struct normalize *web = make("web");
    expect_text(web, "caf&eacute;\nx < y", "caf\u00E9\nx < y");
    expect_text(web, "caf&eacute;\n<i>y</i>", "caf&eacute;\n<i>y</i>");
    expect_text(web, "<i>y</i>\ncaf&eacute;", "<i>y</i>\ncaf&eacute;");
    /* weak signs of mojibake need a strong one: C3 before a space is a word in Belanda Viri */
    expect_text(web, "\u00C3 x", "\u00C3 x");
    expect_text(web, "\u00C3 la carte\nf\u00C3\u00BCr", "\u00E0 la carte\nf\u00FCr");
    expect_text(web, "f\u00C3\u00BCr\n\u00C3 la carte", "f\u00FCr\n\u00E0 la carte");
    struct settings settings = settings_of("web");
    set(&settings, "moji_weak", "line");
    struct normalize *line = normalize_new(&settings);
    expect_text(line, "\u00C3 la carte", "\u00E0 la carte");
    normalize_free(line);
    normalize_free(web);
}

static void test_hint(void **state) {
    (void)state;
    static const struct {
        const char *lang;
        double score;
        const char *in, *want;
    } rows[] = {
        {"ron", 0.8, "\u015Fi \u0163ar\u0103", "\u0219i \u021Bar\u0103"},
        {"ron", 0.79, "\u015Fi", "\u015Fi"},
        {"tur", 1, "\u015Fi", "\u015Fi"},
        {"", 1, "\u015Fi", "\u015Fi"},
        {"pes", 0.95, "\u0643\u064A", "\u06A9\u06CC"},
        {"pes", 0.94, "\u0643\u064A", "\u0643\u064A"},
        {"pes", 1, "\u0643\u064A \u0680", "\u0643\u064A \u0680"}, /* a letter of Sindhi */
        {"arb", 1, "\u0643\u064A", "\u0643\u064A"},
    };
    struct normalize *web = make("web");
    struct normalize_scratch *scratch = normalize_scratch_new(NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sg_buf in = {0}, want = {0};
        sg_buf_puts(&in, rows[i].in);
        sg_buf_puts(&want, rows[i].want);
        char *message =
            differs(web, scratch, (struct normalize_hint){rows[i].lang, rows[i].score}, &in, &want);
        if (message) fail_msg("row %zu: %s", i, message);
        sg_buf_free(&in);
        sg_buf_free(&want);
    }
    normalize_scratch_free(scratch);
    normalize_free(web);
}

static void test_counts(void **state) {
    (void)state;
    struct normalize *web = make("web");
    struct normalize_scratch *scratch = normalize_scratch_new(NULL);
    struct normalize_answer answer;
    const char *text = "a\nb  c\n\uFFFD \uE000\nd\x01\nf\u00C3\u00BCr\n\n\n\n&eacute;";
    normalize_document(web, scratch, text, strlen(text), unknown, &answer);
    static const struct {
        int count;
        uint64_t want;
    } rows[] = {
        {COUNT_CHANGED, 1},
        {COUNT_FFFD_IN, 1},
        {COUNT_FFFD, 1},
        {COUNT_PUA, 1},
        {COUNT_ENTITIES, 1},
        {COUNT_MOJI, 1},
        {COUNT_MOJI_BY, 1}, /* latin-1 is tried first, and can encode it */
        {COUNT_ZAWGYI, 0},
        {COUNT_NONCONVERGED, 0},
        {COUNT_PASS_DOCUMENTS + KEY_WHITESPACE, 1},
        {COUNT_PASS_LINES + KEY_WHITESPACE, 1},
        {COUNT_PASS_REMOVED + KEY_WHITESPACE, 1},
        {COUNT_PASS_LINES + KEY_CONTROL, 1},
        {COUNT_PASS_REMOVED + KEY_CONTROL, 1},
        {COUNT_PASS_LINES + KEY_MOJIBAKE, 1},
        {COUNT_PASS_LINES + KEY_ENTITIES, 1},
        {COUNT_PASS_REMOVED + KEY_ENTITIES, 7},
        {COUNT_PASS_DOCUMENTS + KEY_BLANK, 1},
        {COUNT_PASS_DOCUMENTS + KEY_NFC, 0},
        {COUNT_PASS_LINES + KEY_NFC, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (answer.counts[rows[i].count] != rows[i].want)
            fail_msg("%s is %llu, not %llu", normalize_count_names[rows[i].count],
                     (unsigned long long)answer.counts[rows[i].count],
                     (unsigned long long)rows[i].want);
    for (size_t i = 0; i < NORMALIZE_COUNTS; i++) assert_non_null(normalize_count_names[i]);
    assert_null(normalize_count_names[NORMALIZE_COUNTS]);
    normalize_document(web, scratch, "clean", 5, unknown, &answer);
    for (size_t i = 0; i < NORMALIZE_COUNTS; i++) assert_int_equal(answer.counts[i], 0);
    normalize_scratch_free(scratch);
    normalize_free(web);
}

/* ---- any text ---- */

/* What texts are made of: the code points of the examples, in order, so that neighbours are of one script; what sections 4
 * and 5 of the specification look for; and pieces that are seldom put together by chance. */
struct points {
    uint32_t of_examples[POINTS_MAX];
    size_t count;
};

static const uint32_t triggers[] = {
    'a',     ' ',     ' ',     ' ',     '\n',    '\n',   '\r',   '\t',   0,       0x0B,    0x0C,
    0x1B,    '[',     'm',     0x85,    0x86,    0x9D,   0x9E,   0xC3,   0xC2,    0xA0,    0xE2,
    0x20AC,  0x2122,  0xD8,    0xD9,    0xF0,    0x221A, 0x201A, 0x412,  0x402,   0x3B2,   0x2591,
    0xC5,    0x300,   0x323,   0x327,   0x30A,   0x345,  0x5B4,  0x5B7,  0x653,   0x654,   0x64E,
    0x1100,  0x1161,  0x11A8,  0xAC00,  0x180B,  0x180F, 0x1820, 0x2028, 0x2060,  0x2061,  0x206A,
    0x202A,  0x2066,  0x200E,  0x200F,  0x61C,   0x200C, 0x200D, 0x200B, 0xAD,    0x34F,   0xFE00,
    0xFE0E,  0x17B4,  0x17D2,  0x2800,  0x2801,  0x3164, 0xFFA0, 0x1031, 0x1039,  0x1000,  0x105A,
    0xF900,  0xFB1D,  0xFEFC,  0xFC5E,  0xFDF2,  0xF0B7, 0xE000, '&',    '#',     ';',     '|',
    '<',     0x27,    'l',     'i',     'o',     0x307,  0x15F,  0x43A,  0x643,   0x64A,   0x647,
    0x6CC,   0x93C,   0x94D,   0x1F3F4, 0x1F469, 0xFE0F, 0xFFFD, 0xFFFE, 0x1D15E, 0x1D165, 0x110BA,
    0x1D400, 0x1FFFE, 0x2F800, 0xE0020, 0xE007F};

static const char *const pieces[] = {
    "&eacute;", "&amp;", "amp;", "&#150;", "&zwnj;", "&lt;", "&#x200d;", "&#13;", "&#xd83d;",
    "\x1B[31m", "\x1B]0;t\a", "\u00C3\u00A9", "\u00E2\u20AC\u2122", "\u00E0\u00A4\u00B9",
    "\u00C3\u0192\u00C2\u00A9", "\u00C3\u00A0 ", "\u00D0\u00BC\u00D0\u00B8", "\u00C2\u00AD",
    "\u00E2\u20AC\u2039", "\u00C2\u00A0", "\r\n",
    /* words that only Zawgyi writes */
    "\u1031\u1019\u103B \u1031\u1000\u1039 \u1031\u107F\u1015\u102C\u1039"};
#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static int by_value(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void collect_points(struct points *points) {
    points->count = 0;
    for (size_t i = 0; i < EXAMPLE_COUNT; i++)
        for (int side = 0; side < 2; side++) {
            const struct sg_buf *text = side ? &examples[i].want : &examples[i].in;
            for (const char *p = text->data, *end = p + text->len; p < end;) {
                uint32_t c = sg_utf8_next(&p);
                size_t k = 0;
                while (k < points->count && points->of_examples[k] != c) k++;
                assert_true(k < POINTS_MAX);
                if (k == points->count) points->of_examples[points->count++] = c;
            }
        }
    qsort(points->of_examples, points->count, sizeof *points->of_examples, by_value);
}

static void put_part_of_example(uint64_t *seed, struct sg_buf *out) {
    const struct sg_buf *text = &examples[dice_below(seed, EXAMPLE_COUNT)].in;
    const char *p = text->data, *end = p + text->len;
    for (uint64_t skip = dice_below(seed, 3); skip && p < end; skip--) sg_utf8_next(&p);
    for (uint64_t n = 1 + dice_below(seed, 9); n && p < end; n--) put(out, sg_utf8_next(&p));
}

/* Where neighbours matter: the first code point and the length of what a text takes its letters from. */
static const struct {
    uint32_t first, count;
} blocks[] = {{0x300, 0x70},   {0x590, 0x70},   {0x610, 0x60},  {0x660, 0xA0},  {0x900, 0x80},
              {0x980, 0x80},   {0xA00, 0x80},   {0xA80, 0x80},  {0xB00, 0x80},  {0xB80, 0x80},
              {0xC00, 0x80},   {0xC80, 0x80},   {0xD00, 0x80},  {0xD80, 0x80},  {0xE00, 0x60},
              {0xE2D, 0x23},   {0xE80, 0x60},   {0xF00, 0x100}, {0x1000, 0xA0}, {0x1100, 0x100},
              {0x1340, 0x40},  {0x1780, 0x80},  {0x17B4, 0x2A}, {0x1800, 0xB0}, {0x1B00, 0x80},
              {0x2000, 0x70},  {0x2E80, 0x160}, {0xA980, 0x60}, {0xF900, 0x60}, {0xFB00, 0x50},
              {0xFB50, 0x70},  {0xFC5E, 6},     {0xFE00, 0x70}, {0xFE70, 0x90}, {0xFF00, 0xF0},
              {0x1D400, 0x40}, {0x1F3F0, 0x20}, {0xE0000, 0x80}};

/* Up to twenty steps: a letter or sign of one script, a trigger, now and then a run of one. */
static void random_text(uint64_t *seed, const struct points *points, struct sg_buf *out) {
    enum { NEAR = 24 };
    size_t steps = dice_below(seed, 20), place = dice_below(seed, points->count - NEAR);
    size_t block = dice_below(seed, COUNT_OF(blocks)), whole = dice_below(seed, 2);
    for (size_t i = 0; i < steps; i++) {
        uint32_t c = whole ? blocks[block].first + (uint32_t)dice_below(seed, blocks[block].count)
                           : points->of_examples[place + dice_below(seed, NEAR)];
        uint64_t kind = dice_below(seed, 20);
        if (kind < 2)
            put_part_of_example(seed, out);
        else if (kind == 2)
            sg_buf_puts(out, pieces[dice_below(seed, COUNT_OF(pieces))]);
        else {
            if (kind < 8) c = triggers[dice_below(seed, COUNT_OF(triggers))];
            for (uint64_t n = dice_below(seed, 16) ? 1 : 1 + dice_below(seed, 12); n; n--)
                put(out, c);
        }
    }
}

static bool forbidden(uint32_t c, bool keeps_c1) {
    if (c == '\n' || c == '\t') return false;
    return c < 0x20 || c == 0x7F || (c >= 0x80 && c <= 0x9F && !keeps_c1) || c == 0xFEFF ||
           (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
}

/* SANGAM_BRIEF: in an emulator. */
static long soak(long plain) {
    if (getenv("SANGAM_BRIEF")) return plain / 10;
    return getenv("SANGAM_SOAK") ? 10 * plain : plain;
}

/* Idempotent, NFC, no code point that is promised to be gone, nothing left in motion, and the fast path says the same. */
static void check_properties(const char *profile, long rounds) {
    static const char *const langs[] = {"", "ron", "tur", "pes", "urd", "uzn", "che", "hin"};
    uint64_t fired[NORMALIZE_PASSES] = {0};
    static struct points points;
    collect_points(&points);
    bool conservative = strcmp(profile, "conservative") == 0;
    struct normalize *n = make(profile);
    struct normalize_scratch *scratch = normalize_scratch_new(NULL);
    struct sg_buf in = {0}, once = {0}, nfc = {0};
    uint64_t seed = getenv("SANGAM_SEED") ? strtoull(getenv("SANGAM_SEED"), NULL, 0) : 7;
    for (long i = 0; i < rounds; i++) {
        struct normalize_answer answer;
        in.len = once.len = nfc.len = 0;
        random_text(&seed, &points, &in);
        sg_buf_str(&in);
        struct normalize_hint hint = {.lang = langs[dice_below(&seed, COUNT_OF(langs))],
                                      .score = 1};
        normalize_document(n, scratch, in.data, in.len, hint, &answer);
        sg_buf_put(&once, answer.text, answer.len);
        sg_buf_str(&once);
        for (unsigned k = 0; k < NORMALIZE_PASSES; k++)
            fired[k] += answer.counts[COUNT_PASS_DOCUMENTS + k];
        char *message = answer.counts[COUNT_NONCONVERGED] ? sg_strdup("not converged") : NULL;
        sg_unicode_nfc(once.data, once.len, &nfc);
        if (!message && (nfc.len != once.len || memcmp(nfc.data, once.data, nfc.len) != 0))
            message = sg_strdup("not NFC");
        for (const char *p = once.data, *end = p + once.len; p < end && !message;) {
            uint32_t c = sg_utf8_next(&p);
            if (forbidden(c, conservative)) message = sg_printf_dup("U+%04X is left", c);
        }
        if (!message) message = differs(n, scratch, hint, &in, &once);
        if (!message && (message = differs(n, scratch, hint, &once, &once))) {
            char *longer = sg_printf_dup("not idempotent: %s", message);
            free(message);
            message = longer;
        }
        if (message) {
            char *a = to_hex(in.data, in.len), *b = to_hex(once.data, once.len);
            fail_msg("%s, %s, text %ld: %s\n  %s ->\n  %s", profile, hint.lang, i, message, a, b);
        }
    }
    /* The texts are of a kind that gives every pass work. */
    struct settings settings = settings_of(profile);
    for (unsigned k = 0; k < NORMALIZE_PASSES; k++) {
        bool can = settings.value[k] != OFF && k != KEY_UTF8 && k != KEY_DIGITS;
        if (can && fired[k] == 0) fail_msg("%s: no text for %s", profile, normalize_keys[k].name);
    }
    sg_buf_free(&in);
    sg_buf_free(&once);
    sg_buf_free(&nfc);
    normalize_scratch_free(scratch);
    normalize_free(n);
}

static void test_properties_web(void **state) {
    (void)state;
    check_properties("web", soak(100000));
}

static void test_properties_aggressive(void **state) {
    (void)state;
    check_properties("aggressive", soak(100000));
}

static void test_properties_conservative(void **state) {
    (void)state;
    check_properties("conservative", soak(100000));
}

/* With the document's decisions made by hand, lines joined give the lines' answers joined. */
/* A line beyond the limit is repaired in pieces, and comes out as it would in short lines. */
static void test_long_lines(void **state) {
    (void)state;
    static const char *const words[] = {
        "\u0915\u0932", "word",     "a\u200Bb",           "x\u00A0y", "caf&eacute;", "\u0905\u093E",
        "\u4E2D\u6587", "e\u0301t", "\u1019\u103C\u1014", "  ",       "&#2361;"};
    struct normalize *web = make("web");
    struct normalize_scratch *scratch = normalize_scratch_new(NULL);
    struct sg_buf line = {0}, want = {0};
    struct normalize_answer answer;
    uint64_t seed = 11;
    while (line.len < (size_t)5 << 20) {
        size_t start = line.len;
        for (int i = 0; i < 500; i++) {
            sg_buf_puts(&line, words[dice_below(&seed, sizeof words / sizeof *words)]);
            sg_buf_puts(&line, " ");
        }
        sg_buf_puts(&line, "end");
        normalize_document(web, scratch, line.data + start, line.len - start, unknown, &answer);
        for (size_t i = 0; i < answer.len && answer.text[i] == ' ' && start > 0;)
            answer.text++, answer.len--;
        sg_buf_put(&want, answer.text, answer.len);
        sg_buf_puts(&line, " ");
        sg_buf_puts(&want, " ");
    }
    normalize_document(web, scratch, line.data, line.len, unknown, &answer);
    assert_int_equal(answer.counts[COUNT_TOO_LONG], 1);
    assert_int_equal(answer.len, want.len - 1); /* the last space is a line's end */
    assert_memory_equal(answer.text, want.data, answer.len);
    sg_buf_free(&line);
    sg_buf_free(&want);
    normalize_scratch_free(scratch);
    normalize_free(web);
}

static void test_lines_are_independent(void **state) {
    (void)state;
    static struct points points;
    collect_points(&points);
    struct settings settings = settings_of("web");
    set(&settings, "entities", "on");
    set(&settings, "moji_weak", "line");
    set(&settings, "zawgyi", "off");
    set(&settings, "blank", "off");
    struct normalize *n = normalize_new(&settings);
    struct normalize_scratch *scratch = normalize_scratch_new(NULL);
    struct sg_buf all = {0}, line = {0}, want = {0};
    uint64_t seed = 3;
    for (long i = 0; i < soak(20000); i++) {
        struct normalize_answer answer;
        all.len = want.len = 0;
        for (uint64_t lines = 1 + dice_below(&seed, 5); lines; lines--) {
            line.len = 0;
            random_text(&seed, &points, &line);
            sg_buf_putc(&line, '\n');
            sg_buf_put(&all, line.data, line.len);
            normalize_document(n, scratch, line.data, line.len, unknown, &answer);
            sg_buf_put(&want, answer.text, answer.len);
        }
        char *message = differs(n, scratch, unknown, &all, &want);
        if (message) fail_msg("text %ld: %s", i, message);
    }
    sg_buf_free(&all);
    sg_buf_free(&line);
    sg_buf_free(&want);
    normalize_scratch_free(scratch);
    normalize_free(n);
}

/* Column 2 of NormalizationTest.txt is the NFC of columns 1, 2 and 3, column 4 of 4 and 5. */
static void test_unicode_data(void **state) {
    (void)state;
    FILE *file = popen("bzcat /usr/share/unicode/NormalizationTest.txt.bz2 2>/dev/null || cat "
                       "/usr/share/unicode/NormalizationTest.txt",
                       "r");
    int first = file ? getc(file) : EOF;
    if (first == EOF) {
        if (file) pclose(file);
        print_message("skipped: no NormalizationTest.txt (Debian package unicode-data)\n");
        skip();
    }
    ungetc(first, file);
    struct settings settings = settings_of("web");
    only(&settings, "nfc");
    struct normalize *n = normalize_new(&settings);
    struct normalize_scratch *scratch = normalize_scratch_new(NULL);
    struct sg_buf in = {0}, want = {0};
    static const int nfc_of[5] = {1, 1, 1, 3, 3};
    char line[4096], *cells[5];
    long rows = 0;
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#' || line[0] == '@') continue;
        char *rest = line;
        for (int i = 0; i < 5; i++) cells[i] = strsep(&rest, ";");
        assert_non_null(cells[4]);
        for (int i = 0; i < 5; i++) {
            from_hex(cells[i], &in);
            from_hex(cells[nfc_of[i]], &want);
            char *message = differs(n, scratch, unknown, &in, &want);
            if (message) fail_msg("%s", message);
        }
        rows++;
    }
    pclose(file);
    assert_true(rows > 18000);
    sg_buf_free(&in);
    sg_buf_free(&want);
    normalize_scratch_free(scratch);
    normalize_free(n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_lines_and_blanks),
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_document_decisions),
        cmocka_unit_test(test_hint),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_properties_web),
        cmocka_unit_test(test_properties_aggressive),
        cmocka_unit_test(test_properties_conservative),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_lines_are_independent),
        cmocka_unit_test(test_unicode_data),
    };
    return cmocka_run_group_tests(tests, read_examples, free_examples);
}
