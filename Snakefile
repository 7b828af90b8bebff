"""From experiments to a document, in the order of the rules: train, evaluate, audit, recover, cubes,
interventions, explorer, figure, table, numbers, report, all. Each rule is one `colorcore` command that also runs by hand.

What a file says decides whether anything is made anew, and not when it was written. Code and settings
are params, as digests of what they do: a comment or a title changes none. Inputs newer than what was
made from them count when their checksums differ."""

include: "plan.smk"


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
    if told := PLAN.largest:
        print(told, file=sys.stderr)
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


include: "writeup.smk"


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
