"""What the page says in words and rows: the question, the answer, the assumptions, how it was made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clinicsim.experiment.observed import dates_of_follow_up, left_out
from clinicsim.experiment.stopping_words import stopping_sentences
from clinicsim.experiment.verdicts import too_few
from clinicsim.report import manifest, money_words
from clinicsim.report.findings import Findings, in_words, sentence
from clinicsim.report.register import Row, evidence_register
from clinicsim.report.tables import NOTHING, Table

if TYPE_CHECKING:
    from clinicsim.experiment.verdicts import Verdict

FEWEST_FOR_TRUST = 10
DAY = 24 * 60
TERMS = {
    "planned doses": "the number of doses that each plan sets out to give, were all to finish on time",
    "completion": "people who do not finish",
    "integration": "dosings without an integration visit",
    "lateness": "sessions later than planned",
    "effect ratio": "the assumed effect of a plan against the treatment's own figure, and the ends of the scale",
    "who was treated": "who was treated",
    "whole": "the whole difference",
}
"""What the terms of the split mean."""


@dataclass(frozen=True)
class Described:
    """A measure in the long table: what it is, over whom, and its figure in each scenario."""

    label: str
    name: str
    definition: str
    population: str
    figures: tuple[str, ...]


def question(findings: Findings) -> str:
    """The question in the page's title."""
    labels = findings.results.labels
    if findings.comparison is None:
        return f"What to expect of “{labels[0]}”"
    if len(labels) == 2:
        return f"“{labels[0]}” or “{labels[1]}”?"
    return f"Which plan: {', '.join(f'“{label}”' for label in labels[:-1])} or “{labels[-1]}”?"


def replications(findings: Findings) -> str:
    """How many times each scenario was played."""
    count = len(findings.results.replications)
    return "once" if count == 1 else f"{count} times"


def length(findings: Findings) -> str:
    """The simulated time that is measured, such as `36 months`; scenarios of one comparison have the same."""
    span = findings.results.scenarios[0].length
    parts = []
    if span.months:
        parts.append(_counted(span.months, "month"))
    if span.minutes:
        weeks = span.minutes / (7 * DAY)
        parts.append(_counted(weeks, "week") if weeks.is_integer() else _counted(span.minutes / DAY, "day"))
    return " and ".join(parts) or "no time"


def verdicts(findings: Findings) -> dict[str, list["Verdict"]]:
    """The verdicts by what they establish: a difference, that there is none that matters, or nothing."""
    found = findings.comparison.verdicts if findings.comparison else ()
    return {
        "differs": [verdict for verdict in found if verdict.kind in ("higher", "lower")],
        "alike": [verdict for verdict in found if verdict.kind == "alike"],
        "open": [verdict for verdict in found if not verdict.established],
    }


def unsaid(findings: Findings) -> str:
    """What is said in the place of all verdicts where replications are too few for any."""
    return too_few(len(findings.results.replications))


def key_figures(findings: Findings) -> Table:
    """The measures that a planner asks for first, with their intervals."""
    return _figures_of(findings, [name for name, measure in findings.results.measures.items() if measure.headline])


def key_sentences(findings: Findings) -> list[str]:
    """The headline measures of a single scenario, a sentence each."""
    headline = [name for name, measure in findings.results.measures.items() if measure.headline]
    return [f"{row}: {text}." for row, text in _figures_of(findings, headline).rows]


def money(findings: Findings) -> list[str]:
    """Whether each plan earns its keep; nothing where no plan has money."""
    return money_words.money_sentences(findings.results)


def money_by_scenario(findings: Findings) -> dict[str, list[str]]:
    """The same by scenario."""
    return money_words.money_by_scenario(findings.results)


def answer(findings: Findings) -> list[str]:
    """The verdicts of a comparison, money first; the headline measures of a single scenario."""
    return [*stopping_sentences(findings.results), *_established(findings)]


def _established(findings: Findings) -> list[str]:
    if findings.comparison is None:
        return key_sentences(findings)
    measures = findings.results.measures
    ordered = sorted(findings.comparison.verdicts, key=lambda verdict: measures[verdict.measure].group != "money")
    said = list(dict.fromkeys(verdict.sentence for verdict in ordered))
    return said or ["Too few replications to say which is ahead."]


def stopping(findings: Findings) -> list[str]:
    """Where a precision was asked for: how many replications it took, or what is missing."""
    return stopping_sentences(findings.results)


def opening(findings: Findings) -> list[str]:
    """What a business case opens with: money, then the verdicts, or why there are none."""
    few = findings.comparison is not None and unsaid(findings)
    return [*money(findings), *([*stopping(findings), few] if few else answer(findings))]


def whom(findings: Findings) -> list[str]:
    """Over whom the key figures are, and why some are missing."""
    return [*dates_of_follow_up(findings.results), *left_out(findings.results)]


def planned(findings: Findings) -> Table | None:
    """The planned doses and the effect ratio of every course in use, before any outcome is judged."""
    if findings.comparison is None or findings.comparison.planned.empty:
        return None
    rows = [
        (str(row.scenario), str(row.protocol), f"{row.planned_doses:g}", f"{row.effect_ratio:g}", str(row.effect_basis))
        for row in findings.comparison.planned.itertuples()
    ]
    return Table(("Plan", "Course", "Planned doses", "Effect ratio", "Effects compared"), tuple(rows))


def split_sentences(findings: Findings) -> list[str]:
    """For each scenario, where the difference in outcome from the base comes from."""
    if findings.comparison is None or findings.comparison.split.empty:
        return []
    split = in_words(findings.comparison.split.rename(columns={"points": "mean"}).assign(unit="points"), signed=True)
    sentences = []
    for label, terms in split.groupby("scenario", sort=False):
        by_term = dict(zip(terms["term"], terms["text"], strict=True))
        whole = by_term.pop("whole", NOTHING)
        parts = "; ".join(f"{TERMS.get(term, term)}: {text}" for term, text in by_term.items())
        sentences.append(
            f"In “{label}” the mean fall of the score at the end of the course differs from that in "
            f"“{findings.comparison.base}” by {whole}. Of this come from {parts}."
        )
    return sentences


def groups(findings: Findings) -> dict[str, list[Described]]:
    """Every measure that has a figure, by the groups of the catalogue and in its order."""
    measures = findings.results.measures
    found: dict[str, list[Described]] = {}
    for name, cells in _cells(findings, findings.measures_like("*")).items():
        measure = measures[name]
        described = Described(sentence(measure.label), name, measure.definition, measure.population, cells)
        found.setdefault(sentence(measure.group), []).append(described)
    return found


def assumptions(findings: Findings) -> list[Row]:
    """Every input that the scenarios use, what has no source first, then the weakest."""
    return evidence_register(findings.results.scenarios, findings.results.labels)


def making(findings: Findings, changes: Mapping[str, str]) -> list[tuple[str, str]]:
    """How the figures were made: everything that must be the same to get them again."""
    results = findings.results
    rows = [
        ("Seed of the random numbers", str(results.seed)),
        ("Replications", f"{len(results.replications)} of {results.asked} asked for"),
        *(
            (f"Content id of “{label}”", s.content_id)
            for label, s in zip(results.labels, results.scenarios, strict=True)
        ),
        *((f"Changed by the command: {address}", value) for address, value in changes.items()),
        *((f"Given up: {lost}", "its worker process ended three times") for lost in results.lost),
        ("Versions", ", ".join(f"{name} {version}" for name, version in manifest.versions().items())),
    ]
    return rows


def _figures_of(findings: Findings, names: Sequence[str]) -> Table:
    rows = [
        (sentence(findings.results.measures[name].label), *cells) for name, cells in _cells(findings, names).items()
    ]
    return Table(("Figure", *findings.results.labels), tuple(rows))


def _cells(findings: Findings, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The figures of measures in words, one for each scenario; measures without any are left out."""
    said = {
        (measure, scenario): text
        for measure, scenario, text in in_words(findings.estimates)[["measure", "scenario", "text"]].itertuples(
            index=False
        )
    }
    cells = {name: tuple(said.get((name, label), NOTHING) for label in findings.results.labels) for name in names}
    return {name: row for name, row in cells.items() if set(row) != {NOTHING}}


def _counted(number: float, noun: str) -> str:
    return f"{number:g} {noun}" if number == 1 else f"{number:g} {noun}s"
