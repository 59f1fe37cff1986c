/* What is said of what fails, to whoever wants to know (dm_log_with_errno_init of libdevmapper.h). */
#ifndef DEVICE_MAPPER_MESSAGES_H
#define DEVICE_MAPPER_MESSAGES_H

#include <stdbool.h>

/* False, for returning. */
bool say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A call on a file failed, as errno says: "FILE: CALL failed: …". False, for returning. */
bool say_call_failed(const char *call, const char *file);

#endif
