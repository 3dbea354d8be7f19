#include "families.h"

#include <stddef.h>
#include <string.h>

static const struct family {
    const char *name;
    const char *labels; /* each with a space on both sides */
    bool short_only;    /* a sentence tells them apart */
} families[] = {
    {"ara",
     " aeb_Arab apc_Arab apd_Arab arb_Arab arq_Arab ary_Arab arz_Arab ayl_Arab "}, /* Arabic and its dialects */
    {"hbs", " bos_Latn hrv_Latn srp_Latn "},
    {"msa", " ind_Latn meo_Latn zsm_Latn "},
    {"fas", " pes_Arab prs_Arab "},
    {"nor", " nno_Latn nob_Latn "},
    {"zho", " yue_Hant zho_Hant "}, /* written Cantonese is often Chinese as written elsewhere */
    {"man", " bam_Latn dyu_Latn "}, /* Manding */
    {"kon", " kon_Latn ktu_Latn "},
    {"ful", " fuc_Latn fuv_Latn "},
    {"aka", " fat_Latn twi_Latn "},
    {"kin+run", " kin_Latn run_Latn "}, /* no code for the pair */
    {"nso+sot", " nso_Latn sot_Latn "},
    {"hin", " awa_Deva bho_Deva hin_Deva hne_Deva mag_Deva ", true}, /* the Hindi belt */
};

int families_count(void) {
    return (int)(sizeof families / sizeof families[0]);
}

int families_of(const char *label) {
    size_t len = strlen(label);
    for (int i = 0; i < families_count(); i++)
        for (const char *at = strstr(families[i].labels, label); at; at = strstr(at + 1, label))
            if (at[-1] == ' ' && at[len] == ' ') return i;
    return FAMILIES_NONE;
}

const char *families_name(int family) {
    return families[family].name;
}

bool families_short_only(int family) {
    return families[family].short_only;
}
