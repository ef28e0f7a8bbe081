# make demo | test | matrix | check | bench: each makes its own environment in .venv first.
# make lock | sbom | audit: the locks anew, what an image carries, and its known weaknesses.
PYTHON ?= python3
VENV ?= .venv
export PATH := $(abspath $(VENV))/bin:$(PATH)
# The demo keeps its database apart from yours. Root's PostgreSQL runs as another user, who may not enter this folder.
DEMO_HOME := $(if $(filter 0,$(shell id -u)),/var/lib/wikishelf-demo,$(CURDIR)/.wikishelf)

.PHONY: demo test matrix check bench lock sbom audit clean

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

# So many files of tests run beside each other, also on two cores: many tests wait. Each process takes up to 2 GB.
JOBS ?= 4
test: $(VENV)/ready
	python -m pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder

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
	python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# The locks of all that a developer installs, of what an image installs, and of the tools that make and check them.
COMPILE = .venv-tools/bin/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate \
	--generate-hashes $(UPGRADE) --group build
lock: .venv-tools/ready
	$(COMPILE) pyproject.toml --extra dev --extra cluster --extra browser --output-file requirements.lock
	$(COMPILE) pyproject.toml --constraint requirements.lock --output-file supply/image.lock
	$(COMPILE) --constraint requirements.lock --group supply --output-file supply/tools.lock

# What an image carries, as a bill of materials (CycloneDX) and as a text with all licences.
sbom: .venv-tools/ready .venv-image/ready
	mkdir -p build
	.venv-tools/bin/cyclonedx-py environment --gather-license-texts --output-reproducible --pyproject pyproject.toml \
		--output-file build/wikishelf.cdx.json .venv-image/bin/python
	.venv-image/bin/python -m supply.licences build/licences.txt

# It asks the package index for what is known of each version.
audit: .venv-tools/ready
	.venv-tools/bin/pip-audit --disable-pip --requirement supply/image.lock

.venv-%/ready: supply/%.lock
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

clean:
	rm -rf .venv .venv-* build $(DEMO_HOME)
