"""From the experiments to the paper, in the order of the rules: train, evaluate, cubes,
interventions, explorer, figure, table, numbers, paper. Each rule is one `colorcore` command that
also runs by hand.

What a file says decides whether anything is made anew, and not when it was written. Code and settings
are params, as digests of what they do: a comment or a title changes none. Inputs newer than what was
made from them count when their checksums differ."""

import os
import sys
from base64 import urlsafe_b64encode
from pathlib import Path

from snakemake.utils import min_version, validate

from colorcore import lock, provenance, warm
from colorcore.experiment.folder import SEARCH, TRIALS, files
from colorcore.experiment.loading import load
from colorcore.experiment.origin import digest
from colorcore.outputs import date_now
from colorcore.results.comparison import BASES, GROUPS
from colorcore.writeup.figures import ACROSS as FIGURES_ACROSS
from colorcore.writeup.figures import FIGURES
from colorcore.writeup.tables import ACROSS as TABLES_ACROSS
from colorcore.writeup.tables import TABLES

min_version("9.0")

validate(config, "config/schema.yaml")

BUILD = config["build"]
EXPERIMENTS = config["experiments"]
MAIN = next(iter(EXPERIMENTS))  # which figures and tables are about; the others are compared with it
COMPARED = sorted({name for group in GROUPS.values() for name in group})
GRIDS = ["color_slices", "loss_cube", "latent_cube", "score_grid", "evolution"]
PUBLISHED = [f"{config['paper']}/reference/{name}.csv" for name in ("ex-2.10.1.runs", "summaries")]
SEARCHES = [str(path) for kind in (SEARCH, TRIALS) for path in Path("experiments").glob(f"*/{kind}")]
TEXT = [path for path in Path(config["paper"]).rglob("*") if path.is_file()]
SHARDS = {name: range(entry["shards"]) for name, entry in EXPERIMENTS.items()}

if missing := [name for name in COMPARED if name not in EXPERIMENTS]:
    raise WorkflowError(
        f"{config['paper']}: wanted all experiments that it compares in the configuration, got none "
        f"of {', '.join(missing)}; add them to experiments"
    )

FOLDERS = {name: Path("experiments") / name for name in EXPERIMENTS}
FILES = {name: [*(f := files(folder)).settings, f.dopesheet] for name, folder in FOLDERS.items()}
SETTINGS = {name: digest(load(folder)) for name, folder in FOLDERS.items()}

# Memory as measured, with room: torch alone takes 0.8 GB. Minutes for a hundred seeds.
TORCH = {"mem_mb": 1500, "runtime": 10}
LIGHT = {"mem_mb": 500, "runtime": 5}

# The commands are those of the Python that runs Snakemake, whatever the PATH.
os.environ.update(PATH=os.pathsep.join([str(Path(sys.executable).parent), *os.get_exec_path()]))


def recorded(name):
    """Whether Snakemake knows from what an experiment's results were made."""
    key = urlsafe_b64encode(f"{BUILD}/{name}/weights-0.safetensors".encode()).decode()
    return Path(".snakemake/metadata", key).exists()


def settings_of(names):
    """The files of experiments' settings. What they say counts, as params; without records, dates."""
    found = [(name, os.path.relpath(path)) for name in names for path in FILES[name]]
    return [ancient(path) if recorded(name) else path for name, path in found]


def others_of(name):
    """The experiments that a figure or a table reads beside the main one."""
    group = name.removeprefix("conditions-")
    if group in GROUPS:
        return [*GROUPS[group], *BASES.get(group, ())[:1]]
    return COMPARED if name in (*FIGURES_ACROSS, *TABLES_ACROSS) else []


def runs_of(names):
    """What is known of each run of these experiments, after training and through it."""
    return expand(f"{BUILD}/{{experiment}}/{{table}}.csv", experiment=names, table=["runs", "moments"])


def searches_of(name):
    return SEARCHES if name == "search" else []


def shards_of(file):
    """A file that each shard of an experiment has, for all of them."""
    return lambda w: expand(f"{BUILD}/{w.experiment}/{file}", shard=SHARDS[w.experiment])


wildcard_constraints:
    experiment="|".join(map(re.escape, EXPERIMENTS)),
    shard=r"\d+",
    figure="|".join(FIGURES),
    table="|".join(TABLES),


localrules:
    all,


onstart:
    lock.note()
    date_now([*sum(FILES.values(), []), *PUBLISHED, *SEARCHES, *TEXT, *Path(BUILD).rglob("*")])
    warm.start()


rule all:
    input:
        f"{BUILD}/paper/index.html",
        f"{BUILD}/paper/index.pdf",


rule train:
    input:
        settings=lambda w: settings_of([w.experiment]),
    output:
        weights=f"{BUILD}/{{experiment}}/weights-{{shard}}.safetensors",
        snapshots=f"{BUILD}/{{experiment}}/snapshots-{{shard}}.safetensors",
        history=f"{BUILD}/{{experiment}}/history-{{shard}}.parquet",
        record=f"{BUILD}/{{experiment}}/train-{{shard}}.json",
    params:
        code=provenance.code("train"),
        settings=lambda w: SETTINGS[w.experiment],
        out=lambda w: f"{BUILD}/{w.experiment}",
        seeds=lambda w: EXPERIMENTS[w.experiment]["seeds"],
        first=lambda w: EXPERIMENTS[w.experiment]["first"],
        shards=lambda w: EXPERIMENTS[w.experiment]["shards"],
    log:
        f"{BUILD}/logs/{{experiment}}/train-{{shard}}.log",
    benchmark:
        f"{BUILD}/benchmarks/{{experiment}}/train-{{shard}}.tsv"
    conda:
        "environment.yaml"
    resources:
        **TORCH,
    shell:
        "colorcore train experiments/{wildcards.experiment} --out {params.out}"
        " --seeds {params.seeds} --first {params.first} --shards {params.shards} --shard {wildcards.shard} 2> {log}"


rule evaluate:
    input:
        settings=lambda w: settings_of([w.experiment]),
        weights=shards_of("weights-{shard}.safetensors"),
        snapshots=shards_of("snapshots-{shard}.safetensors"),
        histories=shards_of("history-{shard}.parquet"),
    output:
        runs=f"{BUILD}/{{experiment}}/runs.csv",
        moments=f"{BUILD}/{{experiment}}/moments.csv",
        history=f"{BUILD}/{{experiment}}/history.parquet",
    params:
        code=provenance.code("evaluate"),
        settings=lambda w: SETTINGS[w.experiment],
        out=lambda w: f"{BUILD}/{w.experiment}",
        shards=lambda w: EXPERIMENTS[w.experiment]["shards"],
    log:
        f"{BUILD}/logs/{{experiment}}/evaluate.log",
    benchmark:
        f"{BUILD}/benchmarks/{{experiment}}/evaluate.tsv"
    conda:
        "environment.yaml"
    resources:
        **TORCH,
    shell:
        "colorcore evaluate experiments/{wildcards.experiment}"
        " --out {params.out} --shards {params.shards} 2> {log}"


rule cubes:
    input:
        settings=lambda w: settings_of([w.experiment]),
        weights=shards_of("weights-{shard}.safetensors"),
        snapshots=shards_of("snapshots-{shard}.safetensors"),
    output:
        grids=expand(f"{BUILD}/{{{{experiment}}}}/{{grid}}.nc", grid=GRIDS),
    params:
        code=provenance.code("cubes"),
        settings=lambda w: SETTINGS[w.experiment],
        out=lambda w: f"{BUILD}/{w.experiment}",
        shards=lambda w: EXPERIMENTS[w.experiment]["shards"],
    log:
        f"{BUILD}/logs/{{experiment}}/cubes.log",
    benchmark:
        f"{BUILD}/benchmarks/{{experiment}}/cubes.tsv"
    conda:
        "environment.yaml"
    resources:
        **TORCH,
    shell:
        "colorcore cubes experiments/{wildcards.experiment}"
        " --out {params.out} --shards {params.shards} 2> {log}"


rule interventions:
    input:
        settings=lambda w: settings_of([w.experiment]),
        weights=shards_of("weights-{shard}.safetensors"),
    output:
        table=f"{BUILD}/{{experiment}}/interventions.csv",
        grid=f"{BUILD}/{{experiment}}/interventions.nc",
    params:
        code=provenance.code("interventions"),
        settings=lambda w: SETTINGS[w.experiment],
        out=lambda w: f"{BUILD}/{w.experiment}",
        shards=lambda w: EXPERIMENTS[w.experiment]["shards"],
    log:
        f"{BUILD}/logs/{{experiment}}/interventions.log",
    benchmark:
        f"{BUILD}/benchmarks/{{experiment}}/interventions.tsv"
    conda:
        "environment.yaml"
    resources:
        **TORCH,
    shell:
        "colorcore interventions experiments/{wildcards.experiment}"
        " --out {params.out} --shards {params.shards} 2> {log}"


rule explorer:
    input:
        settings=lambda w: settings_of([w.experiment]),
        snapshots=shards_of("snapshots-{shard}.safetensors"),
    output:
        f"{BUILD}/{{experiment}}/explorer.json",
    params:
        code=provenance.code("explorer"),
        settings=lambda w: SETTINGS[w.experiment],
        out=lambda w: f"{BUILD}/{w.experiment}",
        shards=lambda w: EXPERIMENTS[w.experiment]["shards"],
    log:
        f"{BUILD}/logs/{{experiment}}/explorer.log",
    benchmark:
        f"{BUILD}/benchmarks/{{experiment}}/explorer.tsv"
    conda:
        "environment.yaml"
    resources:
        **TORCH,
    shell:
        "colorcore explorer experiments/{wildcards.experiment}"
        " --out {params.out} --shards {params.shards} 2> {log}"


rule figure:
    input:
        settings=lambda w: settings_of([w.experiment, *others_of(w.figure)]),
        runs=lambda w: runs_of([w.experiment, *others_of(w.figure)]),
        grids=rules.cubes.output.grids,
        interventions=rules.interventions.output,
        history=rules.evaluate.output.history,
        published=PUBLISHED,
        searches=lambda w: searches_of(w.figure),
    output:
        light=f"{BUILD}/{{experiment}}/figures/{{figure}}-light.svg",
        dark=f"{BUILD}/{{experiment}}/figures/{{figure}}-dark.svg",
        alt=f"{BUILD}/{{experiment}}/figures/{{figure}}.txt",
    params:
        code=lambda w: provenance.code("figure", f"colorcore.writeup.figures.{FIGURES[w.figure][0]}"),
        settings=lambda w: [SETTINGS[name] for name in (w.experiment, *others_of(w.figure))],
        out=lambda w: f"{BUILD}/{w.experiment}",
    log:
        f"{BUILD}/logs/{{experiment}}/figure-{{figure}}.log",
    benchmark:
        f"{BUILD}/benchmarks/{{experiment}}/figure-{{figure}}.tsv"
    conda:
        "environment.yaml"
    resources:
        **TORCH,
    shell:
        "colorcore figure experiments/{wildcards.experiment} {wildcards.figure}"
        " --out {params.out} --published {input.published[0]} 2> {log}"


rule table:
    input:
        settings=lambda w: settings_of([w.experiment, *others_of(w.table)]),
        runs=lambda w: runs_of([w.experiment, *others_of(w.table)]),
        interventions=rules.interventions.output,
        records=shards_of("train-{shard}.json"),
        published=PUBLISHED,
        searches=lambda w: searches_of(w.table),
    output:
        f"{BUILD}/{{experiment}}/tables/{{table}}.md",
    params:
        code=lambda w: provenance.code("table", f"colorcore.writeup.tables.{TABLES[w.table][0]}"),
        settings=lambda w: [SETTINGS[name] for name in (w.experiment, *others_of(w.table))],
        out=lambda w: f"{BUILD}/{w.experiment}",
    log:
        f"{BUILD}/logs/{{experiment}}/table-{{table}}.log",
    benchmark:
        f"{BUILD}/benchmarks/{{experiment}}/table-{{table}}.tsv"
    conda:
        "environment.yaml"
    resources:
        **LIGHT,
    shell:
        "colorcore table experiments/{wildcards.experiment} {wildcards.table}"
        " --out {params.out} --published {input.published[0]} 2> {log}"


rule numbers:
    input:
        settings=settings_of(EXPERIMENTS),
        runs=runs_of(EXPERIMENTS),
        searches=SEARCHES,
        interventions=expand(rules.interventions.output.table, experiment=MAIN),
        records=[f"{BUILD}/{e}/train-{i}.json" for e in EXPERIMENTS for i in SHARDS[e]],
        published=PUBLISHED,
    output:
        f"{BUILD}/numbers.json",
    params:
        code=provenance.code("numbers"),
        settings=list(SETTINGS.values()),
        build=lambda w: BUILD,
        claims="--check-claims" if config["check_claims"] else "--no-check-claims",
        experiments=[f"experiments/{name}" for name in EXPERIMENTS],
    log:
        f"{BUILD}/logs/numbers.log",
    benchmark:
        f"{BUILD}/benchmarks/numbers.tsv"
    conda:
        "environment.yaml"
    resources:
        **TORCH,
    shell:
        "colorcore numbers {params.experiments} --build {params.build}"
        " --published {input.published[0]} {params.claims} 2> {log}"


rule paper:
    input:
        text=TEXT,
        numbers=rules.numbers.output,
        figures=expand(rules.figure.output, experiment=MAIN, figure=FIGURES),
        tables=expand(rules.table.output, experiment=MAIN, table=TABLES),
        explorers=expand(rules.explorer.output, experiment=MAIN),
    output:
        html=f"{BUILD}/paper/index.html",
        pdf=f"{BUILD}/paper/index.pdf",
    params:
        code=provenance.code("report"),
        build=lambda w: BUILD,
        text=lambda w: config["paper"],
    log:
        f"{BUILD}/logs/paper.log",
    benchmark:
        f"{BUILD}/benchmarks/paper.tsv"
    conda:
        "environment.yaml"
    resources:
        **LIGHT,
    shell:
        "colorcore report {params.text} --build {params.build} 2> {log}"
