"""A fit to look at: the inputs with their evidence, how well each distribution fits, and the weeks kept out of it."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

from clinicsim.experiment.fitting.arrivals import Pattern
from clinicsim.experiment.fitting.attendance import Rule
from clinicsim.experiment.fitting.back_test import BackTest, Beside, Part
from clinicsim.experiment.fitting.estimating import Fit
from clinicsim.experiment.fitting.laws import Lengths
from clinicsim.experiment.fitting.written import Input, inputs, overlay
from clinicsim.experiment.statistics import wilson
from clinicsim.experiment.words import say_value
from clinicsim.measures.appointments import HELD, MEDIANS
from clinicsim.report import briefing
from clinicsim.report.figure import Figure, Panel
from clinicsim.report.findings import sentence
from clinicsim.report.folder import NO_CHANGES
from clinicsim.report.tables import NOTHING, Table, frame_as_csv
from clinicsim.report.theme import COLOURS, INK
from clinicsim.scenario.problems import listed

if TYPE_CHECKING:
    from clinicsim.scenario import Scenario

OVERLAY = "fitted.yaml"
HEIGHT, LOW_HEIGHT = 220, 170
FEWEST_SHOWN = 20
"""Appointments in a group of lead times before it is drawn."""
POINTS = 200
"""Points of a curve that is drawn."""
LEADS = (0, 1, 3, 7, 14, 21, 28, 42, 63, 1000)
"""Edges, in days, of the groups of lead times that are shown beside a curve."""
BACK_TEST_COLUMNS = ["week", "measure", "real", "mean", "low", "high"]
PATTERNS = ("arrivals.weekday", "arrivals.month")
"""Inputs of many figures, which the chart shows better than a table."""
OBSERVED, FITTED, SIMULATED = "observed", "fitted", "simulated"
MEANT = (
    "Distributions are chosen by AIC among lognormal, gamma, Weibull, triangular, uniform and exponential (and normal, "
    "for lateness). The distance is the largest between the fitted and the observed share of visits up to a length; "
    "a p value under 1% says that chance alone would seldom make so bad a fit. Lengths rounded "
    "to whole minutes, or to five, are spread evenly over them before that.",
    "No-shows are a share of the appointments that were not called off; late cancellations of all that were kept or "
    "missed. Lead time counts calendar days from the later of booking and last visit attended.",
    "A visit type has a rule of its own where it differs from the others by more than three standard errors.",
    "A weekday or month pattern, or a curve by lead time, is written only where chance makes one as uneven in less "
    "than 5 of 100 cases; else an average is, and what the clinic's file says stays.",
    "All intervals are at 95%. The back-test draws from the fit and from its uncertainty, with the appointments that "
    "were really due. Its totals hold together at 95%.",
)


MEANT_BESIDE = (
    "The whole clinic: its file with the fit laid over it, played from the first day of the export to its end. The "
    "rate of first bookings, no-shows and late cancellations are drawn within their uncertainty for each "
    "replication. Real weeks are taken as one more replication.",
    "Weeks are those in which visits were due, or in which people booked for the first time. Days from booking to "
    "visit are those of visits held. Visits whose length the export does not say count with the mean of their type.",
)


def write_fit(fit: Fit, folder: Path) -> str:
    """Write the overlay, tables, charts, page and manifest of a fit; give what there is to say about it.

    Raise OutputError when the folder cannot be written; then nothing in it has changed, or each of its files is whole.
    """
    tables: dict[str, bytes | Path] = {
        OVERLAY: overlay(fit).encode(),
        "inputs.csv": frame_as_csv(input_frame(fit)).encode(),
        "distributions.csv": frame_as_csv(law_frame(fit)).encode(),
    }
    if fit.back_test is not None:
        tables["back-test.csv"] = frame_as_csv(dated_weeks(fit.back_test)).encode()
    told: dict[str, Any] = {
        "fitted_to": fit.source,
        "appointments": fit.appointments,
        "from": str(fit.start.date()),
        "to": str(fit.cut.date()),
    }
    if fit.beside is None:
        return briefing.write_briefing(_briefing(fit), tables, told, {}, Path(folder), NO_CHANGES)
    beside = fit.beside
    tables["clinic-weeks.csv"] = frame_as_csv(dated_weeks(beside.tested)).encode()
    told |= {
        "seed": beside.seed,
        "replications": beside.replications,
        "replications_asked_for": beside.asked,
        "given_up": list(beside.lost),
    }
    played = {beside.scenario.name: beside.scenario}
    return briefing.write_briefing(_briefing(fit), tables, told, played, Path(folder), beside.changes)


def dated_weeks(tested: BackTest) -> pd.DataFrame:
    """A row for each held-out week and measure, with the date of its first day as text."""
    return tested.weeks.assign(week=[str(week.date()) for week in tested.weeks["week"]])


def input_frame(fit: Fit) -> pd.DataFrame:
    """A row for each input that was estimated."""
    rows = [(one.address, one.written, one.n, one.of, one.grade, one.range, one.why) for one in inputs(fit)]
    return pd.DataFrame(rows, columns=["address", "value", "n", "of", "grade", "range", "not_written_because"])


def law_frame(fit: Fit) -> pd.DataFrame:
    """A row for each candidate distribution of each length, the one that is chosen first."""
    rows = [
        (name, law.family, law.written, len(lengths), law.aic - lengths.law.aic, law.distance, law.p)
        for name, lengths in _all_lengths(fit).items()
        for law in lengths.candidates
        if law.family != "fixed"
    ]
    return pd.DataFrame(rows, columns=["of", "family", "value", "n", "aic_above_best", "distance", "p"])


def fit_sentences(fit: Fit) -> tuple[str, ...]:
    """What a planner should know first: whether the fit holds, and what was found."""
    found = [*_verdict(fit.back_test), *(_of_clinic(fit.beside) if fit.beside is not None else [])]
    rate = inputs(fit)[0]
    found.append(f"{rate.n} people booked for the first time: {rate.written} ({rate.range}).")
    found += [_of_rule(rule, visit) for visit, rule in fit.no_show.items()]
    found += [
        f"{_quoted(name)} takes {say_value(lengths.mean[0], 'min')} on average ({say_value(lengths.mean[1], 'min')} to "
        f"{say_value(lengths.mean[2], 'min')}), {lengths.law.family}{_doubt(lengths)}."
        for name, lengths in fit.lengths.items()
    ]
    found += [f"{_quoted(name)} has too few lengths for a fit ({n})." for name, n in fit.few.items()]
    return (*found, *fit.notes)


def _doubt(lengths: Lengths) -> str:
    if lengths.law.family == "fixed" or not lengths.law.p < 0.01:
        return ""
    return f"; the fit is off by up to {say_value(lengths.law.distance, 'share')} of visits"


def _of_rule(rule: Rule, visit: str) -> str:
    whose = f" of {_quoted(visit)}" if visit else ""
    if rule.same_day is None or rule.far_ahead is None:
        return f"No-shows{whose}: {say_value(rule.share[0], 'share')}, with no rise by lead time that is established."
    return (
        f"No-shows{whose} rise from {say_value(rule.same_day[0], 'share')} on the same day to "
        f"{say_value(rule.far_ahead[0], 'share')} far ahead."
    )


def _verdict(tested: BackTest | None) -> list[str]:
    """Whether the fit holds in the weeks that were kept out of it."""
    if tested is None:
        return ["The export is too short to keep weeks out of the fit: it is not tested."]
    weeks, totals = tested.parts[0].weeks, [f"{_total(part)}." for part in tested.parts]
    if tested.agrees:
        return [f"The fit holds in the {weeks} weeks that were kept out of it.", *totals]
    wrong = listed([part.measure.lower() for part in tested.parts if not part.agrees])
    return [
        f"The fit does not hold in the {weeks} weeks that were kept out of it: see {wrong}. Something has changed, or "
        "varies by more than chance; look at the chart before you use these figures.",
        *totals,
    ]


def _of_clinic(beside: Beside) -> list[str]:
    """Whether the whole clinic, as simulated, is the one that really was."""
    parts = beside.tested.parts
    if beside.tested.agrees:
        verdict = f"Played as a whole, {beside.replications} times, the clinic agrees with those weeks in all measures."
    else:
        wrong = listed([_differs(part) for part in parts if not part.agrees])
        verdict = (
            f"Played as a whole, {beside.replications} times, the clinic does not agree with those weeks: {wrong}. Its "
            "file, or what was fitted, is not the clinic as it is now."
        )
    return [verdict, *beside.remarks]


def _differs(part: Part) -> str:
    """How a measure differs, as in `no-shows (really 40, simulated 12 to 30)`."""
    name = _titled(part.measure)
    name = name[0].lower() + name[1:]
    if part.low <= part.real <= part.high:
        return f"{name} ({part.weeks - part.inside} of {part.weeks} weeks outside their ranges)"
    real, low, high = (_number(part.measure, value) for value in (part.real, part.low, part.high))
    return f"{name} (really {real}, simulated {low} to {high})"


def beside_table(beside: Beside) -> Table:
    """The whole clinic in the held-out weeks, measure by measure."""
    return Table(
        ("In all those weeks", "Real", "Simulated, mean", "Range", "Weeks in their ranges", "Agrees"),
        tuple(_beside_row(part) for part in beside.tested.parts),
    )


def _beside_row(part: Part) -> tuple[str, ...]:
    real, mean, low, high = (_number(part.measure, value) for value in (part.real, part.mean, part.low, part.high))
    agrees = "yes" if part.agrees else "no"
    return _titled(part.measure), real, mean, f"{low} to {high}", f"{part.inside} of {part.weeks}", agrees


def _titled(measure: str) -> str:
    return f"{measure}, median" if measure in MEDIANS else measure


def _number(measure: str, value: float) -> str:
    return f"{value:,.{1 if measure in MEDIANS else 0}f}"


def _total(part: Part) -> str:
    return (
        f"{part.measure} in those weeks: {part.real:,.0f}, expected {part.low:,.0f} to {part.high:,.0f}; "
        f"{part.inside} of {part.weeks} weeks lie in their own ranges"
    )


def _quoted(name: str) -> str:
    return f"“{name}”"


def _all_lengths(fit: Fit) -> dict[str, Lengths]:
    late = {} if fit.lateness is None else {"lateness": fit.lateness}
    return {**fit.lengths, **late}


def _briefing(fit: Fit) -> briefing.Briefing:
    making = [
        ("Export", fit.source),
        (
            "Fitted to",
            f"{fit.start.date()} to {fit.cut.date()}, {fit.appointments} appointments of {fit.patients} patients",
        ),
        ("Kept out of it", f"{fit.cut.date()} to {fit.end.date()}"),
    ]
    played: dict[str, Scenario] = {}
    if fit.beside is not None:
        played = {fit.beside.scenario.name: fit.beside.scenario}
        making.append(("Clinic played", f"{fit.beside.replications} replications, seed {fit.beside.seed}"))
    return briefing.Briefing(
        title=f"What {_quoted(fit.source)} says about the clinic",
        lead=f"Inputs of a scenario, estimated from {fit.appointments:,} appointments of {fit.patients:,} patients, "
        f"{fit.start.date()} to {fit.cut.date()}. The file {OVERLAY} can be laid over a clinic.",
        answer=fit_sentences(fit),
        tables=(
            *_beside_parts(fit.beside),
            briefing.Part(
                "Inputs",
                "Grades: A from 400 observations on, B from 100 on, C below; one less where the distribution is off.",
                input_table(fit),
            ),
            briefing.Part(
                "Distributions", "For each length the candidates, the one that is chosen first.", _law_table(fit)
            ),
        ),
        figures=tuple(fit_figures(fit)),
        notes=MEANT if fit.beside is None else (*MEANT, *MEANT_BESIDE),
        making=briefing.made_with(making, played),
    )


def _beside_parts(beside: Beside | None) -> Iterator[briefing.Part]:
    if beside is not None:
        note = "The ranges hold together: of 100 clinics that are as simulated, 95 have all measures in their ranges."
        yield briefing.Part("The whole clinic in the weeks kept out of the fit", note, beside_table(beside))


def input_table(fit: Fit) -> Table:
    """The inputs as they are written, with their ranges and grades."""
    return Table(("Input", "Value", "From", "Range", "Grade"), tuple(_row(one) for one in inputs(fit)))


def _row(one: Input) -> tuple[str, ...]:
    value = one.written.strip("{}")
    if one.address in PATTERNS:
        value, one = "in the chart", replace(one, range="in the chart")
    said = value if one.is_written else f"not written: {one.why}"
    return one.address, said, f"{one.n:,} {one.of}", one.range, one.grade


def _law_table(fit: Fit) -> Table:
    rows = [
        (of, value, f"{above:,.0f}", say_value(distance, "share"), NOTHING if math.isnan(p) else _p(p))
        for of, _, value, _, above, distance, p in law_frame(fit).itertuples(index=False, name=None)
    ]
    return Table(("Of", "Distribution", "AIC above the best", "Largest distance", "p value"), tuple(rows))


def _p(p: float) -> str:
    return "under 0.001" if p < 0.001 else f"{p:.3f}"


def fit_figures(fit: Fit) -> list[Figure]:
    """The charts of a fit, those with nothing to draw left out."""
    made: list[Figure] = []
    if fit.beside is not None:
        beside = "weeks of the whole clinic as simulated"
        made.append(_weeks_figure("clinic-weeks", beside, fit.beside.tested, SIMULATED))
    if fit.back_test is not None:
        made.append(_weeks_figure("back-test", "weeks simulated from it", fit.back_test, FITTED))
    made += [_no_show_figure(fit), _length_figure(fit)]
    if fit.lateness is not None:
        made.append(_lateness_figure(fit.lateness))
    patterns = _pattern_figure(fit)
    return [figure for figure in (*made, patterns) if figure.panels]


def _weeks_figure(name: str, beside: str, tested: BackTest, drawn: str) -> Figure:
    """The weeks that were kept out, beside weeks that were simulated in one way or the other."""
    return Figure(
        name,
        f"Weeks kept out of the fit, beside {beside}",
        "Points: the real weeks. Lines: means of the simulated weeks; bands: the range of 95% of them.",
        _week_panels(tested, drawn),
        _week_table(tested),
    )


def _week_panels(tested: BackTest, drawn: str) -> tuple[Panel, ...]:
    """For each measure the real weeks as points, and the range and mean of the simulated ones."""
    panels = []
    for part in tested.parts:
        frame = tested.weeks[tested.weeks["measure"] == part.measure].assign(real_is=OBSERVED, mean_is=drawn)
        panels.append(Panel(_weeks(frame, part.measure, drawn), _titled(part.measure)))
    return tuple(panels)


def _week_table(tested: BackTest) -> Table:
    rows = tested.weeks[BACK_TEST_COLUMNS].itertuples(index=False, name=None)
    return Table(
        ("Week of", "Measure", "Real", "Simulated, mean", "95% range"),
        tuple(
            (
                str(week.date()),
                _titled(name),
                _number(name, real),
                f"{mean:,.1f}",
                f"{_number(name, low)} to {_number(name, high)}",
            )
            for week, name, real, mean, low, high in rows
        ),
    )


def _weeks(frame: pd.DataFrame, measure: str, mean_is: str) -> Any:
    drawn = frame.assign(week=[str(week.date()) for week in frame["week"]])
    x = alt.X("week:O", axis=alt.Axis(title="week that begins on", labelAngle=-40, labelFlush=False))
    y = alt.Y("mean:Q", title=_unit(measure), scale=alt.Scale(zero=True))
    base = alt.Chart(drawn)
    return alt.layer(
        base.mark_area(opacity=0.2, color=COLOURS[0]).encode(x=x, y=_field(y, "low:Q"), y2="high:Q"),
        base.mark_line(strokeWidth=2).encode(x=x, y=y, color=_key("mean_is", mean_is)),
        base.mark_point(filled=True, size=80, opacity=1).encode(
            x=x, y=_field(y, "real:Q"), color=_key("real_is", mean_is)
        ),
    ).properties(height=LOW_HEIGHT)


def _unit(measure: str) -> str:
    """What is counted along the axis."""
    if measure in MEDIANS:
        return "Days, median"
    is_held = measure.startswith(HELD.partition("{")[0])
    return f"{sentence('visits' if is_held else measure.lower())} a week"


def _field(y: alt.Y, field: str) -> alt.Y:
    bound = y.copy()
    bound.shorthand = field
    return bound


def _key(field: str, fitted: str = FITTED) -> alt.Color:
    """What was observed in one colour, what was fitted (or simulated) in another."""
    scale = alt.Scale(domain=[OBSERVED, fitted], range=[COLOURS[1], COLOURS[0]])
    return alt.Color(f"{field}:N", title=None, scale=scale, legend=alt.Legend(title=None, direction="horizontal"))


def _no_show_figure(fit: Fit) -> Figure:
    panels, rows = [], []
    for visit, rule in fit.no_show.items():
        data = fit.attendance
        data = data[data["visit"] == visit] if visit else data[~data["visit"].isin(list(fit.no_show))]
        groups = _groups(data)
        title = sentence(f"{visit or 'visits without a rule of their own' if len(fit.no_show) > 1 else 'all visits'}")
        panels.append(Panel(_curve(rule, groups), title))
        rows += [
            (
                title,
                days,
                f"{n:,}",
                say_value(share, "share"),
                f"{say_value(low, 'share')} to {say_value(high, 'share')}",
                say_value(float(rule.chance(np.array([lead]))[0]), "share"),
            )
            for days, lead, n, share, low, high in groups[["days", "lead", "n", "share", "low", "high"]].itertuples(
                index=False, name=None
            )
        ]
    return Figure(
        "no-shows",
        "No-shows by how many days ahead",
        "Points: shares of appointments that were not called off, by groups of lead times, with 95% intervals. Line: "
        "the fit.",
        tuple(panels),
        Table(("Visits", "Days ahead", "Appointments", "Not shown up", "95% interval", "Fitted"), tuple(rows)),
    )


def _groups(data: pd.DataFrame) -> pd.DataFrame:
    """The share missed by groups of lead times, with Wilson's intervals."""
    rows = []
    for low, high in pairwise(LEADS):
        part = data[(data["lead"] >= low) & (data["lead"] < high)]
        if len(part) >= FEWEST_SHOWN:
            n, missed = len(part), int(part["missed"].sum())
            days = str(low) if high == low + 1 else f"{low} or more" if high == LEADS[-1] else f"{low} to {high - 1}"
            rows.append((days, float(part["lead"].mean()), n, missed / n, *wilson(missed, n)))
    return pd.DataFrame(rows, columns=["days", "lead", "n", "share", "low", "high"]).assign(kind=OBSERVED)


def _curve(rule: Rule, groups: pd.DataFrame) -> Any:
    longest = float(groups["lead"].max() if len(groups) else 1.0) * 1.05 + 1
    lead = np.linspace(0.0, longest, POINTS)
    line = pd.DataFrame({"lead": lead, "share": rule.chance(lead), "kind": FITTED})
    axis = alt.Axis(title="days ahead", tickMinStep=1, format="d")
    x = alt.X("lead:Q", axis=axis, scale=alt.Scale(domain=[0, longest], nice=False))
    y = alt.Y("share:Q", title="share not shown up", axis=alt.Axis(format=".0%"), scale=alt.Scale(zero=True))
    return alt.layer(
        alt.Chart(line).mark_line(strokeWidth=2.2).encode(x=x, y=y, color=_key("kind")),
        alt.Chart(groups)
        .mark_rule(strokeWidth=2.5, opacity=0.75)
        .encode(x=x, y=_field(y, "low:Q"), y2="high:Q", color=_key("kind")),
        alt.Chart(groups).mark_point(filled=True, size=75, opacity=1).encode(x=x, y=y, color=_key("kind")),
    ).properties(height=HEIGHT)


def _length_figure(fit: Fit) -> Figure:
    panels = tuple(
        Panel(
            _shares(lengths, "minutes from start to end"),
            f"{sentence(name)}: {lengths.law.family}, {len(lengths):,} visits",
        )
        for name, lengths in fit.lengths.items()
        if lengths.law.family != "fixed"
    )
    return Figure(
        "lengths",
        "How long visits take",
        "Share of visits that take at most so long: as observed, and by the distribution that was chosen.",
        panels,
        _quantile_table(fit.lengths),
    )


def _lateness_figure(lateness: Lengths) -> Figure:
    panels = (
        ()
        if lateness.law.family == "fixed"
        else (Panel(_shares(lateness, "minutes after the appointment (before it: under 0)")),)
    )
    return Figure(
        "lateness",
        "When people arrive, against their appointment",
        f"Share of people who have arrived so long after it: as observed, and {lateness.law.family} as fitted.",
        panels,
        _quantile_table({"lateness": lateness}),
    )


def _shares(lengths: Lengths, title: str) -> Any:
    """Cumulative shares, observed as steps and fitted as a line."""
    low, high = np.quantile(lengths.observed, [0.001, 0.999])
    at = np.linspace(low, high, POINTS)
    observed = np.searchsorted(lengths.observed, at, side="right") / len(lengths)
    both = [
        pd.DataFrame({"at": at, "share": observed, "kind": OBSERVED}),
        pd.DataFrame({"at": at, "share": lengths.law.up_to(at), "kind": FITTED}),
    ]
    dash = alt.StrokeDash("kind:N", title=None, scale=alt.Scale(domain=[OBSERVED, FITTED], range=[[1, 0], [7, 3]]))
    return (
        alt.Chart(pd.concat(both))
        .mark_line(strokeWidth=2.2)
        .encode(
            x=alt.X("at:Q", title=title, scale=alt.Scale(nice=False, zero=False)),
            y=alt.Y("share:Q", title="share up to there", axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1])),
            color=_key("kind"),
            strokeDash=dash,
        )
        .properties(height=LOW_HEIGHT)
    )


def _quantile_table(found: Mapping[str, Lengths]) -> Table:
    shares = np.array([0.1, 0.5, 0.9])
    rows = []
    for name, lengths in found.items():
        real, meant = np.quantile(lengths.observed, shares), lengths.law.quantile(shares)
        pairs = (f"{one:.0f} ({other:.0f})" for one, other in zip(real, meant, strict=True))
        rows.append((name, f"{len(lengths):,}", *pairs))
    columns = ("Of", "Number", "A tenth are under, minutes", "Half are under", "Nine tenths are under")
    return Table(columns, tuple(rows))


def _pattern_figure(fit: Fit) -> Figure:
    found = {"By weekday": fit.arrivals.weekday, "By month": fit.arrivals.month}
    found = {title: pattern for title, pattern in found.items() if pattern.factors}
    panels = tuple(Panel(_factors(pattern), f"{title}{_chance(pattern)}") for title, pattern in found.items())
    rows = [
        (factor.name, f"{factor.n:,}", f"{factor.value:.2f}", f"{factor.low:.2f} to {factor.high:.2f}")
        for pattern in found.values()
        for factor in pattern.factors
    ]
    return Figure(
        "arrivals",
        "When people book for the first time",
        "First bookings against the average (1), with 95% intervals.",
        panels,
        Table(("", "First bookings", "Against the average", "95% interval"), tuple(rows)),
    )


def _chance(pattern: Pattern) -> str:
    return "" if pattern.is_established else " (no more uneven than chance would make it; not written)"


def _factors(pattern: Pattern) -> Any:
    rows = [(factor.name, factor.value, factor.low, factor.high, 1.0) for factor in pattern.factors]
    frame = pd.DataFrame(rows, columns=["name", "value", "low", "high", "average"])
    x = alt.X("name:N", sort=[factor.name for factor in pattern.factors], title=None, axis=alt.Axis(labelAngle=0))
    y = alt.Y("value:Q", title="against the average", scale=alt.Scale(zero=True))
    base = alt.Chart(frame)
    return alt.layer(
        alt.Chart(frame[:1]).mark_rule(color=INK, strokeWidth=1).encode(y="average:Q"),
        base.mark_rule(strokeWidth=2.5, opacity=0.75, color=COLOURS[0]).encode(x=x, y=_field(y, "low:Q"), y2="high:Q"),
        base.mark_point(filled=True, size=75, opacity=1, color=COLOURS[0]).encode(x=x, y=y),
    ).properties(height=LOW_HEIGHT)
