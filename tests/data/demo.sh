#!/usr/bin/env bash
# make demo: pack the demo corpus, run the shipped pipeline on it, prove the result, show where everything is.
set -eu
cd "$(dirname "$0")/../.."
build=${1:?usage: tests/data/demo.sh BUILD}
demo=$build/demo
rm -rf "$demo"
tests/data/pack.sh "$demo"
"$build/bin/sangam" run configs/pipelines/web.yaml "$demo/input" -o "$demo/work"
"$build/bin/sangam" verify "$demo/work"
example=$(find "$demo/work/shards" -path '*hin_Deva*' -name '*.jsonl.zst' | sort | head -n 1)
cat <<TXT

what went in     $demo/input
every stage      $demo/work (records, *.receipt.json, *.dropped.jsonl.zst with each removal's reason)
the release      $demo/work/shards (manifest.json, SHA256SUMS)

Look at it:
  zstd -dc $example | head -n 1
  zstd -dc $demo/work/4-dedup/*/*.dropped.jsonl.zst | head -n 3
  (cd $demo/work/shards && sha256sum -c --quiet SHA256SUMS && echo all sums are right)
TXT
