#!/usr/bin/env bash
# Train the embedded language model again.
#
# usage: configs/models/train.sh DATA OUT.ftz      DATA: folder of <label>.txt.zst, one text a line
#
# Needs Debian's fasttext, zstd, python3 and unicode-data, and about 1 GB in $TMPDIR. About half an hour on two cores.
# The shipped model was made by these commands with two threads, given one after the other by hand.
# fastText's threads race, so two runs with more than one thread do not give the same bytes; -thread 1 does.
set -eu
data=${1:?usage: train.sh DATA OUT.ftz} out=${2:?usage: train.sh DATA OUT.ftz}
threads=${THREADS:-2}
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT

python3 "$(dirname "$0")/samples.py" "$data" "$work/samples" --base 14000 --seed 1 2>"$work/counts"
fasttext supervised -input "$work/samples" -output "$work/model" -thread "$threads" -verbose 1 \
    -dim 48 -minn 2 -maxn 4 -bucket 1000000 -minCount 3 -loss softmax -lr 0.8 -epoch 4
fasttext quantize -input "$work/samples" -output "$work/model" -thread "$threads" -verbose 1 \
    -qnorm -retrain -cutoff 200000 -dsub 3 -lr 0.3 -epoch 1
mv "$work/model.ftz" "$out"
