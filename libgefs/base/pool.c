#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

struct pool {
	unsigned jobs;           /* threads that work, the caller included */
	pthread_t *threads;      /* jobs - 1 of them */
	pthread_mutex_t lock;
	pthread_cond_t start, done;
	unsigned long round;     /* grows with every pool_start */
	unsigned busy;           /* threads at work in this round, the caller not counted */
	bool open;               /* there may be work left in this round */
	unsigned joined;         /* hands out worker numbers */
	bool stop;
	size_t n;
	atomic_size_t next;
	void (*work)(void *, size_t, unsigned);
	void *arg;
};

static void
drain(struct pool *p, unsigned worker)
{
	for (;;) {
		size_t i = atomic_fetch_add(&p->next, 1);
		if (i >= p->n)
			return;
		p->work(p->arg, i, worker);
	}
}

static void *
thread_main(void *arg)
{
	struct pool *p = arg;
	unsigned long seen = 0;

	pthread_mutex_lock(&p->lock);
	unsigned worker = ++p->joined;
	for (;;) {
		while (!p->stop && (!p->open || p->round == seen))
			pthread_cond_wait(&p->start, &p->lock);
		if (p->stop)
			break;
		seen = p->round;
		p->busy++;
		pthread_mutex_unlock(&p->lock);
		drain(p, worker);
		pthread_mutex_lock(&p->lock);
		if (--p->busy == 0)
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
pool_jobs(const struct pool *p)
{
	return p->jobs;
}

void
pool_start(struct pool *p, size_t n, void (*work)(void *, size_t, unsigned), void *arg)
{
	pool_wait(p);
	pthread_mutex_lock(&p->lock);
	p->work = work;
	p->arg = arg;
	p->n = n;
	atomic_store(&p->next, 0);
	p->round++;
	p->open = true;
	if (n > 1) /* one piece is done sooner than another thread is awake */
		pthread_cond_broadcast(&p->start);
	pthread_mutex_unlock(&p->lock);
}

void
pool_wait(struct pool *p)
{
	if (!p->open)
		return;
	drain(p, 0);
	pthread_mutex_lock(&p->lock);
	p->open = false; /* who has not come yet need not be waited for */
	while (p->busy)
		pthread_cond_wait(&p->done, &p->lock);
	pthread_mutex_unlock(&p->lock);
}

void
pool_run(struct pool *p, size_t n, void (*work)(void *, size_t, unsigned), void *arg)
{
	pool_start(p, n, work, arg);
	pool_wait(p);
}
