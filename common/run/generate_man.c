/* The manual page: mdoc(7) made from the option tables and the stage's own prose. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "run/generate.h"
#include "run/opts_common.h"

#define PAGE_DATE                                                                                  \
    "November 22, 2026" /* of this version's texts; a page made twice is the same page */

static void put_roff(struct sg_buf *out, char c, char before) {
    if (c == '\\')
        sg_buf_puts(out, "\\e");
    else if (c == '-' && !isalnum((unsigned char)before))
        sg_buf_puts(out, "\\-");
    else
        sg_buf_putc(out, c);
}

void sg_generate_roff(const char *text, struct sg_buf *out) {
    for (const char *c = text; *c; c++) put_roff(out, *c, c > text ? c[-1] : ' ');
}

/* Prose: lines of their own, of which none begins a macro. */
static void put_prose(struct sg_buf *out, const char *text) {
    char before = '\n';
    for (const char *c = text; *c; c++) {
        if (before == '\n' && (*c == '.' || *c == '\'')) sg_buf_puts(out, "\\&");
        put_roff(out, *c, before);
        before = *c;
    }
    sg_buf_putc(out, '\n');
}

/* One argument of a macro line: quoted, so that no word of it is taken for a macro. A long list of choices may go on in the
 * next line behind a bar. */
static void put_argument(struct sg_buf *out, const char *text) {
    sg_buf_putc(out, '"');
    for (const char *c = text; *c; c++) {
        if (*c == '\\')
            sg_buf_puts(out, "\\e");
        else if (*c == '"')
            sg_buf_puts(out, "\\(dq");
        else
            sg_buf_putc(out, *c);
        if (*c == '|') sg_buf_puts(out, "\\:");
    }
    sg_buf_putc(out, '"');
}

static void put_option(struct sg_buf *out, const struct sg_option *row) {
    sg_buf_puts(out, ".It ");
    if (row->letter) sg_buf_printf(out, "Fl %c , ", row->letter);
    sg_buf_printf(out, "Fl \\-%s", row->name);
    if (row->value) {
        sg_buf_puts(out, " Ar ");
        put_argument(out, row->value);
    }
    sg_buf_putc(out, '\n');
    char *sentence = sg_printf_dup(
        "%c%s%s.%s%s%s", toupper((unsigned char)row->help[0]), row->help + 1,
        row->type == SG_OPTION_LIST && !strstr(row->help, "repeat") ? "; may be repeated" : "",
        row->initial ? "\nDefault: " : "",
        row->initial ? (*row->initial ? row->initial : "\"\"") : "", row->initial ? "." : "");
    put_prose(out, sentence);
    free(sentence);
}

static void put_list(struct sg_buf *out, const struct sg_option *const *tables,
                     const struct sg_option *table) {
    size_t shown = 0;
    for (const struct sg_option *row = table; row && row->name; row++) {
        if (!sg_generate_shown(tables, row)) continue;
        if (shown++ == 0) sg_buf_puts(out, ".Bl -tag -width Ds\n");
        put_option(out, row);
    }
    if (shown) sg_buf_puts(out, ".El\n");
}

static void put_synopsis(struct sg_buf *out, const struct sg_stage *stage, const char *program) {
    sg_buf_puts(out, ".Sh SYNOPSIS\n");
    if (!stage->verbs) {
        sg_buf_printf(out, ".Nm %s\n", program);
        put_prose(out, sg_generate_synopsis(stage, NULL));
    }
    for (const struct sg_verb *v = stage->verbs; v && v->name; v++) {
        bool implied = v == stage->verbs && *stage->name;
        char *line =
            sg_printf_dup(implied ? "[%s] %s" : "%s %s", v->name, sg_generate_synopsis(stage, v));
        sg_buf_printf(out, ".Nm %s\n", program);
        put_prose(out, line);
        free(line);
    }
}

static void put_members(struct sg_buf *out, const char *lead, const char *names) {
    if (!names || !*names) return;
    struct sg_buf line = {0};
    sg_buf_puts(&line, lead);
    for (const char *c = names; *c; c++) {
        if (*c == ' ') sg_buf_putc(&line, ',');
        sg_buf_putc(&line, *c);
    }
    sg_buf_puts(&line, ".");
    sg_buf_str(&line);
    put_prose(out, line.data);
    sg_buf_free(&line);
}

static void put_description(struct sg_buf *out, const struct sg_stage *stage, const char *program) {
    sg_buf_printf(out, ".Sh DESCRIPTION\n.Nm %s\n", program);
    char *about = sg_printf_dup(
        *stage->name
            ? "is one stage of sangam, which turns raw text in many languages into training data: "
              "%s."
            : "turns raw text in many languages into training data. It is the program to %s.",
        stage->about);
    put_prose(out, about);
    free(about);
    put_members(out, "It reads the members ", stage->reads);
    put_members(out, "It writes the members ", stage->writes);
    for (const char *const *paragraph = stage->manual; paragraph && *paragraph; paragraph++) {
        if (**paragraph == '.') {
            sg_buf_puts(out, *paragraph);
            sg_buf_putc(out, '\n');
        } else {
            sg_buf_puts(out, ".Pp\n");
            put_prose(out, *paragraph);
        }
    }
}

static void put_verb(struct sg_buf *out, const struct sg_stage *stage, const struct sg_verb *verb) {
    const struct sg_option *tables[SG_STAGE_TABLES];
    sg_stage_tables(stage, verb, tables);
    sg_buf_printf(out, ".Ss %s\n", verb->name);
    char *about = sg_printf_dup("%c%s.", toupper((unsigned char)verb->about[0]), verb->about + 1);
    put_prose(out, about);
    free(about);
    for (const struct sg_verb *v = stage->verbs; v < verb && tables[0]->name; v++) {
        const struct sg_option *others[SG_STAGE_TABLES];
        sg_stage_tables(stage, v, others);
        if (others[0] != tables[0]) continue;
        sg_buf_printf(out, "Options: those of\n.Cm %s .\n", v->name);
        return;
    }
    if (tables[1]) put_list(out, tables, tables[0]);
}

static void put_options(struct sg_buf *out, const struct sg_stage *stage) {
    const struct sg_option *tables[SG_STAGE_TABLES];
    const struct sg_option *common = sg_bare_options;
    sg_stage_tables(stage, NULL, tables);
    if (stage->verbs) {
        sg_buf_puts(out, ".Sh VERBS\n");
        for (const struct sg_verb *v = stage->verbs; v->name; v++) {
            put_verb(out, stage, v);
            if (!v->bare) common = sg_common_options;
        }
    } else {
        common = sg_common_options;
        if (tables[1]) {
            sg_buf_puts(out, ".Sh OPTIONS\n");
            put_list(out, tables, tables[0]);
        }
    }
    if (tables[1]) tables[1] = common;
    sg_buf_puts(out, ".Sh COMMON OPTIONS\n");
    put_list(out, tables, common);
}

static void put_see_also(struct sg_buf *out, const char *program) {
    static const char *const programs[] = {"sangam",         "sangam-dedup",     "sangam-ingest",
                                           "sangam-langtag", "sangam-normalize", "sangam-shard"};
    sg_buf_puts(out, ".Sh SEE ALSO\n");
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (strcmp(programs[i], program) != 0) sg_buf_printf(out, ".Xr %s 1 ,\n", programs[i]);
    sg_buf_puts(out, ".Xr zstd 1\n");
}

void sg_generate_man(const struct sg_stage *stage, struct sg_buf *out) {
    char *program = sg_generate_program(stage), *example = sg_generate_example(stage);
    sg_buf_puts(out, ".Dd " PAGE_DATE "\n.Dt ");
    for (const char *c = program; *c; c++) sg_buf_putc(out, (char)toupper((unsigned char)*c));
    sg_buf_printf(out, " 1\n.Os sangam %s\n.Sh NAME\n.Nm %s\n.Nd ", SANGAM_VERSION, program);
    put_prose(out, stage->about);
    put_synopsis(out, stage, program);
    put_description(out, stage, program);
    put_options(out, stage);
    sg_buf_puts(out, ".Sh EXIT STATUS\n.Bl -tag -width Ds\n");
    for (int i = 0; i < 5; i++) sg_buf_printf(out, ".It %d\n%s\n", i, sg_generate_exits[i]);
    sg_buf_puts(
        out,
        ".El\n.Pp\nA signal that ends the program is raised again, so that the caller sees it.\n");
    sg_buf_puts(out, ".Sh EXAMPLES\n.Bd -literal\n");
    put_prose(out, example);
    sg_buf_puts(out, ".Ed\n");
    put_see_also(out, program);
    free(program);
    free(example);
}
