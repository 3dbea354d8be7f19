#include "run/opts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "text/json.h"

#define WHY 400           /* a cause, before "option '--x': " stands in front */
#define WORD 200          /* what the person wrote, quoted */
#define NAME_MAX_BYTES 64 /* longer words are near to no option */

/* One row and what was said about it. */
struct value {
    const struct sg_option *row;
    bool given, flag;
    char *text; /* TEXT, CHOICE, LIMIT; NULL: none */
    uint64_t count;
    double number;
    struct sg_limit limit;
    char **items; /* LIST */
    size_t item_count;
};

struct sg_opts {
    struct value *values;
    size_t count;
    char **operands;
    size_t operand_count;
};

/* ---- the nearest word ---- */

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Edit distance where two neighbours that changed places cost one ("ouptut"). Optimal string
 * alignment, three rows. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len) {
    size_t rows[3][NAME_MAX_BYTES + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b_len; j++) last[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t change = last[j - 1] + (a[i - 1] != b[j - 1]);
            now[j] = least(change, 1 + least(last[j], now[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
        size_t *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[b_len];
}

const char *sg_opts_nearest(const char *word, const char *const *candidates, size_t count) {
    size_t len = strlen(word), begins = 0;
    const char *best = NULL, *begun = NULL;
    if (len < 2 || len > NAME_MAX_BYTES) return NULL;
    size_t best_distance = (len + 2) / 3 + 1;
    for (size_t i = 0; i < count; i++) {
        size_t other = strlen(candidates[i]);
        if (strncmp(word, candidates[i], len) == 0) {
            begins++;
            begun = candidates[i];
        }
        if (other > NAME_MAX_BYTES) continue;
        size_t d = distance(word, len, candidates[i], other);
        if (d < best_distance) {
            best_distance = d;
            best = candidates[i];
        }
    }
    /* "--thr" is far from "--threads" letter by letter, yet nobody doubts what was meant. */
    return begins == 1 ? begun : best;
}

/* ---- values ---- */

static const char *quoted(const char *word, char room[WORD]) {
    return sg_err_quote(word, room, WORD);
}

/* True when word is one of "a|b|c". */
static bool chosen(const char *choices, const char *word) {
    size_t len = strlen(word);
    for (const char *at = choices; *at;) {
        size_t part = strcspn(at, "|");
        if (part == len && strncmp(at, word, len) == 0) return true;
        at += part + (at[part] == '|');
    }
    return false;
}

/* "'fast' is none of auto, always, never" */
static void say_choices(const char *choices, const char *word, char why[WHY]) {
    char room[WORD];
    int at = snprintf(why, WHY, "%s is none of ", quoted(word, room));
    for (const char *c = choices; *c && at < WHY - 3; c++) {
        if (*c == '|') why[at++] = ',';
        why[at++] = *c == '|' ? ' ' : *c;
    }
    why[at] = 0;
}

static bool read_limit(const char *text, struct sg_limit *out) {
    size_t len = strlen(text);
    char number[32];
    if (len == 0 || text[len - 1] != '%') {
        out->percent = -1;
        return sg_num_parse_u64(text, &out->count);
    }
    if (len >= sizeof number) return false;
    memcpy(number, text, len - 1);
    number[len - 1] = 0;
    out->count = 0;
    return sg_num_parse_double(number, &out->percent) && out->percent >= 0 && out->percent <= 100;
}

static void add_item(struct value *value, const char *text) {
    value->items = sg_realloc(value->items, (value->item_count + 1) * sizeof *value->items);
    value->items[value->item_count++] = sg_strdup(text);
}

/* Read text as the row's type into value; false with the cause in why. */
static bool read_value(struct value *value, const char *text, char why[WHY]) {
    const struct sg_option *row = value->row;
    const char *wanted = NULL;
    char room[WORD];
    switch (row->type) {
    case SG_OPTION_FLAG:
        value->flag = strcmp(text, "true") == 0;
        if (!value->flag && strcmp(text, "false") != 0) wanted = "true or false";
        break;
    case SG_OPTION_COUNT:
        if (!sg_num_parse_u64(text, &value->count)) wanted = "a whole number";
        break;
    case SG_OPTION_NUMBER:
        if (!sg_num_parse_double(text, &value->number)) wanted = "a number such as 0.75";
        break;
    case SG_OPTION_BYTES:
        if (!sg_num_parse_bytes(text, &value->count))
            wanted = "a size such as 512M, 1.5GiB or 100MB";
        break;
    case SG_OPTION_LIMIT:
        if (!read_limit(text, &value->limit))
            wanted = "a whole number or a percentage such as 0.5%";
        break;
    case SG_OPTION_CHOICE:
        if (!chosen(row->value, text)) {
            say_choices(row->value, text, why);
            return false;
        }
        break;
    case SG_OPTION_LIST: add_item(value, text); return true;
    case SG_OPTION_TEXT: break;
    }
    if (wanted) {
        snprintf(why, WHY, "%s is not %s", quoted(text, room), wanted);
        return false;
    }
    free(value->text);
    value->text = sg_strdup(text);
    return true;
}

static void free_value(struct value *value) {
    free(value->text);
    for (size_t i = 0; i < value->item_count; i++) free(value->items[i]);
    free(value->items);
}

enum sg_code sg_opts_check(const struct sg_option *option, const char *text, struct sg_err *err) {
    struct value value = {.row = option};
    char why[WHY];
    enum sg_code code = SG_OK;
    if (!read_value(&value, text, why)) code = sg_err_set(err, SG_USAGE, "%s", why);
    free_value(&value);
    return code;
}

/* ---- the command line ---- */

static struct value *by_name(const struct sg_opts *opts, const char *name, size_t len) {
    for (size_t i = 0; i < opts->count; i++) {
        const char *row = opts->values[i].row->name;
        if (strncmp(row, name, len) == 0 && row[len] == 0) return &opts->values[i];
    }
    return NULL;
}

static struct value *by_letter(const struct sg_opts *opts, char letter) {
    for (size_t i = 0; i < opts->count; i++)
        if (opts->values[i].row->letter == letter) return &opts->values[i];
    return NULL;
}

/* Rows of all tables; where two tables have one name the first counts, so a stage may give a common
 * option its own default. */
static void collect(struct sg_opts *opts, const struct sg_option *const *tables) {
    char why[WHY];
    for (; *tables; tables++) {
        for (const struct sg_option *row = *tables; row->name; row++) {
            if (by_name(opts, row->name, strlen(row->name))) continue;
            opts->values = sg_realloc(opts->values, (opts->count + 1) * sizeof *opts->values);
            struct value *value = &opts->values[opts->count++];
            *value = (struct value){.row = row, .limit = {.percent = -1}};
            bool sound = !row->initial || read_value(value, row->initial, why);
            assert(sound && "an option's default does not fit its type");
            (void)sound;
        }
    }
}

static enum sg_code take_text(struct value *value, const char *text, struct sg_err *err) {
    char why[WHY];
    if (!value->given &&
        value->row->type == SG_OPTION_LIST) { /* what is given stands in place of the default */
        while (value->item_count) free(value->items[--value->item_count]);
    }
    value->given = true;
    if (read_value(value, text, why)) return SG_OK;
    return sg_err_set(err, SG_USAGE, "option '--%s': %s", value->row->name, why);
}

static enum sg_code unknown(const struct sg_opts *opts, const char *name, struct sg_err *err) {
    char room[WORD];
    const char **names = sg_alloc(opts->count * sizeof *names);
    for (size_t i = 0; i < opts->count; i++) names[i] = opts->values[i].row->name;
    const char *near = sg_opts_nearest(name, names, opts->count);
    free(names);
    char *word = sg_printf_dup("--%s", name);
    enum sg_code code =
        near ? sg_err_set(err, SG_USAGE, "unknown option %s, did you mean '--%s'?",
                          quoted(word, room), near)
             : sg_err_set(err, SG_USAGE, "unknown option %s; --help lists all", quoted(word, room));
    free(word);
    return code;
}

/* --name, --name=value, --name value. *at moves past what was used. */
static enum sg_code long_option(struct sg_opts *opts, int count, char **args, int *at,
                                struct sg_err *err) {
    char *name = args[*at] + 2, *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    struct value *value = by_name(opts, name, len);
    ++*at;
    if (!value) {
        char *word = sg_strndup(name, len);
        enum sg_code code = unknown(opts, word, err);
        free(word);
        return code;
    }
    if (value->row->type == SG_OPTION_FLAG) {
        if (equals)
            return sg_err_set(err, SG_USAGE, "option '--%s' takes no value", value->row->name);
        return take_text(value, "true", err);
    }
    if (equals) return take_text(value, equals + 1, err);
    if (*at == count)
        return sg_err_set(err, SG_USAGE, "option '--%s' needs a value: %s", value->row->name,
                          value->row->value);
    return take_text(value, args[(*at)++], err);
}

/* -q, -qv, -j8, -j 8, -qj8 */
static enum sg_code short_options(struct sg_opts *opts, int count, char **args, int *at,
                                  struct sg_err *err) {
    const char *letters = args[(*at)++] + 1;
    for (; *letters; letters++) {
        struct value *value = by_letter(opts, *letters);
        if (!value) {
            char room[WORD], word[3] = {'-', *letters, 0};
            return sg_err_set(err, SG_USAGE, "unknown option %s; --help lists all",
                              quoted(word, room));
        }
        enum sg_code code;
        if (value->row->type == SG_OPTION_FLAG) {
            if ((code = take_text(value, "true", err)) != SG_OK) return code;
            continue;
        }
        if (letters[1]) return take_text(value, letters + 1, err);
        if (*at == count)
            return sg_err_set(err, SG_USAGE, "option '-%c' needs a value: %s", *letters,
                              value->row->value);
        return take_text(value, args[(*at)++], err);
    }
    return SG_OK;
}

enum sg_code sg_opts_parse(struct sg_opts **out, const struct sg_option *const *tables, int count,
                           char **args, struct sg_err *err) {
    struct sg_opts *opts = sg_zalloc(1, sizeof *opts);
    enum sg_code code = SG_OK;
    collect(opts, tables);
    opts->operands = sg_zalloc((size_t)count + 1, sizeof *opts->operands);
    bool options_ended = false;
    for (int at = 0; at < count && code == SG_OK;) {
        char *word = args[at];
        if (options_ended || word[0] != '-' || word[1] == 0) {
            opts->operands[opts->operand_count++] = sg_strdup(word);
            at++;
        } else if (strcmp(word, "--") == 0) {
            options_ended = true;
            at++;
        } else if (word[1] == '-') {
            code = long_option(opts, count, args, &at, err);
        } else {
            code = short_options(opts, count, args, &at, err);
        }
    }
    if (code != SG_OK) {
        sg_opts_free(opts);
        opts = NULL;
    }
    *out = opts;
    return code;
}

void sg_opts_free(struct sg_opts *opts) {
    if (!opts) return;
    for (size_t i = 0; i < opts->count; i++) free_value(&opts->values[i]);
    for (size_t i = 0; i < opts->operand_count; i++) free(opts->operands[i]);
    free(opts->values);
    free(opts->operands);
    free(opts);
}

/* ---- getters ---- */

static const struct value *of_type(const struct sg_opts *opts, const char *name,
                                   enum sg_option_type a, enum sg_option_type b) {
    const struct value *value = by_name(opts, name, strlen(name));
    assert(value && "no such option");
    assert((value->row->type == a || value->row->type == b) && "an option of another type");
    (void)a, (void)b;
    return value;
}

bool sg_opts_given(const struct sg_opts *opts, const char *name) {
    const struct value *value = by_name(opts, name, strlen(name));
    assert(value && "no such option");
    return value->given;
}

bool sg_opts_flag(const struct sg_opts *opts, const char *name) {
    return of_type(opts, name, SG_OPTION_FLAG, SG_OPTION_FLAG)->flag;
}

const char *sg_opts_text(const struct sg_opts *opts, const char *name) {
    return of_type(opts, name, SG_OPTION_TEXT, SG_OPTION_CHOICE)->text;
}

uint64_t sg_opts_count(const struct sg_opts *opts, const char *name) {
    return of_type(opts, name, SG_OPTION_COUNT, SG_OPTION_BYTES)->count;
}

double sg_opts_number(const struct sg_opts *opts, const char *name) {
    return of_type(opts, name, SG_OPTION_NUMBER, SG_OPTION_NUMBER)->number;
}

size_t sg_opts_list(const struct sg_opts *opts, const char *name, const char *const **items) {
    const struct value *value = of_type(opts, name, SG_OPTION_LIST, SG_OPTION_LIST);
    *items = (const char *const *)value->items;
    return value->item_count;
}

struct sg_limit sg_opts_limit(const struct sg_opts *opts, const char *name) {
    return of_type(opts, name, SG_OPTION_LIMIT, SG_OPTION_LIMIT)->limit;
}

size_t sg_opts_operands(const struct sg_opts *opts, char *const **operands) {
    *operands = opts->operands;
    return opts->operand_count;
}

/* ---- settings ---- */

static void put_value(struct sg_buf *out, const struct value *value) {
    bool nothing =
        !value->text && value->row->type != SG_OPTION_FLAG && value->row->type != SG_OPTION_LIST;
    if (nothing) {
        sg_json_put_raw(out, (struct sg_json){"null", 4});
        return;
    }
    switch (value->row->type) {
    case SG_OPTION_FLAG: sg_json_put_bool(out, value->flag); break;
    case SG_OPTION_COUNT:
    case SG_OPTION_BYTES: sg_json_put_u64(out, value->count); break;
    case SG_OPTION_NUMBER: sg_json_put_double(out, value->number); break;
    case SG_OPTION_TEXT:
    case SG_OPTION_CHOICE:
    case SG_OPTION_LIMIT: sg_json_put_str(out, value->text); break;
    case SG_OPTION_LIST:
        sg_json_open(out, '[');
        for (size_t i = 0; i < value->item_count; i++) sg_json_put_str(out, value->items[i]);
        sg_json_close(out, ']');
        break;
    }
}

static int by_row_name(const void *a, const void *b) {
    return strcmp((*(const struct value *const *)a)->row->name,
                  (*(const struct value *const *)b)->row->name);
}

void sg_opts_settings(const struct sg_opts *opts, struct sg_buf *out) {
    const struct value **sorted = sg_alloc((opts->count + 1) * sizeof *sorted);
    size_t count = 0;
    for (size_t i = 0; i < opts->count; i++)
        if (opts->values[i].row->result) sorted[count++] = &opts->values[i];
    qsort(sorted, count, sizeof *sorted, by_row_name);
    sg_json_open(out, '{');
    for (size_t i = 0; i < count; i++) {
        sg_json_name(out, sorted[i]->row->name);
        put_value(out, sorted[i]);
    }
    sg_json_close(out, '}');
    free(sorted);
}

static bool stands_in(const char *name, const char *const *list) {
    while (*list && strcmp(*list, name) != 0) list++;
    return *list != NULL;
}

static void put_word(struct sg_buf *out, const char *name, const char *text) {
    char *word = text ? sg_printf_dup("--%s=%s", name, text) : sg_printf_dup("--%s", name);
    sg_json_put_str(out, word);
    free(word);
}

void sg_opts_words(const struct sg_opts *opts, const char *const *also, struct sg_buf *out) {
    sg_json_open(out, '[');
    for (size_t i = 0; i < opts->count; i++) {
        const struct value *value = &opts->values[i];
        const struct sg_option *row = value->row;
        if (!value->given || !(row->result || stands_in(row->name, also))) continue;
        for (size_t k = 0; k < value->item_count; k++) put_word(out, row->name, value->items[k]);
        if (row->type == SG_OPTION_FLAG) put_word(out, row->name, NULL);
        else if (row->type != SG_OPTION_LIST) put_word(out, row->name, value->text);
    }
    sg_json_close(out, ']');
}
