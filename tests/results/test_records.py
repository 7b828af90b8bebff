"""A result is read for what it is, or refused in one line."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

from colorcore.errors import InputError
from colorcore.experiment.loading import load
from colorcore.results import records
from colorcore.results.files import Results
from colorcore.results.verification import verify
from commands import run, run_all
from editing import change


@pytest.fixture
def own(results, tmp_path) -> Results:
    """A copy of the results, to damage."""
    shutil.copytree(results.folder, tmp_path / "build" / results.folder.name)
    return replace(results, folder=tmp_path / "build" / results.folder.name)


READERS = {
    "runs.csv": Results.runs,
    "moments.csv": Results.moments,
    "curves.parquet": Results.curves,
    "history.parquet": Results.history,
    "interventions.csv": Results.interventions,
    "interventions.nc": lambda found: found.grid("interventions"),
    "score_grid.nc": lambda found: found.grid("score_grid"),
    "weights-1.safetensors": lambda found: found.weights_paths(2),
    "snapshots-0.safetensors": lambda found: found.snapshots_paths(2),
    "history-1.parquet": lambda found: found.shard_history_paths(2),
}


def flip(path):
    """Turn round one bit, in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def double(path):
    path.write_bytes(path.read_bytes() * 2)


def cut(path):
    path.write_bytes(path.read_bytes()[:-9])


@pytest.mark.parametrize("damage", [flip, double, cut])
@pytest.mark.parametrize("name", READERS)
def test_a_result_that_is_not_what_was_written_is_refused(own, name, damage):
    READERS[name](own)
    damage(own.folder / name)
    with pytest.raises(InputError) as caught:
        READERS[name](own)
    assert str(caught.value) == (
        f"{own.folder / name}: wanted the result that was written, got another; "
        "delete it and build again"
    )


@pytest.mark.parametrize("name", READERS)
def test_a_result_that_is_not_there_is_named(own, name):
    (own.folder / name).unlink()
    with pytest.raises(InputError, match=rf"{name}: no such result; build the step that makes it"):
        READERS[name](own)


@pytest.mark.parametrize("name", READERS)
def test_a_result_without_a_record_is_refused(own, name):
    records.record_of(own.folder / name).unlink()
    with pytest.raises(InputError, match="no such record of what made the results beside it"):
        READERS[name](own)


@pytest.mark.parametrize("damage", [flip, double, cut])
def test_a_damaged_record_is_refused(own, damage):
    damage(records.record_of(own.runs_path))
    with pytest.raises(InputError, match=r"evaluate\.json: wanted a (whole )?record"):
        own.runs()


def test_a_record_that_somebody_mended_by_hand_is_refused(own):
    path = records.record_of(own.runs_path)
    record = json.loads(path.read_text())
    record["made"]["runs.csv"] = records.digest(own.moments_path)
    path.write_text(json.dumps(record))
    with pytest.raises(InputError, match="wanted a record as it was written, got another; delete"):
        own.runs()


def test_results_of_another_experiment_are_refused(own, blue):
    elsewhere = replace(blue.results, folder=own.folder)
    with pytest.raises(InputError, match=r"wanted results of blue, got those of ex-2\.10\.1; buil"):
        elsewhere.runs()
    with pytest.raises(InputError, match=r"wanted results of blue, got those of ex-2\.10\.1; buil"):
        elsewhere.weights_paths(2)


def test_results_of_other_settings_are_refused(own, small, tmp_path):
    folder = tmp_path / "experiments" / small.name
    shutil.copytree(small, folder)
    change(folder, "batch_size: 64", "batch_size: 96")
    other = replace(own, experiment=load(folder))
    with pytest.raises(InputError, match="as its settings are, got those of other settings; build"):
        other.runs()
    change(folder, "batch_size: 96", "batch_size: 64")
    change(folder, "title: ", "title: Again, ")
    replace(own, experiment=load(folder)).runs()


def test_results_of_other_code_are_refused(own, monkeypatch):
    monkeypatch.setattr("colorcore.provenance.code", lambda *_, **__: "other")
    with pytest.raises(InputError, match="by the code as it is, got those by other code; build"):
        own.runs()


def test_results_of_another_deletion_are_refused(both, small, tmp_path):
    folder = tmp_path / "build" / "both"
    shutil.copytree(both.results.folder, folder)
    own = replace(both.results, folder=folder)
    for file in ("latent_cube.nc", "records/cubes.json"):
        shutil.copy(folder / "blue" / file, folder / file)
    replace(own, deletion="blue").grid("latent_cube")
    with pytest.raises(InputError) as caught:
        own.grid("latent_cube")
    assert str(caught.value) == (
        f"{folder}/records/cubes.json: wanted results of the first deletion, got those of blue; "
        "build them again"
    )
    assert verify(tmp_path / "build", small.parent).wrong == [str(caught.value)]


def test_shards_of_different_splits_are_refused(own, small):
    run("train", small, "--out", own.folder, "--seeds", 3, "--shards", 3, "--shard", 1)
    for shards in (1, 2, 3):
        with pytest.raises(InputError, match=r"no such record|shards of one split, got seeds 0 to"):
            run("evaluate", small, "--out", own.folder, "--shards", shards)


def test_some_of_the_shards_are_refused(own, small):
    with pytest.raises(InputError) as caught:
        run("evaluate", small, "--out", own.folder, "--shards", 1)
    assert str(caught.value) == (
        f"{own.folder}: wanted the seeds from 0 on, in 1 shards of one split, got seeds 0 to 1 of "
        "2 shards; train them all with the same seeds and shards"
    )


def test_shards_of_an_earlier_split_do_not_count(own, small):
    run_all(small, own.folder, seeds=2)
    assert [record["seeds"] for record in own.trained()] == [[0, 1]]
    assert own.runs()["seed"].tolist() == [0, 1]


def test_a_whole_build_is_verified_and_says_what_made_it(own, small, both):
    build = own.folder.parent
    shutil.copytree(both.results.folder, build / "both")
    assert verify(build, small.parent).wrong == []
    made = verify(build, small.parent).made
    assert [line.split(";")[0] for line in made] == [
        "both: seeds 0 to 1 in 1 shard", "ex-2.10.1: seeds 0 to 3 in 2 shards",
    ]  # fmt: skip


def test_every_file_of_a_build_that_is_damaged_is_named(both, small, tmp_path):
    folder = tmp_path / "build" / "both"
    shutil.copytree(both.results.folder, folder)
    files = [p for p in folder.rglob("*") if p.suffix in (".csv", ".nc", ".json", ".parquet")]
    assert len(files) > 20
    for file in [*files, *folder.glob("*.safetensors")]:
        whole = file.read_bytes()
        flip(file)
        found = verify(tmp_path / "build", small.parent)
        assert found.made == []
        assert any(line.startswith(f"{file}: wanted ") for line in found.wrong)
        assert len(found.wrong) == 1 or file.parent.name != "records"
        file.write_bytes(whole)
    assert verify(tmp_path / "build", small.parent).wrong == []


def test_results_that_no_step_made_are_named(own, small):
    (own.folder / "weights-7.safetensors").write_bytes(own.weights_path(0).read_bytes())
    found = verify(own.folder.parent, small.parent)
    assert found.wrong == [
        f"{own.folder}/weights-7.safetensors: wanted only what a record says was made, got this as "
        "well; delete it"
    ]


def test_results_in_folders_that_nobody_made_are_named(own, small):
    (own.folder / "old").mkdir()
    stray = own.folder / "old" / "runs.csv"
    stray.write_bytes(own.runs_path.read_bytes())
    (line,) = verify(own.folder.parent, small.parent).wrong
    assert line.startswith(f"{stray}: wanted only what a record says was made")


def test_weights_trained_again_make_what_was_made_of_them_old(own, small):
    run("train", small, "--out", own.folder, "--seeds", 4, "--shards", 2, "--shard", 1)
    assert verify(own.folder.parent, small.parent).wrong == []
    shutil.copy(own.snapshots_path(0), own.snapshots_path(1))
    wrong = verify(own.folder.parent, small.parent).wrong
    assert any("snapshots-1.safetensors: wanted what" in line for line in wrong)


def test_a_folder_without_records_is_no_build(tmp_path, small):
    with pytest.raises(InputError, match="wanted a folder that holds results and the records of"):
        verify(tmp_path, small.parent)


def test_an_experiment_that_is_not_there_is_named(own, tmp_path):
    found = verify(own.folder.parent, tmp_path)
    assert found.made == []
    assert found.wrong == [
        f"{own.folder}: wanted results of an experiment in {tmp_path}, got those of 'ex-2.10.1', "
        "which is not there; name the folder that has it by --experiments, or delete them"
    ]
