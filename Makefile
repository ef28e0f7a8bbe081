# make demo | test | matrix | check | bench | docs | pictures: each makes its own environment in .venv first.
# make lock | sbom | audit: the locks anew, what an image carries, and its known weaknesses.
# make release-check: whether this commit can be released.
PYTHON ?= python3
VENV ?= .venv
USERS_PATH := $(PATH)
export PATH := $(abspath $(VENV))/bin:$(PATH)

.PHONY: demo test matrix check bench docs pictures lock sbom audit release-check clean

# It prints what to type next, which depends on what your shell finds.
demo: $(VENV)/ready
	@PATH="$(USERS_PATH)" $(VENV)/bin/wikishelf demo

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
	check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff

bench: $(VENV)/ready
	python -m bench.load
	python -m bench.ingest
	python -m bench.search
	python -m bench.train

# The site, in build/docs/html; its reference comes from the code. A warning is an error.
docs: $(VENV)/ready .venv-docs/ready
	python -m pages.site build/docs/source
	.venv-docs/bin/python -m sphinx -q -W --keep-going -c pages/sphinx build/docs/source build/docs/html

# The picture of the page, from the sample, in chromium.
pictures: $(VENV)/ready
	python -m pages.pictures

$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if (3, 11) <= v < (3, 14) else "Wikishelf needs Python 3.11 to 3.13, and $(PYTHON) is %d.%d: run make PYTHON=python3.13" % v[:2])'
	@echo "Installing the packages of requirements.lock into $(VENV), which takes some minutes the first time."
	$(PYTHON) -m venv $(VENV)
	python -m pip install --disable-pip-version-check --require-hashes -r requirements.lock
	python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# The locks of all that a developer installs, of what an image installs, and of the tools that make and check them.
COMPILE = .venv-tools/bin/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate \
	--generate-hashes $(UPGRADE) --group build
lock: .venv-tools/ready
	$(COMPILE) pyproject.toml --extra dev --extra browser --output-file requirements.lock
	$(COMPILE) pyproject.toml --constraint requirements.lock --output-file supply/image.lock
	$(COMPILE) --constraint requirements.lock --group supply --output-file supply/tools.lock
	$(COMPILE) --constraint requirements.lock --group docs --output-file supply/docs.lock

# What an image carries, as a bill of materials (CycloneDX) and as a text with all licences.
sbom: .venv-tools/ready .venv-image/ready
	mkdir -p build
	.venv-tools/bin/cyclonedx-py environment --gather-license-texts --output-reproducible --pyproject pyproject.toml \
		--output-file build/wikishelf.cdx.json .venv-image/bin/python
	.venv-image/bin/python -m supply.licences build/licences.txt

# It asks the package index for what is known of each version.
audit: .venv-tools/ready
	.venv-tools/bin/pip-audit --disable-pip --requirement supply/image.lock

release-check: $(VENV)/ready .venv-tools/ready
	python -m supply.release

.venv-%/ready: supply/%.lock
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

clean:
	-[ ! -x $(VENV)/bin/wikishelf ] || $(VENV)/bin/wikishelf demo --remove
	rm -rf .venv .venv-* build
