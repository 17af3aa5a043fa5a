import re
from dataclasses import replace

import numpy as np
import pytest
from conftest import made_up_study
from made_up_rungs import made_up_rungs

from crosslab import deviations
from crosslab.arms import ARMS, REAL_ARMS
from crosslab.contrasts import answered
from crosslab.deviations import (
    Deviation,
    Measured,
    Spread,
    answers_for,
    arms_of,
    ledger,
    measured,
)
from crosslab.errors import UsageError
from crosslab.experiments import EXPERIMENTS, REAL_EXPERIMENTS
from crosslab.scales import study_config

BOTH = ("transfer-paraphrase", "transfer-nli")
SHARES = {
    "standard": 0.6,
    "smoothing-synonyms": 0.7,
    "smoothing-synonyms-static": 0.66,
    "clean-matched": 0.62,
}
ENTRY = {
    "id": "a-b",
    "topic": "T",
    "released": {"says": "s", "source": "s", "mark": "SEEN"},
    "ours": "o",
    "why": "w",
    "effect": {"kind": "gain-of-arms", "treated": "smoothing-synonyms", "control": "standard"},
}
PAIR = {"treated": "smoothing-synonyms", "control": "standard"}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    store = made_up_study(
        tmp_path_factory.mktemp("s"), accuracies=SHARES, experiments=BOTH, seeds=3
    )
    return answered(store, "smoke", arms=tuple(SHARES))


def effect_of(found, effect, task="nli"):
    entry = Deviation.model_validate({**ENTRY, "effect": effect})
    (row,) = measured([entry], {entry.id: found}, level=0.95)
    return row.effects[task]


def for_all(found):
    return {each.id: found for each in ledger()}


def test_a_gain_of_arms_is_the_first_minus_the_second(found):
    outcomes = found.outcomes["nli", "last"]
    expected = outcomes.gain(*PAIR.values(), outcomes.same_language()).mean()
    effect = effect_of(found, {"kind": "gain-of-arms", **PAIR})
    assert effect.estimate == pytest.approx(expected)
    assert effect.low < effect.estimate < effect.high
    swapped = {"kind": "gain-of-arms", "treated": "standard", "control": "smoothing-synonyms"}
    assert effect_of(found, swapped).estimate == pytest.approx(-expected)


def test_the_two_tasks_are_apart(found):
    effect = {"kind": "gain-of-arms", **PAIR}
    assert effect_of(found, effect, "nli") != effect_of(found, effect, "paraphrase")


def test_a_checkpoint_effect_is_one_rule_minus_the_other(found):
    effect = {"kind": "checkpoint", **PAIR, "checkpoint": "best-source-dev", "than": "last"}
    early, late = (found.outcomes["nli", each] for each in ("best-source-dev", "last"))
    cells = late.same_language()
    expected = early.gain(*PAIR.values(), cells).mean() - late.gain(*PAIR.values(), cells).mean()
    assert effect_of(found, effect).estimate == pytest.approx(expected)


def test_a_checkpoint_effect_without_control_is_one_of_accuracy(found):
    effect = {"kind": "checkpoint", "treated": "standard", "control": None}
    rules = {"checkpoint": "oracle", "than": "best-source-dev"}
    # the made-up answers of the earlier checkpoint are the later ones with a tenth turned over
    assert effect_of(found, {**effect, **rules}).estimate > 1
    assert effect_of(found, {**effect, "checkpoint": "oracle", "than": "last"}).estimate == 0


def test_an_average_effect_is_one_average_minus_the_other(found):
    outcomes = found.outcomes["nli", "last"]
    effect = {"kind": "average", **PAIR, "setting": "all-pairs", "than": "mixed-language"}
    everything = outcomes.gain(*PAIR.values(), np.ones((3, 3), dtype=bool)).mean()
    mixed = outcomes.gain(*PAIR.values(), outcomes.mixed_language()).mean()
    assert effect_of(found, effect).estimate == pytest.approx(everything - mixed)


def test_seeds_give_what_each_alone_would_have_reported(found):
    outcomes = found.outcomes["nli", "last"]
    alone = outcomes.gain(*PAIR.values(), outcomes.same_language()).mean(axis=1)
    effect = effect_of(found, {"kind": "seeds", **PAIR})
    expected = (alone.min(), alone.max(), alone.std(ddof=1))
    assert effect[:3] == pytest.approx(expected)
    assert effect.seeds == len(alone) == 3


def test_answers_of_rung_bench_are_read_where_there_are_any(tmp_path):
    released = {"smoothing-synonyms": 0.8, "smoothing-synonyms-released": 0.9}
    store = made_up_rungs(tmp_path, {("nli", "graft+pairs"): released})
    made_up_study(tmp_path, experiments=BOTH, seeds=2)
    found = answers_for(ledger(), store, "smoke")
    rows = {row.deviation.id: row.effects for row in measured(ledger(), found, level=0.95)}
    effect = rows["keys-and-split"]["nli"]
    assert effect.low < 10 < effect.high
    assert effect.seeds == 3
    assert rows["keys-and-split"]["paraphrase"] is None
    assert rows["plain-first"]["nli"] is None  # the other arm of it was not run


def test_what_one_arm_has_not_run_yet_takes_nothing_from_the_effects_of_others(tmp_path):
    shares = dict.fromkeys(REAL_EXPERIMENTS["transfer-nli"].arms, 0.8)
    begun = {"smoothing-synonyms-throughout": (100,)}
    store = made_up_rungs(tmp_path, {("nli", "graft+pairs"): shares}, seeds=begun, slow={101})
    made_up_study(tmp_path, experiments=BOTH, seeds=2)
    found = answers_for(ledger(), store, "smoke")
    rows = {row.deviation.id: row.effects for row in measured(ledger(), found, level=0.95)}
    assert rows["plain-first"]["nli"] is None  # one seed has no spread
    assert (rows["keys-and-split"]["nli"].seeds, rows["keys-and-split"]["nli"].collapsed) == (3, 1)


def test_a_folder_without_real_languages_has_no_effects_of_them(tmp_path):
    store = made_up_study(tmp_path, experiments=BOTH, seeds=2)
    found = answers_for(ledger(), store, "smoke")
    assert not {"keys-and-split", "plain-first"} & set(found)
    assert "updates" in found


def test_an_arm_that_was_not_run_leaves_its_row_without_a_number(found):
    effect = {"kind": "gain-of-arms", "treated": "adversarial", "control": "standard"}
    assert effect_of(found, effect) is None


def test_the_ledger_is_measured_even_if_nothing_was_run(found):
    nothing = replace(found, outcomes={})
    rows = measured(ledger(), for_all(nothing), level=0.95)
    assert len(rows) == len(ledger())
    assert not any(each for row in rows for each in row.effects.values())


def test_one_seed_has_no_interval_and_no_spread(tmp_path):
    store = made_up_study(tmp_path, seeds=1, experiments=BOTH)
    lone = answered(store, "smoke", arms=arms_of(ledger()))
    rows = measured(ledger(), for_all(lone), level=0.95)
    assert not any(each for row in rows for each in row.effects.values())


def test_every_effect_of_the_ledger_that_was_run_has_its_kind_of_number(found):
    for row in measured(ledger(), for_all(found), level=0.95):
        kind = row.deviation.effect.kind
        for effect in row.effects.values():
            if effect is not None:
                assert isinstance(effect, Spread if kind == "seeds" else Measured)
    kinds = [each.effect.kind for each in ledger()]
    assert {"gain-of-arms", "checkpoint", "average", "seeds", "not-measured"} == set(kinds)


def test_the_ledger_names_arms_that_experiments_have():
    assert set(arms_of(ledger())) <= set(ARMS)
    assert all(set(EXPERIMENTS[name].arms) >= set(arms_of(ledger())) for name in BOTH)
    assert set(REAL_EXPERIMENTS["transfer-nli"].arms) >= set(arms_of(ledger(), "bench"))


def test_what_the_ledger_says_of_the_lab_is_what_the_lab_is_set_to():
    lab = study_config("lab")
    ours = {each.id: each.ours for each in ledger()}
    copies, tuned = lab.methods.copies, lab.finetune
    longer = copies.copies * copies.epochs / tuned.epochs
    for name, said in {
        "frozen-copies": f"{copies.copies} fixed copies, {copies.epochs} times",
        "updates": f"{longer} times as many",
        "checkpoint-rule": f"{tuned.checkpoints} evenly spaced looks",
        "test-scored-in-training": f"{tuned.oracle_items} dev items",
        "one-seed": f"{lab.seeds} seeds",
        "diagonal-in-average": f"{len(lab.lab.languages) * len(lab.lab.targets)} pairs",
        "adversarial-missing": f"ball of {lab.methods.adversarial.radius} of",
        "random-perturbation-missing": f"ball of {lab.methods.smoothing_noise.radius} of",
        "encoder": f"{lab.encoder.layers} layers and hidden size {lab.encoder.hidden}",
        "data": f"{lab.task.train:,} source pairs and {lab.task.test:,} test items",
        "learning-rate-and-epochs": (
            f"{tuned.optimizer.learning_rate} and {tuned.epochs} epochs, {copies.epochs} of"
        ),
        "batch-size": f"{tuned.batch} pairs",
        "schedule": (
            f"{tuned.optimizer.warm_up_steps} updates of warm-up, weight decay "
            f"{tuned.optimizer.weight_decay}, gradients clipped at {tuned.optimizer.clip_norm}"
        ),
    }.items():
        assert said in ours[name], name
    assert f"{lab.methods.adversarial.steps} step," in ours["adversarial-missing"]


def test_what_the_ledger_says_of_real_languages_is_what_they_are_set_to():
    bench = study_config("bench")
    said = {each.id: each.bench for each in ledger()}
    paraphrase, nli = bench.tasks["paraphrase"], bench.tasks["nli"]
    one, other = paraphrase.finetune, nli.finetune
    ways = [1 + len(each.targets) for each in (paraphrase, nli)]
    mixed = [each**2 - each for each in ways]
    longer = {
        each.copies.copies * each.copies.epochs / each.finetune.epochs for each in (paraphrase, nli)
    }
    assert len(longer) == 1
    witness = bench.tasks["nli-scratch"].finetune
    for name, words in {
        "updates": f"{longer.pop()} times as many updates",
        "checkpoint-rule": f"{one.checkpoints} evenly spaced looks",
        "one-seed": f"{bench.barred_seeds} seeds for the two arms that bars compare, {bench.seeds}",
        "diagonal-in-average": f"{mixed[0]} pairs of two different languages on PAWS-X, "
        f"{mixed[1]} on XNLI",
        "adversarial-missing": f"ball of {bench.methods.adversarial.radius},",
        "encoder": f"{len(bench.graft.languages)} more languages",
        "data": f"{nli.test:,} items of either; trained on {paraphrase.train:,} PAWS-Wiki pairs "
        f"and {nli.train:,} NLI pairs",
        "language-pairs": f"{ways[0]} x {ways[0]} and {ways[1]} x {ways[1]} pairs; of the mixed "
        f"ones each item is asked in {nli.pairs_per_item}",
        "learning-rate-and-epochs": f"{one.optimizer.learning_rate} and {one.epochs} epochs on "
        f"PAWS-X, {other.optimizer.learning_rate} and {other.epochs} on XNLI",
        "batch-size": f"{one.batch} pairs",
        "schedule": f"{one.optimizer.warm_up_steps} updates of warm-up on PAWS-X, "
        f"{other.optimizer.warm_up_steps} on XNLI",
        "length": f"{bench.longest_input} sub-words",
    }.items():
        assert words in said[name], name
    for name, words in {
        "learning-rate-and-epochs": f"{witness.optimizer.learning_rate} and {witness.epochs} for",
        "schedule": f"{witness.optimizer.warm_up_steps} for the encoder made from nothing; weight "
        f"decay {one.optimizer.weight_decay}, gradients clipped at {one.optimizer.clip_norm}",
        "encoder": "6 layers and hidden size 384",
        "test-scored-in-training": "No oracle",
        "frozen-copies": "No arm has copies",
    }.items():
        assert words in said[name], name
    small = bench.scratch.encoder
    assert f"{small.layers} layers and hidden size {small.hidden}, made from" in said["encoder"]
    assert [each.frozen_embeddings for each in (one, other, witness)] == [True, True, False]
    assert [each.precision for each in (one, other, witness)] == ["bfloat16"] * 2 + ["float32"]
    assert (one.batch, one.checkpoints) == (other.batch, other.checkpoints)
    assert {each.finetune.oracle_items for each in bench.tasks.values()} == {None}
    assert paraphrase.test == nli.test
    assert not [arm for arm in REAL_ARMS if "static" in arm]
    assert bench.methods.smoothing_noise == study_config("lab").methods.smoothing_noise
    assert bench.methods.smoothing_synonyms.plain_share == 0.5
    assert "first half" in said["plain-first"]


def test_the_counts_of_updates_follow_from_the_published_sizes():
    (says,) = (each.released.says for each in ledger() if each.id == "updates")
    numbers = [int(each.replace(",", "")) for each in re.findall(r"\d+,\d+", says)]
    pawsx, xnli = 49_401, 392_702
    assert numbers == [
        int(pawsx * 10 * 3 / 32),
        round(pawsx * 5 / 32),
        round(xnli * 3 / 32),
        round(xnli * 5 / 32),
    ]
    assert f"{numbers[0] / numbers[1]:.1f} times" in says
    assert f"{numbers[2] / numbers[3]:.1f} times" in says


def test_every_problem_of_the_ledger_is_reported(tmp_path, monkeypatch):
    path = tmp_path / "deviations.yaml"
    path.write_text("deviations:\n  - {id: A, topic: t}\n  - {id: b, effect: {kind: guess}}\n")
    monkeypatch.setattr(deviations, "LEDGER", path)
    with pytest.raises(UsageError) as refusal:
        ledger()
    assert len(refusal.value.problems) > 6
    assert any("entry 2: effect" in problem for problem in refusal.value.problems)


def test_an_id_names_one_difference(tmp_path, monkeypatch):
    path = tmp_path / "deviations.yaml"
    text = deviations.LEDGER.read_text()
    path.write_text(text.replace("id: updates", "id: frozen-copies"))
    monkeypatch.setattr(deviations, "LEDGER", path)
    with pytest.raises(UsageError, match="2 entries have the id 'frozen-copies'"):
        ledger()


@pytest.mark.parametrize("text", [None, "- a\n", "deviations: {\n", "deviations:\n"])
def test_a_ledger_that_cannot_be_read_is_one_line(tmp_path, monkeypatch, text):
    path = tmp_path / "deviations.yaml"
    if text is not None:
        path.write_text(text)
    monkeypatch.setattr(deviations, "LEDGER", path)
    with pytest.raises(UsageError, match="cannot be read") as refusal:
        ledger()
    assert len(refusal.value.problems) == 1
