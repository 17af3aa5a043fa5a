import importlib
import json
import pkgutil
import re
import subprocess
import sys
import tomllib
from collections import Counter

import pytest
import yaml
from conftest import PROJECT

import crosslab
from crosslab.answering import answers_on_every_rung
from crosslab.arms import VARIANTS
from crosslab.chapters import CHAPTERS
from crosslab.experiments import EXPERIMENTS
from crosslab.figures.style import ARM_STYLE
from crosslab.prose.question_tables import answers_table
from crosslab.prose.render import verdict_table
from crosslab.records import Store, read_record
from crosslab.runs import planned_runs
from crosslab.scales import SCALES
from crosslab.verdicts import judged_on_every_rung

MODULES = [
    module.name
    for module in pkgutil.walk_packages(crosslab.__path__, "crosslab.")
    if not module.name.endswith("__main__")
]
README = (PROJECT / "README.md").read_text()


@pytest.mark.parametrize("module", MODULES)
def test_every_module_can_be_imported(module):
    assert importlib.import_module(module).__doc__


@pytest.mark.parametrize(
    "module", ["crosslab.verdicts", "crosslab.figures", "crosslab.book.build", "crosslab.study"]
)
def test_what_reads_records_runs_without_torch(module, tmp_path, monkeypatch):
    for name in ("torch", "transformers", "datasets"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('not installed')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", f"import {module}"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_forbidden_import_breaks_the_contracts(tmp_path):
    # the gate must bite: a copy in which the claims import torch is refused
    import shutil

    shutil.copytree(PROJECT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("*.egg-info"))
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    claims = tmp_path / "src" / "crosslab" / "claims.py"
    claims.write_text("import torch\n" + claims.read_text())
    (tmp_path / "src" / "crosslab" / "utils.py").write_text('"""A drawer for everything."""\n')
    code = "from importlinter.cli import lint_imports_command as run; run()"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, 'src'); {code}", "--no-cache"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "crosslab.claims" in done.stdout or "2 broken" in done.stdout


def test_the_map_in_the_readme_is_true_and_complete():
    mapped = re.findall(r"^\| `([^`]+)` \|", README, re.MULTILINE)
    assert [path for path in mapped if not (PROJECT / path).exists()] == []
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout.split()
    folders = {path.split("/")[0] + "/" for path in tracked if "/" in path and path[0] != "."}
    assert folders - {path.split("/")[0] + "/" for path in mapped} == set()


def test_the_readme_gives_exactly_two_commands_on_its_first_screen():
    first_screen = README.split("\n---\n")[0]
    assert len(first_screen.splitlines()) <= 35
    (block,) = re.findall(r"```bash\n(.*?)```", first_screen, re.DOTALL)
    assert [line.split("#")[0].strip() for line in block.splitlines()] == [
        "make study",
        "make check",
    ]


def test_the_answer_in_the_readme_is_that_of_the_published_records():
    store = Store(PROJECT / "results")
    for table in (
        verdict_table(judged_on_every_rung(store, "lab")),
        answers_table(answers_on_every_rung(store, "lab")),
    ):
        assert table in README, f"put this table between the answer marks of README.md:\n{table}"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_a_chapter_has_a_notebook_experiments_and_a_place_in_the_book(chapter):
    toc = yaml.safe_load((PROJECT / "book" / "_toc.yml").read_text())
    assert (PROJECT / chapter.notebook).is_file()
    known = {unit.unit.experiment for scale in SCALES for unit in planned_runs(scale)}
    assert set(chapter.experiments) <= known
    assert set(chapter.further_scales) <= set(SCALES)
    listed = [one for part in toc["parts"] for one in part["chapters"]]
    files = {each.get("file") for one in listed for each in (one, *one.get("sections", ()))}
    assert f"executed/{chapter.name}" in files


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_no_two_figures_of_a_chapter_have_the_same_caption(chapter):
    cells = json.loads((PROJECT / chapter.notebook).read_text(encoding="utf-8"))["cells"]
    figures = [cell["metadata"].get("mystnb", {}).get("figure") for cell in cells]
    captions = Counter(figure["caption"] for figure in figures if figure)
    assert [caption for caption, times in captions.items() if times > 1] == []


def test_every_arm_has_a_colour_and_a_marker_of_its_own():
    arms = {arm for experiment in EXPERIMENTS.values() for arm in experiment.arms}
    assert arms - set(VARIANTS) <= set(ARM_STYLE)
    for place in (0, 1):
        assert len({style[place] for style in ARM_STYLE.values()}) == len(ARM_STYLE)


def test_every_layer_named_in_the_contract_exists():
    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = contracts["contracts"][0]["layers"]
    names = {name.strip() for layer in layers for name in layer.split("|")}
    top = {module.split(".")[1] for module in MODULES}
    assert names == top | {"__main__"}


def test_published_records_were_made_from_a_commit_and_not_from_a_changed_tree():
    for folder in Store(PROJECT / "results").folders():
        commit = read_record(folder).commit
        assert re.fullmatch(r"[0-9a-f]{40}", commit), f"{folder}: {commit}"


def test_nothing_published_is_too_large():
    size = sum(path.stat().st_size for path in (PROJECT / "results").rglob("*") if path.is_file())
    assert size < 92 * 1024 * 1024
