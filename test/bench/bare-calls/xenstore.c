#include "xenstore.h"

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET "/run/xenstored/socket"
#define LONGEST_PAYLOAD 4096

enum { READ = 2, TRANSACTION_START = 6, TRANSACTION_END = 7, WRITE = 11, ERROR = 16 };

struct header {
	uint32_t type, request, transaction, length;
};

static int connection;
static char to_send[8 * LONGEST_PAYLOAD];
static size_t length_to_send;

void xenstore_connect(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = SOCKET };

	connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connection < 0 || connect(connection, (struct sockaddr *)&address, sizeof(address)) < 0)
		err(EXIT_FAILURE, SOCKET);
}

static void append(uint32_t type, uint32_t transaction, const char *payload, size_t length)
{
	struct header header = { .type = type, .transaction = transaction, .length = (uint32_t)length };

	if (length > LONGEST_PAYLOAD || length_to_send + sizeof(header) + length > sizeof(to_send))
		errx(EXIT_FAILURE, "too much for xenstore");
	memcpy(to_send + length_to_send, &header, sizeof(header));
	memcpy(to_send + length_to_send + sizeof(header), payload, length);
	length_to_send += sizeof(header) + length;
}

static void send_all(void)
{
	if (write(connection, to_send, length_to_send) != (ssize_t)length_to_send)
		err(EXIT_FAILURE, "write to xenstore");
	length_to_send = 0;
}

static void receive(void *bytes, size_t length)
{
	if (length > 0 && recv(connection, bytes, length, MSG_WAITALL) != (ssize_t)length)
		err(EXIT_FAILURE, "read from xenstore");
}

static void answer(char *payload)
{
	struct header header;

	receive(&header, sizeof(header));
	if (header.length > LONGEST_PAYLOAD)
		errx(EXIT_FAILURE, "xenstore: an answer of %u bytes", header.length);
	receive(payload, header.length);
	payload[header.length] = '\0';
	if (header.type == ERROR)
		errx(EXIT_FAILURE, "xenstore: %s", payload);
}

void xenstore_read(const char *backend, const char *name, char *value, size_t size)
{
	char payload[LONGEST_PAYLOAD + 1];
	int length = snprintf(payload, sizeof(payload), "%s/%s", backend, name);

	append(READ, 0, payload, (size_t)length + 1);
	send_all();
	answer(payload);
	if ((size_t)snprintf(value, size, "%s", payload) >= size)
		errx(EXIT_FAILURE, "%s/%s is too long", backend, name);
}

void xenstore_write(const char *backend, const char *const (*nodes)[2], size_t count)
{
	char payload[LONGEST_PAYLOAD + 1];
	uint32_t transaction;

	append(TRANSACTION_START, 0, "", 1);
	send_all();
	answer(payload);
	transaction = (uint32_t)strtoul(payload, NULL, 10);
	for (size_t i = 0; i < count; i++) {
		int path = snprintf(payload, sizeof(payload), "%s/%s", backend, nodes[i][0]) + 1;
		int value = snprintf(payload + path, sizeof(payload) - (size_t)path, "%s", nodes[i][1]);

		append(WRITE, transaction, payload, (size_t)(path + value));
	}
	append(TRANSACTION_END, transaction, "T", 2);
	send_all();
	for (size_t i = 0; i <= count; i++)
		answer(payload);
}
