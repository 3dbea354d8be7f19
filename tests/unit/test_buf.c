#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"

static void empty_is_valid(void **state) {
    (void)state;
    struct sg_buf buf = {0};
    sg_buf_put(&buf, NULL, 0);
    assert_int_equal(buf.len, 0);
    sg_buf_free(&buf);
    sg_buf_free(&buf);
    char *text = sg_buf_take(&buf);
    assert_string_equal(text, "");
    free(text);
}

static void content_survives_growing(void **state) {
    (void)state;
    struct sg_buf buf = {0};
    for (uint32_t i = 0; i < 500000; i++)
        sg_buf_put(&buf, &i, sizeof i); /* past 1 MiB: both ways to grow */
    assert_int_equal(buf.len, 500000 * sizeof(uint32_t));
    assert_true(buf.cap >= buf.len && buf.cap <= 2 * buf.len);
    for (uint32_t i = 0; i < 500000; i++) {
        uint32_t back;
        memcpy(&back, buf.data + i * sizeof back, sizeof back);
        assert_int_equal(back, i);
    }
    sg_buf_free(&buf);
    assert_null(buf.data);
    assert_int_equal(buf.cap, 0);
}

static void room_is_writable_and_len_unchanged(void **state) {
    (void)state;
    struct sg_buf buf = {0};
    sg_buf_puts(&buf, "ab");
    memset(sg_buf_room(&buf, 100), 'x', 100);
    assert_int_equal(buf.len, 2);
    sg_buf_str(&buf);
    assert_int_equal(buf.len, 2);
    assert_string_equal(buf.data, "ab");
    sg_buf_putc(&buf, 'c');
    sg_buf_str(&buf);
    assert_string_equal(buf.data, "abc");
    sg_buf_free(&buf);
}

/* Every boundary between "fits", "fits but for the NUL" and "must grow". */
static void printf_at_every_fill(void **state) {
    (void)state;
    for (size_t before = 0; before < 70; before++) {
        struct sg_buf buf = {0};
        sg_buf_room(&buf, 1);
        for (size_t i = 0; i < before; i++) sg_buf_putc(&buf, '-');
        sg_buf_printf(&buf, "%d %s", 42, "crore");
        assert_int_equal(buf.len, before + 8);
        assert_memory_equal(buf.data + before, "42 crore", 8);
        sg_buf_printf(&buf, "%s", "");
        assert_int_equal(buf.len, before + 8);
        sg_buf_free(&buf);
    }
}

static void taking_moves(void **state) {
    (void)state;
    struct sg_buf buf = {0};
    for (int i = 0; i < 64; i++)
        sg_buf_putc(&buf, 'a'); /* full to the brim: the NUL must grow it */
    char *text = sg_buf_take(&buf);
    assert_int_equal(strlen(text), 64);
    assert_null(buf.data);
    free(text);
}

static void copies_are_terminated(void **state) {
    (void)state;
    char *a = sg_strdup("hin"), *b = sg_strndup("hindi", 3),
         *c = sg_printf_dup("%s_%s", "hin", "Deva");
    char *d = sg_strndup(NULL, 0);
    assert_string_equal(a, b);
    assert_string_equal(c, "hin_Deva");
    assert_string_equal(d, "");
    free(a), free(b), free(c), free(d);
}

static void zero_sizes_give_pointers(void **state) {
    (void)state;
    void *a = sg_alloc(0), *b = sg_zalloc(0, 8), *c = sg_realloc(NULL, 0);
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(c);
    free(a), free(b), free(c);
    uint64_t *zeros = sg_zalloc(1000, sizeof *zeros);
    for (int i = 0; i < 1000; i++) assert_int_equal(zeros[i], 0);
    free(zeros);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_is_valid),
        cmocka_unit_test(content_survives_growing),
        cmocka_unit_test(room_is_writable_and_len_unchanged),
        cmocka_unit_test(printf_at_every_fill),
        cmocka_unit_test(taking_moves),
        cmocka_unit_test(copies_are_terminated),
        cmocka_unit_test(zero_sizes_give_pointers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
