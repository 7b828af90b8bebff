# make paper   trains, evaluates, draws and typesets everything; prints where the paper is
# make test    every check, and a small build of the whole workflow
# Both set everything up first: a virtual environment, the pinned packages, the Rust kernels.

PYTHON ?= python3
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
SNAKEMAKE := $(BIN)/snakemake
SMOKE := $(SNAKEMAKE) --configfile config/smoke.yaml

export PATH := $(BIN):$(PATH)
export VIRTUAL_ENV := $(CURDIR)/$(VENV)

.DELETE_ON_ERROR:
.PHONY: paper test fuzz setup lock clean

paper: setup
	@$(SNAKEMAKE)
	@echo "HTML: build/paper/index.html"
	@echo "PDF:  build/paper/index.pdf"

test: setup
	cargo test --quiet
	cargo fmt --check
	cargo clippy --quiet --all-targets -- -D warnings
	cargo clippy --quiet --all-targets --features python -- -D warnings
	ruff check
	ruff format --check
	pyright --warnings
	python -m mypy.stubtest colorcore._native
	pytest
	$(SMOKE) --lint
	$(SMOKE)
	$(SMOKE) --dry-run | grep -F "Nothing to be done"

# Needs a nightly toolchain and cargo-fuzz.
fuzz: setup
	cargo +nightly fuzz run arrays -- -max_total_time=300
	pytest --hypothesis-profile=fuzz tests/test_intake.py

setup: $(VENV)/kernels

# The kernels are part of the package, which is installed in place: Python edits need no rebuild.
$(VENV)/kernels: $(VENV)/packages pyproject.toml Cargo.toml Cargo.lock $(wildcard rust/*.rs)
	maturin develop --uv --release --locked --quiet
	@touch $@

$(VENV)/packages: requirements.lock
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'colorcore needs Python 3.11 or newer')"
	$(PYTHON) -m venv $(VENV)
	pip install --quiet --disable-pip-version-check "$$(grep '^uv==' $<)"
	uv pip install --quiet --compile-bytecode --requirements $<
	@touch $@

# Resolves the versions anew. Names and versions only, for every platform.
lock:
	uv pip compile --universal --python-version 3.11 --upgrade \
	  --no-annotate --no-header --no-emit-index-url \
	  --extra paper --extra test --extra build pyproject.toml --output-file requirements.lock

clean:
	rm -rf build target $(VENV)
