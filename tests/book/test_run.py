import json
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import DeadKernelError

from crosslab.book import run as run_module
from crosslab.book.run import (
    STAMP,
    STARTS,
    checked,
    declared_parameters,
    execute,
    read_notebook,
)
from crosslab.errors import ParameterError, RunError, StoreError, UsageError

PARAMETERS = (
    'scale: str = "smoke"\nseed: int = 0\nradius: float = 0.5\narms: list = []\nfast: bool = False'
)

NOTHING = nbformat.v4.new_notebook()


def notebook(tmp_path, *cells, parameters=PARAMETERS):
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})]
    made.cells += [nbformat.v4.new_code_cell(cell) for cell in cells]
    path = tmp_path / "n.ipynb"
    nbformat.write(made, path)
    return path


def outputs(path):
    return [cell.outputs for cell in read_notebook(path).cells if cell.cell_type == "code"]


def test_given_parameters_arrive_and_the_others_keep_their_defaults(tmp_path):
    path = notebook(tmp_path, "print(scale, seed, radius, arms, fast)")
    given = {"seed": 3, "arms": ["a", "b"], "radius": 1}
    execute(path, tmp_path / "out" / "n.ipynb", given, stamp={"made": "from"})
    executed = read_notebook(tmp_path / "out" / "n.ipynb")
    assert executed.cells[-1].outputs[0].text == "smoke 3 1 ['a', 'b'] False\n"
    stamp = executed.metadata[STAMP]
    assert stamp["parameters"] == {**given, "scale": "smoke", "fast": False}
    assert stamp["made"] == "from"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"sede": 1}, "Did you mean 'seed'"),
        ({"seed": "1"}, "takes int, got str '1'"),
        ({"seed": True}, "takes int, got bool"),
        ({"seed": 1.0}, "takes int, got float"),
        ({"radius": "0.5"}, "takes float, got str"),
        ({"fast": 1}, "takes bool, got int"),
        ({"arms": "standard"}, "takes list, got str"),
        ({"scale": None}, "takes str, got NoneType"),
    ],
)
def test_a_parameter_that_does_not_fit_is_refused_before_anything_runs(tmp_path, given, said):
    marker = tmp_path / "ran"
    path = notebook(tmp_path, f"open({str(marker)!r}, 'w').close()")
    with pytest.raises(ParameterError, match=said):
        execute(path, tmp_path / "out.ipynb", given, stamp={})
    assert not marker.exists()
    assert not (tmp_path / "out.ipynb").exists()


def test_all_parameters_that_do_not_fit_are_named_at_once(tmp_path):
    path = notebook(tmp_path)
    declared = declared_parameters(read_notebook(path), path)
    with pytest.raises(ParameterError) as refusal:
        checked(declared, {"sede": 1, "fast": 2, "seed": 3}, path)
    assert len(refusal.value.problems) == 2


@pytest.mark.parametrize(
    "line",
    ["seeds: tuple = (1,)", "limit: int | None = 1", "x = 1", "n: int = 1.5", "y: int = f()"],
)
def test_a_parameters_cell_that_papermill_would_misread_is_refused(tmp_path, line):
    path = notebook(tmp_path, parameters=f"seed: int = 0\n{line}")
    with pytest.raises(ParameterError, match="name: type = literal"):
        declared_parameters(read_notebook(path), path)


def test_a_notebook_without_a_parameters_cell_is_refused(tmp_path):
    path = tmp_path / "n.ipynb"
    nbformat.write(nbformat.v4.new_notebook(), path)
    with pytest.raises(ParameterError, match="exactly one"):
        declared_parameters(read_notebook(path), path)


@pytest.mark.parametrize("content", ["", "{", json.dumps({"cells": 3})])
def test_a_file_that_is_no_notebook_is_one_line(tmp_path, content):
    path = tmp_path / "n.ipynb"
    path.write_text(content)
    with pytest.raises(UsageError, match=r"n\.ipynb"):
        read_notebook(path)


def test_a_cell_that_fails_is_named_and_the_notebook_kept_with_its_error(tmp_path):
    path = notebook(tmp_path, "1 / 0")
    with pytest.raises(RunError, match="ZeroDivisionError"):
        execute(path, tmp_path / "out.ipynb", {}, stamp={})
    assert not (tmp_path / "out.ipynb").exists()
    kept = outputs(tmp_path / "out.failed.ipynb")
    assert any(out.get("ename") == "ZeroDivisionError" for cell in kept for out in cell)


def test_an_error_of_this_package_keeps_its_kind_and_its_lines(tmp_path):
    path = notebook(
        tmp_path, "from crosslab.errors import StoreError\nraise StoreError(['one', 'two'])"
    )
    with pytest.raises(StoreError) as raised:
        execute(path, tmp_path / "out.ipynb", {}, stamp={})
    assert raised.value.problems == ["one", "two"]


def test_a_later_success_takes_the_failed_copy_away(tmp_path):
    path = notebook(tmp_path, "assert seed == 1")
    with pytest.raises(RunError):
        execute(path, tmp_path / "out.ipynb", {}, stamp={})
    execute(path, tmp_path / "out.ipynb", {"seed": 1}, stamp={})
    assert sorted(each.name for each in tmp_path.glob("out*")) == ["out.ipynb"]


def test_a_text_that_says_nothing_leaves_no_output(tmp_path):
    shown = "from IPython.display import Markdown\nMarkdown({!r})"
    path = notebook(tmp_path, shown.format(""), shown.format("**words**"), "1")
    execute(path, tmp_path / "out.ipynb", {}, stamp={})
    *_, empty, words, number = outputs(tmp_path / "out.ipynb")
    assert empty == []
    assert words[0].data["text/markdown"] == "**words**"
    assert number[0].data["text/plain"] == "1"


def test_an_executed_copy_holds_no_path_of_the_machine(tmp_path):
    path = notebook(
        tmp_path, "import os, sys\nprint(os.getcwd(), sys.prefix, os.path.expanduser('~'))"
    )
    execute(path, tmp_path / "out.ipynb", {}, stamp={})
    text = (tmp_path / "out.ipynb").read_text()
    for place in (str(tmp_path), sys.prefix, str(Path.cwd())):
        assert place not in text
    assert outputs(tmp_path / "out.ipynb")[-1][0].text == ". (environment) ~\n"


@pytest.mark.parametrize("failures", [1, STARTS - 1])
def test_a_kernel_that_does_not_come_up_is_started_again(tmp_path, monkeypatch, failures):
    starts = []

    def unlucky(*_, **__):
        starts.append(1)
        if len(starts) <= failures:
            raise RuntimeError("Kernel died before replying to kernel_info")

    monkeypatch.setattr(run_module.papermill, "execute_notebook", unlucky)
    run_module._executed(tmp_path / "a.ipynb", NOTHING, tmp_path / "b.ipynb", {})
    assert len(starts) == failures + 1


def test_a_kernel_that_never_comes_up_is_given_up_with_a_remedy(tmp_path, monkeypatch):
    def never(*_, **__):
        raise RuntimeError("Kernel died before replying to kernel_info")

    monkeypatch.setattr(run_module.papermill, "execute_notebook", never)
    with pytest.raises(RunError, match=f"did not come up in {STARTS} starts"):
        run_module._executed(tmp_path / "a.ipynb", NOTHING, tmp_path / "b.ipynb", {})


def test_an_error_of_a_kernel_that_ran_is_not_tried_again(tmp_path, monkeypatch):
    starts = []

    def dying(*_, **__):
        starts.append(1)
        raise DeadKernelError("Kernel died")

    monkeypatch.setattr(run_module.papermill, "execute_notebook", dying)
    with pytest.raises(DeadKernelError):
        run_module._executed(tmp_path / "a.ipynb", NOTHING, tmp_path / "b.ipynb", {})
    assert len(starts) == 1


def test_a_copy_says_how_long_it_took_and_how_much_memory(tmp_path):
    path = notebook(tmp_path, "taken = bytearray(200 * 2**20)")
    execute(path, tmp_path / "out.ipynb", {}, stamp={})
    executed = read_notebook(tmp_path / "out.ipynb")
    assert 200 < executed.metadata[STAMP]["mebibytes"] < 2000
    assert 0 < executed.metadata[STAMP]["seconds"] < 600
    assert len(executed.cells) == 3  # parameters, those that were given, and its own


def test_a_copy_can_be_added_to_before_it_is_stamped(tmp_path):
    path = notebook(tmp_path, "1")

    def finish(executed, stamp):
        executed.cells.append(nbformat.v4.new_markdown_cell(f"{stamp['made']}", id="e"))

    execute(path, tmp_path / "out.ipynb", {}, stamp={"made": "from"}, finish=finish)
    assert read_notebook(tmp_path / "out.ipynb").cells[-1].source == "from"
    assert run_module.unaltered(tmp_path / "out.ipynb")
