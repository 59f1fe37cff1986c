/* Mounts (man 2 statx). */
#define _GNU_SOURCE
#include "values.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

/* From linux/stat.h of Linux 5.8; older headers lack it. */
#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x00001000U
#endif

/* mountNumber(path): of the mount that it leads to; null where the kernel does not tell. */
static napi_value mount_number(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	char path[PATH_MAX];
	struct statx status;

	if (!get_arguments(env, info, 1, arguments) || !get_string(env, arguments[0], path, sizeof(path)))
		return NULL;
	if (statx(AT_FDCWD, path, 0, STATX_MNT_ID, &status) < 0)
		return throw_system_error(env, "look at", path, errno, "");
	if (!(status.stx_mask & STATX_MNT_ID))
		return make_null(env);
	return make_number(env, (double)status.stx_mnt_id);
}

void register_mounts(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "mountNumber", mount_number },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
