"""`books`: the ledger of a run. The contents page of this room."""

import numpy as np

from clinicsim.measures.money.dates import Months
from clinicsim.measures.money.income import card_fee_entries, delivered_visits, missed_entries, visit_entries
from clinicsim.measures.money.ledger import Ledger, book
from clinicsim.measures.money.packages import agreed_packages, covered, package_entries
from clinicsim.measures.money.prices import People, Prices
from clinicsim.measures.money.society import societal_entries
from clinicsim.measures.money.standing import (
    campaign_entries,
    hiring_entries,
    inquiry_entries,
    lodging_entries,
    medicine_entries,
    opening_entries,
    overhead_entries,
    rent_entries,
)
from clinicsim.measures.money.wages import wage_entries
from clinicsim.measures.run import Run
from clinicsim.measures.worktime import WorkTime, work_times
from clinicsim.model.calendar import Calendar
from clinicsim.model.roster import Roster
from clinicsim.model.streams import Streams


def books(run: Run) -> Ledger:
    """Everything that a run earns, spends and costs its patients, from its first day to its last, the warm-up too."""
    scenario = run.scenario
    calendar = Calendar(scenario)
    roster = Roster(scenario, calendar, Streams(run.seed, run.replication))
    months, people, prices = Months(scenario.start, run.end), People(run), Prices(scenario)
    delivered = delivered_visits(run)
    packages = agreed_packages(run, people, prices)
    paid_for = covered(packages, delivered)
    packaged = np.zeros(delivered.ended.size, dtype=bool)
    for places in paid_for:
        packaged[places] = True
    income = [
        *visit_entries(run, people, prices, delivered, packaged),
        *package_entries(run, calendar, people, prices, packages, delivered, paid_for),
        *missed_entries(run, prices),
    ]
    return book([
        *income,
        *card_fee_entries(scenario, income),
        *wage_entries(run, _all_times(run), roster, calendar, months, prices),
        *rent_entries(run, roster, calendar, months, prices),
        *overhead_entries(run, calendar, months, prices),
        *inquiry_entries(run, prices),
        *campaign_entries(run, calendar, prices),
        *hiring_entries(run, roster, prices),
        *lodging_entries(run, prices),
        *medicine_entries(run, prices),
        *opening_entries(run, calendar),
        *societal_entries(run, prices),
    ])  # fmt: skip


def _all_times(run: Run) -> list[WorkTime]:
    return work_times(run, 0.0, run.end)
