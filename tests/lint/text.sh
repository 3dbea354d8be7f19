#!/usr/bin/env bash
# Plain hygiene of the sources: line length, tabs, trailing blanks, shell syntax, unfinished words.
set -u
cd "$(dirname "$0")/../.." || exit 1
bad=0
complain() { echo "$1"; bad=1; }
sources=$(find common stages tests -name '*.[ch]' ! -name '*_table.c' ! -name '*_data.c' | sort)
hit=$(grep -nP '^.{131,}$' $sources) && complain "lines over 130 columns:"$'\n'"$hit"
hit=$(grep -nP '\t' $sources) && complain "tabs:"$'\n'"$hit"
hit=$(grep -nP ' +$' $sources) && complain "blanks at line ends:"$'\n'"$hit"
hit=$(grep -nE '\b(TODO|FIXME|XXX|HACK)\b' $sources) && complain "unfinished:"$'\n'"$hit"
for script in $(find tests .ci configs -name '*.sh') .ci/run; do
    [ -f "$script" ] || continue
    bash -n "$script" || complain "$script: shell syntax"
done
exit $bad
