/*
 * tmp: a folder for one run's intermediate files.
 *
 * Shape   ".sangam.tmp.<host>.<pid>" in --tmp, else in the output folder, else in $TMPDIR or /tmp.
 * Calls   make, use, remove. make also removes such folders of killed runs (same host and no such process).
 * Owns    the folder and all files directly in it.
 * Errors  SG_SYSTEM with the folder's name.
 */
#ifndef SANGAM_RUN_TMP_H
#define SANGAM_RUN_TMP_H

#include "base/err.h"

/* chosen: --tmp or NULL; output: the output folder or NULL. *path is for the caller to hand to remove. */
enum sg_code sg_tmp_make(const char *chosen, const char *output, char **path,
                         struct sg_err *err) SG_MUST_CHECK;
void sg_tmp_remove(char *path); /* frees path too; accepts NULL */

#endif
