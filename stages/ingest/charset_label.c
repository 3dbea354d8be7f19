#include "charset_label.h"

#include <string.h>
#include <strings.h>

/* clang-format off */
static const struct charset_label table[] = {
    {"utf-8", "UTF-8", "utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8"},
    {"windows-1252", "ibm-5348_P100-1997",
     "cp1252 x-cp1252 ansi_x3.4-1968 ascii us-ascii iso-8859-1 iso8859-1 iso88591 "
     "iso_8859-1 iso_8859-1:1987 latin1 latin-1 l1 ibm819 cp819 iso-ir-100 csisolatin1"},
    {"windows-1250", "ibm-5346_P100-1998", "cp1250 x-cp1250"},
    {"windows-1251", "ibm-5347_P100-1998", "cp1251 x-cp1251 win-1251"},
    {"windows-1253", "ibm-5349_P100-1998", "cp1253 x-cp1253"},
    {"windows-1254", "ibm-5350_P100-1998",
     "cp1254 x-cp1254 iso-8859-9 iso8859-9 iso88599 iso_8859-9 latin5 l5 iso-ir-148 "
     "csisolatin5"},
    {"windows-1255", "ibm-9447_P100-2002", "cp1255 x-cp1255"},
    {"windows-1256", "ibm-9448_X100-2005", "cp1256 x-cp1256"},
    {"windows-1257", "ibm-9449_P100-2002", "cp1257 x-cp1257"},
    {"windows-1258", "ibm-5354_P100-1998", "cp1258 x-cp1258"},
    {"windows-874", "windows-874-2000",
     "cp874 dos-874 tis-620 tis620 iso-8859-11 iso8859-11 iso885911 ms874"},
    {"iso-8859-2", "ibm-912_P100-1995",
     "iso8859-2 iso88592 iso_8859-2 latin2 l2 iso-ir-101 csisolatin2"},
    {"iso-8859-3", "ibm-913_P100-2000", "iso8859-3 iso88593 iso_8859-3 latin3 l3 csisolatin3"},
    {"iso-8859-4", "ibm-914_P100-1995", "iso8859-4 iso88594 iso_8859-4 latin4 l4 csisolatin4"},
    {"iso-8859-5", "ibm-915_P100-1995",
     "iso8859-5 iso88595 iso_8859-5 cyrillic csisolatincyrillic"},
    {"iso-8859-6", "ibm-1089_P100-1995",
     "iso8859-6 iso88596 iso_8859-6 arabic asmo-708 ecma-114 iso-8859-6-e iso-8859-6-i"},
    {"iso-8859-7", "ibm-9005_X110-2007",
     "iso8859-7 iso88597 iso_8859-7 greek greek8 ecma-118 elot_928 sun_eu_greek"},
    {"iso-8859-8", "ibm-5012_P100-1999",
     "iso8859-8 iso88598 iso_8859-8 hebrew visual iso-8859-8-e iso-8859-8-i logical "
     "csiso88598i"},
    {"iso-8859-10", "iso-8859_10-1998", "iso8859-10 iso885910 latin6 l6 csisolatin6"},
    {"iso-8859-13", "ibm-921_P100-1995", "iso8859-13 iso885913"},
    {"iso-8859-14", "iso-8859_14-1998", "iso8859-14 iso885914"},
    {"iso-8859-15", "ibm-923_P100-1998",
     "iso8859-15 iso885915 iso_8859-15 latin9 latin-9 l9 csisolatin9"},
    {"koi8-r", "ibm-878_P100-1996", "koi koi8 koi8_r cskoi8r"},
    {"koi8-u", "ibm-1168_P100-2002", "koi8-ru"},
    {"macintosh", "macos-0_2-10.2", "mac x-mac-roman csmacintosh macroman mac-roman"},
    {"x-mac-cyrillic", "macos-7_3-10.2", "x-mac-ukrainian mac-cyrillic maccyrillic"},
    {"x-mac-ce", "macos-29-10.2", "mac-centraleurope maccentraleurope x-mac-centraleurroman macce"},
    {"ibm866", "ibm-866_P100-1995", "866 cp866 csibm866"},
    {"ibm850", "ibm-850_P100-1995", "850 cp850 cspc850multilingual"},
    {"ibm852", "ibm-852_P100-1995", "852 cp852 cspcp852"},
    {"ibm855", "ibm-855_P100-1995", "855 cp855 csibm855"},
    {"gb18030", "gb18030",
     "gb2312 gb_2312 gb_2312-80 gbk x-gbk chinese cp936 windows-936 ms936 euc-cn csgb2312 "
     "csiso58gb231280 iso-ir-58"},
    {"big5", "Big5-HKSCS", "big5-hkscs cn-big5 x-x-big5 csbig5 cp950 windows-950"},
    {"euc-tw", "EUC-TW", "x-euc-tw cns11643"},
    {"euc-jp", "EUC-JP", "x-euc-jp eucjp cseucpkdfmtjapanese"},
    {"shift_jis", "ibm-943_P15A-2003",
     "shift-jis sjis x-sjis ms_kanji windows-31j ms932 cp932 csshiftjis"},
    {"iso-2022-jp", "ISO-2022-JP", "csiso2022jp"},
    {"iso-2022-kr", "ISO-2022-KR", "csiso2022kr"},
    {"iso-2022-cn", "ISO-2022-CN", "iso-2022-cn-ext"},
    {"hz-gb-2312", "HZ-GB-2312", "hz"},
    {"euc-kr", "windows-949-2000",
     "cp949 uhc ms949 windows-949 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 "
     "euckr cseuckr iso-ir-149"},
    {"utf-16le", "UTF-16LE", "utf-16 utf16 ucs-2 unicode csunicode iso-10646-ucs-2"},
    {"utf-16be", "UTF-16BE", "unicodefffe"},
    {"utf-32le", "UTF-32LE", "utf-32"},
    {"utf-32be", "UTF-32BE", ""},
    {"iscii-dev", "ISCII,version=0", "x-iscii-de iscii"},
    {"iscii-bng", "ISCII,version=1", "x-iscii-be x-iscii-as"},
    {"iscii-gur", "ISCII,version=2", "x-iscii-pa"},
    {"iscii-guj", "ISCII,version=3", "x-iscii-gu"},
    {"iscii-ori", "ISCII,version=4", "x-iscii-or"},
    {"iscii-tml", "ISCII,version=5", "x-iscii-ta"},
    {"iscii-tlg", "ISCII,version=6", "x-iscii-te"},
    {"iscii-knd", "ISCII,version=7", "x-iscii-ka"},
    {"iscii-mlm", "ISCII,version=8", "x-iscii-ma"},
};
/* clang-format on */

static int in_list(const char *list, const char *word, size_t len) {
    for (const char *at = list; *at;) {
        size_t n = strcspn(at, " ");
        if (n == len && strncasecmp(at, word, len) == 0) return 1;
        at += n + (at[n] == ' ');
    }
    return 0;
}

const struct charset_label *charset_label_find(const char *label) {
    label += strspn(label, " \t");
    size_t len = strcspn(label, " \t\r\n;");
    if (len == 0) return NULL;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (in_list(table[i].name, label, len) || in_list(table[i].labels, label, len))
            return &table[i];
    return NULL;
}
