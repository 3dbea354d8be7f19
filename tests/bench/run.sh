#!/usr/bin/env bash
# Speed and memory of every stage on a generated corpus, one core, then two; each stage reads level-1 chain files.
#
# First normalize's core in memory: by kind of text, over documents, and beside ftfy, plsfix and uconv.
#
# usage: tests/bench/run.sh BUILD
# env:   BENCH_DATA    a folder of generated *.jsonl.zst (default: made in $TMPDIR by gen_corpus.py, 1 GB, seed 7, level 1)
#        BENCH_CORPUS  documents to make it from (default: ../shared/corpora/docs)
#        BENCH_RUNS    runs of each measurement, the median counts (default 3)
#        BENCH_MEMORY  --memory of every stage (default 512M)
#        BENCH_VENV    a Python environment with ftfy and plsfix (default: made in $TMPDIR, with pip)
# Without BENCH_CORPUS, normalize is measured on the sentences of tests/golden/normalize_clean.tsv alone.
#
# MB/s are raw JSONL bytes by wall time of the whole process; machines are noisy, so read the ratios to `zstd` in the same run.
set -eu
cd "$(dirname "$0")/../.."
bin=$(cd "${1:?usage: tests/bench/run.sh BUILD}/bin" && pwd)
bench=$(cd "$1/bench" && pwd)
runs=${BENCH_RUNS:-3} memory=${BENCH_MEMORY:-512M}
corpus=${BENCH_CORPUS:-../shared/corpora/docs} tools=../shared/tools
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT

# ---- normalize, core in memory ----

mkdir "$work/docs" "$work/peers" "$work/sdist"
for file in "$corpus"/*.jsonl.zst; do
    if [ -f "$file" ]; then zstd -dqc --long=27 "$file" >"$work/docs/$(basename "$file" .zst)"; fi
done
if ! ls "$work/docs"/*.jsonl >/dev/null 2>&1; then
    echo "skipped: no documents in $corpus; sentences of tests/golden instead"
    awk -F'\t' '!/^#/ { gsub(/[\\"]/, "\\\\&", $2); printf "{\"text\":\"%s\",\"language\":\"%s\"}\n", $2, $1 }' \
        tests/golden/normalize_clean.tsv >"$work/docs/golden.jsonl"
fi
echo "-- normalize, core in memory, one core, by kind of text"
taskset -c 0 "$bench/bench_normalize" "$work/docs"/*.jsonl
echo "-- normalize over documents: changed, by which pass; the second time unchanged"
taskset -c 0 "$bench/normalize_docs" "$work/docs"/*.jsonl >"$work/report" || { tail -n 2 "$work/report"; exit 1; }
tail -n 12 "$work/report"

peers() { # ftfy and plsfix live in an environment of their own
    local venv=${BENCH_VENV:-$work/venv} python version
    python=$venv/bin/python
    [ -x "$python" ] || python3 -m venv "$venv" >/dev/null 2>&1 || { echo "skipped: python3 cannot make a virtual environment"; return 0; }
    "$python" -c 'import ftfy' 2>/dev/null || "$python" -m pip install -q --retries 1 --timeout 15 ftfy >/dev/null 2>&1 \
        || { echo "skipped: pip cannot install ftfy"; return 0; }
    "$python" -c 'import plsfix' 2>/dev/null || "$python" -m pip install -q --retries 1 --timeout 15 plsfix >/dev/null 2>&1 || true
    version=$("$python" -c 'import ftfy; print(ftfy.__version__)')
    "$python" -m pip download -q --retries 1 --timeout 15 --no-deps --no-binary :all: -d "$work/sdist" "ftfy==$version" >/dev/null 2>&1 \
        && tar -xzf "$work/sdist/ftfy-$version.tar.gz" -C "$work/sdist" || true
    local cases=$work/sdist/ftfy-$version/tests/test_cases.json
    taskset -c 0 "$python" tests/bench/normalize_peers.py "$(dirname "$bin")" "$work/peers" --docs "$work/docs" $([ -f "$cases" ] && echo --cases "$cases")
}
echo "-- normalize beside ftfy, plsfix and uconv"
peers
rm -rf "$work/docs" "$work/peers" "$work/sdist"

# ---- stages on a generated corpus ----

[ -x /usr/bin/time ] || { echo "skipped: /usr/bin/time is missing (Debian package time)"; exit 0; }

data=${BENCH_DATA:-}
if [ -z "$data" ]; then
    [ -f "$tools/gen_corpus.py" ] && [ -d "$corpus" ] || { echo "skipped: no $tools/gen_corpus.py or no $corpus"; exit 0; }
    data=$work/data
    echo "generating 1 GB of documents ..."
    python3 "$tools/gen_corpus.py" --in "$corpus" --out "$data" --gb 1 --seed 7 --level 1 | tail -n 1
fi
files=("$data"/*.jsonl.zst)
raw=$(zstd -dc "${files[@]}" | wc -c)

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
# measure NAME CPUS COMMAND...: the median's MB/s and the peak memory of one process; the command must redo its work each time
measure() {
    local name=$1 cpus=$2 seconds peak i
    shift 2
    : >"$work/times"
    for i in $(seq "$runs"); do
        rm -rf "$work/out"
        taskset -c "$cpus" /usr/bin/time -f '%e %M' -a -o "$work/times" "$@" >/dev/null 2>"$work/err" || { cat "$work/err"; exit 1; }
    done
    seconds=$(cut -d' ' -f1 "$work/times" | median)
    peak=$(cut -d' ' -f2 "$work/times" | sort -n | tail -n 1)
    awk -v n="$name" -v s="$seconds" -v p="$peak" -v raw="$raw" 'BEGIN { printf "%-34s %8.1f MB/s %8.2f s %7.1f MiB peak\n", n, raw / 1e6 / s, s, p / 1024 }'
    echo "$seconds" >"$work/last"
}
ratio() { awk -v a="$1" -v b="$2" -v n="$3" 'BEGIN { printf "%-34s %8.2f x\n", n, a / b }'; }

echo "$(awk "BEGIN { print $raw / 1e6 }") MB of raw JSONL in ${#files[@]} files; --memory $memory; median of $runs"
echo "-- in memory, one core"
zstd -dc "${files[0]}" >"$work/plain.jsonl"
"$bench/bench_record" "$work/plain.jsonl"
rm "$work/plain.jsonl"

echo "-- codecs alone, one core"
measure "zstd -d" 0 zstd -qdc "${files[@]}"
cat "${files[@]}" >"$work/all.zst"
measure "zstd -d | zstd -1, one core" 0 bash -c "zstd -qdc '$work/all.zst' | zstd -q -1 -T1 -c"
rm "$work/all.zst"

chain=0
stage() { # NAME INPUT SPEEDUP-WANTED OPTIONS...
    local name=$1 input=$2 one
    shift 2
    measure "$name -j1" 0 "$bin/sangam-$name" -q -j1 --memory "$memory" "$@" "$input" -o "$work/out/"
    one=$(cat "$work/last")
    chain=$(awk "BEGIN { print $chain + $one }")
    measure "$name -j2" 0,1 "$bin/sangam-$name" -q -j2 --memory "$memory" "$@" "$input" -o "$work/out/"
    ratio "$one" "$(cat "$work/last")" "$name: two workers over one"
    rm -rf "$work/$name" && mv "$work/out" "$work/$name"
}
echo "-- stages"
stage normalize "$data"
stage langtag "$work/normalize"
stage dedup "$work/langtag"
stage shard "$work/dedup" --target zbytes=64MiB --seed 1
awk -v s="$chain" -v raw="$raw" 'BEGIN { printf "%-34s %8.1f MB/s %8.2f s\n", "the four one after the other, -j1", raw / 1e6 / s, s }'
if [ -d "$data/truth" ] && [ -x "$bench/dedup_truth" ]; then
    echo "-- planted near duplicates"
    "$bench/dedup_truth" "$data" "$work/dedup"
fi
