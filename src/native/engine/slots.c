/* The slots that values lie in: blocks that never move, for the addon holds pointers into them. */
#include "values.h"

#include <stdlib.h>

#define BLOCK_SLOTS 256

struct block {
	struct napi_value__ slots[BLOCK_SLOTS];
	struct block *before, *after;
};

static struct block first, *current = &first;
static size_t used;

static struct napi_value__ *next_slot(void)
{
	if (used > 0 && used % BLOCK_SLOTS == 0) {
		if (!current->after) {
			struct block *more = calloc(1, sizeof(*more));

			if (!more)
				return NULL;
			more->before = current;
			current->after = more;
		}
		current = current->after;
	}
	return &current->slots[used++ % BLOCK_SLOTS];
}

napi_value keep_value(napi_env env, JSValue value)
{
	struct napi_value__ *slot;

	if (JS_IsException(value))
		return NULL;
	slot = next_slot();
	if (!slot) {
		JS_FreeValue(env->context, value);
		JS_ThrowOutOfMemory(env->context);
		return NULL;
	}
	slot->value = value;
	return slot;
}

size_t slots_in_use(void)
{
	return used;
}

void give_slots_back(napi_env env, size_t down_to)
{
	while (used > down_to) {
		used--;
		JS_FreeValue(env->context, current->slots[used % BLOCK_SLOTS].value);
		if (used > 0 && used % BLOCK_SLOTS == 0)
			current = current->before;
	}
}

napi_status give_value(napi_env env, JSValue value, napi_value *result)
{
	*result = keep_value(env, value);
	return *result ? napi_ok : napi_pending_exception;
}
