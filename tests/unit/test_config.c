/* config: the tree with its places, and all that is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "run/config.h"

static struct sg_config *parse(const char *text) {
    struct sg_config *root = NULL;
    struct sg_err err = {0};
    enum sg_code code = sg_config_parse("web.yaml", text, strlen(text), &root, &err);
    if (code != SG_OK) print_error("%s\n", err.text);
    assert_int_equal(code, SG_OK);
    return root;
}

static void refused(const char *text, const char *message) {
    struct sg_config *root = NULL;
    struct sg_err err = {0};
    assert_int_equal(sg_config_parse("web.yaml", text, strlen(text), &root, &err), SG_USAGE);
    assert_null(root);
    assert_string_equal(err.text, message);
}

static void every_node_knows_its_place(void **state) {
    (void)state;
    struct sg_config *root = parse("name: web\n"
                                   "stages:\n"
                                   "  - ingest: {owner: \"\", html: skip}\n"
                                   "  - dedup:\n"
                                   "      mode:   near\n"
                                   "join: [a, b]\n");
    assert_int_equal(root->kind, SG_CONFIG_MAP);
    assert_int_equal(root->count, 3);
    const struct sg_config *stages = sg_config_get(root, "stages");
    assert_int_equal(stages->kind, SG_CONFIG_LIST);
    assert_int_equal(stages->count, 2);
    const struct sg_config *owner =
        sg_config_get(sg_config_get(&stages->items[0], "ingest"), "owner");
    assert_string_equal(owner->text, "");
    const struct sg_config *mode = sg_config_get(sg_config_get(&stages->items[1], "dedup"), "mode");
    assert_string_equal(mode->text, "near");
    assert_int_equal(mode->key_line, 5);
    assert_int_equal(mode->key_column, 7);
    assert_int_equal(mode->line, 5);
    assert_int_equal(mode->column, 15);
    assert_string_equal(sg_config_get(root, "join")->items[1].text, "b");
    assert_null(sg_config_get(root, "jion"));
    assert_null(sg_config_get(mode, "x"));
    struct sg_err err = {0};
    assert_int_equal(sg_config_error(mode, &err, "unknown key '%s'", mode->key), SG_USAGE);
    assert_string_equal(err.text, "web.yaml:5:7: unknown key 'mode'");
    sg_config_free(root);
}

static void an_empty_file_is_an_empty_mapping(void **state) {
    (void)state;
    const char *const texts[] = {"", "# only a comment\n", "---\n"};
    for (size_t i = 0; i < 3; i++) {
        struct sg_config *root = parse(texts[i]);
        assert_int_equal(root->count, 0);
        sg_config_free(root);
    }
}

static void scalars_are_text_as_written(void **state) {
    (void)state;
    struct sg_config *root =
        parse("a: 1e3\nb: yes\nc:\nd: 'it''s'\ne: \"\\u0928\"\nf: |\n  two\n  lines\n");
    const char *const texts[] = {"1e3", "yes", "", "it's", "\xe0\xa4\xa8", "two\nlines\n"};
    for (size_t i = 0; i < 6; i++) assert_string_equal(root->items[i].text, texts[i]);
    sg_config_free(root);
}

static void more_than_plain_data_is_refused(void **state) {
    (void)state;
    refused("a: &x 1\n", "web.yaml:1:4: an anchor (&name) is not allowed");
    refused("a: 1\nb: *x\n", "web.yaml:2:4: an alias (*name) is not allowed: write the value out");
    refused("*x : 1\n", "web.yaml:1:1: an alias (*name) is not allowed: write the value out");
    refused("a: !!str 1\n", "web.yaml:1:4: a tag (!name) is not allowed");
    refused("a: !x {}\n", "web.yaml:1:4: a tag (!name) is not allowed");
    refused("%TAG ! tag:x,2000:\n---\na: 1\n", "web.yaml:1:1: a %TAG directive is not allowed");
    refused("a: 1\n---\nb: 2\n", "web.yaml:2:1: a second document: one file is one document");
    refused("a: 1\nb: 2\na: 3\n", "web.yaml:3:1: key 'a' stands twice (first in line 1)");
    refused("{x: {a: 1, a: 2}}\n", "web.yaml:1:12: key 'a' stands twice (first in line 1)");
    refused("? [a]\n: 1\n", "web.yaml:1:3: a key must be a plain word");
    refused("a: \"x\\0y\"\n", "web.yaml:1:4: a NUL character is not allowed");
}

static void broken_yaml_has_a_place(void **state) {
    (void)state;
    refused("a: [1, 2\nb: 3\n", "web.yaml:2:2: did not find expected ',' or ']'");
    refused("a:\n\tb: 1\n", "web.yaml:2:1: found character that cannot start any token");
    refused("a: \xff\n", "web.yaml: invalid leading UTF-8 octet at byte 3");
}

static void eight_levels_and_no_more(void **state) {
    (void)state;
    sg_config_free(parse("[[[[[[[[1]]]]]]]]"));
    refused("[[[[[[[[[1]]]]]]]]]", "web.yaml:1:9: more than 8 levels deep");
}

static void sixty_four_kibibytes_and_no_more(void **state) {
    (void)state;
    static char text[65538];
    memset(text, '#', 65536);
    struct sg_config *root = NULL;
    struct sg_err err = {0};
    assert_int_equal(sg_config_parse("x", text, 65536, &root, &err), SG_OK);
    sg_config_free(root);
    assert_int_equal(sg_config_parse("x", text, 65537, &root, &err), SG_USAGE);
    assert_string_equal(err.text, "x: larger than 64 KiB");
}

static void files_that_cannot_be_read_are_system_errors(void **state) {
    (void)state;
    char path[] = "/tmp/sangam-config-XXXXXX";
    struct sg_config *root = NULL;
    struct sg_err err = {0};
    assert_int_equal(sg_config_load("/nonexistent/web.yaml", &root, &err), SG_SYSTEM);
    assert_null(root);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "a: {b: c}\n", 10), 10);
    close(fd);
    err = (struct sg_err){0};
    assert_int_equal(sg_config_load(path, &root, &err), SG_OK);
    assert_string_equal(sg_config_get(sg_config_get(root, "a"), "b")->file, path);
    sg_config_free(root);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_node_knows_its_place),
        cmocka_unit_test(an_empty_file_is_an_empty_mapping),
        cmocka_unit_test(scalars_are_text_as_written),
        cmocka_unit_test(more_than_plain_data_is_refused),
        cmocka_unit_test(broken_yaml_has_a_place),
        cmocka_unit_test(eight_levels_and_no_more),
        cmocka_unit_test(sixty_four_kibibytes_and_no_more),
        cmocka_unit_test(files_that_cannot_be_read_are_system_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
