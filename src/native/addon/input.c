/* What comes by a pipe, read to its end at once. */
#define _GNU_SOURCE
#include "values.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_SIZE 65536

/* As much as a pipe takes without asking for more privileges (man 7 pipe): a writer that waits less often. */
#define PIPE_SIZE (1024 * 1024)

/*
 * readInput(descriptor, longest, text): what comes until the end or until there are so many bytes, as a Buffer; null
 * when the text is not in it.
 */
static napi_value read_input(napi_env env, napi_callback_info info)
{
	napi_value arguments[3], result = NULL;
	char text[256];
	size_t size = FIRST_SIZE, length = 0;
	uint64_t longest;
	int32_t descriptor;
	char *bytes;

	if (!get_arguments(env, info, 3, arguments) || !get_int32(env, arguments[0], &descriptor) ||
	    !get_uint64(env, arguments[1], &longest) || !get_string(env, arguments[2], text, sizeof(text)))
		return NULL;
	bytes = malloc(size);
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
		got = read(descriptor, bytes + length, room);
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

void register_input(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "readInput", read_input },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
