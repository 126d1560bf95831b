#include "base/pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

struct pool {
	unsigned jobs;           /* threads that work, the caller included */
	pthread_t *threads;      /* jobs - 1 of them */
	pthread_mutex_t lock;
	pthread_cond_t start, done;
	struct pool_batch *first; /* those started and not yet waited for, in order */
	unsigned joined;         /* hands out worker numbers */
	bool stop;
};

static void
drain(struct pool_batch *b, unsigned worker)
{
	for (;;) {
		size_t i = atomic_fetch_add(&b->next, 1);
		if (i >= b->n)
			return;
		b->work(b->arg, i, worker);
	}
}

static struct pool_batch *
find_work(const struct pool *p)
{
	struct pool_batch *b = p->first;
	while (b && atomic_load(&b->next) >= b->n)
		b = b->later;
	return b;
}

static void *
thread_main(void *arg)
{
	struct pool *p = arg;
	struct pool_batch *b;

	pthread_mutex_lock(&p->lock);
	unsigned worker = ++p->joined;
	while (!p->stop) {
		if (!(b = find_work(p))) {
			pthread_cond_wait(&p->start, &p->lock);
			continue;
		}
		b->busy++;
		pthread_mutex_unlock(&p->lock);
		drain(b, worker);
		pthread_mutex_lock(&p->lock);
		if (--b->busy == 0)
			pthread_cond_signal(&p->done);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct pool *
pool_new(unsigned jobs)
{
	struct pool *p = calloc(1, sizeof *p);
	if (!p)
		return NULL;
	if (jobs == 0)
		jobs = 1;
	p->threads = calloc(jobs, sizeof *p->threads);
	if (!p->threads) {
		free(p);
		return NULL;
	}
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->start, NULL);
	pthread_cond_init(&p->done, NULL);
	/* Fewer threads than asked for is slower, never wrong. */
	p->jobs = 1;
	while (p->jobs < jobs && pthread_create(&p->threads[p->jobs - 1], NULL, thread_main, p) == 0)
		p->jobs++;
	return p;
}

void
pool_free(struct pool *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->start);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i + 1 < p->jobs; i++)
		pthread_join(p->threads[i], NULL);
	pthread_cond_destroy(&p->start);
	pthread_cond_destroy(&p->done);
	pthread_mutex_destroy(&p->lock);
	free(p->threads);
	free(p);
}

unsigned
pool_choose(unsigned asked)
{
	long n = asked ? (long)asked : sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : n > POOL_MAX ? POOL_MAX : (unsigned)n;
}

unsigned
pool_jobs(const struct pool *p)
{
	return p->jobs;
}

void
pool_start(struct pool *p, struct pool_batch *b)
{
	struct pool_batch **at = &p->first;

	atomic_init(&b->next, 0);
	b->busy = 0;
	b->later = NULL;
	pthread_mutex_lock(&p->lock);
	while (*at)
		at = &(*at)->later;
	*at = b;
	if (b->n > 1 && b->n > b->few)
		pthread_cond_broadcast(&p->start);
	pthread_mutex_unlock(&p->lock);
}

void
pool_wait(struct pool *p, struct pool_batch *b)
{
	struct pool_batch **at = &p->first;

	drain(b, 0);
	pthread_mutex_lock(&p->lock);
	while (*at != b)
		at = &(*at)->later;
	*at = b->later; /* who has not come yet need not be waited for */
	while (b->busy)
		pthread_cond_wait(&p->done, &p->lock);
	pthread_mutex_unlock(&p->lock);
}

void
pool_run(struct pool *p, size_t n, void (*work)(void *, size_t, unsigned), void *arg)
{
	struct pool_batch b = {.n = n, .work = work, .arg = arg};

	pool_start(p, &b);
	pool_wait(p, &b);
}
