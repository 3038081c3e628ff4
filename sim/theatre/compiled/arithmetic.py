"""Exponential, logarithm and normal deviate made of plain arithmetic, so that every machine gives the same bits.

No function here calls the platform's mathematical library, whose last digit differs between systems. All that is used
is exact or rounded the one way IEEE 754 prescribes: + - * /, square root, floor, comparison, and taking a number apart
into mantissa and exponent. Plain Python runs this file as it stands; the engine compiles the same functions and
replaces only `floor`, `scale_by_power_of_two` and `mantissa_and_exponent`, which must return the same bits.

The operations are written out one by one because their order is part of the result.
"""

import math
from math import frexp, ldexp, sqrt

LN2 = 0.6931471805599453
LOG2E = 1.4426950408889634
LN2_HIGH = 0.693147180369123816490  # ends in 21 zero bits: its product with an exponent is exact
LN2_LOW = 1.90821492927058770002e-10
SQRT_HALF = 0.7071067811865476
LARGEST_EXPONENT = 700.0


def floor(x: float) -> float:
    """Return the largest whole number up to x; NaN stays NaN."""
    return float(math.floor(x)) if x == x else x


def scale_by_power_of_two(x: float, k: float) -> float:
    """Return x * 2**k, exact while the result is a normal number; k is whole or NaN."""
    return ldexp(x, int(k)) if k == k else k


def mantissa_and_exponent(x: float) -> tuple[float, float]:
    """Return m in [1/2, 1) and whole k with x = m * 2**k, for positive normal x."""
    mantissa, exponent = frexp(x)
    return mantissa, float(exponent)


def exp(x: float) -> float:
    """Exponential of x, with x held between -700 and 700; NaN stays NaN.

    With k the whole number nearest x / ln 2, e**x = 2**k * e**r and e**r = 1 + r + r**2 p(r). The polynomial p meets
    its function at nine Chebyshev nodes of |r| <= ln 2 / 2, its first two terms kept as in Taylor's series; the series
    itself, cut at the same degree, would be wrong in the last two digits.
    """
    k, r = _power_and_rest(x)
    return _raised(k, r, _polynomial(r))


def _power_and_rest(x: float) -> tuple[float, float]:
    y = -LARGEST_EXPONENT if x < -LARGEST_EXPONENT else x  # a NaN is neither below nor above
    y = LARGEST_EXPONENT if y > LARGEST_EXPONENT else y
    k = floor(y * LOG2E + 0.5)
    return k, (y - k * LN2_HIGH) - k * LN2_LOW


def _polynomial(r: float) -> float:
    r2 = r * r
    r4 = r2 * r2
    low = (0.5 + 0.16666666666666666 * r) + (0.041666666666651364 + 0.008333333333332157 * r) * r2
    mid = (0.0013888888905871347 + 0.0001984126985433077 * r) + (
        2.4801536409063884e-05 + 2.755728008268453e-06 * r
    ) * r2
    high = 2.7613795554632924e-07 + 2.509554598178717e-08 * r
    return low + (mid + high * r4) * r4


def _raised(k: float, r: float, p: float) -> float:
    return scale_by_power_of_two(1.0 + (r + r * r * p), k)


def log(x: float) -> float:
    """Natural logarithm of a positive normal number.

    With x = 2**k * (1 + f) and 1 + f between sqrt(1/2) and sqrt(2), ln x = k ln 2 + ln(1 + f). With s = f / (2 + f),
    ln(1 + f) = 2 artanh(s) = f - f**2 / 2 + s (f**2 / 2 + 2/3 s**2 + 2/5 s**4 + ...): f itself is exact, and what is
    small is added to what is small first.
    """
    mantissa, k = mantissa_and_exponent(x)
    below = mantissa < SQRT_HALF
    m = mantissa + mantissa if below else mantissa
    k = k - 1.0 if below else k
    return _log_of_parts(m, k)


def _log_of_parts(m: float, k: float) -> float:
    """Natural logarithm of m * 2**k, with m between sqrt(1/2) and sqrt(2)."""
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    p = 0.09523809523809523
    p = 0.10526315789473684 + z * p
    p = 0.11764705882352941 + z * p
    p = 0.13333333333333333 + z * p
    p = 0.15384615384615385 + z * p
    p = 0.18181818181818182 + z * p
    p = 0.2222222222222222 + z * p
    p = 0.2857142857142857 + z * p
    p = 0.4 + z * p
    p = 0.6666666666666666 + z * p
    half = 0.5 * f * f
    return k * LN2_HIGH - ((half - (s * (half + z * p) + k * LN2_LOW)) - f)


def normal(u: float) -> float:
    """The normal deviate below which a share u of all lies, 0 < u < 1 (Wichura 1988, algorithm AS 241, PPND16)."""
    q = u - 0.5
    if -0.425 <= q <= 0.425:
        return _central(q)
    tail = u if q < 0.0 else 1.0 - u
    r = sqrt(-log(tail))
    distance = _tail(r - 1.6) if r <= 5.0 else _far_tail(r - 5.0)
    return -distance if q < 0.0 else distance


def _central(q: float) -> float:
    r = 0.180625 - q * q
    a = 2509.0809287301226727
    a = a * r + 33430.575583588128105
    a = a * r + 67265.770927008700853
    a = a * r + 45921.953931549871457
    a = a * r + 13731.693765509461125
    a = a * r + 1971.5909503065514427
    a = a * r + 133.14166789178437745
    a = a * r + 3.3871328727963666080
    b = 5226.4952788528545610
    b = b * r + 28729.085735721942674
    b = b * r + 39307.895800092710610
    b = b * r + 21213.794301586595867
    b = b * r + 5394.1960214247511077
    b = b * r + 687.18700749205790830
    b = b * r + 42.313330701600911252
    b = b * r + 1.0
    return q * a / b


def _tail(r: float) -> float:
    a = 7.74545014278341407640e-4
    a = a * r + 2.27238449892691845833e-2
    a = a * r + 2.41780725177450611770e-1
    a = a * r + 1.27045825245236838258
    a = a * r + 3.64784832476320460504
    a = a * r + 5.76949722146069140550
    a = a * r + 4.63033784615654529590
    a = a * r + 1.42343711074968357734
    b = 1.05075007164441684324e-9
    b = b * r + 5.47593808499534494600e-4
    b = b * r + 1.51986665636164571966e-2
    b = b * r + 1.48103976427480074590e-1
    b = b * r + 6.89767334985100004550e-1
    b = b * r + 1.67638483018380384940
    b = b * r + 2.05319162663775882187
    b = b * r + 1.0
    return a / b


def _far_tail(r: float) -> float:
    a = 2.01033439929228813265e-7
    a = a * r + 2.71155556874348757815e-5
    a = a * r + 1.24266094738807843860e-3
    a = a * r + 2.65321895265761230930e-2
    a = a * r + 2.96560571828504891230e-1
    a = a * r + 1.78482653991729133580
    a = a * r + 5.46378491116411436990
    a = a * r + 6.65790464350110377720
    b = 2.04426310338993978564e-15
    b = b * r + 1.42151175831644588870e-7
    b = b * r + 1.84631831751005468180e-5
    b = b * r + 7.86869131145613259100e-4
    b = b * r + 1.48753612908506148525e-2
    b = b * r + 1.36929880922735805310e-1
    b = b * r + 5.99832206555887937690e-1
    b = b * r + 1.0
    return a / b


FAR = 7.07106781186547
"""Normal deviates further out than this lie in a tail for which a continued fraction is closer."""


def share_below(z: float) -> float:
    """The share of all that lies below a normal deviate: the inverse of `normal` (Hart 1968, after West 2005)."""
    distance = -z if z < 0.0 else z
    tail = exp(-0.5 * distance * distance) * (_near_share(distance) if distance < FAR else _far_share(distance))
    return 1.0 - tail if z > 0.0 else tail


def _near_share(x: float) -> float:
    a = 3.52624965998911e-02 * x + 0.700383064443688
    a = a * x + 6.37396220353165
    a = a * x + 33.912866078383
    a = a * x + 112.079291497871
    a = a * x + 221.213596169931
    a = a * x + 220.206867912376
    b = 8.83883476483184e-02 * x + 1.75566716318264
    b = b * x + 16.064177579207
    b = b * x + 86.7807322029461
    b = b * x + 296.564248779674
    b = b * x + 637.333633378831
    b = b * x + 793.826512519948
    b = b * x + 440.413735824752
    return a / b


def _far_share(x: float) -> float:
    b = x + 0.65
    b = x + 4.0 / b
    b = x + 3.0 / b
    b = x + 2.0 / b
    b = x + 1.0 / b
    return 1.0 / b / 2.506628274631


def log2(x: float) -> float:
    """Logarithm to base 2, for lethality: points per doubling."""
    return log(x) * LOG2E


def decay(half_life: float) -> float:
    """What is left after a day of something that halves in `half_life` days."""
    return exp(-LN2 / half_life)


def per_cent(change: float) -> float:
    """What a change in per cent adds to a logarithm."""
    return log(1.0 + change / 100.0)


def geometric(mean: float) -> float:
    """What turns the logarithm of a uniform draw into a count above 1 (ODD 7.5), so that `mean` is the mean of all.

    It is 0 for a mean of 1, where the count is always 1.
    """
    return 1.0 / log(1.0 - 1.0 / mean) if mean > 1.0 else 0.0
