"""The families of distributions: which parameters they take, and which values of them are impossible."""

from collections.abc import Mapping

FAMILIES: dict[str, tuple[tuple[str, ...], ...]] = {
    "exponential": (("mean",), ("median",)),
    "lognormal": (("mean", "cv"), ("mean", "sd"), ("median", "sigma")),
    "normal": (("mean", "sd"), ("mean", "cv")),
    "gamma": (("mean", "cv"), ("mean", "sd")),
    "weibull": (("shape", "scale"),),
    "erlang": (("mean", "stages"),),
    "triangular": (("low", "mode", "high"),),
    "pert": (("low", "mode", "high"),),
    "uniform": (("low", "high"),),
    "beta": (("a", "b"),),
    "poisson": (("mean",),),
    "negative_binomial": (("mean", "k"),),
}
"""Each family with the sets of parameters that make it whole."""

EXAMPLES = {
    "exponential": "{dist: exponential, mean: 15 min}",
    "lognormal": "{mean: 60 min, cv: 0.25}",
    "normal": "{dist: normal, mean: 14, sd: 4.5}",
    "gamma": "{dist: gamma, mean: 20 min, sd: 8 min}",
    "weibull": "{dist: weibull, shape: 1.2, scale: 14 weeks}",
    "erlang": "{dist: erlang, mean: 20 min, stages: 2}",
    "triangular": "{low: 45 min, mode: 60 min, high: 90 min}",
    "pert": "{dist: pert, low: 45 min, mode: 60 min, high: 90 min}",
    "uniform": "{low: 30 min, high: 60 min}",
    "beta": "{dist: beta, a: 15, b: 5}",
    "poisson": "{dist: poisson, mean: 3}",
    "negative_binomial": "{dist: negative_binomial, mean: 3, k: 2}",
}
BARE = frozenset({"cv", "sigma", "shape", "k", "a", "b", "stages"})
"""Parameters that are bare numbers; the others are of the dimension of what is drawn."""
WHOLE = frozenset({"poisson", "negative_binomial"})
"""Families of whole numbers."""
BOUNDED = frozenset({"triangular", "pert", "uniform", "beta"})
"""Families that have a lowest and a highest value by themselves."""
POSITIVE = {
    "exponential": ("mean", "median"),
    "lognormal": ("mean", "median"),
    "gamma": ("mean", "cv", "sd"),
    "weibull": ("shape", "scale"),
    "erlang": ("mean", "stages"),
    "beta": ("a", "b"),
    "poisson": ("mean",),
    "negative_binomial": ("mean", "k"),
}
"""Parameters that must be above 0."""
NOT_NEGATIVE = ("cv", "sd", "sigma")


def family_of(keys: frozenset[str], usual: str) -> str | None:
    """The family meant where none is named: triangular, uniform, or the usual one for a mean with its spread."""
    if keys in ({"low", "mode", "high"}, {"low", "high"}):
        return "triangular" if "mode" in keys else "uniform"
    return usual if keys in ({"mean", "cv"}, {"mean", "sd"}) else None


def impossible(family: str, fixed: Mapping[str, float]) -> list[tuple[str, str]]:
    """The parameters that cannot be, each with the reason; only those with one value for everybody are looked at."""
    found = [(name, f"{name} must be above 0") for name in POSITIVE.get(family, ()) if fixed.get(name, 1.0) <= 0]
    told = {name for name, _ in found}
    found += [
        (name, f"{name} cannot be negative") for name in NOT_NEGATIVE if name not in told and fixed.get(name, 0.0) < 0
    ]
    return found + out_of_order(fixed)


def out_of_order(fixed: Mapping[str, float]) -> list[tuple[str, str]]:
    """Where low, mode and high do not rise."""
    if "low" in fixed and "high" in fixed and fixed["low"] >= fixed["high"]:
        word = "above" if fixed["low"] > fixed["high"] else "equal to"
        return [("low", f"low is {word} high; one value that never varies is written alone, as in 45 min")]
    if "low" in fixed and "mode" in fixed and fixed["mode"] < fixed["low"]:
        return [("mode", "mode is below low")]
    if "high" in fixed and "mode" in fixed and fixed["mode"] > fixed["high"]:
        return [("mode", "mode is above high")]
    return []
