/* Files and folders: the system calls that the hot path needs, without what node:fs costs to load. */
#define _GNU_SOURCE
#include "values.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The one path that most functions take. */
static bool get_path(napi_env env, napi_callback_info info, char *path)
{
	napi_value arguments[1];

	return get_arguments(env, info, 1, arguments) && get_string(env, arguments[0], path, PATH_MAX);
}

static const char *kind_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "file";
	case S_IFBLK:
		return "block device";
	case S_IFDIR:
		return "directory";
	case S_IFSOCK:
		return "socket";
	case S_IFIFO:
		return "named pipe";
	case S_IFLNK:
		return "symbolic link";
	default:
		return "character device";
	}
}

static napi_value describe_file(napi_env env, const struct stat *status)
{
	napi_value result = NULL;

	napi_create_object(env, &result);
	set_property(env, result, "kind", make_string(env, kind_of(status->st_mode)));
	set_property(env, result, "device", make_bigint(env, status->st_dev));
	set_property(env, result, "inode", make_bigint(env, status->st_ino));
	set_property(env, result, "rdev", make_bigint(env, status->st_rdev));
	set_property(env, result, "size", make_number(env, (double)status->st_size));
	/* st_blocks counts 512 bytes each, whatever the filesystem's own block is (man 3 stat). */
	set_property(env, result, "allocated", make_number(env, (double)status->st_blocks * 512));
	set_property(env, result, "modified",
		     make_number(env, (double)status->st_mtim.tv_sec * 1000 + (double)(status->st_mtim.tv_nsec / 1000000)));
	set_property(env, result, "changed",
		     make_bigint(env, (uint64_t)status->st_mtim.tv_sec * 1000000000 + (uint64_t)status->st_mtim.tv_nsec));
	set_property(env, result, "user", make_number(env, status->st_uid));
	set_property(env, result, "group", make_number(env, status->st_gid));
	set_property(env, result, "mode", make_number(env, status->st_mode & 07777));
	set_property(env, result, "links", make_number(env, (double)status->st_nlink));
	return result;
}

static napi_value look_at(napi_env env, napi_callback_info info, int (*look)(const char *, struct stat *))
{
	char path[PATH_MAX];
	struct stat status;

	if (!get_path(env, info, path))
		return NULL;
	if (look(path, &status) == 0)
		return describe_file(env, &status);
	if (errno == ENOENT || errno == ENOTDIR)
		return make_null(env);
	return throw_system_error(env, "look at", path, errno, "");
}

/* fileStatus(path): symbolic links are followed; null where there is nothing. */
static napi_value file_status(napi_env env, napi_callback_info info)
{
	return look_at(env, info, stat);
}

/* linkStatus(path): the same of the last link itself. */
static napi_value link_status(napi_env env, napi_callback_info info)
{
	return look_at(env, info, lstat);
}

/*
 * resolveFile(path): the same with `path`, the one that leads there without symbolic links; null where there is nothing.
 * Status and path are of one file, whatever is renamed meanwhile; the file itself is not opened (man 2 open, O_PATH).
 */
static napi_value resolve_file(napi_env env, napi_callback_info info)
{
	char path[PATH_MAX], link[64], resolved[PATH_MAX];
	napi_value result;
	struct stat status;
	int descriptor, error_number;
	ssize_t length;

	if (!get_path(env, info, path))
		return NULL;
	descriptor = open(path, O_PATH | O_CLOEXEC);
	if (descriptor < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return make_null(env);
		return throw_system_error(env, "look at", path, errno, "");
	}
	snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
	length = fstat(descriptor, &status) < 0 ? -1 : readlink(link, resolved, sizeof(resolved) - 1);
	error_number = errno;
	close(descriptor);
	if (length < 0)
		return throw_system_error(env, "look at", path, error_number, "");
	resolved[length] = '\0';
	/* Removed in this moment: what the kernel shows is no path. */
	if (status.st_nlink == 0)
		return make_null(env);
	result = describe_file(env, &status);
	set_property(env, result, "path", make_string(env, resolved));
	return result;
}

/* descriptorStatus(descriptor) */
static napi_value descriptor_status(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	struct stat status;
	int32_t descriptor;

	if (!get_arguments(env, info, 1, arguments) || !get_descriptor(env, arguments[0], &descriptor))
		return NULL;
	if (fstat(descriptor, &status) < 0)
		return throw_descriptor_error(env, "look at", descriptor);
	return describe_file(env, &status);
}

/* openFile(path, flags, mode of a file that it makes): a descriptor that no other program inherits. */
static napi_value open_file(napi_env env, napi_callback_info info)
{
	napi_value arguments[3];
	char path[PATH_MAX];
	uint32_t flags, mode;
	int descriptor;

	if (!get_arguments(env, info, 3, arguments) || !get_string(env, arguments[0], path, sizeof(path)) ||
	    !get_uint32(env, arguments[1], &flags) || !get_uint32(env, arguments[2], &mode))
		return NULL;
	descriptor = open(path, (int)flags | O_CLOEXEC, mode);
	if (descriptor < 0)
		return throw_system_error(env, "open", path, errno, "");
	return make_number(env, descriptor);
}

/* listFolder(path): the names in it, without . and .. */
static napi_value list_folder(napi_env env, napi_callback_info info)
{
	napi_value result = NULL;
	char path[PATH_MAX];
	struct dirent *entry;
	uint32_t index = 0;
	DIR *folder;

	if (!get_path(env, info, path))
		return NULL;
	folder = opendir(path);
	if (!folder)
		return throw_system_error(env, "list", path, errno, "");
	napi_create_array(env, &result);
	/* The end and an error look the same but for errno (man 3 readdir). */
	while (errno = 0, (entry = readdir(folder)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			napi_set_element(env, result, index++, make_string(env, entry->d_name));
	if (errno != 0) {
		throw_system_error(env, "list", path, errno, "");
		closedir(folder);
		return NULL;
	}
	closedir(folder);
	return result;
}

/* readLink(path): where a symbolic link leads; null where there is none. */
static napi_value read_link(napi_env env, napi_callback_info info)
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t length;

	if (!get_path(env, info, path))
		return NULL;
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0) {
		if (errno == ENOENT)
			return make_null(env);
		return throw_system_error(env, "read link", path, errno, "");
	}
	target[length] = '\0';
	return make_string(env, target);
}

/* makeFolder(path, mode) */
static napi_value make_folder(napi_env env, napi_callback_info info)
{
	napi_value arguments[2];
	char path[PATH_MAX];
	uint32_t mode;

	if (!get_arguments(env, info, 2, arguments) || !get_string(env, arguments[0], path, sizeof(path)) ||
	    !get_uint32(env, arguments[1], &mode))
		return NULL;
	if (mkdir(path, mode) < 0 && errno != EEXIST)
		return throw_system_error(env, "make folder", path, errno, "");
	return make_undefined(env);
}

/* removeFile(path) */
static napi_value remove_file(napi_env env, napi_callback_info info)
{
	char path[PATH_MAX];

	if (!get_path(env, info, path))
		return NULL;
	if (unlink(path) < 0)
		return throw_system_error(env, "remove", path, errno, "");
	return make_undefined(env);
}

/* linkTemporaryFile(descriptor opened with O_TMPFILE, path): gives it a name; EEXIST when it is taken (man 2 open). */
static napi_value link_temporary_file(napi_env env, napi_callback_info info)
{
	napi_value arguments[2];
	char path[PATH_MAX], source[64];
	int32_t descriptor;

	if (!get_arguments(env, info, 2, arguments) || !get_descriptor(env, arguments[0], &descriptor) ||
	    !get_string(env, arguments[1], path, sizeof(path)))
		return NULL;
	snprintf(source, sizeof(source), "/proc/self/fd/%d", descriptor);
	if (linkat(AT_FDCWD, source, AT_FDCWD, path, AT_SYMLINK_FOLLOW) < 0)
		return throw_system_error(env, "link", path, errno, "");
	return make_undefined(env);
}

void register_files(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "fileStatus", file_status },
		{ "linkStatus", link_status },
		{ "resolveFile", resolve_file },
		{ "descriptorStatus", descriptor_status },
		{ "openFile", open_file },
		{ "listFolder", list_folder },
		{ "readLink", read_link },
		{ "makeFolder", make_folder },
		{ "removeFile", remove_file },
		{ "linkTemporaryFile", link_temporary_file },
	};
	napi_value flags = NULL;

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
	/* The numbers differ between processors. */
	napi_create_object(env, &flags);
	set_property(env, flags, "readOnly", make_number(env, O_RDONLY));
	set_property(env, flags, "readWrite", make_number(env, O_RDWR));
	set_property(env, flags, "writeOnly", make_number(env, O_WRONLY));
	set_property(env, flags, "append", make_number(env, O_APPEND));
	set_property(env, flags, "truncate", make_number(env, O_TRUNC));
	set_property(env, flags, "create", make_number(env, O_CREAT));
	set_property(env, flags, "exclusive", make_number(env, O_EXCL));
	set_property(env, flags, "noFollow", make_number(env, O_NOFOLLOW));
	set_property(env, flags, "nonBlocking", make_number(env, O_NONBLOCK));
	set_property(env, flags, "temporary", make_number(env, O_TMPFILE));
	set_property(env, flags, "path", make_number(env, O_PATH));
	set_property(env, exports, "openFlags", flags);
}
