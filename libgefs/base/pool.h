/* A thread pool: does n independent pieces of work, while the caller waits or does something else. */
#ifndef GEFS_BASE_POOL_H
#define GEFS_BASE_POOL_H

#include <stddef.h>

struct pool;

/* jobs counts the caller too: 1 means no threads at all. NULL when out of memory. */
struct pool *pool_new(unsigned jobs);
void pool_free(struct pool *);
unsigned pool_jobs(const struct pool *);

/* Has work(arg, i, worker) called for i in 0..n-1 on the other threads, while the caller goes on; worker is below
 * pool_jobs(). Work that was started before is waited for. */
void pool_start(struct pool *, size_t n, void (*work)(void *arg, size_t i, unsigned worker), void *arg);
/* Returns when all that was started is done; the caller does its part. */
void pool_wait(struct pool *);
/* Both. None of the three may be called from work. */
void pool_run(struct pool *, size_t n, void (*work)(void *arg, size_t i, unsigned worker), void *arg);

#endif
