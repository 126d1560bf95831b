/* A thread pool: does n independent pieces of work, while the caller waits or does something else. */
#ifndef GEFS_BASE_POOL_H
#define GEFS_BASE_POOL_H

#include <stdatomic.h>
#include <stddef.h>

/* n calls of work(arg, i, worker), for i in 0..n-1; worker is below pool_jobs(). The caller fills in these four. */
struct pool_batch {
	size_t n;
	void (*work)(void *arg, size_t i, unsigned worker);
	void *arg;
	size_t few; /* so many calls are done sooner than another thread is awake; 0: one */
	/* The pool's: */
	atomic_size_t next;
	unsigned busy; /* threads at work in it, the caller not counted */
	struct pool_batch *later;
};

struct pool;

/* jobs counts the caller too: 1 means no threads at all. NULL when out of memory. */
struct pool *pool_new(unsigned jobs);
void pool_free(struct pool *);
enum { POOL_MAX = 256 };
/* How many jobs a user means: those asked for, or with 0 one for each processor; POOL_MAX at most. */
unsigned pool_choose(unsigned asked);
unsigned pool_jobs(const struct pool *);

/* Has a batch done by the other threads, after those that were started before; the caller goes on. It belongs to the
 * pool until pool_wait, which does what is left and returns when all is done. Neither may be called from work. */
void pool_start(struct pool *, struct pool_batch *);
void pool_wait(struct pool *, struct pool_batch *);
/* Both. */
void pool_run(struct pool *, size_t n, void (*work)(void *arg, size_t i, unsigned worker), void *arg);

#endif
