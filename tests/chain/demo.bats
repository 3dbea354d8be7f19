#!/usr/bin/env bats
# The demo corpus through the default pipeline, against the table of what was planted in it (tests/data/pack.sh).

setup_file() {
    export ROOT=$BATS_TEST_DIRNAME/../.. T=$BATS_FILE_TMPDIR
    export PACK=$T/demo WORK=$T/work
    "$ROOT/tests/data/pack.sh" "$PACK"
    sangam run "$ROOT/configs/pipelines/web.yaml" "$PACK/input" -o "$WORK" -j 2 --memory 1G -q >"$T/run.log" 2>&1 ||
        { cat "$T/run.log" >&2; return 1; }

    # What the tests below look at, as plain JSON lines: the truth, the texts to be met, the documents when they
    # have their language, what is in the shards, and what the ledgers say.
    jq -Rc 'split("\t") | select(.[0] != "kind")
        | {kind: .[0], at: .[1], key: .[2], label: .[3], doc: .[4], text: .[5], charset: .[6]}' \
        "$PACK/truth.tsv" >"$T/truth"
    (cd "$PACK/expect" && jq -nRc 'reduce inputs as $line ({}; .[input_filename] += $line + "\n")
        | map_values(rtrimstr("\n"))' ???_????/*.txt) >"$T/texts"
    records "$WORK"/*-langtag >"$T/tagged"
    records "$WORK"/shards >"$T/kept"
    find "$WORK" -name '*.dropped.jsonl.zst' -print0 | sort -z | xargs -0 zstdcat >"$T/ledger"

    # Each line of the truth with the documents that answer to its key.
    jq -nc --slurpfile tagged "$T/tagged" '
        def planted: .kind | IN("text", "exact", "near", "mojibake", "junk");
        inputs | select(planted) | . as $row
        | . + {found: [$tagged[] | select(.id == $row.key or .url == $row.key or (.file_path | endswith($row.key)))]}' \
        "$T/truth" >"$T/met"
}

records() { # folder: the records of all its chain files
    find "$1" -name '*.jsonl.zst' ! -name '*.dropped.jsonl.zst' -print0 | sort -z | xargs -0 zstdcat
}

empty() { # what should be nothing
    [ -z "$1" ] || { echo "$1" | head -n 20; return 1; }
}

count() { jq -s "map(select($1)) | length" "$2"; } # condition file

@test "the corpus: 25 languages and 12 scripts or more, four documents each" {
    run jq -s '[.[] | select(.kind == "text").label] | group_by(.) | map(length)
        | length >= 25 and min >= 4' "$T/truth"
    [ "$output" = true ]
    run jq -s '[.[] | select(.kind == "text") | .label[4:]] | unique | length >= 12' "$T/truth"
    [ "$output" = true ]
}

@test "packing twice gives the same bytes" {
    "$ROOT/tests/data/pack.sh" "$T/again"
    diff -r "$PACK" "$T/again"
}

@test "every planted document comes through, once" {
    empty "$(jq -r 'select(.found | length != 1) | "\(.key): \(.found | length) documents"' "$T/met")"
    [ "$(wc -l <"$T/tagged")" -eq "$(wc -l <"$T/met")" ]
}

@test "every document reads as its original, whatever charset it came in" {
    empty "$(jq -rn --slurpfile texts "$T/texts" '
        inputs | select(.kind | IN("text", "exact", "near", "junk"))
        | select(.found[0].text != $texts[0][.text]) | "\(.at) \(.key) (\(.charset))"' "$T/met")"
    empty "$(jq -r 'select(.found[0].decode_errors != 0) | .key' "$T/met")"
}

@test "every language is tagged right" {
    empty "$(jq -r 'select(.kind != "mojibake") | .found[0] as $f
        | select("\($f.language)_\($f.language_script)" != .label)
        | "\(.key): \($f.language)_\($f.language_script) \($f.language_score), not \(.label)"' "$T/met")"
}

@test "owners and licences come from the folders they delivered" {
    run jq -rs '[.[] | "\(.owner), \(.source), \(.license)"] | unique[]' "$T/tagged"
    [ "$output" = "City Press Archive, old disks, CC0-1.0
City Press Archive, old disks, Thai, CC0-1.0
City Press Archive, old disks, Ukrainian, CC0-1.0
City Press Archive, old disks, Vietnamese, CC0-1.0
Mirror Site, mirror, CC0-1.0
Neighbours' Forum, posts, CC0-1.0
Open Web Sample, demo crawl, CC0-1.0
Village Schools, readers, CC0-1.0" ]
}

@test "of all copies of a document, exactly one is kept" {
    empty "$(jq -rn --slurpfile kept "$T/kept" '
        ($kept | map({(.id): true}) | add) as $in
        | [inputs | {doc, kept: [.found[] | select($in[.id])] | length}]
        | group_by(.doc)[] | {doc: .[0].doc, kept: (map(.kept) | add)}
        | select(.kept != 1) | "\(.doc): \(.kept) kept"' "$T/met")"
}

@test "the ledger explains each removal, and names a survivor that is a copy and is kept" {
    empty "$(jq -rn --slurpfile kept "$T/kept" --slurpfile ledger "$T/ledger" '
        ($kept | map({(.id): true}) | add) as $in
        | ($ledger | map(select(.id)) | group_by(.id) | map({(.[0].id): .}) | add) as $why
        | [inputs | . + {id: .found[0].id}]
        | (map({(.id): .doc}) | add) as $doc
        | .[] | ($why[.id] // []) as $lines
        | if $in[.id] then select($lines != []) | "\(.key): kept, yet in the ledger"
          elif ($lines | length) != 1 then "\(.key): \($lines | length) lines in the ledger"
          else $lines[0] as $l
            | select(($in[$l.survivor_id] | not) or $doc[$l.survivor_id] != .doc or ($l.reason | length) == 0
                or ($l.similarity | . < 0.8 or . > 1))
            | "\(.key): \($l)" end' "$T/met")"
    [ "$(count '.survivor_id' "$T/ledger")" -eq $(($(wc -l <"$T/tagged") - $(wc -l <"$T/kept"))) ]
}

@test "the clusters count their copies" {
    empty "$(jq -rn --slurpfile kept "$T/kept" '
        [inputs | {doc, id: .found[0].id}] | group_by(.doc)[]
        | length as $copies | map(.id) as $ids
        | $kept[] | select(.id | IN($ids[])) | select(.minhash_cluster_size != $copies)
        | "\(.id): cluster of \(.minhash_cluster_size), planted \($copies)"' "$T/met")"
}

@test "HTML and pictures are listed, not skipped" {
    [ "$(count '.reason == "unsupported: html"' "$T/ledger")" -eq "$(count '.kind == "html"' "$T/truth")" ]
    [ "$(count '.reason == "unsupported: binary"' "$T/ledger")" -eq "$(count '.kind == "binary"' "$T/truth")" ]
}

@test "what was cut or damaged is counted as bad, and nothing else is" {
    local planted
    planted=$(count '.kind | IN("cut", "damaged", "badline")' "$T/truth")
    [ "$(find "$WORK"/1-ingest -name '*.receipt.json' -exec cat {} + | jq -s 'map(.bad) | add')" -eq "$planted" ]
    [ "$(find "$WORK" -name '*.receipt.json' -exec cat {} + | jq -s 'map(.bad) | add')" -eq "$planted" ]
    run grep -c -e Saturn -e Uranus -e 'fourteenth volume' "$T/tagged"
    [ "$output" = 0 ]
}

@test "in = out + dropped + bad, for every file, and verify agrees" {
    empty "$(find "$WORK" -name '*.receipt.json' -exec cat {} + |
        jq -r 'select(.records_in != .records_out + .dropped + .bad) | "\(.stage): \(.inputs[0].path)"')"
    sangam verify "$WORK"
    sangam verify "$WORK/shards"
    (cd "$WORK/shards" && sha256sum --quiet -c SHA256SUMS)
}

@test "a shard holds one language, and the manifest counts what is there" {
    empty "$(jq -r '.shards[] | select(.path | contains("\(.language)_\(.language_script)") | not) | .path' \
        "$WORK/shards/manifest.json")"
    [ "$(jq '[.shards[].documents] | add' "$WORK/shards/manifest.json")" -eq "$(wc -l <"$T/kept")" ]
}

@test "members that sangam does not know pass byte for byte" {
    local posts
    posts=$(count '.url | startswith("https://forum.example/")' "$T/kept")
    [ "$posts" -gt 0 ]
    [ "$(grep -cF '"n":1.0e+05,"big":12345678901234567890,"k":"\u00e9"' "$T/kept")" -eq "$posts" ]
}
