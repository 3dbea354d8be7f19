/* Names of what is counted, in the order of enum normalize_count (tests compare them with normalize_keys). */
#include "normalize.h"

#define EACH_PASS(x)                                                                               \
    x("utf8") x("zawgyi") x("ansi") x("entities") x("mojibake") x("c1") x("newline") x("control")  \
        x("bidi") x("tags") x("variation") x("invisible") x("joiners") x("nfc") x("width")         \
            x("ligatures") x("presentation") x("indic") x("thai_lao") x("khmer") x("ethiopic")     \
                x("tatweel") x("lang") x("digits") x("marks") x("quotes") x("whitespace")          \
                    x("blank")
#define DOCUMENTS(name) name "_documents",
#define LINES(name) name "_lines",
#define REMOVED(name) name "_removed",
#define ADDED(name) name "_added",

/* clang-format off */
const char *const normalize_count_names[NORMALIZE_COUNTS + 1] = {
    "documents_changed", "lines_changed", "fffd_in", "fffd", "private_use", "entities_decoded", "moji_lines",
    "moji_latin_1", "moji_windows_1252", "moji_windows_1251", "moji_windows_1250", "moji_windows_1253", "moji_windows_1254",
    "moji_windows_1257", "moji_iso_8859_2", "moji_macroman", "moji_cp437", "moji_part",
    "zawgyi", "visual_order", "bidi_override", "tag_removed", "vs_removed", "joiner_kept", "joiner_removed", "zwsp_kept",
    "nonconverged", "too_long",
    EACH_PASS(DOCUMENTS) EACH_PASS(LINES) EACH_PASS(REMOVED) EACH_PASS(ADDED) NULL};
/* clang-format on */
