/* Bytes written to their place in a file: copied from another, or given. */
#define _GNU_SOURCE
#include "reading.h"
#include "values.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* As much as is read at once. */
#define WINDOW (1U << 20)

static int write_through(int descriptor, const char *bytes, size_t length, off_t position)
{
	for (size_t done = 0; done < length;) {
		ssize_t put = pwrite(descriptor, bytes + done, length - done, position + (off_t)done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return put < 0 ? errno : EIO;
		done += (size_t)put;
	}
	return 0;
}

/* copyRange(source, target, position, length): to the same place; how many bytes, fewer where the source ends. */
static napi_value copy_range(napi_env env, napi_callback_info info)
{
	uint64_t position, length, done = 0;
	int32_t source, target, culprit;
	napi_value arguments[4];
	int failure = 0;
	char *window;

	if (!get_arguments(env, info, 4, arguments) || !get_descriptor(env, arguments[0], &source) ||
	    !get_descriptor(env, arguments[1], &target) || !get_uint64(env, arguments[2], &position) ||
	    !get_uint64(env, arguments[3], &length))
		return NULL;
	culprit = source;
	window = malloc(WINDOW);
	if (!window)
		failure = ENOMEM;
	while (!failure && done < length) {
		size_t wanted = length - done < WINDOW ? (size_t)(length - done) : WINDOW;
		ssize_t got = read_through(source, window, wanted, (off_t)(position + done));

		if (got < 0)
			failure = errno;
		if (got <= 0)
			break;
		failure = write_through(target, window, (size_t)got, (off_t)(position + done));
		if (failure)
			culprit = target;
		done += (uint64_t)got;
	}
	free(window);
	if (failure) {
		errno = failure;
		return throw_descriptor_error(env, culprit == target ? "write" : "read", culprit);
	}
	return make_number(env, (double)done);
}

/* writeAt(descriptor, position, bytes): all of them. */
static napi_value write_at(napi_env env, napi_callback_info info)
{
	napi_value arguments[3];
	int32_t descriptor;
	uint64_t position;
	size_t length;
	char *bytes;

	if (!get_arguments(env, info, 3, arguments) || !get_descriptor(env, arguments[0], &descriptor) ||
	    !get_uint64(env, arguments[1], &position))
		return NULL;
	if (napi_get_buffer_info(env, arguments[2], (void **)&bytes, &length) != napi_ok) {
		throw_wrong_type(env, "bytes");
		return NULL;
	}
	errno = write_through(descriptor, bytes, length, (off_t)position);
	if (errno)
		return throw_descriptor_error(env, "write", descriptor);
	return make_undefined(env);
}

void register_copies(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "copyRange", copy_range },
		{ "writeAt", write_at },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
