#include "manual.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "run/generate.h"
#include "settings.h"

/* clang-format off */
static const char *const opening[] = {
    "Every text is brought into one form, so that the same words are the same bytes, whoever typed them and on whatever "
    "machine; and damage that was done on the way is repaired. The work is a row of passes. Each has a name, which is also "
    "its key for --set and --only, and each does one thing that is described below.",
    "In the profile web, which is the default, nothing changes that a reader of the language sees or says. No pass "
    "of any profile strips vowel signs, accents, harakat or nuktas, changes case, joins or splits words, corrects "
    "spelling, converts between scripts or between traditional and simplified characters, or throws away a line. "
    "Compatibility forms (Unicode's NFKC) are never applied to text: 10\u00B3 stays 10\u00B3, น้\u0E33 keeps its "
    "\u0E33, 你好\uFF0C世界\uFF01 keeps its full-width signs, and \uFDFA stays one sign.",
    "Most passes look at characters and their neighbours, not at a language tag, so text of mixed or unknown "
    "language is safe. Running the stage a second time changes nothing.",
    NULL};

static const char *const prose[NORMALIZE_KEYS] = {
    [KEY_UTF8] =
        "One U+FFFD for each broken sequence; no letter is ever guessed for a broken byte. Pairs of surrogates "
        "written as bytes (CESU-8) or as \\ud83d\\ude00 in JSON are joined. What is lost: the broken bytes.",
    [KEY_ZAWGYI] =
        "Zawgyi is a font that used the code points of Burmese in its own way: there the sign ◌ေ (U+1031) comes "
        "before its consonant, in Unicode after it. Zawgyi text is unreadable to everything else. A document is "
        "converted as a whole, and only when at least three signs stand where Burmese in Unicode cannot have them, "
        "and they are two in a hundred of its letters. Shan, Mon and Karen, which own the same code points, are not "
        "touched.",
    [KEY_ANSI] =
        "Colours and titles that a terminal program left in its log: ESC [31m red ESC [0m becomes red.",
    [KEY_ENTITIES] =
        "caf&eacute; becomes café, &#2361;&#2367; becomes हि, می&zwnj;رود becomes می\u200Cرود, and &amp;amp; "
        "becomes &. Only names of HTML 5 with their semicolon count: AT&T; stays. With auto, a document that holds "
        "markup (a < before a letter, / or !) is left alone. What is lost: a text that explains HTML without using "
        "it loses its escapes; set entities=off for such a collection.",
    [KEY_MOJIBAKE] =
        "UTF-8 that was read as Latin-1, Windows-1252, 1251, 1250, 1253, 1254, 1257, Latin-2, Mac Roman or code "
        "page 437, also several times over: fÃ\u00BCr becomes für, à¤\u00B9à¤¿ becomes हि, Ð\u00BCÐ\u00B8Ñ€ becomes "
        "мир, æ\u00B5‹è\u00AF• becomes 测试, itâ€\u2122s becomes it’s. A line is touched only when it holds "
        "neighbours that no language writes, and only when all of it then decodes: SÃO PAULO and a lone Ã\u2026 "
        "stay.",
    [KEY_C1] =
        "U+0080 to U+009F are control codes that nobody uses; in texts they are bytes of a Windows charset. U+0085 "
        "becomes \u2026, U+0093 a quotation mark. After an Arabic letter U+009D is the non-joiner: می + U+009D + "
        "شود becomes می\u200Cشود. Inside words of Indic scripts they are remnants of fonts: Marathi दुस + U+0086 + "
        "या becomes दुसऱ्या (the eyelash ra); of others nobody can tell what they were, and they become U+FFFD "
        "instead of a dagger or a florin sign in the middle of a word.",
    [KEY_NEWLINE] =
        "CR LF, a lone CR, form feed, vertical tab, U+0085, U+2028 and U+2029. What is lost: page ends, and whether "
        "a break was one of a line or of a paragraph.",
    [KEY_CONTROL] =
        "NUL and its like, DEL, U+FEFF (the byte order mark, wherever it stands), U+206A to U+206F, U+FFF9 to "
        "U+FFFC (anchors of ruby, places of pictures) and the code points that Unicode promised never to use. TAB "
        "stays.",
    [KEY_BIDI] =
        "U+202A to U+202E and U+2066 to U+2069 steer one display of one text; an override (U+202E) can show a "
        "reader other words than those that are there. They are removed. The marks that Hebrew, Arabic and Persian "
        "writers type themselves, U+200E, U+200F and U+061C, stay, one at a time; aggressive removes these three "
        "too. Letters are never reordered.",
    [KEY_TAGS] =
        "U+E0000 to U+E007F are invisible and can hide whole sentences. They stay where they spell the flags of "
        "England, Scotland and Wales: U+1F3F4, then tags, then U+E007F.",
    [KEY_VARIATION] =
        "One selector stays behind what it can select a shape of: an emoji, a Han character (葛 U+E0100, a name's "
        "own form), a Mongolian letter, a mathematical sign. Elsewhere, and a second one in a row, it goes: "
        "invisible, it only makes equal words differ.",
    [KEY_INVISIBLE] =
        "Soft hyphen (Do|nau|dampf becomes Donaudampf) and word joiner go. U+200B, the space of no width, stays "
        "where it marks the words of a script without spaces: between ភាសា and ខ្មែរ in Khmer, in Thai, Lao, "
        "Burmese, Javanese, Balinese, Tibetan; one at a time, and not beside a space. U+034F stays before a mark "
        "(Hebrew), U+180E behind a Mongolian letter. Fillers that show as a gap (U+3164 in Korean, lone U+2800) "
        "become a space. Set to aggressive, U+200B goes everywhere, and U+2061 to U+2064.",
    [KEY_JOINERS] =
        "U+200C and U+200D, non-joiner and joiner, are spelling in many scripts. With context (web, aggressive) "
        "they stay beside every letter of a script that joins or has a virama: Persian می\u200Cخواهم, Urdu "
        "کم\u200Cزور, Kurdish ده\u200Cرۆم, Malayalam ക്\u200Dഷ, Sinhala ශ්\u200Dරී, Bengali র\u200D্যাব, Marathi "
        "दर्\u200Dया (which is not दर्या), Kannada ರ\u200D್ಯ; and inside emoji of several people. In Latin, "
        "Cyrillic, Han they go. Two in a row become one; a non-joiner beside a space goes where it has no effect, "
        "but not after ه, where older Kurdish writes a vowel with it. strip removes all of them and is wrong for "
        "the languages above; no profile does it.",
    [KEY_NFC] =
        "One code point sequence for what is one letter. Vietnamese Viê + U+0323 + t becomes Việt; Yoruba o + "
        "U+0300 + U+0323 becomes ọ̀; Hindi क + U+093C stays two, for Unicode composes no \u0958; Bengali ক + ◌ে + "
        "◌া becomes কো; Tamil ப + ◌ெ + ◌ா becomes பொ; Sinhala ක + ◌ෙ + ◌ා becomes කො; Korean ᄒ + ᅡ + ᆫ becomes 한; "
        "Japanese か + U+3099 becomes が; Greek U+1F77 becomes ί; Hebrew U+FB2A becomes שׁ. The place of a Vietnamese "
        "tone (hòa, hoà) is never changed. What is lost: Unicode folds compatibility ideographs into others, U+FA19 "
        "into 神; see cjk_compat.",
    [KEY_WIDTH] =
        "Half-width \uFF71\uFF8A\uFF9F\uFF70\uFF84 becomes アパート, half-width Korean letters likewise. Full-width "
        "letters, digits and signs (\uFF21 \uFF11 \uFF0C \uFF08) are good Chinese and Japanese style and stay; "
        "aggressive makes letters, digits and signs narrow.",
    [KEY_LIGATURES] =
        "\uFB01nd becomes find, \u01C6ep becomes džep, Armenian \uFB13 becomes մն, Catalan co\u0140lega becomes "
        "col·lega, Afrikaans \u0149 becomes ’n. Letters are not ligatures: æ, œ, ß, \u0587 stay.",
    [KEY_PRESENTATION] =
        "Shapes that a printer or an old program stored in place of letters: Arabic "
        "\uFE8D\uFEDF\uFEDC\uFE98\uFE8E\uFE8F becomes الكتاب, Persian \uFB56 becomes پ, Hebrew \uFB4F becomes אל, upright "
        "brackets of vertical Chinese and Japanese the plain ones, Kangxi radicals from PDF files (\u2F08民) the characters "
        "(人民), three private bullets of Word their signs. Religious phrases of one sign (\uFDFA) stay. Documents "
        "stored in display order (last letter first) are not turned round but marked visual_order=1 in norm. "
        "aggressive also makes mathematical letters plain ones. What is lost: which shape was shown, for example in "
        "a primer.",
    [KEY_INDIC] =
        "By Unicode's list of sequences that are not to be used, for Devanagari, Bengali, "
        "Gurmukhi, Gujarati, Odia, Tamil, Telugu, Kannada, Malayalam, Sinhala and others: अ + ◌ा becomes आ, ए + ◌े "
        "becomes ऐ, Tamil ஸ்ரீ becomes ஶ்ரீ, Bengali ত + U+09CD + U+200D becomes ৎ, Malayalam ര + U+0D4D + U+200D "
        "becomes ർ. A nukta goes before the vowel sign (क + ◌ि + U+093C becomes क़ि), a doubled anusvara, "
        "candrabindu or virama becomes one, an unassigned danda becomes ।. aggressive adds Unicode's half forms "
        "with aa (ख + U+094D + ◌ा becomes ख) and the pipe as danda. Never: colon to visarga, ॲ to ए, Assamese ৰ ৱ "
        "to র ব, Odia ଵ ୱ to ବ, chillu to consonant, tippi to bindi, addak to a double letter, a nasal to anusvara, "
        "removal of a nukta, the Gurmukhi double nukta of Sanskrit (ਸ਼਼).",
    [KEY_THAI_LAO] =
        "Thai เ + เ becomes แ, ◌ํ + า becomes \u0E33 also around a tone (น้\u0E33), a tone mark typed before the "
        "vowel sign goes behind it (ที่), doubled signs become one; Lao the same (ນ້\u0EB3). Never split: \u0E33, "
        "\u0EB3, \u0EDC, \u0EDD. Typing errors (เพื่ิอ) are left to be seen.",
    [KEY_KHMER] =
        "A syllable shows the same whether its vowel was typed before or behind its subscript: ខ + ◌ែ + ◌្ម + រ "
        "becomes ខ្មែរ. A vowel of two parts becomes one sign (កើ), the subscript of រ is the last. No sign is ever "
        "dropped; ◌្ដ and ◌្ត stay apart.",
    [KEY_ETHIOPIC] =
        "Amharic and Tigrinya ፡፡ becomes ።. A single ፡ is the word space and stays.",
    [KEY_TATWEEL] =
        "U+0640 stretches a word for looks: كتـــاب becomes كتاب. It stays at the end of a word (Persian ۱۴۰۲ هـ, a "
        "year; Kurdish writes a letter with it) and under a mark (هـٰذا). Harakat, hamza, alef, yeh and teh marbuta "
        "are never changed: كِتَابٌ stays.",
    [KEY_LANG] =
        "Letters that are right in one language and wrong in another. Romanian: ţ ş become ț ș (in Turkish ş "
        "stays). Turkish, Azerbaijani, Crimean Tatar, Gagauz: i with a second dot (U+0307) is i. Persian: Arabic ي "
        "ك become ی ک. Urdu: also ه becomes ہ. Uzbek: the apostrophe of o‘ and g‘ becomes ʻ. Chechen, Avar and "
        "other languages of the Caucasus: the digit 1, I or l between letters becomes the palochka Ӏ. With gated "
        "the rules run only when --lang names the language, or the record has a language and a language_score of at "
        "least 0.8, for Persian and Urdu 0.95, and the text has no letter of Sindhi, Pashto, Uyghur or Kurdish. So "
        "run the stage again after langtag, with --only lang. On asks for no score. Arabic, Pashto, Sindhi, Uyghur, "
        "Kurdish, Hausa (ƙ ɓ) and all others keep every letter.",
    [KEY_DIGITS] =
        "Off in every profile: १२३, ۱۲۳ and ١٢٣ are part of the text.",
    [KEY_MARKS] =
        "Accents stacked on one letter beyond 8 (aggressive: 4) are cut; any number from 1 to 255 may be set. No "
        "spelling needs more; the stacks are games. Marks of Hebrew, Arabic and Indic scripts are not counted.",
    [KEY_QUOTES] =
        "“” become \", ‘’ become '. On only in aggressive, for it destroys French, German and Ukrainian typography "
        "(м’ята). The letters ʼ and ʻ are never touched.",
    [KEY_WHITESPACE] =
        "No-break, thin, ideographic and other spaces become the plain one; several inside a line become one; a "
        "line ends without. Spaces and tabs at the beginning of a line stay (verse, code), also tabs inside it "
        "(tables); aggressive takes both. The narrow no-break space stays between Mongolian letters, where it is "
        "spelling. No number is rewritten: 10 000 stays in its two groups. What is lost: no-break hints (Quoi ? in "
        "French), columns drawn with spaces.",
    [KEY_BLANK] =
        "Three or more line ends become two; none stay at the beginning and the end of the text.",
    [KEY_MOJI_WEAK] =
        "For mojibake. Ã or Â before a space is a sign of damage in most languages, and a word in a few. With doc "
        "it counts only when the document holds another sign; with line it counts alone.",
    [KEY_CJK_COMPAT] =
        "For nfc. With vs, U+FA19 becomes 神 with a variation selector that keeps the shape, where Unicode has one.",
};

static const char *const profiles_prose[] = {
    ".Ss Profiles",
    "conservative repairs what is broken and nothing else: broken bytes, line ends, control characters, hidden "
    "tags, composition. It is for collections whose editors set every sign on purpose. web repairs also the damage "
    "of the way (wrong charsets, entities, fonts) and removes what no reader sees. It is the default. aggressive "
    "also unifies typography and is meant for search and for training of tokenizers, not for text that people will "
    "read again.",
    NULL};

static const char *const closing[] = {
    ".Ss What was done",
    "The member norm of each record says it: the profile, then changed= (lines), moji= (lines of mojibake), fffd= "
    "(U+FFFD in the text now), pua= (private use characters, which only their own font shows), zawgyi=1, "
    "visual_order=1; those that are zero are left out. Receipts count, for every pass, documents and lines that it "
    "changed and code points that were removed and added by it; counters that are zero are left out.",
    ".Ss Trying a change safely",
    "See first what the passes do to your own text, with nothing written:",
    ".Bd -literal -offset indent\nsangam\\-normalize \\-\\-explain 20 corpus/ >/dev/null\n.Ed",
    "Every pass tells how many lines it changed, and shows up to 20 of the changes: the line before (-) and after "
    "(+), cut to the place, with the code points that differ; what is invisible is written as <U+200B>. The choice "
    "is random but the same in every run, for any number of threads. With --log json each sample is a JSON object "
    "of its own. The texts themselves go to standard output, here to nowhere: files that are complete already in an "
    "output folder would not be read again.",
    "Then look at one pass alone, or at the text without it, or with another setting:",
    ".Bd -literal -offset indent\n"
    "sangam\\-normalize \\-\\-only indic \\-\\-explain 50 corpus/ >/dev/null\n"
    "sangam\\-normalize \\-\\-set indic=off corpus/ \\-o out/\n"
    "sangam\\-normalize \\-\\-only lang \\-\\-lang ron corpus/ \\-o out/\n.Ed",
    "With --only decoding always runs, and the text ends in NFC only when nfc is listed. A --set outside the list of --only has "
    "no effect on a pass, since it does not run.",
    NULL};
/* clang-format on */

/* ---- from the tables ---- */

struct list {
    const char **items;
    size_t count;
};

static void add(struct list *list, char *item) {
    list->items = sg_realloc(list->items, (list->count + 2) * sizeof *list->items);
    list->items[list->count++] = item;
    list->items[list->count] = NULL;
}

static void add_all(struct list *list, const char *const *items) {
    for (; *items; items++) add(list, sg_strdup(*items));
}

/* ".It Cm bidi", its line of settings.h as a sentence, and the prose. */
static char *item_of(unsigned key) {
    const struct normalize_key_info *info = &normalize_keys[key];
    struct sg_buf out = {0};
    sg_buf_printf(&out, ".It Cm %s\n", info->name);
    char *about = sg_strdup(info->about);
    if (about[strcspn(about, " :")] != ':') /* "vs: ..." begins with a value, as it is written */
        about[0] = (char)toupper((unsigned char)about[0]);
    sg_generate_roff(about, &out);
    sg_buf_puts(&out, ".\n");
    sg_generate_roff(prose[key], &out);
    free(about);
    return sg_buf_take(&out);
}

/* The word for a value of a key: "auto" for 2 of "off|on|auto", "8" for marks. */
static void put_value(struct sg_buf *out, unsigned key, unsigned value) {
    const char *at = normalize_keys[key].values;
    if (key == KEY_MARKS && value != OFF) {
        sg_buf_printf(out, "%u", value);
        return;
    }
    for (; value; value--) at += strcspn(at, "|") + 1;
    sg_buf_put(out, at, strcspn(at, "|"));
}

static void pad(struct sg_buf *out, size_t from, size_t width) {
    while (out->len < from + width) sg_buf_putc(out, ' ');
}

static char *table_of_keys(void) {
    static const char *const profiles[] = {"conservative", "web", "aggressive"};
    struct settings settings[3];
    struct sg_err err = {0};
    struct sg_buf out = {0};
    for (int p = 0; p < 3; p++)
        if (settings_init(&settings[p], profiles[p], &err) != SG_OK) return sg_strdup(".Pp");
    sg_buf_puts(&out, ".Bd -literal\n"
                      "key           values              conservative  web      aggressive\n");
    for (unsigned key = 0; key < NORMALIZE_KEYS; key++) {
        size_t from = out.len;
        sg_buf_puts(&out, normalize_keys[key].name);
        pad(&out, from, 14);
        for (const char *c = normalize_keys[key].values; *c; c++)
            sg_buf_putc(&out, *c == '|' ? ' ' : *c);
        for (int p = 0; p < 3; p++) {
            static const unsigned char columns[] = {34, 48, 57};
            pad(&out, from, columns[p]);
            put_value(&out, key, settings[p].value[key]);
        }
        sg_buf_putc(&out, '\n');
    }
    sg_buf_puts(&out, ".Ed");
    return sg_buf_take(&out);
}

void manual_make(struct manual *manual) {
    struct list list = {0};
    add_all(&list, opening);
    add(&list, sg_strdup(".Ss The passes, in their order"));
    add(&list, sg_strdup(".Bl -tag -width Ds"));
    for (unsigned key = 0; key < NORMALIZE_KEYS; key++) add(&list, item_of(key));
    add(&list, sg_strdup(".El"));
    add_all(&list, profiles_prose);
    add(&list, table_of_keys());
    add_all(&list, closing);
    manual->paragraphs = list.items;
}

void manual_free(struct manual *manual) {
    for (const char *const *item = manual->paragraphs; item && *item; item++)
        free((char *)(uintptr_t)*item);
    free((void *)(uintptr_t)manual->paragraphs);
    *manual = (struct manual){0};
}
