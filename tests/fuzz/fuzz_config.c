/* Any bytes as a configuration give either a sound tree or an error that names the file. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "run/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const struct sg_config *node, int depth) {
    if (depth > 8 + 1 || (node->kind == SG_CONFIG_SCALAR) != (node->text != NULL)) abort();
    for (size_t i = 0; i < node->count; i++) {
        const struct sg_config *item = &node->items[i];
        if ((node->kind == SG_CONFIG_MAP) != (item->key != NULL)) abort();
        if (item->key && sg_config_get(node, item->key) != item) abort();
        walk(item, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sg_config *root = NULL;
    struct sg_err err = {0};
    if (sg_config_parse("fuzz.yaml", (const char *)data, size, &root, &err) == SG_OK) {
        if (!root || err.code != SG_OK) abort();
        walk(root, 0);
    } else if (root || err.code != SG_USAGE || strncmp(err.text, "fuzz.yaml:", 10) != 0) {
        abort();
    }
    sg_config_free(root);
    return 0;
}
