# make demo | test | check | bench: each makes its own environment in .venv first.
PYTHON ?= python3
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# The demo keeps its database apart from yours. Root's PostgreSQL runs as another user, who may not enter this folder.
DEMO_HOME := $(if $(filter 0,$(shell id -u)),/var/lib/wikishelf-demo,$(CURDIR)/.wikishelf)

.PHONY: demo test check bench clean

demo: export WIKISHELF_HOME = $(DEMO_HOME)
demo: export DATABASE_URL =
demo: .venv/ready
	python -m sample .venv/sample.xml.bz2
	python -m ingest .venv/sample.xml.bz2 --topic book --topic film
	python -m train
	python -m db psql --no-psqlrc --echo-queries --pset pager=off --file examples/demo.sql
	@echo "Ask on:  export WIKISHELF_HOME=$(DEMO_HOME); . .venv/bin/activate; python -m api similar 'Don Quixote'"

test: .venv/ready
	python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile

check: .venv/ready
	ruff check .
	ruff format --check .
	mypy
	lint-imports
	check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

bench: .venv/ready
	python -m bench.load
	python -m bench.ingest
	python -m bench.search
	python -m bench.train

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if (3, 11) <= v < (3, 14) else "Wikishelf needs Python 3.11 to 3.13, and $(PYTHON) is %d.%d: run make PYTHON=python3.13" % v[:2])'
	$(PYTHON) -m venv .venv
	python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf .venv $(DEMO_HOME)
