# make paper   trains, evaluates, draws and typesets everything; prints where the paper is
# make report  the same for one experiment: make report EXPERIMENT=experiments/my-own; or document
# make docs    runs the examples and builds the pages on the package; prints where they are
# make test    every check, and a small build of the whole workflow
# make test-slurm  runs builds on a Slurm cluster that it starts; takes four minutes
# make search  searches for a schedule anew, as its experiment says; takes half an hour
# make tail    trains a thousand runs of some experiments, to see how seldom they fail; takes a quarter of one
# make tune    tries other settings of the methods that the paper compares with; takes minutes
# make transformer  trains the transformers of the page on mixing anew; takes an hour
# make wheel   builds the package for others, and tests it in an environment of its own
# make fuzz    passes arbitrary arrays to the kernels; takes ten minutes
# make stress  kills builds, damages results and passes odd arrays; MINUTES=10 of each of the three
# make bench   times the kernels and training beside their peers, for the pages; takes minutes
# All set everything up first: a virtual environment, the pinned packages, the Rust kernels.

PYTHON ?= python3
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
# Where to build, if not here: make paper PROFILE=profiles/slurm, on a cluster.
ON = $(if $(PROFILE),--profile profiles/default --workflow-profile $(PROFILE))
SNAKEMAKE := $(BIN)/snakemake $(ON)
PART := $(SNAKEMAKE) --configfile config/part.yaml
UNLOCK = $(if $(wildcard .snakemake/locks/*.lock),python -m colorcore.workflow.lock)

export PATH := $(BIN):$(PATH)
export VIRTUAL_ENV := $(CURDIR)/$(VENV)
export NO_MKDOCS_2_WARNING := 1 # a notice of the theme's makers, at every build

PACKAGE := $(shell find python/colorcore -name "*.py")
RUST := $(shell find rust -name "*.rs")
EXAMPLES := $(patsubst %,build/examples/%.done,digits language images mixing)

.DELETE_ON_ERROR:
.PHONY: paper report docs test test-slurm search tail tune transformer bench fuzz stress wheel setup lock clean
.PHONY: check-rust check-lints check-types check-python check-workflow

paper: setup
	@$(UNLOCK)
	@$(SNAKEMAKE)
	@echo "HTML: build/paper/index.html"
	@echo "PDF:  build/paper/index.pdf"

# How many runs, fewer while trying things out, and in how many jobs they are trained.
SEEDS ?= 60
SHARDS ?= 2

# A report has results of its own, also of the experiment that it compares with, in a folder of its
# name; a document has its pages in another within.
NAME = import sys, pathlib; print(pathlib.Path(sys.argv[1]).resolve().name)

report: setup
	@test -n "$(EXPERIMENT)" || { echo "make report: wanted EXPERIMENT=experiments/…, got none"; exit 2; }
	@$(UNLOCK)
	@name=$$(python -c "$(NAME)" "$(EXPERIMENT)") && pages="build/reports/$$name" && \
	$(SNAKEMAKE) --configfile config/report.yaml \
	  --config document="$(EXPERIMENT)" build="$$pages" seeds=$(SEEDS) shards=$(SHARDS) && \
	if test -f "$(EXPERIMENT)/document.yaml"; then pages="$$pages/$$name"; fi && \
	echo "HTML: $$pages/index.html" && \
	echo "PDF:  $$pages/index.pdf"

docs: setup $(EXAMPLES) build/docs/speed.done
	mkdocs build --strict
	@echo "Documentation: build/docs/site/index.html"

# Each example writes its numbers and images to a folder of its name.
build/examples/%.done: examples/%.py $(wildcard examples/*.py examples/mixing/*) $(PACKAGE) $(VENV)/kernels
	python $< --out $(basename $@)
	@touch $@

build/docs/speed.done: $(wildcard docs/python/*.py docs/timings/*.json) $(PACKAGE) $(VENV)/kernels
	python docs/python/speed.py --out $(basename $@)
	@touch $@

# First what keeps one processor busy, side by side; then what by itself keeps all of them.
test: setup
	@$(MAKE) --no-print-directory --jobs=2 --output-sync check-rust check-lints check-types docs
	@$(MAKE) --no-print-directory check-python check-workflow

check-rust: setup
	cargo test --quiet
	cargo fmt --check
	cargo clippy --quiet --all-targets -- -D warnings
	cargo clippy --quiet --all-targets --features python -- -D warnings

check-lints: setup
	ruff check
	ruff format --check
	lint-imports --no-logo 2>/dev/null || lint-imports

check-types: setup
	pyright --warnings
	python -m mypy.stubtest colorcore._native

# A worker a processor, each with tests that share what takes long to make, until it helps others.
check-python: setup
	OMP_NUM_THREADS=1 pytest -n auto --dist worksteal

# The paper is planned, and a part of it with something of each rule is built.
check-workflow: setup
	$(SNAKEMAKE) --lint
	$(SNAKEMAKE) --config build=build/planned --dry-run > /dev/null
	@$(UNLOCK)
	$(PART)
	$(PART) --dry-run | grep -F "Nothing to be done"

# Needs the daemons of Slurm and Munge, as Debian's packages slurmctld, slurmd and munge have them.
test-slurm: setup
	uv pip install --quiet --constraint requirements.lock --requirements pyproject.toml --extra slurm
	pytest -m slurm tests/workflow/test_slurm.py

# Needs a nightly toolchain and cargo-fuzz.
fuzz: setup
	cargo +nightly fuzz run arrays -- -max_total_time=300
	pytest --hypothesis-profile=fuzz tests/kernels

# Each takes so many minutes, after a small build that nobody disturbs, where it wants one. What it
# draws from is printed; SEED makes the same again.
MINUTES ?= 10

stress: setup
	MINUTES=$(MINUTES) pytest -s -m stress tests/stress

# An interrupted search goes on where it stopped. What it finds is in build/search, to be compared
# with what the experiment's folder has.
search: setup
	colorcore search experiments/ex-reliable --out build/search

# An interrupted tail goes on where it stopped; what is there is begun anew once it is deleted. TAILS are
# the experiments of which the paper tells how seldom they fail.
TAILS := ex-2.10.1 ex-reliable ex-reliable-sided ex-tilt ex-erasing
RUNS ?= 1020

tail: setup
	printf '%s\n' $(TAILS) | xargs --max-procs=2 --replace \
	  env OMP_NUM_THREADS=1 colorcore tail experiments/{} --out experiments/{}/tail.csv --seeds $(RUNS)

# So does an interrupted tuning. What is best, the experiments must say themselves.
tune: setup
	printf '%s\n' $(patsubst %/,%,$(dir $(wildcard experiments/*/grid.yaml))) | \
	  xargs --max-procs=2 --replace env OMP_NUM_THREADS=1 colorcore tune {} --out {}/tuned.csv

# What was interrupted goes on where it stopped, in build/transformer. The tables that the page is made of
# are in examples/mixing.
MIXERS := $(foreach seed,0 1 2 3 4 5 6 7 8,anchored-$(seed) control-$(seed))

transformer: setup
	printf '%s\n' $(MIXERS) | xargs --max-procs=2 --replace \
	  env OMP_NUM_THREADS=1 python examples/mixing_runs.py --only {}
	python examples/mixing_runs.py

# The machine should have nothing else to do. Peers come on top of the pinned packages.
bench: setup
	uv pip install --quiet --constraint requirements.lock --requirements pyproject.toml --extra bench
	python benches/color.py --json docs/timings/color.json
	python benches/labels.py --json docs/timings/labels.json
	python benches/separation.py --json docs/timings/separation.json
	python benches/ensemble.py
	python benches/step.py
	python benches/train.py --json docs/timings/train.json

# Builds the source distribution, from that the wheel, and tests what is installed from it where
# there is neither the repository nor torch.
wheel: setup
	rm -rf build/dist
	uv build --quiet --out-dir build/dist
	uv run --quiet --isolated --no-project --with build/dist/*.whl --with pytest --with hypothesis \
	  python tests/installed.py

setup: $(VENV)/kernels

# The kernels are part of the package, which is installed in place: Python edits need no rebuild.
$(VENV)/kernels: $(VENV)/packages pyproject.toml Cargo.toml Cargo.lock $(RUST)
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
	  --extra paper --extra search --extra examples --extra docs --extra test --extra build \
	  pyproject.toml --output-file requirements.lock

clean:
	rm -rf build target $(VENV)
