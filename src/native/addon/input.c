/* Whole texts, read to their end at once: what comes by a pipe, and small files. */
#define _GNU_SOURCE
#include "clock.h"
#include "values.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_SIZE 65536

/* As much as a pipe takes without asking for more privileges (man 7 pipe): a writer that waits less often. */
#define PIPE_SIZE (1024 * 1024)

/* How long the end of what comes by a pipe is waited for: whoever starts us writes it all at once. */
#define INPUT_PATIENCE 20000

/* A record, a mark, a line of sysfs: nothing that readText reads is longer. */
#define LARGEST_TEXT (1U << 20)

/* A machine with a hundred thousand mounts says less about them. */
#define LARGEST_WHOLE_TEXT (64U << 20)

/* Waits until something can be read, or the end: false, with errno ETIMEDOUT, when there was nothing until then. */
static bool wait_for_input(int descriptor, int64_t end)
{
	struct pollfd entry = { .fd = descriptor, .events = POLLIN };
	int ready;

	do
		ready = poll(&entry, 1, milliseconds_left(end));
	while (ready < 0 && errno == EINTR);
	if (ready == 0)
		errno = ETIMEDOUT;
	return ready > 0;
}

/*
 * readInput(descriptor, longest, text): what comes until the end or until there are so many bytes, as a Buffer; null
 * when the text is not in it; ETIMEDOUT where the end does not come in time.
 */
static napi_value read_input(napi_env env, napi_callback_info info)
{
	napi_value arguments[3], result = NULL;
	char text[256];
	size_t size = FIRST_SIZE, length = 0;
	uint64_t longest;
	int32_t descriptor;
	int64_t end;
	char *bytes;

	if (!get_arguments(env, info, 3, arguments) || !get_descriptor(env, arguments[0], &descriptor) ||
	    !get_uint64(env, arguments[1], &longest) || !get_string(env, arguments[2], text, sizeof(text)))
		return NULL;
	bytes = malloc(size);
	end = monotonic_milliseconds() + INPUT_PATIENCE;
	while (bytes && length < longest) {
		size_t room = size < longest ? size - length : longest - length;
		ssize_t got;

		if (room == 0) {
			char *larger = realloc(bytes, size * 4);

			if (!larger)
				free(bytes);
			bytes = larger;
			size *= 4;
			fcntl(descriptor, F_SETPIPE_SZ, PIPE_SIZE);
			continue;
		}
		got = wait_for_input(descriptor, end) ? read(descriptor, bytes + length, room) : -1;
		if (got == 0)
			break;
		if (got > 0) {
			length += (size_t)got;
		} else if (errno != EINTR) {
			throw_descriptor_error(env, "read", descriptor);
			free(bytes);
			return NULL;
		}
	}
	if (!bytes) {
		errno = ENOMEM;
		return throw_descriptor_error(env, "read", descriptor);
	}
	if (!memmem(bytes, length, text, strlen(text))) {
		free(bytes);
		return make_null(env);
	}
	napi_create_buffer_copy(env, length, bytes, NULL, &result);
	free(bytes);
	return result;
}

/* What readNext reads at once. */
#define LARGEST_PIECE (1U << 20)

/* readNext(descriptor, most): what comes next, however long that takes; nothing at its end. */
static napi_value read_next(napi_env env, napi_callback_info info)
{
	napi_value arguments[2], result = NULL;
	struct pollfd entry = { .events = POLLIN };
	uint64_t most;
	int32_t descriptor;
	ssize_t got;
	char *bytes;

	if (!get_arguments(env, info, 2, arguments) || !get_descriptor(env, arguments[0], &descriptor) ||
	    !get_uint64(env, arguments[1], &most))
		return NULL;
	if (most > LARGEST_PIECE)
		most = LARGEST_PIECE;
	bytes = malloc(most + 1);
	if (!bytes) {
		errno = ENOMEM;
		return throw_descriptor_error(env, "read", descriptor);
	}
	entry.fd = descriptor;
	do
		got = read(descriptor, bytes, most);
	/* Somebody has made the pipe one that does not wait. */
	while (got < 0 && (errno == EINTR || (errno == EAGAIN && poll(&entry, 1, -1) >= 0)));
	if (got < 0)
		throw_descriptor_error(env, "read", descriptor);
	else
		napi_create_buffer_copy(env, (size_t)got, bytes, NULL, &result);
	free(bytes);
	return result;
}

/*
 * What the file at the one path that is given says; EFBIG when it is larger. A small one comes whole by one read, unless it
 * fills all there is room for, and need not be there: null then.
 */
static napi_value read_whole(napi_env env, napi_callback_info info, size_t largest, bool small)
{
	char path[PATH_MAX], beginning[8192], *text = beginning, *grown = NULL;
	size_t length = 0, size = sizeof(beginning);
	napi_value arguments[1], result = NULL;
	const char *operation = "read";
	int descriptor, failure = 0;
	struct stat status;

	if (!get_arguments(env, info, 1, arguments) || !get_string(env, arguments[0], path, sizeof(path)))
		return NULL;
	/* A pipe that somebody has put there would be waited for until somebody writes to it. */
	descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (descriptor < 0) {
		if (small && errno == ENOENT)
			return make_null(env);
		return throw_system_error(env, "open", path, errno, "");
	}
	/* As long as it fills what is there, more may come: a call more for those that do, and none for the others. */
	while (!failure) {
		ssize_t got = read(descriptor, text + length, size - length);
		char *larger;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			failure = errno;
			break;
		}
		length += (size_t)got;
		if (got == 0 || (small && length < size))
			break;
		if (length < size)
			continue;
		if (size == largest) {
			failure = EFBIG;
			break;
		}
		size = size * 16 < largest ? size * 16 : largest;
		larger = realloc(grown, size);
		if (!larger) {
			failure = ENOMEM;
			break;
		}
		if (!grown)
			memcpy(larger, beginning, length);
		text = grown = larger;
	}
	if (length == 0 && (failure == 0 || failure == EAGAIN) && fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode)) {
		operation = "read, because it is a named pipe,";
		failure = ESPIPE;
	}
	close(descriptor);
	if (failure)
		throw_system_error(env, operation, path, failure, "");
	else
		napi_create_string_utf8(env, text, strnlen(text, length), &result);
	free(grown);
	return result;
}

/* readText(path): what a small file says; null where there is none, EFBIG where it is no small one. */
static napi_value read_text(napi_env env, napi_callback_info info)
{
	return read_whole(env, info, LARGEST_TEXT, true);
}

/* readWholeText(path): all that a file of /proc says, which has to be there. */
static napi_value read_whole_text(napi_env env, napi_callback_info info)
{
	return read_whole(env, info, LARGEST_WHOLE_TEXT, false);
}

void register_input(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "readInput", read_input },
		{ "readNext", read_next },
		{ "readText", read_text },
		{ "readWholeText", read_whole_text },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
