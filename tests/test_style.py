import numpy as np
import pytest
import torch

from dputils.style import MovingAverageGram, content_loss, gram_matrix, style_loss


def features(count=2, channels=5, height=6, width=7, seed=0):
    return torch.randn(count, channels, height, width, generator=torch.Generator().manual_seed(seed))


def test_gram_matrix_is_the_mean_product_of_channels():
    a = features()
    expected = np.einsum("nchw,ndhw->ncd", a.numpy(), a.numpy()) / (6 * 7)
    np.testing.assert_allclose(gram_matrix(a).numpy(), expected, rtol=1e-5, atol=1e-6)


def test_gram_matrix_is_symmetric_and_positive_semi_definite():
    gram = gram_matrix(features(channels=12, height=2, width=3).double())  # fewer positions than channels: singular
    assert torch.allclose(gram, gram.transpose(1, 2))
    assert torch.linalg.eigvalsh(gram).min() > -1e-12


def test_gram_matrix_keeps_the_pictures_of_a_batch_apart():
    a = features()
    assert torch.allclose(gram_matrix(a), torch.cat([gram_matrix(a[:1]), gram_matrix(a[1:])]), atol=1e-7)
    x = a.clone().requires_grad_()
    gram_matrix(x)[0].sum().backward()
    assert x.grad[0].abs().sum() > 0 and x.grad[1].abs().sum() == 0


def test_gram_matrix_forgets_where_things_are():
    a = features()
    order = torch.randperm(42, generator=torch.Generator().manual_seed(1))
    shuffled = a.flatten(2)[:, :, order].view_as(a)
    assert torch.allclose(gram_matrix(a), gram_matrix(shuffled), atol=1e-6)
    assert not torch.allclose(gram_matrix(a), gram_matrix(a.flip(1)), atol=1e-2)  # but not which channel it was


def test_gram_matrix_does_not_depend_on_the_size():
    a = features()
    assert torch.allclose(gram_matrix(a), gram_matrix(a.repeat(1, 1, 3, 2)), atol=1e-6)


def test_gram_matrix_needs_maps():
    with pytest.raises(ValueError, match=r"\(N, C, H, W\)"):
        gram_matrix(torch.zeros(3, 4))


# ---- the moving average ---------------------------------------------------------------------------------------


def test_moving_average_has_the_averages_value():
    memory, average = MovingAverageGram(0.9), None
    for seed in range(5):
        gram = gram_matrix(features(seed=seed))
        average = gram if average is None else 0.9 * average + 0.1 * gram
        assert torch.allclose(memory(gram), average, atol=1e-6)


def test_moving_average_starts_at_the_first_gram_matrix():
    gram = gram_matrix(features())
    assert torch.equal(MovingAverageGram(0.95)(gram), gram)


def test_moving_average_has_the_plain_grams_gradient():
    memory = MovingAverageGram(0.95)
    memory(gram_matrix(features(seed=1)))
    a = features(seed=2).requires_grad_()
    weights = torch.randn(2, 5, 5, generator=torch.Generator().manual_seed(3))
    (memory(gram_matrix(a)) * weights).sum().backward()
    plain = features(seed=2).requires_grad_()
    (gram_matrix(plain) * weights).sum().backward()
    assert torch.equal(a.grad, plain.grad)  # not scaled by 1 - decay = 0.05


def test_moving_average_without_decay_has_no_memory():
    memory = MovingAverageGram(0.0)
    memory(gram_matrix(features(seed=1)))
    gram = gram_matrix(features(seed=2))
    assert torch.equal(memory(gram), gram)


def test_moving_average_keeps_no_graph_and_resets():
    memory = MovingAverageGram(0.95)
    memory(gram_matrix(features().requires_grad_()))
    assert not memory.average.requires_grad and "average" in memory.state_dict()
    memory.reset()
    gram = gram_matrix(features(seed=4))
    assert torch.equal(memory(gram), gram)


@pytest.mark.parametrize("decay", [-0.1, 1.0, 2])
def test_moving_average_refuses_impossible_decays(decay):
    with pytest.raises(ValueError, match="below 1"):
        MovingAverageGram(decay)


# ---- losses ---------------------------------------------------------------------------------------------------


def test_style_loss_is_the_sum_of_mean_absolute_differences():
    grams = {"a": gram_matrix(features(seed=1)), "b": gram_matrix(features(channels=3, seed=2))}
    targets = {"a": gram_matrix(features(1, seed=3)), "b": gram_matrix(features(1, channels=3, seed=4))}
    expected = sum(np.abs(grams[k].numpy() - targets[k].numpy()).mean() for k in grams)
    assert style_loss(grams, targets).item() == pytest.approx(expected, rel=1e-5)
    weighted = style_loss(grams, targets, weights={"a": 2.0, "b": 0.0})
    assert weighted.item() == pytest.approx(2 * style_loss(grams, {"a": targets["a"]}).item(), rel=1e-5)
    assert style_loss(grams, grams).item() == 0


def test_losses_ignore_values_without_a_target():
    found = {"a": features(seed=1), "unused": features(seed=2)}
    assert content_loss(found, {"a": features(seed=3)}) == content_loss({"a": found["a"]}, {"a": features(seed=3)})


def test_relative_losses_do_not_feel_the_scale_of_a_layer():
    found, target = features(seed=1), features(seed=2)
    one = content_loss({"a": found}, {"a": target}, relative=True)
    thousand = content_loss({"a": 1000 * found}, {"a": 1000 * target}, relative=True)
    assert thousand.item() == pytest.approx(one.item(), rel=1e-5)
    assert content_loss({"a": 0 * target}, {"a": target}, relative=True).item() == pytest.approx(1.0, rel=1e-5)
    assert content_loss({"a": 1000 * found}, {"a": 1000 * target}) > 100 * content_loss({"a": found}, {"a": target})


def test_relative_losses_survive_a_silent_target():
    loss = content_loss({"a": features().requires_grad_()}, {"a": torch.zeros(2, 5, 6, 7)}, relative=True)
    assert torch.isfinite(loss)


def test_any_distance_can_be_used():
    found, target = features(seed=1), features(seed=2)
    loss = content_loss({"a": found}, {"a": target}, distance=torch.nn.functional.mse_loss)
    assert loss.item() == pytest.approx(((found - target) ** 2).mean().item(), rel=1e-6)


def test_gradients_reach_the_found_values_only():
    found, target = features(seed=1).requires_grad_(), features(seed=2)
    style_loss({"a": gram_matrix(found)}, {"a": gram_matrix(target)}).backward()
    assert found.grad.abs().sum() > 0


def test_missing_layers_and_wrong_sizes_are_named():
    with pytest.raises(ValueError, match=r"missing: \['b'\]"):
        style_loss({"a": features()}, {"a": features(), "b": features()})
    with pytest.raises(ValueError, match="targets for"):
        style_loss({"a": features()}, {})
    with pytest.raises(ValueError, match=r"at 'a' the shapes .*\(2, 5, 6, 7\).*\(2, 5, 6, 8\)"):
        content_loss({"a": features()}, {"a": features(width=8)})
