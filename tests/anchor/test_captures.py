"""What a layer gives is captured as it gave it, in this pass and no other, with its gradients."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch
from torch import nn

from colorcore.anchor.layers.captures import capture
from colorcore.errors import InputError


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Sequential(nn.Linear(4, 3), nn.Tanh()), nn.Linear(3, 2))


def test_what_layers_give_is_captured_and_carries_gradients(model):
    x = torch.randn(8, 4)
    with capture(model, ["0.1", "1"]) as layers:
        output = model(x)
    torch.testing.assert_close(layers["0.1"], model[0](x))
    assert torch.equal(layers["1"], output)
    layers["0.1"].square().sum().backward()
    assert model[0][0].weight.grad.abs().sum() > 0
    assert model[1].weight.grad is None


def test_the_output_has_a_gradient_by_what_was_captured(model):
    with capture(model, ["0.1"]) as layers:
        output = model(torch.randn(8, 4))
    (gradient,) = torch.autograd.grad(output.sum(), layers["0.1"])
    assert torch.equal(gradient, model[1].weight.sum(dim=0).expand(8, 3))


def test_without_gradients_there_are_none_in_what_is_captured(model):
    with torch.no_grad(), capture(model, ["0.1"]) as layers:
        model(torch.randn(8, 4))
    assert not layers["0.1"].requires_grad
    with torch.inference_mode(), capture(model, ["0.1"]) as layers:
        model(torch.ones(8, 4))
    assert torch.equal(layers["0.1"], model[0](torch.ones(8, 4)))


def test_each_pass_overwrites_what_the_last_one_left_and_none_is_kept_after(model):
    with capture(model, ["0.0"]) as layers:
        model(torch.zeros(2, 4))
        model(torch.ones(3, 4))
        assert layers["0.0"].shape == (3, 3)
    model(torch.ones(5, 4))
    assert layers["0.0"].shape == (3, 3)
    assert not any(module._forward_hooks for module in model.modules())
    assert not any(module._forward_pre_hooks for module in model.modules())


def test_what_a_pass_skips_is_not_what_another_pass_left():
    class Skipping(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer, self.skips = nn.Linear(2, 2), False

        def forward(self, x):
            return x if self.skips else self.layer(x)

    skipping = Skipping()
    with capture(skipping, ["layer"]) as layers:
        skipping(torch.ones(1, 2))
        assert set(layers) == {"layer"}
        skipping.skips = True
        skipping(torch.ones(1, 2))
        assert not layers
        with pytest.raises(KeyError, match="layer layer: wanted to have run in the model's last"):
            layers["layer"]


def test_a_layer_that_has_not_run_yet_says_so_as_the_key_error_of_a_dict(model):
    with capture(model, ["0.0"]) as layers:
        with pytest.raises(KeyError) as error:
            layers["0.0"]
        assert str(error.value) == (
            "layer 0.0: wanted to have run in the model's last pass, got no call of it; run the "
            "model first, and name a layer that it calls each time"
        )
        with pytest.raises(
            InputError, match=r"captured layer: wanted one of 0\.0, got '0\.1'; did"
        ):
            layers["0.1"]
        assert layers.get("0.0") is None
        assert "0.0" not in layers
        model(torch.ones(1, 4))
        assert [name for name, _ in layers.items()] == ["0.0"]


def test_a_layer_that_a_pass_calls_twice_is_refused():
    relu = nn.ReLU()
    model = nn.Sequential(relu, nn.Linear(2, 2), relu)
    with (
        capture(model, ["0"]) as layers,
        pytest.raises(InputError, match="layer 0: wanted one call of it in a pass, got a second"),
    ):
        model(torch.ones(1, 2))
    with capture(model, ["0"]) as layers:  # not in a pass, but by itself
        relu(torch.ones(1, 2))
        relu(torch.zeros(1, 2))
    assert layers["0"].tolist() == [[0.0, 0.0]]


def test_a_pass_that_fails_does_not_count(model):
    with capture(model, ["0.1"]) as layers:
        with pytest.raises(RuntimeError):
            model(torch.ones(2, 7))
        model(torch.ones(2, 4))
        model(torch.ones(3, 4))
    assert layers["0.1"].shape == (3, 3)


class Residual(nn.Module):
    """As in residual networks: normalised, rectified in place, and the input added in place."""

    def __init__(self):
        super().__init__()
        self.norm, self.relu = nn.BatchNorm2d(3), nn.ReLU(inplace=True)

    def forward(self, x):
        out = self.relu(self.norm(x))
        out += x
        return out


@pytest.mark.parametrize("by", [torch.enable_grad, torch.no_grad, torch.inference_mode])
def test_what_comes_later_in_place_changes_nothing_of_what_was_captured(by):
    residual = Residual().eval()
    x = torch.tensor([-1.0, 2.0, 3.0]).reshape(1, 3, 1, 1)
    with by(), capture(residual, ["norm", "relu"]) as layers:
        output = residual(x)
    scale = (1 + residual.norm.eps) ** -0.5
    torch.testing.assert_close(layers["norm"].flatten(), scale * torch.tensor([-1.0, 2, 3]))
    torch.testing.assert_close(layers["relu"].flatten(), scale * torch.tensor([0.0, 2, 3]))
    torch.testing.assert_close(output.flatten(), torch.tensor([-1, 2 + 2 * scale, 3 + 3 * scale]))


def test_gradients_of_what_is_changed_in_place_are_those_of_what_the_layer_gave():
    residual = Residual().eval()
    with capture(residual, ["norm"]) as layers:
        residual(torch.tensor([-1.0, 2.0, 3.0]).reshape(1, 3, 1, 1))
    layers["norm"].square().sum().backward()
    scale = (1 + residual.norm.eps) ** -0.5
    torch.testing.assert_close(residual.norm.bias.grad, 2 * scale * torch.tensor([-1.0, 2, 3]))


def test_a_layer_that_gives_its_input_which_changes_in_place_later_is_refused():
    class Aliasing(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear, self.same = nn.Linear(2, 2), nn.Identity()

        def forward(self, x):
            hidden = self.linear(x)
            same = self.same(hidden)
            hidden += 1
            return same

    aliasing = Aliasing()
    with (
        pytest.raises(InputError, match="layer same: wanted what it gave, got a tensor that was c"),
        capture(aliasing, ["same"]),
    ):
        aliasing(torch.ones(1, 2))
    with torch.no_grad(), capture(aliasing, ["same"]) as layers:
        output = aliasing(torch.ones(1, 2))
    torch.testing.assert_close(output, layers["same"] + 1)


def test_channels_first_are_captured_with_the_latent_dimension_last():
    x = torch.arange(24.0).reshape(1, 2, 3, 4)
    layer = nn.Sequential(nn.Conv2d(2, 2, 1))
    with capture(layer, ["0"], axis=1) as layers:
        output = layer(x)
    assert torch.equal(layers["0"], output.permute(0, 2, 3, 1))
    (gradient,) = torch.autograd.grad(output.sum(), layers["0"])
    assert torch.equal(gradient, torch.ones(1, 3, 4, 2))


@pytest.mark.parametrize("axis", [2, -3, True, 0.0])
def test_an_axis_that_a_layer_does_not_have_is_refused(model, axis):
    with (
        capture(model, ["1"], axis=axis),
        pytest.raises(
            InputError,
            match=rf"layer 1: axis must be a whole number in -2…1, for shape \(5, 2\), got {axis};",
        ),
    ):
        model(torch.ones(5, 4))


def test_no_hook_is_left_when_a_name_is_wrong_or_an_error_passes(model):
    with (
        pytest.raises(InputError, match=r"layer: wanted one of 0, 0\.0, 0\.1, 1, got '0\.2'; did"),
        capture(model, ["1", "0.2"]),
    ):
        pass
    with pytest.raises(RuntimeError), capture(model, ["1"]):
        model(torch.ones(2, 7))
    assert not any(module._forward_hooks for module in model.modules())


def test_a_name_that_is_no_list_is_refused(model):
    with (
        pytest.raises(InputError, match="names: wanted a list of layers, got '1'"),
        capture(model, "1"),
    ):
        pass


def test_a_layer_that_is_named_twice_is_captured_once(model):
    with capture(model, ["1", "1"]) as layers:
        output = model(torch.ones(1, 4))
    assert torch.equal(layers["1"], output)


def test_in_the_function_that_torch_func_transforms_layers_are_captured(model):
    x = torch.randn(5, 4)

    def penalty(parameters, x):
        with capture(model, ["0.1"]) as layers:
            torch.func.functional_call(model, parameters, (x,))
        return layers["0.1"].square().sum()

    parameters = dict(model.named_parameters())
    per_sample = torch.func.vmap(penalty, in_dims=(None, 0))(parameters, x)
    torch.testing.assert_close(per_sample, model[0](x).square().sum(dim=-1))
    gradients = torch.func.grad(penalty)(parameters, x)
    model[0](x).square().sum().backward()
    torch.testing.assert_close(gradients["0.0.weight"], model[0][0].weight.grad)


def test_a_transform_of_torch_func_within_the_context_is_refused(model):
    with (
        capture(model, ["0.1"]),
        pytest.raises(InputError, match=r"layer 0\.1: wanted to run where capture began, got a tr"),
    ):
        torch.func.vmap(model)(torch.ones(5, 4))


def test_names_may_come_one_by_one(model):
    with capture(model, (name for name in ["0", "1"])) as layers:
        model(torch.ones(2, 4))
    assert [*layers] == ["0", "1"]


def test_a_copy_of_what_was_captured_is_a_plain_dict(model):
    with torch.no_grad(), capture(model, ["1"]) as layers:
        model(torch.ones(2, 4))
    for copied in (copy.deepcopy(layers), pickle.loads(pickle.dumps(layers))):
        assert type(copied) is dict
        assert torch.equal(copied["1"], layers["1"])
