"""How long the whole will take, told beforehand: by hand, with a clock of its own."""

import pytest

from clinicsim.cli.foretelling import Foretelling, in_time


def told(steps, words="Playing"):
    """What is told where so many (seconds, done, of) are heard."""
    said, now = [], []
    foretelling = Foretelling(words, said.append, lambda: now[-1])
    for seconds, done, of in steps:
        now.append(seconds)
        foretelling.hear(done, of)
    return said


def test_the_rest_goes_as_fast_as_the_first_runs():
    """Eight runs in 8 seconds: 600 take 600 seconds."""
    steps = [(100, 0, 600), (102, 2, 600), (104, 4, 600), (106, 6, 600), (108, 8, 600), (110, 10, 600)]
    assert told(steps) == ["Playing 600 runs will take about 10 minutes, judged by the first 8."]


def test_what_was_there_before_is_not_counted():
    """A study of 600, of which 500 are there, has 100 to play: 4 in 8 seconds, 200 seconds in all."""
    steps = [(0, 500, 600), (2, 501, 600), (4, 502, 600), (6, 503, 600), (8, 504, 600)]
    assert told(steps) == ["Playing 100 runs will take about 3 minutes, judged by the first 4."]


def test_what_is_soon_done_is_not_foretold():
    assert told([(0, 0, 20), (1, 1, 20), (2, 2, 20), (3, 3, 20), (4, 4, 20), (5, 5, 20)]) == []


def test_nothing_is_judged_by_less_than_some_seconds_of_work():
    assert told([(0, 0, 10**6), (0.1, 1, 10**6), (0.2, 2, 10**6), (0.3, 3, 10**6), (0.4, 4, 10**6)]) == []


@pytest.mark.parametrize(
    ("seconds", "words"), [(38, "40 seconds"), (95, "2 minutes"), (3000, "50 minutes"), (9000, "2.5 hours")]
)
def test_lengths_of_time_in_words(seconds, words):
    assert in_time(seconds) == words
