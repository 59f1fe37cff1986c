/* A question that may never be answered is asked by another process, which can be left to itself. */
#define _GNU_SOURCE
#include "clock.h"
#include "values.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/loop.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * In the new process. Whatever this program has open (locks, the pipe of who waits for its output) must not stay open
 * with a process that cannot be ended while the kernel waits.
 */
static void ask(const char *node, const char *file)
{
	struct loop_info64 status;
	struct stat there;
	struct statfs room;
	int descriptor;

	syscall(SYS_close_range, 0U, ~0U, 0U);
	descriptor = open(node, O_RDONLY | O_CLOEXEC);
	if (descriptor >= 0)
		ioctl(descriptor, LOOP_GET_STATUS64, &status);
	stat(file, &there);
	/* What a client of NFS was told of a file, a delegation lets it say again; for room the server itself is asked. */
	statfs(file, &room);
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

/* loopAnswers(name, its file, milliseconds): whether both tell, and the file's filesystem, or fail to, within that time. */
static napi_value loop_answers(napi_env env, napi_callback_info info)
{
	char name[64], node[sizeof("/dev/") + sizeof(name)], file[PATH_MAX + 32];
	napi_value arguments[3];
	uint32_t milliseconds;
	pid_t process;
	bool ended;

	if (!get_arguments(env, info, 3, arguments) || !get_string(env, arguments[0], name, sizeof(name)) ||
	    !get_string(env, arguments[1], file, sizeof(file)) || !get_uint32(env, arguments[2], &milliseconds))
		return NULL;
	snprintf(node, sizeof(node), "/dev/%s", name);
	process = fork();
	if (process < 0)
		return throw_system_error(env, "fork to ask", node, errno, "");
	if (process == 0)
		ask(node, file);
	ended = ends_before(process, monotonic_milliseconds() + milliseconds);
	if (!ended)
		kill(process, SIGKILL);
	/* One that does not end even so is its next parent's, when this program has ended. */
	waitpid(process, NULL, ended ? 0 : WNOHANG);
	return make_boolean(env, ended);
}

void register_answers(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "loopAnswers", loop_answers },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
