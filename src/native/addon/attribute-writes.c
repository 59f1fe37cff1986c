/* Attributes of sysfs, written by another process: the kernel may hold who writes one until all that is under way is done. */
#define _GNU_SOURCE
#include "clock.h"
#include "other-process.h"
#include "values.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* All that the process that writes works with; former and source are empty where they do not matter. */
struct room {
	char path[64], former[16], source[64], text[16];
	bool done;
	/* Zero, or what went wrong. */
	int error_number;
};

/* The stack, and the room behind it: in one piece, which is left to a process that lasts. */
#define PAGES (BESIDE_STACK + sizeof(struct room))

/* What an attribute says, without the end of its line. */
static bool read_text(const char *path, char *text, size_t size)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = descriptor < 0 ? -1 : read(descriptor, text, size - 1);

	if (length < 0)
		return false;
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return true;
}

static bool write_text(const char *path, const char *text)
{
	int descriptor = open(path, O_WRONLY | O_CLOEXEC);

	return descriptor >= 0 && write(descriptor, text, strlen(text)) == (ssize_t)strlen(text);
}

/* What is open is closed by the end of the process. */
static bool change(struct room *room)
{
	char now[sizeof(room->former)];

	if (room->former[0] && !read_text(room->path, now, sizeof(now)))
		return false;
	if (room->former[0] && strcmp(now, room->former) != 0)
		return true;
	if (room->source[0] && !read_text(room->source, room->text, sizeof(room->text)))
		return false;
	return write_text(room->path, room->text);
}

/* In the new process. */
static int change_it(void *argument)
{
	struct room *room = argument;

	let_go_of_files();
	room->error_number = change(room) ? 0 : errno;
	__atomic_store_n(&room->done, true, __ATOMIC_RELEASE);
	return 0;
}

static napi_value outcome(napi_env env, const struct room *room, enum end end)
{
	if (end == NO_PROCESS)
		return throw_system_error(env, "start a process to write", room->path, errno, "");
	if (!__atomic_load_n(&room->done, __ATOMIC_ACQUIRE))
		return make_boolean(env, false);
	if (room->error_number != 0)
		return throw_system_error(env, "write", room->path, room->error_number, "");
	return make_boolean(env, true);
}

static napi_value run(napi_env env, struct room *room, char *stack, uint32_t milliseconds)
{
	enum end end = run_beside(change_it, room, stack, monotonic_milliseconds() + milliseconds, KILLED);
	napi_value result = outcome(env, room, end);

	if (end != STILL_THERE)
		munmap(stack, PAGES);
	return result;
}

static char *make_stack(napi_env env)
{
	char *stack = mmap(NULL, PAGES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (stack != MAP_FAILED)
		return stack;
	throw_system_error(env, "make room to write", "an attribute", errno, "");
	return NULL;
}

/* writeAttribute(path, text, milliseconds): false where the kernel is not done with it within that time. */
static napi_value write_attribute(napi_env env, napi_callback_info info)
{
	napi_value arguments[3];
	uint32_t milliseconds;
	struct room *room;
	char *stack;

	if (!get_arguments(env, info, 3, arguments) || !get_uint32(env, arguments[2], &milliseconds))
		return NULL;
	stack = make_stack(env);
	if (!stack)
		return NULL;
	room = (struct room *)(stack + BESIDE_STACK);
	if (get_string(env, arguments[0], room->path, sizeof(room->path)) &&
	    get_string(env, arguments[1], room->text, sizeof(room->text)))
		return run(env, room, stack, milliseconds);
	munmap(stack, PAGES);
	return NULL;
}

/* copyAttribute(source, path, former, milliseconds): the same with what another says, where it says `former` now. */
static napi_value copy_attribute(napi_env env, napi_callback_info info)
{
	napi_value arguments[4];
	uint32_t milliseconds;
	struct room *room;
	char *stack;

	if (!get_arguments(env, info, 4, arguments) || !get_uint32(env, arguments[3], &milliseconds))
		return NULL;
	stack = make_stack(env);
	if (!stack)
		return NULL;
	room = (struct room *)(stack + BESIDE_STACK);
	if (get_string(env, arguments[0], room->source, sizeof(room->source)) &&
	    get_string(env, arguments[1], room->path, sizeof(room->path)) &&
	    get_string(env, arguments[2], room->former, sizeof(room->former)))
		return run(env, room, stack, milliseconds);
	munmap(stack, PAGES);
	return NULL;
}

void register_attribute_writes(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "writeAttribute", write_attribute },
		{ "copyAttribute", copy_attribute },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
