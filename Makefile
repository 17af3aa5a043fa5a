# Two commands do everything on a fresh machine: `make study` and `make check`.
# Both install what they need into .venv first, from the lock file.

PYTHON ?= python3
CORES ?= 2
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed

.DEFAULT_GOAL := help
.PHONY: help study check smoke book pdf links bench lock format

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

study: $(INSTALLED) ## run the whole study on this machine and build the book from it
	$(BIN)/crosslab study --scale lab --results runs --cores $(CORES)
	$(BIN)/crosslab book --scale lab --results runs
	$(BIN)/crosslab verdicts --scale lab --results runs

check: $(INSTALLED) ## pass every gate: style, types, layers, tests, notebook rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m crosslab.book.lint
	$(BIN)/pytest -n $(CORES) --dist loadfile --no-loadscope-reorder

smoke: $(INSTALLED) ## run every experiment at the smallest scale and build a book from it
	$(BIN)/crosslab study --scale smoke --results runs --cores $(CORES)
	$(BIN)/crosslab book --scale smoke --results runs

book: $(INSTALLED) ## build the book from the published records
	$(BIN)/crosslab book --scale lab --results results

pdf: $(INSTALLED) ## build that book and print it as one PDF; needs Chromium
	$(BIN)/crosslab book --scale lab --results results --pdf _build/book.pdf

links: $(INSTALLED) ## ask whether links out of the book lead somewhere; needs a network
	$(BIN)/jupyter-book build book --config _config.yml --path-output . --builder linkcheck

bench: $(INSTALLED) ## measure the speeds the project promises; commits nothing
	$(BIN)/python -m crosslab.bench

format: $(INSTALLED) ## put code and notebooks in order
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/nbstripout notebooks/*.ipynb

lock: $(INSTALLED) ## write requirements.lock anew from what is installed
	$(BIN)/python -m pip list --format=freeze --exclude pip --exclude crosslab \
		| sed -E 's/\+[a-z0-9.]+$$//' | sort -f > requirements.lock

$(INSTALLED): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q -r requirements.lock
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	touch $@

requirements.lock:
	@echo "requirements.lock is missing: bring it back with git checkout -- requirements.lock" >&2
	@exit 2
