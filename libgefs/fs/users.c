#include "fs/users.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/vec.h"

enum { USER_NAME_MAX = 127 };

struct fill {
	char *text;
	uint64_t len;
	struct users *u;
};

static int
fill_extent(void *arg, const gefs_extent *x)
{
	struct fill *f = arg;
	if (!x->data) {
		f->u->error = *x->error;
		f->u->damaged = true;
		return 0;
	}
	memcpy(f->text + x->offset, x->data, x->len);
	return 0;
}

static int
bad_line(struct users *u, size_t line, const char *why)
{
	u->damaged = true;
	return gefs_fail(&u->error, GEFS_EDAMAGE, GEFS_NIL, "users file, line %zu: %s", line, why);
}

/* id:name:leader:members */
static int
parse_line(struct users *u, char *line, size_t number)
{
	char *field[4] = {line};
	char *end;

	for (int i = 1; i < 4; i++) {
		char *colon = strchr(field[i - 1], ':');
		if (!colon)
			return bad_line(u, number, "expected id:name:leader:members");
		*colon = 0;
		field[i] = colon + 1;
	}
	long id = strtol(field[0], &end, 10);
	if (end == field[0] || *end || id < INT32_MIN || id > INT32_MAX)
		return bad_line(u, number, "the id is no number");
	if (!field[1][0] || strlen(field[1]) > USER_NAME_MAX)
		return bad_line(u, number, "the name must have 1 to 127 bytes");
	gefs_user user = {(int32_t)id, field[1], field[2], field[3]};
	if (!vec_push(u->user, u->n, u->cap, user))
		return gefs_fail_memory(&u->error);
	return 0;
}

static int
parse(struct users *u, char *text)
{
	size_t number = 0;

	/* An unterminated last line does not count. */
	for (char *line = text, *nl; (nl = strchr(line, '\n')); line = nl + 1) {
		*nl = 0;
		number++;
		if (!line[0] || line[0] == '#')
			continue;
		if (parse_line(u, line, number) < 0)
			return -1;
	}
	return 0;
}

static int
name_cmp(const char *a, size_t n, const char *b, size_t m)
{
	int c = memcmp(a, b, n < m ? n : m);
	return c ? c : (n > m) - (n < m);
}

static int
index_name_cmp(const void *a, const void *b, void *arg)
{
	const struct users *u = arg;
	const char *x = u->user[*(const size_t *)a].name, *y = u->user[*(const size_t *)b].name;
	int c = name_cmp(x, strlen(x), y, strlen(y));
	return c ? c : (*(const size_t *)a > *(const size_t *)b) - (*(const size_t *)a < *(const size_t *)b);
}

static int
index_id_cmp(const void *a, const void *b, void *arg)
{
	const struct users *u = arg;
	int32_t x = u->user[*(const size_t *)a].id, y = u->user[*(const size_t *)b].id;
	if (x != y)
		return x < y ? -1 : 1;
	return (*(const size_t *)a > *(const size_t *)b) - (*(const size_t *)a < *(const size_t *)b);
}

static int
make_index(struct users *u)
{
	u->by_name = calloc(u->n + 1, sizeof *u->by_name);
	u->by_id = calloc(u->n + 1, sizeof *u->by_id);
	if (!u->by_name || !u->by_id)
		return gefs_fail_memory(&u->error);
	for (size_t i = 0; i < u->n; i++)
		u->by_name[i] = u->by_id[i] = i;
	qsort_r(u->by_name, u->n, sizeof *u->by_name, index_name_cmp, u);
	qsort_r(u->by_id, u->n, sizeof *u->by_id, index_id_cmp, u);
	return 0;
}

static const gefs_user *
by_name(const struct users *u, const char *name, size_t len)
{
	for (size_t lo = 0, hi = u->by_name ? u->n : 0; lo < hi;) {
		size_t mid = (lo + hi) / 2;
		const gefs_user *x = &u->user[u->by_name[mid]];
		int c = name_cmp(x->name, strlen(x->name), name, len);
		if (c == 0)
			return x;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* The first user of the file with this number. */
static const gefs_user *
by_id(const struct users *u, int32_t id)
{
	size_t lo = 0, hi = u->by_id ? u->n : 0, n = hi;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (u->user[u->by_id[mid]].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && u->user[u->by_id[lo]].id == id ? &u->user[u->by_id[lo]] : NULL;
}

/* Leaders and members must be users of the file. */
static int
check_links(struct users *u)
{
	for (size_t i = 0; i < u->n; i++) {
		const gefs_user *x = &u->user[i];
		if (x->leader[0] && !by_name(u, x->leader, strlen(x->leader))) {
			u->damaged = true;
			return gefs_fail(&u->error, GEFS_EDAMAGE, GEFS_NIL,
					 "users file: leader \"%.64s\" of \"%.64s\" is no user", x->leader, x->name);
		}
		if (strcmp(x->leader, "none") == 0) {
			u->damaged = true;
			return gefs_fail(&u->error, GEFS_EDAMAGE, GEFS_NIL, "users file: none leads \"%.64s\"", x->name);
		}
		for (const char *m = x->members; *m;) {
			size_t len = strcspn(m, ",");
			if (len && !by_name(u, m, len)) {
				u->damaged = true;
				return gefs_fail(&u->error, GEFS_EDAMAGE, GEFS_NIL,
						 "users file: member \"%.*s\" of \"%.64s\" is no user",
						 (int)(len < 64 ? len : 64), m, x->name);
			}
			m += len + (m[len] == ',');
		}
	}
	return 0;
}

/* The table of the server itself, for want of a file. */
static int
builtin(struct users *u, const struct builtin_user *table)
{
	for (; table->name; table++) {
		gefs_user user = {table->id, table->name, table->leader, table->members};
		if (!vec_push(u->user, u->n, u->cap, user))
			return gefs_fail_memory(&u->error);
	}
	return make_index(u);
}

static int
load(gefs_image *img, struct users *u)
{
	const struct format *f = img->f;
	gefs_tree t;
	gefs_dirent d;
	uint8_t storage[KEY_MAX];

	if (!format_has(f, GEFS_HAS_TREES))
		return 0; /* there is nobody to ask */
	if (gefs_tree_find(img, f->users.label, &t, &u->error) < 0)
		return -1;
	if (gefs_file_find(img, &t, f->users.path, &d, storage, &u->error) < 0)
		return u->error.code == GEFS_ENOENT && f->users.table ? builtin(u, f->users.table) : -1;
	if (d.is_dir || d.length >= USERS_MAX)
		return gefs_fail(&u->error, GEFS_EDAMAGE, GEFS_NIL, "%s:%s is %s, expected a file below 1 MiB",
				 f->users.label, f->users.path, d.is_dir ? "a directory" : "too long");
	u->text = calloc(1, (size_t)d.length + 1);
	if (!u->text)
		return gefs_fail_memory(&u->error);
	struct fill fill = {u->text, d.length, u};
	if (gefs_file_read(img, &t, &d, 0, d.length, fill_extent, &fill, &u->error) < 0)
		return -1;
	if (!u->damaged && memchr(u->text, 0, (size_t)d.length))
		return gefs_fail(&u->error, GEFS_EDAMAGE, GEFS_NIL, "%s:%s holds a zero byte", f->users.label,
				 f->users.path);
	int rc = parse(u, u->text);
	if (make_index(u) < 0)
		return -1;
	return rc < 0 ? -1 : check_links(u);
}

struct users *
users_get(gefs_image *img)
{
	if (img->users)
		return img->users;
	struct users *u = calloc(1, sizeof *u);
	if (!u)
		return NULL;
	if (load(img, u) < 0) {
		if (u->error.code == GEFS_ECANCEL) { /* the next one who asks may have the time */
			users_free(u);
			return NULL;
		}
		u->damaged = true;
	}
	img->users = u;
	return u;
}

void
users_free(struct users *u)
{
	if (!u)
		return;
	free(u->by_name);
	free(u->by_id);
	free(u->user);
	free(u->text);
	free(u);
}

size_t
gefs_user_count(gefs_image *img)
{
	struct users *u = users_get(img);
	return u ? u->n : 0;
}

const gefs_user *
gefs_user_get(gefs_image *img, size_t i)
{
	struct users *u = users_get(img);
	return u && i < u->n ? &u->user[i] : NULL;
}

const gefs_error *
gefs_users_error(gefs_image *img)
{
	struct users *u = users_get(img);
	if (!u)
		return &image_interruption;
	return u->damaged ? &u->error : NULL;
}

bool
users_known(gefs_image *img, int32_t id)
{
	struct users *u = users_get(img);
	return u && by_id(u, id);
}

static const char *
name_of(gefs_image *img, int32_t id, const char *otherwise)
{
	struct users *u = users_get(img);
	const gefs_user *x = u ? by_id(u, id) : NULL;
	return x ? x->name : otherwise;
}

const char *
gefs_user_name(gefs_image *img, int32_t id)
{
	/* The name that 0 has in the file stands in for unknown users; without a file, adm and none are built in. */
	const char *none = name_of(img, 0, "none");
	return name_of(img, id, id == -1 && gefs_user_count(img) == 0 ? "adm" : none);
}

const char *
gefs_group_name(gefs_image *img, int32_t id)
{
	return name_of(img, id, id == -1 && gefs_user_count(img) == 0 ? "adm" : "nogroup");
}
