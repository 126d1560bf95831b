/* The end of every edit: arena headers and root data, in the order in which a crash at any moment leaves an image that
 * loads. What the new state needs besides goes into blocks that the old one has free, in phase TXN_NEW. */
#ifndef GEFS_TXN_ROOTS_H
#define GEFS_TXN_ROOTS_H

#include "txn/txn.h"

/* With superblocks, at every moment one of them is good and the headers that it names are there: before
 * TXN_SUPER_USED those of the old state, in the second copies; from then on those of the new one, in the first. Where
 * each arena has one header with everything that matters in one sector, TXN_FIRST is all there is to do. */
enum {
	TXN_NEW,         /* new blocks; header copies that are not good, made like the good one */
	TXN_FIRST,       /* first header copies */
	TXN_SUPER_SPARE, /* the superblock that is not in use */
	TXN_SUPER_USED,  /* the one in use */
	TXN_SECOND       /* second header copies */
};

struct roots {
	struct {
		bool change;
		struct arena_header header; /* with change: the new one */
		bool mended[2];             /* out: copies that were not good */
	} arena[GEFS_MAX_ARENAS];
	bool super_mended[2]; /* out: as of gefs_compact_result */
};

/* Puts what has to be written to the transaction. The image must be without errors. */
int txn_roots(struct txn *, gefs_image *, struct roots *, gefs_error *);

#endif
