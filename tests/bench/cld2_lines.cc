// CLD2 over the lines of a text file, for comparison: MB/s and lines/s of the best of five rounds. usage: cld2_lines FILE
#include <cstdio> // its header needs this and does not say so
#include <cld2/public/compact_lang_det.h>

#include <cstring>
#include <ctime>
#include <string>

static double now() {
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
    std::string text;
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : nullptr;
    if (!file) return 2;
    char piece[65536];
    for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;) text.append(piece, got);
    fclose(file);
    double best = 1e9;
    size_t lines = 0, known = 0;
    for (int i = 0; i < 5; i++) {
        double start = now();
        lines = 0;
        for (size_t at = 0; at < text.size(); lines++) {
            size_t end = text.find('\n', at);
            if (end == std::string::npos) end = text.size();
            bool reliable;
            known += CLD2::DetectLanguage(text.data() + at, static_cast<int>(end - at), true, &reliable) != CLD2::UNKNOWN_LANGUAGE;
            at = end + 1;
        }
        if (now() - start < best) best = now() - start;
    }
    printf("CLD2               %7.1f MB/s  %9.0f lines/s  (%.1f %% known)\n", text.size() / 1e6 / best, lines / best,
           100.0 * known / 5 / lines);
}
