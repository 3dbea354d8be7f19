/*
 * Lines of romanised text: 8,000 for each language from random native lines, one style a line.
 *
 *   length    60 % are cut to 2 to 9 words, for typed lines are short
 *   English   in half of the lines up to 40 % of the words are of films, telephones and school, or a piece of an English line
 *   everyday  a quarter are only words of colloquial.txt, another 35 % have some: native lines are written, not spoken
 *   drawl     in one line of 25 a word's last letter is held: yaarrr
 */
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "romanise.h"

__asm__(".section .rodata\n"
        ".global romanise_colloquial\n"
        ".hidden romanise_colloquial\n"
        "romanise_colloquial:\n"
        ".incbin \"configs/models/colloquial.txt\"\n"
        ".global romanise_colloquial_end\n"
        ".hidden romanise_colloquial_end\n"
        "romanise_colloquial_end:\n"
        ".byte 0\n"
        ".previous\n");

static const char *const names[ROMANISE_LANGUAGES][2] = {
    {"asm_Beng", "asm_Latn"}, {"ben_Beng", "ben_Latn"}, {"guj_Gujr", "guj_Latn"},
    {"hin_Deva", "hin_Latn"}, {"kan_Knda", "kan_Latn"}, {"mal_Mlym", "mal_Latn"},
    {"mar_Deva", "mar_Latn"}, {"npi_Deva", "npi_Latn"}, {"ory_Orya", "ory_Latn"},
    {"pan_Guru", "pan_Latn"}, {"tam_Taml", "tam_Latn"}, {"tel_Telu", "tel_Latn"},
};

static const char *const borrowed[] = {
    "movie",   "film",     "hero",     "heroine",    "director", "song",   "trailer", "scene",
    "fans",    "video",    "channel",  "subscribe",  "like",     "share",  "comment", "post",
    "status",  "story",    "photo",    "pic",        "selfie",   "phone",  "mobile",  "number",
    "call",    "message",  "recharge", "data",       "internet", "online", "app",     "download",
    "link",    "group",    "admin",    "school",     "college",  "class",  "exam",    "result",
    "teacher", "sir",      "madam",    "office",     "job",      "salary", "boss",    "meeting",
    "time",    "late",     "bus",      "train",      "ticket",   "bike",   "car",     "road",
    "traffic", "hotel",    "food",     "party",      "birthday", "happy",  "love",    "super",
    "bro",     "please",   "sorry",    "thanks",     "ok",       "match",  "team",    "cricket",
    "doctor",  "hospital", "problem",  "tension",    "shopping", "price",  "offer",   "bank",
    "card",    "account",  "news",     "government", "minister", "vote",   "good",    "morning",
    "night",   "best",     "nice",     "full",       "first",    "next",   "week",    "weekend",
    "today"};

struct lines {
    struct sg_buf text;
    const char **starts; /* count + 1: the last is the end */
    size_t count;
};

struct words {
    const char **at;
    size_t *len, count;
};

struct source {
    enum romanise_language language;
    struct lines native, english;
    struct words everyday;
    uint64_t chance;
    struct sg_buf line;
};

static enum sg_code read_lines(const struct lessons *lessons, const char *name, struct lines *out,
                               struct sg_err *err) {
    struct lessons_label *label = lessons_find(lessons, name);
    if (!label) return SG_OK;
    enum sg_code code = lessons_load(label->path, &out->text, err);
    size_t cap = 0;
    for (char *at = out->text.data, *end = at + out->text.len; code == SG_OK && at < end;) {
        if (out->count + 2 > cap)
            out->starts = sg_realloc(out->starts, (cap = 2 * cap + 1024) * sizeof *out->starts);
        out->starts[out->count++] = at;
        at = (char *)memchr(at, '\n', (size_t)(end - at)) + 1;
        out->starts[out->count] = at;
    }
    return code;
}

/* The words behind `label` in colloquial.txt. */
static void find_everyday(const char *label, struct words *out) {
    const char *at = romanise_colloquial;
    size_t name_len = strlen(label), cap = 0;
    while (at && (strncmp(at, label, name_len) != 0 || at[name_len] != ' ')) {
        at = strchr(at, '\n');
        at += at != NULL;
    }
    for (at += at ? name_len : 0; at && *at == ' ';) {
        size_t len = strcspn(++at, " \n");
        if (out->count == cap) {
            cap = 2 * cap + 64;
            out->at = sg_realloc(out->at, cap * sizeof *out->at);
            out->len = sg_realloc(out->len, cap * sizeof *out->len);
        }
        out->at[out->count] = at;
        out->len[out->count++] = len;
        at += len;
    }
}

/* ---- a line ---- */

static void put_everyday(struct source *s) {
    uint32_t i = chance_below(&s->chance, (uint32_t)s->everyday.count);
    sg_buf_put(&s->line, s->everyday.at[i], s->everyday.len[i]);
}

/* One to three words of a random English line. */
static void put_english_piece(struct source *s) {
    uint32_t i = chance_below(&s->chance, (uint32_t)s->english.count);
    const char *at = s->english.starts[i], *end = s->english.starts[i + 1] - 1;
    at += chance_below(&s->chance, (uint32_t)(end - at) + 1);
    while (at < end && *at != ' ') at++;
    at += at < end;
    const char *from = at;
    for (uint32_t words = chance_between(&s->chance, 1, 3); at < end; at++)
        if (*at == ' ' && --words == 0) break;
    sg_buf_put(&s->line, from, (size_t)(at - from));
}

static void put_english(struct source *s) {
    if (s->english.count > 0 && chance_part(&s->chance, 100))
        put_english_piece(s);
    else
        sg_buf_puts(&s->line,
                    borrowed[chance_below(&s->chance, sizeof borrowed / sizeof *borrowed)]);
}

static void hold_last_letter(struct source *s) {
    if (s->line.len == 0) return;
    char last = s->line.data[s->line.len - 1];
    if (last < 'a' || last > 'z') return;
    for (uint32_t n = chance_between(&s->chance, 1, 4); n > 0; n--) sg_buf_putc(&s->line, last);
}

struct mixture {
    uint32_t english, everyday; /* chances of a word, of 256 */
    uint32_t held;              /* which word is held; 0: none */
};

static struct mixture draw_mixture(struct source *s) {
    struct mixture m = {0};
    if (chance_part(&s->chance, 128)) m.english = chance_between(&s->chance, 0, 102);
    if (s->everyday.count > 0) {
        uint32_t kind = chance_below(&s->chance, 100);
        m.everyday = kind < 25 ? 256 : kind < 60 ? 102 : 0;
    }
    if (chance_part(&s->chance, 10)) m.held = chance_between(&s->chance, 1, 6);
    return m;
}

static void make_line(struct source *s) {
    struct romanise_style style;
    romanise_style(s->language, &s->chance, &style);
    struct mixture mix = draw_mixture(s);
    uint32_t i = chance_below(&s->chance, (uint32_t)s->native.count), words = 0;
    const char *at = s->native.starts[i], *end = s->native.starts[i + 1] - 1;
    bool is_cut = chance_part(&s->chance, 154) || mix.everyday == 256;
    uint32_t most = is_cut ? chance_between(&s->chance, 2, 9) : UINT32_MAX;
    s->line.len = 0;
    if (is_cut && end - at > 60) { /* begin anywhere */
        at += chance_below(&s->chance, (uint32_t)(end - at) / 2);
        while (at < end && *at != ' ') at++;
    }
    while (words < most && (at < end || mix.everyday == 256)) {
        const char *word = at;
        while (at < end && *at != ' ') at++;
        size_t before = s->line.len;
        if (chance_part(&s->chance, mix.english))
            put_english(s);
        else if (mix.everyday && chance_part(&s->chance, mix.everyday))
            put_everyday(s);
        else
            romanise_word(&style, word, (size_t)(at - word), &s->chance, &s->line);
        at += at < end;
        if (s->line.len == before) {
            if (word == at) break;
            continue;
        }
        if (++words == mix.held) hold_last_letter(s);
        sg_buf_putc(&s->line, ' ');
    }
}

static void free_source(struct source *s) {
    sg_buf_free(&s->native.text);
    sg_buf_free(&s->english.text);
    sg_buf_free(&s->line);
    free(s->native.starts);
    free(s->english.starts);
    free(s->everyday.at);
    free(s->everyday.len);
}

static enum sg_code add_language(struct lessons *lessons, enum romanise_language language,
                                 uint64_t seed, struct sg_err *err) {
    struct lessons_label *label = lessons_find(lessons, names[language][1]);
    if (!label || !lessons_find(lessons, names[language][0])) return SG_OK;
    struct source s = {.language = language, .chance = chance_seed(seed, names[language][1])};
    enum sg_code code = read_lines(lessons, names[language][0], &s.native, err);
    if (code == SG_OK) code = read_lines(lessons, "eng_Latn", &s.english, err);
    find_everyday(names[language][1], &s.everyday);
    for (int i = 0; code == SG_OK && s.native.count > 0 && i < ROMANISE_LINES; i++) {
        make_line(&s);
        lessons_add(lessons, label, s.line.data, s.line.len);
    }
    free_source(&s);
    return code;
}

enum sg_code romanise_lessons(struct lessons *lessons, uint64_t seed, struct sg_err *err) {
    enum sg_code code = SG_OK;
    for (int l = 0; code == SG_OK && l < ROMANISE_LANGUAGES; l++)
        code = add_language(lessons, (enum romanise_language)l, seed, err);
    return code;
}
