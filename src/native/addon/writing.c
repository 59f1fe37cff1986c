/* Texts written: to files, pipes and terminals. */
#define _GNU_SOURCE
#include "values.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

/* How long a pipe or a terminal that takes nothing is waited for. */
#define WRITE_PATIENCE 5000

/* What a pipe that can be written to takes for sure without waiting (pipe(7), PIPE_BUF). */
#define LARGEST_WRITE 4096

/* Writes what can be written now, and waits until then: how much that was, or -1 with errno set, ETIMEDOUT for too long. */
static ssize_t write_soon(int descriptor, const char *bytes, size_t length, int patience)
{
	struct pollfd wanted = { .fd = descriptor, .events = POLLOUT };
	ssize_t written;
	int ready;

	do {
		ready = poll(&wanted, 1, patience);
		if (ready == 0)
			errno = ETIMEDOUT;
		else if (ready > 0) {
			written = write(descriptor, bytes, length < LARGEST_WRITE ? length : LARGEST_WRITE);
			if (written >= 0)
				return written;
		}
	} while (errno == EINTR || errno == EAGAIN);
	return -1;
}

static napi_value write_all(napi_env env, napi_callback_info info, int patience)
{
	napi_value arguments[2], result = NULL;
	size_t length, done = 0;
	int32_t descriptor;
	char *text;

	if (!get_arguments(env, info, 2, arguments) || !get_descriptor(env, arguments[0], &descriptor))
		return NULL;
	text = get_text(env, arguments[1], &length);
	if (!text)
		return NULL;
	while (done < length) {
		ssize_t written = write_soon(descriptor, text + done, length - done, patience);

		if (written < 0) {
			throw_descriptor_error(env, "write", descriptor);
			goto out;
		}
		done += (size_t)written;
	}
	result = make_undefined(env);
out:
	free(text);
	return result;
}

/* writeText(descriptor, text): ETIMEDOUT when it is a pipe or a terminal that nobody reads. */
static napi_value write_text(napi_env env, napi_callback_info info)
{
	return write_all(env, info, WRITE_PATIENCE);
}

/* writeAnswer(descriptor, text): the same for somebody who reads it a page at a time, however long that takes. */
static napi_value write_answer(napi_env env, napi_callback_info info)
{
	return write_all(env, info, -1);
}

/* isTerminal(descriptor) */
static napi_value is_terminal(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	int32_t descriptor;

	if (!get_arguments(env, info, 1, arguments) || !get_descriptor(env, arguments[0], &descriptor))
		return NULL;
	return make_boolean(env, isatty(descriptor));
}

void register_writing(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "writeText", write_text },
		{ "writeAnswer", write_answer },
		{ "isTerminal", is_terminal },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
