"""From experiments to a document, in the order of the rules: train, evaluate, cubes, interventions,
explorer, figure, table, numbers, report. Each rule is one `colorcore` command that also runs by hand.

What a file says decides whether anything is made anew, and not when it was written. Code and settings
are params, as digests of what they do: a comment or a title changes none. Inputs newer than what was
made from them count when their checksums differ."""

import os
import sys
from base64 import urlsafe_b64encode
from pathlib import Path

from snakemake.utils import min_version, validate

from colorcore import provenance
from colorcore.workflow import lock, warm
from colorcore.errors import InputError
from colorcore.experiment.folder import files
from colorcore.experiment.origin import digest
from colorcore.outputs import date_now
from colorcore.writeup import making, opening

min_version("9.0")

validate(config, "config/schema.yaml")

BUILD = config["build"]
try:  # before anything is trained: what cannot be built is told here
    DOCUMENT = opening.read(Path(config["document"]))
    opening.check(DOCUMENT, config["seeds"])
    EXPERIMENTS = {name: DOCUMENT.load(name) for name in DOCUMENT.names}
except InputError as error:
    raise WorkflowError(f"error: {error}") from None
MAIN = EXPERIMENTS[DOCUMENT.main_name]  # which figures and tables are about
# Where results of each deletion of the main experiment lie: those of the first in its own folder.
DELETIONS = {
    "" if deletion == MAIN.deletion else f"{os.sep}{name}": deletion
    for name, deletion in MAIN.deletions.items()
}
GRIDS = ["color_slices", "loss_cube", "latent_cube", "score_grid", "evolution"]
TEXT = [
    os.path.relpath(path)
    for path in DOCUMENT.folder.rglob("*")
    if path.is_file() and path.suffix not in (".py", ".pyc")  # which count as code
]
SHARDS = range(config["shards"])
FOLDERS = {name: os.path.relpath(experiment.folder) for name, experiment in EXPERIMENTS.items()}
FILES = {name: files(experiment.folder) for name, experiment in EXPERIMENTS.items()}
SETTINGS = {name: digest(experiment) for name, experiment in EXPERIMENTS.items()}
PLACE = os.path.relpath(DOCUMENT.folder)
HOME, OUT = (place(Path(BUILD)).as_posix() for place in (DOCUMENT.home, DOCUMENT.out))

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
    found = [
        (name, os.path.relpath(path))
        for name in names
        for path in (*FILES[name].settings, FILES[name].dopesheet, FILES[name].data)
        if path is not None
    ]
    return [ancient(path) if recorded(name) else path for name, path in found]


def results_of(name, *kinds):
    """Result files of an experiment by their names, in which * stands for every shard."""
    return [
        f"{BUILD}/{name}/{file}"
        for kind in kinds
        for file in ([kind.replace("*", str(i)) for i in SHARDS] if "*" in kind else [kind])
    ]


def reads(kind, name, deletion):
    """The results that a figure or a table says it reads, and its other files."""
    found = making.reads(DOCUMENT, kind, name, deletion[1:]).items()
    results = [file for one, kinds in found for file in results_of(one, *kinds)]
    return [*results, *map(os.path.relpath, making.files(DOCUMENT, kind, name))]


def settings_read(kind, name):
    """The experiments whose settings a figure or a table may look at."""
    return list(dict.fromkeys([DOCUMENT.main_name, *making.reads(DOCUMENT, kind, name)]))


def settings_digests(kind, name):
    return [SETTINGS[one] for one in settings_read(kind, name)]


def code_of(command, kind, name):
    maker, _ = making.find(DOCUMENT, kind, name)
    return provenance.code(command, maker.__name__, also=DOCUMENT.package)


def shown(kind, deletion):
    return DOCUMENT.shown(kind, DELETIONS[deletion], MAIN.deletion)


def option(deletion):
    """The option that names a deletion, which the first needs not."""
    return f" --deletion '{deletion[1:]}'" if deletion else ""


wildcard_constraints:
    experiment="|".join(map(re.escape, EXPERIMENTS)),
    deletion=f"(?:{'|'.join(map(re.escape, DELETIONS))})", # of the first, nothing
    shard=r"\d+",
    figure="|".join(DOCUMENT.figures),
    table="|".join(DOCUMENT.tables),


localrules:
    all,


onstart:
    lock.note()
    date_now([*Path(BUILD).rglob("*"), *TEXT])
    warm.start()


rule all:
    input:
        f"{OUT}/index.html",
        f"{OUT}/index.pdf",


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
        folder=lambda w: FOLDERS[w.experiment],
        out=lambda w: f"{BUILD}/{w.experiment}",
        seeds=config["seeds"],
        shards=config["shards"],
    log:
        f"{BUILD}/logs/{{experiment}}/train-{{shard}}.log",
    benchmark:
        f"{BUILD}/benchmarks/{{experiment}}/train-{{shard}}.tsv"
    conda:
        "environment.yaml"
    resources:
        **TORCH,
    shell:
        "colorcore train {params.folder} --out {params.out} --seeds {params.seeds}"
        " --shards {params.shards} --shard {wildcards.shard} 2> {log}"


rule evaluate:
    input:
        settings=lambda w: settings_of([w.experiment]),
        trained=lambda w: results_of(
            w.experiment, "weights-*.safetensors", "snapshots-*.safetensors", "history-*.parquet"
        ),
    output:
        runs=f"{BUILD}/{{experiment}}/runs.csv",
        moments=f"{BUILD}/{{experiment}}/moments.csv",
        history=f"{BUILD}/{{experiment}}/history.parquet",
    params:
        code=provenance.code("evaluate"),
        settings=lambda w: SETTINGS[w.experiment],
        folder=lambda w: FOLDERS[w.experiment],
        out=lambda w: f"{BUILD}/{w.experiment}",
        shards=config["shards"],
    log:
        f"{BUILD}/logs/{{experiment}}/evaluate.log",
    benchmark:
        f"{BUILD}/benchmarks/{{experiment}}/evaluate.tsv"
    conda:
        "environment.yaml"
    resources:
        **TORCH,
    shell:
        "colorcore evaluate {params.folder} --out {params.out} --shards {params.shards} 2> {log}"


rule cubes:
    input:
        settings=settings_of([MAIN.name]),
        trained=results_of(MAIN.name, "weights-*.safetensors", "snapshots-*.safetensors"),
    output:
        grids=expand(f"{BUILD}/{MAIN.name}{{{{deletion}}}}/{{grid}}.nc", grid=GRIDS),
    params:
        code=provenance.code("cubes"),
        settings=SETTINGS[MAIN.name],
        folder=lambda w: FOLDERS[MAIN.name],
        out=lambda w: f"{BUILD}/{MAIN.name}",
        shards=config["shards"],
        which=lambda w: option(w.deletion),
    log:
        f"{BUILD}/logs/{MAIN.name}{{deletion}}/cubes.log",
    benchmark:
        f"{BUILD}/benchmarks/{MAIN.name}{{deletion}}/cubes.tsv"
    conda:
        "environment.yaml"
    resources:
        **TORCH,
    shell:
        "colorcore cubes {params.folder} --out {params.out} --shards {params.shards}{params.which} 2> {log}"


rule interventions:
    input:
        settings=settings_of([MAIN.name]),
        trained=results_of(MAIN.name, "weights-*.safetensors"),
    output:
        table=f"{BUILD}/{MAIN.name}{{deletion}}/interventions.csv",
        grid=f"{BUILD}/{MAIN.name}{{deletion}}/interventions.nc",
    params:
        code=provenance.code("interventions"),
        settings=SETTINGS[MAIN.name],
        folder=lambda w: FOLDERS[MAIN.name],
        out=lambda w: f"{BUILD}/{MAIN.name}",
        shards=config["shards"],
        which=lambda w: option(w.deletion),
    log:
        f"{BUILD}/logs/{MAIN.name}{{deletion}}/interventions.log",
    benchmark:
        f"{BUILD}/benchmarks/{MAIN.name}{{deletion}}/interventions.tsv"
    conda:
        "environment.yaml"
    resources:
        **TORCH,
    shell:
        "colorcore interventions {params.folder} --out {params.out} --shards {params.shards}{params.which} 2> {log}"


rule explorer:
    input:
        settings=settings_of([MAIN.name]),
        trained=results_of(MAIN.name, "snapshots-*.safetensors"),
    output:
        f"{BUILD}/{MAIN.name}/explorer.json",
    params:
        code=provenance.code("explorer"),
        settings=SETTINGS[MAIN.name],
        folder=lambda w: FOLDERS[MAIN.name],
        out=lambda w: f"{BUILD}/{MAIN.name}",
        shards=config["shards"],
    log:
        f"{BUILD}/logs/{MAIN.name}/explorer.log",
    benchmark:
        f"{BUILD}/benchmarks/{MAIN.name}/explorer.tsv"
    conda:
        "environment.yaml"
    resources:
        **TORCH,
    shell:
        "colorcore explorer {params.folder} --out {params.out} --shards {params.shards} 2> {log}"


rule figure:
    input:
        settings=lambda w: settings_of(settings_read("figures", w.figure)),
        results=lambda w: reads("figures", w.figure, w.deletion),
    output:
        light=f"{BUILD}/{MAIN.name}{{deletion}}/figures/{{figure}}-light.svg",
        dark=f"{BUILD}/{MAIN.name}{{deletion}}/figures/{{figure}}-dark.svg",
        alt=f"{BUILD}/{MAIN.name}{{deletion}}/figures/{{figure}}.txt",
    params:
        code=lambda w: code_of("figure", "figures", w.figure),
        settings=lambda w: settings_digests("figures", w.figure),
        document=lambda w: PLACE,
        build=lambda w: BUILD,
        which=lambda w: option(w.deletion),
    log:
        f"{BUILD}/logs/{MAIN.name}{{deletion}}/figure-{{figure}}.log",
    benchmark:
        f"{BUILD}/benchmarks/{MAIN.name}{{deletion}}/figure-{{figure}}.tsv"
    conda:
        "environment.yaml"
    resources:
        **LIGHT,
    shell:
        "colorcore figure {params.document} {wildcards.figure} --build {params.build}{params.which} 2> {log}"


rule table:
    input:
        settings=lambda w: settings_of(settings_read("tables", w.table)),
        results=lambda w: reads("tables", w.table, w.deletion),
    output:
        f"{BUILD}/{MAIN.name}{{deletion}}/tables/{{table}}.md",
    params:
        code=lambda w: code_of("table", "tables", w.table),
        settings=lambda w: settings_digests("tables", w.table),
        document=lambda w: PLACE,
        build=lambda w: BUILD,
        which=lambda w: option(w.deletion),
    log:
        f"{BUILD}/logs/{MAIN.name}{{deletion}}/table-{{table}}.log",
    benchmark:
        f"{BUILD}/benchmarks/{MAIN.name}{{deletion}}/table-{{table}}.tsv"
    conda:
        "environment.yaml"
    resources:
        **LIGHT,
    shell:
        "colorcore table {params.document} {wildcards.table} --build {params.build}{params.which} 2> {log}"


rule numbers:
    input:
        settings=settings_of(EXPERIMENTS),
        runs=[file for name in EXPERIMENTS for file in results_of(name, "runs.csv", "moments.csv")],
        interventions=expand(rules.interventions.output.table, deletion=DELETIONS),
        records=results_of(MAIN.name, "train-*.json"),
        text=[path for path in TEXT if path.endswith(".csv")],
        searches=[os.path.relpath(path) for path in MAIN.folder.parent.glob("*/trials.csv")],
    output:
        f"{HOME}/numbers.json",
    params:
        code=provenance.code("numbers", *opening.modules(DOCUMENT), also=DOCUMENT.package),
        settings=SETTINGS,
        document=lambda w: PLACE,
        build=lambda w: BUILD,
        claims="--check-claims" if config["check_claims"] else "--no-check-claims",
    log:
        f"{HOME}/logs/numbers.log",
    benchmark:
        f"{HOME}/benchmarks/numbers.tsv"
    conda:
        "environment.yaml"
    resources:
        **TORCH,
    shell:
        "colorcore numbers {params.document} --build {params.build} {params.claims} 2> {log}"


rule report:
    input:
        text=TEXT,
        numbers=rules.numbers.output,
        figures=[
            file
            for place in DELETIONS
            for file in expand(
                rules.figure.output, deletion=[place], figure=shown("figures", place)
            )
        ],
        tables=[
            file
            for place in DELETIONS
            for file in expand(rules.table.output, deletion=[place], table=shown("tables", place))
        ],
        explorer=rules.explorer.output if MAIN.leaves_sphere(MAIN.deletion) else [],
    output:
        html=f"{OUT}/index.html",
        pdf=f"{OUT}/index.pdf",
    params:
        code=provenance.code("report"),
        document=lambda w: PLACE,
        build=lambda w: BUILD,
    log:
        f"{OUT}/report.log",
    benchmark:
        f"{HOME}/benchmarks/report.tsv"
    conda:
        "environment.yaml"
    resources:
        **LIGHT,
    shell:
        "colorcore report {params.document} --build {params.build} 2> {log}"
