# Set-up needs Python 3.11+ and nothing else; pip uses whatever index it is configured with.
PYTHON ?= python3
VENV := .venv
BENCH_VENV := .venv-bench
BIN := $(VENV)/bin
PYTEST_ARGS ?= -n auto
RUN_PIP := -m pip install --quiet --disable-pip-version-check

PYTHON_WEB = $(BIN)/python scripts/web.py

.PHONY: help demo test check format serve web bench bench-transformers wheel clean

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 22

$(VENV)/.base: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(RUN_PIP) --editable '.[pocketsphinx]'
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	$(BIN)/python $(RUN_PIP) --editable '.[check,test]'
	@touch $@

web: $(VENV)/.base ## Build the pages for browsers
	$(PYTHON_WEB) build

demo: $(VENV)/.base web ## Annotate the bundled example: timeline, transcript, subtitles
	$(BIN)/python scripts/demo.py demo-output

test: $(VENV)/.dev web ## Run all tests
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(VENV)/.dev ## Format, lint, types, architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --quiet tests/test_architecture.py
	$(PYTHON_WEB) check

format: $(VENV)/.dev ## Format the code and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(PYTHON_WEB) format

serve: $(VENV)/.base web ## Start the server
	$(BIN)/earmark serve

bench: $(VENV)/.dev ## Measure accuracy, speed and memory; see docs/benchmarks.md
	$(BIN)/python -m benchmarks.run

$(BENCH_VENV)/.done: pyproject.toml
	$(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python $(RUN_PIP) torch==2.13.0
	$(BENCH_VENV)/bin/python $(RUN_PIP) --editable '.[bench]'
	@touch $@

bench-transformers: $(BENCH_VENV)/.done ## Measure against transformers, one segment at a time (installs PyTorch)
	$(BENCH_VENV)/bin/python -m benchmarks.speed --with-transformers

wheel: $(VENV)/.dev ## Build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation

clean: ## Remove what was built
	rm -rf $(VENV) $(BENCH_VENV) .venv-swift .venv-node build dist demo-output web/node_modules src/earmark/server/static
