/* What the functions that use libdevmapper share. */
#ifndef DEVICE_MAPPER_H
#define DEVICE_MAPPER_H

#include "values.h"

#include <libdevmapper.h>

/* DM_NAME_LEN of linux/dm-ioctl.h, with its NUL. */
#define NAME_SIZE 128

/* Points libdevmapper's messages to the buffer below, once, and empties it. */
void start_messages(void);

/* What libdevmapper said first that was an error; "" for nothing. */
const char *first_message(void);

/* A task on a named device, or on none (NULL); NULL with an exception pending. */
struct dm_task *begin_task(napi_env env, int type, const char *operation, const char *name);

/* Frees a task that failed; NULL with what the kernel said as the exception. */
napi_value abandon_task(napi_env env, struct dm_task *task, const char *operation, const char *name);

#endif
