import nbformat
import pytest
from conftest import PROJECT

from crosslab.book.lint import page_problems, problems
from crosslab.errors import UsageError

GOOD_PARAMETERS = nbformat.v4.new_code_cell("n: int = 1", metadata={"tags": ["parameters"]})


def found(tmp_path, *cells, first=GOOD_PARAMETERS):
    made = nbformat.v4.new_notebook()
    made.cells = [first, *cells]
    path = tmp_path / "chapter.ipynb"
    nbformat.write(made, path)
    return problems(path)


@pytest.mark.parametrize("path", sorted((PROJECT / "notebooks").glob("*.ipynb")), ids=str)
def test_the_notebooks_of_the_project_keep_the_rules(path):
    assert problems(path) == []


def test_a_thin_chapter_is_fine(tmp_path):
    call = nbformat.v4.new_code_cell("from crosslab.evidence import gathered\n\ngathered")
    assert found(tmp_path, nbformat.v4.new_markdown_cell("# A question"), call) == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def f():\n    return 1", "FunctionDef"),
        ("for i in range(3):\n    i", "For"),
        ("while False:\n    pass", "While"),
        ("try:\n    1\nexcept ValueError:\n    2", "Try"),
        ("class A:\n    pass", "ClassDef"),
        ("!pip install x", "shell or magic"),
        ("%matplotlib inline", "shell or magic"),
        ("\n".join("x = 1" for _ in range(13)), "13 lines"),
        ("import torch", "imports what trains"),
        ("from crosslab.running import run", "imports what trains"),
    ],
)
def test_logic_in_a_chapter_is_refused(tmp_path, source, said):
    (problem,) = found(tmp_path, nbformat.v4.new_code_cell(source))
    assert said in problem
    assert "cell 1" in problem


def test_stored_outputs_are_refused(tmp_path):
    cell = nbformat.v4.new_code_cell("1", execution_count=1)
    assert "holds outputs" in found(tmp_path, cell)[0]


@pytest.mark.parametrize("prose", ["a gain of 2.1", "rises by 3 points", "in 40 % of cases"])
def test_a_number_typed_in_prose_is_refused(tmp_path, prose):
    assert "types the number" in found(tmp_path, nbformat.v4.new_markdown_cell(prose))[0]


def test_a_number_typed_in_a_caption_is_refused_but_the_kind_of_interval_is_not(tmp_path):
    cell = nbformat.v4.new_code_cell("1")
    cell.metadata["mystnb"] = {"figure": {"caption": "A gain of 2.1, with 95 % intervals"}}
    (problem,) = found(tmp_path, cell)
    assert "'2.1'" in problem


def figure_cell(**metadata):
    cell = nbformat.v4.new_code_cell("figures.gain_matrix(e)")
    cell.metadata["mystnb"] = metadata
    return cell


@pytest.mark.parametrize("missing", ["name", "caption"])
def test_a_figure_needs_a_name_and_a_caption(tmp_path, missing):
    figure = {"name": "gains", "caption": "Gains by language."}
    assert found(tmp_path, figure_cell(figure=figure)) == []
    (problem,) = found(tmp_path, figure_cell(figure={**figure, missing: ""}))
    assert f"chapter.ipynb, cell 1: draws a figure without {missing}" in problem


def test_an_alt_text_that_is_typed_is_refused(tmp_path):
    figure = {"name": "gains", "caption": "Gains by language."}
    cell = figure_cell(figure=figure, image={"alt": "a picture", "width": "100%"})
    (problem,) = found(tmp_path, cell)
    assert "types an alt text" in problem


def test_a_cell_that_is_not_python_is_one_line(tmp_path):
    with pytest.raises(UsageError, match="not Python"):
        found(tmp_path, nbformat.v4.new_code_cell("1 +"))


def test_parameters_must_come_first(tmp_path):
    first = nbformat.v4.new_code_cell("1")
    assert "first code cell" in found(tmp_path, GOOD_PARAMETERS, first=first)[0]


def test_a_result_typed_on_a_page_is_named_with_its_line(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A\n\nIt gains 2.1 points.\n\n```\nx = 0.5\n```\nRead `60 %` as it is.\n")
    (found,) = page_problems(page)
    assert found.startswith(f"{page}:3: types the number '2.1'")


def test_what_an_interval_is_and_where_a_link_leads_is_no_result(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("A 95 % interval, [a paper](https://arxiv.org/abs/2104.08645).\n")
    assert page_problems(page) == []
