#include "hand-over.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LARGER "block-snapshot-tools"

/* It lies beside this one, whatever link that was called by. */
void hand_over(const char *called, char **parameters, char *path, unsigned long size)
{
	ssize_t length = readlink("/proc/self/exe", path, size - 1);
	char *given = parameters[0];
	char *name;

	if (length < 0) {
		snprintf(path, size, "/proc/self/exe");
		return;
	}
	path[length] = '\0';
	name = strrchr(path, '/') + 1;
	if ((size_t)(name - path) + sizeof(LARGER) > size) {
		errno = ENAMETOOLONG;
		return;
	}
	strcpy(name, LARGER);
	/* What main and the addon have changed. */
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	if (called)
		parameters[0] = (char *)called;
	execv(path, parameters);
	parameters[0] = given;
	signal(SIGPIPE, SIG_IGN);
}
