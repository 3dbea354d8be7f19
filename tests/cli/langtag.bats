#!/usr/bin/env bats
# sangam-langtag from the outside: members and their order, options, models of the user's, drops.

bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR"
    cat >in.jsonl <<'END'
{"id":"en","text":"The ferry leaves at seven, so we should pack our bags before breakfast."}
{"id":"hi","text":"कल शाम हम बहुत देर तक नदी के किनारे टहलते रहे।","n":1.0e+05,"big":12345678901234567890,"k":"\u00e9"}
{"id":"ko","text":"어제저녁 우리는 강가를 오랫동안 걸었다."}
{"id":"no","text":"12:30 -- 44,5"}
{"id":"su","text":"ᮞᮥᮔ᮪ᮓ"}
END
}

needs_fasttext() { command -v fasttext >/dev/null || skip "the fasttext program is not installed"; }

# A model that tells three invented languages apart.
small_model() {
    for i in $(seq 1 60); do
        echo "__label__eng_Latn sea ship wind $((i % 7)) sail"
        echo "__label__hi nadi kinara $((i % 5)) pani"
        echo "__label__other/thing zip zap zop $((i % 3))"
    done >train.txt
    fasttext supervised -input train.txt -output small -dim 6 -epoch 20 -lr 1 -minn 2 -maxn 3 -bucket 500 -thread 1 -verbose 0 >/dev/null
}

@test "members, their order and types; other members as they came" {
    run --separate-stderr sangam-langtag <in.jsonl
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 5 ]
    [[ "${lines[1]}" == *'"n":1.0e+05,"big":12345678901234567890,"k":"\u00e9","language":"hin","language_script":"Deva","language_score":0.'* ]]
    [ "$(jq -c 'keys_unsorted | .[-6:]' <<<"${lines[0]}")" = '["language","language_script","language_score","top_langs","top_scores","language_group"]' ]
    [ "$(jq -r '.language + "_" + .language_script' <<<"$output" | paste -sd' ')" = "eng_Latn hin_Deva kor_Hang zxx_Zxxx und_Sund" ]
    [[ "${lines[2]}" == *'"language_score":1.0,"top_langs":["kor_Hang"],"top_scores":[1.0],"language_group":""}' ]]
    [[ "${lines[4]}" == *'"language_score":0.0,"top_langs":["und_Sund"],"top_scores":[0.0],"language_group":""}' ]]
    jq -e '(.top_langs | length) == (.top_scores | length)' <<<"$output" >/dev/null
    [[ "$stderr" == *"5 documents in, 5 out, 0 dropped, 0 bad"* ]]
}

@test "tagging twice gives the same line; one thread or five, whatever the CPU" {
    for i in $(seq 1 400); do sed "s/\"id\":\"/&$i-/" in.jsonl; done >many.jsonl
    sangam-langtag -q -j1 <many.jsonl >once
    sangam-langtag -q <once >twice
    cmp once twice
    sangam-langtag -q -j5 <many.jsonl | cmp - once
    SANGAM_CPU=portable sangam-langtag -q <many.jsonl | cmp - once
}

@test "--top lists that many, by score and then by label" {
    sangam-langtag -q --top 7 <in.jsonl | head -n 1 >got
    jq -e '(.top_langs | length) == 7 and (.top_scores == (.top_scores | sort | reverse)) and .top_langs[0] == "eng_Latn"' got
    run sangam-langtag --top 0 </dev/null
    [ "$status" -eq 2 ]
}

@test "--min-score and --on-low: und, or a ledger line" {
    [ "$(sangam-langtag -q --min-score 1 <in.jsonl | jq -r '.language' | paste -sd' ')" = "und und kor zxx und" ]
    [ "$(sangam-langtag -q --min-score 0 <in.jsonl | jq -r '.language' | paste -sd' ')" = "eng hin kor zxx und" ]
    sangam-langtag -q --on-low drop --dropped gone.jsonl.zst <in.jsonl >kept
    [ "$(jq -r .id kept | paste -sd' ')" = "en hi ko no" ]
    [ "$(zstd -qdc gone.jsonl.zst)" = '{"id":"su","reason":"low language score","label":"und_Sund","score":0.0}' ]
    for p in 1.5 -1 x; do
        run sangam-langtag --min-score=$p </dev/null
        [ "$status" -eq 2 ]
    done
}

@test "--thresholds: a label's own limit, higher or lower than --min-score; und or a ledger line" {
    printf '%s\n' '# sure' 'eng_Latn 1  # surer than it can be' 'hin_Deva 0' >limits
    sangam-langtag -q --thresholds limits in.jsonl -o a.jsonl
    [ "$(jq -r .language a.jsonl | paste -sd' ')" = "und hin kor zxx und" ]
    [ "$(jq -r '.top_langs[0]' a.jsonl | head -n 1)" = eng_Latn ]
    [ "$(sangam-langtag -q --thresholds limits --min-score 1 <in.jsonl | jq -r .language | paste -sd' ')" = "und hin kor zxx und" ]
    sangam-langtag -q --thresholds limits --on-low drop --dropped gone.jsonl.zst <in.jsonl >/dev/null
    [ "$(zstd -qdc gone.jsonl.zst | jq -r '.id + " " + .label' | paste -sd,)" = "en eng_Latn,su und_Sund" ]
    # the content of the file is part of the settings, its name is not
    cp limits same && sed 's/Deva 0/Deva 0.5/' limits >other
    for f in same other; do sangam-langtag -q --thresholds $f in.jsonl -o $f.jsonl; done
    sangam-langtag -q in.jsonl -o none.jsonl
    hash() { jq -r .settings_hash $1.receipt.json; }
    [ "$(hash a)" = "$(hash same)" ]
    [ "$(hash a)" != "$(hash other)" ]
    [ "$(hash a)" != "$(hash none)" ]
    for wrong in 'eng_Latn' 'eng_Latn 1.1' 'eng_Latn -0.1' 'eng_Latn 0.5 x' 'eng_Latm 0.5'; do
        echo "$wrong" >limits
        run sangam-langtag --thresholds limits in.jsonl
        [ "$status" -eq 2 ]
    done
    [[ "$output" == *"did you mean 'eng_Latn'?"* ]]
    run sangam-langtag --thresholds nowhere in.jsonl
    [ "$status" -eq 1 ]
}

@test "--thresholds: what is shipped fits the shipped model" {
    run sangam-langtag -q --thresholds "$BATS_TEST_DIRNAME/../../configs/languages/thresholds.txt" in.jsonl
    [ "$status" -eq 0 ]
    [ "$(jq -r .language <<<"$output" | paste -sd' ')" = "eng hin kor zxx und" ]
}

@test "--labels: only those, with commas or repeated; a misspelt one is named with the nearest" {
    [ "$(sangam-langtag -q --labels deu_Latn,mar <in.jsonl | jq -r '.top_langs[0]' | paste -sd' ')" = "deu_Latn mar_Deva und_Hang zxx_Zxxx und_Sund" ]
    sangam-langtag -q --labels deu_Latn --labels mar <in.jsonl >a
    sangam-langtag -q --labels 'deu_Latn, mar' <in.jsonl | cmp - a
    run sangam-langtag --labels eng_Latm </dev/null
    [ "$status" -eq 2 ]
    [[ "$output" == *"did you mean 'eng_Latn'?"* ]]
}

@test "--sample: a long text is read here and there; full reads all; anything else is refused" {
    # English where the four pieces are read, Russian between them
    english=$(for i in 1 2 3 4 5; do echo "The rain falls on the old harbour and nobody walks in the quiet street."; done)
    russian=$(for i in $(seq 1 60); do echo "Дождь идёт над старой гаванью, и на улице никого."; done)
    printf '%s\n' "$english" "$russian" "$english" "$russian" "$english" "$russian" "$english" | jq -cRs '{id:"p",text:.}' >page.jsonl
    [ "$(sangam-langtag -q --sample 256 <page.jsonl | jq -r .language)" = eng ]
    [ "$(sangam-langtag -q --sample full <page.jsonl | jq -r .language)" = rus ]
    for s in 0 63 many ''; do
        run sangam-langtag "--sample=$s" </dev/null
        [ "$status" -eq 2 ]
    done
}

@test "a record without text is bad: exit 3" {
    run sangam-langtag <<<'{"id":"a"}'
    [ "$status" -eq 3 ]
    [[ "$output" == *"'text'"* ]]
    run --separate-stderr sangam-langtag --max-bad 1 <<<'{"id":"a","text":null}'
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "--model: labels and probabilities are those of the fasttext program" {
    needs_fasttext
    small_model
    printf '%s\n' 'sail the sea' 'nadi me pani' 'zip zop' 'something else' >lines
    jq -cR '{text:.}' lines >model.jsonl
    fasttext predict-prob small.bin lines 3 | sed 's/__label__//g' >want
    sangam-langtag -q --top 3 --model small.bin <model.jsonl >got
    jq -r '[.top_langs, .top_scores] | transpose | flatten | join(" ")' got >ours
    awk 'NR == FNR { for (i = 1; i <= NF; i++) want[FNR, i] = $i; next }
         { for (i = 1; i <= NF; i++) { d = $i - want[FNR, i]
             if (i % 2 ? $i != want[FNR, i] : d > 1e-5 || d < -1e-5) { print FNR, i, $i, want[FNR, i]; bad = 1 } } }
         END { exit bad }' want ours
    # no step of ours: no rule for what is no language
    [ "$(jq -cn '{text:"12:30 -- 44"}' | sangam-langtag -q --model small.bin | jq -r .language)" != zxx ]
    # LF counts as a space
    jq -cn '{text:"sail\nthe\nsea"}' | sangam-langtag -q --model small.bin | jq -c .top_scores >lf
    sangam-langtag -q --model small.bin < <(head -n 1 model.jsonl) | jq -c .top_scores | cmp - lf
    # language and script: from xxx_Xxxx, from a two-letter code and the text's script, else the label itself
    [ "$(jq -r '.language + " " + .language_script' got | head -n 3 | paste -sd' ')" = "eng Latn hin Latn other/thing Latn" ]
    # a label's threshold holds here too
    echo 'hi 1' >limits
    sangam-langtag -q --top 3 --model small.bin --thresholds limits <model.jsonl | jq -c '[.language, .top_scores]' >limited
    jq -c '[(if .top_langs[0] == "hi" and .top_scores[0] < 1 then "und" else .language end), .top_scores]' got | cmp - limited
}

@test "--model: another model is another setting; a damaged or foreign file is exit 3 with its name" {
    needs_fasttext
    small_model
    sangam-langtag -q in.jsonl -o a.jsonl
    sangam-langtag -q --model small.bin in.jsonl -o b.jsonl
    [ "$(jq -r .settings_hash a.receipt.json)" != "$(jq -r .settings_hash b.receipt.json)" ]
    head -c 3000 small.bin >cut.bin
    run sangam-langtag --model cut.bin in.jsonl
    [ "$status" -eq 3 ]
    [[ "$output" == *"cut short"*"cut.bin"* ]]
    run sangam-langtag --model in.jsonl in.jsonl
    [ "$status" -eq 3 ]
    [[ "$output" == *"not a fastText model"* ]]
    run sangam-langtag --model nowhere.bin in.jsonl
    [ "$status" -eq 1 ]
}

# Two languages of invented words, one in a script of its own.
small_texts() { # folder seed
    mkdir -p "$1"
    awk -v seed="$2" 'BEGIN { srand(seed); split("sal mir ton bel kas dun", a); split("qo xi zu vy jo wu", b)
        for (i = 0; i < 300; i++) {
            x = y = z = ""
            for (k = 0; k < 6; k++) {
                x = x a[int(rand() * 6) + 1] a[int(rand() * 6) + 1] " "
                y = y b[int(rand() * 6) + 1] b[int(rand() * 6) + 1] " "
                z = z "กขค" " "
            }
            print x >"'"$1"'/aaa_Latn.txt"; print y >"'"$1"'/bbb_Latn.txt"; print z >"'"$1"'/ccc_Thai.txt"
        } }'
}

@test "--spans: lines of three languages, what is no language between them, and one language alone" {
    cat >mixed.txt <<'END'
यह एक हिन्दी वाक्य है जो थोड़ा लंबा है और इसमें कई शब्द हैं।
The ferry leaves at seven, so we should pack our bags before breakfast.
It rained all night and the road to the harbour is still wet.
for (i = 0; i < n; i++) { sum += a[i] * b[i]; } return sum / n; /* {} */

Wir haben gestern den ganzen Nachmittag im Garten gearbeitet und sind müde.
END
    jq -cRs '{text:.}' mixed.txt | sangam-langtag -q --spans >got
    [ "$(jq -c '.span_langs' got)" = '["hin_Deva","eng_Latn","zxx_Zxxx","deu_Latn"]' ]
    [ "$(jq -c '.mixed' got)" = true ]
    # they cover the text; each begins with its line
    jq -e '.span_starts[0] == 0 and .span_starts[1:] == .span_ends[:-1] and .span_ends[-1] == (.text | length)' got
    [ "$(jq -r '. as $r | [range(.span_starts | length)] | map($r.text[$r.span_starts[.]:$r.span_ends[.]][:3])[]' got | paste -sd,)" = "यह ,The,for,Wir" ]
    run --separate-stderr sangam-langtag -q --spans <in.jsonl
    [ "$(jq -c '[.span_langs, .mixed]' <<<"$output" | paste -sd' ')" = '[["eng_Latn"],false] [["hin_Deva"],false] [["kor_Hang"],false] [["zxx_Zxxx"],false] [["und_Sund"],false]' ]
    [ "$(jq -c 'keys_unsorted | .[-4:]' <<<"${lines[0]}")" = '["span_starts","span_ends","span_langs","mixed"]' ]
    jq -cRs '{text:.}' mixed.txt | SANGAM_CPU=portable sangam-langtag -q --spans | cmp - got
    # one line of 3 MB, with one change in it
    awk 'BEGIN { for (; i < 25000; i++) printf "The ferry leaves at seven, so we pack our bags before breakfast. "
        for (; i < 45000; i++) printf "Wir haben gestern den ganzen Nachmittag im Garten gearbeitet und sind müde. " }' >long.txt
    jq -cRs '{text:.}' long.txt | timeout 20 sangam-langtag -q --spans >got
    [ "$(jq -c '.span_langs' got)" = '["eng_Latn","deu_Latn"]' ]
    jq -e '(.span_ends[0] - 25000 * 65) | . > -1000 and . < 1000' got
}

@test "--report: counts, scores and lines of tagged records, whatever their order" {
    sangam-langtag -q <in.jsonl >tagged.jsonl
    sangam-langtag --report tagged.jsonl >sheet
    grep -q '^5 records in 5 languages and scripts$' sheet
    grep -q '^hin_Deva *records 1, text .*second choice' sheet
    grep -q '    0\.9[0-9]*  The ferry leaves at seven' sheet
    mkdir two && head -n 2 tagged.jsonl >two/b.jsonl && tail -n +3 tagged.jsonl | zstd -q >two/a.jsonl.zst
    sangam-langtag --report two | cmp - sheet
    run sangam-langtag --report in.jsonl
    [ "$status" -eq 3 ]
    [[ "$output" == *"tag it first"* ]]
    run sangam-langtag --report nowhere
    [ "$status" -eq 1 ]
}

@test "--train: a model from a folder, the same bytes whatever -j; --model reads it; --dev tells how good it is" {
    small_texts texts 1
    small_texts dev 2
    zstd -q --rm texts/bbb_Latn.txt
    run --separate-stderr sangam-langtag --train texts --dev dev -o my.model --effort 0.002 -j1
    [ "$status" -eq 0 ]
    [[ "${lines[1]}" == "lines"*"900    1.0000    1.0000"* ]]
    [[ "$output" == *"bbb_Latn"*"1.000"* ]]
    sangam-langtag -q --train texts --dev dev -o again.model --effort 0.002 -j3 >/dev/null
    cmp my.model again.model
    printf '%s\n' '{"text":"salmir tonbel"}' '{"text":"xizu vyjo"}' '{"text":"กขค"}' '{"text":"чужое"}' |
        sangam-langtag -q --model my.model | jq -r .language | paste -sd' ' >got
    [ "$(cat got)" = "aaa bbb ccc und" ]
    sangam-langtag --dev dev --model my.model | cmp - <(sangam-langtag -q --dev dev --model again.model)
    echo 'aaa_Latn -9' >prior
    sangam-langtag -q --train texts -o shifted.model --effort 0.002 --prior prior
    run ! cmp -s my.model shifted.model
    # priors and calibration may come later, and again: the same file
    sangam-langtag -q --train texts --dev dev --prior prior -o at-once.model --effort 0.002 >/dev/null
    sangam-langtag -q --dev dev --model my.model --prior prior -o later.model >/dev/null
    cmp at-once.model later.model
}

@test "--train: what is wrong is named" {
    mkdir empty
    for wrong in "--train empty -o m" "--train nowhere -o m" "--train empty" "--dev empty"; do
        run sangam-langtag $wrong
        [ "$status" -ne 0 ]
    done
    [[ "$(sangam-langtag --train empty -o m 2>&1)" == *"hin_Deva.txt"* ]]
    mkdir odd && echo text >odd/hindi.txt
    run sangam-langtag --train odd -o m
    [ "$status" -eq 2 ]
    [[ "$output" == *"'hindi'"*"hin_Deva"* ]]
    mkdir twice && echo ab | tee twice/aaa_Latn.txt | zstd -q >twice/aaa_Latn.txt.zst
    run sangam-langtag --train twice -o m
    [ "$status" -eq 2 ]
    [[ "$output" == *"two files for aaa_Latn"* ]]
    run sangam-langtag --train twice --model x -o m
    [ "$status" -eq 2 ]
}

@test "--prior: other numbers than the model's; an unknown label is named; not with fastText" {
    echo 'eng_Latn -15  # nobody here writes English' >prior
    [ "$(sangam-langtag -q --prior prior <in.jsonl | jq -r .language | head -n 1)" != eng ]
    sangam-langtag -q --prior prior in.jsonl -o a.jsonl
    sangam-langtag -q in.jsonl -o b.jsonl
    [ "$(jq -r .settings_hash a.receipt.json)" != "$(jq -r .settings_hash b.receipt.json)" ]
    echo 'eng_Latm 1' >prior
    run sangam-langtag --prior prior <in.jsonl
    [ "$status" -eq 2 ]
    [[ "$output" == *"did you mean 'eng_Latn'?"* ]]
}

@test "--prior field:NAME: what a record says of its language helps, and decides nothing" {
    cat >told.jsonl <<'END'
{"text":"en gate","lang":"nb"}
{"text":"en gate","lang":"sv-SE"}
{"text":"The ferry leaves at seven, so we should pack our bags before breakfast.","lang":"nb"}
{"text":"The ferry leaves at seven.","lang":"Norsk"}
{"text":"The ferry leaves at seven."}
{"text":"कल शाम हम बहुत देर तक नदी के किनारे टहलते रहे।","lang":"nb"}
END
    sangam-langtag -q --prior field:lang told.jsonl -o a.jsonl
    [ "$(jq -r .language a.jsonl | paste -sd' ')" = "nob swe eng eng eng hin" ]
    [ "$(jq -r .counters.unknown_priors a.receipt.json)" = 1 ]
    sangam-langtag -q --prior field:lang -j3 told.jsonl -o - | cmp - a.jsonl
    # no member of that name: as without; another member is another setting
    sangam-langtag -q --prior field:nothing told.jsonl -o b.jsonl
    sangam-langtag -q told.jsonl -o c.jsonl
    cmp b.jsonl c.jsonl
    [ "$(jq -r .settings_hash a.receipt.json b.receipt.json c.receipt.json | sort -u | wc -l)" = 3 ]
    # field alone is the member language
    sed 's/"lang"/"language"/' told.jsonl | sangam-langtag -q --prior field | jq -r .top_scores[0] | cmp - <(jq -r .top_scores[0] a.jsonl)
    for wrong in field: field:text; do
        run sangam-langtag --prior $wrong <told.jsonl
        [ "$status" -eq 2 ]
    done
    echo 'eng_Latn 1' >field
    sangam-langtag -q --prior ./field <told.jsonl | jq -e .language >/dev/null
}

@test "--extend: a label more of a script, one in a script of its own, and what is missing is named" {
    small_texts texts 1
    sangam-langtag -q --train texts -o old.model --effort 0.002
    mkdir more && cp texts/aaa_Latn.txt texts/bbb_Latn.txt more
    sed 's/[aeiou]/y/g; s/l/rr/g' texts/aaa_Latn.txt >more/ddd_Latn.txt
    sed 's/[a-z]/ა/g' texts/aaa_Latn.txt >more/eee_Geor.txt
    sangam-langtag -q --train more --extend old.model -o new.model --effort 0.02
    printf '%s\n' '{"text":"salmir tonbel"}' '{"text":"xizu vyjo"}' '{"text":"syrrmyr tynbyrr kyskys"}' '{"text":"กขค"}' '{"text":"აააა"}' |
        sangam-langtag -q --model new.model | jq -r .language | paste -sd' ' >got
    [ "$(cat got)" = "aaa bbb ddd ccc eee" ]
    # what is alone in its script cannot be strengthened
    mkdir alone && cp texts/ccc_Thai.txt alone
    run sangam-langtag --train alone --extend new.model -o x.model
    [ "$status" -eq 2 ]
    [[ "$output" == *"ccc_Thai stays as it is"*"nothing to learn"* ]]
    mkdir thai && sed 's/ก/ค/g' texts/ccc_Thai.txt >thai/fff_Thai.txt
    run sangam-langtag --train thai --extend old.model -o x.model
    [ "$status" -eq 2 ]
    [[ "$output" == *"ccc_Thai"* ]]
    run sangam-langtag --extend old.model <in.jsonl
    [ "$status" -eq 2 ]
}

@test "--extend: labels that the model has are strengthened, those in the folder others are only compared with; it says so first" {
    small_texts texts 1
    sangam-langtag -q --train texts -o old.model --effort 0.002
    mkdir mine
    sed 's/[aeiou]/y/g; s/l/rr/g' texts/aaa_Latn.txt >mine/ddd_Latn.txt
    sed 's/sal/zop/g; s/mir/zap/g' texts/aaa_Latn.txt | tail -n +150 >mine/aaa_Latn.txt # words that aaa had not
    # nobody to compare with but each other: bbb has no text
    run --separate-stderr sangam-langtag --train mine --extend old.model -o new.model --effort 0.02
    [ "$status" -eq 0 ]
    [[ "$stderr" == *"ddd_Latn is added; aaa_Latn is in the model and is strengthened"*"warning: Latn: no text of 1 of the model's 2 labels"*"learning aaa_Latn, 1 of 2"*"learning ddd_Latn, 2 of 2"* ]]
    mkdir mine/others && cp texts/bbb_Latn.txt mine/others
    cp texts/aaa_Latn.txt mine/others # more text of aaa
    run --separate-stderr sangam-langtag --train mine --extend old.model -o new.model --effort 0.02
    [ "$status" -eq 0 ]
    [[ "$stderr" == *"3 labels in 1 scripts: 1,051 lines"*"ddd_Latn is added; aaa_Latn is in the model and is strengthened; 1 in others to compare with"* ]]
    [[ "$stderr" != *warning* ]]
    told() { sangam-langtag -q --model "$1" <zop.jsonl | jq -r "$2"; }
    echo '{"text":"zopzap zapzop"}' >zop.jsonl
    jq -en --argjson a "$(told old.model '.top_scores[.top_langs | index("aaa_Latn")]')" --argjson b "$(told new.model '.top_scores[.top_langs | index("aaa_Latn")]')" '$a < $b'
    [ "$(told new.model .language)" = aaa ]
    printf '%s\n' '{"text":"salmir tonbel"}' '{"text":"xizu vyjo"}' '{"text":"syrrmyr tynbyrr kyskys"}' '{"text":"กขค"}' |
        sangam-langtag -q --model new.model | jq -r .language | paste -sd' ' >got
    [ "$(cat got)" = "aaa bbb ddd ccc" ]
    # the same bytes again; a strengthened label keeps its place and the model its labels
    sangam-langtag -q --train mine --extend old.model -o again.model --effort 0.02
    cmp new.model again.model
    # measuring changes nothing: a few lines do not calibrate the scores of all labels
    small_texts dev 2
    run --separate-stderr sangam-langtag -q --train mine --extend old.model --dev dev -o again.model --effort 0.02
    [ "$status" -eq 0 ]
    [[ "$output" == *"aaa_Latn"*"bbb_Latn"* ]]
    cmp new.model again.model
    # no text of another label: said, and nothing written
    rm -r mine/others mine/ddd_Latn.txt
    run sangam-langtag --train mine --extend old.model -o none.model
    [ "$status" -eq 2 ]
    [[ "$output" == *"text of other labels in Latn is needed"*"'others'"* ]]
    [ ! -e none.model ]
}
