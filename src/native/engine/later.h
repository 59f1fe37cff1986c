/* later(group, name): a function of the program that is loaded, with its group, when it is called first. */
#ifndef ENGINE_LATER_H
#define ENGINE_LATER_H

#include <quickjs.h>

JSValue later(JSContext *context, JSValueConst this, int count, JSValueConst *arguments);

#endif
