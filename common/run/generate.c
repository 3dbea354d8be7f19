#include "run/generate.h"

#include <stdlib.h>
#include <string.h>

#include "run/opts_common.h"
#include "text/json.h"

#define WIDTH 80
#define HELP_COLUMN 28 /* where an option's sentence begins */
#define CHOICES_MOST 60
#define GLUE "\1"      /* a space where no line may end */

const char *const sg_generate_exits[5] = {
    "done", "system: I/O, disk full, permission, a missing input", "usage or configuration",
    "bad data past --max-bad, or a damaged chain file", "--memory cannot be met"};

/* ---- names ---- */

char *sg_generate_program(const struct sg_stage *stage) {
    return *stage->name ? sg_printf_dup("sangam-%s", stage->name) : sg_strdup("sangam");
}

const char *sg_generate_synopsis(const struct sg_stage *stage, const struct sg_verb *verb) {
    if (verb && verb->usage) return verb->usage;
    if (verb && verb->bare) return "[OPTIONS]";
    return stage->output_is_folder ? "[OPTIONS] [INPUT...] -o OUTPUT"
                                   : "[OPTIONS] [INPUT...] [-o OUTPUT]";
}

char *sg_generate_example(const struct sg_stage *stage) {
    if (stage->example) return sg_strdup(stage->example);
    char *program = sg_generate_program(stage);
    char *example = stage->process ? sg_printf_dup("zstdcat part.jsonl.zst | %s | jq -c .", program)
                                   : sg_printf_dup("%s corpus/ -o out/", program);
    free(program);
    return example;
}

bool sg_generate_shown(const struct sg_option *const *tables, const struct sg_option *row) {
    for (; *tables; tables++)
        for (const struct sg_option *r = *tables; r->name; r++)
            if (strcmp(r->name, row->name) == 0) return r == row;
    return false;
}

/* ---- help ---- */

/* Columns a UTF-8 text takes, for the scripts that help texts are written in. */
static size_t columns(const char *text, size_t len) {
    size_t count = 0;
    for (size_t i = 0; i < len; i++) count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

/* Words of text from column at on, broken before WIDTH, continued at indent; a line feed ends it. */
static void put_wrapped(struct sg_buf *out, const char *text, size_t at, size_t indent) {
    bool first = true;
    for (const char *word = text; *word;) {
        size_t len = strcspn(word, " "), wide = columns(word, len);
        if (!first && at + 1 + wide > WIDTH) {
            sg_buf_printf(out, "\n%*s", (int)indent, "");
            at = indent;
        } else if (!first) {
            sg_buf_putc(out, ' ');
            at++;
        }
        for (size_t i = 0; i < len; i++) sg_buf_putc(out, word[i] == *GLUE ? ' ' : word[i]);
        at += wide;
        first = false;
        word += len;
        while (*word == ' ') word++;
    }
    sg_buf_putc(out, '\n');
}

/* "a|b|c" as "a, b, c". */
static void put_choices(struct sg_buf *out, const char *choices) {
    for (; *choices; choices++)
        if (*choices == '|') sg_buf_puts(out, ", ");
        else sg_buf_putc(out, *choices);
}

/* More choices than a line holds stand behind the help. */
static void put_option(struct sg_buf *out, const struct sg_option *row) {
    struct sg_buf left = {0}, text = {0};
    bool many = row->type == SG_OPTION_CHOICE && strlen(row->value) > CHOICES_MOST;
    if (row->letter)
        sg_buf_printf(&left, "  -%c, --%s", row->letter, row->name);
    else
        sg_buf_printf(&left, "      --%s", row->name);
    if (row->value) sg_buf_printf(&left, " %s", many ? "NAME" : row->value);
    sg_buf_put(out, left.data, left.len);

    sg_buf_puts(&text, row->help);
    if (many) sg_buf_puts(&text, ": ");
    if (many) put_choices(&text, row->value);
    if (row->type == SG_OPTION_LIST && !strstr(row->help, "repeat"))
        sg_buf_puts(&text, "; may be repeated");
    if (row->initial)
        sg_buf_printf(&text, " [default:" GLUE "%s]", *row->initial ? row->initial : "\"\"");
    sg_buf_str(&text);
    if (left.len + 2 > HELP_COLUMN)
        sg_buf_printf(out, "\n%*s", HELP_COLUMN, "");
    else
        sg_buf_printf(out, "%*s", (int)(HELP_COLUMN - left.len), "");
    put_wrapped(out, text.data, HELP_COLUMN, HELP_COLUMN);
    sg_buf_free(&left);
    sg_buf_free(&text);
}

static void put_options(struct sg_buf *out, const struct sg_stage *stage,
                        const struct sg_verb *verb) {
    const struct sg_option *tables[SG_STAGE_TABLES];
    sg_stage_tables(stage, verb, tables);
    const struct sg_verb *meant = verb ? verb : stage->verbs;
    for (const struct sg_option *const *table = tables; *table; table++) {
        bool common = *table == sg_common_options || *table == sg_bare_options;
        if (common)
            sg_buf_puts(out, "\nCommon options:\n");
        else if (!verb && meant)
            sg_buf_printf(out, "\nOptions of %s, the verb when none is named:\n", meant->name);
        else
            sg_buf_puts(out, "\nOptions:\n");
        for (const struct sg_option *row = *table; row->name; row++)
            if (sg_generate_shown(tables, row)) put_option(out, row);
    }
}

/* What stands in brackets stays in one line. */
static char *glued(const char *synopsis) {
    char *text = sg_strdup(synopsis);
    int open = 0;
    for (char *c = text; *c; c++) {
        open += (*c == '[') - (*c == ']');
        if (*c == ' ' && open > 0) *c = *GLUE;
    }
    return text;
}

void sg_generate_usage(const struct sg_stage *stage, const struct sg_verb *verb,
                       struct sg_buf *out) {
    char *program = sg_generate_program(stage);
    const char *lead = "Usage: ";
    bool only = verb || !stage->verbs;
    for (const struct sg_verb *v = only ? verb : stage->verbs; only || v->name; v++) {
        /* A stage's first verb is understood when none is named; sangam's are always written. */
        const char *open = !only && v == stage->verbs && *stage->name ? "[" : "";
        size_t start = out->len;
        sg_buf_printf(out, "%s%s", lead, program);
        if (v) sg_buf_printf(out, " %s%s%s", open, v->name, *open ? "]" : "");
        sg_buf_putc(out, ' ');
        char *synopsis = glued(sg_generate_synopsis(stage, v));
        put_wrapped(out, synopsis, out->len - start, strlen(lead) + strlen(program) + 1);
        free(synopsis);
        lead = "       ";
        if (only) break;
    }
    free(program);
}

static void put_verbs(struct sg_buf *out, const struct sg_stage *stage) {
    char *program = sg_generate_program(stage);
    sg_buf_puts(out, "\nVerbs:\n");
    for (const struct sg_verb *v = stage->verbs; v->name; v++) {
        sg_buf_printf(out, "  %-10s ", v->name);
        put_wrapped(out, v->about, 13, 13);
    }
    sg_buf_printf(out, "  '%s VERB --help' tells more of each.\n", program);
    free(program);
}

/* "owner source" -> "owner, source" */
static void put_members(struct sg_buf *out, const char *label, const char *names) {
    if (!names || !*names) return;
    struct sg_buf text = {0};
    for (const char *c = names; *c; c++) {
        if (*c == ' ') sg_buf_putc(&text, ',');
        sg_buf_putc(&text, *c);
    }
    sg_buf_str(&text);
    sg_buf_printf(out, "%-7s", label);
    put_wrapped(out, text.data, 7, 7);
    sg_buf_free(&text);
}

void sg_generate_help(const struct sg_stage *stage, const struct sg_verb *verb,
                      struct sg_buf *out) {
    char *program = sg_generate_program(stage), *example = sg_generate_example(stage);
    struct sg_buf title = {0};
    if (verb)
        sg_buf_printf(&title, "%s %s: %s", program, verb->name, verb->about);
    else
        sg_buf_printf(&title, "%s: %s", program, stage->about);
    sg_buf_str(&title);
    put_wrapped(out, title.data, 0, 4);
    sg_buf_putc(out, '\n');
    sg_generate_usage(stage, verb, out);
    if (!verb && (stage->reads || stage->writes)) {
        sg_buf_putc(out, '\n');
        put_members(out, "Reads", stage->reads);
        put_members(out, "Writes", stage->writes);
    }
    if (!verb && stage->verbs) put_verbs(out, stage);
    put_options(out, stage, verb);
    sg_buf_puts(out, "\nExit codes:\n");
    for (int i = 0; i < 5; i++) sg_buf_printf(out, "  %d  %s\n", i, sg_generate_exits[i]);
    sg_buf_printf(out, "\nExample:\n  %s\n", example);
    sg_buf_free(&title);
    free(program);
    free(example);
}

/* ---- contract ---- */

static void put_text_or_null(struct sg_buf *out, const char *name, const char *text) {
    sg_json_name(out, name);
    if (text)
        sg_json_put_str(out, text);
    else
        sg_json_put_raw(out, (struct sg_json){"null", 4});
}

static void contract_option(struct sg_buf *out, const struct sg_option *row) {
    static const char *const types[] = {"flag",  "text",   "count", "number",
                                        "bytes", "choice", "list",  "limit"};
    char letter[2] = {row->letter, 0};
    sg_json_open(out, '{');
    if (row->type == SG_OPTION_CHOICE) {
        sg_json_name(out, "choices");
        sg_json_open(out, '[');
        for (const char *at = row->value; *at;) {
            size_t len = strcspn(at, "|");
            sg_json_put_strn(out, at, len);
            at += len + (at[len] == '|');
        }
        sg_json_close(out, ']');
    }
    put_text_or_null(out, "help", row->help);
    put_text_or_null(out, "initial", row->initial);
    put_text_or_null(out, "letter", letter);
    put_text_or_null(out, "name", row->name);
    sg_json_name(out, "result");
    sg_json_put_bool(out, row->result);
    put_text_or_null(out, "type", types[row->type]);
    put_text_or_null(out, "value", row->value);
    sg_json_close(out, '}');
}

static void contract_options(struct sg_buf *out, const struct sg_stage *stage,
                             const struct sg_verb *verb) {
    const struct sg_option *tables[SG_STAGE_TABLES];
    sg_stage_tables(stage, verb, tables);
    sg_json_name(out, "options");
    sg_json_open(out, '[');
    for (const struct sg_option *const *table = tables; *table; table++)
        for (const struct sg_option *row = *table; row->name; row++)
            if (sg_generate_shown(tables, row)) contract_option(out, row);
    sg_json_close(out, ']');
}

void sg_generate_contract(const struct sg_stage *stage, struct sg_buf *out) {
    char *program = sg_generate_program(stage);
    sg_json_open(out, '{');
    put_text_or_null(out, "about", stage->about);
    put_text_or_null(out, "name", stage->name);
    contract_options(out, stage, NULL);
    put_text_or_null(out, "program", program);
    sg_json_name(out, "verbs");
    sg_json_open(out, '[');
    for (const struct sg_verb *v = stage->verbs; v && v->name; v++) {
        sg_json_open(out, '{');
        put_text_or_null(out, "about", v->about);
        put_text_or_null(out, "name", v->name);
        contract_options(out, stage, v);
        sg_json_close(out, '}');
    }
    sg_json_close(out, ']');
    put_text_or_null(out, "version", SANGAM_VERSION);
    sg_json_close(out, '}');
    sg_buf_putc(out, '\n');
    free(program);
}

void sg_generate(const struct sg_stage *stage, const char *what, struct sg_buf *out) {
    static const struct {
        const char *what;
        void (*make)(const struct sg_stage *stage, struct sg_buf *out);
    } makers[] = {{"man", sg_generate_man},
                  {"bash", sg_generate_bash},
                  {"zsh", sg_generate_zsh},
                  {"fish", sg_generate_fish},
                  {"contract", sg_generate_contract}};
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        if (strcmp(what, makers[i].what) == 0) makers[i].make(stage, out);
}
