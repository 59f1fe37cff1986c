/* Whether a text is still what it was: for what a disk has made of it, not for what somebody has. */
#include "values.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* checksum(text): 64 bits by Fowler, Noll and Vo (FNV-1a) of its bytes, in hexadecimal. */
static napi_value checksum(napi_env env, napi_callback_info info)
{
	uint64_t sum = 0xcbf29ce484222325;
	napi_value arguments[1];
	char digits[17], *text;
	size_t length;

	if (!get_arguments(env, info, 1, arguments))
		return NULL;
	text = get_text(env, arguments[0], &length);
	if (!text)
		return NULL;
	for (size_t i = 0; i < length; i++)
		sum = (sum ^ (uint8_t)text[i]) * 0x100000001b3;
	free(text);
	snprintf(digits, sizeof(digits), "%016" PRIx64, sum);
	return make_string(env, digits);
}

void register_checksum(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = { { "checksum", checksum } };

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
