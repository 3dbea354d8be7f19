/* configs/models/lid372.model, put into the program by the assembler; paths are those of the build, from the top folder. */
#include "langtag.h"

__asm__(".section .rodata\n"
        ".balign 64\n"
        ".global langtag_embedded\n"
        ".hidden langtag_embedded\n"
        "langtag_embedded:\n"
        ".incbin \"configs/models/lid372.model\"\n"
        ".global langtag_embedded_end\n"
        ".hidden langtag_embedded_end\n"
        "langtag_embedded_end:\n"
        ".byte 0\n"
        ".previous\n");
