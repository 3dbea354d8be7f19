#!/usr/bin/env bash
# Language identification on lid/dev: how good the embedded model is, with its priors and without any; how fast, beside CLD2;
# and, when FASTTEXT names a fastText model, the same labels as the fasttext program, how many times faster.
#
# usage: tests/bench/lid_dev.sh BUILD
# env:   LID_DEV   folder of <label>.txt.zst (default: ../shared/lid/dev)
#        FASTTEXT  a .bin or .ftz model for the comparison with the fasttext program (default: none)
#
# One core, processor time. The machine is noisy: read the ratios of one run.
set -eu
cd "$(dirname "$0")/../.."
build=$(cd "${1:?usage: tests/bench/lid_dev.sh BUILD}" && pwd) bin=$build/bin
dev=${LID_DEV:-../shared/lid/dev} model=${FASTTEXT:-}
[ -d "$dev" ] || { echo "skipped: no $dev"; exit 0; }
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT

echo "-- quality: uniform priors, then the shipped ones"
: >"$work/uniform"
"$bin/sangam-langtag" --dev "$dev" --prior "$work/uniform" | head -n 4
"$bin/sangam-langtag" --dev "$dev" >"$work/scores"
head -n 4 "$work/scores"
grep '^eng_Latn' "$work/scores"

echo "-- spans"
python3 tests/bench/lid_spans.py "$build" "$dev"

echo "-- speed, each line by itself, all of it read: all scripts, then Latin"
for file in "$dev"/*.txt.zst; do zstd -qdc "$file"; done >"$work/all.txt"
for file in "$dev"/*_Latn.txt.zst; do zstd -qdc "$file"; done >"$work/latin.txt"
c++ -O2 -o "$work/cld2_lines" tests/bench/cld2_lines.cc -lcld2 2>/dev/null || echo "skipped: CLD2 (Debian: g++ libcld2-dev)"
for text in all latin; do
    [ ! -x "$work/cld2_lines" ] || taskset -c 0 "$work/cld2_lines" "$work/$text.txt"
    taskset -c 0 "$build/bench/bench_langtag" "$work/$text.txt"
    SANGAM_CPU=portable taskset -c 0 "$build/bench/bench_langtag" "$work/$text.txt"
done

[ -n "$model" ] || exit 0
command -v fasttext >/dev/null || { echo "skipped: the fasttext program is not installed"; exit 0; }
TIMEFORMAT='%U %S'
timed() { # COMMAND...: processor seconds into $seconds
    { time taskset -c 0 "$@" >"$work/out" 2>/dev/null; } 2>"$work/time"
    seconds=$(awk '{ print $1 + $2 }' "$work/time")
}
echo "-- $(basename "$model")"
jq -cR '{text:.}' "$work/all.txt" >"$work/all.jsonl"
timed fasttext predict "$model" "$work/all.txt"
sed 's/__label__//' "$work/out" >"$work/theirs"
theirs=$seconds
timed "$bin/sangam-langtag" -q -j1 --top 1 --model "$model" "$work/all.jsonl"
jq -r '.top_langs[0]' "$work/out" >"$work/answers"
echo "lines with another label than fasttext's: $(diff --suppress-common-lines -y "$work/theirs" "$work/answers" | wc -l)"
awk -v a="$theirs" -v b="$seconds" 'BEGIN { printf "throughput: %.1f times that of fasttext\n", a / b }'
