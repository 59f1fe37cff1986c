/* The clock that limits in time go by: nobody sets it (man 2 clock_gettime). */
#ifndef CLOCK_H
#define CLOCK_H

#include <limits.h>
#include <stdint.h>
#include <time.h>

static inline int64_t monotonic_milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What is left until `end`, for poll: it takes no more than an int, and would wait for ever for less than nothing. */
static inline int milliseconds_left(int64_t end)
{
	int64_t left = end - monotonic_milliseconds();

	return left <= 0 ? 0 : left < INT_MAX ? (int)left : INT_MAX;
}

#endif
