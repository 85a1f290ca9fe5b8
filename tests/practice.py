"""A practice system's export, made from the event log of a simulated clinic."""

import csv
import datetime
from pathlib import Path

from clinicsim.model import EventLog, simulate
from clinicsim.scenario import Scenario, loads

WORDS = {"no_show": "DNA", "late_cancel": "Cancelled < 24 h"}
HEADING = ["Patient ID", "Type", "Status", "Booked on", "Date", "Time", "Checked in", "Begin", "Finish"]
COLUMNS = """
columns:
  patient: Patient ID
  visit_type: Type
  status: Status
  booked: Booked on
  scheduled: [Date, Time]
  arrived: Checked in
  started: Begin
  ended: Finish
dates: ["%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M"]
status:
  attended: Completed
  no_show: DNA
  late_cancel: Cancelled < 24 h
  other: [Booked, Cancelled]
"""


def write_practice(folder: Path, text: str) -> Path:
    """Write the export of a simulated practice, the file that explains it, and the practice's own clinic."""
    practice = loads(text)
    export(simulate(practice, 1, 1), practice, folder / "appointments.csv")
    (folder / "columns.yaml").write_text(COLUMNS, encoding="utf-8")
    (folder / "practice.yaml").write_text(text, encoding="utf-8")
    return folder


def export(log: EventLog, scenario: Scenario, path: Path) -> None:
    """Write every appointment of the log as its practice would know it, in European dates."""
    midnight = datetime.datetime.combine(scenario.start, datetime.time())

    def moment(minutes: float | None) -> str:
        return "" if minutes is None else f"{midnight + datetime.timedelta(minutes=minutes):%d/%m/%Y %H:%M:%S}"

    begun = {(row[1], row[2]): row for row in log.rows["begun"]}
    ended = {(row[1], row[2]): row[0] for row in log.rows["ended"]}
    missed = {(row[1], row[2]): row[4] for row in log.rows["unbooked"]}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADING)
        for booked, visit, _, patient, visit_type, start, _, _, _ in log.rows["booked"]:
            key = (visit, patient)
            became = (
                "Completed"
                if key in ended and missed.get(key) != "not_today"
                else WORDS.get(missed.get(key, ""), "Cancelled" if key in missed else "Booked")
            )
            arrived, began = (begun[key][7], begun[key][0]) if key in begun else (None, None)
            day, time = moment(start)[:10], moment(start)[11:16]
            cells = [
                patient,
                visit_type,
                became,
                moment(booked),
                day,
                time,
                *map(moment, (arrived, began, ended.get(key))),
            ]
            writer.writerow(cells)
