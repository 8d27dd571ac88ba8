.DEFAULT_GOAL := help
.PHONY: help run test test-thorough lint format bench mutants repeated texts lock clean

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

# What is fetched has the hashes that stand in the lock file, or is refused; the project itself fetches nothing.
INSTALL = $(BIN)/pip install --quiet --disable-pip-version-check
LOCKED = $(INSTALL) --require-hashes --requirement
OURSELVES = $(INSTALL) --no-deps --no-build-isolation --editable .

.venv/run.stamp: pyproject.toml requirements.lock | $(BIN)/python
	@echo "Fetching what Aktspår needs into .venv (a minute, the first time only) …"
	@$(LOCKED) requirements.lock
	@$(OURSELVES)
	@touch $@

.venv/dev.stamp: pyproject.toml requirements-dev.lock | $(BIN)/python
	@echo "Fetching what its tests need into .venv (a minute, the first time only) …"
	@$(LOCKED) requirements-dev.lock
	@$(OURSELVES)
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

# One version of each package for every Python and system; what builds the project is locked with the rest.
# The second file may have only what the first has, since what is tested is to be what runs.
COMPILE = $(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
	--custom-compile-command 'make lock' $(ARGS)
lock: ## bring the lock files up to pyproject.toml [ARGS=--upgrade for the newest of everything]
	@test -x $(BIN)/uv || $(MAKE) .venv/dev.stamp
	@$(BIN)/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['build-system']['requires'], sep='\n')" \
		>.venv/build.in
	@$(COMPILE) --extra dev pyproject.toml .venv/build.in --output-file requirements-dev.lock
	@$(COMPILE) pyproject.toml .venv/build.in --constraint requirements-dev.lock --output-file requirements.lock

clean: ## remove what the other commands built, the demo archive too
	rm -rf .venv var build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
