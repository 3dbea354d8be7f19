/* Memory that cannot be had ends the process: declared in base/buf.h, where nobody may print or exit. */
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"

_Noreturn void sg_mem_failed(size_t bytes) {
    char text[160];
    int len = snprintf(
        text, sizeof text,
        "sangam: error: out of memory: the system refused %zu bytes; give the job more memory, "
        "or a smaller --memory or -j\n",
        bytes);
    if (write(STDERR_FILENO, text, (size_t)len) < 0) _exit(SG_BUDGET);
    _exit(SG_BUDGET);
}
