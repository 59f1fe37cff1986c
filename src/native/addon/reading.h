/* Reading that no signal ends early (man 2 pread, EINTR). */
#ifndef READING_H
#define READING_H

#include <errno.h>
#include <sys/types.h>
#include <unistd.h>

static inline ssize_t read_through(int descriptor, void *bytes, size_t length, off_t position)
{
	ssize_t got;

	do
		got = pread(descriptor, bytes, length, position);
	while (got < 0 && errno == EINTR);
	return got;
}

#endif
