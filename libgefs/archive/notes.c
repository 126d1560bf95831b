#include <string.h>

#include "archive/export.h"

int
stopped(struct export *x)
{
	return gefs_fail(x->e, GEFS_ECANCEL, GEFS_NIL, "stopped");
}

int
note(struct export *x, gefs_export_kind kind, const uint8_t *path, size_t path_len, const gefs_error *why)
{
	gefs_export_note n = {kind, x->label, path, path_len, why->addr, why->text};

	x->st.changed += kind == GEFS_EXPORT_CHANGED;
	x->st.omitted += kind == GEFS_EXPORT_OMITTED;
	if (x->o->note && x->o->note(x->o->arg, &n))
		return stopped(x);
	if (kind == GEFS_EXPORT_DAMAGE && x->o->strict)
		return gefs_fail(x->e, GEFS_EINVAL, why->addr, "stopped at the first damage");
	return 0;
}
