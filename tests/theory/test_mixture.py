import numpy as np
import pytest
from scipy import special, stats

from ddkd import simulation, theory
from ddkd.populations import MixturePopulation
from ddkd.testing import assert_matches_theory
from tests.helpers.simulated import figures

P = 160


def isotropic(radius, flip_rate=0.0, p=P):
    return MixturePopulation(np.ones(p), np.full(p, radius / np.sqrt(p)), flip_rate=flip_rate)


def decaying(flip_rate=0.1):
    s = np.arange(1.0, P + 1) ** -0.5
    return MixturePopulation(s, 0.17 * np.sqrt(s) * np.cos(np.arange(P)), flip_rate=flip_rate)


def written_teacher(r, q, c):
    """Margin of the isotropic min-norm teacher as the literature's scalars."""
    b = c * r / (max(1, 1 / q) + r**2)
    res = 1 - 2 * c * r * b + b**2 * (1 + r**2)
    nu = res / (q - 1) if q > 1 else res * q / (1 - q)
    return r * b / np.sqrt(b**2 + nu)


def written_student(r, a, p, m):
    """Margin of the hard-label student, and the crossing, as scalars."""
    rho, phi = a / r, stats.norm.pdf(a)
    A = (r * (2 * stats.norm.cdf(a) - 1) + 2 * phi * rho) / (1 + r**2)
    B2 = 4 * phi**2 * (1 - rho**2)
    tau2 = 1 - (1 + r**2) * A**2 - B2
    crossing = p * (1 + tau2 / ((1 - rho**2) * (A**2 / rho**2 - 4 * phi**2)))
    return r * A / np.sqrt(A**2 + B2 + tau2 * p / (m - p)), crossing


@pytest.mark.parametrize("n", [20, 80, 159, 161, 400])
@pytest.mark.parametrize(("radius", "flip_rate"), [(0.5, 0.0), (1.5, 0.2), (3.0, 0.05)])
def test_isotropic_case_is_the_scalars_as_written(n, radius, flip_rate):
    teacher = theory.least_squares(isotropic(radius, flip_rate), n)
    a = written_teacher(radius, n / P, 1 - 2 * flip_rate)
    assert teacher.margin == pytest.approx(a, rel=1e-9)
    assert teacher.error_rate == pytest.approx(special.ndtr(-a), rel=1e-9)
    for m in (P + 1, 3 * P, 10**6):
        margin, crossing = written_student(radius, a, P, m)
        assert teacher.distill(m).margin == pytest.approx(margin, rel=1e-9)
        assert theory.crossing_size(teacher) == pytest.approx(crossing, rel=1e-6)


# population, n, m, teacher's columns, student's columns, ridges
CASES = {
    "isotropic, m > p": (isotropic(1.5, 0.1), 80, 400, (0, 160), (0, 160), 0, 0),
    "isotropic, n > p": (isotropic(2.0, 0.2), 240, 300, (0, 160), (0, 160), 0, 0),
    "across": (decaying(), 80, 300, (0, 120), (40, 160), 0, 0),
    "m < p": (decaying(), 100, 80, (0, 120), (40, 160), 0, 0),
    "ridges": (decaying(0.2), 160, 120, (0, 160), (0, 120), 3, 5),
    "inside": (isotropic(2.0, 0.1), 100, 200, (0, 160), (0, 80), 0, 0),
}


@pytest.mark.parametrize("kind", ["hard", "soft"])
@pytest.mark.parametrize("name", CASES)
def test_teachers_and_students_match_simulation(name, kind):
    population, n, m, T, S, alpha_T, alpha_S = CASES[name]
    T, S = np.arange(*T), np.arange(*S)
    teacher = theory.least_squares(population, n, features=T, alpha=alpha_T)
    student = teacher.distill(m, labels=kind, features=S, alpha=alpha_S)

    def simulate(rng):
        fit = simulation.least_squares(population, n, features=T, alpha=alpha_T, rng=rng)
        pupil = simulation.distill(
            population, fit.coef, m, labels=kind, features=S, alpha=alpha_S, rng=rng
        )
        numbers = [figures(population, x, "error_rate risk train_risk") for x in (fit, pupil)]
        return np.r_[
            *numbers,
            figures(population, fit, "correlation"),
            figures(population, pupil, "correlation agreement", fit),
        ]

    prediction = np.array(
        [v for x in (teacher, student) for v in (x.error_rate, x.risk, x.train_risk)]
        + [teacher.correlation, student.correlation, student.agreement]
    )
    distance = min(abs(n - T.size) or n, abs(m - S.size) or m)
    with np.errstate(divide="ignore"):  # an interpolating fit's training risk
        allowed = 0.6 / n / prediction
    allowed[[1, 4]] = 3 / distance
    allowed[[2, 5]] = 2 / n
    assert_matches_theory(simulate, prediction, n_repeats=30, bias=allowed, rng=3)


@pytest.mark.parametrize("labels", ["hard", "soft"])
def test_generations_match_simulation(labels):
    population = isotropic(2.0, 0.1)
    laws = theory.least_squares(population, 100).generations(3, 500, labels=labels)

    def simulate(rng):
        model, errors = simulation.least_squares(population, 100, rng=rng), []
        for _ in range(3):
            model = simulation.distill(population, model.coef, 500, labels=labels, rng=rng)
            errors += figures(population, model, "error_rate")
        return errors

    prediction = np.array([law.error_rate for law in laws])
    assert_matches_theory(simulate, prediction, n_repeats=25, bias=0.006 / prediction, rng=4)


@pytest.mark.parametrize("radius", [0.5, 1.5, 4.0])
def test_hard_labels_improve_every_teacher_between_chance_and_bayes(radius):
    population = isotropic(radius)
    rho = np.linspace(0.02, 0.999, 30)
    for value in rho:
        coef = np.zeros(P)
        coef[0] = np.sqrt(1 - value**2)
        direction = population.mean / radius
        coef = value * direction + coef - (coef @ direction) * direction
        teacher = theory.mixture_model(population, coef)
        student = teacher.distill(np.inf)
        assert 0 < teacher.margin < radius
        assert student.margin > teacher.margin
        # tan(theta')/tan(theta) = (1 + r^2) h/(r^2 + h).
        a = teacher.margin
        h = 2 * a * stats.norm.pdf(a) / (2 * stats.norm.cdf(a) - 1)
        before, after = (np.tan(np.arccos(x.margin / radius)) for x in (teacher, student))
        assert after / before == pytest.approx((1 + radius**2) * h / (radius**2 + h), rel=1e-6)


def test_crossing_is_where_hard_and_soft_meet():
    teacher = theory.least_squares(decaying(), 100, alpha=2.0)
    m = np.ceil(theory.crossing_size(teacher))
    hard = teacher.distill([m - 1, m]).error_rate
    soft = teacher.distill(m, labels="soft").error_rate
    assert soft == pytest.approx(teacher.error_rate, rel=1e-13)
    assert hard[0] > soft > hard[1]


def test_near_the_threshold_the_crossing_diverges_and_the_peak_is_barely_repaired():
    population = isotropic(2.0)
    near = theory.least_squares(population, [P + 4, P + 1])
    growth = np.divide(*theory.crossing_size(near)[::-1])
    assert growth == pytest.approx((near.margin[0] / near.margin[1]) ** 2, rel=0.2)
    peak = theory.least_squares(population, P)
    assert peak.error_rate == 0.5
    assert peak.distill(10**9).error_rate == 0.5
    assert theory.crossing_size(peak) == np.inf


def test_generations_reach_bayes_with_enough_data_and_forget_without():
    population = isotropic(1.5)
    teacher = theory.least_squares(population, 60)
    assert teacher.generations(60, np.inf)[-1].error_rate == pytest.approx(
        special.ndtr(-1.5), rel=1e-6
    )
    # Bistable at finite m: what a good start keeps, a bad one loses.
    good = theory.least_squares(population, 20 * P).generations(80, 6 * P)[-1]
    bad = theory.least_squares(population, 2, alpha=10.0).generations(80, 6 * P)[-1]
    assert good.error_rate < 0.15
    assert bad.error_rate > 0.45


def test_soft_labels_return_the_teacher():
    teacher = theory.least_squares(decaying(), 100, features=np.arange(90), alpha=0.4)
    for student in (
        teacher.distill(150, labels="soft"),
        teacher.distill(np.inf, labels="soft", features=np.arange(P)),
        *teacher.generations(3, 5000, labels="soft"),
    ):
        np.testing.assert_allclose(student.coef_mean, teacher.coef_mean, rtol=1e-12)
        np.testing.assert_allclose(student.coef_variance, teacher.coef_variance, rtol=1e-12)
        assert student.risk == pytest.approx(teacher.risk, rel=1e-12)
        assert student.agreement == pytest.approx(1, abs=1e-7)


def test_curves_are_their_points():
    population, widths = decaying(), [20, 80, 150]
    masks = theory.prefix_masks(widths, P)
    curve = theory.least_squares(population, 80, features=masks).distill(300, features=masks)
    for i, width in enumerate(widths):
        law = theory.least_squares(population, 80, features=np.arange(width)).distill(300)
        for name in ("error_rate", "risk", "agreement", "train_risk", "margin"):
            assert getattr(curve, name)[i] == pytest.approx(getattr(law, name), rel=1e-10)


def test_given_models_have_exact_figures():
    population = decaying()
    coef = np.sin(np.arange(P))
    law = theory.mixture_model(population, coef)
    assert law.error_rate == pytest.approx(population.error_rate(coef), rel=1e-13)
    assert law.risk == pytest.approx(population.risk(coef), rel=1e-13)
    assert law.correlation == pytest.approx(population.correlation(coef), rel=1e-13)
    np.testing.assert_allclose(law.coef_mean, coef, rtol=1e-13)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: theory.least_squares(decaying(), 0), "n_samples"),
        (lambda: theory.least_squares(decaying(), 10, alpha=-1e3), "alpha"),
        (lambda: theory.least_squares(decaying(), 10, features=[P]), "features"),
        (lambda: theory.least_squares(decaying(), 10).distill(0), "n_transfer"),
        (lambda: theory.least_squares(decaying(), 10).distill(10, labels="warm"), "labels"),
        (lambda: theory.least_squares(decaying(), 10).generations(0, 10), "count"),
        (lambda: theory.mixture_model(decaying(), np.zeros(P)), "coef"),
        (lambda: theory.mixture_model(decaying(), np.ones(3)), "coef must have"),
        (lambda: theory.mixture_model("two", np.ones(3)), "population"),
        (lambda: theory.crossing_size(decaying()), "law"),
    ],
)
def test_bad_arguments_are_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()
