/* Holding back the signals that would end or stop a program, over the moment in which it must not (man 7 signal). */
#include "values.h"

#include <errno.h>
#include <signal.h>

static struct sigaction former_actions[NSIG];
static bool held[NSIG];
static volatile sig_atomic_t caught[NSIG];
static bool holding;

static bool is_among(int number, const int *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (number == numbers[i])
			return true;
	return false;
}

/* Those that say that the program itself is broken. The runtime ends it then, whoever sent them. */
static bool is_fault(int number)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT };

	return is_among(number, faults, ARRAY_LENGTH(faults));
}

/* Whether it cannot be held, or does nothing by default. */
static bool is_let_through(int number)
{
	static const int let_through[] = { SIGKILL, SIGSTOP, SIGCHLD, SIGCONT, SIGURG, SIGWINCH };

	return is_among(number, let_through, ARRAY_LENGTH(let_through));
}

/*
 * A fault comes again when this returns, and then to whom it came before: si_code tells it from a signal that somebody has sent,
 * but for SI_KERNEL, which is both.
 */
static void note_signal(int number, siginfo_t *information, void *context)
{
	int error = errno;

	(void)context;
	if (is_fault(number) && information->si_code > 0) {
		sigaction(number, &former_actions[number], NULL);
		caught[number] = information->si_code == SI_KERNEL;
	} else {
		caught[number] = 1;
	}
	errno = error;
}

/*
 * holdSignals(): from now on they are only noted. Those that the runtime handles itself end nothing, and stay its own, but for
 * faults.
 */
static napi_value hold_signals(napi_env env, napi_callback_info info)
{
	struct sigaction action = { .sa_sigaction = note_signal, .sa_flags = SA_RESTART | SA_SIGINFO | SA_ONSTACK };

	(void)info;
	if (holding)
		return make_undefined(env);
	sigemptyset(&action.sa_mask);
	for (int number = 1; number < NSIG; number++) {
		const struct sigaction *former = &former_actions[number];

		held[number] = false;
		caught[number] = 0;
		if (is_let_through(number) || sigaction(number, NULL, &former_actions[number]) < 0)
			continue;
		if (is_fault(number) || (!(former->sa_flags & SA_SIGINFO) && former->sa_handler == SIG_DFL))
			held[number] = sigaction(number, &action, NULL) == 0;
	}
	holding = true;
	return make_undefined(env);
}

/* releaseSignals(): what came meanwhile takes effect now. */
static napi_value release_signals(napi_env env, napi_callback_info info)
{
	(void)info;
	if (!holding)
		return make_undefined(env);
	for (int number = 1; number < NSIG; number++)
		if (held[number])
			sigaction(number, &former_actions[number], NULL);
	holding = false;
	for (int number = 1; number < NSIG; number++)
		if (caught[number])
			raise(number);
	return make_undefined(env);
}

void register_signals(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "holdSignals", hold_signals },
		{ "releaseSignals", release_signals },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
