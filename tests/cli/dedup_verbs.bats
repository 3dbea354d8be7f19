#!/usr/bin/env bats
# The seven verbs of sangam-dedup as tasks over one plan: any number of tasks gives what `run` gives; what is missing, stale, cut
# or changed is refused by name; a killed task or run goes on.

bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    python3 "$BATS_TEST_DIRNAME/../data/near_duplicates.py" 900 7 >all.jsonl
    mkdir corpus && split -l 120 --additional-suffix=.jsonl all.jsonl corpus/part-
    sangam-dedup -q corpus -o whole/
    digest whole >whole.sums
    plan begun && verb map 3 begun
}

setup() { cd "$BATS_TEST_TMPDIR"; data=$BATS_FILE_TMPDIR; }

# Every output and ledger file, byte for byte.
digest() { (cd "$1" && sha256sum *.jsonl.zst); }
plan() { sangam-dedup plan -q "$BATS_FILE_TMPDIR/corpus" -o "$1-out/" --plan "$1"; }
# verb NAME TASKS PLAN
verb() {
    local i
    for ((i = 0; i < $2; i++)); do sangam-dedup "$1" -q -j1 --plan "$3" --task "$i/$2" || return; done
}
rest() { verb link "$2" "$1" && verb cluster 1 "$1" && verb settle "$2" "$1" && verb recheck "$2" "$1" && verb settle 1 "$1" && verb apply "$2" "$1"; }

@test "any number of tasks, another for each verb, gives the bytes of run" {
    for n in "1 1" "3 2" "8 16" "11 40"; do
        set -- $n
        plan p && verb map "$1" p && rest p "$2"
        digest p-out | diff "$data/whole.sums" -
        rm -r p p-out
    done
}

@test "tasks in any order, and again, are the same; a task that is done returns at once" {
    plan p
    for i in 2 0 1 0 2; do sangam-dedup map -q --plan p --task $i/3; done
    before=$(cd p && sha256sum t1*)
    sangam-dedup map -q --plan p --task 1/3
    [ "$(cd p && sha256sum t1*)" = "$before" ]
    for i in 3 1 2 0 3; do sangam-dedup link -q --plan p --task $i/4; done
    verb cluster 1 p && verb settle 2 p && verb recheck 2 p && verb settle 2 p && verb apply 2 p && verb apply 1 p
    digest p-out | diff "$data/whole.sums" -
}

@test "--consume deletes what is no longer needed and changes nothing" {
    plan p
    for v in "map 2" "link 3" "cluster 1" "settle 2" "recheck 2" "settle 1" "apply 1"; do
        set -- $v
        for ((i = 0; i < $2; i++)); do sangam-dedup "$1" -q --plan p --task "$i/$2" --consume; done
    done
    digest p-out | diff "$data/whole.sums" -
    [ -z "$(ls p | grep -E '\.(bnd|edg|mem|dec|cpy|opn|brd)$')" ]
}

@test "a verb before its time: exit 2, and what to run first" {
    plan p
    run --separate-stderr sangam-dedup link --plan p
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"map has not finished"* && "$stderr" == *"sangam-dedup map"* ]]
    sangam-dedup map -q --plan p --task 0/2
    run --separate-stderr sangam-dedup link --plan p
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"map-01.sum"* ]]
    sangam-dedup map -q --plan p --task 1/2
    run --separate-stderr sangam-dedup cluster --plan p
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"link has not finished"* ]]
    verb link 1 p && verb cluster 1 p && verb settle 1 p
    run --separate-stderr sangam-dedup apply --plan p
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"in doubt"*"recheck"*"settle"* ]]
    [ ! -e p-out ] || [ -z "$(ls -A p-out)" ]
}

@test "tasks and plans that make no sense: exit 2" {
    plan p
    run --separate-stderr sangam-dedup map --plan p --task 4/4
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"--array=0-3"* ]]
    for t in 1 a/b 1/0 -1/2 /; do
        run sangam-dedup map --plan p --task "$t"
        [ "$status" -eq 2 ]
    done
    run --separate-stderr sangam-dedup map --plan nowhere
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"nowhere/plan.json"* ]]
    run --separate-stderr sangam-dedup map
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"--plan"* ]]
    run --separate-stderr sangam-dedup plan "$data/corpus" -o o/
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"--plan"* ]]
    verb map 2 p
    sangam-dedup map -q --plan p --task 0/3
    run --separate-stderr sangam-dedup link --plan p
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"tasks"* ]]
    echo '{}' >p/plan.json
    run --separate-stderr sangam-dedup map --plan p
    [ "$status" -eq 3 ]
    [[ "$stderr" == *"p/plan.json"* ]]
}

@test "an input that changes between verbs: exit 3, its name, nothing written" {
    cp -r "$data/corpus" corpus
    sangam-dedup plan -q corpus -o out/ --plan p
    head -n 1 corpus/part-ab.jsonl >>corpus/part-ab.jsonl
    run --separate-stderr sangam-dedup map --plan p
    [ "$status" -eq 3 ]
    [[ "$stderr" == *"part-ab.jsonl"* && "$stderr" == *"changed"* ]]
    cp "$data/corpus/part-ab.jsonl" corpus/
    verb map 2 p && rest_but_apply p
    sed -i '50s/"n": 1.0/"n": 2.0/' corpus/part-ac.jsonl
    run ! cmp -s corpus/part-ac.jsonl "$data/corpus/part-ac.jsonl"
    run --separate-stderr sangam-dedup apply --plan p
    [ "$status" -eq 3 ]
    [[ "$stderr" == *"changed"*"part-ac.jsonl"* ]]
    [ ! -e out/part-ac.jsonl.zst ]
    # map again sees it by its time; what later verbs made from the old one is refused
    touch corpus/part-ac.jsonl
    verb map 2 p
    run --separate-stderr sangam-dedup apply --plan p
    [ "$status" -eq 3 ]
    [[ "$stderr" == *"made from other inputs"* ]]
    rest p 2
    sangam-dedup -q corpus -o again/
    diff <(digest again) <(digest out)
}
rest_but_apply() { verb link 1 "$1" && verb cluster 1 "$1" && verb settle 1 "$1" && verb recheck 1 "$1" && verb settle 1 "$1"; }

@test "intermediate files that are cut, damaged or of another plan: exit 3 and their name" {
    cp -r "$data/begun" p
    for f in t1-03.bnd t0.ids t2.in map-01.sum; do
        cp "p/$f" keep
        truncate -s -9 "p/$f"
        run --separate-stderr rest p 1
        [ "$status" -eq 3 ] && [[ "$stderr" == *"p/$f"* ]] || { echo "$f: $status $stderr"; false; }
        rm -f p/*.edg p/*.mem p/link* p/cluster* p/settle* p/merge* p/component.cmp p/[0-9][0-9].* p/s[0-9]*
        size=$(stat -c %s keep)
        cp keep "p/$f"
        [ $f = t0.ids ] && continue # a damaged id shows itself when it is read
        printf '\xff' | dd of="p/$f" bs=1 seek=$((size - 40)) conv=notrunc status=none
        cmp -s keep "p/$f" && printf '\x01' | dd of="p/$f" bs=1 seek=$((size - 40)) conv=notrunc status=none
        run --separate-stderr rest p 1
        [ "$status" -eq 3 ] && [[ "$stderr" == *"p/$f"* ]] || { echo "$f: $status $stderr"; false; }
        rm -f p/*.edg p/*.mem p/link* p/cluster* p/settle* p/merge* p/component.cmp p/[0-9][0-9].* p/s[0-9]*
        cp keep "p/$f"
    done
    sangam-dedup plan -q "$data/corpus" -o other-out/ --plan other --seed 9 && verb map 3 other
    cp other/t1-03.bnd p/
    run --separate-stderr rest p 1
    [ "$status" -eq 3 ]
    [[ "$stderr" == *"p/t1-03.bnd"*"other parameters"* || "$stderr" == *"other parameters"*"p/t1-03.bnd"* ]]
    [ -z "$(ls begun-out 2>/dev/null)" ]
}

@test "run --plan keeps its files, goes on after a kill, and refuses another call's plan" {
    for seconds in 0.02 0.05 0.1 0.15 0.2 0.3; do
        timeout -s KILL $seconds sangam-dedup -q -j1 "$data/corpus" -o out/ --plan p || true
    done
    sangam-dedup -q "$data/corpus" -o out/ --plan p
    digest out | diff "$data/whole.sums" -
    [ -s p/plan.json ]
    [ -s p/map-00.sum ]
    [ -z "$(find p out -name '.*tmp*')" ]
    run --separate-stderr sangam-dedup "$data/corpus" -o out/ --plan p --threshold 0.9
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"'p'"*"other inputs or options"* ]]
}

@test "kill -9 at random points: a task that runs again gives the same" {
    kills=${SANGAM_SOAK:+200}
    plan p
    for ((k = 0; k < ${kills:-12}; k++)); do
        for v in "map 2" "link 2" "cluster 1" "settle 2" "recheck 2" "settle 1" "apply 2"; do
            set -- $v
            timeout -s KILL "0.0$((RANDOM % 10))$((RANDOM % 10))" sangam-dedup "$1" -q -j2 --plan p --task "$((RANDOM % $2))/$2" 2>err && continue
            [ ! -s err ] || grep -q 'has not finished\|in doubt' err || { cat err; false; }
        done
    done
    verb map 2 p && rest p 2
    digest p-out | diff "$data/whole.sums" -
    [ -z "$(find p p-out -name '.*tmp*')" ]
}

@test "two processes at one task at once leave the same files" {
    plan p
    for v in "map 2" "link 2" "cluster 1" "settle 2" "recheck 2" "settle 1" "apply 2"; do
        set -- $v
        for ((i = 0; i < $2; i++)); do
            sangam-dedup "$1" -q -j1 --plan p --task "$i/$2" &
            first=$!
            sangam-dedup "$1" -q -j1 --plan p --task "$i/$2"
            wait $first
        done
    done
    digest p-out | diff "$data/whole.sums" -
}

@test "standard input and single files go through a plan too" {
    sangam-dedup plan -q - -o one.jsonl.zst --plan p <"$data/all.jsonl"
    verb map 1 p && verb link 2 p && verb cluster 1 p && verb settle 1 p && verb recheck 1 p && verb settle 1 p
    run --separate-stderr sangam-dedup apply --plan p --task 0/2
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"one.jsonl.zst"* ]]
    verb apply 1 p
    zstd -qdc one.jsonl.zst | sort | diff - <(zstd -qdc "$data"/whole/part-??.jsonl.zst | sort)
}

@test "a full disk under the plan: exit 1, its name; with room again the task goes on" {
    mkdir small
    mount -t tmpfs -o size=200k tmpfs small 2>/dev/null || skip "cannot mount a small file system here"
    sangam-dedup plan -q "$data/corpus" -o out/ --plan small/p
    run --separate-stderr sangam-dedup map --plan small/p
    mount -o remount,size=50m small
    left=$(find small/p -name '.*tmp*')
    status_then=$status stderr_then=$stderr
    verb map 2 small/p && rest small/p 2
    umount small
    [ "$status_then" -eq 1 ]
    [[ "$stderr_then" == *"No space left"* ]]
    [[ "$stderr_then" == *"small/p"* ]]
    [ -z "$left" ]
    digest out | diff "$data/whole.sums" -
}
