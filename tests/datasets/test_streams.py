import numpy as np
import pytest
from sklearn.datasets import make_moons

from ddkd.datasets import ClusterMixture, DeformedImages, ReLUNetworkTarget, TwoMoons, load

STILL = {"shift": 0, "rotation": 0, "log_scale": 0, "shear": 0, "elastic": 0, "contrast": 0}


@pytest.fixture
def images():
    return np.random.default_rng(0).random((5, 8, 6))


def test_no_deformation_returns_the_images(images):
    out = DeformedImages(images, **STILL).sample(3000, rng=1)
    distance = np.abs(out[:, None] - images.reshape(5, -1)).max(axis=2)
    assert distance.min(axis=1).max() < 1e-14
    counts = np.bincount(distance.argmin(axis=1), minlength=5)
    # Each image is drawn Binomial(3000, 1/5) times: a standard deviation is 22.
    assert np.abs(counts - 600).max() < 5 * 22


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "matrix"),
    [
        # Moments of x on [-1, 1] per unit: the mean squared displacement is amplitude^2 / 3.
        ({"shift": 0.3}, lambda: 0.3**2 / 3),
        ({"elastic": 0.25}, None),
    ],
)
def test_displacements_have_the_stated_size(change, matrix):
    # On a plane, bilinear interpolation is exact: the value read is the position looked up.
    size = 41
    plane = np.tile(np.arange(size, dtype=float), (size, 1))
    stream = DeformedImages(plane[None], **(STILL | change))
    out = stream.sample(4000, rng=3).reshape(-1, size, size)
    if matrix is not None:
        moved = out[:, 20, 20] - 20
        # Var of u^2 for uniform u on [-a, a] is 4 a^4 / 45.
        error = np.sqrt(4 * 0.3**4 / 45 / 4000)
        assert abs(np.mean(moved**2) - matrix()) < 5 * error
        assert np.abs(moved).max() <= 0.3 + 1e-12
    else:
        # At a control point (the corners of the grid and a third of the way in).
        moved = out[:, 20, 20] - 20
        # Interpolated half-way between control points along both axes: a quarter of the variance.
        expected = 0.25**2 / 4
        assert abs(np.var(moved) / expected - 1) < 5 * np.sqrt(2 / 4000)


@pytest.mark.slow
def test_rotation_shear_and_scale_follow_their_matrices():
    size, half = 41, 20
    column = np.tile(np.arange(size, dtype=float) - half, (size, 1))
    images = np.stack([column])
    below = (half + 10, half)  # ten pixels down from the centre
    right = (half, half + 10)
    angle = DeformedImages(images, **(STILL | {"rotation": 30})).sample(2000, rng=0)
    angle = angle.reshape(-1, size, size)
    assert np.allclose(angle[:, *right] ** 2 + angle[:, *below] ** 2, 100)
    assert 29.5 < np.rad2deg(np.arcsin(np.abs(angle[:, *below]).max() / 10)) <= 30
    shear = DeformedImages(images, **(STILL | {"shear": 0.15})).sample(2000, rng=0)
    shear = shear.reshape(-1, size, size)
    assert np.allclose(shear[:, *right], 10)
    assert 1.49 < np.abs(shear[:, *below]).max() <= 1.5
    scale = DeformedImages(images, **(STILL | {"log_scale": 0.06})).sample(2000, rng=0)
    logs = np.log(scale.reshape(-1, size, size)[:, *right] / 10)
    assert 0.0595 < np.abs(logs).max() <= 0.06 + 1e-12


def test_contrast_scales_the_whole_image(images):
    out = DeformedImages(images[:1], **(STILL | {"contrast": 0.05})).sample(1000, rng=0)
    ratio = out / images[0].ravel()
    assert np.ptp(ratio, axis=1).max() < 1e-12
    assert 0.9499 < ratio.min() < 0.951
    assert 1.049 < ratio.max() < 1.0501


def test_samples_depend_on_the_seed_only(images):
    stream = DeformedImages(images)
    np.testing.assert_array_equal(stream.sample(2500, rng=7), stream.sample(2500, rng=7))
    assert not np.array_equal(stream.sample(10, rng=7), stream.sample(10, rng=8))


@pytest.mark.parametrize("name", ["shift", "rotation", "log_scale", "shear", "elastic", "contrast"])
def test_bad_deformations(images, name):
    with pytest.raises(ValueError, match=f"{name} must be"):
        DeformedImages(images, **{name: -1})


def test_scales_grow_by_e_to_the_ten_at_most(images):
    DeformedImages(images, log_scale=10.0)
    with pytest.raises(ValueError, match=r"log_scale must be .*0, 10.*; got 10.001"):
        DeformedImages(images, log_scale=10.001)


def test_bad_images_and_sizes(images):
    with pytest.raises(ValueError, match="images must be 3-D"):
        DeformedImages(np.zeros((4, 64)))
    with pytest.raises(ValueError, match="images is empty"):
        DeformedImages(np.zeros((0, 8, 8)))
    synthetic = ClusterMixture(rng=0), ReLUNetworkTarget(rng=0), TwoMoons()
    for stream in (DeformedImages(images), *synthetic):
        with pytest.raises(ValueError, match="n must be"):
            stream.sample(0)


def test_mixture_has_the_stated_moments():
    mixture = ClusterMixture(rng=0)
    X, y = mixture._draw(200_000, rng=1)
    centres, factors = mixture.centres, mixture.factors
    assert factors.shape == (30, 50, 5)
    assert abs(centres.std() - 0.5) < 5 * 0.5 / np.sqrt(2 * centres.size)
    assert abs(factors.var() * 5 - 1) < 5 * np.sqrt(2 / factors.size)
    # Total second moment: E|x|^2 = mean |C|^2 + mean |A|_F^2 + 50 * 0.09.
    second = np.sum(X**2, axis=1)
    expected = np.mean(np.sum(centres**2, 1)) + np.mean(np.sum(factors**2, (1, 2))) + 50 * 0.09
    assert abs(second.mean() - expected) < 5 * second.std() / np.sqrt(len(X))
    # Class means are the means of their clusters' centres.
    for label in (0, 9):
        rows = X[y == label]
        error = rows.std(axis=0) / np.sqrt(len(rows))
        z = (rows.mean(axis=0) - centres[mixture.cluster_classes == label].mean(axis=0)) / error
        assert np.abs(z).max() < 5


@pytest.mark.parametrize("noise", [0.0, 0.15])
def test_moons_are_those_of_scikit_learn(noise):
    """Shifted to the origin and 1.3 times as large; its angles are evenly spaced, ours random."""
    split = load("moons", n_samples=40_000, n_test=2, noise=noise, rng=0)
    X, y = make_moons(40_000, noise=noise, random_state=0)
    X = 1.3 * (X - [0.5, 0.25])
    assert abs(np.mean(split.y_train)) < 5 / np.sqrt(40_000)
    for label, theirs in ((-1, X[y == 0]), (1, X[y == 1])):
        rows = split.X_train[split.y_train == label]
        for power in (lambda a: a, lambda a: a**2, lambda a: a[:, :1] * a[:, 1:] ** 2):
            error = power(rows).std(axis=0) / np.sqrt(len(rows))
            z = (power(rows).mean(axis=0) - power(theirs).mean(axis=0)) / error
            assert np.abs(z).max() < 5


def test_network_target_is_labelled_by_its_own_formula():
    target = ReLUNetworkTarget(rng=4)
    X = target.sample(20_000, rng=5)
    f = sum(a * np.maximum(X @ w, 0) for a, w in zip(target.output, target.hidden, strict=True))
    mean = sum(
        a * np.linalg.norm(w) / np.sqrt(2 * np.pi)
        for a, w in zip(target.output, target.hidden, strict=True)
    )
    np.testing.assert_array_equal(target.label(X), f > mean)
    assert abs(f.mean() - mean) < 5 * f.std() / np.sqrt(len(f))


@pytest.mark.parametrize(
    ("kind", "parameters", "message"),
    [
        (ClusterMixture, {"n_clusters": 5}, "n_clusters must be at least 10"),
        (ClusterMixture, {"n_classes": 1}, "n_classes must be at least 2"),
        (ClusterMixture, {"noise": -1}, "noise must be"),
        (TwoMoons, {"noise": -0.1}, "noise must be"),
        (ReLUNetworkTarget, {"n_hidden": 0}, "n_hidden must be at least 1"),
        (ReLUNetworkTarget, {"rng": "a"}, "rng must be"),
    ],
)
def test_bad_parameters(kind, parameters, message):
    with pytest.raises(ValueError, match=message):
        kind(**parameters)
