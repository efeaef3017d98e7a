# The two commands are `make run` and `make test`; `make help` lists the rest.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.SHELLFLAGS := -eu -o pipefail -c

VENV := .venv
# Debian builds its own for speed; another one that comes first in PATH may be a fifth slower.
PYTHON ?= $(if $(wildcard /etc/debian_version),/usr/bin/python3,python3)
BIN := $(VENV)/bin
FLASK := $(BIN)/flask --app wsgi
export PATH := $(CURDIR)/$(BIN):$(PATH)

# The build drops style that no template uses, so templates count as sources.
PWA_SOURCES := $(shell find pwa/src pwa/styles pwa/templates -type f) pwa/package-lock.json pwa/build.mjs $(wildcard pwa/*.ts)
CATALOGUES := $(wildcard pwa/locales/*/LC_MESSAGES/messages.po)
JOBS := 2

.PHONY: help setup setup-dev run test test-fast check soak bench texts

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1	/' | expand -t 14

setup: $(VENV)/.installed pwa/dist/assets.json $(CATALOGUES:.po=.mo) ## build everything the server needs

$(BIN)/python:
	PYTHON=$(PYTHON) .ci/system python
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt requirements.txt | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@ $(VENV)/.installed

pwa/node_modules/.package-lock.json: pwa/package-lock.json | $(VENV)/.installed
	cd pwa && npm ci --no-audit --no-fund --loglevel=error
	touch $@

pwa/dist/assets.json: $(PWA_SOURCES) pwa/node_modules/.package-lock.json
	cd pwa && npm run --silent build

%.mo: %.po | $(VENV)/.installed
	$(BIN)/pybabel -q compile -i $< -o $@

setup-dev: $(VENV)/.installed-dev setup ## setup, and what tests and checks need
	.ci/system tests

run: setup ## serve the demo municipality at http://127.0.0.1:8000
	$(FLASK) vof prepare
	exec $(FLASK) vof serve

check: setup-dev ## lint and types
	ruff format --check --quiet .
	ruff check --quiet .
	mypy
	lint-imports --no-logo
	cd pwa && npm run --silent typecheck && npm run --silent lint && npm run --silent test

test: check ## every check and test, on both databases and in Chromium
	pytest -n $(JOBS) --dist loadgroup --durations 20 --durations-min 5

test-fast: $(VENV)/.installed-dev setup ## lint, types and the tests that need neither a browser nor PostGIS
	ruff check --quiet .
	mypy
	cd pwa && npm run --silent typecheck && npm run --silent test
	pytest -n $(JOBS) -m "not browser and not postgis and not bucket and not soak"

soak: setup-dev ## the fault soaks at full count
	SOAK=full pytest -m soak -s -o timeout=0

bench: setup-dev ## measure and print tables; ONLY=name for one of bench/
	python -m bench $(ONLY)

texts: setup-dev ## gather the texts of code and pages into the catalogues
	$(call gather,babel.cfg,nb nn)
	$(call gather,residents.cfg,uk pl)

# Takes a mapping and the languages that need every text it finds.
define gather
pybabel -q extract -F pwa/locales/$(1) -k lazy_gettext -k _ -k gettext -k ngettext:1,2 \
  --no-location --sort-output --omit-header -o pwa/locales/messages.pot .
for language in $(2); do pybabel -q update --no-fuzzy-matching --ignore-obsolete --width=0 -l $$language \
  -i pwa/locales/messages.pot -d pwa/locales; done
endef
