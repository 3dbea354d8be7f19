#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cpu.h"

/* The level is chosen once per process: so each wish is asked in a child. */
static int level_with(const char *wish, int *sha) {
    pid_t child = fork();
    if (child == 0) {
        if (wish)
            setenv("SANGAM_CPU", wish, 1);
        else
            unsetenv("SANGAM_CPU");
        int level = (int)sg_cpu_level();
        if ((int)sg_cpu_level() != level) _exit(99);
        _exit(level | (sg_cpu_sha() ? 16 : 0));
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (sha) *sha = WEXITSTATUS(status) >> 4;
    return WEXITSTATUS(status) & 15;
}

static void the_environment_lowers_and_never_raises(void **state) {
    (void)state;
    int sha, best = level_with(NULL, NULL);
    assert_in_range(best, SG_CPU_PORTABLE, SG_CPU_AVX512);
    assert_int_equal(level_with("portable", &sha), SG_CPU_PORTABLE);
    assert_int_equal(sha, 0);
    for (int level = SG_CPU_PORTABLE; level <= SG_CPU_AVX512; level++)
        assert_int_equal(level_with(sg_cpu_name((enum sg_cpu)level), NULL),
                         level < best ? level : best);
    assert_int_equal(level_with("pentium", NULL), best);
    assert_int_equal(level_with("", NULL), best);
}

static void the_level_fits_the_architecture(void **state) {
    (void)state;
    int best = level_with(NULL, NULL);
#if defined(__x86_64__)
    assert_int_not_equal(best, SG_CPU_NEON);
    assert_int_equal(best >= SG_CPU_AVX2, __builtin_cpu_supports("avx2") != 0);
#elif defined(__aarch64__)
    assert_int_equal(best, SG_CPU_NEON);
#else
    assert_int_equal(best, SG_CPU_PORTABLE);
#endif
}

static void names(void **state) {
    (void)state;
    assert_string_equal(sg_cpu_name(SG_CPU_PORTABLE), "portable");
    assert_string_equal(sg_cpu_name(SG_CPU_NEON), "neon");
    assert_string_equal(sg_cpu_name(SG_CPU_AVX2), "avx2");
    assert_string_equal(sg_cpu_name(SG_CPU_AVX512), "avx512");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_environment_lowers_and_never_raises),
        cmocka_unit_test(the_level_fits_the_architecture),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
