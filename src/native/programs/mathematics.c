/*
 * What the engine calls of libm, so that the small program is not linked with it: loading it is a twentieth of a call. Remainders,
 * dates, clamped bytes and sizes need five functions, and get them exactly; what nothing of the hot path calls (test/unit/engine-modules
 * looks) ends the program, so that nothing is ever computed wrong.
 */
#include "host.h"
#include "program.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A double has 52 bits behind its first one, which is not written down, below 11 of its exponent (IEEE 754). */
#define FRACTION_BITS 52
#define FIRST_BIT (1ULL << FRACTION_BITS)
#define EXPONENT_MASK 0x7ff
#define EXPONENT_OF_ONE 1023

/* libc has it, as it has frexp and modf. */
double scalbn(double value, int exponent);

static uint64_t bits_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static double of_bits(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static int exponent_of(double value)
{
	return bits_of(value) >> FRACTION_BITS & EXPONENT_MASK;
}

static double without_sign(double value)
{
	return of_bits(bits_of(value) << 1 >> 1);
}

static double with_sign_of(double value, double sign)
{
	return of_bits(bits_of(value) | (bits_of(sign) >> 63 << 63));
}

/* The whole number that a finite one is of its last bit; the smallest numbers have no first one. */
static uint64_t whole_of(double value, int *exponent)
{
	uint64_t fraction = bits_of(value) & (FIRST_BIT - 1);

	*exponent = exponent_of(value);
	if (*exponent > 0)
		return fraction | FIRST_BIT;
	*exponent = 1;
	return fraction;
}

/* By long division: each step's remainder is below 2^53, and so has room for as many bits as an exponent has. */
double fmod(double value, double divisor)
{
	int exponent, divisors;
	uint64_t rest, by;

	if (exponent_of(value) == EXPONENT_MASK || !(without_sign(divisor) > 0))
		return (value * divisor) / (value * divisor);
	if (without_sign(value) < without_sign(divisor))
		return value;
	by = whole_of(divisor, &divisors);
	rest = whole_of(value, &exponent) % by;
	while (exponent > divisors) {
		int step = exponent - divisors < 11 ? exponent - divisors : 11;

		rest = (rest << step) % by;
		exponent -= step;
	}
	return with_sign_of(scalbn((double)rest, divisors - EXPONENT_OF_ONE - FRACTION_BITS), value);
}

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
