"""`clinicsim explain`: every scenario is told in plain sentences with units, and its pathway drawn."""

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from click.testing import CliRunner

from clinicsim.cli import main
from clinicsim.report.explain import explain, files
from clinicsim.report.explain import quantities as say
from clinicsim.report.explain.drawing import draw_pathway
from clinicsim.report.pictures import can_draw, picture_of
from clinicsim.scenario import load, load_many, loads
from clinicsim.scenario.forms import Offset, Period, ShareATime, Span

ROOT = Path(__file__).parent.parent
SCENARIOS = sorted([*(ROOT / "scenarios").glob("*.yaml"), *(ROOT / "tests/examples").glob("*.yaml")])
BASE = """
clinicsim: 1
name: A clinic
start: 2027-01-04
length: 2 years
hours: {mon-thu: 08:00-18:00, fri: 08:00-16:00}
arrivals: {rate: 6 per week}
staff: {nurse: {count: 2, absence: {sickness: 3%}}}
visits: {talk: {takes: 60 min, staff: nurse}}
pathway: {talk: {visit: talk}}
"""
JARGON = re.compile(r"\b(sigma|lognormal|weibull|cv|sd|stochastic|distribution|parameter|null|None)\b|[{}<>]|_")


def told(text=BASE, **changes):
    scenario = loads(text)
    scenario = scenario.replace(changes) if changes else scenario
    return [line.text for section in explain(scenario).sections for line in section.lines]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_scenario_is_told_in_plain_sentences_and_drawn(path):
    (scenario,), _ = load_many([path], {}, partial=True)
    found = explain(scenario)
    assert found.sections[0].title == "The clinic"
    for section in found.sections:
        for line in section.lines:
            assert line.text[:1] == line.text[:1].upper()
            assert re.search(r"[\w)”%][.:]$", line.text), line.text
            assert not JARGON.search(line.text), line.text
    drawing = ElementTree.fromstring(draw_pathway(scenario))
    words = " ".join("".join(text.itertext()) for text in drawing.iter("{http://www.w3.org/2000/svg}text"))
    for name in scenario.pathway:
        assert "course" in words.lower() or name.replace("_", " ") in words.lower()


def test_nothing_in_a_drawing_lies_outside_it():
    for path in SCENARIOS:
        (scenario,), _ = load_many([path], {}, partial=True)
        drawing = ElementTree.fromstring(draw_pathway(scenario))
        width, height = float(drawing.get("width")), float(drawing.get("height"))
        for box in drawing.iter("{http://www.w3.org/2000/svg}rect"):
            if box.get("x") is not None:
                assert 0 <= float(box.get("x")) <= float(box.get("x")) + float(box.get("width")) <= width
                assert 0 <= float(box.get("y")) <= float(box.get("y")) + float(box.get("height")) <= height


def test_what_a_small_clinic_says():
    lines = told()
    assert "It is played from 4 January 2027 on, and measured for 2 years." in lines
    assert "It is open Monday to Thursday 08:00 to 18:00, Friday 08:00 to 16:00." in lines
    assert "On average 6 people a week ask for help: they come by chance, one by one." in lines
    assert "2 nurses, at work whenever the clinic is open." in lines
    assert "Sick on 3% of working days, 2 days at a time on average." in lines
    assert "1. Talk." in lines
    assert "Talk: takes 1 hour; with a nurse." in lines
    assert "No visit needs a room." in lines
    assert "Scores are not simulated." in lines
    assert "Leave: 0 days per year (nurse)." in lines
    assert not any(line.startswith("Share of working days sick") for line in lines)


def test_a_change_is_told_as_it_was_made():
    assert "3 nurses, at work whenever the clinic is open." in told(**{"staff.nurse.count": 3})


@pytest.mark.parametrize(
    ("takes", "words"),
    [
        ("45 min", "45 minutes"),
        ("{low: 10 min, mode: 15 min, high: 20 min}", "between 10 minutes and 20 minutes, most often about 15 minutes"),
        ("{low: 30 min, high: 90 min}", "anything between 30 minutes and 90 minutes"),
        ("{mean: 60 min, cv: 0.1}", "60 minutes on average (one in ten under 53 minutes, one in ten over 68 minutes)"),
        ("{values: {15 min: 30%, 30 min: rest}}", "15 minutes (30%) or 30 minutes (70%)"),
        ("{by: fearful, yes: 2 h, no: 60 min}", "1 hour where fearful is no, 2 hours where fearful is yes"),
        ("{mean: {by: fearful, yes: 2 h, else: 1 h}, cv: 0.1}", "120 minutes on average (one in ten under 105 minutes, "
         "one in ten over 136 minutes) where fearful is yes, else 60 minutes on average (one in ten under 53 minutes, "
         "one in ten over 68 minutes)"),
    ],
)  # fmt: skip
def test_quantities_are_said_with_their_units(takes, words):
    lines = told(BASE.replace("takes: 60 min", f"takes: {takes}"))
    assert f"Talk: takes {words}; with a nurse." in lines


def test_values_are_said_as_people_say_them():
    assert [say.duration(minutes) for minutes in (1, 90, 1440, 2 * 10080, 10080 + 1440, 400 * 1440)] == [
        "1 minute", "1 hour 30 minutes", "1 day", "2 weeks", "8 days", "400 days",
    ]  # fmt: skip
    assert say.share(0.185) == "18.5%"
    assert say.share(-0.1) == "−10%"
    assert say.offset_in_words(Offset(working_days=3)) == "3 working days"
    assert say.every(Offset(days=7)) == "every week"
    assert say.span_in_words(Span(months=18)) == "1 year and 6 months"
    assert say.share_a_time(ShareATime(0.1, 365.25 / 12)) == "10% a month"
    assert say.period(Period((12, 24), (1, 1))) == "24 December to 1 January each year"
    assert say.rate(1 / 7, "people") == "1 people a week"
    assert [say.plural(noun) for noun in ("nurse", "box", "therapy", "day")] == ["nurses", "boxes", "therapies", "days"]


WHOLE = """
clinicsim: 1
name: A whole clinic
start: 2027-01-04
length: 2 years
hours: {mon-fri: 08:00-18:00}
arrivals: {rate: 6 per week}
staff: {nurse: 2, doctor: {count: 1, on_call: {at_once: 2}}}
rooms: {bay: 2}
patients: {severity: 14}
visits:
  talk: {takes: 60 min, staff: nurse}
  dosing: {takes: 2 h, staff: nurse, room: bay, session_of: ketamine, present: {doctor: reachable}}
outcome: {treatments: {ketamine: {}}}
money: {cash: 0}
protocols: {short: {price: 900, steps: {course: {repeat: 3, visit: dosing, every: 1 week}}}}
pathway: {talk: {visit: talk}, course: {protocol: short}}
"""
SET = """
booking.prefer=level
    Of the days inside what was asked for, the least loaded one is given, and not the first.
booking.backfill=no
    Slots freed by late cancellations are not offered to those who wait: the list is served as days open.
booking.courses=all at once
    With a round of a course the rounds after it are held too, as far ahead as days are open.
booking.reserve={some: {for: new, pool: rooms.bay, share: 40%, until: 2 days, days: [mon, tue]}}
    Some: on Monday and Tuesday, 40% of the time of bays is kept for new patients, until 2 days before.
booking.overbook={talk: 1 per day}
    Talk: 1 more a day may be booked on a start that is taken already.
booking.panel_cap={maintenance: 30%, pool: staff.nurse, then: refuse}
    While maintenance holds more than 30% of the time of nurses in the next four weeks, nobody new begins, and those\
 who ask are refused.
day.order=arrival
    Who is called next goes by who came first.
day.finish=hand_over
    Whose hours end within a visit hands over to a colleague who is there, once the part in hand is done.
day.last_start=2 h
    No visit begins in the last 2 hours before closing.
closed_for={gap: {visit: dosing, from: 2027-03-01, until: 2027-03-20, notice: 7 days}}
    Gap: “dosing” cannot be held from 1 March 2027 until 20 March 2027, which is known 1 week before.
staff.nurse.non_contact=20%
    20% of their hours are kept free of patients, for meetings and calls.
staff.doctor.on_call.hours={mon: 09:00-12:00}
    Each can be reached for 2 visits at a time, Monday 09:00 to 12:00.
staff.nurse={people: {ann: {count: 2, wage: 90 per hour}}}
    Ann (2 alike): paid 90 an hour.
staff.nurse.changes={less: {from: 2027-05-01, hours: {mon: 09:00-12:00}}}
    From 1 May 2027: the hours Monday 09:00 to 12:00.
visits.dosing.present.doctor=on site
    Dosing: takes 2 hours; with a nurse; in a bay; while a doctor is in the house.
visits.dosing.not_today={chance: 3%, takes: 20 min}
    In 3% of cases it is called off on the day once it has begun, which then takes 20 minutes, and booked anew.
protocols.short.terms={deposit: 30%, refundable_until: 30 days, balance: by session, refund_unused: 50%}
    The course “short” is sold as a package of 900 USD: 30% as a deposit, to be had back until 30 days before the\
 start; the rest by session; 50% of what was not used is given back.
protocols.short.hazard_ratio=0.8
    After the course “short” the gain is lost at this pace, against 1: 0.8.
protocols.short.steps.course.book=all at once
    Course: dosing, 3 times, every week, booked all at once.
outcome.effect_basis=per course
    Whole courses are taken to be alike in effect, whatever the number of their sessions.
outcome.treatments.ketamine.enduring=20%
    20% never lose what they have gained.
outcome.treatments.ketamine.attributable=30%
    30% of the effect is taken to be the medicine's own.
outcome.utility.at_zero=0.9
    Of full health a score of 0 is worth 90%, and each point more 1.8% less.
money.overtime_premium=100%
    Overtime costs 100% more than the wage.
money.card_fee=3%
    3% of what patients pay is lost to card fees.
money.inflation=3% per year
    Prices and wages rise by 3% a year.
money.discount=3% per year
    What comes later counts less, by 3% a year.
money.discount_health=1% per year
    Health that comes later counts less, by 1% a year.
money.worth_of_qaly=50000
    A year in full health is taken to be worth 50,000 USD.
money.societal={hour: 20, trip: 15}
    Patients themselves spend 20 USD for each hour, 15 for each trip to the clinic.
arrivals.campaigns={ad: {from: 2027-03-01, until: 2027-03-31, extra: 40%, cost: 3000}}
    The campaign “ad” brings 40% more, from 1 March 2027 until 31 March 2027, and costs 3,000.
arrivals.sources={web: {rate: 2 per day, cost: 50, growth: 10% per year}}
    2 people a day ask through web, at 50 each, growing by 10% a year.
"""
"""What may be set, and under each line the sentence that tells of it."""


@pytest.mark.parametrize(("line", "words"), [*zip(SET.split("\n")[1:-1:2], SET.split("\n")[2::2], strict=True)])
def test_what_a_planner_may_set_is_told(line, words):
    address, _, value = line.partition("=")
    changes = {address: value} | ({"arrivals.rate": None} if address == "arrivals.sources" else {})
    assert words.strip() not in told(WHOLE)
    assert words.strip() in told(WHOLE, **changes)


def test_what_a_retreat_does_with_too_few_people_or_rooms_is_told():
    changes = {
        "retreats.five_day.below_minimum": "{visit: preparation}",
        "retreats.five_day.itinerary.own_hour.if_no_room": "skip",
        "retreats.five_day.lodging.meals": "70 per day",
    }
    found = explain(load(ROOT / "scenarios/retreat.yaml", changes))
    lines = [line.text for section in found.sections for line in section.lines]
    below = "with too few people they are offered something else, which 50% take:"
    assert lines[lines.index(f"Whether it runs is decided 3 weeks before; {below}") + 1] == "Instead: preparation."
    assert "Own hour: integration on days 2 and 4 from 11:00 to 18:00; what finds no room is missed." in lines
    assert "Meals cost 70 a day." in lines


def test_leavers_by_an_attribute_are_added_up():
    text = BASE.replace("pathway:", "patients: {contraindication: {none: rest, psychosis: 3%, other: 12%}}\npathway:")
    text = text.replace(
        "{talk: {visit: talk}}",
        "{out: {leave: {unfit: {by: contraindication, none: 0%, else: 100%}}}, talk: {visit: talk}}",
    )
    assert "1. Out: 15% in all (0% where contraindication is none, else 100%) leave (unfit)." in told(text)
    assert ">15%<" in draw_pathway(loads(text))


def test_who_goes_round_for_ever_is_never_discharged():
    text = BASE.replace("{talk: {visit: talk}}", "{round: {repeat: forever, steps: {talk: {visit: talk}}}}")
    assert "Discharged" in draw_pathway(loads(BASE))
    assert "Discharged" not in draw_pathway(loads(text))


def test_names_in_a_drawing_are_text():
    hostile = BASE.replace("name: A clinic", "name: '</text><script>x</script>'")
    drawing = draw_pathway(loads(hostile))
    assert "<script>" not in drawing
    ElementTree.fromstring(drawing)


@pytest.mark.skipif(not can_draw(), reason="vl-convert-python is not installed")
def test_the_drawing_becomes_a_picture():
    assert picture_of(draw_pathway(loads(BASE))).startswith(b"\x89PNG")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(files, "can_draw", lambda: False)
    Path("a.yaml").write_text(BASE, encoding="utf-8")


def test_the_command_prints_the_sentences_and_writes_a_page(here):
    done = CliRunner().invoke(main, ["explain", "a.yaml"])
    assert done.exit_code == 0, done.output
    assert "Who works there, and when\n  2 nurses, at work whenever the clinic is open." in done.stdout
    written = {path.name for path in Path("outputs/a-explained").iterdir()}
    assert written == {"explained.html", "pathway.svg", "manifest.json"}
    page = Path("outputs/a-explained/explained.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "On average 6 people a week ask for help" in page


def test_json_has_the_same_sentences(here):
    done = CliRunner().invoke(main, ["explain", "a.yaml", "--json", "--set", "staff.nurse.count=4"])
    document = json.loads(done.stdout)
    lines = [line["text"] for section in document["sections"] for line in section["lines"]]
    assert "4 nurses, at work whenever the clinic is open." in lines


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("explain nowhere.yaml", "there is no such file"),
        ("explain a.yaml --set staff.nurs.count=2", "did you mean 'staff.nurse.count'?"),
    ],
)
def test_what_cannot_be_explained_is_said_in_a_sentence(here, words, message):
    done = CliRunner().invoke(main, words.split())
    assert done.exit_code == 2
    assert message in done.stderr
