/* What node:fs lacks: flock, what a block device tells of itself, a name for a file made without one. */
#define _GNU_SOURCE
#include "values.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* From linux/fs.h of Linux 5.15; older headers lack it. */
#ifndef BLKGETDISKSEQ
#define BLKGETDISKSEQ _IOR(0x12, 128, uint64_t)
#endif

/* lockFile(descriptor): true when the exclusive lock was got, false when another holds it. */
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

/* blockDeviceSize(descriptor): in bytes. */
static napi_value block_device_size(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	int32_t descriptor;
	uint64_t bytes;

	if (!get_arguments(env, info, 1, arguments) || !get_int32(env, arguments[0], &descriptor))
		return NULL;
	if (ioctl(descriptor, BLKGETSIZE64, &bytes) < 0)
		return throw_descriptor_error(env, "read size of block device", descriptor);
	return make_number(env, (double)bytes);
}

/* blockDeviceSequence(descriptor): the number that no other disk of this boot has; null before Linux 5.15. */
static napi_value block_device_sequence(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	int32_t descriptor;
	uint64_t sequence;

	if (!get_arguments(env, info, 1, arguments) || !get_int32(env, arguments[0], &descriptor))
		return NULL;
	if (ioctl(descriptor, BLKGETDISKSEQ, &sequence) < 0) {
		if (errno == ENOTTY)
			return make_null(env);
		return throw_descriptor_error(env, "read sequence number of block device", descriptor);
	}
	return make_bigint(env, sequence);
}

/* linkTemporaryFile(descriptor opened with O_TMPFILE, path): gives it a name; EEXIST when the name is taken (man 2 open). */
static napi_value link_temporary_file(napi_env env, napi_callback_info info)
{
	napi_value arguments[2];
	char path[4096], source[64];
	int32_t descriptor;

	if (!get_arguments(env, info, 2, arguments) || !get_int32(env, arguments[0], &descriptor) ||
	    !get_string(env, arguments[1], path, sizeof(path)))
		return NULL;
	snprintf(source, sizeof(source), "/proc/self/fd/%d", descriptor);
	if (linkat(AT_FDCWD, source, AT_FDCWD, path, AT_SYMLINK_FOLLOW) < 0)
		return throw_system_error(env, "link", path, errno, "");
	return make_undefined(env);
}

/* sleepMilliseconds(number): the program waits, and does nothing else. */
static napi_value sleep_milliseconds(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	uint32_t milliseconds;

	if (!get_arguments(env, info, 1, arguments) || !get_uint32(env, arguments[0], &milliseconds))
		return NULL;
	usleep(milliseconds * 1000);
	return make_undefined(env);
}

void register_files(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "lockFile", lock_file },
		{ "blockDeviceSize", block_device_size },
		{ "blockDeviceSequence", block_device_sequence },
		{ "linkTemporaryFile", link_temporary_file },
		{ "sleepMilliseconds", sleep_milliseconds },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
