/*
 * Runs commands in turn, as whole processes, and prints a line for each: the median and the least of its milliseconds, its page faults
 * and its largest resident set in KiB, from the kernel's own account of the process.
 *   race ROUNDS INPUT -- COMMAND ARGUMENT... [-- COMMAND ARGUMENT...]...
 *   INPUT  the file that is each command's standard input; what it prints is thrown away
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_COMMANDS 32

extern char **environ;

static int ascending(const void *one, const void *other)
{
	double difference = *(const double *)one - *(const double *)other;

	return (difference > 0) - (difference < 0);
}

static double run(char **command, const char *input, struct rusage *usage)
{
	posix_spawn_file_actions_t actions;
	struct timespec before, after;
	pid_t process;
	int failure;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	clock_gettime(CLOCK_MONOTONIC, &before);
	failure = posix_spawn(&process, command[0], &actions, NULL, command, environ);
	if (failure)
		errx(EXIT_FAILURE, "%s: %s", command[0], strerror(failure));
	if (wait4(process, NULL, 0, usage) < 0)
		err(EXIT_FAILURE, "%s", command[0]);
	clock_gettime(CLOCK_MONOTONIC, &after);
	posix_spawn_file_actions_destroy(&actions);
	return (double)(after.tv_sec - before.tv_sec) * 1e3 + (double)(after.tv_nsec - before.tv_nsec) / 1e6;
}

int main(int count, char **parameters)
{
	char **commands[MOST_COMMANDS];
	struct rusage usage[MOST_COMMANDS];
	int rounds = count > 3 ? atoi(parameters[1]) : 0, number = 0;
	double *times;

	for (int i = 3; i < count; i++)
		if (strcmp(parameters[i], "--") == 0) {
			parameters[i] = NULL;
			if (number == MOST_COMMANDS || i + 1 == count)
				errx(EXIT_FAILURE, "too many commands, or none behind a --");
			commands[number++] = &parameters[i + 1];
		}
	if (rounds < 1 || number < 1)
		errx(EXIT_FAILURE, "usage: race ROUNDS INPUT -- COMMAND ARGUMENT... [-- COMMAND ARGUMENT...]...");
	times = calloc((size_t)rounds * (size_t)number, sizeof(*times));
	if (!times)
		err(EXIT_FAILURE, "times");
	for (int round = 0; round < rounds; round++)
		for (int i = 0; i < number; i++)
			times[i * rounds + round] = run(commands[i], parameters[2], &usage[i]);
	for (int i = 0; i < number; i++) {
		qsort(times + i * rounds, (size_t)rounds, sizeof(*times), ascending);
		printf("%.3f %.3f %ld %ld\n", times[i * rounds + rounds / 2], times[i * rounds], usage[i].ru_minflt,
		       usage[i].ru_maxrss);
	}
	return EXIT_SUCCESS;
}
