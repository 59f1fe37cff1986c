/* What loop devices are attached to, asked by another process: who serves their files may never answer. */
#include "clock.h"
#include "loop.h"
#include "other-process.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/vfs.h>

/* As many as there can be: the numbers of their devices have 20 bits. */
#define MOST_LOOPS (1U << 20)

struct question {
	char name[64];
	char *file;
};

/* Written by the process that asks. */
struct answer {
	bool given;
	/* As ask_loop has it, with errno where that is -1. */
	int found, error_number;
	struct loop_info64 status;
	dev_t number;
	/* Whether the path leads to the file behind the loop device, and then its size and how much of it is there, in bytes. */
	bool named;
	double size, allocated;
};

/* All that the process that asks works with. */
struct room {
	struct question *questions;
	struct answer *answers;
	uint32_t count;
	char *stack;
};

/* May never return. Or fail: that is an answer, too. `last` is the filesystem that has just been asked for its room. */
static void ask(const struct question *question, struct answer *answer, dev_t *last)
{
	struct stat node, there;
	struct statfs room;

	answer->found = ask_loop(question->name, &answer->status, &node);
	answer->error_number = errno;
	answer->number = node.st_rdev;
	if (stat(question->file, &there) == 0) {
		answer->named = there.st_dev == answer->status.lo_device && there.st_ino == answer->status.lo_inode;
		answer->size = (double)there.st_size;
		/* st_blocks counts 512 bytes each, whatever the filesystem's own block is (man 3 stat). */
		answer->allocated = (double)there.st_blocks * 512;
		/* What a client of NFS was told of a file, a delegation lets it say again; for room the server itself is asked. */
		if (there.st_dev != *last)
			statfs(question->file, &room);
		*last = there.st_dev;
	}
	__atomic_store_n(&answer->given, true, __ATOMIC_RELEASE);
}

static int ask_all(void *argument)
{
	const struct room *room = argument;
	uint32_t index;
	dev_t last = 0;

	let_go_of_files();
	for (index = 0; index < room->count; index++)
		ask(&room->questions[index], &room->answers[index], &last);
	return 0;
}

static bool read_questions(napi_env env, napi_value array, struct question *questions, uint32_t count)
{
	uint32_t index;

	for (index = 0; index < count; index++) {
		napi_value loop = NULL, name = NULL, file = NULL;
		napi_valuetype type = napi_undefined;
		size_t length;

		napi_get_element(env, array, index, &loop);
		napi_typeof(env, loop, &type);
		if (type != napi_object)
			return throw_wrong_type(env, "a loop device");
		napi_get_named_property(env, loop, "name", &name);
		if (!get_string(env, name, questions[index].name, sizeof(questions[index].name)))
			return false;
		napi_get_named_property(env, loop, "file", &file);
		questions[index].file = get_text(env, file, &length);
		if (!questions[index].file)
			return false;
	}
	return true;
}

static napi_value describe_answer(napi_env env, const char *name, const struct answer *answer)
{
	napi_value loop = describe_attached_loop(env, name, &answer->status, answer->number);

	set_property(env, loop, "size", answer->named ? make_number(env, answer->size) : make_null(env));
	set_property(env, loop, "allocated", answer->named ? make_number(env, answer->allocated) : make_null(env));
	return loop;
}

static napi_value give_answers(napi_env env, const struct room *room)
{
	napi_value result = NULL;
	uint32_t index;

	napi_create_array(env, &result);
	for (index = 0; index < room->count; index++) {
		const struct answer *answer = &room->answers[index];
		const char *name = room->questions[index].name;
		napi_value given;

		if (!__atomic_load_n(&answer->given, __ATOMIC_ACQUIRE))
			given = make_boolean(env, false);
		else if (answer->found > 0)
			given = describe_answer(env, name, answer);
		else if (answer->found < 0 && (answer->error_number == EACCES || answer->error_number == EPERM))
			return throw_system_error(env, "read status of loop device", name, answer->error_number, "");
		else
			given = make_null(env);
		napi_set_element(env, result, index, given);
	}
	return result;
}

/* The pages of all that the process that asks works with: they are given back in one, or left to it. */
static size_t pages_for(uint32_t count)
{
	return BESIDE_STACK + count * (sizeof(struct question) + sizeof(struct answer));
}

/* False with errno where there is no room. */
static bool make_room(struct room *room, uint32_t count)
{
	char *pages = mmap(NULL, pages_for(count), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED)
		return false;
	room->count = count;
	room->stack = pages;
	room->answers = (struct answer *)(pages + BESIDE_STACK);
	room->questions = (struct question *)(room->answers + count);
	return true;
}

static void give_back_room(struct room *room)
{
	uint32_t index;

	for (index = 0; index < room->count; index++)
		free(room->questions[index].file);
	munmap(room->stack, pages_for(room->count));
}

/*
 * loopAnswers(loops as loopFiles has them, milliseconds): what each tells, as askLoops has it, with size and allocated of its file, in
 * bytes, where its path leads there; false of one that does not within that time, or whose path or the filesystem there does not.
 * They are asked one after the other: behind such a one all are false.
 */
static napi_value loop_answers(napi_env env, napi_callback_info info)
{
	napi_value arguments[2], result = NULL;
	struct room room = { 0 };
	uint32_t milliseconds, count;
	enum end end = ENDED;

	if (!get_arguments(env, info, 2, arguments) || !get_uint32(env, arguments[1], &milliseconds))
		return NULL;
	if (napi_get_array_length(env, arguments[0], &count) != napi_ok || count > MOST_LOOPS) {
		throw_wrong_type(env, "an array of loop devices");
		return NULL;
	}
	if (count == 0)
		return give_answers(env, &room);
	if (!make_room(&room, count))
		return throw_system_error(env, "make room to ask", "loop devices", errno, "");
	if (read_questions(env, arguments[0], room.questions, count)) {
		end = run_beside(ask_all, &room, room.stack, monotonic_milliseconds() + milliseconds, KILLED);
		if (end == NO_PROCESS)
			throw_system_error(env, "start a process to ask", "loop devices", errno, "");
		else
			result = give_answers(env, &room);
	}
	if (end != STILL_THERE)
		give_back_room(&room);
	return result;
}

void register_answers(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "loopAnswers", loop_answers },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
