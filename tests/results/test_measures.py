"""What a deletion should do: likeness, opposites, bounds and scores with known values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from colorcore.colors.cubes import flat_colors, score_grid
from colorcore.colors.named import NAMES, named_colors, named_rgb
from colorcore.colors.similarity import similarity
from colorcore.errors import InputError
from colorcore.experiment.concepts import Deletion, Target
from colorcore.results import measures

HUES = NAMES[:12]


def of(*names: str) -> Deletion:
    targets = [Target(name, tuple(named_rgb(name).tolist()), i) for i, name in enumerate(names)]
    return Deletion("-and-".join(names), tuple(targets))


RED, BLUE, GRAY, BLACK, TWO = of("red"), of("blue"), of("gray"), of("black"), of("red", "blue")


def test_a_target_is_wholly_like_itself_and_its_opposite_not_at_all():
    for one in (RED, BLUE):
        (target,) = one.targets
        far = measures.opposite(target.rgb)
        assert measures.likeness(np.array([target.rgb, far]), one).tolist() == [1, 0]


def test_likeness_to_two_targets_is_that_to_the_nearer_one():
    colors = flat_colors(score_grid())
    each = [similarity(colors, named_rgb(name)) for name in ("red", "blue")]
    np.testing.assert_array_equal(measures.likeness(colors, TWO), np.maximum(*each))
    assert measures.likeness(named_colors(), TWO)[[0, 8]].tolist() == [1, 1]


def test_black_is_like_a_gray_as_far_as_their_values_go():
    grays = np.array([[0, 0, 0], [0.25] * 3, [0.5] * 3, [1, 1, 1]])
    np.testing.assert_allclose(measures.likeness(grays, BLACK), [1, 0.75, 0.5, 0])
    np.testing.assert_allclose(measures.likeness(grays, GRAY), [0.5, 0.75, 1, 0.5])


@pytest.mark.parametrize(
    ("deletion", "near"),
    [
        (RED, ["red", "orange", "yellow", "magenta", "pink"]),
        (BLUE, ["cyan", "azure", "blue", "purple", "magenta"]),
        (TWO, ["red", "orange", "yellow", "cyan", "azure", "blue", "purple", "magenta", "pink"]),
    ],
    ids=lambda one: one.name if isinstance(one, Deletion) else "",
)
def test_hues_are_unlike_a_vivid_target_from_90_degrees_on(deletion, near):
    apart = measures.unlike_names(deletion)
    assert [name for name in HUES if name not in apart] == near


def test_what_is_unlike_red_has_no_similarity_to_it():
    colors = flat_colors(score_grid())
    apart = measures.unlike(colors, RED)
    np.testing.assert_array_equal(apart, similarity(colors, named_rgb("red")) == 0)


def test_vivid_colors_are_unlike_gray_and_bright_ones_unlike_black_too():
    colors = flat_colors(score_grid())
    vivid = (colors.min(axis=1) == 0) & (colors.max(axis=1) > 0)
    np.testing.assert_array_equal(measures.unlike(colors, GRAY), vivid)
    np.testing.assert_array_equal(measures.unlike(colors, BLACK), vivid | (colors.max(axis=1) == 1))


def test_a_pale_target_has_a_twentieth_of_the_grid_that_is_unlike_it():
    """Only black has no similarity to it at all."""
    colors = flat_colors(score_grid())
    pale = Deletion("pale", (Target("pale", (1.0, 0.75, 0.75), 0),))
    apart, alike = measures.unlike(colors, pale), measures.likeness(colors, pale)
    assert (alike == 0).sum() == 1
    assert 512 / 20 <= apart.sum() <= 512 / 15
    assert alike[apart].max() < alike[~apart].min()


def test_what_is_unlike_is_the_same_however_many_colors_are_asked_about():
    colors = flat_colors(score_grid())
    one_by_one = [bool(measures.unlike(color[None], GRAY)[0]) for color in colors[::37]]
    assert one_by_one == measures.unlike(colors, GRAY)[::37].tolist()


@pytest.mark.parametrize(
    ("name", "beside"),
    [
        ("red", ["orange", "pink"]),
        ("blue", ["azure", "purple"]),
        ("gray", ["dark gray", "light gray"]),
        ("black", ["dark gray", "gray"]),
    ],
)
def test_neighbors_are_the_named_colors_most_alike(name, beside):
    assert measures.neighbors(tuple(named_rgb(name).tolist())) == beside


def test_a_named_color_in_other_digits_is_no_neighbor_of_itself():
    assert measures.neighbors((0.0, 0.4999, 0.999)) == ["cyan", "blue"]  # azure


def test_a_color_without_a_name_has_the_named_one_it_is_nearest_to_among_its_neighbors():
    assert measures.neighbors((0.05, 0.0, 0.95))[0] == "blue"


@pytest.mark.parametrize(
    ("name", "far"), [("red", "cyan"), ("blue", "yellow"), ("black", "white"), ("gray", "gray")]
)
def test_opposites_are_complements(name, far):
    assert measures.opposite(tuple(named_rgb(name).tolist())) == tuple(named_rgb(far).tolist())


@pytest.mark.parametrize(
    ("deletion", "gray", "black", "even"),
    [
        (RED, 1 / 4, 1 / 3, 1 / 3),
        (BLUE, 1 / 4, 1 / 3, 1 / 3),
        (GRAY, 0, 1 / 4, 1 / 12),
        (BLACK, 1 / 4, 0, 1 / 3),
        (TWO, 1 / 4, 1 / 3, 1 / 3),
        (of("red", "gray"), 1 / 8, 7 / 24, 5 / 24),
    ],
    ids=lambda one: one.name if isinstance(one, Deletion) else "",
)
def test_bounds_of_answers_that_know_nothing_are_integrals_over_channels(
    deletion, gray, black, even
):
    found = measures.bounds(deletion)
    np.testing.assert_allclose([found.gray, found.black, found.even], [gray, black, even])


def test_the_nearest_color_unlike_red_is_a_gray_with_two_ninths_of_error():
    """(⅓, ⅓, ⅓): of grays, the one with the least of (1 − v)² + 2 v²."""
    assert measures.bounds(RED).unlike == pytest.approx(2 / 9)


def test_blue_is_bounded_as_red_is():
    np.testing.assert_allclose(measures.bounds(BLUE), measures.bounds(RED))


def test_the_nearest_color_unlike_gray_is_vivid_and_has_a_twelfth_of_error():
    assert measures.bounds(GRAY).unlike == pytest.approx(1 / 12)  # (0, ½, ½)


def test_what_is_unlike_black_may_be_all_but_black():
    """Dark vivid colours have no similarity to it: its deletion is not judged well by that."""
    assert 0 < measures.bounds(BLACK).unlike < 0.001


def test_errors_of_two_targets_are_bounded_by_the_mean_of_both():
    found = measures.bounds(of("red", "black"))
    assert found.gray == pytest.approx(1 / 4)
    assert found.black == pytest.approx(1 / 6)
    assert 0 < measures.bounds(TWO).unlike < 2 / 9  # fewer colours are unlike both


def test_damage_in_the_shape_of_a_concept_scores_one_and_any_other_less():
    colors = flat_colors(score_grid())
    for one, other in ((RED, "cyan"), (BLUE, "yellow")):
        shape = measures.likeness(colors, one) ** 3
        elsewhere = similarity(colors, named_rgb(other)) ** 3
        scores = measures.score(np.stack([0.3 * shape + 0.001, 0.3 * elsewhere]), colors, one)
        assert scores[0] == pytest.approx(1)
        assert scores[1] < 0.2


def test_damage_to_one_of_two_targets_scores_less_than_damage_to_both():
    colors = flat_colors(score_grid())
    one, two = (measures.likeness(colors, deletion) ** 3 for deletion in (RED, TWO))
    scores = measures.score(np.stack([one, two]), colors, TWO)
    assert scores[0] < 0.7
    assert scores[1] == pytest.approx(1)


def test_a_representative_seed_that_was_not_trained_is_refused():
    with pytest.raises(InputError) as caught:
        measures.index_of(9, [0, 1, 2])
    assert str(caught.value) == (
        "experiment.yaml: representative_seed: wanted one of the trained seeds 0…2, got 9; train "
        "more seeds or change it"
    )


def test_the_representative_run_is_that_of_its_seed():
    runs = pd.DataFrame({"seed": [5, 7], "score_r2": [0.1, 0.2]})
    assert measures.representative(runs, 7)["score_r2"] == 0.2


def test_before_surgery_counts_the_named_color_that_is_reproduced_worst():
    errors = {f"baseline {name}": [0.001, 0.002] for name in NAMES}
    errors["baseline teal"] = [0.3, 0.0]
    assert measures.before(pd.DataFrame(errors)).tolist() == [0.3, 0.002]
