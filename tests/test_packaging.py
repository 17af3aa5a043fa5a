import re
import subprocess
import tomllib

import pytest
import yaml
from conftest import PROJECT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text())
DIRECT = [
    Requirement(line)
    for line in [
        *PYPROJECT["project"]["dependencies"],
        *PYPROJECT["project"]["optional-dependencies"]["literature"],
        *PYPROJECT["project"]["optional-dependencies"]["dev"],
    ]
]


def pins(lines):
    split = [line.split("==") for line in lines if "==" in line]
    return {canonicalize_name(name): version.strip() for name, version in split}


LOCK = pins((PROJECT / "requirements.lock").read_text().splitlines())


def conda_pins():
    environment = yaml.safe_load((PROJECT / "environment.yml").read_text())
    (nested,) = [each["pip"] for each in environment["dependencies"] if isinstance(each, dict)]
    return pins(nested)


@pytest.mark.parametrize("requirement", DIRECT, ids=str)
def test_every_dependency_is_locked_within_its_range(requirement):
    assert LOCK[canonicalize_name(requirement.name)] in requirement.specifier


def test_every_line_of_the_lock_is_an_exact_pin():
    lines = (PROJECT / "requirements.lock").read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"[\w.\-]+==[\w.\-]+", line)] == []


def test_the_lock_is_complete():
    # every package that a locked one needs here is locked too
    from importlib.metadata import PackageNotFoundError, requires

    missing = set()
    for name in LOCK:
        try:
            needed = [Requirement(line) for line in requires(name) or []]
        except PackageNotFoundError:
            continue
        missing |= {
            canonicalize_name(each.name)
            for each in needed
            if (each.marker is None or each.marker.evaluate({"extra": ""}))
            and canonicalize_name(each.name) not in LOCK
        }
    # accelerators and the installer itself belong to the machine, not to the study
    assert {
        name for name in missing if not name.startswith(("nvidia-", "cuda-", "triton", "pip"))
    } == set()


def test_the_conda_route_pins_what_the_lock_pins():
    conda = conda_pins()
    assert conda == {name: LOCK[name] for name in conda}
    assert set(conda) == {canonicalize_name(each.name) for each in DIRECT}


def test_both_routes_agree_on_python():
    environment = yaml.safe_load((PROJECT / "environment.yml").read_text())
    (python,) = [each for each in environment["dependencies"] if str(each).startswith("python=")]
    assert (
        python.removeprefix("python=")
        in Requirement(f"x{PYPROJECT['project']['requires-python']}").specifier
    )


def test_torch_is_locked_where_its_pin_installs_without_an_accelerator_stack():
    assert LOCK["torch"] == "2.13.0"


@pytest.mark.parametrize("target", ["study", "check", "smoke", "book", "bench"])
def test_make_offers_the_target_and_help_lists_it(target):
    said = subprocess.run(
        ["make", "-C", str(PROJECT), "help"], capture_output=True, text=True, check=True
    ).stdout
    assert re.search(rf"^{target}\s+\w", said, re.MULTILINE)


def test_a_missing_lock_file_stops_make_with_one_clear_line(tmp_path):
    for name in ("Makefile", "pyproject.toml"):
        (tmp_path / name).write_text((PROJECT / name).read_text())
    done = subprocess.run(
        ["make", "-C", str(tmp_path), "study"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "git checkout -- requirements.lock" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_the_citation_file_names_the_version_that_is_packaged():
    citation = yaml.safe_load((PROJECT / "CITATION.cff").read_text())
    assert citation["version"] == PYPROJECT["project"]["version"]
    assert citation["license"] == PYPROJECT["project"]["license"]
