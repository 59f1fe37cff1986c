/* Files with holes: finding what takes space in them, and giving it back (man 2 fallocate, man 2 lseek). */
#define _GNU_SOURCE
#include "reading.h"
#include "values.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As much as is looked at in one read. */
#define WINDOW (1U << 20)

static int dig(int descriptor, off_t position, off_t length)
{
	return fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, position, length);
}

/* digHole(descriptor, position, length): zeros that take no space; the file's size stays. */
static napi_value dig_hole(napi_env env, napi_callback_info info)
{
	napi_value arguments[3];
	uint64_t position, length;
	int32_t descriptor;

	if (!get_arguments(env, info, 3, arguments) || !get_descriptor(env, arguments[0], &descriptor) ||
	    !get_uint64(env, arguments[1], &position) || !get_uint64(env, arguments[2], &length))
		return NULL;
	if (dig(descriptor, (off_t)position, (off_t)length) < 0)
		return throw_descriptor_error(env, "dig a hole", descriptor);
	return make_undefined(env);
}

/* writeZeros(descriptor, position, length): a few, in place. */
static napi_value write_zeros(napi_env env, napi_callback_info info)
{
	static const char zeros[64];
	napi_value arguments[3];
	uint64_t position;
	int32_t descriptor;
	uint32_t length, done = 0;

	if (!get_arguments(env, info, 3, arguments) || !get_descriptor(env, arguments[0], &descriptor) ||
	    !get_uint64(env, arguments[1], &position) || !get_uint32(env, arguments[2], &length))
		return NULL;
	if (length > sizeof(zeros))
		errno = EINVAL;
	while (length <= sizeof(zeros) && done < length) {
		ssize_t put = pwrite(descriptor, zeros, length - done, (off_t)(position + done));

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			break;
		done += (uint32_t)put;
	}
	if (done < length)
		return throw_descriptor_error(env, "write", descriptor);
	return make_undefined(env);
}

/* nextData(descriptor, position): the next bytes that take space, as start and end; null when there are none. */
static napi_value next_data(napi_env env, napi_callback_info info)
{
	napi_value arguments[2], result = NULL;
	int32_t descriptor;
	uint64_t position;
	off_t start, end;

	if (!get_arguments(env, info, 2, arguments) || !get_descriptor(env, arguments[0], &descriptor) ||
	    !get_uint64(env, arguments[1], &position))
		return NULL;
	start = lseek(descriptor, (off_t)position, SEEK_DATA);
	if (start < 0 && errno == ENXIO)
		return make_null(env);
	end = start < 0 ? start : lseek(descriptor, start, SEEK_HOLE);
	if (end < 0)
		return throw_descriptor_error(env, "look for data", descriptor);
	napi_create_object(env, &result);
	set_property(env, result, "start", make_number(env, (double)start));
	set_property(env, result, "end", make_number(env, (double)end));
	return result;
}

static bool is_zero(const char *bytes, size_t length)
{
	return bytes[0] == 0 && memcmp(bytes, bytes + 1, length - 1) == 0;
}

/* startsWithZeros(descriptor, length): whether no byte of its beginning is anything else. */
static napi_value starts_with_zeros(napi_env env, napi_callback_info info)
{
	napi_value arguments[2];
	char block[65536];
	int32_t descriptor;
	uint64_t length;
	off_t position = 0;

	if (!get_arguments(env, info, 2, arguments) || !get_descriptor(env, arguments[0], &descriptor) ||
	    !get_uint64(env, arguments[1], &length))
		return NULL;
	while ((uint64_t)position < length) {
		/* Holes are not read. A block device knows none, and is read throughout. */
		off_t data = lseek(descriptor, position, SEEK_DATA);
		uint64_t left;
		ssize_t got;

		if (data < 0 && errno == ENXIO)
			break;
		if (data > position)
			position = data;
		if ((uint64_t)position >= length)
			break;
		left = length - (uint64_t)position;
		got = read_through(descriptor, block, left < sizeof(block) ? left : sizeof(block), position);
		if (got < 0)
			return throw_descriptor_error(env, "read", descriptor);
		if (got == 0)
			break;
		if (!is_zero(block, (size_t)got))
			return make_boolean(env, false);
		position += got;
	}
	return make_boolean(env, true);
}

/* The zero blocks of one window that was read; errno's value when a hole cannot be dug. */
static int dig_window(int descriptor, const char *window, off_t position, size_t length, size_t block, uint64_t *dug)
{
	size_t begin = 0;

	while (begin + block <= length) {
		size_t end = begin;

		while (end + block <= length && is_zero(window + end, block))
			end += block;
		if (end > begin) {
			if (dig(descriptor, position + (off_t)begin, (off_t)(end - begin)) < 0)
				return errno;
			*dug += end - begin;
		}
		begin = end + block;
	}
	return 0;
}

/* digZeros(descriptor, position, length, block): every whole block of zeros becomes a hole; how many bytes those are. */
static napi_value dig_zeros(napi_env env, napi_callback_info info)
{
	napi_value arguments[4];
	uint64_t position, length, done = 0, dug = 0;
	int32_t descriptor;
	uint32_t block;
	char *window;
	int failure = 0;

	if (!get_arguments(env, info, 4, arguments) || !get_descriptor(env, arguments[0], &descriptor) ||
	    !get_uint64(env, arguments[1], &position) || !get_uint64(env, arguments[2], &length) ||
	    !get_uint32(env, arguments[3], &block))
		return NULL;
	window = malloc(WINDOW);
	if (!window || block == 0 || block > WINDOW)
		failure = window ? EINVAL : ENOMEM;
	while (!failure && done < length) {
		size_t wanted = length - done < WINDOW ? (size_t)(length - done) : WINDOW;
		ssize_t got = read_through(descriptor, window, wanted, (off_t)(position + done));

		if (got <= 0) {
			failure = got < 0 ? errno : 0;
			break;
		}
		failure = dig_window(descriptor, window, (off_t)(position + done), (size_t)got, block, &dug);
		done += (uint64_t)got;
	}
	free(window);
	if (failure) {
		errno = failure;
		return throw_descriptor_error(env, "dig holes", descriptor);
	}
	return make_number(env, (double)dug);
}

/*
 * takeLease(descriptor): true when it was had, false when anybody else has the file open, loop devices included (man 2
 * fcntl). While it is held, whoever opens the file waits. Any other answer tells nothing, and is thrown.
 */
static napi_value take_lease(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	int32_t descriptor;

	if (!get_arguments(env, info, 1, arguments) || !get_descriptor(env, arguments[0], &descriptor))
		return NULL;
	/* Whoever opens it meanwhile makes a signal: one that ends nobody. */
	fcntl(descriptor, F_SETSIG, SIGURG);
	if (fcntl(descriptor, F_SETLEASE, F_WRLCK) == 0)
		return make_boolean(env, true);
	if (errno == EAGAIN || errno == EBUSY)
		return make_boolean(env, false);
	return throw_descriptor_error(env, "take lease", descriptor);
}

/* giveLeaseBack(descriptor): whoever waits to open the file goes on. */
static napi_value give_lease_back(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	int32_t descriptor;

	if (!get_arguments(env, info, 1, arguments) || !get_descriptor(env, arguments[0], &descriptor))
		return NULL;
	/* EAGAIN: the kernel has taken it away, from one who had it for longer than anybody waits. */
	if (fcntl(descriptor, F_SETLEASE, F_UNLCK) < 0 && errno != EAGAIN)
		return throw_descriptor_error(env, "give lease back", descriptor);
	return make_undefined(env);
}

void register_sparse(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "digHole", dig_hole },
		{ "writeZeros", write_zeros },
		{ "nextData", next_data },
		{ "startsWithZeros", starts_with_zeros },
		{ "digZeros", dig_zeros },
		{ "takeLease", take_lease },
		{ "giveLeaseBack", give_lease_back },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
