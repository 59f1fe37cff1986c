/* How much memory the whole program has on its heap, as the sanitizer counts it: for tests that nothing is forgotten. */
#define NAPI_VERSION 8
#include <node_api.h>
#include <stddef.h>

/* gcc's package lacks sanitizer/allocator_interface.h, which declares it. */
size_t __sanitizer_get_current_allocated_bytes(void);

/* allocatedBytes(): what malloc has given and nobody has freed. */
static napi_value allocated_bytes(napi_env env, napi_callback_info info)
{
	napi_value result = NULL;

	(void)info;
	napi_create_double(env, (double)__sanitizer_get_current_allocated_bytes(), &result);
	return result;
}

NAPI_MODULE_INIT()
{
	napi_value function = NULL;

	napi_create_function(env, "allocatedBytes", NAPI_AUTO_LENGTH, allocated_bytes, NULL, &function);
	napi_set_named_property(env, exports, "allocatedBytes", function);
	return exports;
}
