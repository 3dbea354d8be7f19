/*
 * A sample: a label drawn with a probability that grows with the fifth root of its lines (rare labels count nearly as much
 * as frequent ones), and of that label one line: whole, or a window of 10 to 45 or of 4 to 17 characters, for most text in
 * use is shorter than a sentence. Word lists are strung together to 20 to 140 characters half of the time, so that
 * they look like text.
 *
 * Example: of ` the ferry leaves at seven ` a window of 7 that begins at the second e is ` ferry leaves `: a window grows to
 * the ends of its words.
 */
#include "lessons.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/num.h"
#include "chance.h"
#include "io/file.h"
#include "io/stream.h"
#include "text/unicode.h"
#include "text/utf8.h"

#define SHARE 0.2         /* the exponent of lines */
#define WORD_LIST_MEAN 30 /* units of a line */
#define WHOLE 102         /* of 256 samples */
#define WINDOW 102        /* of 10 to 45 */
#define READ_BYTES (1u << 20)

/* ---- the folder ---- */

/* "hin_Deva" of "hin_Deva.txt.zst"; false for other names. */
static bool label_of(const char *file, char label[SPARSE_NAME]) {
    const char *dot = strstr(file, ".txt");
    if (!dot || (strcmp(dot, ".txt") != 0 && strcmp(dot, ".txt.zst") != 0)) return false;
    size_t len = (size_t)(dot - file);
    if (len == 0 || len >= SPARSE_NAME || file[0] == '.') return false;
    memset(label, 0, SPARSE_NAME);
    memcpy(label, file, len);
    return true;
}

int lessons_script(const struct script_table *scripts, const char *label) {
    static const char *const written_in[][2] = {
        {"Hans", "Hani"}, {"Hant", "Hani"}, {"Jpan", "Hani"}, {"Kore", "Hang"}, {"Zxxx", "Latn"}};
    const char *low = strchr(label, '_');
    if (!low || strlen(low + 1) != 4) return -1;
    for (size_t i = 0; i < sizeof written_in / sizeof *written_in; i++)
        if (strcmp(low + 1, written_in[i][0]) == 0) return script_number(scripts, written_in[i][1]);
    return script_number(scripts, low + 1);
}

static enum sg_code add_label(struct lessons *lessons, const char *folder, const char *file,
                              struct sg_err *err) {
    struct lessons_label label = {0};
    if (!label_of(file, label.name)) return SG_OK;
    label.script = lessons_script(&lessons->scripts, label.name);
    if (label.script < SCRIPT_FIRST)
        return sg_err_set(err, SG_USAGE,
                          "'%s': a label is a language and a script, such as hin_Deva", label.name);
    label.path = sg_printf_dup("%s/%s", folder, file);
    lessons->labels =
        sg_realloc(lessons->labels, (lessons->label_count + 1) * sizeof *lessons->labels);
    lessons->labels[lessons->label_count++] = label;
    return SG_OK;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct lessons_label *)a)->name, ((const struct lessons_label *)b)->name);
}

enum sg_code lessons_list(struct lessons *lessons, const char *folder, struct sg_err *err) {
    if (!lessons->scripts.blocks) script_init(&lessons->scripts);
    DIR *dir = opendir(folder);
    if (!dir) {
        sg_err_sys(err, "cannot open the folder");
        return sg_err_at(err, folder, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    enum sg_code code = SG_OK;
    for (struct dirent *entry; code == SG_OK && (entry = readdir(dir));)
        code = add_label(lessons, folder, entry->d_name, err);
    closedir(dir);
    if (code != SG_OK) return code;
    if (lessons->label_count == 0)
        return sg_err_set(err, SG_USAGE,
                          "no file named like hin_Deva.txt or hin_Deva.txt.zst in '%s'", folder);
    qsort(lessons->labels, lessons->label_count, sizeof *lessons->labels, by_name);
    for (size_t i = 1; i < lessons->label_count; i++)
        if (strcmp(lessons->labels[i].name, lessons->labels[i - 1].name) == 0)
            return sg_err_set(err, SG_USAGE, "two files for %s", lessons->labels[i].name);
    return SG_OK;
}

enum sg_code lessons_list_others(struct lessons *lessons, const char *folder, struct sg_err *err) {
    struct lessons others = {0};
    struct stat info;
    char *path = sg_printf_dup("%s/" LESSONS_OTHERS, folder);
    bool is_there = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
    enum sg_code code = is_there ? lessons_list(&others, path, err) : SG_OK;
    for (size_t i = 0; code == SG_OK && i < others.label_count; i++) {
        struct lessons_label *label = &others.labels[i],
                             *listed = lessons_find(lessons, label->name);
        if (listed) {
            listed->more = label->path;
        } else {
            label->other = true;
            lessons->labels =
                sg_realloc(lessons->labels, (lessons->label_count + 1) * sizeof *lessons->labels);
            lessons->labels[lessons->label_count++] = *label;
        }
        label->path = NULL; /* it has moved */
    }
    if (lessons->label_count > 1)
        qsort(lessons->labels, lessons->label_count, sizeof *lessons->labels, by_name);
    lessons_free(&others);
    free(path);
    return code;
}

/* ---- text ---- */

static enum sg_code read_all(const char *path, struct sg_buf *out, struct sg_err *err) {
    int fd;
    struct sg_stream *stream = NULL;
    enum sg_code code = sg_file_open(path, &fd, err);
    if (code == SG_OK) code = sg_stream_open(&stream, fd, path, err);
    for (size_t got = 1; code == SG_OK && got > 0; out->len += got) {
        got = 0;
        code = sg_stream_read(stream, sg_buf_room(out, READ_BYTES), READ_BYTES, &got, err);
    }
    sg_stream_close(stream);
    return code;
}

enum sg_code lessons_load(const char *path, struct sg_buf *out, struct sg_err *err) {
    struct sg_buf raw = {0}, sound = {0};
    enum sg_code code = read_all(path, &raw, err);
    if (code == SG_OK) {
        if (sg_utf8_valid(raw.data, raw.len) == raw.len) {
            sg_unicode_nfc(raw.data, raw.len, out);
        } else {
            sg_utf8_repair(raw.data, raw.len, &sound);
            sg_unicode_nfc(sound.data, sound.len, out);
        }
        if (out->len > 0 && out->data[out->len - 1] != '\n') sg_buf_putc(out, '\n');
    }
    sg_buf_free(&raw);
    sg_buf_free(&sound);
    return code;
}

void lessons_add(struct lessons *lessons, struct lessons_label *label, const char *line,
                 size_t len) {
    struct letters_stream stream = {.units = label->units + label->units_len,
                                    .cap = label->units_cap - label->units_len};
    if (stream.cap < LETTERS_ROOM(len)) {
        label->units_cap = 2 * (label->units_cap + len) + 1024;
        label->units = sg_realloc(label->units, label->units_cap * sizeof *label->units);
        stream.units = label->units + label->units_len;
        stream.cap = label->units_cap - label->units_len;
    }
    letters_write(&lessons->scripts, line, len, (uint32_t)label->script, &stream);
    if (stream.len < 3) return; /* nothing in this script */
    if (label->lines == label->lines_cap) {
        label->lines_cap = 2 * label->lines_cap + 1024;
        label->ends = sg_realloc(label->ends, label->lines_cap * sizeof *label->ends);
    }
    label->units_len += stream.len;
    label->ends[label->lines++] = (uint32_t)label->units_len;
}

static enum sg_code read_file(struct lessons *lessons, struct lessons_label *label,
                              const char *path, struct sg_err *err) {
    struct sg_buf text = {0};
    enum sg_code code = lessons_load(path, &text, err);
    for (char *at = text.data, *end = text.data + text.len; code == SG_OK && at < end;) {
        char *lf = memchr(at, '\n', (size_t)(end - at));
        lessons_add(lessons, label, at, (size_t)(lf - at));
        at = lf + 1;
    }
    sg_buf_free(&text);
    if (code == SG_OK && label->lines == 0)
        code = sg_err_set(err, SG_USAGE, "'%s' has no letters of its script", path);
    return code;
}

enum sg_code lessons_read(struct lessons *lessons, struct lessons_label *label,
                          struct sg_err *err) {
    enum sg_code code = read_file(lessons, label, label->path, err);
    if (code == SG_OK && label->more) code = read_file(lessons, label, label->more, err);
    label->source_lines = label->lines;
    label->word_list = label->units_len < (WORD_LIST_MEAN + 2) * label->lines;
    return code;
}

struct lessons_label *lessons_find(const struct lessons *lessons, const char *name) {
    for (size_t i = 0; i < lessons->label_count; i++)
        if (strcmp(lessons->labels[i].name, name) == 0) return &lessons->labels[i];
    return NULL;
}

/* ---- groups ---- */

void lessons_share(const struct lessons *lessons, struct lessons_group *group) {
    group->share = sg_realloc(group->share, group->count * sizeof *group->share);
    double sum = 0, before = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t l = 0; l < group->count; l++) {
            double lines = (double)lessons->labels[group->labels[l]].source_lines;
            double weight = sg_num_exp(SHARE * sg_num_log(lines));
            if (pass == 0) {
                sum += weight;
                continue;
            }
            before += weight;
            double share = before / sum * 4294967296.0;
            group->share[l] = share < 4294967295.0 ? (uint32_t)share : UINT32_MAX;
        }
    group->share[group->count - 1] = UINT32_MAX;
}

static bool is_spaced(const char *script) {
    return !strstr("Hani Thai Laoo Khmr Mymr", script);
}

enum sg_code lessons_group(struct lessons *lessons, struct sg_err *err) {
    struct script_table *scripts = &lessons->scripts;
    lessons->groups = sg_zalloc(scripts->count, sizeof *lessons->groups);
    for (size_t s = SCRIPT_FIRST; s < scripts->count; s++) {
        struct lessons_group *group = &lessons->groups[lessons->group_count];
        group->script = (int)s;
        group->spaced = is_spaced(scripts->names[s]);
        for (size_t l = 0; l < lessons->label_count; l++) {
            if (lessons->labels[l].script != (int)s) continue;
            if (group->count == SPARSE_LABELS)
                return sg_err_set(err, SG_USAGE, "more than %d labels in %s", SPARSE_LABELS,
                                  scripts->names[s]);
            group->labels = sg_realloc(group->labels, (group->count + 1) * sizeof *group->labels);
            group->labels[group->count++] = (uint32_t)l;
        }
        if (group->count == 0) continue;
        lessons_share(lessons, group);
        lessons->group_count++;
    }
    return SG_OK;
}

void lessons_free(struct lessons *lessons) {
    for (size_t i = 0; i < lessons->label_count; i++) {
        free(lessons->labels[i].path);
        free(lessons->labels[i].more);
        free(lessons->labels[i].units);
        free(lessons->labels[i].ends);
    }
    for (size_t i = 0; i < lessons->group_count; i++) {
        free(lessons->groups[i].labels);
        free(lessons->groups[i].share);
    }
    free(lessons->labels);
    free(lessons->groups);
    script_free(&lessons->scripts);
    memset(lessons, 0, sizeof *lessons);
}

/* ---- samples ---- */

struct piece {
    const uint16_t *at; /* begins and ends with a space */
    size_t len;
};

static struct piece random_line(const struct lessons_label *label, uint64_t *state) {
    uint32_t i = chance_below(state, (uint32_t)label->lines), from = i ? label->ends[i - 1] : 0;
    return (struct piece){.at = label->units + from, .len = label->ends[i] - from};
}

static void put(struct letters_stream *out, const uint16_t *units, size_t len) {
    if (out->len + len + GRAMS_READ_BEHIND > out->cap) {
        out->cap = 2 * (out->len + len) + 256;
        out->units = sg_realloc(out->units, out->cap * sizeof *out->units);
    }
    memcpy(out->units + out->len, units, len * sizeof *units);
    out->len += len;
}

static void string_together(const struct lessons_label *label, uint64_t *state,
                            struct letters_stream *out) {
    size_t goal = chance_between(state, 20, 140);
    static const uint16_t space = ' ';
    put(out, &space, 1);
    while (out->len < goal) {
        struct piece line = random_line(label, state);
        put(out, line.at + 1, line.len - 1);
    }
}

/* Inner units are 1 .. len - 2. */
static void cut_window(struct piece line, size_t size, bool spaced, uint64_t *state,
                       struct letters_stream *out) {
    static const uint16_t space = ' ';
    size_t inner = line.len - 2, from = 1 + chance_below(state, (uint32_t)(inner - size + 1)),
           to = from + size;
    if (spaced) {
        while (line.at[from - 1] != ' ') from--;
        while (line.at[to] != ' ') to++;
    }
    put(out, &space, 1);
    put(out, line.at + from, to - from);
    if (line.at[to - 1] != ' ') put(out, &space, 1);
}

size_t lessons_sample(const struct lessons *lessons, const struct lessons_group *group,
                      uint64_t *state, struct letters_stream *out) {
    uint32_t draw = chance_next(state), choice = chance_below(state, 256);
    size_t low = 0, high = group->count - 1;
    while (low < high) { /* the first whose share reaches beyond draw */
        size_t middle = (low + high) / 2;
        if (group->share[middle] > draw)
            high = middle;
        else
            low = middle + 1;
    }
    const struct lessons_label *label = &lessons->labels[group->labels[low]];
    out->len = 0;
    if (label->word_list && chance_part(state, 128)) {
        string_together(label, state, out);
        return low;
    }
    struct piece line = random_line(label, state);
    size_t size = line.len;
    if (choice >= WHOLE)
        size =
            choice < WHOLE + WINDOW ? chance_between(state, 10, 45) : chance_between(state, 4, 17);
    if (choice < WHOLE || size >= line.len - 2)
        put(out, line.at, line.len);
    else
        cut_window(line, size, group->spaced, state, out);
    return low;
}
