/* A file that takes the place of another one only when it is complete. */
#ifndef COMMON_NEWFILE_H
#define COMMON_NEWFILE_H

#include <stdbool.h>
#include <sys/types.h>

struct newfile {
	char *path; /* where it goes */
	char *temp; /* its name beside that until then; NULL: it has its name, or was never made */
	int fd;
};

/* The permissions that no new file gets: the umask. */
mode_t newfile_mask(void);
/* The permissions of files that programs make. */
mode_t newfile_mode(void);
/* Makes an empty file beside path. These three return false with errno set when something fails; newfile_close is needed
 * after each of them. */
bool newfile_open(struct newfile *, const char *path, mode_t mode);
/* Closes it and gives it its name. */
bool newfile_keep(struct newfile *);
/* Makes the name outlive a crash, where the file system can. */
bool newfile_sync_folder(const struct newfile *);
/* Frees; a file that was not kept is gone. */
void newfile_close(struct newfile *);

#endif
