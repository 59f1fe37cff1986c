/* Open files: reading, growing, what they are. */
#define _GNU_SOURCE
#include "reading.h"
#include "values.h"

#include <errno.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

/* From linux/fs.h of Linux 5.15; older headers lack it. */
#ifndef BLKGETDISKSEQ
#define BLKGETDISKSEQ _IOR(0x12, 128, uint64_t)
#endif

/* The one descriptor that most functions take. */
static bool get_only_descriptor(napi_env env, napi_callback_info info, int32_t *descriptor)
{
	napi_value arguments[1];

	return get_arguments(env, info, 1, arguments) && get_descriptor(env, arguments[0], descriptor);
}

/* A descriptor and a number that is not negative. */
static bool get_descriptor_and_number(napi_env env, napi_callback_info info, int32_t *descriptor, uint64_t *number)
{
	napi_value arguments[2];

	return get_arguments(env, info, 2, arguments) && get_descriptor(env, arguments[0], descriptor) &&
	       get_uint64(env, arguments[1], number);
}

/* closeFile(descriptor) */
static napi_value close_file(napi_env env, napi_callback_info info)
{
	int32_t descriptor;

	if (!get_only_descriptor(env, info, &descriptor))
		return NULL;
	close(descriptor);
	return make_undefined(env);
}

/* Nothing that is read in one piece is larger; a length that came from a damaged file may be. */
#define LARGEST_READ (64U << 20)

/* readAt(descriptor, position, length): an ArrayBuffer of that length, zero behind the end of the file. */
static napi_value read_at(napi_env env, napi_callback_info info)
{
	napi_value arguments[3], result = NULL;
	uint64_t position, length, done = 0;
	int32_t descriptor;
	void *bytes;

	if (!get_arguments(env, info, 3, arguments) || !get_descriptor(env, arguments[0], &descriptor) ||
	    !get_uint64(env, arguments[1], &position) || !get_uint64(env, arguments[2], &length))
		return NULL;
	if (length > LARGEST_READ) {
		errno = EFBIG;
		return throw_descriptor_error(env, "read", descriptor);
	}
	if (napi_create_arraybuffer(env, length, &bytes, &result) != napi_ok)
		return NULL;
	/* Of no bytes at all there may be no address. */
	if (length > 0)
		memset(bytes, 0, length);
	while (done < length) {
		ssize_t got = read_through(descriptor, (char *)bytes + done, length - done, (off_t)(position + done));

		if (got < 0)
			return throw_descriptor_error(env, "read", descriptor);
		if (got == 0)
			break;
		done += (uint64_t)got;
	}
	return result;
}

/* filesystemType(descriptor): the magic number of the filesystem that the file lies on (man 2 statfs). */
static napi_value filesystem_type(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	struct statfs status;
	int32_t descriptor;

	if (!get_arguments(env, info, 1, arguments) || !get_descriptor(env, arguments[0], &descriptor))
		return NULL;
	if (fstatfs(descriptor, &status) < 0)
		return throw_descriptor_error(env, "ask filesystem", descriptor);
	return make_number(env, (uint32_t)status.f_type);
}

/* growFile(descriptor, bytes): to that length, sparse. What is longer stays as it is: nothing is ever made shorter. */
static napi_value grow_file(napi_env env, napi_callback_info info)
{
	struct stat status;
	int32_t descriptor;
	uint64_t size;

	if (!get_descriptor_and_number(env, info, &descriptor, &size))
		return NULL;
	if (fstat(descriptor, &status) < 0)
		return throw_descriptor_error(env, "look at", descriptor);
	if ((uint64_t)status.st_size < size && ftruncate(descriptor, (off_t)size) < 0)
		return throw_descriptor_error(env, "resize", descriptor);
	return make_undefined(env);
}

/* setOwner(descriptor, user, group, mode) */
static napi_value set_owner(napi_env env, napi_callback_info info)
{
	napi_value arguments[4];
	uint32_t user, group, mode;
	int32_t descriptor;

	if (!get_arguments(env, info, 4, arguments) || !get_descriptor(env, arguments[0], &descriptor) ||
	    !get_uint32(env, arguments[1], &user) || !get_uint32(env, arguments[2], &group) ||
	    !get_uint32(env, arguments[3], &mode))
		return NULL;
	if (fchown(descriptor, user, group) < 0 || fchmod(descriptor, mode) < 0)
		return throw_descriptor_error(env, "set owner", descriptor);
	return make_undefined(env);
}

/* syncFile(descriptor): returns when the file is on disk. */
static napi_value sync_file(napi_env env, napi_callback_info info)
{
	int32_t descriptor;

	if (!get_only_descriptor(env, info, &descriptor))
		return NULL;
	if (fsync(descriptor) < 0)
		return throw_descriptor_error(env, "sync", descriptor);
	return make_undefined(env);
}

/* blockDeviceSize(descriptor): in bytes. */
static napi_value block_device_size(napi_env env, napi_callback_info info)
{
	int32_t descriptor;
	uint64_t bytes;

	if (!get_only_descriptor(env, info, &descriptor))
		return NULL;
	if (ioctl(descriptor, BLKGETSIZE64, &bytes) < 0)
		return throw_descriptor_error(env, "read size of block device", descriptor);
	return make_number(env, (double)bytes);
}

/* blockDeviceSequence(descriptor): the number that no other disk of this boot has; null before Linux 5.15. */
static napi_value block_device_sequence(napi_env env, napi_callback_info info)
{
	int32_t descriptor;
	uint64_t sequence;

	if (!get_only_descriptor(env, info, &descriptor))
		return NULL;
	if (ioctl(descriptor, BLKGETDISKSEQ, &sequence) < 0) {
		if (errno == ENOTTY)
			return make_null(env);
		return throw_descriptor_error(env, "read sequence number of block device", descriptor);
	}
	return make_bigint(env, sequence);
}

/* sleepMilliseconds(number): the program waits, and does nothing else. */
static napi_value sleep_milliseconds(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	struct timespec left;
	uint32_t milliseconds;

	if (!get_arguments(env, info, 1, arguments) || !get_uint32(env, arguments[0], &milliseconds))
		return NULL;
	left.tv_sec = milliseconds / 1000;
	left.tv_nsec = (milliseconds % 1000) * 1000000L;
	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
	return make_undefined(env);
}

void register_descriptors(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "closeFile", close_file },
		{ "readAt", read_at },
		{ "filesystemType", filesystem_type },
		{ "growFile", grow_file },
		{ "setOwner", set_owner },
		{ "syncFile", sync_file },
		{ "blockDeviceSize", block_device_size },
		{ "blockDeviceSequence", block_device_sequence },
		{ "sleepMilliseconds", sleep_milliseconds },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
