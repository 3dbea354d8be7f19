/*
 * config: YAML files as a small tree in which every node knows its line.
 *
 * Shape   scalars, mappings, sequences. Refused: anchors, aliases, tags, doubled keys, over 64 KiB,
 * over 8 levels, more than one document. Calls   sg_config_load, read-only walks, sg_config_free.
 * Owns    the tree owns all text.
 * Errors  SG_USAGE "FILE:LINE:COLUMN: cause"; sg_config_error makes the same for what a caller
 * finds wrong. Source  YAML 1.1 events of libyaml; contract.md section 8.
 */
#ifndef SANGAM_RUN_CONFIG_H
#define SANGAM_RUN_CONFIG_H

#include <stddef.h>

#include "base/err.h"

enum sg_config_kind { SG_CONFIG_SCALAR, SG_CONFIG_MAP, SG_CONFIG_LIST };

struct sg_config {
    enum sg_config_kind kind;
    int line, column; /* of the value; from 1 */
    char *key;        /* in a mapping; NULL otherwise */
    int key_line, key_column;
    char *text;              /* scalar; "" for empty */
    struct sg_config *items; /* of a mapping or list, in file order */
    size_t count;
    const char *file; /* borrowed from the root */
};

enum sg_code sg_config_load(const char *path, struct sg_config **out,
                            struct sg_err *err) SG_MUST_CHECK;
enum sg_code sg_config_parse(const char *name, const char *text, size_t len, struct sg_config **out,
                             struct sg_err *err) SG_MUST_CHECK;
void sg_config_free(struct sg_config *root);

const struct sg_config *sg_config_get(const struct sg_config *map,
                                      const char *key); /* NULL when absent */
/* SG_USAGE at the node's key (or value when it has none): "web.yaml:7:5: unknown key 'treads'". */
enum sg_code sg_config_error(const struct sg_config *node, struct sg_err *err, const char *format,
                             ...) SG_PRINTF(3, 4);

#endif
