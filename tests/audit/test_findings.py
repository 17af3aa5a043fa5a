from itertools import combinations
from math import comb

import numpy as np
import pytest
from made_up_reports import ROWS, TITLE, codes, judge, read, report_text

from crosslab.audit.abstracts import KnownAbstract, sequences
from crosslab.audit.findings import KINDS, LEVELS
from crosslab.audit.findings.marks import threshold
from crosslab.audit.report import PrintedClaim
from crosslab.literature.references import Reference

# One plain report, in which nothing but what belongs to every made-up report is found.
USUAL = {"question-unaddressed", "number-uncomputed", "papers-unlisted", "reference-unknown",
         "claim-unmatched", "claim-differs",
         "verified-near-threshold", "benchmark-unknown"}  # fmt: skip


def only(text, code, **changes):
    """Return the one finding of a kind."""
    (found,) = [each for each in judge(text, **changes).findings if each.code == code]
    return found


def at(text, finding):
    """Return the text at the place of a finding."""
    return text[finding.start : finding.end]


def test_a_plain_report_gives_what_is_wrong_with_it_and_nothing_else():
    assert set(codes(report_text())) == USUAL


def test_every_finding_is_of_a_known_kind_with_its_level_and_a_place():
    text = report_text(claims="Claim\tVerified\n\tx\nA\tmaybe\textra\nA\tyes")
    for each in judge(text).findings:
        assert each.level == KINDS[each.code].level
        assert each.level in LEVELS
        assert 0 <= each.start <= each.end <= len(text)
        assert each.message


@pytest.mark.parametrize(
    ("counts", "code", "said"),
    [
        ("5 papers retrieved. 3 claims extracted; 2 independently verified.", "count-claims", "3"),
        ("5 papers retrieved. 4 claims extracted; 3 verified.", "count-verified", "3"),
        ("4 claims extracted; 2 verified. 5 claims were extracted.", "declared-twice", "4 and 5"),
    ],
)  # fmt: skip
def test_what_is_declared_and_is_not_so_is_said_at_its_place(counts, code, said):
    text = report_text(counts=counts)
    found = only(text, code)
    assert found.level == KINDS[code].level
    assert said in found.message
    assert at(text, found) in counts


def test_a_report_without_claims_says_so_and_is_not_silent_about_the_rest():
    found = codes(report_text(claims="Nothing was found."))
    assert {"no-claims", "count-claims", "count-verified", "uncovered-text"} <= set(found)


def test_all_papers_listed_is_no_finding():
    listed = [f"arXiv:2101.0000{number}" for number in range(5)]
    assert "papers-unlisted" not in codes(report_text(references=listed))
    again = [*listed[:4], listed[0]]
    assert "papers-unlisted" in codes(report_text(references=again))


def test_a_question_that_a_claim_answers_is_addressed():
    answer = ("Pickled herring affects zero-shot retrieval on SMORGAS by nothing.", "✓", "0.9")
    assert "question-unaddressed" not in codes(report_text([answer, *ROWS[1:]]))


def test_the_words_of_a_question_that_no_claim_holds_are_named_once():
    found = only(report_text(), "question-unaddressed")
    assert found.message.count("herring") == 1
    assert "SMORGAS" in found.message


def test_a_verified_figure_needs_a_second_place():
    assert "number-uncomputed" in codes(report_text())
    shown = report_text(abstract="We average the gains of six languages, which gives 2.1 points.")
    assert "number-uncomputed" not in codes(shown)
    unmarked = report_text([(ROWS[0][0], "×", "0.1"), *ROWS[1:]])
    assert "number-uncomputed" not in codes(unmarked)


@pytest.mark.parametrize(
    "words",
    [
        "Computed 2.1 matches expected 2.1 (tolerance 5%).",
        "The computed value of 2.10 equals the expected value 2.1.",
    ],
)
def test_a_number_compared_with_itself_is_no_check(words):
    text = report_text(abstract=words)
    found = only(text, "self-comparison")
    assert found.level == "error"
    assert at(text, found).lower() in words.lower()


@pytest.mark.parametrize(
    "words",
    [
        "Computed 2.1 matches expected 2.1 from Table 3 of the paper.",
        "Computed 7 matches expected 7.",
    ],
)
def test_a_number_held_against_a_named_source_or_no_claim_is_none(words):
    assert "self-comparison" not in codes(report_text(abstract=words))


def test_numbers_that_differ_were_compared():
    assert "self-comparison" not in codes(
        report_text(abstract="Computed 2.0 matches expected 2.1.")
    )


OWN = (
    "Herrings were pickled in seven kinds of brine and fed to encoders of three sizes. Those that "
    "were fed sour herring answered more questions in Danish and fewer in Finnish than those that "
    "were fed none. We discuss what this means for the canteen and propose a menu."
)
KNOWN = KnownAbstract(arxiv="2104.08645", words=46, checked="made up", sequences=sequences(OWN))


@pytest.mark.parametrize("words", [20, 30, 44])
def test_a_copied_abstract_is_found_with_its_reference_and_where_it_was_cut(words):
    text = report_text(abstract=" ".join(OWN.split()[:words])[:-2])
    found = only(text, "abstract-copied", abstracts=(KNOWN,))
    assert "its reference number 1" in found.message
    cut = only(text, "abstract-cut-off", abstracts=(KNOWN,))
    missing = int(cut.message.split("about ")[1].split()[0])
    assert abs(missing - (len(OWN.split()) - words)) <= 3


def test_a_whole_copy_is_copied_and_not_cut_off():
    found = codes(report_text(abstract=OWN), abstracts=(KNOWN,))
    assert "abstract-copied" in found
    assert "abstract-cut-off" not in found


def test_an_abstract_of_its_own_is_neither():
    assert not {"abstract-copied", "abstract-cut-off"} & set(
        codes(report_text(), abstracts=(KNOWN,))
    )


def reference(**values):
    plain = {"key": "k", "kind": "misc", "title": "Attacks on pictures of fish", "mark": "SEEN",
             "checked": "its page", "domain": "vision", "topics": ("vision",),
             "eprint": "2101.00001", "archiveprefix": "arXiv"}  # fmt: skip
    return {"arXiv:2101.00001": Reference(**plain | values)}


def test_a_work_about_images_cannot_bear_on_languages():
    text = report_text(references=["https://arxiv.org/abs/2101.00001v2"])
    found = only(text, "reference-off-topic", references=reference())
    assert "Attacks on pictures of fish" in found.message
    assert "2101.00001" in at(text, found)
    language = reference(domain="language", topics=("cross-lingual",))
    assert "reference-off-topic" not in codes(text, references=language)


def test_a_bare_identifier_that_was_seen_exists_and_an_unknown_one_cannot_be_told():
    text = report_text(references=["arXiv:2101.00001", "arXiv:2102.00002"])
    assert [each.status for each in judge(text, references=reference()).judged] == [
        "exists-right",
        "cannot-tell",
    ]


def test_another_description_than_was_seen_is_not_vouched_for_and_not_accused():
    text = report_text(references=["Recipes for bread and butter. arXiv:2101.00001"])
    (judged,) = judge(text, references=reference()).judged
    assert judged.status == "cannot-tell"
    assert "Attacks on pictures of fish" in judged.why
    right = report_text(references=["Attacks on pictures of fish. arXiv:2101.00001"])
    assert judge(right, references=reference()).judged[0].status == "exists-right"


@pytest.mark.parametrize("name", ["X-ANLI", "XTYLE", "XTREME-R adversarial subsets", "xanli"])
def test_a_benchmark_nobody_found_is_named_where_the_report_names_it(name):
    text = report_text(title=f"{TITLE} on {name}")
    found = only(text, "benchmark-not-found")
    assert at(text, found) == name


@pytest.mark.parametrize("name", ["PAWS-X", "XTREME-R", "ANLI", "XTYLED"])
def test_a_benchmark_that_exists_or_another_word_is_no_finding(name):
    assert "benchmark-not-found" not in codes(report_text(title=f"{TITLE} on {name}"))


@pytest.mark.parametrize(
    "cell",
    ["<script>alert(1)</script>", '<img src=x onerror="alert(1)">', "[a](javascript:alert(1))",
     "!!python/object/apply:os.system ['id']", "{{ config }}", "<a onclick=f()>x</a>",
     "```{raw} html"],
)  # fmt: skip
def test_text_that_would_act_is_a_finding_and_stays_text(cell):
    text = report_text([(f"A claim {cell} here.", "✓", "0.5"), *ROWS[1:]])
    assert "active-markup" in codes(text)
    assert judge(text).report.claims[0].text == f"A claim {cell} here."
    places = [each for each in judge(text).findings if each.code == "active-markup"]
    assert all(at(text, each) in cell for each in places)


@pytest.mark.parametrize(
    "words", ["He said that once = one.", "A <a href='https://a.org'>link</a>."]
)
def test_plain_prose_and_links_do_not_act(words):
    assert "active-markup" not in codes(report_text(abstract=words))


def test_a_claim_listed_twice_is_said_once():
    assert codes(report_text([*ROWS, ROWS[0]])).count("duplicate-claim") == 1


def test_a_claim_that_stops_in_mid_sentence_is_said():
    text = report_text([("This claim stops in the mid", "✓", "0.5"), *ROWS[1:]])
    assert at(text, only(text, "claim-cut-off")) == "This claim stops in the mid"


# --- the threshold -------------------------------------------------------------------------------


def marked(confidences, marks):
    return [
        PrintedClaim(text="t", start=0, end=1, verified=bool(mark), confidence=value)
        for value, mark in zip(confidences, marks, strict=True)
    ]


def test_a_cut_without_exception_is_found_where_it_lies():
    cut = threshold(marked([0.1, 0.2, 0.3, 0.4], [0, 0, 1, 1]))
    assert (cut.confidence, cut.below, cut.exceptions, cut.chance) == (0.3, 0.2, (), 1 / 6)


def test_exceptions_are_named_by_place():
    cut = threshold(marked([0.15, 0.13, 0.19, 0.22, 0.15, 0.21], [1, 0, 1, 1, 0, 1]))
    assert (cut.confidence, cut.exceptions) == (0.19, (0,))


@pytest.mark.parametrize("marks", [[1, 1, 1, 1], [0, 0, 0, 0], [0, 0, 0, 1], [1, 1, 1, 0]])
def test_with_hardly_any_mark_of_one_kind_there_is_nothing_to_cut(marks):
    assert threshold(marked([0.1, 0.2, 0.3, 0.4], marks)) is None


def test_the_cut_found_is_the_best_of_all_cuts():
    rng = np.random.default_rng(4)
    for _ in range(300):
        size = int(rng.integers(4, 12))
        values, marks = rng.integers(0, 6, size) / 10, rng.random(size) < 0.5
        cut = threshold(marked(values, marks))
        if cut is None:
            continue
        worst = min(int((marks != (values >= each)).sum()) for each in values)
        assert len(cut.exceptions) == worst


@pytest.mark.parametrize("exceptions", [0, 1])
def test_the_chance_of_a_cut_is_never_stated_too_small(exceptions):
    # every arrangement of nine marks among twelve, against what is stated for it
    values = [0.9, 0.8, 0.8, 0.7, 0.6, 0.6, 0.5, 0.4, 0.4, 0.3, 0.2, 0.1]
    cuts = [
        threshold(marked(values, [place not in without for place in range(12)]))
        for without in combinations(range(12), 3)
    ]
    as_good = sum(len(cut.exceptions) <= exceptions for cut in cuts) / len(cuts)
    stated = {cut.chance for cut in cuts if len(cut.exceptions) == exceptions}
    assert len(stated) == 1
    assert as_good <= stated.pop() <= 2 * as_good


def test_marks_given_without_regard_to_confidence_are_seldom_called_a_threshold():
    rng = np.random.default_rng(5)
    called = 0
    for _ in range(2_000):
        marks = rng.permutation([1] * 9 + [0] * 3)
        cut = threshold(marked(rng.random(12), marks))
        called += len(cut.exceptions) <= 1 and cut.chance <= 0.05
    assert called <= 0.05 * 2_000


def test_marks_that_repeat_the_confidence_are_said_with_the_place_of_the_cut():
    rows = [(f"Claim number {n} stands here.", "yes" if n > 3 else "no", f"0.{n}")
            for n in range(1, 9)]  # fmt: skip
    found = only(report_text(rows), "verified-is-threshold")
    assert "0.4 or more for 8 of 8" in found.message
    assert f"{100 / comb(8, 5):.2g} %" in found.message


def test_the_reading_of_a_report_is_not_changed_by_judging_it():
    text = report_text()
    assert judge(text).report == read(text)
