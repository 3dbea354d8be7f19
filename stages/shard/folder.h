/*
 * folder: a language label, which may come from anywhere, as the name of a folder.
 *
 * Shape   language "_" script, bytes outside [A-Za-z0-9_-] percent-coded. Absent language: "und_Zyyy"; absent script:
 *         "Zyyy". A name that would be longer than 40 bytes is "und_Zyyy" too, and the caller counts it.
 * Units   bytes.
 * Owns    nothing; names are written to arrays of the caller.
 * Errors  none.
 * Source  shard.md section 3.
 *
 * Example "hin", "Deva" -> "hin_Deva"; "../x", "Latn" -> "%2E%2E%2Fx_Latn"; "", "" -> "und_Zyyy".
 */
#ifndef SANGAM_SHARD_FOLDER_H
#define SANGAM_SHARD_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#define SHARD_FOLDER_MAX 40
#define SHARD_FOLDER_NONE "und_Zyyy"
#define SHARD_FOLDER_SPLIT "train" /* the only split so far */

/* False when the label was too long and the name is SHARD_FOLDER_NONE. NULL or "" is an absent member. */
bool shard_folder_name(const char *language, size_t language_len, const char *script, size_t script_len,
                       char out[SHARD_FOLDER_MAX + 1]);

/* The two halves of such a name, decoded and NUL-terminated; split at the last '_'. */
void shard_folder_labels(const char *name, char language[SHARD_FOLDER_MAX + 1], char script[SHARD_FOLDER_MAX + 1]);

/* "hin_Deva/train/part-000017-of-000412.jsonl.zst". */
#define SHARD_FOLDER_PATH (SHARD_FOLDER_MAX + 64)
void shard_folder_path(const char *name, unsigned long index, unsigned long count, char out[SHARD_FOLDER_PATH]);

/* Is this the name of a shard as written above, without its folders? */
bool shard_folder_is_part(const char *file_name);

#endif
