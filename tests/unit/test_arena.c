#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "dice.h"

static void pieces_are_aligned_and_apart(void **state) {
    (void)state;
    struct sg_arena arena = {0};
    enum { pieces = 3000 };
    static unsigned char *piece[pieces];
    static size_t size[pieces];
    uint64_t rng = 1;
    for (int i = 0; i < pieces; i++) {
        size[i] = dice_below(&rng, i % 100 ? 300 : 200000);
        piece[i] = sg_arena_alloc(&arena, size[i]);
        assert_int_equal((uintptr_t)piece[i] % 16, 0);
        memset(piece[i], i & 0xFF, size[i]);
    }
    for (int i = 0; i < pieces; i++)
        for (size_t j = 0; j < size[i]; j++) assert_int_equal(piece[i][j], i & 0xFF);
    assert_true(arena.used_bytes <= arena.total_bytes);
    sg_arena_free(&arena);
    assert_null(arena.blocks);
    assert_int_equal(arena.total_bytes, 0);
    sg_arena_free(&arena);
}

static void steady_state_allocates_nothing(void **state) {
    (void)state;
    struct sg_arena arena = {0};
    for (int batch = 0; batch < 8; batch++) { /* grows until one block holds a batch */
        for (int i = 0; i < 1000; i++) sg_arena_alloc(&arena, 700);
        sg_arena_reset(&arena);
        assert_int_equal(arena.used_bytes, 0);
    }
    const struct sg_arena_block *block = arena.blocks;
    size_t total = arena.total_bytes;
    for (int batch = 0; batch < 8; batch++) {
        for (int i = 0; i < 1000; i++) sg_arena_alloc(&arena, 700);
        assert_int_equal(arena.used_bytes, 1000 * 704);
        sg_arena_reset(&arena);
        assert_ptr_equal(arena.blocks, block);
        assert_int_equal(arena.total_bytes, total);
    }
    sg_arena_free(&arena);
}

static void reset_of_empty(void **state) {
    (void)state;
    struct sg_arena arena = {0};
    sg_arena_reset(&arena);
    assert_null(arena.blocks);
    assert_non_null(sg_arena_alloc(&arena, 0));
    sg_arena_free(&arena);
}

static void texts_are_terminated(void **state) {
    (void)state;
    struct sg_arena arena = {0};
    assert_string_equal(sg_arena_strndup(&arena, "hindi", 3), "hin");
    assert_string_equal(sg_arena_strndup(&arena, NULL, 0), "");
    sg_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_and_apart),
        cmocka_unit_test(steady_state_allocates_nothing),
        cmocka_unit_test(reset_of_empty),
        cmocka_unit_test(texts_are_terminated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
