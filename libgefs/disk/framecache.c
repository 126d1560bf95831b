#include "disk/framecache.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* More than threads can use at once, and few enough to be looked through for each read. */
enum { SLOTS = 320 };

struct slot {
	size_t frame;
	enum { EMPTY, LOADING, READY, FAILED } state;
	unsigned users;   /* threads that load it, wait for it or copy from it; it stays meanwhile */
	uint64_t used;    /* when, by the clock below */
	uint8_t *data;    /* stays when the frame goes, for the next one */
	size_t room;      /* bytes */
};

struct framecache {
	frame_load_fn load;
	void *arg;
	size_t budget, bytes; /* rooms of all slots */
	uint64_t clock;
	pthread_mutex_t lock;
	pthread_cond_t change;
	struct slot slot[SLOTS];
};

struct framecache *
framecache_new(size_t budget, frame_load_fn load, void *arg)
{
	struct framecache *c = calloc(1, sizeof *c);
	if (!c)
		return NULL;
	c->budget = budget;
	c->load = load;
	c->arg = arg;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->change, NULL);
	return c;
}

void
framecache_free(struct framecache *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		free(c->slot[i].data);
	pthread_cond_destroy(&c->change);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

static struct slot *
find(struct framecache *c, size_t frame)
{
	for (size_t i = 0; i < SLOTS; i++)
		if (c->slot[i].state != EMPTY && c->slot[i].frame == frame)
			return &c->slot[i];
	return NULL;
}

/* Of those that nobody uses: the one that was used longest ago, with or without memory; NULL if there is none. */
static struct slot *
oldest(struct framecache *c, bool with_room)
{
	struct slot *best = NULL;

	for (size_t i = 0; i < SLOTS; i++) {
		struct slot *s = &c->slot[i];
		if (s->users || (s->room > 0) != with_room)
			continue;
		if (!best || s->used < best->used)
			best = s;
	}
	return best;
}

static void
drop(struct framecache *c, struct slot *s)
{
	c->bytes -= s->room;
	free(s->data);
	*s = (struct slot){0};
}

/* A slot with size bytes of room, taken from frames that are older if need be; NULL when out of memory. */
static struct slot *
make_room(struct framecache *c, size_t size)
{
	struct slot *s = NULL, *old;

	while (c->bytes + size > c->budget && (old = oldest(c, true))) {
		if (old->room == size) { /* the usual case: frames have one size */
			old->state = EMPTY;
			return old;
		}
		drop(c, old);
	}
	if (!(s = oldest(c, false)) && (s = oldest(c, true)))
		drop(c, s);
	if (!s || !(s->data = malloc(size)))
		return NULL;
	s->room = size;
	c->bytes += size;
	return s;
}

/* With the lock held, which is let go meanwhile. */
static int
load(struct framecache *c, struct slot *s, size_t frame, size_t size, gefs_error *e)
{
	s->frame = frame;
	s->state = LOADING;
	pthread_mutex_unlock(&c->lock);
	int rc = c->load(c->arg, frame, s->data, size, e);
	pthread_mutex_lock(&c->lock);
	/*
	 * Those that waited for a frame that cannot be loaded try it themselves, and get their own error: in this
	 * slot, so that a bad frame never takes the room of several.
	 */
	s->state = rc == 0 ? READY : FAILED;
	pthread_cond_broadcast(&c->change);
	return rc;
}

/* The frame's slot, READY and with one more user; NULL with an error. */
static struct slot *
acquire(struct framecache *c, size_t frame, size_t size, gefs_error *e)
{
	struct slot *s = find(c, frame);

	if (!s && !(s = make_room(c, size))) {
		gefs_fail_memory(e);
		return NULL;
	}
	s->users++;
	while (s->state == LOADING)
		pthread_cond_wait(&c->change, &c->lock);
	if (s->state == READY)
		return s;
	if (load(c, s, frame, size, e) == 0)
		return s;
	if (--s->users == 0)
		s->state = EMPTY;
	return NULL;
}

int
framecache_read(struct framecache *c, size_t frame, size_t size, size_t off, void *buf, size_t len, gefs_error *e)
{
	pthread_mutex_lock(&c->lock);
	struct slot *s = acquire(c, frame, size, e);
	if (s) {
		s->used = ++c->clock;
		pthread_mutex_unlock(&c->lock);
		memcpy(buf, s->data + off, len);
		pthread_mutex_lock(&c->lock);
		s->users--;
	}
	pthread_mutex_unlock(&c->lock);
	return s ? 0 : -1;
}
