# make demo | test | matrix | check | bench: each makes its own environment in .venv first.
PYTHON ?= python3
VENV ?= .venv
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# The demo keeps its database apart from yours. Root's PostgreSQL runs as another user, who may not enter this folder.
DEMO_HOME := $(if $(filter 0,$(shell id -u)),/var/lib/wikishelf-demo,$(CURDIR)/.wikishelf)

.PHONY: demo test matrix check bench clean

demo: export WIKISHELF_HOME = $(DEMO_HOME)
demo: export DATABASE_URL =
demo: $(VENV)/ready
	python -m sample $(VENV)/sample.xml.bz2
	python -m ingest $(VENV)/sample.xml.bz2 --topic book --topic film
	python -m train
	python -m train map
	python -m db psql --no-psqlrc --echo-queries --pset pager=off --file examples/demo.sql
	@echo "Look:    python -m api serve, and open http://127.0.0.1:8000 (after the line below)"
	@echo "Ask on:  export WIKISHELF_HOME=$(DEMO_HOME); . $(VENV)/bin/activate; python -m api similar 'Don Quixote'"

test: $(VENV)/ready
	python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile

matrix: $(VENV)/ready
	python -m tests.matrix

check: $(VENV)/ready
	ruff check .
	ruff format --check .
	mypy
	lint-imports
	check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

bench: $(VENV)/ready
	python -m bench.load
	python -m bench.ingest
	python -m bench.search
	python -m bench.train

$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if (3, 11) <= v < (3, 14) else "Wikishelf needs Python 3.11 to 3.13, and $(PYTHON) is %d.%d: run make PYTHON=python3.13" % v[:2])'
	$(PYTHON) -m venv $(VENV)
	python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf .venv .venv-* $(DEMO_HOME)
