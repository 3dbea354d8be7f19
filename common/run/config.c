#include "run/config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/buf.h"
#include "io/file.h"

#define LARGEST_BYTES 65536
#define DEEPEST 8

/* The root carries the file's name for all nodes. Its node comes first, so one address is both. */
struct root {
    struct sg_config node;
    char *file;
};

struct reading {
    yaml_parser_t parser;
    const char *file; /* as it may be shown */
    struct sg_err *err;
};

static enum sg_code refuse(const struct reading *r, const yaml_mark_t *mark, const char *cause) {
    return sg_err_set(r->err, SG_USAGE, "%s:%zu:%zu: %s", r->file, mark->line + 1, mark->column + 1,
                      cause);
}

static enum sg_code next_event(struct reading *r, yaml_event_t *event) {
    if (yaml_parser_parse(&r->parser, event)) return SG_OK;
    memset(event, 0, sizeof *event);
    const char *problem = r->parser.problem ? r->parser.problem : "not YAML";
    /* Bytes that are no text are found by the reader, which knows their offset only. */
    if (r->parser.error == YAML_READER_ERROR)
        return sg_err_set(r->err, SG_USAGE, "%s: %s at byte %zu", r->file, problem,
                          r->parser.problem_offset);
    return refuse(r, &r->parser.problem_mark, problem);
}

static void free_content(struct sg_config *node) {
    for (size_t i = 0; i < node->count; i++) free_content(&node->items[i]);
    free(node->items);
    free(node->key);
    free(node->text);
}

static struct sg_config *add_item(struct sg_config *parent) {
    if ((parent->count & (parent->count - 1)) == 0) /* grows at 0, 1, 2, 4, 8 ... */
        parent->items = sg_realloc(parent->items,
                                   (parent->count ? parent->count * 2 : 1) * sizeof *parent->items);
    struct sg_config *item = &parent->items[parent->count++];
    *item = (struct sg_config){.file = parent->file};
    return item;
}

/* What is refused in any node: names for other nodes and types. */
static enum sg_code plain_node(struct reading *r, const yaml_event_t *event) {
    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (event->type == YAML_ALIAS_EVENT)
        return refuse(r, &event->start_mark,
                      "an alias (*name) is not allowed: write the value out");
    if (event->type == YAML_SCALAR_EVENT)
        anchor = event->data.scalar.anchor, tag = event->data.scalar.tag;
    if (event->type == YAML_MAPPING_START_EVENT)
        anchor = event->data.mapping_start.anchor, tag = event->data.mapping_start.tag;
    if (event->type == YAML_SEQUENCE_START_EVENT)
        anchor = event->data.sequence_start.anchor, tag = event->data.sequence_start.tag;
    if (anchor) return refuse(r, &event->start_mark, "an anchor (&name) is not allowed");
    if (tag) return refuse(r, &event->start_mark, "a tag (!name) is not allowed");
    return SG_OK;
}

static enum sg_code scalar_text(struct reading *r, const yaml_event_t *event, char **out) {
    const char *value = (const char *)event->data.scalar.value;
    size_t len = event->data.scalar.length;
    if (memchr(value, 0, len))
        return refuse(r, &event->start_mark, "a NUL character is not allowed");
    *out = sg_strndup(value, len);
    return SG_OK;
}

static enum sg_code read_key(struct reading *r, const yaml_event_t *event, struct sg_config *map) {
    if (event->type != YAML_SCALAR_EVENT && event->type != YAML_ALIAS_EVENT)
        return refuse(r, &event->start_mark, "a key must be a plain word");
    enum sg_code code = plain_node(r, event);
    char *key = NULL;
    if (code == SG_OK) code = scalar_text(r, event, &key);
    if (code != SG_OK) return code;
    const struct sg_config *before = sg_config_get(map, key);
    struct sg_config *item = add_item(map);
    item->key = key;
    item->key_line = (int)event->start_mark.line + 1;
    item->key_column = (int)event->start_mark.column + 1;
    if (!before) return SG_OK;
    /* add_item may have moved the older one: it is looked up again */
    return sg_config_error(item, r->err, "key '%s' stands twice (first in line %d)", key,
                           sg_config_get(map, key)->key_line);
}

static enum sg_code read_node(struct reading *r, const yaml_event_t *event, struct sg_config *node,
                              int depth);

/* The items of a mapping or list, up to its end event. */
static enum sg_code read_items(struct reading *r, struct sg_config *node, int depth) {
    for (;;) {
        yaml_event_t event;
        enum sg_code code = next_event(r, &event);
        bool ended = event.type == YAML_MAPPING_END_EVENT || event.type == YAML_SEQUENCE_END_EVENT;
        struct sg_config *item = NULL;
        if (code == SG_OK && !ended && node->kind == SG_CONFIG_MAP) {
            code = read_key(r, &event, node);
            yaml_event_delete(&event);
            if (code == SG_OK) code = next_event(r, &event);
            item = code == SG_OK ? &node->items[node->count - 1] : NULL;
        } else if (code == SG_OK && !ended) {
            item = add_item(node);
        }
        if (code == SG_OK && item) code = read_node(r, &event, item, depth + 1);
        yaml_event_delete(&event);
        if (code != SG_OK || ended) return code;
    }
}

static enum sg_code read_node(struct reading *r, const yaml_event_t *event, struct sg_config *node,
                              int depth) {
    enum sg_code code = plain_node(r, event);
    if (code != SG_OK) return code;
    node->line = (int)event->start_mark.line + 1;
    node->column = (int)event->start_mark.column + 1;
    if (event->type == YAML_SCALAR_EVENT) {
        node->kind = SG_CONFIG_SCALAR;
        return scalar_text(r, event, &node->text);
    }
    node->kind = event->type == YAML_MAPPING_START_EVENT ? SG_CONFIG_MAP : SG_CONFIG_LIST;
    if (depth >= DEEPEST) return refuse(r, &event->start_mark, "more than 8 levels deep");
    return read_items(r, node, depth);
}

static enum sg_code read_stream(struct reading *r, struct sg_config *root) {
    enum sg_code code = SG_OK;
    bool ended = false, seen = false;
    while (code == SG_OK && !ended) {
        yaml_event_t event;
        code = next_event(r, &event);
        if (code != SG_OK) break;
        switch (event.type) {
        case YAML_STREAM_END_EVENT: ended = true; break;
        case YAML_DOCUMENT_START_EVENT:
            if (seen)
                code = refuse(r, &event.start_mark, "a second document: one file is one document");
            else if (event.data.document_start.tag_directives.start !=
                     event.data.document_start.tag_directives.end)
                code = refuse(r, &event.start_mark, "a %TAG directive is not allowed");
            seen = true;
            break;
        case YAML_STREAM_START_EVENT:
        case YAML_DOCUMENT_END_EVENT: break;
        default: code = read_node(r, &event, root, 0);
        }
        yaml_event_delete(&event);
    }
    return code;
}

/* A name as it may be shown before ":LINE:COLUMN": as everywhere, without the quotes. */
static char *shown_name(const char *name) {
    char room[256];
    sg_err_quote(name, room, sizeof room);
    size_t len = strlen(room);
    return len >= 2 ? sg_strndup(room + 1, len - 2) : sg_strdup(name);
}

enum sg_code sg_config_parse(const char *name, const char *text, size_t len, struct sg_config **out,
                             struct sg_err *err) {
    struct root *root = sg_zalloc(1, sizeof *root);
    enum sg_code code = SG_OK;
    root->file = shown_name(name);
    root->node =
        (struct sg_config){.kind = SG_CONFIG_MAP, .line = 1, .column = 1, .file = root->file};
    struct reading r = {.file = root->file, .err = err};
    *out = NULL;
    if (len > LARGEST_BYTES) {
        code = sg_err_set(err, SG_USAGE, "%s: larger than 64 KiB", root->file);
    } else if (!yaml_parser_initialize(&r.parser)) {
        sg_mem_failed(sizeof r.parser);
    } else {
        yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
        code = read_stream(&r, &root->node);
        yaml_parser_delete(&r.parser);
    }
    if (code == SG_OK)
        *out = &root->node;
    else
        sg_config_free(&root->node);
    return code;
}

enum sg_code sg_config_load(const char *path, struct sg_config **out, struct sg_err *err) {
    struct sg_buf text = {0};
    struct sg_err cause = {0};
    *out = NULL;
    enum sg_code code = sg_file_load(path, LARGEST_BYTES, &text, &cause);
    if (code == SG_OK) {
        code = sg_config_parse(path, text.data, text.len, out, err);
    } else if (code == SG_DATA) {
        char *shown = shown_name(path);
        code = sg_err_set(err, SG_USAGE, "%s: larger than 64 KiB", shown);
        free(shown);
    } else if (err && err->code == SG_OK) {
        *err = cause;
    }
    sg_buf_free(&text);
    return code;
}

void sg_config_free(struct sg_config *node) {
    if (!node) return;
    struct root *root = (struct root *)node;
    free_content(&root->node);
    free(root->file);
    free(root);
}

const struct sg_config *sg_config_get(const struct sg_config *map, const char *key) {
    if (!map || map->kind != SG_CONFIG_MAP) return NULL;
    for (size_t i = 0; i < map->count; i++)
        if (map->items[i].key && strcmp(map->items[i].key, key) == 0) return &map->items[i];
    return NULL;
}

enum sg_code sg_config_error(const struct sg_config *node, struct sg_err *err, const char *format,
                             ...) {
    char cause[400];
    va_list args;
    va_start(args, format);
    vsnprintf(cause, sizeof cause, format, args);
    va_end(args);
    int line = node->key ? node->key_line : node->line,
        column = node->key ? node->key_column : node->column;
    return sg_err_set(err, SG_USAGE, "%s:%d:%d: %s", node->file, line, column, cause);
}
