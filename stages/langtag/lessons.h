/*
 * lessons: the labelled text that a model is trained on, and samples of it.
 *
 * Shape   a folder of <label>.txt or <label>.txt.zst, one text a line; label is xxx_Xxxx (hin_Deva). Every line is kept as
 *         the stream that the model sees (letters.h). Labels of one script form a group.
 * Units   16-bit units.
 * Calls   lessons_read, lessons_add for made text, lessons_group, then read-only: lessons_sample from any thread, each with
 *         its own state of chance. lessons_free accepts {0}.
 * Owns    all text.
 * Errors  SG_SYSTEM: a folder or file that cannot be read. SG_USAGE: no file of that kind, a name that is no label, more
 *         than 256 labels of one script. SG_DATA: a damaged file.
 * Source  langtag.md sections 1 and 3.
 */
#ifndef SANGAM_LANGTAG_LESSONS_H
#define SANGAM_LANGTAG_LESSONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "letters.h"
#include "script.h"
#include "sparse.h"

#define LESSONS_OTHERS "others"

struct lessons_label {
    char name[SPARSE_NAME];
    char *path, *more; /* of its files; more: in the folder of others, or NULL */
    bool other;        /* it is in that folder alone */
    int script;        /* whose letters are kept */
    uint16_t *units; /* all lines one behind the other */
    size_t units_len, units_cap;
    uint32_t *ends; /* of line i, in units; it begins where the one before ends */
    size_t lines, lines_cap;
    uint64_t source_lines; /* without made ones */
    bool word_list;        /* its lines are short on the average: entries, not sentences */
};

struct lessons_group {
    int script;
    bool spaced;      /* words are set apart */
    uint32_t *labels; /* by their place in the group */
    uint32_t *share;  /* cumulative chance of each to be drawn, of 2^32 */
    size_t count;
};

struct lessons {
    struct script_table scripts;
    struct lessons_label *labels; /* by name */
    size_t label_count;
    struct lessons_group *groups; /* by name of script */
    size_t group_count;
};

/* The labels of a folder, without their text. */
enum sg_code lessons_list(struct lessons *lessons, const char *folder,
                          struct sg_err *err) SG_MUST_CHECK;
/* Those of its folder LESSONS_OTHERS, if it has one: what it has of labels that are listed is more text of these. */
enum sg_code lessons_list_others(struct lessons *lessons, const char *folder,
                                 struct sg_err *err) SG_MUST_CHECK;
/* Text of a file, whole, in NFC, ill-formed bytes as U+FFFD; lines end with LF. */
enum sg_code lessons_load(const char *path, struct sg_buf *out, struct sg_err *err) SG_MUST_CHECK;
enum sg_code lessons_read(struct lessons *lessons, struct lessons_label *label,
                          struct sg_err *err) SG_MUST_CHECK;
void lessons_add(struct lessons *lessons, struct lessons_label *label, const char *line,
                 size_t len);
struct lessons_label *lessons_find(const struct lessons *lessons, const char *name); /* or NULL */
enum sg_code lessons_group(struct lessons *lessons, struct sg_err *err) SG_MUST_CHECK;
/* The chances of a group's labels, from their lines. */
void lessons_share(const struct lessons *lessons, struct lessons_group *group);
void lessons_free(struct lessons *lessons);

/* The number of the script in which a label is written: of Hani for Hans, Hant and Jpan; -1: not the name of a script. */
int lessons_script(const struct script_table *scripts, const char *label);

/* Draw a label of the group and a piece of its text. Returns the label's place in the group. */
size_t lessons_sample(const struct lessons *lessons, const struct lessons_group *group,
                      uint64_t *state, struct letters_stream *out);

#endif
