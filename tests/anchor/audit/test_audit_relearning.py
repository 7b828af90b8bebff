import numpy as np
import pytest
import torch
from torch import nn

from colorcore.anchor import EnsembleLinear, Projection, ablate, bake
from colorcore.anchor.audit.priors import few_weights, prior_weights
from colorcore.anchor.audit.relearning import relearn
from colorcore.errors import InputError

CONCEPT = np.arange(60) < 20


def samples() -> torch.Tensor:
    """Of which the concept's own lie along the first coordinate, and others along the second."""
    size = torch.rand(60, 1, generator=torch.Generator().manual_seed(0)) + 0.5
    return size * torch.tensor([[1.0, 0.0]] * 20 + [[0.0, 1.0]] * 40)


def identity() -> nn.Sequential:
    """A model that gives what it gets, through a layer whose third dimension is not read yet."""
    layers = nn.Linear(2, 3), nn.Linear(3, 2)
    with torch.no_grad():
        layers[0].weight.copy_(torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]]))
        layers[1].weight.copy_(torch.eye(2, 3))
        for layer in layers:
            layer.bias.zero_()
    return nn.Sequential(layers[0], nn.Identity(), layers[1])


def test_an_edited_model_begins_at_its_own_errors_and_learns_the_concept_again():
    edited = ablate(identity(), [0], layer="1", frozen=True)
    x = samples()
    found = relearn(edited, x, x, seed=0, steps=500, rate=0.02, layer="1")
    assert found.steps == (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)
    np.testing.assert_allclose(found.errors[0, 0], x[:, 0] ** 2 / 2, rtol=1e-6)
    assert found.of(CONCEPT)[-1] < 1e-3
    [some] = found.steps_to(0.1, CONCEPT)
    assert some is not None
    assert 0 < some < 500
    assert found.steps_to(0.0, CONCEPT) == [None]
    assert found.steps_to(1e-9, ~CONCEPT) == [0]


def test_the_model_given_is_left_as_it_is():
    edited = ablate(identity(), [0], layer="1", frozen=True).train()
    before = {name: value.clone() for name, value in edited.state_dict().items()}
    torch.manual_seed(5)
    relearn(edited, samples(), samples(), seed=0, steps=5)
    assert all(torch.equal(before[name], value) for name, value in edited.state_dict().items())
    assert edited.training
    state = torch.get_rng_state()
    torch.manual_seed(5)
    assert torch.equal(state, torch.get_rng_state())


def test_without_the_concept_shown_a_model_that_has_no_way_to_know_keeps_its_error():
    # Nothing that is shown moves the first coordinate, and Adam moves no weight without gradient.
    x = samples()
    edited = ablate(identity(), [0], layer="1", frozen=True)
    weights = prior_weights(CONCEPT, "without")
    found = relearn(edited, x, x, seed=0, weights=weights, steps=50)
    np.testing.assert_array_equal(found.errors[-1], found.errors[0])


def test_of_a_part_the_others_do_not_move():
    x = samples()
    blind = [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]  # what the concept's samples have is cut off
    edited = bake(identity(), Projection(blind), layer="1")
    found = relearn(edited, x, x, seed=0, only=["2"], steps=400, rate=0.01, layer="1")
    # What reaches the last layer from the concept is 0: its answer there is one constant.
    last = found.errors[-1, 0, :20].mean()
    best = (x[:20, 0].numpy().std() ** 2) / 2
    assert last >= best - 1e-6


def test_few_are_drawn_half_the_time_and_the_others_of_the_concept_never():
    weights = few_weights(CONCEPT, 4, seed=3)
    assert (weights[CONCEPT] > 0).sum() == 4
    np.testing.assert_allclose(weights[weights > 0][:4], 1 / 8)
    np.testing.assert_allclose(weights[~CONCEPT], 1 / 80)
    assert (few_weights(CONCEPT, 4, seed=4) != weights).any()


def ensemble(weights: list[list[list[float]]]) -> nn.Sequential:
    layers = [EnsembleLinear(torch.tensor(weights), torch.zeros(len(weights), 2)) for _ in "ab"]
    return nn.Sequential(layers[0], nn.Identity(), layers[1])


def test_runs_of_an_ensemble_learn_as_they_do_alone():
    first, second = [[0.5, 0.1], [0.2, 0.3]], [[-0.5, 0.4], [0.7, 0.2]]
    x = samples()
    among = relearn(ensemble([first, second]), x, x, seed=0, runs=2, steps=50)
    alone = relearn(ensemble([second]), x, x, seed=0, runs=1, steps=50)
    assert among.errors.shape == (7, 2, 60)
    np.testing.assert_allclose(among.errors[:, 1], alone.errors[:, 0], rtol=1e-5)
    assert abs(among.errors[-1, 0] - among.errors[-1, 1]).max() > 1e-3


def test_a_loss_of_ones_own_is_followed():
    x, classes = samples(), torch.from_numpy(CONCEPT.astype(np.int64))

    def entropy(answers, wanted):
        return nn.functional.cross_entropy(answers, wanted, reduction="none")

    found = relearn(identity(), x, classes, seed=0, loss=entropy, steps=300, rate=0.03)
    wrong = nn.functional.cross_entropy(x, classes, reduction="none")
    np.testing.assert_allclose(found.errors[0, 0], wrong, rtol=1e-6)
    assert found.errors[-1].mean() < 0.1


def test_an_edit_that_training_undoes_is_refused():
    edited = identity()
    edited.state_dict()["0.weight"][0] = 0  # and what reads it is left
    with pytest.raises(InputError) as caught:
        relearn(edited, samples(), samples(), seed=0, steps=20, layer="1")
    assert str(caught.value) == (
        "layer 1: wanted an edit that stays while the model learns, got dimension 0 back; ablate "
        "with frozen=True, or bake an intervention"
    )


def test_what_cannot_be_learnt_from_is_refused():
    x = samples()
    with pytest.raises(InputError, match=r"only: wanted parts with parameters, got \['decoder'\]"):
        relearn(identity(), x, x, seed=0, only=["decoder"])
    with pytest.raises(InputError, match=r"answer: wanted what the outputs are, \(60, 3\), got"):
        relearn(identity(), x, torch.zeros(60, 3), seed=0)
    with pytest.raises(InputError, match=r"loss: wanted one a sample, \(60,\), got \(\); leave"):
        relearn(identity(), x, x, seed=0, loss=nn.functional.mse_loss)
