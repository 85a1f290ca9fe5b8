"""Blocks of a drawing: boxes, rows of boxes one under another or side by side, and frames around them, as SVG.

Every block knows its width and height and draws itself at a place. A way goes in at the middle of its top and, where it
goes on, out at the middle of its bottom.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from clinicsim.report.theme import FAINT, FONT, INK, on_lines

LINE, PADDING, GAP, LETTER, TITLE_LETTER = 16, 9, 30, 7.0, 10.0
"""Pixels: of a line of words, of the air around them, of the way between two boxes, and of letters."""
BOX_WIDTH, EXIT_WIDTH, BOX_LETTERS, EXIT_LETTERS, LABEL_LETTERS = 220, 170, 30, 22, 22
SIDE_GAP, FRAME_TOP = 26, 10
FILLS = {
    "visit": ("#e4f0f8", "#0072b2"),
    "start": ("#e5f4ee", "#009e73"),
    "exit": ("#fbeadf", "#d55e00"),
    "other": ("#ffffff", "#8a93a0"),
    "open": ("#ffffff", "#8a93a0"),
}
"""Fill and edge of each look."""


@dataclass(frozen=True)
class Exit:
    """Where some leave, beside a box; `label` says who."""

    words: str
    label: str


@dataclass(frozen=True)
class Block(ABC):
    """The least of a block: how large it is, and whether a way goes on from it."""

    @property
    @abstractmethod
    def width(self) -> float:
        """Pixels across."""

    @property
    @abstractmethod
    def height(self) -> float:
        """Pixels down."""

    @property
    def middle(self) -> float:
        """Where the way goes in and out, from the left edge."""
        return self.width / 2

    @property
    def goes_on(self) -> bool:
        """Whether somebody comes out at its bottom."""
        return True

    @abstractmethod
    def drawn(self, x: float, y: float) -> list[str]:
        """The SVG elements, with the upper left corner at a place."""


@dataclass(frozen=True)
class Box(Block):
    """Words in a box, and exits at its right side."""

    title: str
    lines: tuple[str, ...] = ()
    look: str = "other"
    exits: tuple[Exit, ...] = ()
    ends: bool = False

    @property
    def _cut(self) -> list[tuple[str, bool]]:
        """The lines as they are drawn, each with whether it is of the title."""
        title = [(line, True) for line in on_lines(self.title, BOX_LETTERS).split("\n")]
        return title + [(line, False) for text in self.lines for line in on_lines(text, BOX_LETTERS + 3).split("\n")]

    @property
    def _exits(self) -> list[tuple[list[str], list[str], float]]:
        """Of each exit the lines in it, those on the way to it, and its height."""
        found: list[tuple[list[str], list[str], float]] = []
        for way in self.exits:
            inside, beside = (on_lines(text, EXIT_LETTERS).split("\n") for text in (way.words, way.label))
            found.append((inside, beside, max(len(inside) * LINE + 2 * PADDING, (len(beside) + 1) * LINE)))
        return found

    @property
    def width(self) -> float:
        """The box, and at its right side what its exits need."""
        return BOX_WIDTH + (EXIT_WIDTH + self._reach if self.exits else 0)

    @property
    def middle(self) -> float:
        """The middle of the box, whatever is beside it."""
        return BOX_WIDTH / 2

    @property
    def _reach(self) -> float:
        """Pixels from the box to its exits: room for the words on the way."""
        longest = max((len(line) for _, beside, _ in self._exits for line in beside), default=0)
        return max(40.0, longest * LETTER * 0.92 + 16)

    @property
    def height(self) -> float:
        """As high as the words, or the exits."""
        exits = self._exits
        return max(len(self._cut) * LINE + 2 * PADDING, sum(high for *_, high in exits) + 8 * max(0, len(exits) - 1))

    @property
    def goes_on(self) -> bool:
        """Not where everybody ends."""
        return not self.ends

    def drawn(self, x: float, y: float) -> list[str]:
        """The box with its words, and ways to its exits."""
        left = x
        found = [_rectangle(left, y, BOX_WIDTH, self.height, self.look, round_=self.look == "start" or self.ends)]
        top = y + (self.height - len(self._cut) * LINE) / 2
        for number, (line, is_title) in enumerate(self._cut):
            found.append(_text(left + BOX_WIDTH / 2, top + (number + 0.75) * LINE, line, bold=is_title))
        below = y
        for inside, beside, high in self._exits:
            middle, edge = below + high / 2, left + BOX_WIDTH
            found.append(_arrow(edge, middle, edge + self._reach, middle))
            for number, line in enumerate(beside):
                above = middle - 5 - (len(beside) - 1 - number) * (LINE - 2)
                found.append(_text(edge + (self._reach - 8) / 2, above, line, size=11, colour=FAINT))
            box_high = len(inside) * LINE + 2 * PADDING
            found.append(
                _rectangle(edge + self._reach, middle - box_high / 2, EXIT_WIDTH, box_high, "exit", round_=True)
            )
            for number, line in enumerate(inside):
                place = middle - box_high / 2 + PADDING + (number + 0.75) * LINE
                found.append(_text(edge + self._reach + EXIT_WIDTH / 2, place, line))
            below += high + 8
        return found


@dataclass(frozen=True)
class Stack(Block):
    """Blocks one under another, with the way between them; `labels` are words beside the way into each."""

    blocks: tuple[Block, ...]
    labels: tuple[str, ...] = ()

    @property
    def middle(self) -> float:
        """The way is straight: the widest half to the left of it."""
        return max(block.middle for block in self.blocks)

    @property
    def width(self) -> float:
        """The widest half on either side of the way."""
        return self.middle + max(block.width - block.middle for block in self.blocks)

    @property
    def height(self) -> float:
        """All blocks and the gaps between."""
        return sum(block.height for block in self.blocks) + GAP * (len(self.blocks) - 1)

    @property
    def goes_on(self) -> bool:
        """As the last block does."""
        return self.blocks[-1].goes_on

    def drawn(self, x: float, y: float) -> list[str]:
        """The blocks and the arrows between them."""
        found = []
        way = x + self.middle
        for number, block in enumerate(self.blocks):
            found += block.drawn(way - block.middle, y)
            y += block.height
            if number < len(self.blocks) - 1 and block.goes_on:
                found.append(_arrow(way, y, way, y + GAP))
            y += GAP
        return found


@dataclass(frozen=True)
class Fork(Block):
    """Blocks side by side: a way splits into them, each with a label, and those that go on come together again."""

    blocks: tuple[Block, ...]
    labels: tuple[str, ...]

    @property
    def _head(self) -> float:
        """Pixels for the split and its labels."""
        return GAP + 2 * LINE

    @property
    def width(self) -> float:
        """All blocks and the gaps between."""
        return sum(block.width for block in self.blocks) + SIDE_GAP * (len(self.blocks) - 1)

    @property
    def height(self) -> float:
        """The highest block, with the split above and the meeting below."""
        return self._head + max(block.height for block in self.blocks) + GAP

    @property
    def goes_on(self) -> bool:
        """Where any does."""
        return any(block.goes_on for block in self.blocks)

    def drawn(self, x: float, y: float) -> list[str]:
        """The split, the blocks and the meeting."""
        way, bar, bottom = x + self.middle, y + 10, y + self.height
        found = [_line([(way, y), (way, bar)])]
        left = x
        for block, label in zip(self.blocks, self.labels, strict=True):
            own = left + block.middle
            found.append(_line([(way, bar), (own, bar)]))
            found.append(_arrow(own, bar, own, y + self._head))
            for number, line in enumerate(on_lines(label, LABEL_LETTERS).split("\n")[:3]):
                found.append(
                    _text(own + 8, bar + 16 + number * (LINE - 3), line, size=11, colour=FAINT, anchor="start")
                )
            found += block.drawn(left, y + self._head)
            if block.goes_on:
                end = y + self._head + block.height
                found.append(_line([(own, end), (own, bottom - 10), (way, bottom - 10)]))
            left += block.width + SIDE_GAP
        return [*found, *([_line([(way, bottom - 10), (way, bottom)])] if self.goes_on else [])]


@dataclass(frozen=True)
class Frame(Block):
    """A frame with a heading around a block."""

    title: str
    lines: tuple[str, ...]
    inside: Block
    ends: bool = False

    @property
    def _heading(self) -> list[tuple[str, bool]]:
        letters = max(int((self._inner_width - 2 * PADDING) / LETTER), 24)
        title = [(line, True) for line in on_lines(self.title, letters).split("\n")]
        return title + [(line, False) for text in self.lines for line in on_lines(text, letters).split("\n")]

    @property
    def _inner_width(self) -> float:
        return max(self.inside.width + 2 * SIDE_GAP, 300.0)

    @property
    def width(self) -> float:
        """What is inside, and the air around it."""
        return self._inner_width

    @property
    def middle(self) -> float:
        """The way goes straight through."""
        return (self._inner_width - self.inside.width) / 2 + self.inside.middle

    @property
    def height(self) -> float:
        """The heading, what is inside, and air."""
        return len(self._heading) * LINE + FRAME_TOP + GAP + self.inside.height + GAP * 0.7

    @property
    def goes_on(self) -> bool:
        """As what is inside does, unless nobody ever comes out."""
        return self.inside.goes_on and not self.ends

    def drawn(self, x: float, y: float) -> list[str]:
        """The frame, its heading, and what is inside."""
        found = [
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{self.width:.1f}" height="{self.height:.1f}" rx="8" fill="#f5f7fa" '
            'stroke="#aab1bd" stroke-width="1.2"/>'
        ]
        for number, (line, is_title) in enumerate(self._heading):
            place = y + FRAME_TOP + (number + 0.75) * LINE
            found.append(_text(x + 12, place, line, bold=is_title, anchor="start", size=13 if is_title else 12))
        top = y + len(self._heading) * LINE + FRAME_TOP
        way = x + self.middle
        found.append(_arrow(way, top + 6, way, top + GAP))
        found += self.inside.drawn(way - self.inside.middle, top + GAP)
        if self.goes_on:
            found.append(_line([(way, top + GAP + self.inside.height), (way, y + self.height)]))
        return found


def svg(block: Block, title: str, margin: float = 20.0) -> str:
    """The whole drawing as an SVG document, as large as it needs to be."""
    width = max(block.width, len(title) * TITLE_LETTER) + 2 * margin
    height = block.height + 2 * margin + 26
    body = "\n".join([_text(margin, margin + 12, title, bold=True, size=16, anchor="start"),
                      *block.drawn((width - block.width) / 2, margin + 26)])  # fmt: skip
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="{escape(FONT)}" role="img" '
        f'aria-label="{escape(title)}">\n'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 L8 4 L0 8 Z" fill="{FAINT}"/></marker></defs>\n'
        f'<rect width="100%" height="100%" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def _rectangle(x: float, y: float, width: float, height: float, look: str, round_: bool) -> str:
    fill, edge = FILLS[look]
    dashes = ' stroke-dasharray="5 4"' if look == "open" else ""
    corner = min(height / 2, 16) if round_ else 5
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{corner:.0f}" fill="{fill}" '
        f'stroke="{edge}" stroke-width="1.4"{dashes}/>'
    )


def _text(
    x: float, y: float, text: str, *, bold: bool = False, size: int = 12, colour: str = INK, anchor: str = "middle"
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}"{weight}>'
        f"{escape(text)}</text>"
    )


def _arrow(x: float, y: float, to_x: float, to_y: float) -> str:
    return (
        f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="{FAINT}" stroke-width="1.4" '
        'marker-end="url(#tip)"/>'
    )


def _line(points: Sequence[tuple[float, float]]) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{FAINT}" stroke-width="1.4"/>'
