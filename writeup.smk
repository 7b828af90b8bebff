"""From results to a document: figure, table, numbers, report."""


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
        data=f"{PLAN.out}/data.zip",
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
