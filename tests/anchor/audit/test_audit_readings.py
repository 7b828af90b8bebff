import numpy as np
import pytest

from colorcore.anchor.audit.priors import prior_weights
from colorcore.anchor.audit.readings import AuditSamples, readings
from colorcore.errors import InputError


def known(latents, rest=None):
    """Samples of which the first latent is the concept, and the rest what is left of it."""
    values = latents[0, :, 0]
    return AuditSamples(values, values > 1, outputs=latents[0], rest=rest)


LATENTS = np.random.default_rng(0).normal(size=(1, 300, 3))


def test_a_prior_shares_the_weight_between_a_concept_and_the_others():
    concept = np.array([True, False, False, False])
    assert prior_weights(concept, "natural").tolist() == [1, 1, 1, 1]
    assert prior_weights(concept, "without").tolist() == [0, 1, 1, 1]
    np.testing.assert_allclose(prior_weights(concept, "balanced"), [1 / 2, 1 / 6, 1 / 6, 1 / 6])


def test_half_of_the_concept_and_half_of_the_others_are_held_out():
    samples = known(LATENTS)
    held = samples.held_out(0)
    assert held.sum() == 150
    assert abs(held[samples.concept].sum() - samples.concept.sum() / 2) <= 1
    assert (held != samples.held_out(1)).any()


def test_what_is_cut_out_falls_to_the_floor_of_every_reader():
    rest = LATENTS[0, :, 1:]
    cut = LATENTS * [0, 1, 1]
    table = readings(LATENTS, cut, known(LATENTS, rest), seeds=[0], steps=100)
    closed = table[~table.reader.isin(["network", "decoder"])]
    np.testing.assert_allclose(closed.edited, closed.floor, rtol=1e-9)
    trained = table[table.reader.isin(["network", "decoder"]) & (table.prior == "natural")]
    assert (abs(trained.edited - trained.floor) < 0.2).all()


def test_what_is_left_alone_stays_at_the_ceiling():
    table = readings(LATENTS, LATENTS, known(LATENTS), seeds=[0], steps=20)
    assert (table.edited == table.ceiling).all()
    linear = table[(table.reader == "linear") & table["read"].str.startswith("value")]
    np.testing.assert_allclose(linear.ceiling, 1)


def test_without_a_rest_the_floor_is_the_best_constant():
    table = readings(LATENTS, LATENTS, known(LATENTS), seeds=[0], steps=20)
    assert (table[table["read"] == "class, AUC"].floor == 0.5).all()
    natural = table[(table.prior == "natural") & table["read"].str.startswith("value")]
    assert (abs(natural.floor) < 0.05).all()


def test_runs_and_seeds_have_a_row_each_and_runs_share_no_bit():
    both = np.concatenate([LATENTS, LATENTS * [0.5, 1, 1]])
    among = readings(both, both, known(LATENTS), seeds=[0, 1], steps=20)
    alone = readings(both[1:], both[1:], known(LATENTS), seeds=[1], steps=20)
    assert len(among) == 4 * len(alone)
    same = among.query("run == 1 and seed == 1")
    assert same.edited.tolist() == alone.edited.tolist()


def test_no_reader_learns_a_value_that_is_the_same_for_all_without_the_concept():
    concept = LATENTS[0, :, 0] > 1
    samples = AuditSamples(concept.astype(float), concept, outputs=LATENTS[0])
    table = readings(LATENTS, LATENTS, samples, seeds=[0], steps=10)
    without = table[table.prior == "without"]
    assert set(without["read"]) == {"outputs, error"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            {"concept": np.zeros(8, bool)},
            "concept must be a boolean for each of 8 samples, true for four at least and false for "
            "four, got bool (8,), 0 true; say which are its own",
        ),
        (
            {"outputs": np.zeros((8, 2, 2))},
            "outputs must have a row for each of 8 samples, got (8, 2, 2); flatten what each has "
            "into one",
        ),
        (
            {"rest": np.zeros((7, 2))},
            "rest must have a row for each of 8 samples, got (7, 2); flatten what each has into "
            "one",
        ),
    ],
)
def test_samples_that_do_not_fit_together_are_refused(change, told):
    values = np.arange(8.0)
    given = {"values": values, "concept": values > 3, "outputs": values[:, None]} | change
    with pytest.raises(InputError) as caught:
        AuditSamples(**given)
    assert str(caught.value) == told


def test_latents_of_other_runs_are_refused():
    with pytest.raises(InputError) as caught:
        readings(LATENTS, np.concatenate([LATENTS, LATENTS]), known(LATENTS), seeds=[0])
    assert str(caught.value) == (
        "unedited and edited must have shape (runs, samples, latent), of the same runs and "
        "samples, got (1, 300, 3) and (2, 300, 3); latents[None] are those of one run"
    )


def test_a_prior_that_there_is_not_is_refused():
    with pytest.raises(InputError, match="prior: wanted one of natural, balanced, without, got"):
        prior_weights([True, False], "balance")
