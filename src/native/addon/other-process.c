#define _GNU_SOURCE
#include "other-process.h"
#include "clock.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whether the process has ended before `end`. */
static bool ends_before(pid_t process, int64_t end)
{
	int descriptor = (int)syscall(SYS_pidfd_open, process, 0U);
	struct pollfd entry = { .fd = descriptor, .events = POLLIN };
	int ready;

	if (descriptor < 0)
		return false;
	/* Not by errno, which is the other process's as well. */
	do
		ready = poll(&entry, 1, milliseconds_left(end));
	while (ready < 0 && milliseconds_left(end) > 0);
	close(descriptor);
	return ready > 0;
}

/* How long one that has been killed is waited for: it is gone at once, where the kernel does not hold it. */
#define PARTING_MILLISECONDS 50

static enum end end_of(pid_t process, int64_t end, enum fate fate)
{
	bool ended = ends_before(process, end);

	if (!ended && fate == KILLED) {
		kill(process, SIGKILL);
		ended = ends_before(process, monotonic_milliseconds() + PARTING_MILLISECONDS);
	}
	/* One that does not end even so is its next parent's, when this program has ended. */
	waitpid(process, NULL, ended ? 0 : WNOHANG);
	return ended ? ENDED : STILL_THERE;
}

enum end run_beside(int (*work)(void *), void *argument, char *stack, int64_t end, enum fate fate)
{
	sigset_t all, before;
	pid_t process;

	/* What this program does at a signal is not for the other process to do. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	process = clone(work, stack + BESIDE_STACK, CLONE_VM | SIGCHLD, argument);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return process < 0 ? NO_PROCESS : end_of(process, end, fate);
}

void let_go_of_files(void)
{
	int descriptor, most = getdtablesize();

	/* Linux before 5.9 has no call for all. */
	if (syscall(SYS_close_range, 0U, ~0U, 0U) < 0)
		for (descriptor = 0; descriptor < most; descriptor++)
			close(descriptor);
}
