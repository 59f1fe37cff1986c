/*
 * Texts between C and JavaScript, as Node has them: what is no UTF-8 becomes U+FFFD on the way in, and half of a surrogate
 * pair does so on the way out. The engine by itself would take the bytes of such halves for characters: a file whose name
 * is no UTF-8 would have the name of another.
 */
#ifndef ENGINE_TEXT_H
#define ENGINE_TEXT_H

#include <quickjs.h>
#include <stddef.h>

JSValue text_from_utf8(JSContext *context, const char *bytes, size_t length);

/* What the engine gives as UTF-8, with the halves replaced: as many bytes as before. */
void copy_as_utf8(char *to, const char *text, size_t length);

/* The largest number of bytes, up to `most`, after which a character ends. */
size_t whole_characters(const char *text, size_t most);

#endif
