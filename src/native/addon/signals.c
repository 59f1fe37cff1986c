/* Holding back the signals that ask a program to end, over the moment in which it must not (man 7 signal). */
#include "values.h"

#include <signal.h>

static const int held_signals[] = { SIGINT, SIGTERM, SIGHUP };
static struct sigaction former_actions[ARRAY_LENGTH(held_signals)];
static volatile sig_atomic_t caught_signal;
static bool holding;

static void note_signal(int number)
{
	caught_signal = number;
}

/* holdSignals(): from now on they are only noted. */
static napi_value hold_signals(napi_env env, napi_callback_info info)
{
	struct sigaction action = { .sa_handler = note_signal, .sa_flags = SA_RESTART };

	(void)info;
	if (!holding) {
		caught_signal = 0;
		sigemptyset(&action.sa_mask);
		for (size_t i = 0; i < ARRAY_LENGTH(held_signals); i++)
			sigaction(held_signals[i], &action, &former_actions[i]);
		holding = true;
	}
	return make_undefined(env);
}

/* releaseSignals(): one that came meanwhile takes effect now. */
static napi_value release_signals(napi_env env, napi_callback_info info)
{
	(void)info;
	if (holding) {
		for (size_t i = 0; i < ARRAY_LENGTH(held_signals); i++)
			sigaction(held_signals[i], &former_actions[i], NULL);
		holding = false;
		if (caught_signal)
			raise(caught_signal);
	}
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
