"""The bench scale from end to end on made-up data: grafting, fine-tuning, answers, records."""

import shutil
from dataclasses import replace
from itertools import product

import pyarrow.parquet as pq
import pytest
import torch
from made_up_bench import TARGETS, tiny
from made_up_data import word_in, write_made_up_data
from made_up_english import write_made_up_english

from crosslab import training
from crosslab.arms import ALIGNING, CLAIMED_ARMS, REAL_ARMS, ROBUST, THROUGHOUT
from crosslab.bookmarks import bookmark_file
from crosslab.clocks import Seconds
from crosslab.errors import DataError, StoreError
from crosslab.experiments import GRAFT, GRAFT_PAIRS, SCRATCH, SOURCE_DEV, STEPS
from crosslab.grafting.english import english_folder
from crosslab.grafting.saved import ENCODERS, WEIGHTS, load_grafted
from crosslab.identity.data import revisions_of
from crosslab.making import real
from crosslab.making.made import summary
from crosslab.pretrained import checkpoint_hashes, load_pretrained
from crosslab.records import Store
from crosslab.running import run
from crosslab.runs import chosen_runs, planned_runs
from crosslab.scales import SCALES, study_config


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_made_up_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module", autouse=True)
def tiny_bench(tmp_path_factory, one_thread):
    folder = tmp_path_factory.mktemp("packages")
    english = write_made_up_english(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.setitem(SCALES, "bench", tiny(english))
        yield


@pytest.fixture(scope="module")
def root(tmp_path_factory, tiny_bench, data):
    """A results folder with all encoders."""
    folder = tmp_path_factory.mktemp("results")
    run("pretraining", "bench", arms=(*STEPS, SCRATCH), seed=0, results=str(folder), data=str(data))
    return folder


@pytest.fixture(scope="module")
def made(root, data):
    """Returns the record of a run, which is made unless it is there, and its answers."""

    def make(experiment, arm, seed=100):
        run(experiment, "bench", arms=[arm], seed=seed, results=str(root), data=str(data))
        (planned,) = chosen_runs(
            experiment, "bench", (arm,), (seed,), revisions_of("bench", str(data))
        )
        return Store(root).record(planned.unit), Store(root).answers(planned.unit)

    return make


def encoder_run_of(step, data):
    (planned,) = chosen_runs("pretraining", "bench", (step,), (), revisions_of("bench", str(data)))
    return planned


# Encoders


@pytest.mark.parametrize("step", STEPS)
def test_a_step_records_how_words_and_sentences_line_up_in_every_language(root, data, step):
    planned = encoder_run_of(step, data)
    store = Store(root)
    record, words = store.record(planned.unit), store.answers(planned.unit)
    assert set(words["first"]) == set(TARGETS)
    right = (words["prediction"] == words["gold"]).groupby(words["first"], observed=True).mean()
    assert record.metrics["word_translation"] == pytest.approx(right.mean())
    sentences = pq.read_table(store.folder(planned.unit) / "sentences.parquet").to_pandas()
    assert set(zip(sentences["kind"], sentences["first"], strict=True)) == set(
        product(("tatoeba", "flores"), TARGETS)
    )
    assert 0 < record.metrics["distance: flores"] < 2


def test_a_step_puts_sentences_of_every_language_on_a_map(root, data):
    planned = encoder_run_of(GRAFT_PAIRS, data)
    path = Store(root).folder(planned.unit) / "map.parquet"
    found = pq.read_table(path).to_pandas()
    assert set(found["language"]) == {"en", *TARGETS}
    assert set(found.groupby("item").size()) == {1 + len(TARGETS)}
    english = found[found["language"] == "en"]
    assert english[["across", "up"]].mean().abs().max() < 1e-3  # the middle of the map
    assert english["across"].var() >= english["up"].var()  # the longer way lies flat


def test_each_step_begins_where_the_one_before_ended(data):
    runs = [encoder_run_of(step, data) for step in STEPS]
    assert [[each.fingerprint for each in one.parents] for one in runs] == [
        [],
        [runs[0].unit.fingerprint],
        [runs[1].unit.fingerprint],
    ]


def loaded(root, data, step):
    folder = root / ENCODERS / encoder_run_of(step, data).unit.fingerprint
    return load_grafted(folder, english_folder(study_config("bench").graft.english))


def test_the_graft_and_its_training_on_text_leave_english_and_the_body_as_they_were(root, data):
    one, two = (loaded(root, data, step) for step in STEPS[:2])
    pieces = one.vocabulary.pieces.get_vocab_size()
    before, after = one.encoder.state_dict(), two.encoder.state_dict()
    table = "embeddings.word_embeddings.weight"
    changed = {name for name in before if not before[name].equal(after[name])}
    assert changed == {table}
    assert before[table][:pieces].equal(after[table][:pieces])
    assert not before[table][pieces:].equal(after[table][pieces:])


def test_training_on_pairs_brings_sentences_nearer_to_their_english(root, data):
    def apart(step):
        record = Store(root).record(encoder_run_of(step, data).unit)
        return record.metrics["distance: tatoeba"]

    assert apart(GRAFT_PAIRS) < 0.8 * apart(GRAFT)


def test_an_encoder_whose_weights_are_gone_is_made_again_to_the_last_bit(root, data, made):
    folder = root / ENCODERS / encoder_run_of(GRAFT, data).unit.fingerprint
    before = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).unlink()
    made("transfer-nli-graft", "standard")
    assert (folder / WEIGHTS).read_bytes() == before


def test_an_encoder_with_other_weights_than_recorded_is_refused(root, data, made):
    folder = root / ENCODERS / encoder_run_of(GRAFT, data).unit.fingerprint
    before = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(before[:-4] + b"\0\0\0\1")
    try:
        with pytest.raises(StoreError, match=r"model\.safetensors is not what"):
            made("transfer-nli-graft", "smoothing-noise")
    finally:
        (folder / WEIGHTS).write_bytes(before)


def test_an_encoder_from_scratch_is_published_with_its_record_and_read_from_there(
    root, data, made, tmp_path
):
    planned = encoder_run_of(SCRATCH, data)
    store = Store(root)
    record, folder = store.record(planned.unit), store.folder(planned.unit)
    assert {"config.json", "tokenizer.json", WEIGHTS} <= set(record.files)
    assert record.metrics["encoder"] == checkpoint_hashes(folder)
    assert not (root / ENCODERS / planned.unit.fingerprint).exists()
    elsewhere = Store(tmp_path)  # where nothing of it was made
    elsewhere.take(folder)
    asked = {"arms": ["standard"], "seed": 100, "data": str(data)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crosslab.making.encoders.pretrained_from_scratch", None)
        run("transfer-nli-scratch", "bench", results=str(tmp_path), **asked)
    one, answers = made("transfer-nli-scratch", "standard")
    assert one.parents == [planned.unit.fingerprint]
    assert answers.equals(elsewhere.answers(one.unit))


def test_an_encoder_from_scratch_that_was_altered_is_refused(root, data, tmp_path):
    planned = encoder_run_of(SCRATCH, data)
    store = Store(tmp_path)
    store.take(Store(root).folder(planned.unit))
    weights = store.folder(planned.unit) / WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-4] + b"\0\0\0\1")
    asked = {"arms": ["standard"], "seed": 100, "data": str(data), "results": str(tmp_path)}
    with pytest.raises(StoreError, match="is missing or damaged"):
        run("transfer-nli-scratch", "bench", **asked)


def test_an_encoder_from_scratch_that_was_killed_goes_on_where_it_stood(root, data, tmp_path):
    planned, done = encoder_run_of(SCRATCH, data), []
    asked = {"arms": [SCRATCH], "results": str(tmp_path), "data": str(data)}

    def killed(*arguments, **named):
        def after(update):
            done.append(update)
            if done == [1, 2, 3, 4, 5]:
                raise KeyboardInterrupt

        return training.train(*arguments, **named, after=after)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crosslab.making.encoders.EVERY", 2)
        patch.setattr("crosslab.scratch.train", killed)
        with pytest.raises(KeyboardInterrupt):
            run("pretraining", "bench", seed=0, **asked)
        assert bookmark_file(tmp_path, planned.unit).exists()
        run("pretraining", "bench", seed=0, **asked)
    assert done == [1, 2, 3, 4, 5, 5, 6]  # what came after the last bookmark is done again
    assert not bookmark_file(tmp_path, planned.unit).exists()
    one, other = (Store(each).record(planned.unit) for each in (root, tmp_path))
    assert one.metrics == other.metrics  # hashes of weights and pieces, losses, what lines up


def test_the_words_of_an_encoder_from_scratch_are_those_of_all_languages(root, data):
    loaded = load_pretrained(Store(root).folder(encoder_run_of(SCRATCH, data).unit))
    german, chinese = (word_in(key, "garden") for key in TARGETS)
    for language, word in (("en", "garden"), ("de", german), ("zh", chinese)):
        assert loaded.vocabulary.knows(word, language)
    assert 5 < loaded.encoder.get_input_embeddings().weight.shape[0] <= 300


# Arms


@pytest.mark.parametrize("arm", REAL_ARMS)
@pytest.mark.parametrize("experiment", ["transfer-paraphrase", "transfer-nli"])
def test_every_arm_answers_in_every_pair_of_languages(made, experiment, arm):
    record, answers = made(experiment, arm)
    languages = ("en", *TARGETS)
    cells = answers.groupby(["first", "second"], observed=True).size().to_dict()
    items = answers["item"].nunique()
    assert set(cells) == set(product(languages, repeat=2))
    for pair, asked in cells.items():
        # two of six mixed pairs for each item: a third of the items in each
        assert asked == (items if pair[0] == pair[1] else pytest.approx(items / 3, abs=1))
    mixed = answers[answers["first"] != answers["second"]]
    assert set(mixed.groupby("item", observed=True).size()) == {2}
    assert {k: v for k, v in record.metrics.items() if "accuracy" in k and "dev" not in k} == (
        summary(answers, "en")
    )


@pytest.mark.parametrize(
    ("experiment", "arm", "read", "beside"),
    [
        ("retrieval-attack", "hybrid-batch", {"lareqa", "neighbours", "dictionaries"}, "attacks"),
        (
            "retrieval-domains",
            "domain-adversarial-hybrid-batch",
            {"lareqa", "flores", "tico19", "tatoeba", "tatoeba-mt"},
            "probe",
        ),
    ],
)
def test_searches_begin_with_the_graft_and_record_what_they_read(  # noqa: PLR0913, PLR0917
    made, data, experiment, arm, read, beside
):
    record, answers = made(experiment, arm, seed=300)
    assert record.parents == [encoder_run_of(GRAFT, data).unit.fingerprint]
    assert set(record.settings["data"]) == read
    searches, *cards = record.data
    assert {card.name for card in cards} == read
    assert searches.details["learned"] > 0
    assert [each["key"] for each in searches.details["languages"]] == ["en", *TARGETS]
    assert f"{beside}.parquet" in record.files
    questions = answers[answers["item"].astype(str).str.match("test-|within-")]
    same = questions["first"].astype(str) == questions["second"].astype(str)
    expected = (1 / questions["rank"][same]).mean()
    assert record.metrics["within_languages"] == pytest.approx(expected)


def test_searches_know_their_settings_and_what_an_arm_is_told_alone():
    def settings_of(experiment, arm):
        (planned,) = chosen_runs(experiment, "bench", (arm,), (300,))
        return planned.settings["searches"]

    assert "told" in settings_of("retrieval-domains", "domain-adversarial")
    assert "told" not in settings_of("retrieval-domains", "contrastive-mono")
    assert "attack" not in settings_of("retrieval-domains", "contrastive-mono")
    assert "robust_noise" in settings_of("retrieval-attack", "hybrid-batch-noise")
    assert "robust_noise" not in settings_of("retrieval-attack", "hybrid-batch")


def test_an_item_has_one_gold_label_whatever_it_is_asked_in(made):
    _, answers = made("transfer-nli", "standard")
    assert set(answers.groupby("item", observed=True)["gold"].nunique()) == {1}
    assert len(set(answers["gold"])) == 3


def test_items_never_translated_are_left_out_everywhere_and_counted(made):
    record, answers = made("transfer-paraphrase", "standard")
    (card,) = (each for each in record.data if each.name == "real-paraphrase")
    gone = card.details["left_out"]["test"]["items"]
    assert gone > 0
    assert answers["item"].nunique() == min(20, 24 - gone)


@pytest.mark.parametrize("arm", [each for each in (*REAL_ARMS, THROUGHOUT) if each != "standard"])
def test_no_arm_learns_what_standard_learns(made, arm):
    standard, other = (made("transfer-nli", each)[0] for each in ("standard", arm))
    assert standard.metrics["final_loss"] != other.metrics["final_loss"]


def test_synonyms_throughout_are_not_synonyms_in_the_second_half(made):
    half, throughout = (made("transfer-nli", arm)[0] for arm in ("smoothing-synonyms", THROUGHOUT))
    assert half.settings["method"] == {"plain_share": 0.5}
    assert throughout.settings["method"] == {"plain_share": 0.0}
    assert half.metrics["final_loss"] != throughout.metrics["final_loss"]


def test_the_same_run_is_made_once(made):
    one, _ = made("transfer-nli", "standard")
    again, _ = made("transfer-nli", "standard")
    assert one == again


def test_the_two_encoders_give_different_answers(made):
    aligned, placed = (made(name, "standard")[0] for name in ("transfer-nli", "transfer-nli-graft"))
    assert aligned.parents != placed.parents
    assert aligned.metrics["final_loss"] != placed.metrics["final_loss"]


# Plans


def test_a_plan_without_data_is_that_of_the_published_data():
    units = [each.unit for each in planned_runs("bench")]
    config = study_config("bench")
    more = 2 * (config.barred_seeds - config.seeds)  # of the two arms that a bar compares
    arms = 2 * len(REAL_ARMS) + 1 + 3 * len(CLAIMED_ARMS)  # the third: the encoder from scratch
    searched = (len(ALIGNING) + len(ROBUST) + 5) * config.searches.seeds
    expected = len(STEPS) + 1 + arms * config.seeds + 2 * more + searched
    assert len(units) == len(set(units)) == expected


def test_other_data_make_other_runs(data):
    published = {each.unit for each in planned_runs("bench")}
    own = {each.unit for each in planned_runs("bench", revisions_of("bench", str(data)))}
    assert not published & own


def test_a_folder_without_what_a_run_reads_is_refused(tmp_path):
    with pytest.raises(DataError, match="manifest"):
        run("pretraining", "bench", arms=[GRAFT], seed=0, results=str(tmp_path), data=str(tmp_path))


def test_an_arm_asks_for_its_encoder(tmp_path, data):
    with pytest.raises(StoreError, match="crosslab run pretraining --scale bench"):
        run(
            "transfer-nli",
            "bench",
            arms=["standard"],
            seed=100,
            results=str(tmp_path),
            data=str(data),
        )


def test_settings_are_chosen_on_source_dev_items_alone_and_under_other_seeds():
    tuning = planned_runs("bench-tuning")
    assert {each.unit.arm for each in tuning if each.unit.experiment == "pretraining"} == {GRAFT}
    assert {each.settings["evaluation"] for each in tuning[1:]} == {SOURCE_DEV}
    published = set(study_config("bench").seed_range)
    assert not published & set(study_config("bench-tuning").seed_range)


def test_a_run_for_choosing_settings_answers_dev_items_of_the_source_and_no_others(
    tmp_path, data, monkeypatch
):
    monkeypatch.setitem(
        SCALES, "bench-tuning", replace(study_config("bench"), scale="bench-tuning", first_seed=0)
    )
    for experiment, arm in (("pretraining", GRAFT), ("tuning-nli", "smoothing-noise-radius-0.3")):
        run(experiment, "bench-tuning", arms=[arm], seed=0, results=str(tmp_path), data=str(data))
    (planned,) = chosen_runs(
        "tuning-nli",
        "bench-tuning",
        ("smoothing-noise-radius-0.3",),
        (0,),
        revisions_of("bench-tuning", str(data)),
    )
    answers = Store(tmp_path).answers(planned.unit)
    assert set(zip(answers["first"], answers["second"], strict=True)) == {("en", "en")}
    assert set(answers["item"]) == {f"dev-{number:05d}" for number in range(24)}


def test_a_run_that_was_killed_goes_on_inside_itself_and_leaves_no_bookmark(
    root, data, tmp_path, monkeypatch
):
    shutil.copytree(root, tmp_path / "results")
    store = Store(tmp_path / "results")
    (planned,) = chosen_runs(
        "transfer-nli", "bench", ("consistency",), (103,), revisions_of("bench", str(data))
    )
    monkeypatch.setattr(real, "EVERY", 1)
    asked = {"arms": ["consistency"], "seed": 103, "results": str(store.root), "data": str(data)}
    with monkeypatch.context() as patch:
        patch.setattr(real, "_answers", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run("transfer-nli", "bench", **asked)
    assert bookmark_file(store.root, planned.unit).exists()
    updates = []
    step = torch.optim.AdamW.step
    with monkeypatch.context() as patch:
        patch.setattr(real, "seconds_kept", lambda *_: Seconds(5000, 4000))
        patch.setattr(
            torch.optim.AdamW, "step", lambda *a, **k: (updates.append(1), step(*a, **k))[1]
        )
        run("transfer-nli", "bench", **asked)
    assert updates == []  # all of them were made before it was killed
    record = store.record(planned.unit)  # says what all sittings took
    assert (record.wall_seconds // 1000, record.cpu_seconds // 1000) == (5, 4)
    assert not bookmark_file(store.root, planned.unit).exists()
    whole = tmp_path / "whole"
    shutil.copytree(root, whole)
    run("transfer-nli", "bench", **{**asked, "results": str(whole)})
    assert store.answers(planned.unit).equals(Store(whole).answers(planned.unit))
