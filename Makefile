# Two commands do all the set-up: `make demo` and `make test`.
# PYTHON=... chooses the interpreter; without it the first Python 3.11 or later is taken.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
PYTEST := $(BIN)/python -m pytest
# Each process starts a database server of its own, so two suit the smallest machine.
PROCESSES ?= 2
# How long each reader is fuzzed by `make test-long`.
FUZZ_SECONDS ?= 40
# Parts of the names of the modules whose mutants `make test-long` tries; all without any.
MUTANTS ?=
# The pure part, whose branches `make coverage` counts.
CORE := problems documents facts identity law policy catalogue standing decide rights retention plan
COMMA := ,
EMPTY :=
CORE_FILES := $(subst $(EMPTY) ,$(COMMA),$(foreach name,$(CORE),*/placket/$(name).py */placket/$(name)/*))

.PHONY: help demo test check test-long coverage bench format build services clean

help:
	@sed -n 's/^## //p' Makefile

$(READY): pyproject.toml constraints.txt scripts/environment.sh
	@sh scripts/environment.sh $(VENV)
	@touch $@

services:
	@sh scripts/services.sh

## make demo       build the reference retailer, run the main job, serve it
demo: $(READY)
	$(BIN)/placket demo $(DEMO)

## make test       run the tests; under ten minutes
test: $(READY) services
	$(PYTEST) -n $(PROCESSES) --dist loadgroup $(TESTS)

## make check      format, lint, layers, types
check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/mypy

## make test-long  full counts of cases, crashes and races; mutants; fuzzing
test-long: $(READY) services
	PLACKET_TEST_PROFILE=long $(PYTEST) -n $(PROCESSES) --dist loadgroup -m "not bench" $(TESTS)
	$(BIN)/python -m tests.mutants --processes $(PROCESSES) $(MUTANTS)
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt atheris || \
	  echo "left out: fuzzing"
	$(BIN)/python -m tests.fuzz --processes $(PROCESSES) --seconds $(FUZZ_SECONDS)

## make coverage   which branches of the pure part the tests take
coverage: $(READY) services
	$(PYTEST) -q -n $(PROCESSES) --dist loadgroup --cov --cov-branch --cov-report= $(TESTS)
	$(BIN)/coverage report --include="$(CORE_FILES)"

## make bench      timings beside their floors, on a quiet machine; BENCH="verify --size full"
bench: $(READY) services
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt cedarpy || \
	  echo "left out: cedarpy beside our decisions"
	$(BIN)/python -m bench $(BENCH)

## make format     put the code in its one format and mend what the linter can
format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

## make build      the wheel and the source archive, in dist/
build: $(READY)
	$(BIN)/python -m build --no-isolation

## make clean      remove what make made
clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
