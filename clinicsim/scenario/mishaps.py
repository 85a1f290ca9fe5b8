"""Where YAML misleads a planner, and what to write instead."""

import re

from clinicsim.scenario.problems import Problems, quoted
from clinicsim.scenario.tree import Entry, Place, Scalar

INSTEAD_OF_ALIAS = "use `extends` or `like`, write the values again, or put text that begins so in quotes"
_HOURS = re.compile(r"[0-9]{1,2}:[0-9]{2}\s*-\s*[0-9]{1,2}:[0-9]{2}")
_KEY = re.compile(r"[A-Za-z_][\w ]*")


def missing_blank(text: str) -> str | None:
    """The message for `takes:45 min`, where the blank after the colon was forgotten, or None."""
    name, colon, value = text.partition(":")
    if colon and value and not value[0].isspace() and _KEY.fullmatch(name.strip()) and not value.startswith("//"):
        return f"a blank is missing after the colon; write `{name.strip()}: {value.strip()}`"
    return None


def cut_at_comma(name: str, before: Entry | None) -> str:
    """The message for a key in braces that has no colon; most were meant to go on with the value `before` the comma."""
    if (blank := missing_blank(name)) is not None:
        return blank
    value = before.value if before else None
    if before is not None and isinstance(value, Scalar):
        text = value.place.text
        if re.fullmatch(r"[0-9]{3}( .*)?", name) and re.search(r"[0-9]$", text):
            return f"'{text},{name}' is cut at the comma; digits are grouped by blanks: write `{text} {name}`"
        if _HOURS.fullmatch(name) and _HOURS.search(text):
            return f"a comma begins a new entry; write `{text} and {name}`"
        return (
            f"'{name}' stands here without a colon and a value; if it belongs to '{before.key.text}', "
            f'put the whole in quotes: `{before.key.text}: "{text}, {name}"`'
        )
    return f"'{name}' stands here without a colon and a value; write `{name}: ...`"


_INSTEAD = (
    (
        re.compile(r"(?P<a>[0-9.]+)\s*[-–]\s*(?P<b>[0-9.]+)\s*(?P<unit>%|[a-z ]+)"),
        "write `{{low: {a}{unit}, high: {b}{unit}}}`",
    ),
    (re.compile(r"(?P<a>[0-9]+)\s*/\s*(?P<b>[0-9]+)"), "write `{a} per {b}`"),
    (
        re.compile(r"[x×]\s*(?P<a>[0-9.]+)"),
        "write the value itself, or a table such as `{{by: payer, plan: ..., else: ...}}`",
    ),
    (re.compile(r"[$€£]\s*(?P<a>[0-9][0-9. ]*)"), "write `{a}`; the currency is said once, under `money`"),
    (re.compile(r"(?P<a>[0-9]{1,3}),(?P<b>[0-9]{3})"), "write `{a} {b}`: digits are grouped by blanks"),
    (re.compile(r"(?P<a>[0-9]+),(?P<b>[0-9]{1,2})(?P<unit>%| .*)?"), "write `{a}.{b}{unit}`: decimals have a point"),
)
"""Ways of writing a value that are not read, and what is."""


def instead_of(text: str) -> str | None:
    """What to write instead of a value that looks like `5-10 min`, `1/3`, `x2`, `$395` or `250,000`, or None."""
    for pattern, words in _INSTEAD:
        if (found := pattern.fullmatch(text.strip())) is not None:
            parts = {name: value or "" for name, value in found.groupdict().items()}
            if parts.get("unit", "%") not in ("%", "") and not parts["unit"].startswith(" "):
                parts["unit"] = f" {parts['unit']}"
            return words.format(**parts)
    return None


def empty_value(name: str, rest: str) -> str:
    """The message for `price:` with nothing after it; `rest` is what follows in the line."""
    _, _, comment = rest.partition("#")
    if comment and comment[0] not in " #":
        sign = f"#{comment.split()[0]}"
        return f"'{name}' has no value, because `{sign}` begins a comment; put it in quotes, or write the value"
    return f"'{name}' has no value; write one, or `null` to remove what stands there"


def warn_of_comments(text: str, shown: str, problems: Problems) -> None:
    """Warn where a comment begins inside a value's line without two blanks before it: YAML cuts the value there."""
    for number, line in enumerate(text.split("\n"), 1):
        column = _comment(line)
        if column is None or column < 2 or line[column - 2].isspace() or line[column - 2] in ":-,{[|>":
            continue
        place = Place(shown, number, column + 1, line[column:])
        before = line[:column].rstrip()
        problems.warning(
            place,
            f"{quoted(line[column:])} is a comment and not part of {quoted(before.strip())}; "
            "put the value in quotes, or two blanks before a comment",
        )


def _comment(line: str) -> int | None:
    """The column, from 0, at which a line's comment begins, or None."""
    quote = ""
    for column, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'" and (column == 0 or line[column - 1] in " {[,"):
            quote = character
        elif character == "#" and (column == 0 or line[column - 1] == " "):
            return column
    return None


def explain(text: str, shown: str, line: int, column: int, begun: int, reason: str) -> tuple[Place, str]:
    """The place and the message of a syntax error.

    `line` and `column` are the parser's, from 0; `begun` is the line in which what was not understood begins.
    """
    lines = text.split("\n")
    for number in dict.fromkeys((line, line - 1, begun)):
        if 0 <= number < len(lines) and (found := _in_line(lines[number])) is not None:
            at, piece, message = found
            return Place(shown, number + 1, at + 1, piece), message
    if reason.startswith("found unexpected end of stream"):
        line, column = begun, lines[begun].find(lines[begun].strip())
    here = lines[line] if line < len(lines) else ""
    return Place(shown, line + 1, column + 1, here.strip()), _general(here, begun, line, reason)


def _in_line(line: str) -> tuple[int, str, str] | None:
    """What in a line is known to mislead: its column, the text, and what to write instead."""
    for check in (_odd_start, _second_colon, _brackets_in_text, _no_blank):
        if (found := check(line)) is not None:
            return found
    return None


_STARTS = (
    (re.compile(r">=\s*(?P<rest>[\w.]+)"), "`>=` is not read; write `{rest} or more`"),
    (re.compile(r">\s*(?P<rest>[0-9][\w.]*)"), "`>` is not read; write `{rest} or more`"),
    (re.compile(r"<=?\s*(?P<rest>[0-9][\w.]*)"), "`<` is not read; write `below {rest}`"),
    (
        re.compile(r"\*(?P<rest>\.[\w.*]*)"),
        "an address cannot begin with `*`; write it from the top, such as `visits.*{rest}`",
    ),
    (re.compile(r"%\s*(?P<rest>[0-9][0-9.]*)"), "the sign comes after the number; write `{rest}%`"),
    (re.compile(r"(?P<rest>[@`%].*)"), "text cannot begin with this sign; put it in quotes"),
)
_VALUE_STARTS = re.compile(r"(?:(?<=: )|(?<=[\[{,] )|(?<=[\[{,])|^\s*(?:- )?)\s*(?=[>*%@`<])")


def _odd_start(line: str) -> tuple[int, str, str] | None:
    for start in _VALUE_STARTS.finditer(line):
        for pattern, message in _STARTS:
            if (found := pattern.match(line, start.end())) is not None:
                return start.end(), found.group(), message.format(rest=found["rest"].rstrip(",}] "))
    return None


def _second_colon(line: str) -> tuple[int, str, str] | None:
    """`name: Plan B: retreat`: a colon and a blank inside a text."""
    found = re.match(r"^(\s*(?:- )?)([A-Za-z_][\w ]*):\s+([^\s{\[\"'#|>&*!%@`][^#]*?:\s.*)$", line)
    if found is None:
        return None
    value = found[3].split(" #")[0].strip()
    return found.start(3), value, f'a text with a colon in it needs quotes; write `{found[2]}: "{value}"`'


def _brackets_in_text(line: str) -> tuple[int, str, str] | None:
    """`{note: see [P1], p. 3}`: brackets inside a text in braces."""
    found = re.search(r"([A-Za-z_]\w*):\s+([A-Za-z0-9][^,{}\"']*\s\[[^\]]*\][^}\"']*)", line)
    if found is None:
        return None
    value = found[2].strip()
    return (
        found.start(2),
        value,
        f'a text with brackets or commas needs quotes in braces; write `{found[1]}: "{value}"`',
    )


def _no_blank(line: str) -> tuple[int, str, str] | None:
    """`takes:45 min` on a line of its own."""
    stripped = line.strip()
    message = missing_blank(stripped)
    return None if message is None else (len(line) - len(line.lstrip()), stripped, message)


_REASONS = (
    ("could not find expected ':'", "a name without a colon and a value"),
    ("did not find expected ',' or '}'", "a comma or a closing brace `}` is missing before this"),
    ("did not find expected ',' or ']'", "a comma or a closing bracket `]` is missing before this"),
    ("did not find expected key", "this does not fit; names that belong together begin in the same column"),
    (
        "mapping values are not allowed",
        "a colon does not fit here; put text that has a colon in quotes, or mend the indentation",
    ),
    ("did not find expected '-' indicator", "a list's entries each begin with `- `, in the same column"),
    ("found unexpected end of stream", "a quote or bracket is never closed"),
    ("block sequence entries are not allowed", "a list cannot begin here; write it as `[a, b]`"),
    ("did not find expected node content", "a value is missing before this"),
)


def _general(line: str, begun: int, at: int, reason: str) -> str:
    """The message of a syntax error of no known pattern."""
    words = next((words for start, words in _REASONS if reason.startswith(start)), f"not readable: {reason}")
    is_far = begun != at and not reason.startswith("did not find expected key")
    where = f"; it begins in line {begun + 1}" if is_far else ""
    return words + where + (f"; found {quoted(line)}" if line.strip() else "")
