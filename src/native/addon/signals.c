/* Holding back the signals that would end or stop a program, over the moment in which it must not (man 7 signal). */
#include "values.h"

#include <signal.h>

static struct sigaction former_actions[NSIG];
static bool held[NSIG];
static volatile sig_atomic_t caught[NSIG];
static bool holding;

static void note_signal(int number)
{
	caught[number] = 1;
}

/* Whether it cannot be held, says that this program itself is broken, or does nothing by default. */
static bool is_let_through(int number)
{
	static const int let_through[] = { SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL,	SIGTRAP,
					   SIGSYS,  SIGCHLD, SIGCONT, SIGURG, SIGWINCH };

	for (size_t i = 0; i < ARRAY_LENGTH(let_through); i++)
		if (number == let_through[i])
			return true;
	return false;
}

/* holdSignals(): from now on they are only noted. Those that the runtime handles itself end nothing, and stay its own. */
static napi_value hold_signals(napi_env env, napi_callback_info info)
{
	struct sigaction action = { .sa_handler = note_signal, .sa_flags = SA_RESTART };

	(void)info;
	if (holding)
		return make_undefined(env);
	sigemptyset(&action.sa_mask);
	for (int number = 1; number < NSIG; number++) {
		held[number] = false;
		caught[number] = 0;
		if (is_let_through(number) || sigaction(number, NULL, &former_actions[number]) < 0)
			continue;
		if (!(former_actions[number].sa_flags & SA_SIGINFO) && former_actions[number].sa_handler == SIG_DFL)
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
