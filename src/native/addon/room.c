/* Room on filesystems: how much there is (man 3 statvfs), and taking it before it is needed (man 3 posix_fallocate). */
#define _GNU_SOURCE
#include "values.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>

/* filesystemRoom(path): in bytes, all there is and what is available; 0 where the filesystem has no bound. */
static napi_value filesystem_room(napi_env env, napi_callback_info info)
{
	napi_value arguments[1], result = NULL;
	struct statvfs status;
	char path[PATH_MAX];
	double block;

	if (!get_arguments(env, info, 1, arguments) || !get_string(env, arguments[0], path, sizeof(path)))
		return NULL;
	if (statvfs(path, &status) < 0)
		return throw_system_error(env, "ask for room", path, errno, "");
	block = (double)status.f_frsize;
	napi_create_object(env, &result);
	set_property(env, result, "all", make_number(env, (double)status.f_blocks * block));
	set_property(env, result, "available", make_number(env, (double)status.f_bavail * block));
	return result;
}

/* reserveFile(descriptor, length): blocks for all of its bytes up to there, which read as zeros. Nothing is emulated. */
static napi_value reserve_file(napi_env env, napi_callback_info info)
{
	napi_value arguments[2];
	int32_t descriptor;
	uint64_t length;
	int failed;

	if (!get_arguments(env, info, 2, arguments) || !get_descriptor(env, arguments[0], &descriptor) ||
	    !get_uint64(env, arguments[1], &length))
		return NULL;
	do
		failed = fallocate(descriptor, 0, 0, (off_t)length);
	while (failed < 0 && errno == EINTR);
	if (failed < 0)
		return throw_descriptor_error(env, "reserve", descriptor);
	return make_undefined(env);
}

/* isNoCopyOnWrite(descriptor): whether btrfs writes the file's blocks in place (chattr +C). */
static napi_value is_no_copy_on_write(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	int32_t descriptor;
	int flags = 0;

	if (!get_arguments(env, info, 1, arguments) || !get_descriptor(env, arguments[0], &descriptor))
		return NULL;
	if (ioctl(descriptor, FS_IOC_GETFLAGS, &flags) < 0)
		return throw_descriptor_error(env, "read flags of", descriptor);
	return make_boolean(env, (flags & FS_NOCOW_FL) != 0);
}

void register_room(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "filesystemRoom", filesystem_room },
		{ "reserveFile", reserve_file },
		{ "isNoCopyOnWrite", is_no_copy_on_write },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
