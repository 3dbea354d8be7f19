#if defined(__x86_64__)
#include "compact.h"

/* From the highest lane down: one that stays moves those before it up by a byte and takes the lowest. */
#define ADD(lanes, m, i) ((lanes) << 8 * ((m) >> (i)&1) | (uint64_t)((m) >> (i)&1) * (i))
#define LANES(m)                                                                                   \
    ADD(ADD(ADD(ADD(ADD(ADD(ADD(ADD((uint64_t)0, m, 7), m, 6), m, 5), m, 4), m, 3), m, 2), m, 1),  \
        m, 0)
#define FOUR(m) LANES(m), LANES((m) + 1), LANES((m) + 2), LANES((m) + 3)
#define SIXTEEN(m) FOUR(m), FOUR((m) + 4), FOUR((m) + 8), FOUR((m) + 12)
#define SIXTY_FOUR(m) SIXTEEN(m), SIXTEEN((m) + 16), SIXTEEN((m) + 32), SIXTEEN((m) + 48)

const uint64_t compact_lanes[256] = {SIXTY_FOUR(0), SIXTY_FOUR(64), SIXTY_FOUR(128),
                                     SIXTY_FOUR(192)};
#else
typedef int compact_is_for_x86; /* a file may not be empty */
#endif
