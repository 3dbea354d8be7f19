/*
 * graph: from sorted keys to edges to components; what link and cluster do, and settle again for giant components.
 *
 * Shape   edge files (EDGE) of a job's folder; components as a COMP file, one row a document that has an edge, by document:
 *         (document, smallest document of its component).
 * Units   documents are numbers below graph->documents.
 * Calls   dedup_stars per sorted key file, dedup_components once for all its edges.
 * Owns    nothing.
 * Errors  SG_SYSTEM, SG_DATA of the files.
 */
#ifndef SANGAM_DEDUP_GRAPH_H
#define SANGAM_DEDUP_GRAPH_H

#include "io/extsort.h"
#include "records.h"

/* sort: records of big-endian (key, document), sorted. One star of edges for every key that occurs more than once. */
enum sg_code dedup_stars(struct sg_extsort *sort, struct dedup_rows *edges, struct sg_err *err) SG_MUST_CHECK;

struct dedup_graph {
    const struct dedup_job *job;
    const char *const *files; /* names of edge files */
    size_t file_count;
    uint64_t documents, memory_bytes;
};

/* Writes the COMP file `name`; *members: its rows. */
enum sg_code dedup_components(const struct dedup_graph *graph, const char *name, uint64_t *members,
                              struct sg_err *err) SG_MUST_CHECK;

#endif
