"""Mistakes in settings are told in one line, with file, place, wanted, got and remedy."""

from __future__ import annotations

import pytest

from colorcore.experiment.folder import ExperimentError
from colorcore.experiment.loading import load
from editing import change

MISTAKES = {
    ("rate: 0.08", "rate: 1.5"): "concepts.red.rate: wanted less than or equal to 1, got 1.5; "
    "change it",
    ("rate: 0.08", "rate: high"): "concepts.red.rate: wanted a valid number, got 'high'; change it",
    ("batch_size: 64", "batch_size: 064"): "data.batch_size: wanted a valid integer, got '064'; "
    "change it",
    ("batch_size: 64", "batch_size: 1:04"): "data.batch_size: wanted a valid integer, got '1:04'; "
    "change it",
    ("batch_size: 64", "batch_size: 1e2"): "data.batch_size: wanted a valid integer, got 100.0; "
    "change it",
    ("batch_size: 64", "batch_size: 100000000000"): "data.batch_size: wanted less than or equal to "
    "1000000, got 100000000000; change it",
    ("hidden: 16", "hidden: 100000000000"): "model.hidden: wanted less than or equal to 10000, got "
    "100000000000; change it",
    ("points: 10", "points: 2000"): "data.cube.points: wanted levels that make 10000000 colours at "
    "most, got 2000; change it",
    ("shift: true", "shift: yes"): "regularizers.reg-separate.shift: wanted a valid boolean, got "
    "'yes'; change it",
    ("rate: 0.08", "rat: 0.08"): "concepts.red.rat: wanted only known keys, got this one; did you "
    "mean rate?",
    (", rate: 0.08", ""): "concepts.red.rate: wanted a value, got none; add it",
    ("batch_size: 64", "batchsize: 64"): "data.batchsize: wanted only known keys, got "
    "this one; did you mean batch_size?",
    ("batch_size: 64", "batch_size: 64\n  batchsize: 1"): "data.batchsize: wanted only known keys, "
    "got this one; did you mean batch_size?",
    ("batch_size: 64", "batch_size: 0"): "data.batch_size: wanted greater than or equal to 1, "
    "got 0; change it",
    ("angular-anchor", "angular-anker"): "regularizers.reg-anchor.term: wanted one of "
    "angular-separation, angular-anchor, euclidean-anchor, anti-anchor, repel-subspace, "
    "keep-subspace, unitarity, hide, aim, fallback, got 'angular-anker'; did you mean "
    "angular-anchor?",
    ("{term: repel-subspace}", "{layer: encoder}"): "regularizers.reg-anti-subspace.term: "
    "wanted one of angular-separation, angular-anchor, euclidean-anchor, anti-anchor, "
    "repel-subspace, keep-subspace, unitarity, hide, aim, fallback, got none; add it",
    ("redness", "rednes"): "concepts.red.affinity: wanted 'redness', 'vibrancy', 'similarity' or "
    "'column', got 'rednes'; change it",
    ("labels: {red: 1.0}}", "labels: {red: 1.0}, direction: [1, 0, 0]}"): "regularizers.reg-anchor."
    "direction: wanted 5 numbers that are not all 0, as model.latent says, got [1.0, 0.0, 0.0]; "
    "change one of them",
    ("labels: {red: 1.0}}", "labels: {red: 1.0}, direction: [0, 0, 0, 0, 0]}"): "regularizers."
    "reg-anchor.direction: wanted 5 numbers that are not all 0, as model.latent says, got [0.0, "
    "0.0, 0.0, 0.0, 0.0]; change one of them",
    ("labels: {red: 1.0}", "labels: {rad: 1.0}"): "regularizers.reg-anchor.labels: wanted concepts "
    "of this file, ['red'], got 'rad'; did you mean red?",
    ("labels: {red: 1.0}}", "labels: {rad: 1.0}, direction: [1, 0, 0, 0, 0]}"): "regularizers."
    "reg-anchor.labels: wanted concepts of this file, ['red'], got 'rad'; did you mean red?",
    ("{term: repel-subspace}", "{term: repel-subspace, dims: [5]}"): "regularizers."
    "reg-anti-subspace.dims: wanted different dimensions in 0…4, as model.latent says, got [5]; "
    "change one of them",
    ("{term: repel-subspace}", "{term: repel-subspace, side: negativ}"): "regularizers."
    "reg-anti-subspace.side: wanted 'both' or 'negative', got 'negativ'; change it",
    ("{term: repel-subspace}", "{term: repel-subspace, sid: negative}"): "regularizers."
    "reg-anti-subspace.sid: wanted only known keys, got this one; did you mean side?",
    ("labels: {red: 1.0}}", "labels: {red: 1.0}, tilt: -0.1}"): "regularizers.reg-anchor.tilt: "
    "wanted greater than or equal to 0, got -0.1; change it",
    ("labels: {red: 1.0}}", "labels: {red: 1.0}, tilt: 0.3, toward: near}"): "regularizers."
    "reg-anchor.toward: wanted 'mean' or 'nearest', got 'near'; change it",
    ("labels: {red: 1.0}}", "labels: {red: 1.0}, toward: nearest}"): "regularizers.reg-anchor."
    "toward: wanted a tilt above 0 with nearest, got 0; say how far, tilt: 0.3 say",
    ("labels: {red: 1.0}}", "direction: [1, 0, 0, 0, 0], tilt: 0.3, toward: nearest}"):
    "regularizers.reg-anchor.toward: wanted labels with nearest, which is sought for labelled "
    "samples among the others, got none; add labels or leave toward out",
    ("{term: repel-subspace}", "{term: hide, reach: 0.75}"): "regularizers.reg-anti-subspace."
    "labels: wanted at least 1, got {}; add one",
    ("{term: repel-subspace}", "{term: hide, labels: {}, reach: 0.75}"): "regularizers."
    "reg-anti-subspace.labels: wanted at least 1, got {}; add one",
    ("{term: repel-subspace}", "{term: hide, labels: {rad: 1.0}, reach: 0.75}"): "regularizers."
    "reg-anti-subspace.labels: wanted concepts of this file, ['red'], got 'rad'; did you mean red?",
    ("{term: repel-subspace}", "{term: hide, labels: {red: 1.0}}"): "regularizers."
    "reg-anti-subspace.reach: wanted a value, got none; add it",
    ("{term: repel-subspace}", "{term: hide, labels: {red: 1.0}, reach: 0}"): "regularizers."
    "reg-anti-subspace.reach: wanted greater than 0, got 0; change it",
    ("{term: repel-subspace}", "{term: hide, labels: {red: 1.0}, reach: 0.75, layer: encoder}"):
    "regularizers.reg-anti-subspace.layer: wanted 'bottleneck', got 'encoder'; change it",
    ("{term: repel-subspace}", "{term: hide, labels: {red: 1.0}, reach: 0.75, reaches: 1}"):
    "regularizers.reg-anti-subspace.reaches: wanted only known keys, got this one; did you mean "
    "reach?",
    ("{term: repel-subspace}", "{term: aim}"): "regularizers.reg-anti-subspace.labels: wanted one "
    "concept, to do without its axis, got []; name one, and give each concept a term of its own",
    ("{term: repel-subspace}", "{term: aim, labels: {rad: 1.0}}"): "regularizers."
    "reg-anti-subspace.labels: wanted concepts of this file, ['red'], got 'rad'; did you mean red?",
    ("{term: repel-subspace}", "{term: aim, labels: {red: 1.0}, layer: bottleneck}"):
    "regularizers.reg-anti-subspace.layer: wanted encoder, which surgery.layer says, got "
    "bottleneck; leave it out",
    ("{term: repel-subspace}", "{term: fallback, direction: [-1, 0, 0, 0, 0], color: grey}"):
    "regularizers.reg-anti-subspace.color: wanted a named colour, #rrggbb or three channels in "
    "[0, 1], got 'grey'; did you mean gray?",
    ("{term: repel-subspace}", "{term: fallback, direction: [-1, 0, 0, 0, 0], color: [0, 2, 1]}"):
    "regularizers.reg-anti-subspace.color: wanted a named colour, #rrggbb or three channels in "
    "[0, 1], got [0, 2, 1]; change it",
    ("{term: repel-subspace}", "{term: fallback, direction: [-1, 0], color: gray}"):
    "regularizers.reg-anti-subspace.direction: wanted 5 numbers that are not all 0, as "
    "model.latent says, got [-1.0, 0.0]; change one of them",
    ("{term: repel-subspace}", "{term: fallback, direction: [-1, 0, 0, 0, 0]}"):
    "regularizers.reg-anti-subspace.color: wanted a value, got none; add it",
    ("{term: repel-subspace}", "{term: fallback, labels: {red: 1.0}, direction: [-1, 0, 0, 0, 0], "
    "color: gray}"): "regularizers.reg-anti-subspace.labels: wanted none, since a fallback is of "
    "no sample, got ['red']; leave them out",
    ("surgery: {", "routing: {labels: [rad]}\nsurgery: {"): "routing.labels: wanted concepts of "
    "this file, ['red'], got 'rad'; did you mean red?",
    ("surgery: {", "routing: {labels: [red, red]}\nsurgery: {"): "routing.labels: wanted each "
    "concept once, got ['red', 'red']; leave one out",
    ("surgery: {", "routing: {labels: [red], unlabelled: rests}\nsurgery: {"):
    "routing.unlabelled: wanted 'all' or 'rest', got 'rests'; change it",
    ("surgery: {", "routing: {labels: []}\nsurgery: {"): "routing.labels: wanted at least 1, "
    "got []; add one",
    ("surgery: {", "routing: {label: [red]}\nsurgery: {"): "routing.label: wanted only known keys, "
    "got this one; did you mean labels?",
    ("redness, ", "column, "): "concepts.red: wanted a column with affinity: column, "
    "and with no other, got {'affinity': 'column', 'power': 8, 'rate': 0.08}; change it",
    ("redness, ", "redness, column: warmth, "): "concepts.red: wanted a column with "
    "affinity: column, and with no other, got {'affinity': 'redness', 'column': 'warmth', 'power': "
    "8, 'rate': 0.08}; change it",
    ("cube: {space: rgb, points: 10}", "csv: a.csv\n  cube: {space: rgb, points: 10}"): "data: "
    "wanted either a cube or a csv, got {'csv': 'a.csv', 'cube': {'space': 'rgb', "
    "'points': 10}, 'batch_size': 64}; change it",
    ("cube: {space: rgb, points: 10}", ""): "data: wanted either a cube or a csv, got "
    "{'batch_size': 64}; change it",
    ("space: rgb", "space: lab"): "data.cube.space: wanted 'rgb' or 'hsv', got 'lab'; change it",
    ("red: {affinity", "reddish: {affinity"): "concepts.reddish.color: wanted a named colour, "
    "#rrggbb or three channels in [0, 1], got 'reddish'; did you mean red?",
    ("power: 100, shift: true", "power: 2.5, shift: false"): "regularizers.reg-separate.power: "
    "wanted a whole number when shift is false, since cosines can be negative, got 2.5; round it "
    "or set shift: true",
    ("1501]", "1500]"): "snapshots: wanted increasing steps that end with 1501, after training, "
    "got [0, 100, 250, 375, 500, 750, 1100, 1500]; change them",
    ("[0, 100, 250, 375, 500, 750, 1100, 1501]", "[]"): "snapshots: wanted increasing steps that "
    "end with 1501, after training, got []; change them",
    ("representative_seed: 0", "representative_seed: -1"): "representative_seed: wanted greater "
    "than or equal to 0, got -1; change it",
    ("red: {affinity: redness, power: 8, rate: 0.08}", "red:"): "concepts.red: wanted keys and "
    "their values, got None; change it",
    ("{term: repel-subspace}", "repel-subspace"): "regularizers.reg-anti-subspace: wanted keys and "
    "their values, got 'repel-subspace'; change it",
    ("{term: repel-subspace}", "{term: repel-subspace, dims: []}"): "regularizers."
    "reg-anti-subspace.dims: wanted at least 1, got []; add one",
    ("surgery: {", "operators: {a: {operator: leac, labels: few}}\nsurgery: {"): "operators.a."
    "operator: wanted one of leace, mean-difference, inlp, suppression, optimal-ablation, "
    "redirection, got 'leac'; did you mean leace?",
    ("surgery: {", "operators: {a: {labels: few}}\nsurgery: {"): "operators.a.operator: wanted one "
    "of leace, mean-difference, inlp, suppression, optimal-ablation, redirection, got none; add it",
    ("surgery: {", "operators: {a: {operator: leace, labels: some}}\nsurgery: {"): "operators.a."
    "labels: wanted 'few' or 'perfect', got 'some'; change it",
    ("surgery: {", "operators: {a: {operator: inlp, labels: few, rounds: 0}}\nsurgery: {"):
    "operators.a.rounds: wanted greater than or equal to 1, got 0; change it",
    ("surgery: {", "operators: {rest: {operator: leace, labels: perfect}}\nsurgery: {"):
    "operators.rest: wanted a name of letters and digits, with single hyphens, underscores or "
    "spaces between, and none of none, ablated, rest, which there always are, got 'rest'; rename "
    "it",
    ("rate: 0.08", "rate: 0.02}\noperators: {a: {operator: leace, labels: few}"): "operators.a."
    "labels: wanted at least 20 labels of red expected in a run, to be fitted to, got 18; raise "
    "its rate, or go by perfect ones",
}  # fmt: skip


@pytest.mark.parametrize(("old", "new"), MISTAKES)
def test_mistakes_name_file_place_and_remedy(folder, old, new):
    change(folder, old, new)
    with pytest.raises(ExperimentError) as caught:
        load(folder)
    assert str(caught.value) == f"{folder}/experiment.yaml: {MISTAKES[old, new]}"
