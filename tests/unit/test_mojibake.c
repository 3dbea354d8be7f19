/* mojibake: what is bad, what is put right and what is left alone; 36 languages there and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "badness.h"
#include "charmap.h"
#include "damaged_utf8.h"
#include "dice.h"
#include "passes.h"
#include "text/utf8.h"

static struct mojibake *tables;
static struct mojibake_scratch *scratch;

enum { SENTENCES = 36 };
static char sentences[SENTENCES][400];

static void read_sentences(void) {
    FILE *file = fopen("tests/golden/mojibake_sentences.tsv", "r");
    char row[400];
    unsigned count = 0;
    assert_non_null(file);
    while (fgets(row, sizeof row, file)) {
        char *tab = strchr(row, '\t');
        row[strcspn(row, "\n")] = 0;
        if (row[0] == '#') continue;
        assert_true(tab && count < SENTENCES);
        strcpy(sentences[count++], tab + 1);
    }
    fclose(file);
    assert_int_equal(count, SENTENCES);
}

static int set_up(void **state) {
    (void)state;
    tables = mojibake_new();
    scratch = mojibake_scratch_new();
    read_sentences();
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    mojibake_free(tables);
    mojibake_scratch_free(scratch);
    return 0;
}

static void read_utf8(const char *utf8, struct line *line) {
    line_decode(line, utf8, strlen(utf8));
}

static void write_utf8(const struct line *line, struct sg_buf *out) {
    out->len = 0;
    line_encode(line, out);
    sg_buf_str(out);
}

/* ---- badness ---- */

static void bad_weak_and_good(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum badness expected;
    } rows[] = {
        {"", GOOD},           {"plain ASCII, 100 % of it", GOOD},
        {"fÃ¼r", BAD},        /* U n */
        {"für", GOOD},        /* k alone */
        {"a\xC2\x85z", BAD},  /* c */
        {"SÃO PAULO", GOOD},  /* U before a capital */
        {"Ã…", GOOD},         /* U o: too little */
        {"Ä ", GOOD},         /* a word of Finnish names */
        {"œuf, cœur", GOOD},  /* œ before a plain letter */
        {"œ!", BAD},          /* before anything else */
        {"fœ", GOOD},         /* the line ends */
        {" É€", BAD},         /* space U $ */
        {"\xC2\xA0É€", BAD},  /* U+00A0 is a space too */
        {"xÉ€", BAD},         /* a-z U $ */
        {"XÉ€", GOOD},        /* neither */
        {"é“a", BAD},         /* L s word character */
        {"é“.", GOOD},        /* L s and no word character */
        {"é“\xCC\x81", GOOD}, /* a mark is none */
        {"é”_", BAD},         /* low line is one */
        {"é“字", BAD},        /* so is a letter of any script */
        {"é“९", BAD},         /* and a digit of any script */
        {"ГўВЂВ™a", BAD},     /* windows-1251 of windows-1252: any one, then a letter or space */
        {"ГўВЂВ™.", GOOD},    {"ГЁСЊ", GOOD}, /* Cyrillic letters alone */
        {"В“В", BAD},                         /* Г В Р С around a quotation mark */
        {"в“В", GOOD},                        /* small в is not among them */
        {"Γ”Γ", BAD},                         /* the same in Greek */
        {"вЂ", BAD},                          /* windows-1251 of U+2000... */
        {"à²µ", BAD},                         /* windows-1252 of Kannada */
        {"Ø§Ù", BAD},                         /* Ø n? no: U w */
        {"Ø·Ù·", BAD},                        /* Arabic: four in a row */
        {"Ø·a", GOOD},                        /* two are not enough */
        {"√∂", BAD},                          /* macroman */
        {"‚Äî", BAD},                         /* macroman dash */
        {"├ñ", BAD},                          /* cp437: x before L */
        {"Ã la carte", WEAK},                 /* at the line's start */
        {"voilÃ le", WEAK},                   /* after a-z */
        {"voil Ã le", WEAK},                  /* after a-z and a space */
        {"VOILÃ le", GOOD},                   /* not after a capital */
        {" Ã le", GOOD},                      /* not at the start */
        {"Ã le fÃ¼r", BAD},                   /* bad beats weak */
        {"aÂ b", BAD}, /* the pattern with U+00C2 stands among the others too */
    };
    struct line line = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        read_utf8(rows[i].text, &line);
        enum badness got = mojibake_badness(tables, rows[i].text, strlen(rows[i].text));
        if (got != rows[i].expected)
            fail_msg("'%s': %d, not %d", rows[i].text, got, rows[i].expected);
        assert_int_equal(mojibake_badness_of(tables, &line), rows[i].expected);
    }
    line_free(&line);
}

/* Code points that stand in patterns, and some that do not. */
static size_t alphabet(uint32_t points[2000]) {
    static const uint32_t others[] = {'a',   'z',    'A',    'Z',    ' ',     '.',   '!',
                                      '?',   '9',    '_',    0x1A,   0xA0,    0x300, 0x301,
                                      0x93F, 0x4E2D, 0x3000, 0xAC00, 0x1F600, 0xFFFD};
    size_t count = 0;
    for (unsigned e = 0; e < MOJIBAKE_ENCODINGS; e++)
        for (unsigned i = 0; i < 128; i++) points[count++] = charmap_table[e][i];
    for (unsigned copies = 0; copies < 20; copies++)
        for (size_t i = 0; i < sizeof others / sizeof *others; i++) points[count++] = others[i];
    return count;
}

/* A line of UTF-8 is read with its stretches of ASCII skipped; nothing of that may be seen. */
static void utf8_and_points_agree(void **state) {
    (void)state;
    static uint32_t points[2000];
    size_t count = alphabet(points);
    uint64_t seed = 29, found[3] = {0};
    struct line line = {0};
    struct sg_buf utf8 = {0};
    for (int round = 0; round < 200000; round++) {
        line.len = 0;
        if (dice_below(&seed, 8) == 0) line_put(&line, 0xC3), line_put(&line, ' ');
        for (uint64_t n = dice_below(&seed, 6); n > 0; n--) {
            for (uint64_t k = dice_below(&seed, 4); k > 0; k--)
                line_put(&line, points[dice_below(&seed, count)]);
            for (uint64_t k = dice_below(&seed, 3) ? 0 : dice_below(&seed, 24); k > 0; k--)
                line_put(&line, (uint32_t) " aZ.?z"[dice_below(&seed, 6)]);
        }
        write_utf8(&line, &utf8);
        enum badness whole = mojibake_badness_of(tables, &line);
        assert_int_equal(mojibake_badness(tables, utf8.data, utf8.len), whole);
        found[whole]++;
    }
    for (int i = 0; i < 3; i++) assert_true(found[i] > 100);
    line_free(&line);
    sg_buf_free(&utf8);
}

static void automaton_is_small(void **state) {
    (void)state;
    struct badness_dfa *dfa = badness_new();
    assert_in_range(badness_classes(dfa), 20, 256);
    assert_in_range(badness_states(dfa), 20, 1000);
    badness_free(dfa);
}

/* ---- repair ---- */

static void check(const char *in, const char *expected) {
    struct line line = {0}, fixed = {0};
    struct sg_buf utf8 = {0};
    struct mojibake_report report;
    read_utf8(in, &line);
    bool changed = mojibake_fix(tables, scratch, true, &line, &fixed, &report);
    write_utf8(changed ? &fixed : &line, &utf8);
    if (strcmp(utf8.data, expected) != 0)
        fail_msg("'%s' became '%s', not '%s'", in, utf8.data, expected);
    assert_int_equal(changed, strcmp(in, expected) != 0);
    line_free(&line);
    line_free(&fixed);
    sg_buf_free(&utf8);
}

static void examples_are_put_right(void **state) {
    (void)state;
    /* the examples of the specification */
    check("dÃ©jÃ\xC2\xA0", "déjà");
    check("fÃ¼r", "für");
    check("à¤¹à¤¿", "हि");
    check("à®¤à®®à®¿", "தமி");
    check("Ð¼Ð¸Ñ€", "мир");
    check("æµ‹è¯•", "测试");
    check("itâ€™s", "it’s");
    check("itÃ¢â‚¬â„¢s", "it’s"); /* two layers */
    check("Ã…", "Ã…");
    check("SÃO PAULO", "SÃO PAULO");
    check("Ä ", "Ä ");
    /* U+00A0 that became a space */
    check("voilÃ le travail", "voilà le travail");
    check("Ã s cinco horas da manhÃ£", "às cinco horas da manhã");
    check("perto Ã quele lugar da manhÃ£", "perto àquele lugar da manhã");
    check("Ã\xC2\xA0 la carte, cafÃ©", "à la carte, café");
    /* bytes that were lost */
    check("â€œlike thisâ€\xEF\xBF\xBD", "“like this\xEF\xBF\xBD");
    check("Ã? la mode, trÃ¨s bien", "\xEF\xBF\xBD la mode, très bien");
    check("í\xC2\xA0½í¸\xC2\x80", "😀"); /* CESU-8 */
    /* other encodings */
    check("‚Äúquoted‚Äù", "“quoted”");
    check("РїСЂРёРІРµС‚, РјРёСЂ", "привет, мир");
    check("ÄŒeÅ¡tina", "Čeština");
    check("itβ€™s", "it’s");
    /* only a part of the line: the rest is of no one-byte encoding */
    check("“cafÃ©” — 中文", "“café” — 中文");
    check("中文: itâ€™s", "中文: it’s");
    check("字 naÃ¯ve fÃ¼r", "字 naïve für");
}

static void bytes_are_restored(void **state) {
    (void)state;
    static const struct {
        const char *in, *a0, *lost; /* NULL: untouched */
    } rows[] = {
        {"abc", NULL, NULL},
        {"\xC3 la", "\xC3\xA0 la", NULL},
        {"\xC3  la", "\xC3\xA0 la", NULL},
        {"\xC3 s cinco", "\xC3\xA0s cinco", NULL},
        {"\xC3 quele", "\xC3\xA0quele", NULL},
        {"\xC4 x", NULL, NULL},
        {"\xE2 \x80", "\xE2\xA0\x80", NULL},
        {"\xE0 \x80", NULL, NULL}, /* Samaritan: unlikely */
        {"\xE0\xA4 ", "\xE0\xA4\xA0", NULL},
        {"\xE0\x85 ", NULL, NULL},
        {"\xE4\xB8 ", NULL, NULL},
        {"\xF0\x9F \x80", "\xF0\x9F\xA0\x80", NULL},
        {"\xF0  \x80", NULL, NULL}, /* one at most */
        {"\xC3\x1A", NULL, "\xEF\xBF\xBD"},
        {"\xC3?", NULL, "\xEF\xBF\xBD"},
        {"\xC4?", NULL, NULL},
        {"\xE2\x80\x1A", NULL, "\xEF\xBF\xBD"},
        {"\xE2\x1A?", NULL, "\xEF\xBF\xBD"},
        {"\xE2??", NULL, NULL},
        {"\xF0\x9F\x1A?", NULL, "\xEF\xBF\xBD"},
        {"\xED\xA0\x1A\xED\xB8\x80", NULL, "\xEF\xBF\xBD"},
        {"\xED\xA0\x80\xED\xB8?", NULL, "\xEF\xBF\xBD"},
        {"a\x1A"
         "b",
         NULL,
         "a\xEF\xBF\xBD"
         "b"},
        {"why?", NULL, NULL},
    };
    struct sg_buf out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *expected[] = {rows[i].a0, rows[i].lost};
        for (int k = 0; k < 2; k++) {
            out.len = 0;
            bool did = (k ? damaged_replace_lost : damaged_restore_a0)((const uint8_t *)rows[i].in,
                                                                       strlen(rows[i].in), &out);
            assert_int_equal(did, expected[k] != NULL);
            if (!did) continue;
            sg_buf_str(&out);
            assert_string_equal(out.data, expected[k]);
        }
    }
    sg_buf_free(&out);
}

static void only_utf8_is_decoded(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        long point; /* -1: no UTF-8 */
    } rows[] = {
        {"a", 1, 'a'},
        {"\xC2\x80", 2, 0x80},
        {"\xC0\x80", 2, 0},
        {"\xC0\x81", 2, -1},
        {"\xC1\xBF", 2, -1},
        {"\xDF\xBF", 2, 0x7FF},
        {"\xE0\x9F\xBF", 3, -1},
        {"\xE0\xA0\x80", 3, 0x800},
        {"\xED\x9F\xBF", 3, 0xD7FF},
        {"\xED\xA0\x80", 3, -1},
        {"\xED\xA0\x80\xED\xB0\x80", 6, 0x10000},
        {"\xED\xAF\xBF\xED\xBF\xBF", 6, 0x10FFFF},
        {"\xED\xB0\x80\xED\xA0\x80", 6, -1},
        {"\xED\xA0\x80\xED\x9F\xBF", 6, -1},
        {"\xEF\xBF\xBF", 3, 0xFFFF},
        {"\xF0\x8F\xBF\xBF", 4, -1},
        {"\xF0\x90\x80\x80", 4, 0x10000},
        {"\xF4\x8F\xBF\xBF", 4, 0x10FFFF},
        {"\xF4\x90\x80\x80", 4, -1},
        {"\xF5\x80\x80\x80", 4, -1},
        {"\x80", 1, -1},
        {"\xC3", 1, -1},
        {"\xE2\x82", 2, -1},
        {"\xE2\x82z", 3, -1},
    };
    struct line out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        out.len = 0;
        bool is = damaged_decode((const uint8_t *)rows[i].bytes, rows[i].len, &out);
        assert_int_equal(is, rows[i].point >= 0);
        if (!is) continue;
        assert_int_equal(out.len, 1);
        assert_int_equal(out.at[0], rows[i].point);
    }
    line_free(&out);
}

/* ---- there and back in 36 languages ---- */

/* What a program shows that takes UTF-8 for this encoding. lossy: bytes that mean nothing in it become U+FFFD. */
static void break_by(enum mojibake_encoding encoding, bool lossy, const char *utf8,
                     struct line *out) {
    out->len = 0;
    for (const uint8_t *p = (const uint8_t *)utf8; *p; p++) {
        uint32_t point = *p < 0x80 ? *p : charmap_table[encoding][*p - 0x80];
        bool unassigned = charmap_is_windows(encoding) && *p >= 0x80 && point == *p && point < 0xA0;
        line_put(out, lossy && unassigned ? 0xFFFD : point);
    }
}

static unsigned restored_by(enum mojibake_encoding encoding, bool lossy) {
    struct line clean = {0}, broken = {0}, fixed = {0};
    struct mojibake_report report;
    unsigned restored = 0;
    for (unsigned i = 0; i < SENTENCES; i++) {
        read_utf8(sentences[i], &clean);
        break_by(encoding, lossy, sentences[i], &broken);
        restored += mojibake_fix(tables, scratch, true, &broken, &fixed, &report) &&
                    line_equal(&fixed, &clean);
    }
    line_free(&clean);
    line_free(&broken);
    line_free(&fixed);
    return restored;
}

static void languages_come_back(void **state) {
    (void)state;
    static const struct {
        enum mojibake_encoding encoding;
        unsigned floor;
    } rows[] = {{LATIN_1, 36},  {WINDOWS_1252, 36}, {WINDOWS_1250, 36},
                {MACROMAN, 34}, {CP437, 35},        {WINDOWS_1251, 23}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned restored = restored_by(rows[i].encoding, false);
        print_message("encoding %d: %u of %u\n", rows[i].encoding, restored, SENTENCES);
        if (restored < rows[i].floor) fail_msg("encoding %d: %u", rows[i].encoding, restored);
    }
    unsigned lossy = restored_by(WINDOWS_1252, true);
    print_message("windows-1252, unassigned bytes lost: %u of %u\n", lossy, SENTENCES);
    assert_true(lossy >= 7);
}

static void clean_languages_stay(void **state) {
    (void)state;
    for (unsigned i = 0; i < SENTENCES; i++) check(sentences[i], sentences[i]);
}

/* ---- properties ---- */

static void fixed_stays_fixed(void **state) {
    (void)state;
    static uint32_t points[2000];
    size_t count = alphabet(points);
    uint64_t seed = 5;
    unsigned changed = 0;
    struct line in = {0}, once = {0}, twice = {0};
    struct mojibake_report report;
    for (int round = 0; round < 300000; round++) {
        /* half of them of one encoding, for what no encoding holds is repaired in parts only */
        unsigned encoding = (unsigned)dice_below(&seed, 2 * MOJIBAKE_ENCODINGS);
        in.len = 0;
        for (uint64_t n = dice_below(&seed, 12); n > 0; n--)
            line_put(&in, encoding < MOJIBAKE_ENCODINGS && dice_below(&seed, 4)
                              ? charmap_table[encoding][dice_below(&seed, 128)]
                              : points[dice_below(&seed, count)]);
        bool weak = dice_below(&seed, 2);
        if (!mojibake_fix(tables, scratch, weak, &in, &once, &report)) continue;
        changed++;
        assert_false(line_equal(&in, &once));
        assert_true(report.encodings || report.part);
        if (mojibake_fix(tables, scratch, weak, &once, &twice, &report))
            fail_msg("round %d", round);
    }
    assert_true(changed > 10000);
    line_free(&in);
    line_free(&once);
    line_free(&twice);
}

/* The fast path leaves out lines without triggers: none of these may be bad. */
static void nothing_is_bad_without_a_trigger(void **state) {
    (void)state;
    static uint32_t points[2000];
    struct settings settings;
    struct flags flags = {0};
    struct sg_err err = {0};
    assert_int_equal(settings_init(&settings, "web", &err), SG_OK);
    flags_init(&flags, &settings);
    size_t count = alphabet(points), quiet = 0;
    for (size_t i = 0; i < count;
         i++) /* letters of Greek and Cyrillic, quotation marks, small letters with accents ... */
        if (!(flags_of(&flags, points[i]) & FLAG(KEY_MOJIBAKE))) points[quiet++] = points[i];
    assert_true(quiet > 500);
    uint64_t seed = 77;
    unsigned bad = 0, untriggered = 0;
    struct line line = {0};
    for (int round = 0; round < 1000000; round++) {
        line.len = 0;
        bool triggered = false;
        for (uint64_t n = 2 + dice_below(&seed, 3); n > 0; n--)
            line_put(&line, points[dice_below(&seed, quiet)]);
        for (size_t i = 1; i < line.len; i++)
            triggered |= (flags_pair(&flags, line.at[i - 1], line.at[i]) & FLAG(KEY_MOJIBAKE)) != 0;
        bool is_bad = mojibake_badness_of(tables, &line) != GOOD;
        if (is_bad && !triggered)
            fail_msg("%04X %04X %04X", line.at[0], line.at[1], line.len > 2 ? line.at[2] : 0);
        bad += is_bad;
        untriggered += !triggered;
    }
    assert_true(bad > 1000 && untriggered > 500000);
    /* and what clean text is full of is no trigger */
    static const uint32_t plain[] = {0xE9,   0xF6, 0xDF,  0x2019, 0x201C, 0x201D,
                                     0x2013, 0xAB, 0x430, 0x412,  0x3B1,  0x915};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        assert_int_equal(flags_of(&flags, plain[i]) & FLAG(KEY_MOJIBAKE), 0);
    flags_free(&flags);
    line_free(&line);
}

/* ---- the pass ---- */

struct document {
    const char *text, *line, *expected; /* NULL: not changed */
    unsigned char weak;
    enum decision strong; /* afterwards */
};

static void weak_lines_ask_the_document(void **state) {
    (void)state;
    static const struct document rows[] = {
        {"Ã la carte", "Ã la carte", NULL, WEAK_DOC, NO},
        {"Ã la carte", "Ã la carte", "à la carte", WEAK_LINE, UNDECIDED},
        {"Ã la carte\nfÃ¼r", "Ã la carte", "à la carte", WEAK_DOC, YES},
        {"fÃ¼r\nÃ la carte", "fÃ¼r", "für", WEAK_DOC, UNDECIDED},
        {"Ã la carte\n¤Ü 字", "Ã la carte", NULL, WEAK_DOC, NO}, /* bad, but not to be repaired */
        {"Ã la carte\nvoilÃ tout", "voilÃ tout", NULL, WEAK_DOC, NO},
        {"gut", "gut", NULL, WEAK_DOC, UNDECIDED},
    };
    struct line in = {0}, out = {0};
    struct sg_buf utf8 = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t counts[NORMALIZE_COUNTS] = {0};
        struct settings settings;
        struct sg_err err = {0};
        assert_int_equal(settings_init(&settings, "web", &err), SG_OK);
        settings.value[KEY_MOJI_WEAK] = rows[i].weak;
        struct job job = {.settings = &settings,
                          .mojibake = tables,
                          .mojibake_scratch = scratch,
                          .counts = counts};
        job.text = rows[i].text, job.end = job.text + strlen(job.text);
        read_utf8(rows[i].line, &in);
        out.len = 0;
        assert_int_equal(pass_mojibake(&job, &in, &out), rows[i].expected != NULL);
        assert_int_equal(job.strong, rows[i].strong);
        assert_int_equal(counts[COUNT_MOJI], rows[i].expected != NULL);
        if (!rows[i].expected) continue;
        write_utf8(&out, &utf8);
        assert_string_equal(utf8.data, rows[i].expected);
        assert_int_equal(counts[COUNT_MOJI_BY + LATIN_1], 1);
    }
    line_free(&in);
    line_free(&out);
    sg_buf_free(&utf8);
}

static void parts_and_lengths_are_counted(void **state) {
    (void)state;
    struct line in = {0}, out = {0};
    struct mojibake_report report;
    read_utf8("字 naÃ¯ve", &in);
    assert_true(mojibake_fix(tables, scratch, true, &in, &out, &report));
    assert_true(report.part && !report.encodings && !report.too_long);
    read_utf8("itÃ¢â‚¬â„¢s", &in);
    assert_true(mojibake_fix(tables, scratch, true, &in, &out, &report));
    assert_int_equal(report.encodings, 1 << WINDOWS_1252);
    in.len = 0;
    for (int i = 0; i < 1 << 19; i++) line_put(&in, 0xC3), line_put(&in, 0xBC);
    assert_true(mojibake_fix(tables, scratch, true, &in, &out, &report));
    assert_int_equal(out.len, 1 << 19);
    line_put(&in, 'a');
    assert_false(mojibake_fix(tables, scratch, true, &in, &out, &report));
    assert_true(report.too_long);
    line_free(&in);
    line_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_weak_and_good),
        cmocka_unit_test(utf8_and_points_agree),
        cmocka_unit_test(automaton_is_small),
        cmocka_unit_test(examples_are_put_right),
        cmocka_unit_test(bytes_are_restored),
        cmocka_unit_test(only_utf8_is_decoded),
        cmocka_unit_test(languages_come_back),
        cmocka_unit_test(clean_languages_stay),
        cmocka_unit_test(fixed_stays_fixed),
        cmocka_unit_test(nothing_is_bad_without_a_trigger),
        cmocka_unit_test(weak_lines_ask_the_document),
        cmocka_unit_test(parts_and_lengths_are_counted),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
