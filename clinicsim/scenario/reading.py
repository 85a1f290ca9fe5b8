"""From bytes to a tree: YAML is used as a parser only, and what misleads a planner is refused with words that help.

PyYAML gives the events; what an unquoted text means is decided here, by the rules of YAML 1.2 (`tree.resolve`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml

from clinicsim.scenario import mishaps
from clinicsim.scenario.problems import Problems, nearest, quoted
from clinicsim.scenario.tree import MOST_DEPTH, Entry, Mapping, Node, Place, Plain, Scalar, Sequence, plain, resolve

MOST_BYTES = 1_000_000
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


class _UnreadableError(Exception):
    """The rest of the file cannot be read; the reason has been noted."""


@dataclass
class _Open:
    """A mapping or list that is being read. In a mapping, `key` is the key that waits for its value."""

    place: Place
    start: int
    entries: dict[str, Entry] | None
    items: list[Node]
    in_flow: bool
    key: Place | None = None
    key_end: int = 0
    twice: bool = False
    broken: bool = False


def read_file(path: Path, shown: str, problems: Problems) -> Mapping | None:
    """The tree of a file, or None where it could not be read; what is wrong goes to `problems`.

    `shown` is the name of the file in messages. UTF-8 (with or without a byte order mark) and UTF-16 are read.
    """
    top = Place(shown, 1, 1, "")
    try:
        size = path.stat().st_size
        if path.is_dir():
            problems.error(top, "this is a folder; name a scenario file in it")
            return None
        if size > MOST_BYTES:
            problems.error(top, f"the file has {size:,} bytes; a scenario has at most {MOST_BYTES:,}")
            return None
        data = path.read_bytes()
    except FileNotFoundError:
        problems.error(top, _missing(path))
        return None
    except (OSError, ValueError) as reason:
        problems.error(top, f"cannot be read: {getattr(reason, 'strerror', None) or reason}")
        return None
    text = decode(data, shown, problems)
    return None if text is None else read_mapping(text, shown, problems)


def _missing(path: Path) -> str:
    """The message for a file that is not there, with the nearest name beside it."""
    try:
        beside = [other.name for other in path.parent.iterdir() if other.suffix in (".yaml", ".yml", ".csv")]
    except OSError:
        return f"there is no folder '{path.parent}'"
    close = nearest(path.name, beside)
    return "there is no such file" + (f"; did you mean '{close}'?" if close else "")


def decode(data: bytes, shown: str, problems: Problems) -> str | None:
    """The text of a file, with line ends as one character, or None."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as reason:
        before = data[: reason.start].decode(encoding, errors="replace")
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        place = Place(shown, line, column, data[reason.start : reason.end].decode("latin-1"))
        problems.error(place, "a character here is not in UTF-8; save the file as UTF-8 in your editor")
        return None
    if encoding == "utf-8-sig" and "\x00" in text[:200]:
        problems.error(Place(shown, 1, 1, ""), "the file is not plain text in UTF-8; save it as UTF-8 in your editor")
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_plain(path: Path) -> Plain:
    """What a YAML file that is no scenario says, as plain data. Raise ScenarioError where it cannot be read."""
    problems, top = Problems(), Place(str(path), 1, 1, "")
    try:
        text = decode(path.read_bytes(), str(path), problems)
    except FileNotFoundError:
        problems.error(top, _missing(path))
        text = None
    except OSError as reason:
        problems.error(top, f"cannot be read: {reason.strerror or reason}")
        text = None
    node = None if text is None else read_text(text, str(path), problems)
    problems.stop_if_any()
    return None if node is None else plain(node)


def read_mapping(text: str, shown: str, problems: Problems) -> Mapping | None:
    """The tree of a whole scenario file, which is a mapping, or None."""
    node = read_text(text, shown, problems)
    if node is None or isinstance(node, Mapping):
        return node
    if isinstance(node, Scalar) and not node.place.text:
        problems.error(node.place, "the file is empty; a scenario begins with `clinicsim: 1`")
        return None
    hint = mishaps.missing_blank(node.place.text.split("\n")[0])
    found = quoted(node.place.text) if isinstance(node, Scalar) else "a list"
    problems.error(node.place, hint or f"expected `key: value` lines, found {found}")
    return None


def read_text(text: str, shown: str, problems: Problems) -> Node | None:
    """The tree of a text, or None where it cannot be read; an empty text is an empty scalar."""
    problems.begin(shown)
    if len(text) > MOST_BYTES:
        problems.error(Place(shown, 1, 1, ""), f"the text is longer than {MOST_BYTES:,} characters")
        return None
    if not _is_clean(text, shown, problems):
        return None
    try:
        node = _Reader(text, shown, problems).read()
    except _UnreadableError:
        return None
    except yaml.MarkedYAMLError as reason:
        mark = reason.problem_mark or reason.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        begun = reason.context_mark.line if reason.context_mark else line
        problems.error(*mishaps.explain(text, shown, line, column, begun, str(reason.problem)))
        return None
    except yaml.YAMLError as reason:
        problems.error(Place(shown, 1, 1, ""), f"not YAML that can be read: {reason}")
        return None
    mishaps.warn_of_comments(text, shown, problems)
    return node


def _is_clean(text: str, shown: str, problems: Problems) -> bool:
    """Whether there are no tabs and no control characters; each line's first is noted."""
    clean = True
    for number, line in enumerate(text.split("\n"), 1):
        tab = line.find("\t")
        if tab >= 0 and not line.lstrip().startswith("#") and " #" not in line[:tab]:
            problems.error(Place(shown, number, tab + 1, "\t"), "a tab; write blanks instead")
            clean = False
        odd = _UNPRINTABLE.search(line)
        if odd:
            place = Place(shown, number, odd.start() + 1, odd.group())
            problems.error(place, f"a control character (U+{ord(odd.group()):04X}) that no text has; delete it")
            clean = False
    return clean


class _Reader:
    """Builds the tree from the parser's events, noting what is wrong on the way."""

    def __init__(self, text: str, shown: str, problems: Problems) -> None:
        self.text = text
        self.shown = shown
        self.problems = problems
        self.open: list[_Open] = []
        self.root: Node | None = None

    def read(self) -> Node:
        documents = 0
        for event in self._events():
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._stop(event, "a second document begins here (`---`); a file holds one scenario")
                if event.version or event.tags:
                    self._stop(event, "a directive (`%...`); a scenario file begins with `clinicsim: 1`")
            elif isinstance(event, yaml.AliasEvent):
                self._stop(event, f"an alias (`*{event.anchor}`), which is not read; {mishaps.INSTEAD_OF_ALIAS}")
            elif isinstance(event, yaml.NodeEvent):
                self._check_bare(event)
                self._begin(event)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self._close(event)
        return self.root if self.root is not None else Scalar(None, Place(self.shown, 1, 1, ""))

    def _events(self) -> Iterator[Any]:
        loader = _Loader(self.text)
        try:
            while loader.check_event():
                yield loader.get_event()
        finally:
            loader.dispose()

    def _place(self, event: Any) -> Place:
        start, end = event.start_mark, event.end_mark
        return Place(self.shown, start.line + 1, start.column + 1, self.text[start.index : end.index].strip())

    def _stop(self, event: Any, message: str) -> NoReturn:
        self.problems.error(self._place(event), message)
        raise _UnreadableError

    def _check_bare(self, event: Any) -> None:
        """Anchors and tags are not read."""
        if event.anchor is not None:
            self._stop(event, f"an anchor (`&{event.anchor}`), which is not read; {mishaps.INSTEAD_OF_ALIAS}")
        if event.tag is not None:
            tag = "!" + event.tag.removeprefix("!").removeprefix("tag:yaml.org,2002:")
            self._stop(event, f"a tag (`{tag}`), which is not read; put text that begins with `!` in quotes")

    def _begin(self, event: Any) -> None:
        """A scalar is taken; a mapping or list is opened."""
        place = self._place(event)
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, place)
            return
        above = self.open[-1] if self.open else None
        if above is not None and above.entries is not None and above.key is None:
            self._stop(event, "a key is text; braces or brackets cannot stand before a colon")
        if len(self.open) >= MOST_DEPTH:
            self._stop(event, f"nested more than {MOST_DEPTH} levels deep")
        entries: dict[str, Entry] | None = {} if isinstance(event, yaml.MappingStartEvent) else None
        self.open.append(_Open(place, event.start_mark.index, entries, [], bool(event.flow_style)))

    def _scalar(self, event: Any, place: Place) -> None:
        above = self.open[-1] if self.open else None
        if above is not None and above.entries is not None and above.key is None:
            self._key(above, event, place)
            return
        is_plain = not event.style
        if is_plain and not event.value and above is not None:
            self._empty(above, place)
            return
        self._take(Scalar(resolve(event.value) if is_plain else event.value, place))

    def _key(self, above: _Open, event: Any, place: Place) -> None:
        """The name before a colon; it is text, whatever it looks like."""
        name = event.value
        above.key = Place(place.file, place.line, place.column, name)
        above.key_end = event.end_mark.index
        if name == "<<" and not event.style:
            self._stop(event, "`<<` is not read; use `extends` or `like`, or write the values again")
        if not name.strip():
            self.problems.error(place, "a name is missing before the colon")
        first = above.entries.get(name) if above.entries else None
        above.twice = first is not None
        if first is not None:
            self.problems.error(above.key, f"'{name}' is written twice here; first in line {first.key.line}")

    def _empty(self, above: _Open, place: Place) -> None:
        """Nothing stands where a value should: a mistake, never a removal."""
        above.broken = True
        if above.key is None:
            self.problems.error(place, "an empty entry in a list")
            return
        key = above.key
        has_colon = self.text[above.key_end :].lstrip(" \n")[:1] == ":"
        if above.in_flow and not has_colon:
            before = list((above.entries or {}).values())
            self.problems.error(key, mishaps.cut_at_comma(key.text, before[-1] if before else None))
        else:
            rest = self.text[above.key_end :].split("\n", 1)[0]
            self.problems.error(key, mishaps.empty_value(key.text, rest))
        above.key = None

    def _close(self, event: Any) -> None:
        """A mapping or list is complete; its text is all from its first to its last character."""
        done = self.open.pop()
        text = f"{{{', '.join(done.entries)}}}" if done.entries is not None else f"[{len(done.items)} entries]"
        if done.in_flow:
            text = self.text[done.start : event.end_mark.index]
        place = Place(done.place.file, done.place.line, done.place.column, text)
        if done.entries is not None:
            self._take(Mapping(done.entries, place, broken=done.broken))
        else:
            self._take(Sequence(tuple(done.items), place))

    def _take(self, node: Node) -> None:
        """Put a finished value where it belongs."""
        if not self.open:
            self.root = node
            return
        above = self.open[-1]
        if above.entries is None:
            if isinstance(node, Scalar) and node.value is None:
                self.problems.error(
                    node.place, "`null` in a list; a list is replaced as a whole, so leave the entry out"
                )
            else:
                above.items.append(node)
            return
        if above.key is not None and not above.twice:
            above.entries[above.key.text] = Entry(above.key, node)
        above.key = None
