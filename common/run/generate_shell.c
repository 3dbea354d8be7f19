/* Completion for bash, zsh and fish: option names, the words of choices, files where a file is
 * meant, verbs first. */
#include <stdlib.h>
#include <string.h>

#include "run/generate.h"
#include "run/opts_common.h"

enum filling { NOTHING, WORDS, FILES };

/* What can stand behind an option: its metavariable says so. */
static enum filling filling_of(const struct sg_option *row) {
    static const char *const files[] = {"FILE",   "DIR",  "OUTPUT", "WORK",
                                        "FOLDER", "PATH", "PLAN",   "SIGX"};
    if (row->type == SG_OPTION_CHOICE) return WORDS;
    for (size_t i = 0; row->value && i < sizeof files / sizeof *files; i++)
        if (strstr(row->value, files[i])) return FILES;
    return NOTHING;
}

/* Text with every character of special behind a backslash. */
static void put_escaped(struct sg_buf *out, const char *text, const char *special) {
    for (; *text; text++) {
        if (strchr(special, *text)) sg_buf_putc(out, '\\');
        sg_buf_putc(out, *text);
    }
}

/* Inside '...' of a shell, a quote ends the string, stands for itself and opens it again. */
static void put_single_quoted(struct sg_buf *out, const char *text, const char *special) {
    for (; *text; text++) {
        if (*text == '\'') {
            sg_buf_puts(out, "'\\''");
            continue;
        }
        if (strchr(special, *text)) sg_buf_putc(out, '\\');
        sg_buf_putc(out, *text);
    }
}

/* "a|b|c" -> "a b c" */
static void put_choices(struct sg_buf *out, const char *choices) {
    for (; *choices; choices++) sg_buf_putc(out, *choices == '|' ? ' ' : *choices);
}

/* "sangam-filter" -> "_sangam_filter" */
static char *function_of(const char *program) {
    char *name = sg_printf_dup("_%s", program);
    for (char *c = name; *c; c++)
        if (*c == '-') *c = '_';
    return name;
}

/* The verbs of a stage one by one, the verb NULL once when it has none. */
static bool next_verb(const struct sg_stage *stage, const struct sg_verb **verb, bool *begun) {
    if (!*begun) {
        *begun = true;
        *verb = stage->verbs;
        return true;
    }
    if (!*verb) return false;
    ++*verb;
    return (*verb)->name != NULL;
}

/* ---- bash ---- */

static void bash_words(struct sg_buf *out, const struct sg_option *const *tables) {
    for (const struct sg_option *const *table = tables; *table; table++)
        for (const struct sg_option *row = *table; row->name; row++)
            if (sg_generate_shown(tables, row)) sg_buf_printf(out, " --%s", row->name);
}

static void bash_value(struct sg_buf *out, const struct sg_option *row, struct sg_buf *done) {
    char *mark = sg_printf_dup(" %s ", row->name);
    sg_buf_str(done);
    if (row->type != SG_OPTION_FLAG && !strstr(done->data, mark)) {
        sg_buf_puts(done, mark);
        sg_buf_puts(out, "    ");
        if (row->letter) sg_buf_printf(out, "-%c|", row->letter);
        sg_buf_printf(out, "--%s) ", row->name);
        if (filling_of(row) == FILES) {
            sg_buf_puts(out, "mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); ");
        } else if (filling_of(row) == WORDS) {
            sg_buf_puts(out, "mapfile -t COMPREPLY < <(compgen -W '");
            put_choices(out, row->value);
            sg_buf_puts(out, "' -- \"$word\"); ");
        }
        sg_buf_puts(out, "return ;;\n");
    }
    free(mark);
}

void sg_generate_bash(const struct sg_stage *stage, struct sg_buf *out) {
    char *program = sg_generate_program(stage), *function = function_of(program);
    const struct sg_option *tables[SG_STAGE_TABLES];
    struct sg_buf done = {0};
    sg_buf_printf(out, "# bash completion for %s\n%s() {\n", program, function);
    sg_buf_puts(out,
                "    local word=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD-1]} words=\n"
                "    COMPREPLY=()\n"
                "    # bash cuts --name=value into three words\n"
                "    if [[ $word == \"=\" ]]; then word=; elif [[ $last == \"=\" ]]; then "
                "last=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
                "    case $last in\n");
    const struct sg_verb *verb = NULL;
    for (bool begun = false; next_verb(stage, &verb, &begun);) {
        sg_stage_tables(stage, verb, tables);
        for (const struct sg_option *const *table = tables; *table; table++)
            for (const struct sg_option *row = *table; row->name; row++)
                bash_value(out, row, &done);
    }
    sg_buf_puts(out, "    esac\n    case ${COMP_WORDS[1]} in\n");
    for (const struct sg_verb *v = stage->verbs; v && v->name; v++) {
        sg_buf_printf(out, "    %s) words='", v->name);
        sg_stage_tables(stage, v, tables);
        bash_words(out, tables);
        sg_buf_puts(out, "' ;;\n");
    }
    sg_buf_puts(out, "    *) words='");
    sg_stage_tables(stage, NULL, tables);
    bash_words(out, tables);
    sg_buf_puts(out, "' ;;\n    esac\n"
                     "    if [[ $word == -* ]]; then\n"
                     "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
                     "        return\n"
                     "    fi\n"
                     "    mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n");
    if (stage->verbs) {
        sg_buf_puts(out, "    if ((COMP_CWORD == 1)); then\n        mapfile -t -O ${#COMPREPLY[@]} "
                         "COMPREPLY < <(compgen -W '");
        for (const struct sg_verb *v = stage->verbs; v->name; v++)
            sg_buf_printf(out, "%s%s", v == stage->verbs ? "" : " ", v->name);
        sg_buf_puts(out, "' -- \"$word\")\n    fi\n");
    }
    sg_buf_printf(out, "}\ncomplete -o filenames -F %s %s\n", function, program);
    sg_buf_free(&done);
    free(program);
    free(function);
}

/* ---- zsh ---- */

static void zsh_option(struct sg_buf *out, const struct sg_option *row) {
    bool many = row->type == SG_OPTION_LIST;
    sg_buf_puts(out, "        ");
    if (row->letter && !many) sg_buf_printf(out, "'(-%c --%s)'", row->letter, row->name);
    if (many) sg_buf_puts(out, "'*'");
    const char *short_end = row->type == SG_OPTION_FLAG ? "" : "+",
               *long_end = row->type == SG_OPTION_FLAG ? "" : "=";
    if (row->letter)
        sg_buf_printf(out, "{-%c%s,--%s%s}", row->letter, short_end, row->name, long_end);
    else
        sg_buf_printf(out, "--%s%s", row->name, long_end);
    sg_buf_puts(out, "'[");
    put_single_quoted(out, row->help, "[]:\\");
    sg_buf_putc(out, ']');
    if (row->type != SG_OPTION_FLAG) {
        sg_buf_putc(out, ':');
        put_single_quoted(out, filling_of(row) == WORDS ? row->name : row->value, ":\\");
        sg_buf_putc(out, ':');
        if (filling_of(row) == FILES) sg_buf_puts(out, "_files");
        if (filling_of(row) == WORDS) {
            sg_buf_putc(out, '(');
            put_choices(out, row->value);
            sg_buf_putc(out, ')');
        }
    }
    sg_buf_puts(out, "'\n");
}

static void zsh_options(struct sg_buf *out, const struct sg_option *const *tables) {
    sg_buf_puts(out, "options=(\n");
    for (const struct sg_option *const *table = tables; *table; table++)
        for (const struct sg_option *row = *table; row->name; row++)
            if (sg_generate_shown(tables, row)) zsh_option(out, row);
    sg_buf_puts(out, "    )");
}

/* The verb's name and sentence where the first word is completed. */
static void zsh_first(struct sg_buf *out, const struct sg_stage *stage, const char *function) {
    sg_buf_printf(out, "%s_first() {\n    local -a verbs\n    verbs=(\n", function);
    for (const struct sg_verb *v = stage->verbs; v->name; v++) {
        sg_buf_printf(out, "        '%s:", v->name);
        put_single_quoted(out, v->about, "");
        sg_buf_puts(out, "'\n");
    }
    sg_buf_puts(out, "    )\n    _describe -t verbs verb verbs\n    _files\n}\n");
}

void sg_generate_zsh(const struct sg_stage *stage, struct sg_buf *out) {
    char *program = sg_generate_program(stage), *function = function_of(program);
    const struct sg_option *tables[SG_STAGE_TABLES];
    sg_buf_printf(out, "#compdef %s\n", program);
    if (stage->verbs) zsh_first(out, stage, function);
    sg_buf_printf(out, "%s() {\n    local -a options\n    case $words[2] in\n", function);
    for (const struct sg_verb *v = stage->verbs; v && v->name; v++) {
        sg_buf_printf(out, "    %s) ", v->name);
        sg_stage_tables(stage, v, tables);
        zsh_options(out, tables);
        sg_buf_puts(out, " ;;\n");
    }
    sg_buf_puts(out, "    *) ");
    sg_stage_tables(stage, NULL, tables);
    zsh_options(out, tables);
    sg_buf_puts(out, " ;;\n    esac\n    _arguments -s -S : $options ");
    if (stage->verbs) sg_buf_printf(out, "'1:verb:%s_first' ", function);
    sg_buf_printf(out, "'*:INPUT:_files'\n}\n%s \"$@\"\n", function);
    free(program);
    free(function);
}

/* ---- fish ---- */

static void fish_option(struct sg_buf *out, const char *program, const struct sg_verb *verb,
                        const struct sg_option *row) {
    sg_buf_printf(out, "complete -c %s", program);
    if (verb) sg_buf_printf(out, " -n '__fish_seen_subcommand_from %s'", verb->name);
    if (row->letter) sg_buf_printf(out, " -s %c", row->letter);
    sg_buf_printf(out, " -l %s", row->name);
    if (filling_of(row) == FILES) sg_buf_puts(out, " -r -F");
    if (filling_of(row) == WORDS) {
        sg_buf_puts(out, " -x -a '");
        put_choices(out, row->value);
        sg_buf_putc(out, '\'');
    }
    if (filling_of(row) == NOTHING && row->type != SG_OPTION_FLAG) sg_buf_puts(out, " -x");
    /* inside fish's single quotes a backslash escapes ' and itself */
    sg_buf_puts(out, " -d '");
    put_escaped(out, row->help, "'\\");
    sg_buf_puts(out, "'\n");
}

void sg_generate_fish(const struct sg_stage *stage, struct sg_buf *out) {
    char *program = sg_generate_program(stage);
    const struct sg_option *tables[SG_STAGE_TABLES];
    sg_buf_printf(out, "# fish completion for %s\n", program);
    for (const struct sg_verb *v = stage->verbs; v && v->name; v++) {
        sg_buf_printf(out, "complete -c %s -n __fish_use_subcommand -a %s -d '", program, v->name);
        put_escaped(out, v->about, "'\\");
        sg_buf_puts(out, "'\n");
    }
    const struct sg_verb *verb = NULL;
    for (bool begun = false; next_verb(stage, &verb, &begun);) {
        sg_stage_tables(stage, verb, tables);
        for (const struct sg_option *const *table = tables; *table; table++)
            for (const struct sg_option *row = *table; row->name; row++)
                if (sg_generate_shown(tables, row)) fish_option(out, program, verb, row);
    }
    free(program);
}
