/* Questions that may never be answered are asked by another process, which can be left to itself. */
#define _GNU_SOURCE
#include "clock.h"
#include "loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

/* As many as there can be: the numbers of their devices have 20 bits. */
#define MOST_LOOPS (1U << 20)

struct question {
	char name[64];
	char *file;
};

/* Shared with the process that asks. */
struct answer {
	bool given;
	/* As ask_loop has it, with errno where that is -1. */
	int found, error_number;
	struct loop_info64 status;
	dev_t number;
};

/* May never return. Or fail: that is an answer, too. `last` is the filesystem that has just been asked for its room. */
static void ask(const struct question *question, struct answer *answer, dev_t *last)
{
	struct stat node, there;
	struct statfs room;

	answer->found = ask_loop(question->name, &answer->status, &node);
	answer->error_number = errno;
	answer->number = node.st_rdev;
	if (stat(question->file, &there) == 0 && there.st_dev != *last) {
		/* What a client of NFS was told of a file, a delegation lets it say again; for room the server itself is asked. */
		statfs(question->file, &room);
		*last = there.st_dev;
	}
	answer->given = true;
}

/*
 * In the new process. Whatever this program has open (locks, the pipe of who waits for its output) must not stay open
 * with a process that cannot be ended while the kernel waits.
 */
static void ask_all(const struct question *questions, struct answer *answers, uint32_t count)
{
	uint32_t index;
	dev_t last = 0;

	syscall(SYS_close_range, 0U, ~0U, 0U);
	for (index = 0; index < count; index++)
		ask(&questions[index], &answers[index], &last);
	_exit(0);
}

/* Whether the process has ended before `end`. */
static bool ends_before(pid_t process, int64_t end)
{
	int descriptor = (int)syscall(SYS_pidfd_open, process, 0U);
	struct pollfd entry = { .fd = descriptor, .events = POLLIN };
	int ready;

	if (descriptor < 0)
		return false;
	do
		ready = poll(&entry, 1, milliseconds_left(end));
	while (ready < 0 && errno == EINTR);
	close(descriptor);
	return ready > 0;
}

/* False with errno where no process can be had. */
static bool ask_until(const struct question *questions, struct answer *answers, uint32_t count, int64_t end)
{
	pid_t process = fork();
	bool ended;

	if (process < 0)
		return false;
	if (process == 0)
		ask_all(questions, answers, count);
	ended = ends_before(process, end);
	if (!ended)
		kill(process, SIGKILL);
	/* One that does not end even so is its next parent's, when this program has ended. */
	waitpid(process, NULL, ended ? 0 : WNOHANG);
	return true;
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

static napi_value give_answers(napi_env env, const struct question *questions, const struct answer *answers, uint32_t count)
{
	napi_value result = NULL;
	uint32_t index;

	napi_create_array(env, &result);
	for (index = 0; index < count; index++) {
		const struct answer *answer = &answers[index];
		const char *name = questions[index].name;
		napi_value given;

		if (!answer->given)
			given = make_boolean(env, false);
		else if (answer->found > 0)
			given = describe_attached_loop(env, name, &answer->status, answer->number);
		else if (answer->found < 0 && (answer->error_number == EACCES || answer->error_number == EPERM))
			return throw_system_error(env, "read status of loop device", name, answer->error_number, "");
		else
			given = make_null(env);
		napi_set_element(env, result, index, given);
	}
	return result;
}

/* The questions and where the answers come have been made; false with errno where they could not be. */
static bool make_room(struct question **questions, struct answer **answers, uint32_t count)
{
	*questions = calloc(count, sizeof(**questions));
	if (!*questions)
		return false;
	*answers = mmap(NULL, count * sizeof(**answers), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (*answers != MAP_FAILED)
		return true;
	free(*questions);
	return false;
}

/*
 * loopAnswers(loops as loopFiles has them, milliseconds): what each tells, as askLoops has it; false of one that does not within that
 * time, or whose path or the filesystem there does not. They are asked one after the other: behind such a one all are false.
 */
static napi_value loop_answers(napi_env env, napi_callback_info info)
{
	napi_value arguments[2], result = NULL;
	struct question *questions;
	struct answer *answers;
	uint32_t milliseconds, count, index;

	if (!get_arguments(env, info, 2, arguments) || !get_uint32(env, arguments[1], &milliseconds))
		return NULL;
	if (napi_get_array_length(env, arguments[0], &count) != napi_ok || count > MOST_LOOPS) {
		throw_wrong_type(env, "an array of loop devices");
		return NULL;
	}
	if (count == 0)
		return give_answers(env, NULL, NULL, 0);
	if (!make_room(&questions, &answers, count))
		return throw_system_error(env, "make room to ask", "loop devices", errno, "");
	if (read_questions(env, arguments[0], questions, count)) {
		if (ask_until(questions, answers, count, monotonic_milliseconds() + milliseconds))
			result = give_answers(env, questions, answers, count);
		else
			throw_system_error(env, "fork to ask", "loop devices", errno, "");
	}
	for (index = 0; index < count; index++)
		free(questions[index].file);
	free(questions);
	munmap(answers, count * sizeof(*answers));
	return result;
}

void register_answers(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "loopAnswers", loop_answers },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
