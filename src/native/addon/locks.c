/* Locks on files (man 2 flock). */
#define _GNU_SOURCE
#include "values.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* lockFile(descriptor): true when the exclusive lock was got, false when another holds it (man 2 flock). */
static napi_value lock_file(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	int32_t descriptor;

	if (!get_arguments(env, info, 1, arguments) || !get_int32(env, arguments[0], &descriptor))
		return NULL;
	if (flock(descriptor, LOCK_EX | LOCK_NB) == 0)
		return make_boolean(env, true);
	if (errno == EWOULDBLOCK)
		return make_boolean(env, false);
	return throw_descriptor_error(env, "flock", descriptor);
}

/* Whether a process has the file open that had this path and was removed. */
static bool has_removed_file(unsigned long process, const char *removed)
{
	char folder[64], target[PATH_MAX + 16];
	struct dirent *entry;
	bool found = false;
	DIR *descriptors;

	snprintf(folder, sizeof(folder), "/proc/%lu/fd", process);
	descriptors = opendir(folder);
	if (!descriptors)
		return false;
	while (!found && (entry = readdir(descriptors))) {
		ssize_t length = readlinkat(dirfd(descriptors), entry->d_name, target, sizeof(target) - 1);

		if (length < 0)
			continue;
		target[length] = '\0';
		found = strcmp(target, removed) == 0;
	}
	closedir(descriptors);
	return found;
}

/*
 * removedLockHolder(descriptor): the process that holds a lock on a file which had the path of this one before and was
 * removed while it was held; 0 where there is none (man 5 proc_locks).
 */
static napi_value removed_lock_holder(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	char link[64], removed[PATH_MAX + 16], *line = NULL;
	unsigned long holder = 0;
	struct stat own;
	int32_t descriptor;
	ssize_t length;
	size_t size = 0;
	FILE *locks;

	if (!get_arguments(env, info, 1, arguments) || !get_int32(env, arguments[0], &descriptor))
		return NULL;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
	length = readlink(link, removed, PATH_MAX);
	if (length < 0 || fstat(descriptor, &own) < 0)
		return throw_descriptor_error(env, "look at", descriptor);
	strcpy(removed + length, " (deleted)");
	locks = fopen("/proc/locks", "re");
	if (!locks)
		return throw_system_error(env, "open", "/proc/locks", errno, "");
	while (holder == 0 && getline(&line, &size, locks) > 0) {
		unsigned long process, inode;
		unsigned int major_number, minor_number;

		if (sscanf(line, "%*d: FLOCK %*s %*s %lu %x:%x:%lu", &process, &major_number, &minor_number, &inode) == 4 &&
		    major_number == major(own.st_dev) && minor_number == minor(own.st_dev) && inode != own.st_ino &&
		    has_removed_file(process, removed))
			holder = process;
	}
	free(line);
	if (ferror(locks)) {
		throw_system_error(env, "read", "/proc/locks", errno, "");
		fclose(locks);
		return NULL;
	}
	fclose(locks);
	return make_number(env, (double)holder);
}

void register_locks(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "lockFile", lock_file },
		{ "removedLockHolder", removed_lock_holder },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
