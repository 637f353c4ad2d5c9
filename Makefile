# Two commands matter: `make demo` and `make test`. Both make .venv first, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO := demo
DEMO_SCALE ?= 0.005
DEMO_FIRST := 2025-03
DEMO_LAST := 2025-05
# A file's tests go to one process, which makes what they share once, in the order of the folders: small ones end it.
PYTEST ?= -n 2 --dist loadfile --no-loadscope-reorder
BENCH ?= bench
# Public files for measures on real postcodes.
DATA ?= ../shared/data

DEMO_RUN := DAGSTER_HOME=$(abspath $(DEMO))/dagster_home \
  INNOVATION_CLUSTERS_SOURCES=$(DEMO)/sources \
  INNOVATION_CLUSTERS_WAREHOUSE=$(DEMO)/warehouse.duckdb \
  INNOVATION_CLUSTERS_PUBLICATION=$(DEMO)/publication \
  INNOVATION_CLUSTERS_FIRST_MONTH=$(DEMO_FIRST) \
  $(BIN)/innovation-clusters

# The same country by its public files alone: fetched from publishers on this machine, mapped with profile `open`.
OPEN := demo-open
OPEN_RUN := DAGSTER_HOME=$(abspath $(OPEN))/dagster_home \
  INNOVATION_CLUSTERS_SOURCES=$(OPEN)/sources \
  INNOVATION_CLUSTERS_WAREHOUSE=$(OPEN)/warehouse.duckdb \
  INNOVATION_CLUSTERS_PUBLICATION=$(OPEN)/publication

.PHONY: install demo demo-open ui serve test lint docs recovery index-recovery bench attack pictures clean

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; give another with make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: install
	@test -f $(DEMO)/sources/truth/$(DEMO_LAST)/members.csv -a -f $(DEMO)/sources/truth/$(DEMO_LAST)/index_items.csv.gz || \
	  $(DEMO_RUN) synthesise --scale $(DEMO_SCALE) --seed 1 --months $(DEMO_FIRST):$(DEMO_LAST) --out $(DEMO)/sources
	@$(DEMO_RUN) backfill --from $(DEMO_FIRST) --to $(DEMO_LAST)
	@echo 'or simply: make ui; and make serve for the map, $(DEMO)/publication/index.html'

demo-open: install
	@test -f $(OPEN)/published/truth/$(DEMO_LAST)/members.csv -a -f $(OPEN)/published/ror/$(DEMO_LAST).zip || \
	  $(BIN)/innovation-clusters synthesise --scale $(DEMO_SCALE) --seed 1 --months $(DEMO_LAST) --public --out $(OPEN)/published
	@$(OPEN_RUN) $(BIN)/python -m synthetic_uk.publishers.country --sources $(OPEN)/published --month $(DEMO_LAST) -- \
	  $(BIN)/innovation-clusters fetch --month $(DEMO_LAST)
	@$(OPEN_RUN) $(BIN)/innovation-clusters refresh --month $(DEMO_LAST) --profile open

ui: install
	@$(DEMO_RUN) ui

serve: install
	@$(DEMO_RUN) serve

test: install
	$(BIN)/python -m pytest $(PYTEST)

lint: install
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/sqlfluff lint --processes 0 sql

docs: install
	$(BIN)/python -m pipelines.documentation

recovery: install
	$(BIN)/python -m synthetic_uk.recovery_page --out docs/recovery.md
	$(BIN)/python -m synthetic_uk.scan_recovery --data $(DATA) --out docs/scan-recovery.md
	$(BIN)/python -m synthetic_uk.trust_recovery --out docs/trust.md

index-recovery: install
	$(BIN)/python -m synthetic_uk.index_recovery --out docs/index-recovery.md

bench: install
	$(BIN)/python -m benchmarks --against plain --against parts --work $(BENCH)

attack: install
	$(BIN)/python -m tests.attack

pictures: install
	$(BIN)/python -m tools.pictures --publication $(DEMO)/publication --out docs/pictures

clean:
	rm -rf $(DEMO) $(OPEN) $(VENV)
