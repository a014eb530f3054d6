.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
ARGS ?=
PYTEST_ARGS ?=
# Most of the tests wait for telephones: two of them at once do so side by side.
WORKERS ?= 2
UV_VERSION := 0.13.9
BIN := .venv/bin
STAMP := .venv/.made-from-lock

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

.PHONY: demo
demo: $(STAMP) ## one real campaign on a real Asterisk; ARGS="--mode inbound": callers, a queue, a supervisor
	@$(BIN)/waihu demo $(ARGS)

.PHONY: test
test: lint types ## style, types, import contracts and every test; PYTEST_ARGS="-k pacing"
	@echo "== tests"
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile $(PYTEST_ARGS)

.PHONY: lint
lint: $(STAMP) ## style and formatting
	@echo "== style"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

.PHONY: types
types: $(STAMP) ## mypy --strict
	@echo "== types"
	@$(BIN)/mypy

.PHONY: format
format: $(STAMP) ## repair what style checks can repair
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

.PHONY: bench
bench: $(STAMP) ## run every program in bench/; each prints its own figures
	@for program in bench/*.py bench/*/__main__.py; do echo "== $$program"; $(BIN)/python "$$program" $(ARGS); done

.PHONY: lock
lock: ## write both locks anew; ARGS=--upgrade takes newer versions
	@$(PYTHON) -m venv .cache/uv
	@.cache/uv/bin/python -m pip -qq --disable-pip-version-check install uv==$(UV_VERSION)
	@lock() { \
	  .cache/uv/bin/uv pip compile --quiet pyproject.toml --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file "$$@" > /dev/null; \
	  sed -i '1i # Written by "make lock" from pyproject.toml: CPython 3.11 to 3.13 on Linux. Do not edit.' "$$1"; \
	}; \
	lock requirements-dev.lock --extra build --extra embedded --extra dev $(ARGS); \
	lock requirements.lock --extra build --extra embedded --constraint requirements-dev.lock $(ARGS)

.PHONY: docker-check
docker-check: $(STAMP) ## build both images without a Docker engine and look inside
	@docker/check

.PHONY: clean
clean: ## remove everything that make has made
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build ./*.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): requirements-dev.lock pyproject.toml
	@echo "== environment"
	@tools/environment $(PYTHON)
	@touch $@
