import numpy as np
import pytest

from ddkd import simulation, theory
from ddkd.populations import GaussianPopulation
from ddkd.testing import assert_matches_theory
from tests.helpers import oracle
from tests.helpers.simulated import figures

D = 160
SPECTRA = {"isotropic": np.ones(D), "decaying": np.arange(1.0, D + 1) ** -0.8}
COEF = np.cos(np.arange(D))


def mask(start, stop):
    return np.isin(np.arange(D), np.arange(start, stop))


# name: spectrum, flips (None: real labels), n, m, teacher, student, their ridges
CASES = {
    "same, m > p": ("isotropic", 0.1, 80, 220, (0, 160), (0, 160), 0, 0),
    "same, m just below p": ("isotropic", 0.0, 80, 118, (0, 120), (0, 120), 0, 0),
    "same, m < p": ("decaying", 0.3, 100, 60, (0, 120), (0, 120), 0, 0),
    "inside, teacher below n": ("decaying", 0.1, 140, 150, (0, 80), (0, 40), 0, 0),
    "inside, ridges": ("isotropic", 0.0, 60, 60, (0, 160), (0, 60), 5, 2),
    "across, m > p": ("decaying", 0.2, 60, 200, (0, 100), (60, 160), 0, 0),
    "across, m < p": ("isotropic", 0.1, 60, 80, (0, 100), (60, 160), 0, 0),
    "across, ridges, m = p": ("decaying", 0.1, 90, 90, (0, 90), (40, 130), 1, 1),
    "teacher inside student": ("decaying", 0.0, 100, 200, (0, 40), (0, 140), 0, 0),
    "real labels": ("decaying", None, 100, 150, (0, 150), (20, 120), 0, 0),
    "real labels, ridge": ("isotropic", None, 60, 60, (20, 150), (0, 80), 10, 10),
}


def case(name):
    spectrum, flips, n, m, T, S, alpha_T, alpha_S = CASES[name]
    noise = {"noise_variance": 0.3} if flips is None else {"labels": "hard", "flip_rate": flips}
    population = GaussianPopulation(SPECTRA[spectrum], COEF, **noise)
    return population, n, m, mask(*T), mask(*S), alpha_T, alpha_S


@pytest.mark.parametrize("kind", ["hard", "soft"])
@pytest.mark.parametrize("name", CASES)
def test_students_match_simulation(name, kind):
    population, n, m, T, S, alpha_T, alpha_S = case(name)
    law = theory.least_squares(population, n, features=T, alpha=alpha_T).distill(
        m, labels=kind, features=S, alpha=alpha_S
    )
    # The risk's mean needs a distance of eight, or a ridge; bounded quantities do not.
    far = alpha_S > 0 or abs(m - S.sum()) >= 8

    def simulate(rng):
        teacher = simulation.least_squares(population, n, features=T, alpha=alpha_T, rng=rng)
        fit = simulation.distill(
            population, teacher.coef, m, labels=kind, features=S, alpha=alpha_S, rng=rng
        )
        names = "error_rate agreement risk train_risk" if far else "error_rate agreement"
        return figures(population, fit, names, teacher)

    distance = min(abs(n - T.sum()) or n, abs(m - S.sum()) or m)
    prediction = np.r_[law.error_rate, law.agreement, [law.risk, law.train_risk] if far else []]
    allowed = np.r_[
        0.3 / n / law.error_rate, 0.5 / n / law.agreement, [3 / distance, 1 / n] if far else []
    ]
    assert_matches_theory(simulate, prediction, n_repeats=40, bias=allowed, rng=5)


@pytest.mark.parametrize("kind", ["hard", "soft"])
@pytest.mark.parametrize("name", CASES)
def test_students_follow_the_formulas_as_written(name, kind):
    population, n, m, T, S, alpha_T, alpha_S = case(name)
    if alpha_T != alpha_S:
        alpha_S = alpha_T
    law = theory.least_squares(population, n, features=T, alpha=alpha_T).distill(
        m, labels=kind, features=S, alpha=alpha_S
    )
    correlation, agreement = oracle.student(
        population.eigenvalues,
        population.coef,
        T,
        S,
        n,
        m,
        alpha=alpha_T,
        kind=kind,
        c=population.label_scale,
        noise=population.label_noise,
    )
    assert law.correlation == pytest.approx(correlation, rel=1e-10)
    assert law.agreement == pytest.approx(agreement, rel=1e-10)


@pytest.mark.parametrize(("wrong", "flips"), [("residual", 0.2), ("energy", 0.0)])
def test_known_mistakes_are_caught_with_the_default_settings(wrong, flips):
    p, n, m = 60, 150, 300
    population = GaussianPopulation(np.ones(p), COEF[:p], labels="hard", flip_rate=flips)
    everything = np.ones(p, dtype=bool)

    def predict(wrong):
        correlation, _ = oracle.student(
            population.eigenvalues,
            population.coef,
            everything,
            everything,
            n,
            m,
            c=population.label_scale,
            noise=population.label_noise,
            wrong=wrong,
        )
        return np.arccos(min(correlation, 1.0)) / np.pi

    def simulate(rng):
        teacher = simulation.least_squares(population, n, rng=rng)
        student = simulation.distill(population, teacher.coef, m, rng=rng)
        return figures(population, student, "error_rate")[0]

    def check(law):
        assert_matches_theory(simulate, law, n_repeats=40, bias=0.3 / n / law, rng=0)

    check(predict(None))
    with pytest.raises(AssertionError, match="do not match"):
        check(predict(wrong))


@pytest.mark.parametrize("labels", ["hard", "soft"])
def test_second_generation_matches_simulation(labels):
    population, n, m, T, S, *_ = case("across, m > p")
    law = theory.least_squares(population, n, features=T)
    law = law.distill(m, features=S).distill(250, labels=labels, features=T, alpha=1.0)

    def simulate(rng):
        fit = simulation.least_squares(population, n, features=T, rng=rng)
        teacher = simulation.distill(population, fit.coef, m, features=S, rng=rng)
        student = simulation.distill(
            population, teacher.coef, 250, labels=labels, features=T, alpha=1.0, rng=rng
        )
        return figures(population, student, "error_rate agreement risk", teacher)

    prediction = [law.error_rate, law.agreement, law.risk]
    allowed = [0.3 / n / law.error_rate, 0.5 / n / law.agreement, 2 / n]
    assert_matches_theory(simulate, prediction, n_repeats=20, bias=allowed, rng=6)


def assert_same_model(student, teacher):
    """The student is the teacher."""
    np.testing.assert_allclose(student.coef_mean, teacher.coef_mean, rtol=1e-15)
    np.testing.assert_allclose(student.coef_variance, teacher.coef_variance, rtol=1e-15)
    assert student.agreement == 1
    assert student.error_rate == pytest.approx(teacher.error_rate, rel=1e-15)
    assert student.risk == pytest.approx(teacher.risk, rel=1e-15)


@pytest.mark.parametrize("name", CASES)
def test_soft_labels_on_enough_examples_return_the_teacher_exactly(name):
    population, n, _, T, _, alpha, _ = case(name)
    teacher = theory.least_squares(population, n, features=T, alpha=alpha)
    for m in (T.sum(), T.sum() + 1, 10_000, np.inf):
        assert_same_model(teacher.distill(m, labels="soft"), teacher)
        everything = teacher.distill(max(m, D), labels="soft", features=mask(0, D))
        assert_same_model(everything, teacher)
    chain = teacher
    for _ in range(5):
        chain = chain.distill(np.inf, labels="soft", alpha=1e-6)
    assert_same_model(chain, teacher)


@pytest.mark.parametrize("name", CASES)
def test_hard_labels_tend_to_the_teacher(name):
    population, n, _, T, _, alpha, _ = case(name)
    teacher = theory.least_squares(population, n, features=T, alpha=alpha)
    student = teacher.generations(3, np.inf, labels="hard")[-1]
    assert student.error_rate == pytest.approx(teacher.error_rate, rel=1e-14)
    assert student.agreement == 1
    # The score itself is shrunk to that of sqrt(2/pi) times a normalised one.
    assert student.score_variance == pytest.approx(2 / np.pi, rel=1e-14)


def test_own_features_without_ridge_lose_a_vanishing_part():
    population, n, _, T, *_ = case("same, m > p")
    teacher = theory.least_squares(population, n, features=T)
    p, m = T.sum(), np.array([200, 1000, 10**9])
    rho = teacher.correlation / np.sqrt(1 + (np.pi / 2 - 1) * p / (m - p))
    np.testing.assert_allclose(teacher.distill(m).correlation, rho, rtol=1e-12)


def test_a_students_peak_sits_at_its_own_width():
    population, n, _, T, *_ = case("same, m > p")
    teacher = theory.least_squares(population, n, features=T)
    student = teacher.distill([60, 80, 100, 300], features=mask(0, 80))
    assert student.risk[1] == np.inf
    assert student.error_rate[1] == 0.5
    assert student.agreement[1] == 0.5
    assert np.isfinite(student.risk[[0, 2, 3]]).all()


@pytest.mark.parametrize("kind", ["hard", "soft"])
def test_a_teacher_on_its_threshold_has_students_that_follow_its_noise(kind):
    s = SPECTRA["decaying"]
    population = GaussianPopulation(s, COEF, labels="hard")
    student = theory.least_squares(population, D).distill(300, labels=kind)
    near = theory.least_squares(population, D, alpha=1e-11).distill(300, labels=kind)
    assert student.error_rate == 0.5
    assert student.agreement == pytest.approx(near.agreement, rel=1e-6)
    assert np.isfinite(student.risk) == (kind == "hard")


def test_students_of_the_best_teacher_never_beat_the_truth():
    population, *_ = case("same, m > p")
    perfect = theory.least_squares(population, np.inf)
    student = perfect.distill(400)
    direct = theory.least_squares(
        GaussianPopulation(SPECTRA["isotropic"], COEF, labels="hard"), 400
    )
    assert student.error_rate == pytest.approx(direct.error_rate, rel=1e-12)
    assert student.agreement == pytest.approx(1 - direct.error_rate, rel=1e-12)


def test_a_model_that_says_nothing_teaches_nothing():
    silent = theory.least_squares(GaussianPopulation(np.ones(4), np.zeros(4)), 10)
    for kind in ("hard", "soft"):
        assert silent.distill(20, labels=kind).error_rate == 0.5


@pytest.mark.parametrize(
    ("kwargs", "named"),
    [
        ({"n_transfer": 0}, "n_transfer"),
        ({"n_transfer": 3.5}, "n_transfer"),
        ({"labels": "real"}, "labels"),
        ({"features": [D + 3]}, "features"),
        ({"features": []}, "features"),
        ({"alpha": -1e-9}, "alpha"),
    ],
)
def test_bad_arguments_are_named(kwargs, named):
    teacher = theory.least_squares(case("same, m > p")[0], 50)
    with pytest.raises(ValueError, match=named):
        teacher.distill(**({"n_transfer": 10} | kwargs))
