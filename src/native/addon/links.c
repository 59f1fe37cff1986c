/* Names of files: renamed, given a second time, symbolic links, and the folders that hold them. */
#define _GNU_SOURCE
#include "values.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Two paths: what was there, and what comes of it. */
static bool get_two_paths(napi_env env, napi_callback_info info, char *from, char *to)
{
	napi_value arguments[2];

	return get_arguments(env, info, 2, arguments) && get_string(env, arguments[0], from, PATH_MAX) &&
	       get_string(env, arguments[1], to, PATH_MAX);
}

/* renameFile(from, to): what `to` named before is that name's no longer; in one step (man 2 rename). */
static napi_value rename_file(napi_env env, napi_callback_info info)
{
	char from[PATH_MAX], to[PATH_MAX];

	if (!get_two_paths(env, info, from, to))
		return NULL;
	if (rename(from, to) < 0)
		return throw_system_error(env, "rename", from, errno, "");
	return make_undefined(env);
}

/* linkFile(from, to): a second name for the same file; EEXIST when it is taken. */
static napi_value link_file(napi_env env, napi_callback_info info)
{
	char from[PATH_MAX], to[PATH_MAX];

	if (!get_two_paths(env, info, from, to))
		return NULL;
	if (link(from, to) < 0)
		return throw_system_error(env, "link", to, errno, "");
	return make_undefined(env);
}

/* makeLink(target, path): puts a symbolic link there; one that was there is replaced in one step (man 2 rename). */
static napi_value make_link(napi_env env, napi_callback_info info)
{
	char target[PATH_MAX], path[PATH_MAX], fresh[PATH_MAX + 8];

	if (!get_two_paths(env, info, target, path))
		return NULL;
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	unlink(fresh);
	if (symlink(target, fresh) < 0)
		return throw_system_error(env, "make link", path, errno, "");
	if (rename(fresh, path) < 0) {
		throw_system_error(env, "make link", path, errno, "");
		unlink(fresh);
		return NULL;
	}
	return make_undefined(env);
}

/* removeFolder(path): ENOTEMPTY when something is in it. */
static napi_value remove_folder(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	char path[PATH_MAX];

	if (!get_arguments(env, info, 1, arguments) || !get_string(env, arguments[0], path, sizeof(path)))
		return NULL;
	if (rmdir(path) < 0)
		return throw_system_error(env, "remove folder", path, errno, "");
	return make_undefined(env);
}

/* setFolderMode(path, mode): of a folder, and of nothing that a symbolic link leads to. */
static napi_value set_folder_mode(napi_env env, napi_callback_info info)
{
	napi_value arguments[2];
	char path[PATH_MAX];
	struct stat status;
	uint32_t mode;

	if (!get_arguments(env, info, 2, arguments) || !get_string(env, arguments[0], path, sizeof(path)) ||
	    !get_uint32(env, arguments[1], &mode))
		return NULL;
	if (lstat(path, &status) < 0)
		return throw_system_error(env, "look at", path, errno, "");
	if (!S_ISDIR(status.st_mode))
		return throw_system_error(env, "set mode of", path, ENOTDIR, "");
	if ((status.st_mode & 07777) != mode && chmod(path, mode) < 0)
		return throw_system_error(env, "set mode of", path, errno, "");
	return make_undefined(env);
}

void register_links(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "renameFile", rename_file },
		{ "linkFile", link_file },
		{ "makeLink", make_link },
		{ "removeFolder", remove_folder },
		{ "setFolderMode", set_folder_mode },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
