"""Fresh transfer data: distillation, weak-to-strong students, and what hard labels cost."""

from functools import partial

import numpy as np
from scipy import stats

from ddkd import theory
from ddkd.populations import MixturePopulation
from ddkd.theorems import _feature_simulators, _laws, _simulators
from ddkd.theorems._problems import FEATURES, extend, isotropic, power_law, rows
from ddkd.theorems._theorem import Theorem, declare, mistake, setting, settings

THEOREMS: list[Theorem] = []
theorem = partial(declare, THEOREMS)


def _taught(population, n, alpha):
    """Energies s b^2, learnabilities A and the odds g of a student of n examples."""
    A, df2 = _laws.learned(population, n, alpha, power=2)
    return population.eigenvalues * population.coef**2, A, df2 / (n - df2)


def _best_multiple(population, n, alpha):
    """The best teacher that is a multiple of the truth, as if only the size had to be mended."""
    energy, A, g = _taught(population, n, alpha)
    fit = np.sum(energy * A) ** 2 / np.sum(energy * (A**2 + g * (1 - A) ** 2))
    return np.array([np.sum(energy) - fit, optimal_teacher(population, n, alpha)[1]])


@theorem("asymptotic", _simulators.taught_by_the_best, bias=0.008)
@setting(power_law(200, 1.2, scale=2, signal=3), n=120, alpha=0.0)
@setting(power_law(150, 1, scale=40, signal=5), n=90, alpha=8.0)
@setting(power_law(200, 1.5, scale=0.1, signal=0.4), n=100, alpha=0.003)
@mistake("the truth is best", [1, 1])
@mistake("a multiple of the truth is best", _best_multiple)
def optimal_teacher(population, n, alpha):
    r"""The best teacher of a min-norm or ridge student is not the truth.

    .. math:: b^*_i = \frac{b_i A_i}{A_i^2 + g (1 - A_i)^2},\quad
        E = \sum_i s_i b_i^2 \frac{g (1 - A_i)^2}{A_i^2 + g (1 - A_i)^2},\quad
        g = \frac{\mathrm{df}_2}{n - \mathrm{df}_2}

    The teacher is linear, and its soft labels have no noise. For p < n without a ridge the truth
    itself is best.

    Source: Ildiz, Gozeten, Taga, Mondelli and Oymak, arXiv 2410.18837.
    """
    energy, A, g = _taught(population, n, alpha)
    best = np.sum(energy * (1 - A) ** 2 * g / (A**2 + (1 - A) ** 2 * g))
    return np.array([best, _laws.ridge(population, n, alpha).risk])


def _without_noise(population, n, alpha):
    """The best teacher as if signs had no noise."""
    energy, A, g = _taught(population, n, alpha)
    cosine = np.sqrt(np.sum(energy * A**2 / (A**2 + g * (1 - A) ** 2)))
    return np.array([np.arccos(cosine) / np.pi, optimal_hard_teacher(population, n, alpha)[1]])


@theorem("asymptotic", _simulators.taught_by_the_best, bias=0.01)
@setting(power_law(150, 1.5, scale=3, flips=0.0, truth=-0.5), n=80, alpha=0.0)
@setting(power_law(150, 2, scale=0.2, flips=0.0, truth=-1.0), n=80, alpha=0.002)
@setting(power_law(150, 1, scale=10, flips=0.0, truth=-0.25), n=80, alpha=10.0)
@mistake("the truth is best", [1, 1])
@mistake("signs without noise", _without_noise)
def optimal_hard_teacher(population, n, alpha):
    r"""Nor is the truth the best teacher of hard labels.

    .. math:: b^*_i \propto \frac{b_i A_i}{A_i^2 + g ((1 - A_i)^2 + \pi/2 - 1)}

    g as in optimal-teacher; pi/2 - 1 is the noise of a sign beside its score. For p < n without a
    ridge the truth itself is best.

    Source: our own.
    """
    energy, A, g = _taught(population, n, alpha)
    noise = np.pi / 2 - 1
    cosine = np.sqrt(np.sum(energy * A**2 / (A**2 + g * ((1 - A) ** 2 + noise))))
    truth = _laws.ridge(population, n, alpha)
    return np.array([np.arccos(cosine) / np.pi, truth.error_rate])


def _kept_as_spread_as_all(population, n, m, keep, alpha):
    """The mean slope of kept labels taken for the coefficient: their inputs' variance forgotten."""
    error, disagreement = which_rows(population, n, m, keep, alpha)
    variance = stats.truncnorm(*keep).moment(2)
    return np.array([error, np.arctan(np.tan(np.pi * disagreement) / variance) / np.pi])


def _surest(at):
    """The same share of rows, of the largest scores."""
    share = stats.norm.sf(at["keep"][0]) - stats.norm.sf(at["keep"][1])
    return stats.norm.isf(share), np.inf


@theorem("asymptotic", _simulators.selected, bias=0.011)
@setting(isotropic(60, scale=0.1, flips=0.0), n=90, m=120, keep=(0.0, 0.1), alpha=0.0)
@setting(power_law(80, 0.5, scale=4, flips=0.1), n=150, m=300, keep=(0.5, 1.5), alpha=0.0)
@setting(power_law(60, 1, scale=20, flips=0.2), n=120, m=250, keep=(0.9, np.inf), alpha=0.0)
@setting(power_law(80, 0.7, scale=4, flips=0.1), n=60, m=70, keep=(0.0, 0.7), alpha=9.0)
@mistake("as many rows drawn at random", keep=(0.0, np.inf))
@mistake("the surest rows for the least sure", keep=_surest)
@mistake("kept inputs as spread out as all", _kept_as_spread_as_all)
def which_rows(population, n, m, keep, alpha):
    r"""Students learn a teacher best from the rows of which it is least sure.

    .. math:: \tan^2 (\pi\,\text{disagreement}) = \Bigl(\frac{V^2}{a^2} - V\Bigr) \frac p{m - p},
        \quad a = \mathbb E|g|,\quad V = \mathbb E g^2,\quad g\text{ the kept scores}

    One Gaussian population and hard labels; the equation is for students with their teacher's
    columns and no ridge. Of M rows it is best to keep the 2p of which the teacher is least sure.
    The disagreement is then .266 p/M, while all M rows leave one of order sqrt(p/M). Among filters
    that keep the largest scores the best keeps the surest 73 %. Against the *truth* the gain ends
    at the teacher's own error. On two clusters the surest rows teach best (which-rows-clusters).

    Source: our own; related: Sorscher, Geirhos, Shekhar, Ganguli and Morcos, arXiv 2206.14486;
    Dohmatob, Pezeshki and Askari-Hemmat, arXiv 2511.03492 (abstracts).
    """
    student = theory.least_squares(population, n).distill(m, keep=keep, alpha=alpha)
    return np.array([student.error_rate, 1 - student.agreement])


@theorem("asymptotic", _simulators.selected_in_clusters, bias=0.006)
@setting(margin=0.62, radius=2.0, p=60, m=200, keep=(1.0, np.inf))
@setting(margin=0.8, radius=1.6, p=80, m=150, keep=(0.0, 0.7))
@setting(margin=0.62, radius=2.0, p=80, m=250, keep=(0.5, 1.5))
@mistake("as many rows drawn at random", keep=(0.0, np.inf))
@mistake("the surest rows for the least sure", keep=_surest)
@mistake("infinitely many rows", m=np.inf)
def which_rows_clusters(margin, radius, p, m, keep):
    r"""On two clusters students learn the truth best from the surest rows.

    .. math:: w = C^{-1} c,\quad \text{error} = \Phi\Bigl(-\frac{\langle w, (a, e)\rangle}
        {\sqrt{|w|^2 + (1 - \langle c, w\rangle)\,p/(m - p)}}\Bigr),\quad e^2 = r^2 - a^2

    The teacher is given, with margin a; the centres are at the distance r from the origin. Hard
    labels, m > p, no ridge. Over the kept rows, C holds the second moments along the teacher's
    score and, at right angles to it, along the truth; c holds the mean products with the label.
    Over many teachers the margin varies, and this law is some per cent too large.

    Source: our own; related: Sorscher et al., arXiv 2206.14486; Dohmatob et al., arXiv 2511.03492
    (abstracts).
    """
    along = margin / radius
    teacher = np.append([along, np.sqrt(1 - along**2)], np.zeros(p - 2))
    people = MixturePopulation(np.ones(p), radius * np.eye(p)[0])
    return theory.mixture_model(people, teacher).distill(m, keep=keep, features="all").error_rate


@theorem("asymptotic", _simulators.committee, bias=0.009, n_repeats=120)
@setting(power_law(160, 0.5, scale=4, flips=0.1), n=100, n_models=5, m=900)
@setting(isotropic(120, scale=0.2, flips=0.0), n=200, n_models=3, m=600)
@setting(power_law(120, 1, scale=9, flips=0.2), n=240, n_models=7, m=700)
@mistake("one model", n_models=1)
@mistake("the vote as good as the mean", [0, 0, 2, 2])
def votes(population, n, n_models, m):
    r"""A student can beat the voting committee that labels its examples.

    .. math:: c_v = \sqrt{2/\pi}\, t \sqrt{K (1 + (K - 1) r)},\quad
        t = \mathbb E_z \mathrm{Bin}\bigl(\tfrac{K - 1}2; K - 1, \Phi(z\sqrt r)\bigr)

    K independent teachers, K odd; r is the correlation of two of their scores. With many examples
    the students of the vote and of the mean are both the mean.

    Source: our own.
    """
    teacher = theory.least_squares(population, n)
    mean, vote = (theory.committee(teacher, n_models, decide=how) for how in ("mean", "vote"))
    return np.array([law.error_rate for law in (mean, vote, mean.distill(m), vote.distill(m))])


WEAK = rows(
    "population n m weak strong",
    (power_law(18, 0.5, scale=5, signal=2, noise=2, columns=slice(4, 10)), 30, 40, 10, 4),
    (power_law(14, 0.5, scale=0.1, signal=2, noise=0.5, columns=slice(5, 9)), 40, 30, 9, 5),
    (power_law(24, 0.5, scale=20, signal=2, noise=3, columns=slice(8, 14)), 50, 60, 14, 8),
)


@theorem("exact", _simulators.weak_and_strong)
@settings(WEAK)
@mistake(
    "N - d and n - d for N - d - 1 and n - d - 1",
    m=lambda at: at["m"] + 1,
    n=lambda at: at["n"] + 1,
)
@mistake("all noise outside the overlap lost", m=np.inf)
def weak_to_strong_variance(population, n, m, weak, strong):
    r"""A student on other columns than its teacher's sheds teacher noise.

    .. math:: \text{teacher } \frac{v\,d_w}{n - d_w - 1},\quad \text{student }
        \frac{v}{n - d_w - 1}\Bigl(d_{sw} + (d_w - d_{sw})\frac{d_s}{N - d_s - 1}\Bigr)

    The teacher learns n rows on d_w columns, the student N rows on d_s columns, and they share
    d_sw. The truth lies in the shared columns. No ridge, and more rows than columns.

    Source: Dong, Li, Li, Lee and Lei, arXiv 2502.05075 (abstract); finite sizes our own.
    """
    width, shared = population.n_features - strong, weak - strong
    noise = population.noise_variance / (n - weak - 1)
    return noise * np.array([weak, shared + strong * width / (m - width - 1)])


@theorem("exact", _simulators.gain)
@settings(WEAK)
@mistake("infinitely many examples", m=np.inf)
@mistake("a gain from m = 2 d on", m=lambda at: at["m"] + 1)
def misfit(population, n, m, weak, strong):
    r"""A strong student gains on its weak teacher by what it misfits.

    .. math:: E_T - E_S = \text{misfit}\,\Bigl(1 - \frac{d_S}{m - d_S - 1}\Bigr)

    The misfit is the part of the teacher's excess risk that lies outside the student's d_S columns.
    These hold the whole truth; no ridge. There is a gain if and only if m > 2 d_S + 1.

    Source: Charikar, Pabbaraju and Shiragur, arXiv 2405.15116; finite m our own.
    """
    width = population.n_features - strong
    missed = population.noise_variance * strong / (n - weak - 1)
    return missed * (1 - width / (m - width - 1))


@theorem("asymptotic", _simulators.shrunk, bias=0.01)
@setting(isotropic(60, scale=4, signal=2, noise=3), n=100, alpha=5.0)
@setting(isotropic(90, scale=0.2, signal=5, noise=4), n=70, alpha=2.0)
@setting(isotropic(50, scale=9, signal=1, noise=0.5), n=120, alpha=100.0)
@mistake("no shrinkage", lambda **at: _laws.excess(_laws.ridge(**at)))
@mistake("as good as the best ridge", alpha=lambda at: _laws.best_ridge(at["population"]))
def ridge_student_compensates(population, n, alpha):
    r"""A student's shrinkage mends a teacher with too small a ridge.

    .. math:: a^* = \frac{S A}{S A^2 + V},\quad E^* - v = S - \frac{S^2 A^2}{S A^2 + V}

    Isotropic inputs of variance 1 and infinitely many soft labels. V is the variance of the
    teacher's score about its mean. A ridge student is a multiple of its teacher, and a* is the best
    one; it is below 1 if and only if the teacher's ridge is below p v/S.

    Source: Moniri and Hassani, arXiv 2505.18346 (abstract).
    """
    law = _laws.ridge(population, n, alpha)
    along = np.sum(population.eigenvalues * population.coef * law.coef_mean)
    return population.signal - along**2 / law.score_variance


def _errors_at(population, n, ridge):
    """0-1 errors at a third of a ridge, at it, and at three times it."""
    laws = [_laws.ridge(population, n, f * ridge) for f in (1 / 3, 1, 3)]
    return np.array([law.error_rate for law in laws])


def _without_root(errors):
    """Angles of kappa for those of its root, at the best ridge."""
    return np.arctan(np.tan(np.pi * errors) ** [1, 2, 1]) / np.pi


def _all_noise(population, n):
    """The ridge of labels that are noise of variance 1 beside their slope."""
    ridge = population.n_features * population.eigenvalues[0] / population.label_scale**2
    return _errors_at(population, n, ridge)


@theorem("asymptotic", partial(_simulators.tuned_loss, factors=(1 / 3, 1, 3), n_sets=8), bias=0.01)
@setting(isotropic(100, scale=4, flips=0.1), n=80)
@setting(isotropic(100, scale=0.3, flips=0.0), n=250)
@setting(isotropic(100, scale=7, flips=0.2), n=200)
@mistake("all of a label's variance taken for noise", _all_noise)
@mistake("kappa for its root", lambda **at: _without_root(hard_ridge(**at)))
def hard_ridge(population, n):
    r"""On hard labels the best ridge is the same for every n.

    .. math:: \alpha^* = p\,\Bigl(\frac{\pi}{2 (1 - 2\eta)^2} - 1\Bigr),\quad
        \text{error} = \tfrac1\pi \arctan\sqrt{\kappa^*}

    Isotropic inputs of variance 1. A student of hard labels has its best ridge at p (pi/2 - 1).

    Source: our own.
    """
    best = _laws.best_ridge(population)
    tuned = _laws.ridge(population, n, best).kappa / population.eigenvalues[0]
    low, _, high = _errors_at(population, n, best)
    return np.array([low, np.arctan(np.sqrt(tuned)) / np.pi, high])


@theorem("asymptotic", _feature_simulators.teacher_and_student, bias=0.008)
@settings(extend(FEATURES, m=(150, 150, 200), student_k=(80, 100, 60)))
@mistake("infinitely many examples", m=np.inf)
@mistake("the student gives its teacher back", [0, 0])
def random_feature_student(population, n, k, alpha, m, student_k):
    r"""A random-feature student can go on improving where its teacher does not.

    .. math:: \text{energies } c^2\,\mathbb E t_i^2 \text{ in place of } v_i^2,\quad c = 1

    The law is that of random-features, with the teacher's coefficients t on the eigenfunctions in
    place of the truth's v; c = 1 for soft labels. The exponents of the abstract (-.7 for a spectrum
    i^-2) are not tested here.

    Source: Wu, Chen, Misiakiewicz and Mondelli, arXiv 2603.05691 (abstract; only the laws are
    checked here).
    """
    teacher = _laws.features(population, n, k, alpha)
    return np.array([teacher.risk, teacher.distill(m, student_k).risk])
