#include "text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"

/* The bytes that a sequence may begin with, and what its second byte may be (Unicode, table 3-7). */
struct form {
	uint8_t first, last, second_first, second_last, length;
};

static const struct form forms[] = {
	{ 0x00, 0x7f, 0x00, 0x00, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

/* How many bytes belong together here; *valid says whether they are a character, or are replaced by one. */
static size_t sequence(const uint8_t *bytes, size_t left, bool *valid)
{
	*valid = false;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const struct form *form = &forms[i];

		if (bytes[0] < form->first || bytes[0] > form->last)
			continue;
		if (form->length > 1 &&
		    (left < 2 || bytes[1] < form->second_first || bytes[1] > form->second_last))
			return 1;
		for (size_t at = 2; at < form->length; at++)
			if (at >= left || bytes[at] < 0x80 || bytes[at] > 0xbf)
				return at;
		*valid = true;
		return form->length;
	}
	return 1;
}

static size_t valid_bytes(const uint8_t *bytes, size_t length)
{
	size_t at = 0, step;
	bool valid;

	while (at < length) {
		if (bytes[at] < 0x80) {
			at++;
			continue;
		}
		step = sequence(bytes + at, length - at, &valid);
		if (!valid)
			break;
		at += step;
	}
	return at;
}

JSValue text_from_utf8(JSContext *context, const char *text, size_t length)
{
	const uint8_t *bytes = (const uint8_t *)text;
	size_t at = valid_bytes(bytes, length), to;
	char *mended;
	JSValue result;

	if (at == length)
		return JS_NewStringLen(context, text, length);
	/* A byte becomes three at most. */
	mended = js_malloc(context, length * 3);
	if (!mended)
		return JS_EXCEPTION;
	memcpy(mended, text, at);
	for (to = at; at < length;) {
		bool valid;
		size_t step = sequence(bytes + at, length - at, &valid);

		memcpy(mended + to, valid ? text + at : REPLACEMENT, valid ? step : 3);
		to += valid ? step : 3;
		at += step;
	}
	result = JS_NewStringLen(context, mended, to);
	js_free(context, mended);
	return result;
}

void copy_as_utf8(char *to, const char *text, size_t length)
{
	memcpy(to, text, length);
	/* The second byte of no other character with this first byte is as large as in a half. */
	for (char *at = to; (at = memchr(at, 0xed, length - (size_t)(at - to)));) {
		if ((size_t)(at - to) + 2 < length && (uint8_t)at[1] >= 0xa0)
			memcpy(at, REPLACEMENT, 3);
		at++;
	}
}

size_t whole_characters(const char *text, size_t most)
{
	while (most > 0 && ((uint8_t)text[most] & 0xc0) == 0x80)
		most--;
	return most;
}
