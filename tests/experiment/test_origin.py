"""The digest of an experiment: what changes it and what does not."""

from __future__ import annotations

from colorcore.experiment.loading import load
from colorcore.experiment.origin import digest, told
from editing import change


def test_the_digest_changes_with_settings_and_schedule_and_not_with_spelling(folder):
    original = digest(load(folder))
    change(folder, "title: Delete", "# a comment\ntitle:   Delete")
    assert digest(load(folder)) == original
    change(folder, "rate: 0.08", "rate: 0.07")
    changed = digest(load(folder))
    assert changed != original
    change(folder, "0.15", "0.16", "dopesheet.csv")
    assert digest(load(folder)) not in (original, changed)


def test_the_digest_tells_the_order_of_concepts(folder):
    label = "green: {affinity: vibrancy, power: 1, rate: 0.01, axis: 1}"
    red = "red: {affinity: redness, power: 8, rate: 0.08, axis: 0}"
    change(folder, "red: {affinity: redness, power: 8, rate: 0.08}", f"{red}\n  {label}")
    first = digest(load(folder))
    change(folder, f"{red}\n  {label}", f"{label}\n  {red}")
    assert digest(load(folder)) != first


def test_the_digest_tells_the_order_of_deletions(folder):
    red = "red: {affinity: redness, power: 8, rate: 0.08}"
    change(folder, red, f"{red}\n  blue: {{affinity: similarity, power: 6, rate: 0.1}}")
    change(folder, "{layer: encoder}", "{deletions: {one: [red], other: [blue]}}")
    first = digest(load(folder))
    change(folder, "{one: [red], other: [blue]}", "{other: [blue], one: [red]}")
    assert digest(load(folder)) != first


def test_what_decides_training_is_not_what_is_shown_or_deleted(folder):
    first = digest(load(folder)), digest(load(folder), "train")
    change(folder, "representative_seed: 0", "representative_seed: 1")
    change(folder, "surgery: {layer: encoder}", "surgery: {layer: bottleneck}")
    second = digest(load(folder)), digest(load(folder), "train")
    assert second[0] != first[0]
    assert second[1] == first[1]
    change(folder, "batch_size: 64", "batch_size: 32")
    assert digest(load(folder), "train") != first[1]


def test_the_digest_does_not_tell_the_title_nor_phases_and_what_is_told_does(folder):
    decides, says = digest(load(folder)), told(load(folder))
    assert told(load(folder)) == says
    change(folder, "title: Delete red", "title: Forget red")
    titled = told(load(folder))
    change(folder, "Train", "Learn", "dopesheet.csv")
    assert digest(load(folder)) == decides
    assert len({says, titled, told(load(folder))}) == 3


def test_the_order_of_a_terms_labels_is_told_and_decides_nothing(folder):
    red = "red: {affinity: redness, power: 8, rate: 0.08}"
    change(folder, red, f"{red}\n  blue: {{affinity: similarity, power: 6, rate: 0.1}}")
    change(folder, "term: repel-subspace", "term: repel-subspace, labels: {red: 1.0, blue: 1.0}")
    first = digest(load(folder)), told(load(folder))
    change(folder, "labels: {red: 1.0, blue: 1.0}", "labels: {blue: 1.0, red: 1.0}")
    assert digest(load(folder)) == first[0]
    assert told(load(folder)) != first[1]


def test_the_digest_tells_the_colors_of_a_file(folder):
    (folder / "colors.csv").write_text("r,g,b\n1,0,0\n0,0,1\n")
    change(folder, "cube: {space: rgb, points: 10}", "csv: colors.csv")
    first = digest(load(folder))
    change(folder, "0,0,1", "0,0,0.5", "colors.csv")
    assert digest(load(folder)) != first


def test_the_digest_tells_columns_that_are_used_and_no_others(folder):
    (folder / "colors.csv").write_text("r,g,b,warm,size\n1,0,0,0.5,3\n0,0,1,0,4\n")
    change(folder, "cube: {space: rgb, points: 10}", "csv: colors.csv")
    change(folder, "affinity: redness", "affinity: column, column: warm")
    first = digest(load(folder))
    change(folder, ",3\n", ",9\n", "colors.csv")
    assert digest(load(folder)) == first
    change(folder, "0.5", "0.6", "colors.csv")
    assert digest(load(folder)) != first
