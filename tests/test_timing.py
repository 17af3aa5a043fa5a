import pytest

from crosslab.timing import Pace, Speed, in_turns, seconds


def speed(*rounds, **bounds):
    return Speed(name="n", what="w", rounds=rounds, **bounds)


def test_every_round_begins_with_another_work_and_the_first_does_not_count():
    order, turns = [], []

    def work(name):
        def costs(turn):
            turns.append(turn)
            order.append(name)
            return float(len(order))

        return costs

    costs = in_turns({name: work(name) for name in "abc"}, rounds=2)
    assert "".join(order) == "abc" + "bca" + "cab"
    assert turns == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert costs == {"a": [6.0, 8.0], "b": [4.0, 9.0], "c": [5.0, 7.0]}


def test_a_pace_leaves_out_the_first_steps():
    clock = iter([0.0, 9.0, 18.0, 27.0, 36.0, 40.0, 42.0, 44.0])
    pace = Pace(clock=lambda: next(clock))
    for _ in range(8):
        pace.note()
    assert pace.seconds == 2.0


def test_seconds_are_those_of_the_processor_and_not_of_waiting(monkeypatch):
    monkeypatch.setattr("time.process_time", iter([3.0, 5.0]).__next__)
    assert seconds(lambda: None) == 2.0


@pytest.mark.parametrize(
    ("bounds", "met"),
    [
        ({}, None),
        ({"at_least": 2.5}, True),
        ({"at_least": 2.6}, False),
        ({"at_most": 2.5}, True),
        ({"at_most": 2.4}, False),
        ({"at_least": 0.0, "at_most": 0.0}, False),
    ],
)
def test_the_median_round_decides_whether_a_promise_is_met(bounds, met):
    one = speed(2.5, 9.0, 1.0, **bounds)
    assert one.met is met
    assert one.plain()["met"] is met


def test_a_row_says_what_was_measured_and_promised():
    assert speed(2.0, 3.0, 1.0, at_most=2.1).row() == (
        "w",
        "2.00x",
        "1.00 to 3.00",
        "at most 2.1",
        "met",
    )
    assert speed(1234.0, unit="", at_least=100_000).row() == (
        "w",
        "1,234",
        "1,234 to 1,234",
        "at least 100,000",
        "missed",
    )
    assert speed(1.0).row()[3:] == ("", "informative")
