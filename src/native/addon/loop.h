/* What a loop device tells of itself. */
#ifndef LOOP_H
#define LOOP_H

#include "values.h"

#include <linux/loop.h>
#include <sys/stat.h>

/* Opens a loop device and asks what it is attached to. 1; 0 where it is free, or has gone; -1 with errno. */
int ask_loop(const char *name, struct loop_info64 *status, struct stat *node);

/* What was told: an AttachedLoop. */
napi_value describe_attached_loop(napi_env env, const char *name, const struct loop_info64 *status, dev_t number);

#endif
