.DEFAULT_GOAL := help
.PHONY: help run test test-thorough lint format bench mutants repeated texts clean

BIN := .venv/bin
PORT ?= 8000
FILES ?= 3000
ARGS ?=

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The newest of the Pythons that are new enough; a machine's `python3` often is not.
PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (Debian: apt install python3 python3-venv)."; exit 1; }
	@echo "Making .venv with $(PYTHON) …"
	@$(PYTHON) -m venv .venv || { echo "Could not make .venv (Debian: apt install python3-venv)."; exit 1; }

.venv/run.stamp: pyproject.toml | $(BIN)/python
	@echo "Fetching what Aktspår needs into .venv (a minute, the first time only) …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/dev.stamp: pyproject.toml | $(BIN)/python
	@echo "Fetching what its tests need into .venv (a minute, the first time only) …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ .venv/run.stamp

# Built under another name, so that one broken off is not taken for a whole one.
var/aktspar.db: export AKTSPAR_DATABASE_URL = sqlite:///$(CURDIR)/var/building.db
var/aktspar.db: | .venv/run.stamp
	@echo "Building a demo archive of $(FILES) invented files in var/ …"
	@mkdir -p var && rm -f var/building.db*
	@$(BIN)/aktspar demo --files $(FILES)
	@mv var/building.db $@ && rm -f var/building.db*

# A var/ whose database does not say that it is a demo is kept under another name.
.PHONY: aside
aside: | .venv/run.stamp
	@$(BIN)/python -m seed.demo.aside var
.NOTPARALLEL:

run: export AKTSPAR_DEMO = 1
run: export AKTSPAR_LOG_LEVEL = WARNING
# Half a year ahead, whenever it is: an end that has passed shows a programme that is late everywhere.
run: export AKTSPAR_PROGRAMME_END ?= $(shell $(PYTHON) -c 'import datetime as d; print(d.date.today() + d.timedelta(182))')
run: export AKTSPAR_DATA_DIR = $(CURDIR)/var
run: export AKTSPAR_DATABASE_URL = sqlite:///$(CURDIR)/var/aktspar.db
run: export AKTSPAR_BIND = 127.0.0.1:$(PORT)
run: export AKTSPAR_BASE_URL = http://127.0.0.1:$(PORT)
run: .venv/run.stamp aside var/aktspar.db ## build a demo archive if there is none, and serve it [PORT=8000 FILES=3000]
	@echo "Bringing the database up to date …"
	@$(BIN)/aktspar db upgrade
	@echo "Starting the server; Ctrl+C stops it …"
	@$(BIN)/aktspar serve

test: .venv/dev.stamp ## run every test, on SQLite and PostgreSQL [ARGS="tests/unit -k number"]
	@.ci/test $(ARGS)

test-thorough: .venv/dev.stamp ## what takes minutes: every awkward moment, cases newly drawn, all of it on PostgreSQL
	@.ci/test -m 'thorough or drawn' --hypothesis-profile=fresh $(ARGS)

lint: .venv/dev.stamp ## check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: .venv/dev.stamp ## lay the code out and mend what can be mended
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: .venv/dev.stamp ## measure, each figure beside its ceiling [ARGS=...]
	@$(BIN)/python -m tests.bench $(ARGS)

mutants: .venv/dev.stamp ## put known faults into a copy of the code and see that tests notice [ARGS="names"]
	@$(BIN)/python -m tests.mutants $(ARGS)

repeated: .venv/dev.stamp ## find the tests that send PostgreSQL only what others send it: tests/repeated.txt
	@.ci/test -m 'thorough or not thorough' -k 'postgresql or sqlite' --find-repeated tests/api tests/verbs tests/labels \
		tests/packaging tests/postgres tests/routines tests/stateful tests/unit

texts: .venv/dev.stamp ## list sentences without Swedish, and Swedish nobody says
	@$(BIN)/python -m tests.guards.texts $(ARGS)

clean: ## remove what the other commands built, the demo archive too
	rm -rf .venv var build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
