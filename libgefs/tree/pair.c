/* Two versions of a leaf, which nearly always hold nearly the same. */
#include "tree/tree.h"

/* Key and value stand one behind the other, so that one look at the bytes compares both. */
static bool
alike(const gefs_record *a, const gefs_record *b)
{
	const uint8_t *end = a->value.p + a->value.n;
	return a->key.n == b->key.n && a->value.n == b->value.n &&
	       memcmp(a->key.p, b->key.p, (size_t)(end - a->key.p)) == 0;
}

uint32_t
values_alike(const struct node *a, uint32_t i, const struct node *b, uint32_t j, uint32_t max)
{
	uint32_t n = 0;

	while (n < max) {
		gefs_record x = node_value(a, i + n), y = node_value(b, j + n);
		if (!alike(&x, &y))
			break;
		n++;
	}
	return n;
}

unsigned
pair_next(struct leaf_pair *p)
{
	uint32_t left[2] = {p->leaf[0]->nval - p->next[0], p->leaf[1]->nval - p->next[1]};
	uint32_t same = values_alike(p->leaf[0], p->next[0], p->leaf[1], p->next[1], left[0] < left[1] ? left[0] : left[1]);
	unsigned found = 0;

	for (int k = 0; k < 2; k++) {
		p->next[k] += same;
		p->at[k] = p->next[k];
		found |= (p->at[k] < p->leaf[k]->nval) << k;
	}
	if (found == 3) {
		int c = bytes_cmp(node_value(p->leaf[0], p->at[0]).key, node_value(p->leaf[1], p->at[1]).key);
		found = c < 0 ? 1 : c > 0 ? 2 : 3;
	}
	p->next[0] += found & 1;
	p->next[1] += found >> 1;
	return found;
}
