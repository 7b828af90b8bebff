import numpy as np
import pytest

from colorcore.anchor.audit.closed import (
    read_constant,
    read_linear,
    read_nearest,
    read_quadratic,
)
from colorcore.anchor.audit.measures import explained, mistaken, separated
from colorcore.anchor.audit.trained import read_network
from colorcore.errors import InputError

CLOSED = (read_constant, read_linear, read_quadratic, read_nearest)
READERS = (*CLOSED, lambda *given, **more: read_network(*given, seeds=[0], steps=300, **more)[0])


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def test_a_linear_reader_reads_a_linear_function_exactly():
    latents = normal(2, 60, 4)
    for run in range(2):
        values = latents[run] @ [1.0, -2.0, 0.0, 3.0] + 5
        found = read_linear(latents[:, :30], values[:30], latents[:, 30:])[run]
        np.testing.assert_allclose(found, values[30:], rtol=1e-12)


def test_no_reader_finds_anything_in_noise():
    latents, values = normal(1, 4000, 2), normal(4000, seed=1)
    for read in (read_constant, read_linear, read_quadratic):
        found = read(latents[:, :2000], values[:2000], latents[:, 2000:])
        assert abs(explained(found, values[2000:])[0]) < 0.01


def test_behind_a_unit_norm_a_quadratic_reader_finds_the_size_of_what_was_cut_and_a_linear_none():
    # What is left of a unit vector tells |z0| = √(1 − |rest|²), and not its sign.
    latents = normal(1, 4000, 3)
    latents /= np.linalg.norm(latents, axis=-1, keepdims=True)
    cut = latents * [0, 1, 1]
    size, side = latents[0, :, 0] ** 2, latents[0, :, 0]
    seen, new = cut[:, :2000], cut[:, 2000:]
    assert explained(read_quadratic(seen, size[:2000], new), size[2000:])[0] > 1 - 1e-12
    assert abs(explained(read_linear(seen, size[:2000], new), size[2000:])[0]) < 0.01
    assert abs(explained(read_quadratic(seen, side[:2000], new), side[2000:])[0]) < 0.01


def test_a_square_that_rounding_alone_lets_vary_has_no_slope():
    latents = normal(1, 200, 3).astype(np.float32)
    latents /= np.linalg.norm(latents, axis=-1, keepdims=True)
    found = read_quadratic(latents[:, :100], normal(100), 1.001 * latents[:, 100:])
    assert np.abs(found).max() < 5


def test_nearest_neighbours_answer_with_the_mean_of_all_that_are_as_near():
    latents = np.array([[[0.0], [0.0], [0.0], [0.0], [1.0], [9.0]]])
    values = [0.0, 1.0, 2.0, 5.0, 7.0, 100.0]
    assert read_nearest(latents, values, [[[0.1]]], count=3).tolist() == [[2.0]]
    assert read_nearest(latents, values, [[[1.0]]], count=1).tolist() == [[7.0]]
    assert read_nearest(latents, values, [[[0.0]]], count=5).tolist() == [[3.0]]


def test_as_many_neighbours_as_samples_are_their_mean():
    latents = np.array([[[0.0], [1.0]]])
    assert read_nearest(latents, [2.0, 4.0], [[[0.5], [7.0]]], count=9).tolist() == [[3.0, 3.0]]


@pytest.mark.parametrize("read", [read_constant, read_linear, read_quadratic])
def test_a_weight_is_as_good_as_so_many_copies(read):
    latents, wanted, asked = normal(2, 12, 1), normal(12, 2), normal(2, 5, 1, seed=3)
    weights = np.array([0, 1, 2] * 4)
    copies = np.repeat(np.arange(12), weights)
    found = read(latents, wanted, asked, weights=weights)
    np.testing.assert_allclose(found, read(latents[:, copies], wanted[copies], asked), atol=1e-12)


def test_nearest_neighbours_count_as_much_as_they_weigh_and_without_weight_are_none():
    latents = np.array([[[0.0], [1.0], [2.0], [9.0]]])
    found = read_nearest(latents, [8, 0, 4, 9], [[[0.0]]], weights=[0, 3, 1, 1], count=2)
    assert found.tolist() == [[1.0]]


def test_a_network_never_sees_samples_without_weight():
    latents = np.linspace(-1, 1, 40)[None, :, None]
    weights = (latents[0, :, 0] < 0.5).astype(float)
    wild = np.where(weights, latents[0, :, 0], 1e6)
    first, second = (
        read_network(latents, values, latents, seeds=[0], weights=weights, steps=20)
        for values in (latents[0, :, 0], wild)
    )
    assert (first == second).all()


def test_a_fresh_decoder_of_the_identity_gives_what_it_is_given():
    colors = np.random.default_rng(0).random((1, 500, 3))
    found = read_network(colors, colors[0], colors, seeds=[0, 1])
    assert found.shape == (2, 1, 500, 3)
    assert mistaken(found, colors[0]).mean() < 1e-5


@pytest.mark.parametrize("read", READERS)
def test_without_the_one_axis_that_tells_every_reader_gives_the_best_constant(read):
    values = normal(200)
    cut = np.zeros((1, 200, 2))
    cut[..., 1] = 3.0  # which is the same for all
    best = read_constant(cut, values, cut)
    np.testing.assert_allclose(read(cut, values, cut), best, atol=0.05)


@pytest.mark.parametrize("read", READERS)
def test_a_run_is_read_the_same_alone_and_among_others(read):
    latents, wanted, asked = normal(3, 40, 4), normal(40, 2), normal(3, 7, 4, seed=2)
    weights = np.arange(40) % 3
    among = read(latents, wanted, asked, weights=weights)
    alone = read(latents[1:2], wanted, asked[1:2], weights=weights)
    assert (among[1:2] == alone).all()


def test_an_initialisation_is_the_same_alone_and_among_others():
    given = (normal(2, 40, 3), normal(40), normal(2, 5, 3, seed=1))
    among = read_network(*given, seeds=[4, 7], steps=30)
    assert (among[1:] == read_network(*given, seeds=[7], steps=30)).all()
    assert (among[0] != among[1]).any()


@pytest.mark.parametrize("scale", [1e-3, 1e4])
def test_in_other_units_the_same_is_read(scale):
    latents, values = normal(1, 100, 3), normal(100)
    for read in READERS[1:]:
        np.testing.assert_allclose(
            read(latents * scale, values * scale, latents * scale) / scale,
            read(latents, values, latents),
            rtol=2e-2,
            atol=2e-2,
        )


def test_ranking_and_errors_are_those_of_each_reader():
    concept = [True, False, False]
    assert separated([[[3, 2, 1]], [[1, 2, 3]]], concept).tolist() == [[1.0], [0.0]]
    assert mistaken([[[1.0, 0.0]]], [[0.0, 0.0]]).tolist() == [[0.5]]
    assert explained([[1, 1, 3]], [1, 2, 3], weights=[1, 0, 1]).tolist() == [1.0]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            (np.zeros((4, 2)), np.zeros(4), np.zeros((4, 2))),
            "latents must have shape (runs, samples, latent), each at least 1, got (4, 2); "
            "latents[None] are those of one run",
        ),
        (
            (np.zeros((1, 4, 2)), np.zeros(4), np.zeros((1, 4, 3))),
            "asked must have the runs and coordinates of latents, (1, points, 2), got (1, 4, 3); "
            "give latents of the same layer and models",
        ),
        (
            (np.zeros((1, 4, 2)), np.zeros(3), np.zeros((1, 4, 2))),
            "wanted must have a number or a row for each of 4 samples, got (3,); give what is to "
            "be read from each",
        ),
        (
            (np.full((1, 4, 2), np.nan), np.zeros(4), np.zeros((1, 4, 2))),
            "latents must be finite, got nan; leave out such samples",
        ),
        (
            (np.zeros((1, 4, 2)), ["a"] * 4, np.zeros((1, 4, 2))),
            "wanted must be real numbers, got <U1; cast them",
        ),
    ],
)
def test_what_cannot_be_read_is_refused(given, told):
    for read in READERS:
        with pytest.raises(InputError) as caught:
            read(*given)
        assert str(caught.value) == told


def test_weights_that_leave_nothing_are_refused():
    given = (np.zeros((1, 4, 2)), np.zeros(4), np.zeros((1, 4, 2)))
    with pytest.raises(InputError) as caught:
        read_linear(*given, weights=[0, 0, 0, 0])
    assert str(caught.value) == (
        "weights must be numbers from 0 on, not all 0, with shape (4,), got shape (4,); give one a "
        "sample"
    )


def test_a_rate_at_which_training_diverges_is_refused():
    latents = normal(1, 50, 2)
    with pytest.raises(InputError) as caught, np.errstate(all="ignore"):
        read_network(latents, latents[0], latents, seeds=[0], rate=1e38, steps=50)
    assert str(caught.value) == (
        "rate: wanted training that converges, got parameters that are not finite at 1e+38; lower "
        "it"
    )


def test_measures_of_nothing_to_tell_apart_are_refused():
    with pytest.raises(InputError, match="wanted must be different numbers, got 1 alone; ask"):
        explained([[1, 2]], [1, 1])
    with pytest.raises(InputError, match="concept must be true for some points and false for oth"):
        separated([[1, 2]], [True, True])
