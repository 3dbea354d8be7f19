#include "io/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* "123 (name) Z ...": the state stands behind the last parenthesis, for a name may hold any. */
static bool is_zombie(long process) {
    char path[40], stat[512];
    snprintf(path, sizeof path, "/proc/%ld/stat", process);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t len = read(fd, stat, sizeof stat - 1);
    close(fd);
    if (len <= 0) return false;
    stat[len] = 0;
    const char *behind = strrchr(stat, ')');
    return behind && (strncmp(behind, ") Z", 3) == 0 || strncmp(behind, ") X", 3) == 0);
}

bool sg_process_gone(long process) {
    if (process <= 0) return false;
    if (kill((pid_t)process, 0) != 0) return errno == ESRCH;
    return is_zombie(process);
}
