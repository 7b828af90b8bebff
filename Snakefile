"""From experiments to a document, in the order of the rules: train, evaluate, audit, cubes, interventions,
explorer, figure, table, numbers, report, all. Each rule is one `colorcore` command that also runs by hand.

What a file says decides whether anything is made anew, and not when it was written. Code and settings
are params, as digests of what they do: a comment or a title changes none. Inputs newer than what was
made from them count when their checksums differ."""

import gc
import os
import sys
from pathlib import Path

from snakemake.utils import min_version

from colorcore import provenance
from colorcore.workflow import lock, warm
from colorcore.errors import InputError
from colorcore.outputs import date_now, sweep
from colorcore.results.files import GRIDS
from colorcore.writeup import written
from colorcore.writeup.plan import Plan

min_version("9.0")

# What is read here stays: looking for garbage in it every 700 objects takes half a second.
gc.set_threshold(1_000_000)

try:  # before anything is trained: what cannot be built is told here
    PLAN = Plan.of(config)
except InputError as error:
    raise WorkflowError(f"error: {error}") from None
BUILD = PLAN.build
RECORDS = f"{BUILD}/{written.RECORDS}"  # of what is written up, which the report checks it against
MAIN = PLAN.main.name  # what figures and tables are about
TRAINED = ["weights-*.safetensors", "snapshots-*.safetensors", "history-*.parquet"]
TRAINING = "records/train-*.json"  # what training noted, that whoever reads its results checks
EVALUATED = ["runs.csv", "moments.csv", "curves.parquet", "history.parquet"]

# Memory as measured, with room: torch and typesetting take 0.9 GB, and on a cluster two Snakemakes,
# which run the command there, 0.5 GB. Minutes, too, for some hundred seeds. All use one processor.
HEAVY = {"mem_mb": lambda _, attempt: 2000 * attempt, "runtime": lambda _, attempt: 10 * attempt}
LIGHT = {"mem_mb": lambda _, attempt: 1000 * attempt, "runtime": lambda _, attempt: 5 * attempt}

# The commands are those of the Python that runs Snakemake, whatever the PATH.
os.environ.update(PATH=os.pathsep.join([str(Path(sys.executable).parent), *os.get_exec_path()]))


def settings_of(names):
    """The files of experiments' settings. What they say counts, as params; without records, dates."""
    found = []
    for name in names:
        known = lock.recorded(f"{BUILD}/{name}/weights-0.safetensors")
        found += [ancient(file) if known else file for file in PLAN.settings_files(name)]
    return found


wildcard_constraints:
    experiment="|".join(map(re.escape, PLAN.experiments)),
    deletion=f"(?:{'|'.join(map(re.escape, PLAN.deletions))})", # of the first, nothing
    shard=r"\d+",
    figure="|".join(PLAN.document.figures),
    table="|".join(PLAN.document.tables),


localrules: all


onstart:
    lock.note()
    sweep(Path(BUILD))
    date_now([*Path(BUILD).rglob("*"), *PLAN.origins.text])
    if workflow.local_exec:
        warm.start()


rule train:
    input:
        settings=lambda w: settings_of([w.experiment]),
    output:
        weights=f"{BUILD}/{{experiment}}/weights-{{shard}}.safetensors",
        snapshots=f"{BUILD}/{{experiment}}/snapshots-{{shard}}.safetensors",
        history=f"{BUILD}/{{experiment}}/history-{{shard}}.parquet",
        record=f"{BUILD}/{{experiment}}/records/train-{{shard}}.json",
    params:
        code=provenance.code("train"),
        settings=lambda w: PLAN.training[w.experiment],
        command=lambda w: f"train {PLAN.folder(w.experiment)} --out {PLAN.place_of(w.experiment)}",
        seeds=config["seeds"],
        shards=PLAN.shards,
    log:
        f"{BUILD}/logs/{{experiment}}/train-{{shard}}.log",
    benchmark:
        f"{BUILD}/benchmarks/{{experiment}}/train-{{shard}}.tsv"
    conda:
        "environment.yaml"
    resources:
        **HEAVY,
    shell:
        "colorcore {params.command} --seeds {params.seeds} --shards {params.shards}"
        " --shard {wildcards.shard} 2> {log:q}"


rule evaluate:
    input:
        settings=lambda w: settings_of([w.experiment]),
        trained=lambda w: PLAN.results(w.experiment, *TRAINED),
        records=lambda w: ancient(PLAN.results(w.experiment, TRAINING)),
    output:
        runs=f"{BUILD}/{{experiment}}/runs.csv",
        moments=f"{BUILD}/{{experiment}}/moments.csv",
        curves=f"{BUILD}/{{experiment}}/curves.parquet",
        history=f"{BUILD}/{{experiment}}/history.parquet",
        record=f"{BUILD}/{{experiment}}/records/evaluate.json",
    params:
        code=provenance.code("evaluate"),
        settings=lambda w: PLAN.settings[w.experiment],
        command=lambda w: f"evaluate {PLAN.folder(w.experiment)} --out {PLAN.place_of(w.experiment)}",
        shards=PLAN.shards,
        which="",
    log:
        f"{BUILD}/logs/{{experiment}}/evaluate.log",
    benchmark:
        f"{BUILD}/benchmarks/{{experiment}}/evaluate.tsv"
    conda:
        "environment.yaml"
    resources:
        **HEAVY,
    shell:
        "colorcore {params.command} --shards {params.shards}{params.which} 2> {log:q}"


use rule evaluate as audit with:
    input:
        settings=lambda w: settings_of([w.experiment]),
        trained=lambda w: PLAN.results(w.experiment, "weights-*.safetensors"),
        records=lambda w: ancient(PLAN.results(w.experiment, TRAINING)),
    output:
        table=f"{BUILD}/{{experiment}}/audit.csv",
        record=f"{BUILD}/{{experiment}}/records/audit.json",
    params:
        code=provenance.code("audit"),
        command=lambda w: f"audit {PLAN.folder(w.experiment)} --out {PLAN.place_of(w.experiment)}",
    log:
        f"{BUILD}/logs/{{experiment}}/audit.log",
    benchmark:
        f"{BUILD}/benchmarks/{{experiment}}/audit.tsv"


use rule audit as recover with:
    output:
        table=f"{BUILD}/{{experiment}}/recovery.csv",
        record=f"{BUILD}/{{experiment}}/records/recover.json",
    params:
        code=provenance.code("recover"),
        command=lambda w: f"recover {PLAN.folder(w.experiment)} --out {PLAN.place_of(w.experiment)}",
    log:
        f"{BUILD}/logs/{{experiment}}/recover.log",
    benchmark:
        f"{BUILD}/benchmarks/{{experiment}}/recover.tsv"


use rule evaluate as cubes with:
    input:
        settings=settings_of([MAIN]),
        trained=PLAN.results(MAIN, "weights-*.safetensors", "snapshots-*.safetensors"),
        records=ancient(PLAN.results(MAIN, TRAINING)),
    output:
        grids=expand(f"{BUILD}/{MAIN}{{{{deletion}}}}/{{grid}}.nc", grid=GRIDS),
        record=f"{BUILD}/{MAIN}{{deletion}}/records/cubes.json",
    params:
        code=provenance.code("cubes"),
        settings=PLAN.settings[MAIN],
        command=lambda w: f"cubes {PLAN.folder(MAIN)} --out {PLAN.place_of(MAIN)}",
        which=lambda w: PLAN.option(w.deletion),
    log:
        f"{BUILD}/logs/{MAIN}{{deletion}}/cubes.log",
    benchmark:
        f"{BUILD}/benchmarks/{MAIN}{{deletion}}/cubes.tsv"


use rule cubes as interventions with:
    input:
        settings=settings_of([MAIN]),
        trained=PLAN.results(MAIN, "weights-*.safetensors"),
        records=ancient(PLAN.results(MAIN, TRAINING)),
    output:
        table=f"{BUILD}/{MAIN}{{deletion}}/interventions.csv",
        grid=f"{BUILD}/{MAIN}{{deletion}}/interventions.nc",
        record=f"{BUILD}/{MAIN}{{deletion}}/records/interventions.json",
    params:
        code=provenance.code("interventions"),
        command=lambda w: f"interventions {PLAN.folder(MAIN)} --out {PLAN.place_of(MAIN)}",
    log:
        f"{BUILD}/logs/{MAIN}{{deletion}}/interventions.log",
    benchmark:
        f"{BUILD}/benchmarks/{MAIN}{{deletion}}/interventions.tsv"


use rule cubes as explorer with:
    input:
        settings=settings_of([MAIN]),
        trained=PLAN.results(MAIN, "snapshots-*.safetensors"),
        records=ancient(PLAN.results(MAIN, TRAINING)),
    output:
        scene=f"{BUILD}/{MAIN}/explorer.json",
        record=f"{BUILD}/{MAIN}/records/explorer.json",
    params:
        code=provenance.code("explorer"),
        command=lambda w: f"explorer {PLAN.folder(MAIN)} --out {PLAN.place_of(MAIN)}",
        which="",
    log:
        f"{BUILD}/logs/{MAIN}/explorer.log",
    benchmark:
        f"{BUILD}/benchmarks/{MAIN}/explorer.tsv"


rule figure:
    input:
        settings=lambda w: settings_of(PLAN.origins.settings_read("figures", w.figure)),
        results=lambda w: PLAN.reads("figures", w.figure, w.deletion),
        records=lambda w: ancient(PLAN.records(PLAN.reads("figures", w.figure, w.deletion))),
    output:
        light=f"{BUILD}/{MAIN}{{deletion}}/figures/{{figure}}-light.svg",
        dark=f"{BUILD}/{MAIN}{{deletion}}/figures/{{figure}}-dark.svg",
        alt=f"{BUILD}/{MAIN}{{deletion}}/figures/{{figure}}.txt",
        record=f"{RECORDS}/{MAIN}{{deletion}}/figures/{{figure}}.json",
    params:
        code=lambda w: PLAN.origins.code("figures", w.figure),
        shows=lambda w: PLAN.origins.shows("figures", w.figure),
        command=lambda w: f"figure {PLAN.place} {w.figure}",
        build=lambda w: BUILD,
        which=lambda w: PLAN.option(w.deletion),
    log:
        f"{BUILD}/logs/{MAIN}{{deletion}}/figure-{{figure}}.log",
    benchmark:
        f"{BUILD}/benchmarks/{MAIN}{{deletion}}/figure-{{figure}}.tsv"
    conda:
        "environment.yaml"
    resources:
        **LIGHT,
    shell:
        "colorcore {params.command} --build {params.build:q}{params.which} 2> {log:q}"


use rule figure as table with:
    input:
        settings=lambda w: settings_of(PLAN.origins.settings_read("tables", w.table)),
        results=lambda w: PLAN.reads("tables", w.table, w.deletion),
        records=lambda w: ancient(PLAN.records(PLAN.reads("tables", w.table, w.deletion))),
    output:
        table=f"{BUILD}/{MAIN}{{deletion}}/tables/{{table}}.md",
        record=f"{RECORDS}/{MAIN}{{deletion}}/tables/{{table}}.json",
    params:
        code=lambda w: PLAN.origins.code("tables", w.table),
        shows=lambda w: PLAN.origins.shows("tables", w.table),
        command=lambda w: f"table {PLAN.place} {w.table}",
    log:
        f"{BUILD}/logs/{MAIN}{{deletion}}/table-{{table}}.log",
    benchmark:
        f"{BUILD}/benchmarks/{MAIN}{{deletion}}/table-{{table}}.tsv"


rule numbers:
    input:
        settings=settings_of(PLAN.experiments),
        runs=PLAN.results_of_all("runs.csv", "moments.csv"),
        interventions=expand(rules.interventions.output.table, deletion=PLAN.deletions),
        audits=PLAN.audits,
        records=ancient(PLAN.results_of_all("records/evaluate.json")),
        audited=ancient(PLAN.records(PLAN.audits)),
        intervened=ancient(expand(rules.interventions.output.record, deletion=PLAN.deletions)),
        trained=PLAN.results(MAIN, TRAINING),
        data=PLAN.origins.data,
    output:
        numbers=f"{BUILD}/numbers.json",
        record=f"{RECORDS}/numbers.json",
    params:
        code=PLAN.origins.of_numbers["code"],
        shows=PLAN.origins.of_numbers["settings"],
        document=lambda w: PLAN.place,
        build=lambda w: BUILD,
        claims="--check-claims" if config["check_claims"] else "--no-check-claims",
    log:
        f"{BUILD}/logs/numbers.log",
    benchmark:
        f"{BUILD}/benchmarks/numbers.tsv"
    conda:
        "environment.yaml"
    resources:
        **HEAVY,
    shell:
        "colorcore numbers {params.document} --build {params.build:q} {params.claims} 2> {log:q}"


DRAWN = [rules.figure.output.light, rules.figure.output.dark, rules.figure.output.alt]
SHOWN = [
    (kind, name, deletion)
    for deletion in PLAN.deletions
    for kind in ("figures", "tables")
    for name in PLAN.shown(kind, deletion)
]


def shown(kind, *files):
    """Files of every figure or table that the document shows."""
    return [
        file
        for one, name, deletion in SHOWN
        if one == kind
        for file in expand(files, deletion=[deletion], figure=name, table=name)
    ]


rule report:
    input:
        text=PLAN.origins.text,
        numbers=rules.numbers.output.numbers,
        figures=shown("figures", *DRAWN),
        tables=shown("tables", rules.table.output.table),
        explorer=rules.explorer.output.scene if PLAN.has_explorer else [],
        records=ancient(
            [
                rules.numbers.output.record,
                *shown("figures", rules.figure.output.record),
                *shown("tables", rules.table.output.record),
                *([rules.explorer.output.record] if PLAN.has_explorer else []),
            ]
        ),
    output:
        html=f"{PLAN.out}/index.html",
        pdf=f"{PLAN.out}/index.pdf",
        record=f"{RECORDS}/pages.json",
    params:
        code=PLAN.origins.of_report["code"],
        shows=PLAN.origins.of_report["settings"],
        document=lambda w: PLAN.place,
        build=lambda w: BUILD,
    log:
        f"{PLAN.out}/report.log",
    benchmark:
        f"{BUILD}/benchmarks/report.tsv"
    conda:
        "environment.yaml"
    resources:
        **HEAVY,
    shell:
        "colorcore report {params.document} --build {params.build:q} 2> {log:q}"


READ = {file for one in SHOWN for file in PLAN.reads(*one)}
CUBES = [expand(rules.cubes.output, deletion=deletion) for deletion in PLAN.deletions]


rule all:
    default_target: True
    input: # every file: one that is missing is made again, also when what is made of it is there
        rules.report.output,
        rules.numbers.output,
        shown("figures", *rules.figure.output),
        shown("tables", *rules.table.output),
        rules.explorer.output if PLAN.has_explorer else [],
        expand(rules.interventions.output, deletion=PLAN.deletions),
        [files for files in CUBES if READ & set(files)],
        PLAN.results_of_all(*TRAINED, TRAINING, *EVALUATED, "records/evaluate.json"),
        PLAN.audits,
        PLAN.records(PLAN.audits),
