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

	if (!get_arguments(env, info, 1, arguments) || !get_descriptor(env, arguments[0], &descriptor))
		return NULL;
	if (flock(descriptor, LOCK_EX | LOCK_NB) == 0)
		return make_boolean(env, true);
	if (errno == EWOULDBLOCK)
		return make_boolean(env, false);
	return throw_descriptor_error(env, "flock", descriptor);
}

/*
 * Whether a process has the file open that had this path and was removed: 1 or 0; -1, with errno, where that cannot be told.
 * One that has ended, which may be at any step, has nothing open.
 */
static int has_removed_file(const char *folder, const char *removed)
{
	char target[PATH_MAX + 16];
	DIR *descriptors = opendir(folder);
	struct dirent *entry;
	int found = 0, error = 0;

	if (!descriptors)
		return errno == ENOENT || errno == ESRCH ? 0 : -1;
	/* The end and an error look the same but for errno (man 3 readdir). */
	while (found == 0 && (errno = 0, (entry = readdir(descriptors)))) {
		ssize_t length;

		if (entry->d_name[0] == '.')
			continue;
		length = readlinkat(dirfd(descriptors), entry->d_name, target, sizeof(target) - 1);
		if (length < 0 && errno != ENOENT && errno != ESRCH)
			break;
		if (length < 0)
			continue;
		target[length] = '\0';
		found = strcmp(target, removed) == 0;
	}
	if (found == 0)
		error = errno;
	closedir(descriptors);
	if (error == 0 || error == ENOENT || error == ESRCH)
		return found;
	errno = error;
	return -1;
}

/* What our programs are called when they are scripts of Xen, of qubesd or of libvirt; the kernel keeps 15 bytes of a name. */
static const char *const OUR_NAMES[] = {
	"block-snapshot",   "block-origin", "block-reflink", "block-reflink-origin", "create-snapshot",
	"destroy-snapshot", "qemu",	    "libxl",
};

/*
 * Whether a process may be one of ours, by its name: that is told to everybody, where a profile of SELinux or AppArmor keeps
 * its descriptors from us. One that has ended is none; what cannot be told may be.
 */
static bool may_be_ours(unsigned long process)
{
	char path[64], name[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%lu/comm", process);
	file = fopen(path, "re");
	if (!file)
		return errno != ENOENT;
	if (!fgets(name, sizeof(name), file)) {
		bool ended = errno == ESRCH;

		fclose(file);
		return !ended;
	}
	fclose(file);
	name[strcspn(name, "\n")] = '\0';
	for (size_t i = 0; i < ARRAY_LENGTH(OUR_NAMES); i++)
		if (strncmp(name, OUR_NAMES[i], 15) == 0)
			return true;
	return false;
}

/* The digits at a place, and what ends them, which is passed, too. */
static bool take_number(const char **at, unsigned int base, char end, unsigned long *number)
{
	const char *first = *at;

	for (*number = 0;; (*at)++) {
		unsigned int digit = base;

		if (**at >= '0' && **at <= '9')
			digit = **at - '0';
		else if (**at >= 'a' && **at <= 'f')
			digit = **at - 'a' + 10;
		if (digit >= base)
			break;
		*number = *number * base + digit;
	}
	return *at != first && *(*at)++ == end;
}

/*
 * A line of /proc/locks about a lock by flock that somebody has: its number, the kind, two words, the process, and the file. By hand, for
 * sscanf is another function with each age of glibc, and a program that has the newer one runs on no older glibc.
 */
static bool read_lock(const char *line, unsigned long *process, unsigned long *major_number, unsigned long *minor_number,
		      unsigned long *inode)
{
	static const char kind[] = ": FLOCK ";
	const char *at = strstr(line, kind);
	int word;

	if (!at)
		return false;
	at += strlen(kind);
	for (word = 0; word < 2; word++) {
		at += strspn(at, " ");
		at += strcspn(at, " ");
	}
	at += strspn(at, " ");
	return take_number(&at, 10, ' ', process) && take_number(&at, 16, ':', major_number) &&
	       take_number(&at, 16, ':', minor_number) && take_number(&at, 10, ' ', inode);
}

/*
 * removedLockHolder(descriptor): the process that holds a lock on a file which had the path of this one before and was
 * removed while it was held; 0 where there is none (man 5 proc_locks).
 */
static napi_value removed_lock_holder(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	char link[64], folder[64] = "", removed[PATH_MAX + 16], *line = NULL;
	unsigned long holder = 0, looked_at = 0;
	int found = 0, error = 0;
	struct stat own;
	int32_t descriptor;
	ssize_t length;
	size_t size = 0;
	FILE *locks;

	if (!get_arguments(env, info, 1, arguments) || !get_descriptor(env, arguments[0], &descriptor))
		return NULL;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
	length = fstat(descriptor, &own) < 0 ? -1 : readlink(link, removed, PATH_MAX);
	if (length < 0)
		return throw_descriptor_error(env, "look at", descriptor);
	strcpy(removed + length, " (deleted)");
	locks = fopen("/proc/locks", "re");
	if (!locks)
		return throw_system_error(env, "open", "/proc/locks", errno, "");
	while (holder == 0 && getline(&line, &size, locks) > 0) {
		unsigned long process, inode, major_number, minor_number;

		if (read_lock(line, &process, &major_number, &minor_number, &inode) &&
		    process != looked_at && major_number == major(own.st_dev) && minor_number == minor(own.st_dev) &&
		    inode != own.st_ino) {
			/* The locks of one process mostly follow each other. */
			looked_at = process;
			snprintf(folder, sizeof(folder), "/proc/%lu/fd", process);
			found = has_removed_file(folder, removed);
			error = errno;
			if (found < 0 && (error == EACCES || error == EPERM) && !may_be_ours(process))
				found = 0;
			if (found != 0)
				holder = process;
		}
	}
	free(line);
	if (found < 0) {
		fclose(locks);
		return throw_system_error(env, "list", folder, error, "");
	}
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
