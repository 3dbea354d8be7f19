#!/usr/bin/env bash
# Run all tests against a build and end with one line: N passed, N failed, N skipped
#
# usage: tests/run.sh BUILD [PATTERN]     PATTERN: only tests whose file name matches (extended regular expression)
# env:   JOBS (default 2)                 test programs at a time
#        TEST_SECONDS (default 900)       longest time for one file of tests
#        CROSS (default: nothing)         build folder of `make ARCH=aarch64`: its tests run too, emulated; named aarch64:FILE
#        SANGAM_SOAK=1                    the long runs of the tests
#
# Units are cmocka programs in BUILD/unit, the rest are bats files in tests/{cli,chain,cross,golden,fault} and scripts in tests/lint.
# The binaries come first in PATH; tests find them by name. Each file's output goes to BUILD/log/.
set -u
cd "$(dirname "$0")/.." || exit 1
build=$(cd "${1:?usage: tests/run.sh BUILD [PATTERN]}" && pwd) || exit 1
pattern=${2:-.}
export SANGAM_BUILD=$build SANGAM_BIN=$build/bin PATH=$build/bin:$PATH LC_ALL=C.UTF-8
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:allocator_may_return_null=0} UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1:second_deadlock_stack=1}
log=$build/log
rm -rf "$log" && mkdir -p "$log"

one() { # one file of tests; TAP into its log
    local file=${1#aarch64*:} name out status emulator=
    name=$(basename "$file")
    case $1 in
    aarch64*:*)
        name=${1%%:*}-$name emulator=qemu-aarch64-static
        export SANGAM_BUILD=$CROSS SANGAM_BIN=$CROSS/emulated PATH=$CROSS/emulated:$PATH
        [[ $1 == aarch64-portable:* ]] && export SANGAM_CPU=portable
        [ -n "${SANGAM_SOAK:-}" ] || export SANGAM_BRIEF=1
        unset SANGAM_SOAK
        ;;
    esac
    out=$log/$name.tap
    case $file in
    *.bats) timeout "${TEST_SECONDS:-900}" bats --formatter tap "$file" >"$out" 2>&1 ;;
    *.sh) timeout "${TEST_SECONDS:-900}" bash "$file" >"$out" 2>&1 && echo "ok 1 $name" >>"$out" || echo "not ok 1 $name" >>"$out" ;;
    *) CMOCKA_MESSAGE_OUTPUT=TAP timeout "${TEST_SECONDS:-900}" $emulator "$file" >"$out" 2>&1 ;;
    esac
    status=$?
    sed -i -E "s/^not (ok .*# SKIP)/\1/" "$out" # cmocka marks a skipped test so
    # a crash or a timeout must count even when every line printed so far says ok
    if [ $status -ne 0 ] && ! grep -qE '^not ok' "$out"; then echo "not ok $name ended with status $status" >>"$out"; fi
    if ! grep -qE '^(not )?ok' "$out" && ! grep -q '^skipped:' "$out"; then echo "not ok $name ran no test" >>"$out"; fi
    if grep -qE '^not ok' "$out"; then echo "FAILED $name"; else echo "passed $name"; fi
    grep -hE '^#? ?skipped:|# [Ss][Kk][Ii][Pp]' "$out" | sed "s/^/    $name: /"
}
export -f one
export log

units() { # build folder: its unit tests
    for f in "$1"/unit/test_*; do [ -x "$f" ] && [ ! -d "$f" ] && [[ $f != *.d ]] && echo "$f"; done
}
# Emulation takes twenty times as long: without soak, the units that are slow and the same on every CPU stay out (files and
# compression, which other tests reach too), and of the programs the golden help texts run, and the chain by tests/cross.
emulated() {
    if [ -n "${SANGAM_SOAK:-}" ]; then
        for kernels in aarch64 aarch64-portable; do units "$CROSS" | sed "s/^/$kernels:/"; done
        ls tests/cli/{dedup,help,ingest,normalize,shard}.bats tests/chain/demo.bats | sed 's/^/aarch64:/'
    else
        units "$CROSS" | grep -vE '/test_(extsort|frames|oneframe|fasttext|scripts)$' | sed 's/^/aarch64:/'
        echo aarch64:tests/cli/help.bats
    fi
}
{
    units "$build"
    ls tests/lint/*.sh tests/cli/*.bats tests/chain/*.bats tests/golden/*.bats tests/fault/*.bats 2>/dev/null
    [ -z "${CROSS:-}" ] || echo tests/cross/aarch64.bats
    [ ! -x "${CROSS:-}/bin/sangam" ] || emulated
} | grep -E "$pattern" | xargs -P "${JOBS:-2}" -I{} bash -c 'one "$1"' _ {}

shopt -s nullglob
files=("$log"/*.tap)
[ ${#files[@]} -gt 0 ] || { echo "no test matches '$pattern'"; exit 1; }
grep -lE '^not ok' "${files[@]}" | while read -r f; do
    echo "---- $(basename "$f" .tap)"
    grep -vE '^ok |^1\.\.|^# (ok|skipped)' "$f" | tail -n 60
done
passed=$(cat "${files[@]}" | grep -E '^ok ' | grep -cviE '# skip')
failed=$(cat "${files[@]}" | grep -cE '^not ok')
skipped=$(cat "${files[@]}" | grep -ciE '^ok .*# skip|^skipped:')
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
