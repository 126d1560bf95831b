/* What find is looking for. */
#ifndef SH_FIND_H
#define SH_FIND_H

#include "sh.h"

/* "+5", "-5", "5" */
struct amount {
	char sign; /* + more, - less, = exactly; 0: anything */
	uint64_t n;
};

struct wanted {
	const char *name, *iname, *path; /* patterns; NULL: any */
	char type;                       /* f, d; 0: any */
	struct amount size, days;
	int64_t now;                     /* that days count back from */
	bool has_newer, has_after, has_before, has_user, has_group, has_qid;
	int64_t newer, after, before;    /* ns */
	int32_t user, group;
	uint64_t qid;
};

/* From the options; -1 to go on, else the exit status. */
int wanted_parse(struct shell *, const struct call *, struct wanted *);
bool wanted_is(const struct wanted *, const gefs_file *);

#endif
