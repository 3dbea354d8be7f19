#include "run/tmp.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "io/file.h"
#include "io/process.h"

#define PREFIX ".sangam.tmp."

static void empty_and_remove(const char *path) {
    DIR *folder = opendir(path);
    struct dirent *entry;
    while (folder && (entry = readdir(folder)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder) closedir(folder);
    rmdir(path);
}

/* Folders of runs on this host that are no more. */
static void sweep(const char *parent, const char *host) {
    char prefix[128];
    int len = snprintf(prefix, sizeof prefix, PREFIX "%s.", host);
    DIR *folder = opendir(parent);
    struct dirent *entry;
    while (folder && (entry = readdir(folder)) != NULL) {
        if (strncmp(entry->d_name, prefix, (size_t)len) != 0) continue;
        long pid = strtol(entry->d_name + len, NULL, 10);
        if (!sg_process_gone(pid)) continue;
        char *path = sg_printf_dup("%s/%s", parent, entry->d_name);
        empty_and_remove(path);
        free(path);
    }
    if (folder) closedir(folder);
}

enum sg_code sg_tmp_make(const char *chosen, const char *output, char **path, struct sg_err *err) {
    const char *parent = chosen ? chosen : output ? output : getenv("TMPDIR");
    char host[65] = "localhost";
    if (!parent || !parent[0]) parent = "/tmp";
    gethostname(host, sizeof host - 1);
    enum sg_code code = sg_file_make_folder(parent, err);
    if (code != SG_OK) return code;
    sweep(parent, host);
    *path = sg_printf_dup("%s/" PREFIX "%s.%ld", parent, host, (long)getpid());
    empty_and_remove(*path); /* of an earlier process with our number */
    if (mkdir(*path, 0700) == 0) return SG_OK;
    sg_err_sys(err, "cannot make a folder for intermediate files");
    code = sg_err_at(err, *path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    free(*path);
    *path = NULL;
    return code;
}

void sg_tmp_remove(char *path) {
    if (path) empty_and_remove(path);
    free(path);
}
