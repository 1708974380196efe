# Needs only python3 (3.11 or 3.12), a C compiler and make; everything else is set up below, once.

VENV := .venv/bin/python
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))
PYTHON ?= $(shell for name in python3 python3.12 python3.11; do "$$name" -c '$(FITS)' 2>/dev/null && echo "$$name" && break; done)
SOURCES := config compliance content audiences campaigns
TEMPLATES := find $(SOURCES) -name '*.html' -print0
TESTS ?=

.PHONY: help setup run test test-fast check assets audit bench fmt lock clean

help:
	@echo 'make run        set up, start everything, feed the demo brand; Ctrl-C stops (ONCE=1: stops by itself; PORT=…)'
	@echo 'make test       set up and run every test     make test-fast   the quick ones'
	@echo 'make check      style, types, borders, migrations, assets, known holes in dependencies'
	@echo 'make bench      speed, as ratios to limits measured in the same run'
	@echo 'make setup | fmt | lock | clean'

setup: .venv/.complete
	@:

# Installed anew only when the lock changes. A venv that broke off half-way, or whose Python is gone, is made anew.
.venv/.complete: requirements.lock
	@if [ -z "$(PYTHON)" ] || ! "$(PYTHON)" -c '$(FITS)'; then \
	  echo 'Signalbox needs Python 3.11 or 3.12 (durable_rules does not import on 3.13).' >&2; \
	  echo "Found: $$(python3 --version 2>&1 || echo none). Install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12" >&2; \
	  exit 1; fi
	@"$(PYTHON)" -c 'import ensurepip' 2>/dev/null || { \
	  echo 'This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }
	@"$(PYTHON)" -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' || { \
	  echo 'The headers of this Python are missing. On Debian and Ubuntu: apt-get install python3-dev' >&2; exit 1; }
	@command -v cc >/dev/null || command -v gcc >/dev/null || { \
	  echo 'A C compiler is missing. On Debian and Ubuntu: apt-get install gcc' >&2; exit 1; }
	@$(VENV) -c '$(FITS)' 2>/dev/null || { rm -rf .venv; "$(PYTHON)" -m venv .venv; }
	@echo 'Installing the locked packages …'
	@$(VENV) -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements.lock
	@touch $@

run: setup
	@$(VENV) manage.py serve --demo $(if $(ONCE),--once)

test: setup
	@$(VENV) -m pytest -n 2 --dist loadgroup $(TESTS)

test-fast: setup
	@$(VENV) -m pytest -n 2 -m 'not slow and not browser and not faults' $(TESTS)

check: setup
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .
	@$(VENV) -m mypy $(SOURCES)
	@.venv/bin/lint-imports
	@$(TEMPLATES) | xargs -0 .venv/bin/djade --check --target-version 5.2
	@DATABASE_POOL=0 $(VENV) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	@$(VENV) .ci/check_assets.py
	@$(VENV) .ci/check_dependencies.py
	@echo 'make check: all is well.'

bench: setup
	@$(VENV) -m tests.bench

fmt: setup
	@$(VENV) -m ruff check --fix .
	@$(VENV) -m ruff format .
	@$(TEMPLATES) | xargs -0 .venv/bin/djade --target-version 5.2 || true

lock: setup
	@.venv/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --quiet --output-file requirements.lock

clean:
	@rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@if [ -f var/installation ]; then rm -rf "/var/lib/signalbox/$$(cat var/installation)"; fi
	@rm -rf var
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
