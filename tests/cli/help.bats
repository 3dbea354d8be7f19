#!/usr/bin/env bats
# What every program says of itself: help, manual page, completion, contract.

bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR"
    programs=$(cd "$(dirname "$(command -v sangam)")" && ls -d sangam sangam-* | grep -v '\.')
    golden=$BATS_TEST_DIRNAME/../golden
}

verbs_of() { "$1" --generate contract | jq -r '.verbs[].name'; }

@test "sangam --help and each verb's are the golden text" {
    {
        for verb in "" run plan status verify; do
            echo "\$ sangam $verb --help"
            sangam $verb --help
        done
    } >got
    diff "$golden/help_sangam.txt" got
}

@test "--help: standard output, exit 0, 80 columns, no trailing space, exit codes, an example" {
    for p in $programs; do
        for verb in "" $(verbs_of $p); do
            run --separate-stderr $p $verb --help
            [ "$status" -eq 0 ]
            [ -z "$stderr" ]
            [ "$(grep -cE '.{81,}' <<<"$output")" -eq 0 ]
            [ "$(grep -cE ' +$' <<<"$output")" -eq 0 ]
            grep -q '^Usage: ' <<<"$output"
            grep -q '^  4  --memory cannot be met' <<<"$output"
            [[ "$output" == *$'\nExample:\n  '* ]]
        done
    done
}

@test "--version is one line: name, version, Unicode, ICU, libzstd" {
    for p in $programs; do
        run $p --version
        [ "$status" -eq 0 ]
        grep -qE "^$p [0-9.]+ \(Unicode [0-9.]+, ICU [0-9.]+, libzstd [0-9.]+\)$" <<<"$output"
    done
}

@test "--generate contract is JSON with all options, sorted as the help has them" {
    for p in $programs; do
        $p --generate contract >contract.json
        [ "$(wc -l <contract.json)" -eq 1 ]
        jq -e --arg p $p '.program == $p and (.version | test("^[0-9]+[.]")) and (.options | length > 4)' contract.json
        jq -e '[.options, .verbs[].options] | all(.[]; map(.name) | length == (unique | length))' contract.json
        jq -e '[.options[], .verbs[].options[]] | all(.help != "" and (.name | test("^[a-z][a-z0-9-]*$")) and (.type != "choice" or (.choices | length > 0)))' contract.json
        jq -e '[.options, .verbs[].options] | all(.[]; map(.letter) - [""] | length == (unique | length))' contract.json
    done
}

@test "only options that change bytes are part of the settings" {
    for p in $programs; do
        $p --generate contract | jq -e '[.options[], .verbs[].options[]] | all(
            (.name | IN("output","threads","memory","tmp","max-bad","quiet","verbose","log","progress","dry-run","receipt","dropped","bad","help","version","generate"))
            == false or .result == false)'
    done
}

@test "manual pages: no warning from man" {
    command -v man >/dev/null || skip "man is not installed"
    for p in $programs; do
        $p --generate man >$p.1
        LC_ALL=C.UTF-8 man --warnings -l $p.1 >$p.txt 2>warnings || true
        if [ -s warnings ]; then cat warnings; false; fi
        grep -q '^NAME' $p.txt && grep -q '^EXIT STATUS' $p.txt && grep -q '^EXAMPLES' $p.txt
    done
}

@test "bash completion: options, verbs, words of choices, files" {
    for p in $programs; do
        $p --generate bash >$p.bash
        bash -n $p.bash
    done
    touch stone
    . ./sangam.bash
    . ./sangam-normalize.bash
    complete_as() {
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        $(complete -p "$1" | sed 's/.*-F \([^ ]*\) .*/\1/')
        echo "${COMPREPLY[*]}"
    }
    [ "$(complete_as sangam st)" = "stone status" ]
    [ "$(complete_as sangam run --mem)" = "--memory" ]
    [ "$(complete_as sangam status --mem)" = "" ]
    [ "$(complete_as sangam-normalize --log j)" = "json" ]
    [ "$(complete_as sangam-normalize --log = j)" = "json" ]
    [ "$(complete_as sangam-normalize -o st)" = "stone" ]
    [ "$(complete_as sangam-normalize --threads '')" = "" ]
}

@test "zsh and fish completion are sound where these shells are installed" {
    for p in $programs; do
        $p --generate zsh >_$p
        $p --generate fish >$p.fish
        grep -q "^#compdef $p$" _$p
        if command -v zsh >/dev/null; then zsh -n _$p; fi
        if command -v fish >/dev/null; then fish -n $p.fish; fi
    done
    command -v fish >/dev/null || skip "fish is not installed"
    [ "$(fish -c 'source sangam.fish; complete -C "sangam ver"')" = $'verify\tprove that every document went where the receipts say' ]
    [ "$(fish -c 'source sangam-normalize.fish; complete -C "sangam-normalize --log j"')" = $'json\tmessages as text, or as one JSON object a line' ]
}

@test "every option of every stage is explained in configs/pipelines/README.md" {
    readme=$BATS_TEST_DIRNAME/../../configs/pipelines/README.md
    for p in $programs; do
        [ $p = sangam ] && continue
        stage=${p#sangam-}
        sed -n "/^## $stage\$/,/^## /p" "$readme" >section
        $p --generate contract | jq -r '.options[].name' >names
        for name in $(grep -vxE 'output|threads|memory|tmp|max-bad|max-record|level|quiet|verbose|log|progress|dry-run|receipt|dropped|keep-dropped|bad|follow|help|version|generate' names); do
            grep -q "^| \`$name\`" section || { echo "$p: $name is not explained"; false; }
        done
        # and nothing is explained that does not exist
        for name in $(sed -n 's/^| `\([a-z-]*\)`.*/\1/p' section); do
            grep -qx -- "$name" names || { echo "$p has no option $name"; false; }
        done
    done
}
