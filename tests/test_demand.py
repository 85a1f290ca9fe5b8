"""Demand: who comes and when; a changed rate moves the times and leaves the people."""

import datetime
import math
from collections import Counter
from itertools import pairwise
from types import SimpleNamespace

import pytest
from clinics import clinic as small_clinic
from clinics import play
from scipy import stats

from clinicsim.model import demand, simulate
from clinicsim.model.calendar import WEEKDAYS, Calendar
from clinicsim.model.streams import Streams
from clinicsim.scenario import loads
from clinicsim.scenario.quantities import Distribution, Fixed
from clinicsim.scenario.values import Moment, ShareATime, Span

DAY = 1440.0
START = datetime.date(2027, 1, 4)


def clinic(days=365.0, **written):
    blank = {
        "rate": None,
        "sources": {},
        "history": None,
        "spacing": None,
        "weekday": {},
        "month": {},
        "by_hour": {},
        "growth": None,
        "month_to_month": 0.0,
        "campaigns": {},
        "word_of_mouth": None,
        "at_start": {},
    }
    return SimpleNamespace(
        start=datetime.date(2027, 1, 4),
        length=Span(minutes=days * DAY),
        warm_up=Span(),
        hours=dict.fromkeys(WEEKDAYS, ((0.0, DAY),)),
        closed={},
        closed_for={},
        arrivals=SimpleNamespace(**(blank | written)),
    )


def source(rate, growth=None, protocol=None):
    return SimpleNamespace(rate=rate, growth=growth, protocol=protocol)


def come(scenario, seed=1, replication=0):
    return demand.arrivals(scenario, Calendar(scenario), Streams(seed, replication))


def test_inquiries_are_a_poisson_process_of_the_rate_written():
    people = come(clinic(days=1000, rate=5.0))
    assert len(people) == pytest.approx(5000, abs=3.3 * math.sqrt(5000))
    gaps = [later.time - earlier.time for earlier, later in pairwise(people)]
    assert stats.kstest(gaps, stats.expon(scale=DAY / 5).cdf).pvalue > 0.001
    assert [person.number for person in people] == list(range(len(people)))


def test_a_changed_rate_moves_times_and_not_people():
    slow, fast = come(clinic(rate=2.0)), come(clinic(rate=3.0))
    assert len(fast) > len(slow)
    assert [person.key for person in slow] == [person.key for person in fast[: len(slow)]]
    assert [person.time for person in fast[: len(slow)]] == pytest.approx([person.time * 2 / 3 for person in slow])


def test_another_source_leaves_the_people_of_the_first_as_they_were():
    alone = come(clinic(sources={"web": source(2.0)}))
    joined = come(clinic(sources={"web": source(2.0), "referral": source(1.0, protocol="retreat")}))
    assert [person for person in joined if person.source == "web"] == alone
    assert {person.given.get("preference") for person in joined if person.source == "referral"} == {"retreat"}
    assert [person.time for person in joined] == sorted(person.time for person in joined)
    assert len({person.key for person in joined}) == len(joined)


def test_seed_and_replication_give_other_times():
    times = {tuple(person.time for person in come(clinic(days=30, rate=1.0), *run)) for run in ((1, 0), (2, 0), (1, 1))}
    assert len(times) == 3


def test_patterns_shift_inquiries_and_leave_their_average():
    """Nobody on Sundays, twice as many on Mondays; half as many in July; all from nine to twelve, half before ten."""
    hours = {"00:00-09:00": 0.0, "09:00-10:00": 2.0, "12:00-24:00": 0.0}
    scenario = clinic(days=1461, rate=20.0, weekday={"mon": 2.0, "sun": 0.0}, month={"jul": 0.5}, by_hour=hours)
    people = come(scenario)
    assert len(people) == pytest.approx(20 * 1461, rel=0.02)
    calendar = Calendar(scenario)
    weekdays = Counter(calendar.weekday(calendar.day_of(person.time)) for person in people)
    assert weekdays[6] == 0
    assert weekdays[0] / weekdays[1] == pytest.approx(2.0, rel=0.05)
    july = sum(calendar.date(calendar.day_of(person.time)).month == 7 for person in people)
    august = sum(calendar.date(calendar.day_of(person.time)).month == 8 for person in people)
    assert july / august == pytest.approx(0.5, rel=0.1)
    clock = [person.time % DAY / 60 for person in people]
    assert min(clock) >= 9
    assert max(clock) <= 12
    assert sum(time < 10 for time in clock) / len(clock) == pytest.approx(0.5, abs=0.015)


def test_growth_compounds_from_the_start():
    """Twice as many each year: the second year's number is twice the first's, the first's 1 / ln 2 times the rate."""
    people = come(clinic(days=730.5, rate=10.0, growth=ShareATime(1.0, 365.25)))
    first = sum(person.time < 365.25 * DAY for person in people)
    assert first == pytest.approx(3652.5 / math.log(2), rel=0.05)
    assert (len(people) - first) / first == pytest.approx(2.0, rel=0.06)


def test_a_source_may_grow_on_its_own():
    grown = come(clinic(sources={"web": source(2.0, growth=ShareATime(1.0, 365.25))}))
    as_all = come(clinic(sources={"web": source(2.0)}, growth=ShareATime(1.0, 365.25)))
    assert grown == as_all


def test_months_differ_more_than_by_chance_where_the_scenario_says_so():
    counts = []
    for replication in range(40):
        scenario = clinic(days=180, rate=20.0, month_to_month=0.3)
        calendar = Calendar(scenario)
        people = demand.arrivals(scenario, calendar, Streams(1, replication))
        months = Counter(calendar.date(calendar.day_of(person.time)).month for person in people)
        counts += [months[month] / 20 for month in (2,)]
    mean = sum(counts) / len(counts)
    spread = math.sqrt(sum((x - mean) ** 2 for x in counts) / len(counts)) / mean
    assert mean == pytest.approx(28, rel=0.2)
    assert 0.2 < spread < 0.42


def test_a_campaign_brings_people_of_its_own():
    window = {"from_": Moment(minutes=30 * DAY), "until": Moment(date=datetime.date(2027, 4, 4)), "source": None}
    more = SimpleNamespace(extra=SimpleNamespace(rate=None, share=0.5), **window)
    twice = SimpleNamespace(extra=SimpleNamespace(rate=4.0, share=None), **window)
    quiet = come(clinic(rate=10.0))
    known = {person.key for person in quiet}
    for campaign, expected in ((more, 300), (twice, 240)):
        people = come(clinic(rate=10.0, campaigns={"spring": campaign}))
        extra = [person for person in people if person.key not in known]
        assert [person for person in people if person.key in known] == quiet
        assert len(extra) == pytest.approx(expected, rel=0.2)
        assert all(30 * DAY <= person.time < 90 * DAY for person in extra)


def test_dated_inquiries_come_as_written_and_those_of_one_moment_in_their_order():
    history = SimpleNamespace(
        times=(480.0, 480.0, 480.0, -5.0, 9e9),
        attributes=((("payer", "plan"),), (("severity", 16.0),), (), (), ()),
    )
    people = come(clinic(days=2, history=history))
    assert [person.time for person in people] == [480.0, 480.0, 480.0]
    assert [person.number for person in people] == [0, 1, 2]
    assert [dict(person.given) for person in people] == [{"payer": "plan"}, {"severity": 16.0}, {}]


def test_arrivals_may_be_spaced_for_queues():
    people = come(clinic(days=1, spacing=Fixed(60.0)))
    assert [person.time for person in people] == [60.0 * hour for hour in range(1, 24)]
    random = come(clinic(days=100, spacing=Distribution("erlang", (("mean", Fixed(60.0)), ("stages", Fixed(4.0))))))
    gaps = [later.time - earlier.time for earlier, later in pairwise(random)]
    assert stats.kstest(gaps, stats.gamma(4, scale=15).cdf).pvalue > 0.001


def test_those_there_at_the_start_stand_at_their_step():
    people = come(clinic(days=2, rate=1.0, at_start={"upkeep": 3}))
    assert [(person.time, person.step) for person in people[:3]] == [(0.0, "upkeep")] * 3
    assert all(person.step == "" for person in people[3:])


def test_a_responder_sends_people_who_depend_on_the_responder_alone():
    scenario = clinic(word_of_mouth=SimpleNamespace(per_responder=2.0, over=90 * DAY))
    sent = [demand.referrals(scenario, Streams(1, 0), referrer, 1000.0) for referrer in range(2000)]
    assert sum(map(len, sent)) / 2000 == pytest.approx(2.0, abs=0.11)
    assert all(1000 <= person.time <= 1000 + 90 * DAY for people in sent for person in people)
    assert len({person.key for people in sent for person in people}) == sum(map(len, sent))
    assert demand.referrals(clinic(), Streams(1, 0), 7, 0.0) == []


# In the log of a clinic that is played

ASKING = """
length: 2 years
hours: always
arrivals: {ARRIVALS}
visits: {call: {takes: 1 min, staff: therapist, walk_in: yes}}
staff: {therapist: 20}
pathway: {first: {visit: call}}
"""


def inquiries(arrivals: str) -> list[tuple[datetime.date, str]]:
    """The dates of inquiries of a clinic that is played, with where people come from."""
    log = play(ASKING.replace("{ARRIVALS}", arrivals))
    return [(START + datetime.timedelta(days=row[0] // DAY), row[2]) for row in log.rows["inquiry"]]


def test_more_people_ask_in_some_months_and_more_from_year_to_year():
    asked = [date for date, _ in inquiries("{rate: 20 per day, month: {jan: 2, jul: 0.5}, growth: 50% per year}")]
    months = Counter((date.year, date.month) for date in asked)
    assert months[2027, 7] / months[2027, 8] == pytest.approx(0.5 / 1.5 ** (1 / 12), rel=0.15)
    assert months[2028, 1] / months[2027, 12] == pytest.approx(2 * 1.5 ** (1 / 12), rel=0.15)
    assert months[2028, 8] / months[2027, 8] == pytest.approx(1.5, rel=0.12)


def test_a_campaign_feeds_its_source_while_it_runs():
    arrivals = (
        "{sources: {web: {rate: 10 per day, cost: 100}, physician: {rate: 10 per day}}, "
        "campaigns: {spring: {from: 2027-04-01, until: 2027-05-01, extra: 50%, cost: 5000, source: web}}}"
    )
    by_month = Counter((date.month, source) for date, source in inquiries(arrivals) if date.year == 2027)
    assert by_month[4, "web"] / by_month[3, "web"] == pytest.approx(1.5 * 30 / 31, rel=0.15)
    assert by_month[4, "physician"] / by_month[3, "physician"] == pytest.approx(30 / 31, rel=0.15)
    assert by_month[6, "web"] / by_month[3, "web"] == pytest.approx(30 / 31, rel=0.15)
    written = small_clinic(ASKING.replace("{ARRIVALS}", arrivals)).arrivals
    assert (written.sources["web"].cost, written.campaigns["spring"].cost) == (100, 5000)


def test_each_source_has_its_own_rate_and_its_own_share_of_people_who_go_on():
    log = play("""
length: 1 year
hours: always
arrivals: {sources: {web: {rate: 9 per day}, physician: {rate: 3 per day}}}
visits: {call: {takes: 1 min, staff: therapist, walk_in: yes}}
staff: {therapist: 20}
pathway:
  interest: {leave: {not_interested: {by: source, web: 80%, physician: 20%}}}
  first: {visit: call}
""")
    came = Counter(row[2] for row in log.rows["inquiry"])
    source = {row[1]: row[2] for row in log.rows["inquiry"]}
    seen = Counter(source[row[2]] for row in log.rows["begun"])
    assert came["web"] == pytest.approx(9 * 365, rel=0.06)
    assert came["physician"] == pytest.approx(3 * 365, rel=0.1)
    assert seen["web"] / came["web"] == pytest.approx(0.2, abs=0.03)
    assert seen["physician"] / came["physician"] == pytest.approx(0.8, abs=0.04)


def test_dated_inquiries_of_a_file_come_when_and_as_it_says(tmp_path):
    (tmp_path / "asked.csv").write_text(
        "at,payer,severity\n2027-01-05 10:30,plan,12\n2027-01-04 09:00,self_pay,19\n2027-03-01 16:00,plan,15\n"
    )
    text = """
clinicsim: 1
start: 2027-01-04
length: 20 weeks
hours: always
arrivals: {history: asked.csv}
patients: {severity: 14}
visits: {call: {takes: 1 min, staff: therapist, walk_in: yes}}
staff: {therapist: 1}
pathway: {first: {visit: call, when: {payer: plan}}}
"""
    log = simulate(loads(text, name="asked.yaml", folder=tmp_path), 1, 1)
    asked = [(row[0], row[3], row[5]["payer"]) for row in log.rows["inquiry"]]
    assert asked == [(540.0, 19.0, "self_pay"), (DAY + 630.0, 12.0, "plan"), (56 * DAY + 960.0, 15.0, "plan")]
    assert [row[0] for row in log.rows["begun"]] == [DAY + 630.0, 56 * DAY + 960.0]


TREATED = """
length: 1 year
hours: always
arrivals: {rate: 2 per day, word_of_mouth: {per_responder: 0.5, over: 30 days}}
patients: {severity: 14}
visits: {session: {takes: 1 min, staff: therapist, walk_in: yes, session_of: care}}
staff: {therapist: 5}
outcome: {treatments: {care: {improvers: 50%, change: 90%, change_otherwise: 0%, sessions_to_effect: 0.1}}}
protocols: {one: {steps: {session: {visit: session}, end: {assess: end}}}}
pathway: {first: {protocol: one}}
"""


def test_those_who_respond_send_others_within_the_time_written():
    """Half of the people respond, and each of them sends half a person within thirty days; those send again."""
    log = play(TREATED)
    sent = [row for row in log.rows["inquiry"] if row[2] == "referred"]
    responded = [row[0] for row in log.rows["assessed"] if row[3] <= 7.0]
    assert len(sent) == pytest.approx(0.5 * len([time for time in responded if time < log.end - 15 * DAY]), rel=0.2)
    assert all(any(0 <= row[0] - time <= 30 * DAY for time in responded) for row in sent)
    nobody = play(TREATED.replace("improvers: 50%", "improvers: 0%"))
    assert {row[2] for row in nobody.rows["inquiry"]} == {"general"}


@pytest.mark.parametrize("price", [2000, 4500, 9000])
def test_fewer_begin_at_a_higher_price_as_elasticity_says(price):
    """Of those who stay at 4500 (70%), so many stay at another price: its ratio to 4500 to the power of -0.8."""
    text = TREATED.replace(", word_of_mouth: {per_responder: 0.5, over: 30 days}", "").replace("2 per day", "6 per day")
    text = text.replace("{one: {steps", f"{{one: {{price: {price}, steps").replace(
        "pathway: {",
        "pathway: {cost: {leave: {unaffordable: {share: 30%, at_price: 4500, elasticity: -0.8, of: one}}}, ",
    )
    log = play(text)
    stay = 1 - len(log.rows["left"]) / len(log.rows["inquiry"])
    assert stay == pytest.approx(min(1.0, 0.7 * (price / 4500) ** -0.8), abs=0.03)
    assert {row[2] for row in log.rows["left"]} <= {"unaffordable"}


def test_the_longer_the_wait_the_fewer_begin():
    """People who would wait for eight weeks on average: with half the staff more of them leave before they are seen."""
    text = """
length: 1 year
booking: {slot: 60 min, horizon: 2 weeks}
arrivals: {rate: 60 per week}
patients: {patience: {dist: exponential, mean: 8 weeks}}
visits: {intake: {takes: 60 min, staff: therapist}}
staff: {therapist: STAFF}
pathway: {intake: {visit: intake}}
"""
    lost = {}
    for staff in (2, 1):
        log = play(text.replace("STAFF", str(staff)))
        lost[staff] = len(log.rows["left"]) / len(log.rows["inquiry"])
        assert {row[2] for row in log.rows["left"]} <= {"patience", "declined"}
    assert lost[2] < 0.05
    assert lost[1] > 0.2
