#!/bin/bash
# Packs the demo corpus (tests/data/demo) into the kinds of files that owners really deliver, with
# planted damage, and writes down what was planted.
#
#   pack.sh OUT      OUT/input/...      what sangam ingests: five owners, a sangam-source.yaml in each folder
#                    OUT/expect/D/N.txt the text that each document must have after normalize
#                    OUT/truth.tsv      one line for everything in input: kind at key label doc text charset
#
# truth.tsv, separated by tabs, sorted, "-" for nothing:
#   kind     text | exact | near (planted copies) | mojibake | junk | html | binary | cut | damaged | badline
#   at       file below OUT/input that holds it
#   key      what tells it from all others there: URL (WET), id (JSONL) or the end of file_path
#   label    language as langtag writes it; doc: label/number, equal for all copies of one document
#   text     file below OUT/expect; charset: of the bytes, "utf-8" where nothing was converted
#
# Needs bash, coreutils, sed, awk, gzip, tar, iconv (all in a minimal Debian), zip and zstd.
# The same bytes come out each time: names are sorted, times fixed, gzip -n, zip -X.
set -euo pipefail
export LC_ALL=C TZ=UTC
umask 022

[ $# -eq 1 ] || { echo "usage: $0 OUT" >&2; exit 2; }
demo=$(cd "$(dirname "$0")/demo" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
[ -z "$(ls -A "$out")" ] || { echo "$0: $out is not empty" >&2; exit 2; }
input=$out/input expect=$out/expect stage=$out/.stage
mkdir -p "$input" "$expect" "$stage"
stamp='2026-01-15 12:00:00Z'
labels=$(cd "$demo" && ls -d ???_????)
spoken=${labels/zxx_Zxxx/}

truth() { # kind at key label doc text charset
    (IFS=$'\t'; echo "$*") >>"$out/.truth"
}

source_yaml() { # folder owner collection [charset]
    mkdir -p "$input/$1"
    {
        printf 'owner: "%s"\nsource: "%s"\nlicense: CC0-1.0\ndate: 2026-01-15\n' "$2" "$3"
        [ $# -lt 4 ] || echo "charset: $4"
    } >"$input/$1/sangam-source.yaml"
}

# ---- What each document must read as in the end: the texts and one near copy per language.
expected_texts() {
    local l how n near
    for l in $labels; do mkdir "$expect/$l"; cp "$demo/$l"/*.txt "$expect/$l/"; done
    while IFS=$'\t' read -r l how near; do
        n=$expect/$l/3-near.txt
        case $how in
            before) { echo "$near"; cat "$demo/$l/3.txt"; } >"$n" ;;
            after) { cat "$demo/$l/3.txt"; echo "$near"; } >"$n" ;;
        esac
    done <"$demo/near.tsv"
}

# ---- WET: one gzip member per record.
wet_uuid() { # text -> a UUID that is the same each time
    local h; h=$(printf '%s' "$1" | sha256sum)
    echo "${h:0:8}-${h:8:4}-4${h:13:3}-a${h:17:3}-${h:20:12}"
}

wet_record() { # type url block-file: one record on standard output, not compressed
    local length; length=$(stat -c %s "$3")
    printf 'WARC/1.0\r\nWARC-Type: %s\r\n' "$1"
    if [ "$1" = warcinfo ]; then
        printf 'WARC-Filename: %s\r\nContent-Type: application/warc-fields\r\n' "$2"
    else
        printf 'WARC-Target-URI: %s\r\nWARC-Refers-To: <urn:uuid:%s>\r\nContent-Type: text/plain\r\n' \
            "$2" "$(wet_uuid "response $2")"
    fi
    printf 'WARC-Date: 2026-01-15T12:00:00Z\r\nWARC-Record-ID: <urn:uuid:%s>\r\n' "$(wet_uuid "$1 $2")"
    printf 'Content-Length: %d\r\n\r\n' "$length"
    cat "$3"
    printf '\r\n\r\n'
}

wet_open() { # file: begins with its warcinfo
    wet=crawl/$1
    printf 'isPartOf: demo\r\nformat: WARC File Format 1.0\r\nsoftware: pack.sh\r\n' >"$stage/info"
    wet_record warcinfo "$1" "$stage/info" | gzip -n >"$input/$wet"
}

wet_page() { # kind label/n [block-file]
    local url=https://$1.example/$2
    wet_record conversion "$url" "${3:-$demo/$2.txt}" | gzip -n >>"$input/$wet"
    truth "$1" "$wet" "$url" "${2%/*}" "$2" "$2.txt" utf-8
}

pack_crawl() {
    local l n good
    source_yaml crawl "Open Web Sample" "demo crawl"
    wet_open demo-00000.warc.wet.gz
    for l in $spoken; do wet_page text "$l/1"; done
    for n in 1 2; do wet_page junk "zxx_Zxxx/$n"; done
    # UTF-8 taken for windows-1252 by somebody else, and saved: the bytes are valid UTF-8 again.
    for l in deu_Latn fra_Latn spa_Latn; do
        iconv -f cp1252 -t utf-8 "$demo/$l/5.txt" >"$stage/moji"
        wet_page mojibake "$l/5" "$stage/moji"
    done
    # The same pages met again, a month later and elsewhere.
    wet_open demo-00001.warc.wet.gz
    for l in $spoken; do wet_page exact "$l/1"; done
    # A download that broke off: three whole records, then 200 bytes of a fourth.
    wet_open cut-00002.warc.wet.gz
    for l in eng_Latn hin_Deva; do wet_page exact "$l/2"; done
    good=$(stat -c %s "$input/$wet")
    wet_page cut eng_Latn/6
    head -c $((good + 200)) "$input/$wet" >"$stage/cut"
    mv "$stage/cut" "$input/$wet"
}

# ---- Legacy charsets. What the detector can tell stands in one tar.zst; the others come in folders whose
#      owner says the charset, as he must.
legacy_table() {
    cat <<'TABLE'
arb_Arab windows-1256
deu_Latn windows-1252
ell_Grek iso-8859-7 windows-1253
eng_Latn windows-1252
fra_Latn iso-8859-1
heb_Hebr windows-1255
ind_Latn utf-16be
jpn_Jpan shift_jis euc-jp iso-2022-jp
kor_Hang euc-kr iso-2022-kr
pol_Latn iso-8859-2 windows-1250
por_Latn iso-8859-1
rus_Cyrl koi8-r windows-1251
spa_Latn iso-8859-1
tur_Latn iso-8859-9
zho_Hans gb18030
zho_Hant big5
TABLE
}

converted() { # label charset folder at: document 2 in that charset; the first of a language is the original
    local kind=text key=$3/$1/2.$2.txt
    mkdir -p "$stage/$3/$1"
    case $2 in
        utf-16le-bom) { printf '\377\376'; iconv -f utf-8 -t utf-16le "$demo/$1/2.txt"; } ;;
        utf-16be-bom) { printf '\376\377'; iconv -f utf-8 -t utf-16be "$demo/$1/2.txt"; } ;;
        utf-32le-bom) { printf '\377\376\0\0'; iconv -f utf-8 -t utf-32le "$demo/$1/2.txt"; } ;;
        utf-8-bom) { printf '\357\273\277'; cat "$demo/$1/2.txt"; } ;;
        *) iconv -f utf-8 -t "$2" "$demo/$1/2.txt" ;;
    esac >"$stage/$key"
    case " $seen " in *" $1 "*) kind=exact ;; esac
    seen="$seen $1"
    truth "$kind" "$4" "$key" "$1" "$1/2" "$1/2.txt" "$2"
}

tar_of() { # folder below stage: the same bytes each time
    tar -C "$stage" --sort=name --owner=0 --group=0 --numeric-owner --mode=0644 --format=ustar \
        --mtime="$stamp" -cf - $(cd "$stage" && find "$1" -type f | sort)
}

pack_press() {
    local l rest c
    seen=
    source_yaml press "City Press Archive" "old disks"
    while read -r l rest; do
        for c in $rest; do converted "$l" "$c" disks press/disks.tar.zst; done
    done < <(legacy_table)
    for l in hin_Deva tel_Telu urd_Arab zho_Hans; do converted "$l" utf-16le-bom disks press/disks.tar.zst; done
    for l in amh_Ethi kat_Geor mal_Mlym; do converted "$l" utf-16be-bom disks press/disks.tar.zst; done
    converted swh_Latn utf-32le-bom disks press/disks.tar.zst
    for l in ben_Beng pes_Arab tam_Taml; do converted "$l" utf-8-bom disks press/disks.tar.zst; done
    source_yaml press/thai "City Press Archive" "old disks, Thai" windows-874
    source_yaml press/ukrainian "City Press Archive" "old disks, Ukrainian" windows-1251
    source_yaml press/vietnamese "City Press Archive" "old disks, Vietnamese" windows-1258
    converted tha_Thai tis-620 thai press/thai/thai.tar.gz
    converted ukr_Cyrl windows-1251 ukrainian press/ukrainian/ukr_Cyrl/2.windows-1251.txt
    converted vie_Latn windows-1258 vietnamese press/vietnamese/vie_Latn/2.windows-1258.txt
    for l in $spoken; do
        case " $seen " in *" $l "*) ;; *) converted "$l" utf-8 disks press/disks.tar.zst ;; esac
    done
    tar_of disks | zstd -q -9 -c >"$input/press/disks.tar.zst"
    tar_of thai | gzip -n >"$input/press/thai/thai.tar.gz"
    cp -r "$stage/ukrainian/ukr_Cyrl" "$input/press/ukrainian/"
    cp -r "$stage/vietnamese/vie_Latn" "$input/press/vietnamese/"
}

# ---- A zip of readers: document 3, an HTML page, a picture, and one member whose bytes went bad.
pack_school() {
    local l zip=$input/school/readers.zip at=school/readers.zip
    source_yaml school "Village Schools" "readers"
    mkdir "$stage/readers"
    for l in $spoken; do
        mkdir "$stage/readers/$l"
        cp "$demo/$l/3.txt" "$stage/readers/$l/3.txt"
        truth text "$at" "readers/$l/3.txt" "$l" "$l/3" "$l/3.txt" utf-8
    done
    cp "$demo/page.html" "$stage/readers/index.html"
    truth html "$at" readers/index.html - - - -
    printf '\211PNG\r\n\032\n\0\0\0\rIHDR\0\0\0\001\0\0\0\001\b\0\0\0\0\0\0\0\0\0\0\0' >"$stage/readers/logo.png"
    truth binary "$at" readers/logo.png - - - -
    cp "$demo/eng_Latn/5.txt" "$stage/readers/damaged.txt"
    truth damaged "$at" readers/damaged.txt eng_Latn eng_Latn/5 - -
    find "$stage/readers" -exec touch -d "$stamp" {} +
    (
        cd "$stage"
        find readers -type f ! -name damaged.txt | sort | zip -X -q -@ "$zip"
        zip -X -q -0 "$zip" readers/damaged.txt # stored, so that a changed letter is a wrong checksum
    )
    sed -i 's/Saturn/Uranus/' "$zip"
}

# ---- JSONL of a forum: document 4, near copies of document 3, members that sangam does not know, and a
#      line that broke.
json_string() { # file: its text as the inside of a JSON string, without the last LF
    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' "$1" | sed -e ':a' -e 'N' -e '$!ba' -e 's/\n/\\n/g'
}

forum_post() { # kind id label doc text
    printf '{"id":"%s","url":"https://forum.example/%s","n":1.0e+05,"big":12345678901234567890,"k":"\\u00e9",' \
        "$2" "$2"
    printf '"date":"2026-01-14","text":"%s"}\n' "$(json_string "$expect/$5")"
    truth "$1" forum/posts.jsonl.gz "$2" "$3" "$4" "$5" utf-8
}

pack_forum() {
    local l
    source_yaml forum "Neighbours' Forum" "posts"
    {
        for l in $spoken; do forum_post text "post-$l-4" "$l" "$l/4" "$l/4.txt"; done
        printf '{"id":"post-broken","text":"the line ends in the mid\n'
        truth badline forum/posts.jsonl.gz post-broken - - - -
        for l in $spoken; do forum_post near "repost-$l-3" "$l" "$l/3" "$l/3-near.txt"; done
    } | gzip -n >"$input/forum/posts.jsonl.gz"
}

# ---- A plain folder: document 4 again, with the line ends of another system, and a page.
pack_mirror() {
    local l
    source_yaml mirror "Mirror Site" "mirror"
    for l in $spoken; do
        mkdir "$input/mirror/$l"
        sed 's/$/\r/' "$demo/$l/4.txt" >"$input/mirror/$l/4.txt"
        truth exact "mirror/$l/4.txt" "mirror/$l/4.txt" "$l" "$l/4" "$l/4.txt" utf-8
    done
    cp "$demo/page.html" "$input/mirror/index.html"
    truth html mirror/index.html mirror/index.html - - - -
}

expected_texts
pack_crawl
pack_press
pack_school
pack_forum
pack_mirror
{
    printf 'kind\tat\tkey\tlabel\tdoc\ttext\tcharset\n'
    sort "$out/.truth"
} >"$out/truth.tsv"
rm -r "$stage" "$out/.truth"
find "$input" -exec touch -d "$stamp" {} +
