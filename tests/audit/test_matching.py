import json

import pytest

from crosslab.audit import matching
from crosslab.audit.keeping import kept
from crosslab.audit.matching import THRESHOLD, Matcher
from crosslab.audit.parsing import parsed
from crosslab.audit.wordings import best_threshold, labelled, quality
from crosslab.claims import claims

MATCHER = Matcher(claims())

# What each report's claims state, read by a person, in the order in which they are printed.
_OPENING = "gain-paraphrase gain-nli gain-generalized"
_ENDING = "corpora-expensive syntax-awareness syntax-needs-data"
_EARLY = "early-alignment contextual-alignment extra-supervision"
READ = {
    "000": f"{_OPENING} code-available encoders-proposed benchmarks-exist {_EARLY} {_ENDING}",
    "001": f"{_OPENING} code-available encoders-proposed benchmarks-exist {_EARLY} {_ENDING}",
    "002": f"{_OPENING} mixed-pairs encoders-proposed benchmarks-exist alignment-important "
    f"extra-supervision {_ENDING}",
    "003": f"{_OPENING} mixed-pairs encoders-proposed benchmarks-exist {_EARLY} {_ENDING}",
    "004": f"{_OPENING} code-available encoders-proposed benchmarks-exist alignment-important "
    f"extra-supervision {_ENDING}",
}


def test_every_claim_of_the_five_reports_is_matched_as_a_person_reads_it():
    for each in kept():
        report = parsed(each.path.read_text(encoding="utf-8"), path="", sha256="")
        found = [MATCHER.match(claim.text).claim_id for claim in report.claims]
        assert found == READ[each.report[:3]].split()


def test_the_threshold_is_the_one_that_the_wordings_choose():
    assert best_threshold(claims()) == THRESHOLD


def test_on_wordings_written_without_sight_of_it_it_fares_as_the_book_says():
    found = quality(MATCHER, labelled("judging"))
    assert found.precision >= 0.83
    assert found.recall >= 0.87


def test_no_labelled_wording_stands_in_a_report_or_in_both_lists():
    printed = {
        claim.text
        for each in kept()
        for claim in parsed(each.path.read_text(encoding="utf-8"), path="", sha256="").claims
    }
    chosen, judged = ({text for text, _ in labelled(use)} for use in ("choosing", "judging"))
    assert (len(chosen), len(judged)) == (256, 166)
    assert not (chosen | judged) & printed
    assert not chosen & judged


@pytest.mark.parametrize("share", [0.6, 0.7, 0.8, 0.9])
def test_a_long_claim_that_is_cut_off_is_no_other_claim_and_mostly_still_itself(share):
    long = [claim for claim in claims() if len(claim.quote.split()) >= 12]
    words = [claim.quote.split() for claim in long]
    cut = [" ".join(each[: int(share * len(each))])[:-2] for each in words]  # in mid-word
    found = [MATCHER.match(text).claim_id for text in cut]
    same = [got == claim.claim_id for got, claim in zip(found, long, strict=True)]
    assert all(fits or got is None for fits, got in zip(same, found, strict=True))
    assert sum(same) >= len(long) - 2


@pytest.mark.parametrize(
    "text",
    [
        "The cross-lingual transfer performance improves by 2.2 points on PAWS-X.",
        "The cross-lingual transfer performance improves by 2.1 points on XNLI.",
        "The cross-lingual transfer performance drops by 2.1 points on PAWS-X.",
        "The cross-lingual transfer performance never improves by 2.1 points on PAWS-X.",
        "The code for the study is available at https://github.com/someone/else .",
    ],
)
def test_another_figure_benchmark_address_or_direction_is_another_claim(text):
    assert MATCHER.match(text).claim_id is None


def test_two_turns_make_the_same_direction():
    made = [
        claims()[0].model_copy(
            update={"quote": "Training never reduces accuracy at all.", "essential": []}
        )
    ]
    assert Matcher(made).match("Training does not reduce accuracy at all.").claim_id is not None
    assert Matcher(made).match("Training reduces accuracy at all.").claim_id is None


@pytest.mark.parametrize("text", ["", "   ", "2.1", "PAWS-X", "\udc80", "<b></b>", "a" * 10_000])
def test_what_says_nothing_matches_nothing(text):
    assert MATCHER.match(text).claim_id is None


def test_markup_and_signs_do_not_change_a_match():
    plain = claims()[3].quote
    linked = plain.replace(
        "https://github.com/uclanlp/Robust-XLT",
        '<a href="https://github.com/uclanlp/Robust-XLT">https://github.com/uclanlp/Robust-XLT</a>',
    )
    assert MATCHER.match(linked) == MATCHER.match(plain)


def test_a_score_is_a_share_and_a_match_lies_at_or_above_the_threshold():
    for use in ("choosing", "judging"):
        for text, _ in labelled(use):
            found = MATCHER.match(text)
            assert 0 <= found.score <= 1
            assert (found.claim_id is not None) == (found.score >= THRESHOLD)
    assert json.dumps(MATCHER.match("x"))


def test_precision_and_recall_are_counted_as_defined(monkeypatch):
    class Fake:
        def match(self, text):
            return matching.Match({"a": "a", "b": "a", "c": None}[text], 1.0)

    found = quality(Fake(), [("a", "a"), ("b", "b"), ("c", "c"), ("b", "none"), ("c", "none")])
    assert (found.right, found.wrong, found.missed) == (1, 2, 2)
    assert (found.precision, found.recall) == (1 / 3, 1 / 3)
    assert found.f_half == pytest.approx(1 / 3)
