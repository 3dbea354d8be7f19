#!/usr/bin/env bash
# The rooms of common/ and their doors: who may include what, and who may print or exit (README of common/, architecture).
set -u
cd "$(dirname "$0")/../.." || exit 1
bad=0
complain() { echo "$1"; bad=1; }
# file:line:text of the code alone, comments left out
code() { awk '{ gsub(/\/\*.*\*\//, "") } /^ *\/?\*/ { next } { sub(/\/\*.*/, ""); print FILENAME ":" FNR ":" $0 }' "$@"; }
# deny NAME PATTERN FILES...: no line of FILES may match
deny() {
    local why=$1 pattern=$2 hit
    shift 2
    hit=$(code "$@" | grep -E "^[^:]*:[0-9]+:.*($pattern)") && complain "$why:"$'\n'"$hit"
}
rooms() { find "$@" -name '*.[ch]' | sort; }

# base knows nobody; io and text know base; run knows these; stages know all of common and no other stage
deny "base includes another room" '#include "(io|text|run)/' $(rooms common/base)
deny "io includes text or run" '#include "(text|run)/' $(rooms common/io)
deny "text includes io or run" '#include "(io|run)/' $(rooms common/text)
deny "common includes a stage" '#include "[a-z_]+\.h"' $(rooms common)
deny "an include that climbs up" '#include "\.\./' $(rooms common stages tests)
for stage in stages/*/; do
    for other in stages/*/; do
        [ "$stage" = "$other" ] && continue
        deny "$stage includes $other" "#include \"$(basename "$other")/" $(rooms "$stage")
    done
done

# one door to each library
deny "xxHash outside base" '#include <xxhash' $(rooms common/io common/text common/run stages)
deny "zstd outside io" '#include <zstd' $(rooms common/base common/text common/run stages)
deny "libarchive outside io and ingest" '#include <archive' $(rooms common/base common/text common/run) $(rooms stages | grep -v stages/ingest/)
deny "ICU outside text, normalize and ingest's charsets" '#include <unicode/' $(rooms common/base common/io common/run) \
    $(rooms stages | grep -vE 'stages/(normalize/|ingest/charset)')
deny "libyaml outside run" '#include <yaml' $(rooms common/base common/io common/text stages)

# below run, and in a stage's core, nobody prints or ends the process
deny "printing below run" '\b(printf|puts|putchar|perror|fprintf|vprintf|vfprintf) ?\(' $(rooms common/base common/io common/text)
deny "ending the process below run" '\b(exit|_exit|abort) ?\(' $(rooms common/base common/io common/text)
deny "a stage that prints or exits by itself" '\b(printf|puts|putchar|perror|exit|_exit|abort) ?\(' $(rooms stages | grep -v stages/conduct/)
deny "libm's exp and log differ from machine to machine" '[^_a-z](exp|exp2|log|log2|log10|pow)f? ?\(' $(rooms common stages)
deny "a system call that starts a program" '\b(system|popen) ?\(' $(rooms common stages)
deny "an allocation outside base/buf" '[^_a-z.>](malloc|calloc|realloc|strdup|strndup) ?\(' $(rooms common stages | grep -v common/base/buf)

# names
find common stages -name '*.[ch]' | grep -iE '/(util|utils|misc|helpers?|stuff)\.' && complain "a drawer: name the idea instead"
for header in $(find common stages -name '*.h'); do
    grep -qE '^ \* (Shape|Source|Calls|Owns|Errors)' "$header" || complain "$header: no labelled opening (Shape, Calls, Owns, Errors, Source)"
done
exit $bad
