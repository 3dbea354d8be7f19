#!/usr/bin/env bats
# What every binary does when the world around it fails: one loop over all of them.
bats_require_minimum_version 1.5.0

bin=${SANGAM_BIN:-$(dirname "$(command -v sangam-normalize)")}

setup() {
    cd "$BATS_TEST_TMPDIR"
    for i in $(seq 300); do
        echo "{\"id\":\"d$i\",\"text\":\"document number $i of a small corpus, with enough words to be one of its own: $((i * 7919)) $((i * 104729))\"}"
    done >in.jsonl
}

# Each stage as a command that reads in.jsonl and writes to the given OUTPUT; ingest too takes JSONL.
stages() { for s in normalize langtag dedup ingest; do [ -x "$bin/sangam-$s" ] && echo "$s"; done; }
all() { for b in "$bin"/sangam*; do [ -x "$b" ] && echo "$b"; done; }

@test "--version and --help: standard output, exit 0; on a closed or full standard output exit 1" {
    for b in $(all); do
        "$b" --version | grep -qE '^sangam[a-z-]* [0-9.]+ \(Unicode [0-9.]+, ICU [0-9.]+, libzstd [0-9.]+\)$'
        "$b" --help | grep -q '^Usage: '
        ! "$b" --help | grep -qP '^.{81,}' || { echo "$b: help wider than 80"; false; }
        run "$b" --help >&-
        [ "$status" -eq 0 ] # bats gives a pipe here; the next lines close it for real
        run bash -c '"$0" --help >&-' "$b"
        [ "$status" -eq 1 ]
        run bash -c '"$0" --version >/dev/full' "$b"
        [ "$status" -eq 1 ]
    done
}

@test "no arguments and a terminal: usage and exit 2" {
    command -v script >/dev/null || skip "no script(1) to make a terminal"
    for b in $(all); do
        run bash -c 'script -qec "$0" /dev/null </dev/null' "$b"
        [ "$status" -eq 2 ]
        [[ "$output" == *"Usage: "* ]]
    done
}

@test "/dev/full and a closed standard output: exit 1, said in one line" {
    for s in $(stages); do
        run bash -c '"$0" in.jsonl >/dev/full' "$bin/sangam-$s"
        [ "$status" -eq 1 ]
        [[ "$output" == *"No space left"* ]]
        run bash -c '"$0" in.jsonl >&-' "$bin/sangam-$s"
        [ "$status" -eq 1 ]
    done
}

@test "a reader that goes away: quiet, ended by SIGPIPE" {
    # more than a pipe holds, and no two documents alike
    awk 'BEGIN { srand(1); for (i = 0; i < 8000; i++) { printf "{\"id\":\"r%d\",\"text\":\"", i
        for (k = 0; k < 30; k++) printf "%d ", rand() * 1e9; print "\"}" } }' >long.jsonl
    for s in $(stages); do
        run bash -c 'set -o pipefail; "$0" -q long.jsonl | head -n 1 >/dev/null; exit ${PIPESTATUS[0]}' "$bin/sangam-$s"
        [ "$status" -eq 141 ]
        [ -z "$output" ]
    done
}

@test "an input that is not there, or cannot be read: exit 1 and its name" {
    cp in.jsonl secret.jsonl && chmod 0 secret.jsonl
    for s in $(stages) shard; do
        run "$bin/sangam-$s" nothere.jsonl -o out/
        [ "$status" -eq 1 ]
        [[ "$output" == *"nothere.jsonl"* ]]
        if [ "$(id -u)" -ne 0 ]; then
            run "$bin/sangam-$s" secret.jsonl -o out/
            [ "$status" -eq 1 ]
            [[ "$output" == *"secret.jsonl"* ]]
        fi
    done
}

@test "a cut .zst is refused by every chain stage: exit 3, nothing published" {
    zstd -q in.jsonl -o whole.jsonl.zst
    head -c -40 whole.jsonl.zst >cut.jsonl.zst
    : >empty.jsonl.zst
    for s in normalize langtag dedup shard; do
        [ -x "$bin/sangam-$s" ] || continue
        for f in cut empty; do
            run "$bin/sangam-$s" $f.jsonl.zst -o "out-$s/"
            [ "$status" -eq 3 ]
            [[ "$output" == *"$f.jsonl.zst"* ]]
            [ -z "$(find "out-$s" -name '*.jsonl.zst' 2>/dev/null)" ]
        done
    done
}

@test "SIGTERM: ends by that signal within seconds, leaves no temporary file" {
    for s in $(stages); do
        mkfifo "fifo-$s"
        (cat in.jsonl; sleep 30) >"fifo-$s" &
        feeder=$!
        "$bin/sangam-$s" -q "fifo-$s" -o "out-$s/" 2>"err-$s" &
        pid=$!
        sleep 1
        kill -TERM $pid
        begin=$SECONDS
        status=0
        wait $pid || status=$?
        pkill -P $feeder sleep || true
        kill $feeder 2>/dev/null || true
        [ "$status" -eq 143 ]
        [ $((SECONDS - begin)) -le 5 ]
        [ -z "$(find "out-$s" -name '.*tmp*' 2>/dev/null)" ]
    done
}

@test "few file descriptors are enough" {
    mkdir many
    for i in $(seq 40); do sed "s/\"d/\"f$i-/" in.jsonl >many/part-$i.jsonl; done
    for s in $(stages) shard; do
        [ -x "$bin/sangam-$s" ] || continue
        bash -c 'ulimit -n 64; "$0" -q many -o "out-many/$1/"' "$bin/sangam-$s" "$s"
        [ -n "$(find "out-many/$s" -name '*.jsonl.zst')" ]
    done
}

@test "a full disk: exit 1, the name of the folder, nothing half-written" {
    mkdir small
    mount -t tmpfs -o size=256k tmpfs small 2>/dev/null || skip "cannot mount a small file system here"
    for i in $(seq 200); do head -c 3000 /dev/urandom | base64 -w0 | sed "s/.*/{\"id\":\"$i\",\"text\":\"&\"}/"; echo; done >noise.jsonl
    failed=0
    for s in $(stages) shard; do
        [ -x "$bin/sangam-$s" ] || continue
        run "$bin/sangam-$s" noise.jsonl -o "small/$s/"
        [ "$status" -eq 1 ] || failed=1
        [[ "$output" == *"No space left"* ]] || failed=1
        [ -z "$(find "small/$s" -name '*.jsonl.zst' -o -name manifest.json -o -name '.*tmp*' | head -1)" ] || failed=1
        [ "$failed" -eq 0 ] || { echo "$s: $status: $output"; find small; break; }
        rm -rf "small/$s"
    done
    umount small
    [ "$failed" -eq 0 ]
}

@test "a memory limit that is too small: exit 4 and the figure to give" {
    for s in $(stages); do
        run "$bin/sangam-$s" --memory 16M in.jsonl
        [ "$status" -eq 4 ]
        [[ "$output" == *"M"* ]]
    done
}

@test "two runs at once give the same files as one" {
    for s in $(stages); do
        "$bin/sangam-$s" -q in.jsonl -o "one-$s/"
        "$bin/sangam-$s" -q in.jsonl -o "two-$s/" &
        first=$!
        "$bin/sangam-$s" -q in.jsonl -o "two-$s/"
        wait $first
        (cd "one-$s" && find . -name '*.zst' -exec sha256sum {} + | sort) >one
        (cd "two-$s" && find . -name '*.zst' -exec sha256sum {} + | sort) >two
        cmp one two
    done
}
