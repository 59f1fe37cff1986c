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

/* One that has ended, which may be at any step, has nothing open. */
static bool has_ended(int error)
{
	return error == ENOENT || error == ESRCH;
}

/* Whether a process has the lock of what it has open as a descriptor (man 5 proc_pid_fdinfo): 1 or 0; -1, with errno. */
static int has_lock(const char *process, const char *descriptor)
{
	char path[PATH_MAX], line[256];
	int found = 0, error;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/fdinfo/%s", process, descriptor);
	file = fopen(path, "re");
	if (!file)
		return has_ended(errno) ? 0 : -1;
	while (found == 0 && fgets(line, sizeof(line), file))
		found = strncmp(line, "lock:", strlen("lock:")) == 0 && strstr(line, " FLOCK ");
	error = found == 0 && ferror(file) && !has_ended(errno) ? errno : 0;
	fclose(file);
	errno = error;
	return error == 0 ? found : -1;
}

/*
 * Whether a process has the lock of a file that had this path and was removed: 1 or 0; -1, with errno, where that cannot be
 * told.
 */
static int has_removed_lock(const char *process, const char *folder, const char *removed)
{
	char target[PATH_MAX + 16];
	DIR *descriptors = opendir(folder);
	struct dirent *entry;
	int found = 0, error = 0;

	if (!descriptors)
		return has_ended(errno) ? 0 : -1;
	/* The end and an error look the same but for errno (man 3 readdir). */
	while (found == 0 && (errno = 0, (entry = readdir(descriptors)))) {
		ssize_t length;

		if (entry->d_name[0] == '.')
			continue;
		length = readlinkat(dirfd(descriptors), entry->d_name, target, sizeof(target) - 1);
		if (length < 0 && !has_ended(errno))
			break;
		if (length < 0)
			continue;
		target[length] = '\0';
		if (strcmp(target, removed) == 0)
			found = has_lock(process, entry->d_name);
	}
	if (found <= 0)
		error = errno;
	closedir(descriptors);
	if (found == 1 || error == 0 || has_ended(error))
		return found == 1;
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
static bool has_our_name(const char *process)
{
	char path[PATH_MAX], name[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/comm", process);
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

/* What our programs' files are called, and Node's, on which the tests run the same modules. */
static const char *const OUR_PROGRAMS[] = { "block-snapshot", "block-snapshot-tools", "node" };

/*
 * Whether a process may have a lock of ours, by the program that it runs: one that has been replaced since is "(deleted)". The
 * kernel's own have none. What cannot be told may be.
 */
static bool may_be_ours(const char *process)
{
	char path[PATH_MAX], target[PATH_MAX + 16];
	ssize_t length;
	const char *name;

	snprintf(path, sizeof(path), "/proc/%s/exe", process);
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0)
		return !has_ended(errno);
	target[length] = '\0';
	name = strrchr(target, '/');
	name = name ? name + 1 : target;
	for (size_t i = 0; i < ARRAY_LENGTH(OUR_PROGRAMS); i++) {
		size_t size = strlen(OUR_PROGRAMS[i]);

		if (strncmp(name, OUR_PROGRAMS[i], size) == 0 && (name[size] == '\0' || name[size] == ' '))
			return true;
	}
	return false;
}

/*
 * removedLockHolder(descriptor): the process of ours that holds a lock on a file which had the path of this one before and was
 * removed while it was held; 0 where there is none. By the processes: /proc/locks has all locks, but to read it is to wait until
 * all processors have come by (percpu_down_write), which takes longer than most of what a VM's start waits for.
 */
static napi_value removed_lock_holder(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	char link[64], folder[PATH_MAX] = "/proc", removed[PATH_MAX + 16];
	struct dirent *entry;
	double holder = 0;
	int32_t descriptor;
	ssize_t length;
	int error = 0;
	DIR *processes;

	if (!get_arguments(env, info, 1, arguments) || !get_descriptor(env, arguments[0], &descriptor))
		return NULL;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
	length = readlink(link, removed, PATH_MAX);
	if (length < 0) {
		errno = errno == ENOENT ? EBADF : errno;
		return throw_descriptor_error(env, "look at", descriptor);
	}
	strcpy(removed + length, " (deleted)");
	processes = opendir(folder);
	if (!processes)
		return throw_system_error(env, "list", folder, errno, "");
	while (holder == 0 && error == 0 && (errno = 0, (entry = readdir(processes)))) {
		int found;

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9' || !may_be_ours(entry->d_name))
			continue;
		snprintf(folder, sizeof(folder), "/proc/%s/fd", entry->d_name);
		found = has_removed_lock(entry->d_name, folder, removed);
		if (found > 0)
			holder = strtod(entry->d_name, NULL);
		else if (found < 0 && ((errno != EACCES && errno != EPERM) || has_our_name(entry->d_name)))
			error = errno;
	}
	if (holder == 0 && error == 0) {
		error = errno;
		strcpy(folder, "/proc");
	}
	closedir(processes);
	if (error != 0)
		return throw_system_error(env, "list", folder, error, "");
	return make_number(env, holder);
}

void register_locks(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "lockFile", lock_file },
		{ "removedLockHolder", removed_lock_holder },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
