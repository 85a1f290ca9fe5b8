"""What is settled before replications are played, and what is refused."""

from clinics import clinic

from clinicsim.experiment.replications import replicate

RUNNING = """
warm_up: auto
length: 4 weeks
visits: {talk: {takes: 60 min, staff: therapist}}
pathway: {first: {maintain: boosters}}
maintenance: {boosters: {begins: on request, every: 5 days, at_most: 4, steps: {a: {visit: talk}}}}
"""


def test_compared_scenarios_warm_up_as_long_as_the_one_that_needs_longest() -> None:
    """Four boosters five days apart stay 20 days, six stay 30: both clinics are played for 90 days first."""
    results = replicate([clinic(RUNNING), clinic(RUNNING.replace("at_most: 4", "at_most: 6"))], 1, workers=1)
    assert [scenario.warm_up.minutes / 1440 for scenario in results.scenarios] == [90, 90]
