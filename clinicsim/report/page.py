"""`report.html`: one page that needs no internet, made by a template that escapes every text it is given.

The charts' specifications lie in the page as data, with the characters escaped that could end a script. The page may
load nothing and send nothing (its content-security policy), and Vega runs without evaluating text as code.
"""

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from clinicsim.report import register, story
from clinicsim.report.figure import Figure
from clinicsim.report.findings import Findings

TEMPLATES = "templates"
UNSAFE_IN_SCRIPT = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def page(findings: Findings, figures: Sequence[Figure], changes: Mapping[str, str], vega: str | None) -> str:
    """The page as HTML. `vega` is what draws; without it the page holds the tables alone, and says so."""
    return rendered(
        "page.html.j2",
        figures,
        vega,
        findings=findings,
        story=story,
        register=register,
        labels=findings.results.labels,
        comparison=findings.comparison,
        changes=changes,
    )


def rendered(template: str, figures: Sequence[Figure], vega: str | None, **what: Any) -> str:
    """Give the page that a template makes of its figures and what else it is given, as HTML; `vega` as in `page`."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        loader=FunctionLoader(_template),
    )
    return environment.get_template(template).render(
        figures=figures,
        with_pictures=vega is not None,
        specs=_as_data([figure.page_specs() for figure in figures]),
        vega=Markup(vega),
        **what,
    )


def _template(name: str) -> str:
    return (files(__package__) / TEMPLATES / name).read_text(encoding="utf-8")


def _as_data(value: Any) -> Markup:
    """JSON for a script element: no character in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup("".join(UNSAFE_IN_SCRIPT.get(letter, letter) for letter in text))
