#!/usr/bin/env bats
# Every generated table that is checked in is what its script makes today.

bats_require_minimum_version 1.5.0

@test "make tables would change nothing" {
    command -v python3 >/dev/null || skip "skipped: no python3"
    [ -e /usr/share/unicode/UnicodeData.txt ] || skip "skipped: no Debian package unicode-data"
    grep -q '15\.0\.0' /usr/share/unicode/Scripts.txt || skip "skipped: unicode-data is not version 15.0"
    cd "$BATS_TEST_DIRNAME/../.."
    for script in stages/*/*_table.py; do
        python3 "$script" >"$BATS_TEST_TMPDIR/table.c"
        cmp "$BATS_TEST_TMPDIR/table.c" "${script%.py}.c"
    done
}
