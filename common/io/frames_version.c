#include <zstd.h>

#include "io/frames.h"

const char *sg_frames_zstd_version(void) {
    return ZSTD_versionString();
}
