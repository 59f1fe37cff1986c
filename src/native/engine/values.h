/* JavaScript's values as the addon sees them, on quickjs-ng: what is behind the pointers of Node-API. */
#ifndef ENGINE_VALUES_H
#define ENGINE_VALUES_H

#define NAPI_VERSION 8
#include <node_api.h>
#include <quickjs.h>

/* A slot that holds a value for as long as the call that it was made in. */
struct napi_value__ {
	JSValue value;
};

struct napi_env__ {
	JSContext *context;
};

struct napi_callback_info__ {
	int given;
	JSValueConst *arguments;
};

/*
 * keep_value: a slot that owns the value. NULL where that is an exception, which is pending then, or where there is no
 * memory for a slot. Slots are given back all at once, down to what slots_in_use said before.
 */
napi_value keep_value(napi_env env, JSValue value);
size_t slots_in_use(void);
void give_slots_back(napi_env env, size_t down_to);

/* The same as a function of Node-API answers it. */
napi_status give_value(napi_env env, JSValue value, napi_value *result);

#endif
