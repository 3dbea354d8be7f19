#!/usr/bin/env bats
# Sameness: one set of inputs and settings gives the same bytes of shards, manifest, sums and card, and the same ledgers as sets,
# for any -j, --memory, order and cutting of inputs, and for a run that was killed again and again.
bats_require_minimum_version 1.5.0

root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)

setup_file() {
    command -v sangam >/dev/null || return 0
    export SAME=$BATS_FILE_TMPDIR
    "$root/tests/data/pack.sh" "$SAME/demo" >/dev/null
    # more of everything, so that there are several batches: every document again with one more sentence, and a few thousand small ones
    mkdir "$SAME/demo/input/more"
    for i in $(seq 3000); do
        echo "{\"id\":\"n$i\",\"n\":1.0e+05,\"big\":12345678901234567890,\"k\":\"\\u00e9\",\"text\":\"Note $i of the harbour office: boat $((i * 7919 % 1000)) came in at $((i % 24)) o'clock with $((i % 17)) boxes of fish and left again before the tide turned at pier $((i % 9)).\"}"
    done | gzip -n >"$SAME/demo/input/more/notes.jsonl.gz"
    chain "$SAME/reference" -j 2 --memory 1G
}

# chain WORK OPTIONS...: the whole pipeline over the demo corpus
chain() {
    local work=$1
    shift
    sangam run "$root/configs/pipelines/web.yaml" "$SAME/demo/input" -o "$work" "$@" -q
}

# What must be the same: a line for each file of the release, and a line for the sorted ledgers of each stage.
digest() {
    (cd "$1/shards" && find . -type f ! -name run.json ! -name '*.receipt.json' ! -name '.*' | sort | xargs sha256sum)
    for stage in "$1"/[0-9]-*; do
        echo "$(basename "$stage") $(find "$stage" -name '*.dropped.jsonl.zst' -exec zstd -qdc {} + | sort | sha256sum)"
    done
}

same() {
    digest "$SAME/reference" >"$SAME/want"
    digest "$1" >"$SAME/got"
    diff "$SAME/want" "$SAME/got"
    [ "$(wc -l <"$SAME/want")" -gt 40 ]
}

@test "any number of threads" {
    for j in 1 7; do
        chain "$SAME/threads" -j $j --memory 1G
        same "$SAME/threads"
        rm -r "$SAME/threads"
    done
}

@test "any memory limit" {
    for memory in 256M 4G; do
        chain "$SAME/memory" -j 2 --memory $memory
        same "$SAME/memory"
        rm -r "$SAME/memory"
    done
}

@test "any order of the inputs" {
    cd "$SAME"
    mkdir -p order && find reference/1-ingest -name '*.jsonl.zst' ! -name '*.dropped.*' | sort >order/list
    cat >order.yaml <<'Y'
stages:
  - normalize: {profile: web}
  - langtag:   {}
  - dedup:     {mode: near}
  - shard:     {target: zbytes=256KiB, seed: 3}
Y
    mapfile -t files < <(cat order/list)
    mapfile -t shuffled < <(shuf --random-source=<(yes) order/list)
    sangam run order.yaml "${files[@]}" -o order/one -q -j 2 --memory 1G
    sangam run order.yaml "${shuffled[@]}" -o order/two -q -j 2 --memory 1G
    digest order/one >want
    digest order/two >got
    diff want got
}

@test "records with ids, cut into other files" {
    cd "$SAME"
    cat >chain.yaml <<'Y'
name: cut
stages:
  - normalize: {profile: web}
  - langtag:   {}
  - dedup:     {mode: near}
  - shard:     {target: zbytes=256KiB, seed: 3}
Y
    find reference/1-ingest -name '*.jsonl.zst' ! -name '*.dropped.*' -exec zstd -qdc {} + | sort >all
    mkdir one cut
    cp all one/all.jsonl
    shuf --random-source=<(yes) all | split -l 211 --additional-suffix=.jsonl - cut/part-
    sangam run chain.yaml one -o one-work -q -j 1 --memory 512M
    sangam run chain.yaml cut -o cut-work -q -j 2 --memory 1G
    diff <(cd one-work/shards && find . -type f ! -name run.json ! -name '*.receipt.json' ! -name '.*' | sort | xargs sha256sum) \
        <(cd cut-work/shards && find . -type f ! -name run.json ! -name '*.receipt.json' ! -name '.*' | sort | xargs sha256sum)
    for w in one cut; do find $w-work -name '*.dropped.jsonl.zst' -exec zstd -qdc {} + | sort >$w.ledger; done
    cmp one.ledger cut.ledger
}

@test "members that no stage owns survive byte for byte" {
    find "$SAME/reference/shards" -name '*.jsonl.zst' -exec zstd -qdc {} + >"$SAME/lines"
    [ "$(grep -c '"n":1.0e+05,"big":12345678901234567890,"k":"\\u00e9"' "$SAME/lines")" -gt 10 ]
}

@test "killed at random moments and continued" {
    cd "$SAME"
    RANDOM=7
    for i in $(seq "${SANGAM_SOAK:+200}${SANGAM_SOAK:-20}"); do
        sangam run "$root/configs/pipelines/web.yaml" demo/input -o killed -q -j 2 --memory 1G >/dev/null 2>&1 &
        pid=$!
        sleep "0.$(printf %03d $((RANDOM % 900 + 50)))"
        pkill -KILL -P $pid || true
        kill -KILL $pid 2>/dev/null || true
        wait $pid 2>/dev/null || true
        # a release is there only when it is whole
        if [ -e killed/shards/manifest.json ]; then
            same killed
            rm -r killed/shards killed/4-dedup
        fi
    done
    chain killed -j 2 --memory 1G
    same killed
    find killed -name '.*tmp*' >left
    [ ! -s left ] || { cat left; false; }
}
