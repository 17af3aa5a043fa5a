import pytest

from crosslab.audit.comparison import Marked, Tally


def tally(*reports):
    """Return a tally of reports given as {claim: verified}."""
    made = Tally()
    for number, report in enumerate(reports):
        made.add(f"report-{number}", places(report))
    return made


def places(report):
    return [
        Marked(claim_id, verified, 10 * place, 10 * place + 5)
        for place, (claim_id, verified) in enumerate(report.items())
    ]


def found(made, report):
    return [(each.code, each.start, each.message) for each in made.findings(places(report))]


REPORTS = ({"a": True, "b": False}, {"a": True, "b": True}, {"a": True, "b": False, "c": True})


def test_a_claim_marked_otherwise_elsewhere_is_named_with_a_report_that_does():
    made = tally(*REPORTS)
    (elsewhere, agreement) = found(made, REPORTS[1])
    assert elsewhere[:2] == ("verified-elsewhere", 10)
    assert "2 others, such as report-0" in elsewhere[2]
    assert agreement[2].startswith("1 of 2 marks agree")


def test_a_report_is_not_compared_with_itself():
    assert found(tally(REPORTS[2]), REPORTS[2]) == []


def test_the_order_of_reports_does_not_matter_to_what_is_counted():
    one, other = tally(*REPORTS), tally(*reversed(REPORTS))
    for report in REPORTS:
        assert [each[:2] for each in found(one, report)] == [
            each[:2] for each in found(other, report)
        ]
    assert one.alpha == other.alpha


def test_a_claim_stated_twice_counts_once():
    made = Tally()
    twice = [Marked("a", True, 0, 5), Marked("a", False, 10, 15)]
    made.add("x", twice)
    assert list(made.findings(twice)) == []
    made.add("y", [Marked("a", True, 0, 5)])
    (only,) = made.findings(twice)
    assert (only.code, only.message[:6]) == ("agreement", "1 of 1")


def test_marks_that_are_evenly_split_count_for_neither_side():
    made = tally({"a": True}, {"a": False}, {"a": True})
    (elsewhere,) = found(made, {"a": True})
    assert elsewhere[0] == "verified-elsewhere"


def test_alpha_is_one_where_all_agree_and_nothing_where_nobody_differs():
    assert tally({"a": True, "b": False}, {"a": True, "b": False}).alpha == pytest.approx(1)
    assert tally({"a": True}, {"a": True}).alpha is None
