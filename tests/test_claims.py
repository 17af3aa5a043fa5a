import pytest
from conftest import made_up_study

from crosslab import claims
from crosslab.book.render import verdict_table
from crosslab.claims import bars, judged, verdict
from crosslab.errors import UsageError
from crosslab.evidence import gathered
from crosslab.records import Store

(BAR,) = bars()
(CLAIM,) = (each for each in claims.claims() if each.claim_id == BAR.claim_id)


def verdict_on(root, standard, smoothed, **options):
    shares = {"standard": standard, "smoothing-synonyms": smoothed}
    store = made_up_study(root, scale="lab", accuracies=shares, items=300, **options)
    return verdict(CLAIM, BAR, gathered(store, "lab", BAR.experiment))


def test_a_clear_gain_confirms_the_direction_and_never_the_figure(tmp_path):
    found = verdict_on(tmp_path, 0.6, 0.75)
    assert found.replication == "direction-only"
    assert found.estimate == pytest.approx(15, abs=2)
    assert found.interval[0] > 0
    assert found.tests["direction"]["p_one_sided"] < 0.001


def test_a_clear_loss_contradicts(tmp_path):
    found = verdict_on(tmp_path, 0.75, 0.6)
    assert found.replication == "contradicted"
    assert found.interval[1] < 0
    assert found.tests["direction"]["p_one_sided"] > 0.999


def test_no_difference_between_noisy_arms_is_inconclusive(tmp_path):
    found = verdict_on(tmp_path, 0.7, 0.7)
    assert found.replication == "inconclusive"
    assert found.interval[0] < 0 < found.interval[1]


def test_a_missing_run_makes_a_verdict_inconclusive_and_is_named(tmp_path):
    found = verdict_on(
        tmp_path, 0.5, 0.9, leave_out=lambda unit: unit.seed == 3 and unit.arm == "standard"
    )
    assert found.replication == "inconclusive"
    assert "transfer-paraphrase standard seed 3" in found.reason


def test_a_rehearsal_decides_nothing_however_clear_the_numbers(tmp_path):
    store = made_up_study(tmp_path, accuracies={"standard": 0.5, "smoothing-synonyms": 0.9})
    (found,) = judged(store, "smoke")
    assert found.replication == "inconclusive"
    assert "rehearsal" in found.reason


@pytest.mark.parametrize("seeds", [9, 11])
def test_other_than_the_seeds_that_were_asked_for_decide_nothing(tmp_path, seeds):
    shares = {"standard": 0.5, "smoothing-synonyms": 0.9}
    store = made_up_study(tmp_path, scale="lab", accuracies=shares, seeds=seeds)
    (found,) = judged(store, "lab")
    assert found.replication == "inconclusive"
    assert f"{seeds} seeds, and the bar asks for 10" in found.reason


def test_a_single_complete_seed_is_not_measured_and_does_not_stop_the_table(tmp_path):
    store = made_up_study(tmp_path, scale="lab", leave_out=lambda unit: unit.seed > 0)
    (found,) = judged(store, "lab")
    assert found.estimate is None
    assert "runs are missing" in found.reason
    assert "not measured" in verdict_table([found])


def test_arms_that_gave_the_same_answers_are_no_evidence(tmp_path):
    found = verdict_on(tmp_path, 1.0, 1.0)
    assert found.replication == "inconclusive"
    assert "same answers" in found.reason


def test_a_verdict_names_every_record_it_rests_on(tmp_path):
    found = verdict_on(tmp_path, 0.6, 0.75)
    assert len(found.records) == 2 * BAR.seeds
    assert all((tmp_path / folder / "record.json").exists() for folder in found.records)


def test_the_two_halves_of_a_verdict_do_not_touch(tmp_path):
    gain, loss = (
        verdict_on(tmp_path / n, *a) for n, a in {"a": (0.6, 0.75), "b": (0.75, 0.6)}.items()
    )
    assert gain.literature == loss.literature == CLAIM.literature.stance


def test_the_claim_is_quoted_at_its_place_in_the_report():
    for claim in claims.claims():
        for place in claim.found_in:
            assert place.end - place.start == len(claim.quote)
            assert len(place.sha256) == 64


def test_every_problem_in_a_file_of_claims_is_reported(tmp_path, monkeypatch):
    path = tmp_path / "bars.yaml"
    path.write_text("bars:\n  - {claim_id: x, level: high}\n")
    monkeypatch.setattr(claims, "BARS", path)
    with pytest.raises(UsageError) as refusal:
        claims.bars()
    assert len(refusal.value.problems) > 5
    assert all("bars.yaml, entry 1" in problem for problem in refusal.value.problems)


def test_a_file_of_claims_that_is_missing_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(claims, "REGISTRY", tmp_path / "none.yaml")
    with pytest.raises(UsageError, match=r"none\.yaml"):
        claims.claims()


def test_no_study_no_verdict(tmp_path):
    with pytest.raises(Exception, match="no study at scale"):
        judged(Store(tmp_path), "lab")
