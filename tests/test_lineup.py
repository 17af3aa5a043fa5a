import pytest
from made_up_lineup import made_up_lineup

from crosslab.errors import StoreError
from crosslab.lineup import in_order, lineup
from crosslab.records import Store
from crosslab.scales import study_config

RIGHT = {"graft": {"de": 4, "sw": 6}, "graft+text": {"de": 5, "sw": 5}}


def test_shares_are_counted_per_language_from_the_rows(tmp_path):
    found = lineup(made_up_lineup(tmp_path, RIGHT))
    assert [each.key for each in found.encoders] == ["graft", "graft+text"]
    shares = found.encoders[0].found()
    assert shares.loc["de"].to_dict() == {"words": 40.0, "flores": 40.0, "tatoeba": 40.0}
    assert shares.loc["sw", "words"] == 60.0
    assert found.encoders[0].distance().to_dict() == {"de": 0.5, "sw": 0.5}


def test_languages_stand_in_one_order_whatever_is_found(tmp_path):
    assert lineup(made_up_lineup(tmp_path, RIGHT)).languages == ["de", "sw"]


def test_english_comes_first_and_the_others_as_answers_have_them():
    assert in_order(["zh", "de", "en", "ar"]) == ["en", "ar", "de", "zh"]
    bench = study_config("bench")
    asked = [each.targets for each in bench.tasks.values()]
    for languages in (bench.searches.languages, bench.graft.languages, *asked):
        assert in_order(languages) == list(languages)


def test_an_encoder_that_is_missing_is_named(tmp_path):
    found = lineup(made_up_lineup(tmp_path, RIGHT, leave_out=["graft+text"]))
    assert [unit.arm for unit in found.missing] == ["graft+text"]
    assert found.encoder("graft+text") is None
    assert found.encoder("graft") is found.encoders[0]


def test_without_records_there_is_nothing(tmp_path):
    found = lineup(Store(tmp_path))
    assert (found.encoders, found.missing, found.languages) == ((), (), [])


def test_an_altered_file_is_refused(tmp_path):
    store = made_up_lineup(tmp_path, RIGHT)
    (path, *_) = tmp_path.glob("bench/pretraining/graft/*/sentences.parquet")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(StoreError, match="sentences"):
        lineup(store)
