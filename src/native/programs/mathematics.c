/*
 * What the engine calls of libm, so that the small program is not linked with it: loading it is a twentieth of a call. Remainders,
 * dates, clamped bytes and sizes need five functions, and get them exactly (fmod is in remainder.c); what nothing of the hot path calls (test/unit/engine-modules
 * looks) ends the program, so that nothing is ever computed wrong.
 */
#include "doubles.h"
#include "host.h"
#include "program.h"

#include <stdio.h>
#include <stdlib.h>

double trunc(double value)
{
	int exponent = exponent_of(value) - EXPONENT_OF_ONE;

	if (exponent < 0)
		return with_sign_of(0, value);
	if (exponent >= FRACTION_BITS)
		return value;
	return of_bits(bits_of(value) & ~((FIRST_BIT - 1) >> exponent));
}

/* Halves away from zero. */
double round(double value)
{
	double whole = trunc(value);

	return without_sign(value - whole) < 0.5 ? whole : whole + with_sign_of(1, value);
}

/* Halves to the even one: to a number of 2^52 and more nothing else can be added. */
long lrint(double value)
{
	double large = with_sign_of((double)FIRST_BIT, value);

	return without_sign(value) < (double)FIRST_BIT ? (long)(value + large - large) : (long)value;
}

static double refuse(const char *name)
{
	char line[128];

	snprintf(line, sizeof(line), "%s: internal error: Math.%s is not in this program", program.name, name);
	write_line(line);
	_Exit(EXIT_FAILURE);
}

/* Powers of two alone: sizes are written so. */
double pow(double value, double exponent)
{
	if (value != 2 || trunc(exponent) != exponent || !(without_sign(exponent) < EXPONENT_MASK))
		return refuse("pow");
	return scalbn(1, (int)exponent);
}

#define REFUSED(name)                   \
	double name(double value)       \
	{                               \
		(void)value;            \
		return refuse(#name);   \
	}
#define REFUSED_OF_TWO(name)                          \
	double name(double value, double other)       \
	{                                             \
		(void)value;                          \
		(void)other;                          \
		return refuse(#name);                 \
	}

REFUSED(acos)
REFUSED(acosh)
REFUSED(asin)
REFUSED(asinh)
REFUSED(atan)
REFUSED(atanh)
REFUSED(cbrt)
REFUSED(cos)
REFUSED(cosh)
REFUSED(exp)
REFUSED(expm1)
REFUSED(log)
REFUSED(log10)
REFUSED(log1p)
REFUSED(log2)
REFUSED(sin)
REFUSED(sinh)
REFUSED(sqrt)
REFUSED(tan)
REFUSED(tanh)
REFUSED_OF_TWO(atan2)
REFUSED_OF_TWO(hypot)
