/* A thread pool with one verb: do n independent pieces of work, and wait. */
#ifndef GEFS_BASE_POOL_H
#define GEFS_BASE_POOL_H

#include <stddef.h>

struct pool;

/* jobs counts the caller too: 1 means no threads at all. NULL when out of memory. */
struct pool *pool_new(unsigned jobs);
void pool_free(struct pool *);
unsigned pool_jobs(const struct pool *);

/* Calls work(arg, i, worker) for i in 0..n-1 on all threads, the caller's included; worker is below
 * pool_jobs(). Returns when all are done. Not reentrant. */
void pool_run(struct pool *, size_t n, void (*work)(void *arg, size_t i, unsigned worker), void *arg);

#endif
