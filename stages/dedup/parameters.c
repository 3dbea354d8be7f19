/*
 * One table says of each parameter where it stands, what it may be and whether keys depend on it; reading of options, of
 * presets and of JSON, and writing, walk over it.
 *
 *     --preset fineweb --bands 20      bands 20 (given), rows 8 (preset), hot 100000 (default of the option)
 *
 * Memory: none. Threads: plan and the start of each verb only.
 */
#include "parameters.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "presets.h"
#include "text/json.h"
#include "text/unicode.h"
#include "unicode_table.h"

enum kind { COUNT, NUMBER, CHOICE, FLAG, TEXT };

struct field {
    const char *name; /* in the JSON; as an option with - for _ */
    enum kind kind;
    size_t offset;
    const char *words;  /* CHOICE: "a|b|c", by value */
    uint64_t low, high; /* COUNT */
    bool keys;          /* decides keys or sketches */
};

/* Short lines repeat for many reasons: "}", "Yes.", refrains, cells of tables. From about this length on, a line that stands
 * somewhere else too is a copy. Blocks are parted by their authors and need no such limit. */
#define LINE_CHARS 20

#define AT(member) offsetof(struct dedup_parameters, member)
#define NO_LIMIT UINT64_MAX

/* clang-format off */
/* Sorted by name, with icu and unicode between them (put_versions). */
static const struct field fields[] = {
    {"bands", COUNT, AT(bands), NULL, 1, DEDUP_LANES, true},
    {"cluster_fields", FLAG, AT(cluster_fields), NULL, 0, 0, false},
    {"count_by", TEXT, AT(count_by), NULL, 0, 0, false},
    {"duplicate_ids", CHOICE, AT(duplicate_ids), "stop|keep", 0, 0, false},
    {"exact_key", CHOICE, AT(exact_key), "light|raw", 0, 0, true},
    {"hot", COUNT, AT(hot), NULL, 2, UINT32_MAX, false},
    {"keep", CHOICE, AT(keep), "first|none", 0, 0, false},
    {"keep_components", FLAG, AT(keep_components), NULL, 0, 0, false},
    {"min_chars", COUNT, AT(min_chars), NULL, 0, NO_LIMIT, false},
    {"min_count", COUNT, AT(min_count), NULL, 2, 65536, false},
    {"min_left", COUNT, AT(min_left), NULL, 0, NO_LIMIT, false},
    {"min_length", COUNT, AT(min_length), NULL, 20, 10000, false},
    {"min_shingles", COUNT, AT(min_shingles), NULL, 1, UINT32_MAX, true},
    {"mode", CHOICE, AT(mode), "near|exact|para|line|substr|cross", 0, 0, false},
    {"ngram", COUNT, AT(ngram), NULL, 1, DEDUP_NGRAM_MOST, true},
    {"prefer", TEXT, AT(prefer), NULL, 0, 0, false},
    {"preset", CHOICE, AT(preset), DEDUP_PRESETS, 0, 0, false},
    {"profile", CHOICE, AT(profile), "shingle|fineweb|ccnet|slimpajama|rpv2|raw", 0, 0, true},
    {"rows", COUNT, AT(rows), NULL, 1, DEDUP_LANES, true},
    {"scope", CHOICE, AT(scope), "corpus|language", 0, 0, true},
    {"seed", COUNT, AT(seed), NULL, 0, NO_LIMIT, true},
    {"sketch", CHOICE, AT(sketch), "kperm32|fss", 0, 0, true},
    {"spans", CHOICE, AT(spans), "cut|mark", 0, 0, false},
    {"threshold", NUMBER, AT(threshold), NULL, 0, 0, false},
    {"unit", CHOICE, AT(unit), "window|word|space|char|icu", 0, 0, true},
    {"verify", CHOICE, AT(verify), "auto|text|sketch|none", 0, 0, false},
};
/* clang-format on */

#define FIELDS (sizeof fields / sizeof *fields)

static void *place_of(struct dedup_parameters *parameters, const struct field *field) {
    return (char *)parameters + field->offset;
}

static const void *value_of(const struct dedup_parameters *parameters, const struct field *field) {
    return (const char *)parameters + field->offset;
}

static unsigned choice_of(const struct dedup_parameters *parameters, const struct field *field) {
    return *(const unsigned *)value_of(parameters, field);
}

static uint64_t count_of(const struct dedup_parameters *parameters, const struct field *field) {
    return *(const uint64_t *)value_of(parameters, field);
}

/* ---- values as text ---- */

/* The n-th of "a|b|c". */
static size_t word_at(const char *words, unsigned n, const char **word) {
    for (; n; n--) words += strcspn(words, "|") + 1;
    *word = words;
    return strcspn(words, "|");
}

static bool read_choice(const char *words, const char *text, size_t len, unsigned *choice) {
    for (unsigned n = 0; *words; n++) {
        size_t here = strcspn(words, "|");
        if (here == len && memcmp(words, text, len) == 0) {
            *choice = n;
            return true;
        }
        words += here + (words[here] == '|');
    }
    return false;
}

/* Does text fit the field? Then it is its value. */
static bool read_text(struct dedup_parameters *parameters, const struct field *field, const char *text) {
    void *place = place_of(parameters, field);
    switch (field->kind) {
    case COUNT: return sg_num_parse_u64(text, place);
    case NUMBER: return sg_num_parse_double(text, place);
    case CHOICE: return read_choice(field->words, text, strlen(text), place);
    case FLAG: return false; /* no preset names one */
    case TEXT:
        if (strlen(text) >= sizeof parameters->prefer) return false;
        strcpy(place, text);
        return true;
    }
    return false;
}

static void put_text(const struct dedup_parameters *parameters, const struct field *field, struct sg_buf *out) {
    char number[SG_NUM_TEXT];
    const char *word;
    size_t len;
    switch (field->kind) {
    case COUNT: sg_buf_printf(out, "%llu", (unsigned long long)count_of(parameters, field)); break;
    case NUMBER: sg_buf_puts(out, sg_num_double(*(const double *)value_of(parameters, field), number)); break;
    case CHOICE:
        len = word_at(field->words, choice_of(parameters, field), &word);
        sg_buf_put(out, word, len);
        break;
    case FLAG: sg_buf_puts(out, *(const bool *)value_of(parameters, field) ? "true" : "false"); break;
    case TEXT: sg_buf_puts(out, value_of(parameters, field)); break;
    }
}

static void put_json(const struct dedup_parameters *parameters, const struct field *field, struct sg_buf *out) {
    struct sg_buf text = {0};
    put_text(parameters, field, &text);
    if (field->kind == CHOICE || field->kind == TEXT)
        sg_json_put_strn(out, text.data ? text.data : "", text.len);
    else
        sg_json_put_raw(out, (struct sg_json){text.data, text.len});
    sg_buf_free(&text);
}

/* ---- from options ---- */

static void option_name(const struct field *field, char name[32]) {
    snprintf(name, 32, "%s", field->name);
    for (char *c = name; *c; c++)
        if (*c == '_') *c = '-';
}

static bool read_option(const struct sg_opts *opts, const struct field *field, struct dedup_parameters *parameters) {
    char name[32];
    void *place = place_of(parameters, field);
    option_name(field, name);
    switch (field->kind) {
    case COUNT: *(uint64_t *)place = sg_opts_count(opts, name); return true;
    case NUMBER: *(double *)place = sg_opts_number(opts, name); return true;
    case FLAG: *(bool *)place = sg_opts_flag(opts, name); return true;
    case CHOICE:
    case TEXT: return read_text(parameters, field, sg_opts_text(opts, name));
    }
    return false;
}

/* "name=value name=value": the value of a field, cut out into text; false when it is not named. */
static bool preset_value(const char *values, const char *name, char text[64]) {
    size_t len = strlen(name);
    for (const char *at = values; *at; at += strspn(at, " ")) {
        size_t here = strcspn(at, " ");
        if (here > len && memcmp(at, name, len) == 0 && at[len] == '=') {
            snprintf(text, 64, "%.*s", (int)(here - len - 1), at + len + 1);
            return true;
        }
        at += here;
    }
    return false;
}

static unsigned usual_ngram(unsigned unit) {
    return unit == DEDUP_UNIT_WINDOW ? DEDUP_WINDOW : unit == DEDUP_UNIT_CHAR ? 24 : 5;
}

static enum sg_code check(const struct dedup_parameters *parameters, enum sg_code kind, struct sg_err *err) {
    for (size_t i = 0; i < FIELDS; i++) {
        const struct field *field = &fields[i];
        if (field->kind != COUNT) continue;
        uint64_t value = count_of(parameters, field);
        char name[32];
        option_name(field, name);
        if (value < field->low || value > field->high)
            return field->high >= UINT32_MAX
                       ? sg_err_set(err, kind, "--%s must be at least %llu", name, (unsigned long long)field->low)
                       : sg_err_set(err, kind, "--%s must be from %llu to %llu", name, (unsigned long long)field->low,
                                    (unsigned long long)field->high);
    }
    if (parameters->bands * parameters->rows > DEDUP_LANES)
        return sg_err_set(err, kind, "--bands times --rows must be at most %d", DEDUP_LANES);
    if (!(parameters->threshold > 0 && parameters->threshold <= 1))
        return sg_err_set(err, kind, "--threshold must be above 0 and at most 1");
    return SG_OK;
}

enum sg_code dedup_parameters_from_options(const struct sg_opts *opts, struct dedup_parameters *parameters,
                                           struct sg_err *err) {
    memset(parameters, 0, sizeof *parameters);
    for (size_t i = 0; i < FIELDS; i++)
        if (!read_option(opts, &fields[i], parameters))
            return sg_err_set(err, SG_USAGE, "--%s is too long", fields[i].name);
    const char *values = dedup_presets[parameters->preset].values;
    char text[64];
    for (size_t i = 0; i < FIELDS; i++) {
        char name[32];
        option_name(&fields[i], name);
        if (!sg_opts_given(opts, name) && preset_value(values, fields[i].name, text) &&
            !read_text(parameters, &fields[i], text))
            return sg_err_set(err, SG_USAGE, "preset %s is damaged: %s", dedup_presets[parameters->preset].name, name);
    }
    if (parameters->ngram == 0 && !sg_opts_given(opts, "ngram")) parameters->ngram = usual_ngram(parameters->unit);
    if (parameters->mode == DEDUP_LINE && !sg_opts_given(opts, "min-chars") && !preset_value(values, "min_chars", text))
        parameters->min_chars = LINE_CHARS;
    return check(parameters, SG_USAGE, err);
}

/* ---- JSON ---- */

/* The version of a library that decides where words end, "" when none does. */
static const char *icu_of(const struct dedup_parameters *parameters) {
    return parameters->unit == DEDUP_UNIT_ICU ? sg_unicode_icu_version() : "";
}

static void put_member(struct sg_buf *out, const char *name, const char *text) {
    sg_json_name(out, name);
    sg_json_put_str(out, text);
}

static void describe(const struct dedup_parameters *parameters, bool keys, struct sg_buf *out) {
    const char *icu = icu_of(parameters);
    bool icu_done = *icu == 0, unicode_done = false;
    sg_json_open(out, '{');
    for (size_t i = 0; i < FIELDS; i++) {
        const struct field *field = &fields[i];
        if (keys && !field->keys) continue;
        if (!icu_done && strcmp(field->name, "icu") > 0) put_member(out, "icu", icu), icu_done = true;
        if (!unicode_done && strcmp(field->name, "unicode") > 0)
            put_member(out, "unicode", DEDUP_UNICODE), unicode_done = true;
        sg_json_name(out, field->name);
        put_json(parameters, field, out);
    }
    sg_json_close(out, '}');
}

void dedup_parameters_json(const struct dedup_parameters *parameters, struct sg_buf *out) {
    describe(parameters, false, out);
}

void dedup_parameters_keys_json(const struct dedup_parameters *parameters, struct sg_buf *out) {
    describe(parameters, true, out);
}

static struct sg_hash128 hash_of(const struct dedup_parameters *parameters, bool keys) {
    struct sg_buf json = {0};
    describe(parameters, keys, &json);
    struct sg_hash128 hash = sg_hash128(json.data, json.len, 0);
    sg_buf_free(&json);
    return hash;
}

struct sg_hash128 dedup_parameters_fingerprint(const struct dedup_parameters *parameters) {
    return hash_of(parameters, false);
}

struct sg_hash128 dedup_parameters_keys(const struct dedup_parameters *parameters) {
    return hash_of(parameters, true);
}

static bool read_member(struct dedup_parameters *parameters, const struct field *field, struct sg_json value) {
    void *place = place_of(parameters, field);
    char *text;
    bool good = false;
    switch (field->kind) {
    case COUNT: return sg_json_u64(value, place);
    case NUMBER: return sg_json_double(value, place);
    case FLAG: return sg_json_bool(value, place);
    case CHOICE:
    case TEXT:
        text = sg_json_strdup(value);
        good = text && read_text(parameters, field, text);
        free(text);
        return good;
    }
    return false;
}

/* Another version cuts or folds otherwise: its keys are not comparable. */
static enum sg_code check_version(struct sg_json object, const char *name, const char *ours, struct sg_err *err) {
    struct sg_json value;
    char *theirs = sg_json_member(object, name, &value) ? sg_json_strdup(value) : sg_strdup("");
    enum sg_code code = SG_OK;
    if (!theirs || strcmp(theirs, ours) != 0)
        code = sg_err_set(err, SG_DATA, "made with %s %s, this program has %s: plan again", name,
                          theirs && *theirs ? theirs : "of no version", *ours ? ours : "no need of it");
    free(theirs);
    return code;
}

enum sg_code dedup_parameters_from_json(const char *json, size_t len, struct dedup_parameters *parameters,
                                        struct sg_err *err) {
    struct sg_json object, value;
    struct sg_buf again = {0};
    memset(parameters, 0, sizeof *parameters);
    enum sg_code code = sg_json_check(json, len, &object, err);
    if (code == SG_OK && sg_json_type(object) != SG_JSON_OBJECT)
        code = sg_err_set(err, SG_DATA, "these parameters are no JSON object");
    for (size_t i = 0; code == SG_OK && i < FIELDS; i++)
        if (!sg_json_member(object, fields[i].name, &value) || !read_member(parameters, &fields[i], value))
            code = sg_err_set(err, SG_DATA, "the parameter '%s' is missing or has a wrong value", fields[i].name);
    if (code == SG_OK) code = check_version(object, "unicode", DEDUP_UNICODE, err);
    if (code == SG_OK) code = check_version(object, "icu", icu_of(parameters), err);
    if (code == SG_OK) code = check(parameters, SG_DATA, err);
    if (code == SG_OK) {
        dedup_parameters_json(parameters, &again);
        if (again.len != object.len || memcmp(again.data, object.text, object.len) != 0)
            code = sg_err_set(err, SG_DATA,
                              "these parameters have a member this program does not know, or are not canonical");
    }
    sg_buf_free(&again);
    return code;
}

/* ---- what follows from them ---- */

enum sg_code dedup_parameters_settings(const struct dedup_parameters *parameters, struct dedup_settings *settings,
                                       struct sg_err *err) {
    settings->near = parameters->mode == DEDUP_NEAR || parameters->mode == DEDUP_CROSS;
    settings->raw_key = parameters->exact_key == 1;
    settings->min_shingles = (uint32_t)parameters->min_shingles;
    settings->shape = (struct dedup_shape){.profile = (enum dedup_profile)parameters->profile,
                                       .unit = (enum dedup_shingle_unit)parameters->unit,
                                       .ngram = (unsigned)parameters->ngram};
    settings->fss = parameters->sketch == 1;
    dedup_minhash_init(&settings->minhash, (unsigned)parameters->bands, (unsigned)parameters->rows, parameters->seed);
    settings->minhash.band_seed = dedup_parameters_keys(parameters).lo;
    return dedup_shingle_units_ready(settings->shape.unit, err);
}

struct dedup_rule dedup_parameters_rule(const struct dedup_parameters *parameters) {
    uint64_t values = parameters->bands * parameters->rows;
    bool near = parameters->mode == DEDUP_NEAR || parameters->mode == DEDUP_CROSS;
    unsigned bytes = !near ? 1 : values < DEDUP_SKETCH ? (unsigned)values : DEDUP_SKETCH;
    return dedup_rule_of((enum dedup_verify)parameters->verify, parameters->threshold, bytes);
}

/* ---- for people ---- */

static void put_sentence(const char *text, size_t len, struct sg_buf *out) {
    if (out->len && out->data[out->len - 1] != '[') sg_buf_putc(out, ',');
    sg_json_quote(out, text, len);
}

void dedup_parameters_differences(const struct dedup_parameters *parameters, struct sg_buf *out) {
    const struct dedup_preset *preset = &dedup_presets[parameters->preset];
    for (const char *const *d = preset->differences; *d; d++) put_sentence(*d, strlen(*d), out);
    for (size_t i = 0; i < FIELDS; i++) {
        const struct field *field = &fields[i];
        char text[64];
        if (field->offset == AT(ngram)) snprintf(text, sizeof text, "%u", usual_ngram(parameters->unit));
        if (!preset_value(preset->values, field->name, text) &&
            !preset_value(dedup_presets[0].values, field->name, text) && field->offset != AT(ngram))
            continue;
        struct dedup_parameters published = *parameters;
        struct sg_buf mine = {0}, theirs = {0};
        (void)read_text(&published, field, text); /* the unit test reads all rows */
        put_text(parameters, field, &mine);
        put_text(&published, field, &theirs);
        if (mine.len != theirs.len || memcmp(mine.data, theirs.data, mine.len) != 0) {
            struct sg_buf sentence = {0};
            sg_buf_printf(&sentence, "%s: %.*s instead of %.*s", field->name, (int)mine.len, mine.data, (int)theirs.len,
                          theirs.data);
            put_sentence(sentence.data, sentence.len, out);
            sg_buf_free(&sentence);
        }
        sg_buf_free(&mine);
        sg_buf_free(&theirs);
    }
}

static const struct field *field_of_option(struct sg_json name) {
    for (size_t i = 0; i < FIELDS; i++) {
        char option[32];
        option_name(&fields[i], option);
        if (strlen(option) == name.len && memcmp(option, name.text, name.len) == 0) return &fields[i];
    }
    return NULL;
}

void dedup_parameters_receipt(const struct dedup_parameters *parameters, struct sg_json given, struct sg_buf *out) {
    struct sg_json name, value;
    size_t at = 0;
    sg_json_open(out, '{');
    while (sg_json_each(given, &at, &name, &value)) {
        const struct field *field = field_of_option(name);
        char *option = sg_strndup(name.text, name.len);
        sg_json_name(out, option);
        if (field)
            put_json(parameters, field, out);
        else
            sg_json_put_raw(out, value);
        if (strcmp(option, "preset") == 0) {
            struct sg_buf list = {0};
            sg_buf_putc(&list, '[');
            dedup_parameters_differences(parameters, &list);
            sg_buf_putc(&list, ']');
            sg_json_name(out, "preset_differences");
            sg_json_put_raw(out, (struct sg_json){list.data, list.len});
            sg_buf_free(&list);
        }
        free(option);
    }
    sg_json_close(out, '}');
}
