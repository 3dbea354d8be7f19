#!/usr/bin/env bats
# One corpus on two architectures: the programs built for aarch64, run by qemu, write what those of this machine write, byte for
# byte, with NEON kernels and with portable ones. CROSS is the build folder of `make ARCH=aarch64` (tests/run.sh sets the rest).
bats_require_minimum_version 1.5.0

root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
[ -d "${CROSS:-}" ] && CROSS=$(cd "$CROSS" && pwd)

missing() { # why this cannot run here; empty: it can
    [ -n "${CROSS:-}" ] || { echo "run it with: make ARCH=aarch64 check-cross"; return; }
    [ -x "$CROSS/emulated/sangam" ] && command -v qemu-aarch64-static >/dev/null ||
        echo "no cross compiler, arm64 libraries or qemu-user-static; Debian brings them with: make ARCH=aarch64 deps"
}

setup_file() {
    [ -z "$(missing)" ] || return 0
    export T=$BATS_FILE_TMPDIR
    "$root/tests/data/pack.sh" "$T/demo" >/dev/null
    # Enough small documents for several bands, batches and shards.
    mkdir "$T/demo/input/more"
    for i in $(seq 1500); do
        echo "{\"id\":\"n$i\",\"text\":\"Note $i of the harbour office: boat $((i * 7919 % 1000)) came in at $((i % 24)) o'clock with $((i % 17)) boxes of fish and left again before the tide turned at pier $((i % 9)).\"}"
    done | gzip -n >"$T/demo/input/more/notes.jsonl.gz"
    chain native
}

setup() {
    local why
    why=$(missing)
    [ -z "$why" ] || skip "skipped: $why"
}

on() { # native | neon | portable, program, arguments...
    local where=$1 program=$2
    shift 2
    case $where in
    native) "$program" "$@" ;;
    *) SANGAM_CPU=$where "$CROSS/emulated/$program" "$@" ;;
    esac
}

chain() { # native | neon | portable: the pipeline over the corpus, into $T/THAT
    on "$1" sangam run "$root/configs/pipelines/web.yaml" "$T/demo/input" -o "$T/$1" -q -j 2 --memory 1G --set shard.target=bytes=64KiB >"$T/report"
}

# A line for each file whose bytes are promised, one for each ledger, whose order is not, and one for statistics, less times.
digest() {
    (
        cd "$1"
        find . -type f ! -name '*.dropped.jsonl.zst' ! -name '*.receipt.json' ! -name '*.statistics.json' ! -name run.json ! -name '*.log' ! -name '.*' |
            sort | xargs sha256sum
        find . -name '*.dropped.jsonl.zst' | sort | while read -r ledger; do
            echo "$(zstd -qdc "$ledger" | sort | sha256sum) $ledger"
        done
        find . -name '*.statistics.json' | sort | while read -r statistics; do
            echo "$(jq -S 'del(.run.cpu_seconds, .run.wall_seconds, .run.peak_bytes)' "$statistics" | sha256sum) $statistics"
        done
    )
}

same() { # folder, folder
    digest "$1" >"$T/want"
    digest "$2" >"$T/got"
    diff "$T/want" "$T/got"
}

same_chain() {
    chain "$1"
    same "$T/native" "$T/$1"
    for file in manifest.json SHA256SUMS; do cmp "$T/native/shards/$file" "$T/$1/shards/$file"; done
    [ "$(grep -c '\./shards/.*\.jsonl\.zst$' "$T/want")" -gt 40 ]
    on "$1" sangam verify "$T/native"
    sangam verify "$T/$1"
}

same_dedup() { # neon | portable: every mode that runs over one corpus
    local mode modes ran=
    modes=$(sangam-dedup --generate contract | jq -r '.options[] | select(.name == "mode").choices[]')
    for mode in $modes; do
        dedup native "$mode" 2>"$T/refusal" || { [ $? -eq 2 ] && continue; }
        dedup "$1" "$mode"
        same "$T/native-$mode" "$T/$1-$mode"
        [ "$(grep -c . "$T/want")" -gt 10 ]
        ran+=" $mode"
    done
    [[ "$ran " == *" near "* && "$ran " == *" exact "* ]]
}

dedup() { # native | neon | portable, mode
    on "$1" sangam-dedup -q --mode "$2" --keep-components "$T/native/3-langtag" -o "$T/$1-$2/" -j 2 --memory 1G
}

verbs() { # folder, machine of the even tasks, machine of the odd ones: dedup by its verbs, two tasks each
    local verb
    mkdir "$T/$1" && cd "$T/$1"
    on "$2" sangam-dedup plan -q --keep-components ../native/3-langtag -o out/ --plan p
    for verb in map link cluster settle recheck settle apply; do
        on "$2" sangam-dedup $verb -q -j1 --plan p --task 0/2
        on "$3" sangam-dedup $verb -q -j1 --plan p --task 1/2
    done
}

@test "what is emulated is for aarch64, and what is not is not" {
    machine() { od -An -tx1 -j18 -N2 "$1" | tr -d ' '; }
    for program in sangam sangam-dedup sangam-shard; do
        [ "$(machine "$CROSS/bin/$program")" = b700 ]
        cmp "$CROSS/bin/$program" "$CROSS/emulated/aarch64.$program"
        [ "$(machine "$(command -v $program)")" != b700 ]
        [ "$(on neon $program --version)" = "$($program --version)" ]
    done
}

@test "the demo chain with NEON kernels: shards, manifest, sums, all files between" { same_chain neon; }

@test "the demo chain with portable kernels" { same_chain portable; }

@test "dedup in each mode, with NEON kernels" { same_dedup neon; }

@test "dedup in each mode, with portable kernels" { same_dedup portable; }

@test "the files of dedup's plan, and a plan whose tasks ran on both" {
    verbs here native native
    verbs there neon neon
    verbs both portable native
    same "$T/here" "$T/there"
    same "$T/here" "$T/both"
    [ "$(grep -c '\./p/' "$T/want")" -gt 10 ]
}
