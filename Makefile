# `make run` serves the sample site, `make test` checks everything. Both make what they need.

PYTHON ?= python3
VENV ?= .venv
CONFIG ?= config/feedsvc.toml

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
UV := uv==0.13.9

.DEFAULT_GOAL := help
.PHONY: help run test lint format golden kills steps moved fuzz lock network azure cuts

help: ## Show this.
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

run: $(VENV)/.runtime ## Build the sample site and serve it on 127.0.0.1:8000.
	$(BIN)/feedsvc --config $(CONFIG) build
	$(BIN)/feedsvc --config $(CONFIG) serve

test: lint $(VENV)/.debian ## Run everything that CI runs.
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --numprocesses 2 --dist loadfile
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

lint: $(VENV)/.test ## Check style, types and the direction of imports.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.test ## Format the code and mend what can be mended.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

golden: $(VENV)/.test ## Take what the code writes now as the golden files; read the difference.
	$(BIN)/pytest tests/golden tests/io/test_sample.py --rewrite-golden

kills: $(VENV)/.test ## Kill 2000 builds at random points, where `make test` kills some.
	FEEDSVC_KILLS=2000 $(BIN)/pytest tests/e2e/test_kill.py

network: $(VENV)/.test ## Kill and cut off 25 builders of an object store each, where `make test` takes 2 (as root, for namespaces).
	FEEDSVC_ROUNDS=25 $(BIN)/pytest tests/stores/test_builders.py

azure: $(VENV)/.test ## Hold what every store must do to Azure's own emulator as well (npm brings it, 190 MB).
	npm install --silent --no-audit --no-fund --prefix $(VENV)/azurite azurite@3
	FEEDSVC_AZURITE=$(abspath $(VENV))/azurite/node_modules/.bin/azurite-blob $(BIN)/pytest tests/stores/test_conditions.py
cuts: $(VENV)/.test ## Cut off 50 builders in mid-publish and kill each part of the store, where `make test` cuts off 5 (as root, for a full disk).
	FEEDSVC_CUTS=50 $(BIN)/pytest -s tests/stores/test_faults.py

steps: $(VENV)/.test ## Try 2000 histories of edits, renames and removals, where `make test` tries 25.
	FEEDSVC_STEPS=2000 $(BIN)/pytest tests/property/test_steps.py tests/property/test_jekyll_steps.py

moved: $(VENV)/.test ## Compare a real Jekyll site with jekyll-feed's feed of it, where `make test` takes a small one.
	FEEDSVC_MOVED=$(MOVED) $(BIN)/pytest tests/e2e/test_jekyll_feed.py

MOVED = ../shared/corpus/frowth.tar.xz
fuzz: $(VENV)/.test ## Fuzz the reading of posts for SECONDS (600), each of eight targets an eighth of that.
	@mkdir -p .fuzz
	cd .fuzz && for target in parse content jekyll kramdown others media ledger rules; do \
	  $(abspath $(BIN))/python ../tests/fuzz/fuzz_posts.py $$target $$target -max_total_time=$$(($(SECONDS) / 8)) || exit 1; done

SECONDS ?= 600

# Versions already in a lock stay as they are; delete a lock to move to the newest.
lock: $(VENV)/.runtime ## Write the locks again from pyproject.toml.
	$(PIP) $(UV)
	$(COMPILE) --output-file requirements.lock pyproject.toml
	$(COMPILE) --extra test --constraint requirements.lock --output-file tests/requirements.lock pyproject.toml

COMPILE = $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --group build

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/pip
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: tests/requirements.lock $(VENV)/.runtime
	$(PIP) --require-hashes -r tests/requirements.lock
	@touch $@

# The servers and readers that the tests run, as Debian has them. No daemon is started by being installed.
$(VENV)/.debian: tests/debian-packages.txt | $(BIN)/pip
	@missing=$$(for each in $$(cat $<); do \
	    dpkg-query --show --showformat '$${db:Status-Status}' $$each 2>/dev/null | grep -qx installed || echo $$each; done); \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then \
	    echo "The tests run Debian's own servers and readers; install them and try again: sudo apt-get install" $$missing >&2; \
	    exit 2; \
	  fi; \
	  policy=/usr/sbin/policy-rc.d; \
	  if [ ! -e $$policy ]; then trap "rm -f $$policy" EXIT; printf '#!/bin/sh\nexit 101\n' >$$policy; chmod +x $$policy; fi; \
	  apt-get update --quiet --quiet && DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes \
	    --no-install-recommends $$missing; \
	fi
	@touch $@

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'feedsvc needs Python 3.11 or later, and $(PYTHON) is not; name another one: make PYTHON=python3.12' >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update --quiet --quiet && DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes python3-venv; \
	  else \
	    echo 'Python has no venv module here; install it and try again: sudo apt-get install python3-venv' >&2; exit 2; \
	  fi; }
	$(PYTHON) -m venv $(VENV)
