/* langtag: what the embedded engine says of short texts in many languages and of what is no language; its parts one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dice.h"
#include "families.h"
#include "iso639.h"
#include "langtag.h"
#include "letters.h"
#include "sample.h"
#include "text/unicode.h"
#include "text/utf8.h"

/* ---- texts ---- */

static const struct {
    const char *label, *text;
} texts[] = {
    {"eng_Latn", "The ferry leaves at seven, so we should pack our bags before breakfast."},
    {"deu_Latn", "Wir haben gestern den ganzen Nachmittag im Garten gearbeitet und sind müde."},
    {"fra_Latn", "Ma sœur a retrouvé ses lunettes sous la table de la cuisine."},
    {"spa_Latn", "El panadero de nuestra calle abre la tienda muy temprano todos los días."},
    {"por_Latn", "Amanhã vamos levar as crianças à praia, se não chover durante a manhã."},
    {"ita_Latn", "Il treno per la montagna parte fra dieci minuti dal secondo binario."},
    {"nld_Latn", "De buurvrouw heeft gisteren een nieuwe fiets gekocht voor haar dochter."},
    {"pol_Latn", "Wczoraj wieczorem długo szukaliśmy kluczy, które leżały w kieszeni płaszcza."},
    {"tur_Latn", "Dün akşam komşumuz bize bahçesinden topladığı elmaları getirdi."},
    {"vie_Latn", "Mỗi buổi sáng bà tôi đều tưới cây trong vườn rồi mới uống trà."},
    {"swh_Latn", "Watoto wanacheza mpira nje ya nyumba baada ya kumaliza kazi za shule."},
    {"fin_Latn", "Eilen illalla satoi niin paljon lunta, että jouduimme jäämään kotiin."},
    {"hun_Latn", "A nagymamám minden vasárnap süteményt süt az egész családnak."},
    {"ces_Latn", "Včera jsme dlouho čekali na autobus, který nakonec vůbec nepřijel."},
    {"rus_Cyrl", "Вчера вечером мы долго гуляли по берегу реки и разговаривали о книгах."},
    {"ukr_Cyrl", "Учора ввечері ми довго гуляли біля річки й розмовляли про книжки."},
    {"bul_Cyrl", "Вчера вечерта дълго се разхождахме край реката и говорихме за книги."},
    {"ell_Grek", "Χθες το βράδυ περπατήσαμε πολλή ώρα δίπλα στο ποτάμι."},
    {"hye_Armn", "Երեկ երեկոյան մենք երկար քայլում էինք գետի ափով և խոսում էինք գրքերի մասին։"},
    {"kat_Geor", "გუშინ საღამოს დიდხანს ვისეირნეთ მდინარის პირას."},
    {"heb_Hebr", "אתמול בערב טיילנו שעה ארוכה לאורך הנהר ודיברנו על ספרים."},
    {"arb_Arab", "ذهبنا مساء أمس إلى السوق واشترينا الخبز والفاكهة للعائلة."},
    {"pes_Arab", "دیروز عصر با دوستانم به بازار رفتیم و برای خانه نان و میوه خریدیم."},
    {"urd_Arab", "کل شام ہم دریا کے کنارے دیر تک ٹہلتے رہے اور کتابوں کی باتیں کرتے رہے۔"},
    {"hin_Deva", "कल शाम हम बहुत देर तक नदी के किनारे टहलते रहे और किताबों की बातें करते रहे।"},
    {"mar_Deva", "काल संध्याकाळी आम्ही नदीच्या काठी बराच वेळ फिरलो आणि पुस्तकांबद्दल बोललो."},
    {"npi_Deva", "हिजो बेलुका हामी नदीको किनारमा धेरै बेर हिँड्यौँ र किताबका कुरा "
                 "गर्‍यौँ।"},
    {"ben_Beng", "কাল সন্ধ্যায় আমরা অনেকক্ষণ নদীর ধারে হাঁটলাম আর বইয়ের কথা বললাম।"},
    {"asm_Beng", "কালি সন্ধিয়া আমি বহু সময় নৈৰ পাৰত খোজ কাঢ়িলোঁ আৰু কিতাপৰ কথা পাতিলোঁ।"},
    {"tam_Taml", "நேற்று மாலை நாங்கள் ஆற்றங்கரையில் நீண்ட நேரம் நடந்தோம்."},
    {"tel_Telu", "నిన్న సాయంత్రం మేము నది ఒడ్డున చాలా సేపు నడిచాము."},
    {"kan_Knda", "ನಿನ್ನೆ ಸಂಜೆ ನಾವು ನದಿಯ ದಡದಲ್ಲಿ ಬಹಳ ಹೊತ್ತು ನಡೆದೆವು."},
    {"mal_Mlym", "ഇന്നലെ വൈകുന്നേരം ഞങ്ങൾ പുഴയുടെ തീരത്ത് ഏറെ നേരം നടന്നു."},
    {"guj_Gujr", "ગઈકાલે સાંજે અમે નદી કિનારે ઘણી વાર સુધી ચાલ્યા."},
    {"pan_Guru", "ਕੱਲ੍ਹ ਸ਼ਾਮ ਅਸੀਂ ਦਰਿਆ ਦੇ ਕੰਢੇ ਬਹੁਤ ਦੇਰ ਤੱਕ ਤੁਰਦੇ ਰਹੇ।"},
    {"ory_Orya", "କାଲି ସନ୍ଧ୍ୟାରେ ଆମେ ନଦୀ କୂଳରେ ବହୁ ସମୟ ଚାଲିଲୁ।"},
    {"sin_Sinh", "ඊයේ සවස අපි ගඟ අසල බොහෝ වේලාවක් ඇවිද්දෙමු."},
    {"tha_Thai", "เมื่อวานเย็นเราเดินเล่นริมแม่น้ำกันนานมาก"},
    {"kor_Hang", "어제저녁 우리는 강가를 오랫동안 걸으며 책 이야기를 했다."},
    {"jpn_Jpan", "昨日の夕方、私たちは川沿いを長いあいだ歩いて本の話をした。"},
    {"zho_Hans", "昨天傍晚我们沿着河边走了很久，还谈了许多关于书的事情。"},
    {"zho_Hant", "昨天傍晚我們沿著河邊走了很久，還談了許多關於書的事情。"},
    {"amh_Ethi", "ትናንት ማታ በወንዙ ዳር ለረጅም ጊዜ ተራመድን።"},
    {"hin_Latn", "kal shaam hum log nadi ke kinare bahut der tak ghoomte rahe yaar"},
    {"sat_Olck", "ᱦᱚᱞᱟ ᱟᱭᱩᱵ ᱟᱞᱮ ᱜᱟᱰᱟ ᱟᱲᱮ ᱨᱮ ᱞᱮ ᱫᱟᱬᱟ ᱠᱮᱫᱟ"},
    /* more letters of English than of the page's own script, and still that page */
    {"jpn_Jpan", "サーバーを起動するには npm install を実行してください。"},
    {"kor_Hang", "설치하려면 pip install example 명령을 실행하세요."},
    {"hin_Deva", "यह प्रोग्राम चलाने के लिए download करके install कीजिए, please."},
    {"zxx_Zxxx", ""},
    {"zxx_Zxxx", "   \n\t"},
    {"zxx_Zxxx", "12:30 -- 44,5 (2024-11-03)"},
    {"zxx_Zxxx", "★★★☆☆ 😀😀 → ✓"},
    {"zxx_Zxxx", "192.168.0.17 443 200 0.0031"},
    {"zxx_Zxxx", "for (i = 0; i < n; i++) { sum += a[i] * b[i]; }"},
    {"zxx_Zxxx",
     "SELECT a.id, b.n FROM t1 a JOIN t2 b ON (a.id = b.id) WHERE b.n >= 3 AND a.k <> '';"},
    {"zxx_Zxxx", "<td class=\"x\"><a href=\"/p?id=3\">12</a></td>"},
    {"zxx_Zxxx", "QWxsZXMgaXN0IGd1dCB1bmQgYWxsZXMgaXN0IHJpY2h0aWcgdW5kIHNvIHdlaXRlcg=="},
    {"zxx_Zxxx", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
    {"und_Sund", "ᮞᮥᮔ᮪ᮓ ᮘᮞ ᮞᮥᮔ᮪ᮓ"}, /* no label is written in this script */
};

static struct langtag *make(const struct langtag_settings *wish) {
    struct sg_err err = {0};
    struct langtag *langtag = NULL;
    struct langtag_settings settings = *wish;
    if (!settings.model) {
        settings.model = langtag_embedded;
        settings.model_len = (size_t)(langtag_embedded_end - langtag_embedded);
    }
    assert_int_equal(sg_unicode_init(&err), SG_OK);
    if (langtag_new(&langtag, &settings, &err) != SG_OK) fail_msg("%s", err.text);
    return langtag;
}

static const struct langtag_settings usual = {
    .min_score = LANGTAG_FLOOR, .sample_bytes = 1024, .top = 3};

static void many_languages(void **unused) {
    (void)unused;
    struct langtag *langtag = make(&usual);
    struct langtag_scratch *scratch = langtag_scratch_new();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct langtag_answer answer;
        char label[32];
        langtag_text(langtag, scratch, texts[i].text, strlen(texts[i].text), &answer);
        snprintf(label, sizeof label, "%s_%s", answer.language, answer.script);
        if (strcmp(label, texts[i].label) != 0)
            fail_msg("%s, not %s (%f, %s): %s", label, texts[i].label, (double)answer.score,
                     answer.labels[0], texts[i].text);
        assert_true(answer.count >= 1 && answer.count <= 3);
        assert_true(answer.score >= 0 && answer.score <= 1);
        for (size_t k = 1; k < answer.count; k++)
            assert_true(answer.scores[k - 1] > answer.scores[k] ||
                        (answer.scores[k - 1] == answer.scores[k] &&
                         strcmp(answer.labels[k - 1], answer.labels[k]) < 0));
    }
    langtag_scratch_free(scratch);
    langtag_free(langtag);
}

static void ask(const struct langtag *langtag, const char *text, struct langtag_answer *answer) {
    struct langtag_scratch *scratch = langtag_scratch_new();
    langtag_text(langtag, scratch, text, strlen(text), answer);
    langtag_scratch_free(scratch);
}

/* Close sisters share the score; then the family is named, and the floor counts all of it. */
static void family_is_named(void **unused) {
    (void)unused;
    struct langtag *langtag = make(&usual);
    struct langtag_answer answer;
    ask(langtag, "Dobar dan, kako ste danas?", &answer);
    assert_string_equal(answer.group, "hbs");
    assert_true(answer.score < 0.7f && !answer.low);
    ask(langtag, texts[0].text, &answer);
    assert_string_equal(answer.group, "");
    langtag_free(langtag);
    assert_string_equal(families_name(families_of("ary_Arab")), "ara");
    assert_int_equal(families_of("ary_Ara"), FAMILIES_NONE);
    assert_int_equal(families_of("eng_Latn"), FAMILIES_NONE);
    assert_true(families_count() <= FAMILIES_MAX);
}

static void floor_makes_und(void **unused) {
    (void)unused;
    struct langtag_settings strict = usual;
    strict.min_score = 1;
    struct langtag *langtag = make(&strict);
    struct langtag_answer answer;
    ask(langtag, texts[24].text, &answer);
    assert_string_equal(answer.language, "und");
    assert_string_equal(answer.script, "Deva");
    assert_string_equal(answer.labels[0],
                        "hin_Deva"); /* the list still tells what it was near to */
    assert_true(answer.low && answer.score > 0.5f);
    ask(langtag, "안녕하세요", &answer); /* the script alone decides: certain */
    assert_string_equal(answer.language, "kor");
    langtag_free(langtag);
}

/* The label's own number counts, be it above or below the one for all. */
static void thresholds_by_label(void **unused) {
    (void)unused;
    struct langtag_settings settings = usual;
    struct langtag_scratch *scratch = langtag_scratch_new();
    struct langtag_answer answer, strict;
    const char *text = texts[1].text;
    settings.thresholds = "deu_Latn 1\n\n# more\nfra_Latn 0.2\n";
    struct langtag *high = make(&settings);
    langtag_text(high, scratch, text, strlen(text), &answer);
    assert_string_equal(answer.language, "und");
    assert_string_equal(answer.script, "Latn");
    assert_string_equal(answer.labels[0], "deu_Latn");
    assert_true(answer.low);
    langtag_text(high, scratch, texts[3].text, strlen(texts[3].text), &answer);
    assert_string_equal(answer.language, "spa");
    assert_false(answer.low);
    settings.min_score = 1;
    settings.thresholds = "deu_Latn 0.5";
    struct langtag *low = make(&settings);
    langtag_text(low, scratch, text, strlen(text), &answer);
    assert_string_equal(answer.language, "deu");
    langtag_text(low, scratch, texts[3].text, strlen(texts[3].text), &strict);
    assert_string_equal(strict.language, "und");
    langtag_free(high);
    langtag_free(low);
    struct langtag *none = NULL;
    static const char *const wrong[] = {"deu_Latn", "deu_Latn x", "deu_Latn 2", "deu_Latm 0.5"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct sg_err err = {0};
        settings.model = langtag_embedded;
        settings.model_len = (size_t)(langtag_embedded_end - langtag_embedded);
        settings.thresholds = wrong[i];
        assert_int_equal(langtag_new(&none, &settings, &err), SG_USAGE);
    }
    langtag_scratch_free(scratch);
}

static void labels_limit_the_choice(void **unused) {
    (void)unused;
    static const char *const list[] = {"deu_Latn", "fra", "hin"};
    struct langtag_settings some = usual;
    some.labels = list;
    some.label_count = 3;
    some.top = 10;
    struct langtag *langtag = make(&some);
    struct langtag_answer answer;
    ask(langtag, texts[6].text, &answer); /* Dutch is nearest to German */
    assert_string_equal(answer.language, "deu");
    assert_int_equal(answer.count, 3);     /* deu_Latn, fra_Latn, hin_Latn */
    ask(langtag, texts[25].text, &answer); /* one label is left in Deva */
    assert_string_equal(answer.labels[0], "hin_Deva");
    ask(langtag, texts[14].text, &answer); /* none in Cyrl */
    assert_string_equal(answer.labels[0], "und_Cyrl");
    assert_true(answer.low && answer.score == 0);
    langtag_free(langtag);

    struct sg_err err = {0};
    static const char *const wrong[] = {"hin_Dewa"};
    some.labels = wrong;
    some.label_count = 1;
    some.model = langtag_embedded;
    some.model_len = (size_t)(langtag_embedded_end - langtag_embedded);
    assert_int_equal(langtag_new(&langtag, &some, &err), SG_USAGE);
    assert_non_null(strstr(err.text, "did you mean 'hin_Deva'?"));
}

/* Ten answers for one scratch and one each: nothing of a text stays behind. */
static void texts_do_not_mix(void **unused) {
    (void)unused;
    struct langtag *langtag = make(&usual);
    struct langtag_scratch *scratch = langtag_scratch_new();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct langtag_answer one, two;
        langtag_text(langtag, scratch, texts[i].text, strlen(texts[i].text), &one);
        ask(langtag, texts[i].text, &two);
        assert_string_equal(one.language, two.language);
        assert_memory_equal(&one.score, &two.score, sizeof one.score);
        assert_int_equal(one.count, two.count);
    }
    langtag_scratch_free(scratch);
    langtag_free(langtag);
}

/* ---- the record ---- */

static void record_members(void **unused) {
    (void)unused;
    struct langtag *langtag = make(&usual);
    struct langtag_scratch *scratch = langtag_scratch_new();
    struct sg_record record = {0};
    struct sg_buf out = {0};
    struct sg_err err = {0};
    struct langtag_answer answer;
    static const char line[] =
        "{\"text\":\"\\uc548\\ub155 \\ud83d\",\"language\":\"old\",\"n\":1.0e+05}";
    assert_int_equal(sg_record_scan(&record, line, strlen(line), &err), SG_OK);
    assert_true(langtag_record(langtag, scratch, &record, &answer));
    assert_int_equal(answer.lone_surrogates, 1);
    sg_record_write(&record, &out);
    sg_buf_str(&out);
    assert_string_equal(
        out.data,
        "{\"text\":\"\\uc548\\ub155 \\ud83d\",\"language\":\"kor\",\"n\":1.0e+05,"
        "\"language_script\":\"Hang\",\"language_score\":1.0,\"top_langs\":[\"kor_Hang\"],"
        "\"top_scores\":[1.0],\"language_group\":\"\"}");
    static const char bad[] = "{\"text\":7}";
    assert_int_equal(sg_record_scan(&record, bad, strlen(bad), &err), SG_OK);
    assert_false(langtag_record(langtag, scratch, &record, &answer));
    sg_record_free(&record);
    sg_buf_free(&out);
    langtag_scratch_free(scratch);
    langtag_free(langtag);
}

/* ---- the parts ---- */

/* Units back to UTF-8, with _ for a space. */
static void show(const struct letters_stream *stream, struct sg_buf *out) {
    for (size_t i = 0; i < stream->len; i++) {
        char bytes[4];
        uint32_t c = stream->units[i] == ' ' ? '_' : stream->units[i];
        sg_buf_put(out, bytes, sg_utf8_encode(c, bytes));
    }
    sg_buf_str(out);
}

static void letters_as_the_model_sees_them(void **unused) {
    (void)unused;
    static const char *const cases[][3] = {
        {"Latn", "Cat 12 o'clock!", "_cat_0_o'clock_"},
        {"Hani", "Cat 12 o'clock!", "_0_"},
        {"Latn", "l'été 2024: C'EST «ça»", "_l'été_0_c'est_ça_"},
        {"Latn", "''a''b' c'", "_a_b_c_"},
        {"Latn", "x·y ·z l·l·l a'·b", "_x·y_z_l·l·l_a_b_"},
        {"Latn", "abc123def 1,234 a1'b", "_abc0def_0_0_a0_b_"},
        {"Latn", "İSTANBUL Iı", "_istanbul_iı_"},
        {"Latn", "don’t ʻokina", "_don't_okina_"},
        {"Latn", "A\u200bB soft\u00adhyphen", "_ab_softhyphen_"},
        {"Hani", "日本語カー'x'テスト12", "_日本語カー_テスト0_"},
        {"Cyrl", "Хорошо, thanks! Ёж", "_хорошо_ёж_"},
        {"Arab", "مـــرحبا ١٢ بك", "_مرحبا_0_بك_"},
        {"Deva", "काम२४ work", "_काम0_"},
        {"Latn", "", "_"},
        {"Latn", "?!", "_"},
    };
    struct sg_err err = {0};
    struct script_table table;
    assert_int_equal(sg_unicode_init(&err), SG_OK);
    script_init(&table);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct letters_stream stream = {0};
        struct sg_buf out = {0};
        int script = script_number(&table, cases[i][0]);
        assert_true(script >= SCRIPT_FIRST);
        letters_write(&table, cases[i][1], strlen(cases[i][1]), (uint32_t)script, &stream);
        show(&stream, &out);
        assert_string_equal(out.data, cases[i][2]);
        letters_free(&stream);
        sg_buf_free(&out);
    }
    script_free(&table);
}

/* Pieces of a text are one stream; a code point of another plane is one unit. */
static void pieces_are_one_stream(void **unused) {
    (void)unused;
    struct script_table table;
    struct letters_stream stream = {0};
    struct sg_buf out = {0};
    script_init(&table);
    uint32_t latin = (uint32_t)script_number(&table, "Latn"),
             adlam = (uint32_t)script_number(&table, "Adlm");
    letters_write(&table, "one", 3, latin, &stream);
    letters_write(&table, "?", 1, latin, &stream);
    letters_write(&table, " two three", 10, latin, &stream);
    show(&stream, &out);
    assert_string_equal(out.data, "_one_two_three_");
    stream.len = 0;
    letters_write(&table, "\U0001E900", 4, adlam, &stream); /* lower case: U+1E922 */
    assert_int_equal(stream.len, 3);
    assert_int_equal(stream.units[1], 0xE922);
    letters_free(&stream);
    sg_buf_free(&out);
    script_free(&table);
}

static void table_says_what_unicode_says(void **unused) {
    (void)unused;
    struct sg_err err = {0};
    struct script_table table;
    assert_int_equal(sg_unicode_init(&err), SG_OK);
    script_init(&table);
    for (uint32_t c = 0; c < 0x110000; c++) {
        uint32_t entry = script_entry(&table, c);
        const char *category = sg_unicode_category(c), *script = sg_unicode_script(c);
        bool letter = (category[0] == 'L' || category[0] == 'M') && c != 0x2BB && c != 0x2BC &&
                      c != 0x640 && !(c >= 0xFE00 && c <= 0xFE0F);
        assert_int_equal(script_class_of(entry) == SCRIPT_LETTER, letter);
        if (!letter) continue;
        if (strcmp(script, "Hira") == 0 || strcmp(script, "Kana") == 0 ||
            strcmp(script, "Bopo") == 0)
            script = "Hani";
        assert_string_equal(table.names[script_of(entry)], script);
        assert_int_equal(script_lower(entry), sg_unicode_lower(c));
    }
    assert_int_equal(script_class_of(script_entry(&table, '{')), SCRIPT_CODE);
    assert_int_equal(script_class_of(script_entry(&table, '(')), SCRIPT_PAREN);
    assert_int_equal(script_class_of(script_entry(&table, 0x0966)), SCRIPT_DIGIT);
    assert_int_equal(script_class_of(script_entry(&table, 0x3000)), SCRIPT_SPACE);
    script_free(&table);
}

/* Pieces lie in order, inside the text, begin and end at code points, and are about as large as asked for. */
static void samples_are_whole(void **unused) {
    (void)unused;
    static const char *const letters[] = {" ", "中", "e", "😀"};
    uint64_t state = 3;
    for (int round = 0; round < 2000; round++) {
        struct sg_buf text = {0};
        struct sample_piece pieces[SAMPLE_PIECES];
        size_t wanted = dice_below(&state, 6000),
               size = LANGTAG_SAMPLE_MIN + dice_below(&state, 1500), at = 0, sum = 0;
        int spaced = (int)dice_below(&state, 2);
        while (text.len < wanted)
            sg_buf_puts(
                &text,
                letters[spaced && dice_below(&state, 5) == 0 ? 0 : 1 + dice_below(&state, 3)]);
        const char *data = text.len ? text.data : "";
        size_t count = sample_pieces(data, text.len, round % 7 ? size : 0, pieces);
        if (round % 7 == 0 || text.len <= size + size / 2) {
            assert_int_equal(count, 1);
            assert_int_equal(pieces[0].len, text.len);
        } else {
            assert_int_equal(count, SAMPLE_PIECES);
        }
        for (size_t i = 0; i < count; i++) {
            assert_true(pieces[i].at >= at && pieces[i].at + pieces[i].len <= text.len);
            at = pieces[i].at + pieces[i].len;
            sum += pieces[i].len;
            assert_int_equal(sg_utf8_valid(data + pieces[i].at, pieces[i].len), pieces[i].len);
        }
        if (count > 1) assert_true(sum + 80 > size / 2 && sum < size + SAMPLE_PIECES * 40);
        sg_buf_free(&text);
    }
}

static void language_codes(void **unused) {
    (void)unused;
    assert_string_equal(iso639_three("hi"), "hin");
    assert_string_equal(iso639_three("aa"), "aar");
    assert_string_equal(iso639_three("zu"), "zul");
    assert_string_equal(iso639_three("sh"), "hbs");
    assert_null(iso639_three("qq"));
    assert_null(iso639_three("h"));
    assert_null(iso639_three("hin"));
    assert_string_equal(iso639_macro("aeb"), "ara");
    assert_string_equal(iso639_macro("nno"), "nor");
    assert_string_equal(iso639_macro("zsm"), "msa");
    assert_null(iso639_macro("eng"));
    assert_null(iso639_macro(""));
}

/* What a record with the text and lang as its member says. */
static void tag_with(const struct langtag *langtag, struct langtag_scratch *scratch,
                     const char *text, const char *lang, struct langtag_answer *answer) {
    struct sg_buf line = {0};
    struct sg_record record = {0};
    struct sg_err err = {0};
    sg_buf_puts(&line, "{\"text\":");
    sg_json_quote(&line, text, strlen(text));
    if (lang) sg_buf_printf(&line, ",\"lang\":%s", lang);
    sg_buf_putc(&line, '}');
    assert_int_equal(sg_record_scan(&record, line.data, line.len, &err), SG_OK);
    assert_true(langtag_record(langtag, scratch, &record, answer));
    sg_record_free(&record);
    sg_buf_free(&line);
}

static void member_is_a_prior(void **unused) {
    (void)unused;
    static const struct {
        const char *lang, *language; /* of "en gate", which is two words of many languages */
        bool unknown;
    } cases[] = {
        {"\"nob\"", "nob"},
        {"\"nob_Latn\"", "nob"},
        {"\"NB\"", "nob"},
        {"\"nb-NO\"", "nob"},
        {"\"no\"", "nob"},
        {"\"swe\"", "swe"},
        {"\"sv_SE\"", "swe"},
        {"\"sv\\u005fSE\"", "swe"},
        {"\"nob-Cyrl\"", "", true},
        {"\"Norsk\"", "", true},
        {"\"qqq\"", "", true},
        {"7", "", true},
        {"null", ""},
        {"\"\"", ""},
        {"\"und\"", ""},
        {NULL, ""},
    };
    struct langtag_settings settings = usual;
    struct langtag *plain = make(&usual);
    settings.prior_field = "lang";
    struct langtag *hinted = make(&settings);
    struct langtag_scratch *scratch = langtag_scratch_new();
    struct langtag_answer without, with;
    langtag_text(plain, scratch, "en gate", 7, &without);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool hint = *cases[i].language;
        tag_with(hinted, scratch, "en gate", cases[i].lang, &with);
        assert_string_equal(with.labels[0] + 3, "_Latn");
        if (strncmp(with.labels[0], hint ? cases[i].language : without.labels[0], 3) != 0)
            fail_msg("%s: %s", cases[i].lang, with.labels[0]);
        if (!hint) assert_true(with.scores[0] == without.scores[0]);
        assert_int_equal(with.unknown_prior, cases[i].unknown);
    }
    /* never certainty; another script; and nothing is left for the next text */
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        tag_with(hinted, scratch, texts[i].text, "\"hau\"", &with);
        assert_memory_equal(with.language, texts[i].label, 3);
    }
    langtag_text(hinted, scratch, "en gate", 7, &with);
    assert_true(with.scores[0] == without.scores[0]);
    langtag_scratch_free(scratch);
    langtag_free(plain);
    langtag_free(hinted);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_languages),
        cmocka_unit_test(family_is_named),
        cmocka_unit_test(floor_makes_und),
        cmocka_unit_test(thresholds_by_label),
        cmocka_unit_test(labels_limit_the_choice),
        cmocka_unit_test(texts_do_not_mix),
        cmocka_unit_test(record_members),
        cmocka_unit_test(letters_as_the_model_sees_them),
        cmocka_unit_test(pieces_are_one_stream),
        cmocka_unit_test(table_says_what_unicode_says),
        cmocka_unit_test(samples_are_whole),
        cmocka_unit_test(language_codes),
        cmocka_unit_test(member_is_a_prior),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
