"""The laws of chance by name: quantile functions, distribution functions and means.

A draw inverts one uniform number, so it rises with that number and with every parameter that raises the law. Formulae
are those of Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions, and of Johnson, Kemp and Kotz,
Univariate Discrete Distributions. Everything is scalar: array exponentials differ in the last bit between processors.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from scipy.special import betainc, betaincinv, gammainc, gammaincinv, ndtr, ndtri, pdtr

_ALMOST_ONE = 1.0 - 2.0**-53
_SMALLEST = 2.0**-1074


@dataclass(frozen=True, slots=True)
class Law:
    """One law: `quantile` turns a uniform number into a draw, `up_to(x)` is the chance of x or less.

    `low` is the least value that can be drawn; `bends` are points where the density is not smooth; `whole` laws give
    whole numbers only. `mean_within(a, b)` is the mean of the part between a and b times its chance, where it is
    known in closed form.
    """

    quantile: Callable[[float], float]
    up_to: Callable[[float], float]
    mean: float
    low: float = 0.0
    bends: tuple[float, ...] = ()
    whole: bool = False
    mean_within: Callable[[float, float], float] | None = None

    def below(self, x: float) -> float:
        """Give the chance of less than x."""
        return self.up_to(math.ceil(x) - 1.0) if self.whole else self.up_to(x)

    def between(self, least: float | None, most: float | None) -> "Law":
        """Give the law of draws that are repeated until they lie within these bounds, both included.

        Raises ValueError where no draw can lie there.
        """
        if least is None and most is None:
            return self
        under = 0.0 if least is None else self.below(least)
        over = 1.0 if most is None else self.up_to(most)
        if over <= under:
            raise ValueError(f"nothing can be drawn between {least} and {most}")
        low, high = (-math.inf if least is None else least), (math.inf if most is None else most)
        quantile, width = self.quantile, over - under

        def cut(u: float) -> float:
            return min(max(quantile(min(max(under + width * u, _SMALLEST), _ALMOST_ONE)), low), high)

        def up_to(x: float) -> float:
            return min(max((self.up_to(x) - under) / width, 0.0), 1.0) if x >= low else 0.0

        return Law(cut, up_to, _mean_of_part(self, low, high) / width, max(low, self.low), self.bends, self.whole)


def _mean_of_part(law: Law, low: float, high: float) -> float:
    """The mean of the draws within bounds, times the chance to lie there."""
    if law.mean_within is not None:
        return law.mean_within(low, high)
    below_low = 0.0 if low <= law.low else _mean_up_to(law, math.ceil(low) - 1.0 if law.whole else low)
    return (law.mean if high == math.inf else _mean_up_to(law, high)) - below_low


def _mean_up_to(law: Law, x: float) -> float:
    """E[X; X <= x] = x F(x) minus the integral of F up to x, by parts."""
    if x < law.low:
        return 0.0
    if law.whole:
        return math.floor(x) * law.up_to(x) - math.fsum(law.up_to(float(k)) for k in range(math.floor(x)))
    edges = [law.low, *(bend for bend in law.bends if law.low < bend < x), x]
    pieces = (_integral(law.up_to, a, b) for a, b in pairwise(edges))
    return x * law.up_to(x) - math.fsum(pieces)


def _integral(function: Callable[[float], float], a: float, b: float) -> float:
    """The integral from a to b by the tanh-sinh rule (Takahasi and Mori 1974), which bears steep ends."""
    if b <= a:
        return 0.0
    step, middle, half = 1 / 32, (a + b) / 2, (b - a) / 2
    terms = []
    for k in range(-112, 113):
        t = k * step
        inner = math.pi / 2 * math.sinh(t)
        weight = math.pi / 2 * math.cosh(t) / math.cosh(inner) ** 2
        terms.append(weight * function(middle + half * math.tanh(inner)))
    return math.fsum(terms) * step * half


@lru_cache(maxsize=4096)
def law(family: str, parameters: tuple[tuple[str, float], ...]) -> Law:
    """Give the law of a family with these parameters, each a name and a value."""
    return _FAMILIES[family](dict(parameters))


def constant(value: float) -> Law:
    """Give the law that always gives one value."""
    return Law(
        lambda u: value,
        lambda x: 1.0 if x >= value else 0.0,
        value,
        low=value,
        mean_within=lambda low, high: value if low <= value <= high else 0.0,
    )


Parameters = Mapping[str, float]


def _spread(parameters: Parameters) -> float:
    """The standard deviation over the mean, however it was written."""
    return parameters["cv"] if "cv" in parameters else parameters["sd"] / parameters["mean"]


def _exponential(parameters: Parameters) -> Law:
    mean = parameters["mean"] if "mean" in parameters else parameters["median"] / math.log(2)
    if mean == 0:
        return constant(0.0)
    return Law(lambda u: -mean * math.log1p(-u), lambda x: -math.expm1(-x / mean) if x > 0 else 0.0, mean)


def _lognormal(parameters: Parameters) -> Law:
    middle = parameters.get("median", parameters.get("mean", 0.0))
    if middle == 0 or 0 in (parameters.get("sigma"), parameters.get("cv"), parameters.get("sd")):
        return constant(middle)
    if "median" in parameters:
        centre, sigma = math.log(middle), parameters["sigma"]
    else:
        square = math.log1p(_spread(parameters) ** 2)
        centre, sigma = math.log(middle) - square / 2, math.sqrt(square)
    return Law(
        lambda u: math.exp(centre + sigma * float(ndtri(u))),
        lambda x: float(ndtr((math.log(x) - centre) / sigma)) if x > 0 else 0.0,
        math.exp(centre + sigma * sigma / 2),
    )


def _normal(parameters: Parameters) -> Law:
    mean = parameters["mean"]
    sd = parameters["sd"] if "sd" in parameters else parameters["cv"] * abs(mean)
    if sd == 0:
        return constant(mean)

    def density(z: float) -> float:
        return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

    def mean_within(low: float, high: float) -> float:
        a, b = (low - mean) / sd, (high - mean) / sd
        return mean * (float(ndtr(b)) - float(ndtr(a))) + sd * (density(a) - density(b))

    return Law(
        lambda u: mean + sd * float(ndtri(u)),
        lambda x: float(ndtr((x - mean) / sd)),
        mean,
        low=-math.inf,
        mean_within=mean_within,
    )


def _gamma(parameters: Parameters) -> Law:
    mean, spread = parameters["mean"], _spread(parameters)
    if spread == 0:
        return constant(mean)
    return _gamma_law(1 / spread**2, mean * spread**2)


def _erlang(parameters: Parameters) -> Law:
    return _gamma_law(parameters["stages"], parameters["mean"] / parameters["stages"])


def _gamma_law(shape: float, scale: float) -> Law:
    return Law(
        lambda u: scale * float(gammaincinv(shape, u)),
        lambda x: float(gammainc(shape, x / scale)) if x > 0 else 0.0,
        shape * scale,
    )


def _weibull(parameters: Parameters) -> Law:
    shape, scale = parameters["shape"], parameters["scale"]
    power = 1 / shape
    return Law(
        lambda u: scale * (-math.log1p(-u)) ** power,
        lambda x: -math.expm1(-((x / scale) ** shape)) if x > 0 else 0.0,
        scale * math.gamma(1 + power),
    )


def _triangular(parameters: Parameters) -> Law:
    low, mode, high = parameters["low"], parameters["mode"], parameters["high"]
    if low == high:
        return constant(low)
    rising, falling, whole = mode - low, high - mode, high - low
    turn = rising / whole

    def quantile(u: float) -> float:
        return low + math.sqrt(u * whole * rising) if u < turn else high - math.sqrt((1 - u) * whole * falling)

    def up_to(x: float) -> float:
        if x <= low or x >= high:
            return 0.0 if x <= low else 1.0
        return (x - low) ** 2 / (whole * rising) if x < mode else 1 - (high - x) ** 2 / (whole * falling)

    return Law(quantile, up_to, (low + mode + high) / 3, low=low, bends=(mode, high))


def _uniform(parameters: Parameters) -> Law:
    low, high = parameters["low"], parameters["high"]
    if low == high:
        return constant(low)
    width = high - low
    return Law(
        lambda u: low + width * u,
        lambda x: min(max((x - low) / width, 0.0), 1.0),
        (low + high) / 2,
        low=low,
        bends=(high,),
    )


def _beta(parameters: Parameters) -> Law:
    return _beta_law(parameters["a"], parameters["b"], 0.0, 1.0)


def _pert(parameters: Parameters) -> Law:
    """A beta law stretched from low to high, with mean (low + 4 mode + high) / 6 (Malcolm and others 1959)."""
    low, mode, high = parameters["low"], parameters["mode"], parameters["high"]
    if low == high:
        return constant(low)
    width = high - low
    return _beta_law(1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width, low, width)


def _beta_law(a: float, b: float, low: float, width: float) -> Law:
    return Law(
        lambda u: low + width * float(betaincinv(a, b, u)),
        lambda x: float(betainc(a, b, min(max((x - low) / width, 0.0), 1.0))),
        low + width * a / (a + b),
        low=low,
        bends=(low + width,),
    )


def _poisson(parameters: Parameters) -> Law:
    mean = parameters["mean"]
    if mean == 0:
        return constant(0.0)
    return _whole_law(lambda x: float(pdtr(math.floor(x), mean)) if x >= 0 else 0.0, mean)


def _negative_binomial(parameters: Parameters) -> Law:
    """Counts with variance mean + mean^2 / k."""
    mean, k = parameters["mean"], parameters["k"]
    if mean == 0:
        return constant(0.0)
    return _whole_law(lambda x: float(betainc(k, math.floor(x) + 1.0, k / (k + mean))) if x >= 0 else 0.0, mean)


def _whole_law(up_to: Callable[[float], float], mean: float) -> Law:
    def quantile(u: float) -> float:
        """The least whole number up to which the chance is at least u: doubled until beyond, then halved."""
        high = 1
        while up_to(high) < u:
            high *= 2
        low = -1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if up_to(middle) >= u else (middle, high)
        return float(high)

    return Law(quantile, up_to, mean, whole=True)


_FAMILIES: dict[str, Callable[[Parameters], Law]] = {
    "exponential": _exponential,
    "lognormal": _lognormal,
    "normal": _normal,
    "gamma": _gamma,
    "weibull": _weibull,
    "erlang": _erlang,
    "triangular": _triangular,
    "pert": _pert,
    "uniform": _uniform,
    "beta": _beta,
    "poisson": _poisson,
    "negative_binomial": _negative_binomial,
}
