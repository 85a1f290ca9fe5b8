"""How a day is drawn: a row for each person, room and patient, and bars along the hours.

The bars come in ready, with the words that stand in them. A visit type keeps its colour in all panels of a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from clinicsim.report.theme import COLOURS, FAINT, INK

ROW_HEIGHT, LEAST_WIDTH = 24, 760
"""Pixels of height for each row, and of width of the whole drawing."""
LETTER, PADDING = 6.3, 6
"""Pixels of a letter in a bar, and of air beside its words."""
SIDE = 110
"""Pixels that the names of the rows take, about."""
BESIDE = "|"
"""What divides the name of a row from the number of its lane; a second lane of the same row shows no name."""
DARK_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#000000")
PALE, FREE, AWAY, WAITING = "#e7ebf1", "#ffffff", "#cfd4dc", "#fff3d6"
"""Colours of what is no visit: on duty or open, a break, away, a wait."""
AMBER = "#b36b00"


@dataclass(frozen=True)
class Drawn:
    """A bar: `row`, from `start` to `end` in minutes after midnight, in the colour of `visit` or of a plain `look`.

    `words` are what it may say, the longest first; the longest that fits is drawn. `about` is said on pointing at it.
    """

    row: str
    start: float
    end: float
    visit: str = ""
    look: str = PALE
    words: tuple[str, ...] = ()
    about: str = ""


def gantt(bars: Sequence[Drawn], visits: Sequence[str], hours: tuple[int, int], legend: bool) -> Any:
    """The drawing of bars in the order of their rows, between two whole hours; `visits` are in the order of colours."""
    frame = _frame(bars, visits, hours)
    rows = list(dict.fromkeys(frame["row"]))
    visits_shown = frame[frame["visit"] != ""]
    base = _base(rows, hours)
    layers = [
        _plain(base, frame[frame["visit"] == ""]),
        _visits(base, visits_shown, visits, legend),
        _words(base, frame[frame["text"] != ""]),
    ]
    return alt.layer(*layers).properties(height=ROW_HEIGHT * len(rows))


def _frame(bars: Sequence[Drawn], visits: Sequence[str], hours: tuple[int, int]) -> pd.DataFrame:
    pixels = (LEAST_WIDTH - SIDE) / (60.0 * (hours[1] - hours[0]))
    rows = [
        (
            f"{bar.row}{BESIDE}{lane}" if lane == 0 else f"{BESIDE}{bar.row}{lane}",
            max(bar.start, 60.0 * hours[0]),
            min(bar.end, 60.0 * hours[1]),
            bar.visit,
            bar.look,
            _that_fits(bar.words, (bar.end - bar.start) * pixels),
            ink_on(bar.visit, visits),
            bar.about,
        )
        for bar, lane in zip(bars, _lanes(bars), strict=True)
    ]
    return pd.DataFrame(rows, columns=["row", "start", "end", "visit", "look", "text", "ink", "about"])


def _lanes(bars: Sequence[Drawn]) -> list[int]:
    """For each bar the first lane of its row that is free; what is no visit lies under the others, in lane 0."""
    until: dict[str, list[float]] = {}
    found = []
    for bar in bars:
        ends = until.setdefault(bar.row, [])
        lane = 0
        if bar.visit:
            lane = next((place for place, end in enumerate(ends) if end <= bar.start + 1e-6), len(ends))
            ends[lane : lane + 1] = [bar.end]
        found.append(lane)
    return found


def _that_fits(words: Sequence[str], pixels: float) -> str:
    return next((text for text in words if len(text) * LETTER + PADDING <= pixels), "")


def _base(rows: Sequence[str], hours: tuple[int, int]) -> dict[str, Any]:
    """The encodings of place that all layers share."""
    clock = "(datum.value < 600 ? '0' : '') + floor(datum.value / 60) + ':00'"
    every = 60 if hours[1] - hours[0] <= 14 else 120
    times = alt.Axis(
        title="Time of day", values=list(range(60 * hours[0], 60 * hours[1] + 1, every)), labelExpr=clock, grid=True
    )
    side = max(len(row.split(BESIDE)[0]) for row in rows)
    shown = f"split(datum.label, '{BESIDE}')[0]"
    names = alt.Axis(minExtent=LETTER * side, labelExpr=shown, ticks=False, domain=False, labelPadding=8)
    domain = [60 * hours[0], 60 * hours[1]]
    return {
        "x": alt.X("start:Q", axis=times, scale=alt.Scale(domain=domain, nice=False)),
        "x2": "end:Q",
        "y": alt.Y("row:N", sort=list(rows), title=None, axis=names, scale=alt.Scale(paddingInner=0.12)),
    }


def _plain(base: dict[str, Any], frame: pd.DataFrame) -> Any:
    colour = alt.Color("look:N", scale=None)
    stroke = alt.condition(f"datum.look === '{WAITING}'", alt.value(AMBER), alt.value("transparent"))
    bars = alt.Chart(frame).mark_bar(strokeWidth=1, strokeDash=[3, 2])
    return bars.encode(**base, color=colour, stroke=stroke, tooltip=[alt.Tooltip("about:N", title="what")])


def _visits(base: dict[str, Any], frame: pd.DataFrame, visits: Sequence[str], legend: bool) -> Any:
    colours = [COLOURS[number % len(COLOURS)] for number in range(len(visits))]
    shown = alt.Legend(direction="horizontal", columns=4, symbolType="square") if legend else None
    colour = alt.Color("visit:N", title=None, scale=alt.Scale(domain=list(visits), range=colours), legend=shown)
    bars = alt.Chart(frame).mark_bar(cornerRadius=2, stroke="#ffffff", strokeWidth=1)
    return bars.encode(**base, color=colour, tooltip=[alt.Tooltip("about:N", title="what")])


def _words(base: dict[str, Any], frame: pd.DataFrame) -> Any:
    drawn = frame.assign(middle=(frame["start"] + frame["end"]) / 2)
    return (
        alt.Chart(drawn)
        .mark_text(fontSize=11)
        .encode(x=alt.X("middle:Q"), y=base["y"], text="text:N", color=alt.Color("ink:N", scale=None))
    )


def ink_on(visit: str, visits: Sequence[str]) -> str:
    """The colour of words on the bar of a visit."""
    if visit not in visits:
        return FAINT
    colour = COLOURS[list(visits).index(visit) % len(COLOURS)]
    return "#ffffff" if colour in DARK_COLOURS else INK
