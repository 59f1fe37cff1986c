#include "messages.h"

#include <errno.h>
#include <libdevmapper.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* _LOG_ERR of libdevmapper's log levels. */
#define LEVEL_ERROR 3

static dm_log_with_errno_fn listener;

/* The addon calls it before all others. */
void dm_log_with_errno_init(dm_log_with_errno_fn function)
{
	listener = function;
}

bool say(const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	listener(LEVEL_ERROR, __FILE__, __LINE__, 0, "%s", text);
	return false;
}

bool say_call_failed(const char *call, const char *file)
{
	return say("%s: %s failed: %s", file, call, strerror(errno));
}
