/* Extended attributes of files (man 7 xattr). */
#include "values.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/types.h>
#include <sys/xattr.h>

/* fileAttribute(path, name): an extended attribute of less than a KiB; null where there is none, or cannot be. */
static napi_value file_attribute(napi_env env, napi_callback_info info)
{
	char path[PATH_MAX], name[256], value[1024];
	napi_value arguments[2];
	ssize_t length;

	if (!get_arguments(env, info, 2, arguments) || !get_string(env, arguments[0], path, sizeof(path)) ||
	    !get_string(env, arguments[1], name, sizeof(name)))
		return NULL;
	length = getxattr(path, name, value, sizeof(value) - 1);
	if (length < 0) {
		if (errno == ENODATA || errno == ENOTSUP || errno == ENOENT)
			return make_null(env);
		return throw_system_error(env, "read attribute of", path, errno, "");
	}
	value[length] = '\0';
	return make_string(env, value);
}

/* setFileAttribute(path, name, value): false where the filesystem keeps none. */
static napi_value set_file_attribute(napi_env env, napi_callback_info info)
{
	char path[PATH_MAX], name[256], value[1024];
	napi_value arguments[3];

	if (!get_arguments(env, info, 3, arguments) || !get_string(env, arguments[0], path, sizeof(path)) ||
	    !get_string(env, arguments[1], name, sizeof(name)) || !get_string(env, arguments[2], value, sizeof(value)))
		return NULL;
	if (setxattr(path, name, value, strlen(value), 0) == 0)
		return make_boolean(env, true);
	if (errno == ENOTSUP || errno == ENOSPC || errno == EDQUOT || errno == EPERM)
		return make_boolean(env, false);
	return throw_system_error(env, "set attribute of", path, errno, "");
}

/* removeFileAttribute(path, name): where there is none, nothing happens. */
static napi_value remove_file_attribute(napi_env env, napi_callback_info info)
{
	char path[PATH_MAX], name[256];
	napi_value arguments[2];

	if (!get_arguments(env, info, 2, arguments) || !get_string(env, arguments[0], path, sizeof(path)) ||
	    !get_string(env, arguments[1], name, sizeof(name)))
		return NULL;
	if (removexattr(path, name) < 0 && errno != ENODATA && errno != ENOTSUP)
		return throw_system_error(env, "remove attribute of", path, errno, "");
	return make_undefined(env);
}

void register_attributes(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "fileAttribute", file_attribute },
		{ "setFileAttribute", set_file_attribute },
		{ "removeFileAttribute", remove_file_attribute },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
