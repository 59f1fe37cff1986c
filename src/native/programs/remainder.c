/*
 * fmod, for both small programs: the one has no libm, and that of glibc 2.38 has a version of its own, so that a renderer that was linked
 * with it would run on no older one.
 */
#include "doubles.h"

double fmod(double value, double divisor);

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
