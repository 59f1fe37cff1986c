/* Unix sockets with a limit in time, which node:fs lacks and node:net has only asynchronously (man 7 unix). */
#define _GNU_SOURCE
#include "clock.h"
#include "values.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* A message of xenstore is at most 16 + 4096 bytes; nothing that is received here is larger. */
#define MAX_RECEIVED 8192

/* What receiveNext gives at once. */
#define LARGEST_PIECE 65536

/* Waits until the descriptor is ready; false with errno set when it is not so before `end`. */
static bool wait_until_ready(int descriptor, short events, int64_t end)
{
	for (;;) {
		struct pollfd entry = { .fd = descriptor, .events = events };
		int ready = poll(&entry, 1, milliseconds_left(end));

		if (ready > 0)
			return true;
		if (ready == 0) {
			errno = ETIMEDOUT;
			return false;
		}
		if (errno != EINTR)
			return false;
	}
}

static bool fill_address(napi_env env, const char *path, struct sockaddr_un *address)
{
	address->sun_family = AF_UNIX;
	/* The kernel would take it for the beginning of a name outside the filesystem, which anybody can have. */
	if (path[0] == '\0') {
		throw_system_error(env, "connect", path, ENOENT, "");
		return false;
	}
	if (strlen(path) >= sizeof(address->sun_path)) {
		throw_system_error(env, "connect", path, ENAMETOOLONG, "");
		return false;
	}
	strcpy(address->sun_path, path);
	return true;
}

/* connectUnixSocket(path, milliseconds): the descriptor of a connected stream socket. */
static napi_value connect_unix_socket(napi_env env, napi_callback_info info)
{
	struct sockaddr_un address = { 0 };
	napi_value arguments[2];
	uint32_t milliseconds;
	struct timeval limit;
	char path[4096];
	int descriptor;

	if (!get_arguments(env, info, 2, arguments) || !get_string(env, arguments[0], path, sizeof(path)) ||
	    !get_uint32(env, arguments[1], &milliseconds) || !fill_address(env, path, &address))
		return NULL;
	descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return throw_system_error(env, "make socket", path, errno, "");
	/* The kernel waits this long for room in the server's queue (man 7 socket). */
	limit.tv_sec = milliseconds / 1000;
	limit.tv_usec = (milliseconds % 1000) * 1000 + 1;
	setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(descriptor, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int error_number = errno == EAGAIN ? ETIMEDOUT : errno;

		close(descriptor);
		return throw_system_error(env, "connect", path, error_number, "");
	}
	return make_number(env, descriptor);
}

/* A device takes write() alone; a socket whose other end is gone would send SIGPIPE for it. */
static ssize_t send_some(int descriptor, const uint8_t *bytes, size_t length)
{
	ssize_t sent = send(descriptor, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);

	return sent < 0 && errno == ENOTSOCK ? write(descriptor, bytes, length) : sent;
}

/* sendBytes(descriptor, bytes, milliseconds): all of them, or ETIMEDOUT. */
static napi_value send_bytes(napi_env env, napi_callback_info info)
{
	napi_value arguments[3];
	uint32_t milliseconds;
	int32_t descriptor;
	uint8_t *bytes;
	size_t length;
	int64_t end;

	if (!get_arguments(env, info, 3, arguments) || !get_descriptor(env, arguments[0], &descriptor) ||
	    !get_uint32(env, arguments[2], &milliseconds))
		return NULL;
	if (napi_get_buffer_info(env, arguments[1], (void **)&bytes, &length) != napi_ok) {
		throw_wrong_type(env, "bytes");
		return NULL;
	}
	end = monotonic_milliseconds() + milliseconds;
	while (length > 0) {
		ssize_t sent = send_some(descriptor, bytes, length);

		if (sent >= 0) {
			bytes += sent;
			length -= (size_t)sent;
		} else if (errno != EINTR &&
			   (errno != EAGAIN || !wait_until_ready(descriptor, POLLOUT, end))) {
			return throw_descriptor_error(env, "send to", descriptor);
		}
	}
	return make_undefined(env);
}

/* endSending(descriptor): the other end has all; it can still answer. */
static napi_value end_sending(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	int32_t descriptor;

	if (!get_arguments(env, info, 1, arguments) || !get_descriptor(env, arguments[0], &descriptor))
		return NULL;
	if (shutdown(descriptor, SHUT_WR) < 0)
		return throw_descriptor_error(env, "end sending to", descriptor);
	return make_undefined(env);
}

/* receiveNext(descriptor, milliseconds): what comes next, nothing at its end; ETIMEDOUT. */
static napi_value receive_next(napi_env env, napi_callback_info info)
{
	napi_value arguments[2], result = NULL;
	uint8_t bytes[LARGEST_PIECE];
	uint32_t milliseconds;
	int32_t descriptor;
	ssize_t got;
	int64_t end;

	if (!get_arguments(env, info, 2, arguments) || !get_descriptor(env, arguments[0], &descriptor) ||
	    !get_uint32(env, arguments[1], &milliseconds))
		return NULL;
	end = monotonic_milliseconds() + milliseconds;
	do
		got = wait_until_ready(descriptor, POLLIN, end) ? recv(descriptor, bytes, sizeof(bytes), MSG_DONTWAIT) : -1;
	while (got < 0 && (errno == EINTR || errno == EAGAIN));
	if (got < 0)
		return throw_descriptor_error(env, "receive from", descriptor);
	napi_create_buffer_copy(env, (size_t)got, bytes, NULL, &result);
	return result;
}

/* receiveBytes(descriptor, length, milliseconds): exactly so many; ETIMEDOUT, or ECONNRESET when the other end closed. */
static napi_value receive_bytes(napi_env env, napi_callback_info info)
{
	napi_value arguments[3], result = NULL;
	uint32_t length, milliseconds, received = 0;
	uint8_t bytes[MAX_RECEIVED];
	int32_t descriptor;
	int64_t end;

	if (!get_arguments(env, info, 3, arguments) || !get_descriptor(env, arguments[0], &descriptor) ||
	    !get_uint32(env, arguments[1], &length) || !get_uint32(env, arguments[2], &milliseconds))
		return NULL;
	if (length > sizeof(bytes))
		return throw_system_error(env, "receive from", "socket", EMSGSIZE, "");
	end = monotonic_milliseconds() + milliseconds;
	while (received < length) {
		ssize_t got;

		if (!wait_until_ready(descriptor, POLLIN, end))
			return throw_descriptor_error(env, "receive from", descriptor);
		got = read(descriptor, bytes + received, length - received);
		if (got > 0) {
			received += (uint32_t)got;
		} else if (got == 0) {
			errno = ECONNRESET;
			return throw_descriptor_error(env, "receive from", descriptor);
		} else if (errno != EINTR && errno != EAGAIN) {
			return throw_descriptor_error(env, "receive from", descriptor);
		}
	}
	napi_create_buffer_copy(env, length, bytes, NULL, &result);
	return result;
}

/* sendDatagram(path of the socket, text): without waiting. */
static napi_value send_datagram(napi_env env, napi_callback_info info)
{
	struct sockaddr_un address = { 0 };
	char path[4096], *text;
	napi_value arguments[2];
	int descriptor, error_number = 0;
	size_t length;

	if (!get_arguments(env, info, 2, arguments) || !get_string(env, arguments[0], path, sizeof(path)) ||
	    !fill_address(env, path, &address))
		return NULL;
	text = get_text(env, arguments[1], &length);
	if (!text)
		return NULL;
	descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0 || sendto(descriptor, text, length, MSG_NOSIGNAL | MSG_DONTWAIT,
				     (struct sockaddr *)&address, sizeof(address)) < 0)
		error_number = errno;
	if (descriptor >= 0)
		close(descriptor);
	free(text);
	if (error_number)
		return throw_system_error(env, "send to", path, error_number, "");
	return make_undefined(env);
}

void register_sockets(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "connectUnixSocket", connect_unix_socket },
		{ "sendBytes", send_bytes },
		{ "receiveBytes", receive_bytes },
		{ "endSending", end_sending },
		{ "receiveNext", receive_next },
		{ "sendDatagram", send_datagram },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
