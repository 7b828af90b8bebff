"""From the experiments to the paper, in the order of the rules: train, collect, evaluate, cubes,
interventions, explorer, figures, tables, numbers, paper. Each rule is one `colorcore` command that
also runs by hand."""

import sys
from pathlib import Path

from snakemake.utils import min_version, validate

from colorcore.writeup.figures import ACROSS as FIGURES_ACROSS
from colorcore.writeup.figures import NAMES as FIGURES
from colorcore.experiment.folder import SEARCH, TRIALS, files
from colorcore.provenance import sources
from colorcore.writeup.tables import ACROSS as TABLES_ACROSS
from colorcore.writeup.tables import TABLE_NAMES as TABLES

min_version("9.0")

validate(config, "config/schema.yaml")

BUILD = config["build"]
EXPERIMENTS = config["experiments"]
MAIN = next(iter(EXPERIMENTS))  # which figures and tables are about; the others are compared with it
COLORCORE = f"{sys.executable} -m colorcore"
GRIDS = ["color_slices", "loss_cube", "latent_cube", "score_grid", "evolution"]
REFERENCE = f"{config['paper']}/reference/ex-2.10.1.runs.csv"
SEARCHES = [str(path) for kind in (SEARCH, TRIALS) for path in Path("experiments").glob(f"*/{kind}")]
TEXT = [path for path in Path(config["paper"]).rglob("*") if path.is_file()]
SHARDS = {name: range(entry["shards"]) for name, entry in EXPERIMENTS.items()}

settings_of = lambda w: [*(f := files(Path("experiments") / w.experiment)).settings, f.dopesheet]
shards_of = lambda file: lambda w: expand(
    f"{BUILD}/{w.experiment}/{file}", shard=SHARDS[w.experiment]
)


wildcard_constraints:
    experiment="|".join(map(re.escape, EXPERIMENTS)),
    shard=r"\d+",
    figure="|".join(FIGURES),
    table="|".join(TABLES),


localrules:
    all,


rule all:
    input:
        f"{BUILD}/paper/index.html",
        f"{BUILD}/paper/index.pdf",


rule train:
    input:
        settings=settings_of,
        code=sources("train"),
    output:
        weights=f"{BUILD}/{{experiment}}/weights-{{shard}}.safetensors",
        snapshots=f"{BUILD}/{{experiment}}/snapshots-{{shard}}.safetensors",
        history=f"{BUILD}/{{experiment}}/history-{{shard}}.parquet",
        record=f"{BUILD}/{{experiment}}/train-{{shard}}.json",
    params:
        run=COLORCORE,
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
    shell:
        "{params.run} train experiments/{wildcards.experiment} --out {params.out}"
        " --seeds {params.seeds} --first {params.first} --shards {params.shards} --shard {wildcards.shard} 2> {log}"


rule collect:
    input:
        histories=shards_of("history-{shard}.parquet"),
        code=sources("collect"),
    output:
        history=f"{BUILD}/{{experiment}}/history.parquet",
    params:
        run=COLORCORE,
        out=lambda w: f"{BUILD}/{w.experiment}",
        shards=lambda w: EXPERIMENTS[w.experiment]["shards"],
    log:
        f"{BUILD}/logs/{{experiment}}/collect.log",
    benchmark:
        f"{BUILD}/benchmarks/{{experiment}}/collect.tsv"
    conda:
        "environment.yaml"
    shell:
        "{params.run} collect --out {params.out}"
        " --shards {params.shards} 2> {log}"


rule evaluate:
    input:
        settings=settings_of,
        weights=shards_of("weights-{shard}.safetensors"),
        snapshots=shards_of("snapshots-{shard}.safetensors"),
        history=f"{BUILD}/{{experiment}}/history.parquet",
        code=sources("evaluate"),
    output:
        runs=f"{BUILD}/{{experiment}}/runs.csv",
        moments=f"{BUILD}/{{experiment}}/moments.csv",
    params:
        run=COLORCORE,
        out=lambda w: f"{BUILD}/{w.experiment}",
        shards=lambda w: EXPERIMENTS[w.experiment]["shards"],
    log:
        f"{BUILD}/logs/{{experiment}}/evaluate.log",
    benchmark:
        f"{BUILD}/benchmarks/{{experiment}}/evaluate.tsv"
    conda:
        "environment.yaml"
    shell:
        "{params.run} evaluate experiments/{wildcards.experiment}"
        " --out {params.out} --shards {params.shards} 2> {log}"


rule cubes:
    input:
        settings=settings_of,
        weights=shards_of("weights-{shard}.safetensors"),
        snapshots=shards_of("snapshots-{shard}.safetensors"),
        code=sources("cubes"),
    output:
        grids=expand(f"{BUILD}/{{{{experiment}}}}/{{grid}}.nc", grid=GRIDS),
    params:
        run=COLORCORE,
        out=lambda w: f"{BUILD}/{w.experiment}",
        shards=lambda w: EXPERIMENTS[w.experiment]["shards"],
    log:
        f"{BUILD}/logs/{{experiment}}/cubes.log",
    benchmark:
        f"{BUILD}/benchmarks/{{experiment}}/cubes.tsv"
    conda:
        "environment.yaml"
    shell:
        "{params.run} cubes experiments/{wildcards.experiment}"
        " --out {params.out} --shards {params.shards} 2> {log}"


rule interventions:
    input:
        settings=settings_of,
        weights=shards_of("weights-{shard}.safetensors"),
        code=sources("interventions"),
    output:
        table=f"{BUILD}/{{experiment}}/interventions.csv",
        grid=f"{BUILD}/{{experiment}}/interventions.nc",
    params:
        run=COLORCORE,
        out=lambda w: f"{BUILD}/{w.experiment}",
        shards=lambda w: EXPERIMENTS[w.experiment]["shards"],
    log:
        f"{BUILD}/logs/{{experiment}}/interventions.log",
    benchmark:
        f"{BUILD}/benchmarks/{{experiment}}/interventions.tsv"
    conda:
        "environment.yaml"
    shell:
        "{params.run} interventions experiments/{wildcards.experiment}"
        " --out {params.out} --shards {params.shards} 2> {log}"


rule explorer:
    input:
        settings=settings_of,
        snapshots=shards_of("snapshots-{shard}.safetensors"),
        code=sources("explorer"),
    output:
        f"{BUILD}/{{experiment}}/explorer.json",
    params:
        run=COLORCORE,
        out=lambda w: f"{BUILD}/{w.experiment}",
        shards=lambda w: EXPERIMENTS[w.experiment]["shards"],
    log:
        f"{BUILD}/logs/{{experiment}}/explorer.log",
    benchmark:
        f"{BUILD}/benchmarks/{{experiment}}/explorer.tsv"
    conda:
        "environment.yaml"
    shell:
        "{params.run} explorer experiments/{wildcards.experiment}"
        " --out {params.out} --shards {params.shards} 2> {log}"


ALL_RUNS = expand(rules.evaluate.output.runs, experiment=EXPERIMENTS)


rule figures:
    input:
        runs=rules.evaluate.output.runs,
        grids=rules.cubes.output.grids,
        interventions=rules.interventions.output,
        history=rules.collect.output,
        reference=REFERENCE,
        others=lambda w: ALL_RUNS if w.figure in FIGURES_ACROSS else [],
        searches=lambda w: SEARCHES if w.figure == "search" else [],
        code=sources("figure"),
    output:
        light=f"{BUILD}/{{experiment}}/figures/{{figure}}-light.svg",
        dark=f"{BUILD}/{{experiment}}/figures/{{figure}}-dark.svg",
        alt=f"{BUILD}/{{experiment}}/figures/{{figure}}.txt",
    params:
        run=COLORCORE,
        out=lambda w: f"{BUILD}/{w.experiment}",
    log:
        f"{BUILD}/logs/{{experiment}}/figure-{{figure}}.log",
    benchmark:
        f"{BUILD}/benchmarks/{{experiment}}/figure-{{figure}}.tsv"
    conda:
        "environment.yaml"
    shell:
        "{params.run} figure experiments/{wildcards.experiment} {wildcards.figure}"
        " --out {params.out} --published {input.reference} 2> {log}"


rule tables:
    input:
        runs=rules.evaluate.output.runs,
        interventions=rules.interventions.output,
        records=shards_of("train-{shard}.json"),
        reference=REFERENCE,
        others=lambda w: ALL_RUNS if w.table in TABLES_ACROSS else [],
        searches=lambda w: SEARCHES if w.table == "search" else [],
        code=sources("table"),
    output:
        f"{BUILD}/{{experiment}}/tables/{{table}}.md",
    params:
        run=COLORCORE,
        out=lambda w: f"{BUILD}/{w.experiment}",
    log:
        f"{BUILD}/logs/{{experiment}}/table-{{table}}.log",
    benchmark:
        f"{BUILD}/benchmarks/{{experiment}}/table-{{table}}.tsv"
    conda:
        "environment.yaml"
    shell:
        "{params.run} table experiments/{wildcards.experiment} {wildcards.table}"
        " --out {params.out} --published {input.reference} 2> {log}"


rule numbers:
    input:
        runs=ALL_RUNS,
        searches=SEARCHES,
        interventions=expand(rules.interventions.output.table, experiment=MAIN),
        records=[f"{BUILD}/{e}/train-{i}.json" for e in EXPERIMENTS for i in SHARDS[e]],
        reference=REFERENCE,
        code=sources("numbers"),
    output:
        f"{BUILD}/numbers.json",
    params:
        run=COLORCORE,
        build=lambda w: BUILD,
        claims="--check-claims" if config["check_claims"] else "--no-check-claims",
        experiments=[f"experiments/{name}" for name in EXPERIMENTS],
    log:
        f"{BUILD}/logs/numbers.log",
    benchmark:
        f"{BUILD}/benchmarks/numbers.tsv"
    conda:
        "environment.yaml"
    shell:
        "{params.run} numbers {params.experiments} --build {params.build}"
        " --published {input.reference} {params.claims} 2> {log}"


rule paper:
    input:
        text=TEXT,
        numbers=rules.numbers.output,
        figures=expand(rules.figures.output, experiment=MAIN, figure=FIGURES),
        tables=expand(rules.tables.output, experiment=MAIN, table=TABLES),
        explorers=expand(rules.explorer.output, experiment=MAIN),
        code=sources("report"),
    output:
        html=f"{BUILD}/paper/index.html",
        pdf=f"{BUILD}/paper/index.pdf",
    params:
        run=COLORCORE,
        build=lambda w: BUILD,
        text=lambda w: config["paper"],
    log:
        f"{BUILD}/logs/paper.log",
    benchmark:
        f"{BUILD}/benchmarks/paper.tsv"
    conda:
        "environment.yaml"
    shell:
        "{params.run} report {params.text} --build {params.build} 2> {log}"
