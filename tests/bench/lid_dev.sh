#!/usr/bin/env bash
# Language identification on lid/dev: macro-F1 of sangam-langtag and of the fasttext program, and how much faster ours is.
#
# usage: tests/bench/lid_dev.sh BUILD
# env:   LID_DEV  folder of <label>.txt.zst (default: ../shared/lid/dev)
#        MODEL    a fastText model for both (default: configs/models/lid372.model)
#
# Same model, same lines, one core. Seconds are processor time of the whole process, start and JSON included. The embedded
# engine is held against fasttext on the text as samples.py prepares it, for that is what the embedded model was trained on.
set -eu
cd "$(dirname "$0")/../.."
bin=$(cd "${1:?usage: tests/bench/lid_dev.sh BUILD}/bin" && pwd)
dev=${LID_DEV:-../shared/lid/dev} model=${MODEL:-configs/models/lid372.model}
command -v fasttext >/dev/null || { echo "skipped: the fasttext program is not installed"; exit 0; }
[ -d "$dev" ] || { echo "skipped: no $dev"; exit 0; }
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT

for file in "$dev"/*.txt.zst; do
    label=$(basename "$file" .txt.zst)
    zstd -qdc "$file" | tee -a "$work/lines" | sed "s/.*/$label/" >>"$work/gold"
done
jq -cR '{text:.}' "$work/lines" >"$work/lines.jsonl"
python3 configs/models/samples.py --dev "$dev" "$work/prepared" 2>/dev/null
cut -d' ' -f1 "$work/prepared" | sed 's/__label__//' >"$work/prepared.gold"
cut -d' ' -f2- "$work/prepared" >"$work/prepared.lines"

score() { # NAME GOLD ANSWERS SECONDS BYTES
    awk -v name="$1" -v seconds="$4" -v bytes="$5" '
        NR == FNR { gold[FNR] = $1; next }
        { if ($1 == gold[FNR]) { hit[$1]++; right++ } else { missed[gold[FNR]]++; wrong[$1]++ } }
        END { for (l in hit) labels[l]; for (l in missed) labels[l]
              for (l in labels) { n++; f += 2 * hit[l] / (2 * hit[l] + missed[l] + wrong[l]) }
              printf "%-44s macro-F1 %.4f  accuracy %.4f  %6.2f s  %6.1f MB/s of text\n", name, f / n, right / FNR, seconds, bytes / 1e6 / seconds }
    ' "$2" "$3"
}
TIMEFORMAT='%U %S'
timed() { # COMMAND...: processor seconds into $seconds
    { time taskset -c 0 "$@" >"$work/out" 2>/dev/null; } 2>"$work/time"
    seconds=$(awk '{ print $1 + $2 }' "$work/time")
}
ours() { jq -r "$1" "$work/out" >"$work/answers"; }
bytes=$(wc -c <"$work/lines") prepared=$(wc -c <"$work/prepared.lines")

echo "$(wc -l <"$work/lines") lines, $bytes bytes"
timed fasttext predict "$model" "$work/lines"
sed 's/__label__//' "$work/out" >"$work/theirs"
theirs=$seconds
score "fasttext predict $(basename "$model")" "$work/gold" "$work/theirs" "$seconds" "$bytes"
timed "$bin/sangam-langtag" -q -j1 --top 1 --model "$model" "$work/lines.jsonl"
ours '.top_langs[0]'
score "sangam-langtag --model $(basename "$model")" "$work/gold" "$work/answers" "$seconds" "$bytes"
echo "lines with another label than fasttext's: $(diff --suppress-common-lines -y "$work/theirs" "$work/answers" | wc -l)"
awk -v a="$theirs" -v b="$seconds" 'BEGIN { printf "throughput: %.1f times that of fasttext\n\n", a / b }'

timed fasttext predict configs/models/lid372.model "$work/prepared.lines"
sed 's/__label__//' "$work/out" >"$work/theirs"
theirs=$seconds
score "fasttext predict, prepared text" "$work/prepared.gold" "$work/theirs" "$seconds" "$prepared"
timed "$bin/sangam-langtag" -q -j1 --min-score 0 --sample full "$work/lines.jsonl"
ours '.language + "_" + .language_script'
score "sangam-langtag, embedded, no floor" "$work/gold" "$work/answers" "$seconds" "$bytes"
awk -v a="$theirs" -v b="$seconds" 'BEGIN { printf "throughput: %.1f times that of fasttext\n", a / b }'
timed "$bin/sangam-langtag" -q -j1 "$work/lines.jsonl"
ours '.language + "_" + .language_script'
score "sangam-langtag, embedded" "$work/gold" "$work/answers" "$seconds" "$bytes"
