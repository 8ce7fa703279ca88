"""Training on labels that models wrote, and what a few true labels or free inputs mend."""

from functools import partial

import numpy as np

from ddkd import theory
from ddkd._checks import check_choice, check_integer, check_real, check_vector
from ddkd.theorems import _synthetic_simulators
from ddkd.theorems._theorem import Theorem, declare, mistake, setting

THEOREMS: list[Theorem] = []
theorem = partial(declare, THEOREMS)


def _missed(n, p, signal):
    """Signal S (1 - n/p) outside the rows, if they are fewer than the columns."""
    return theory.isotropic_risk(n, p, signal=signal)


def _fitted(n, p, noise):
    """Excess v min(n, p)/(|n - p| - 1) that noise gives minimum norm; n may be an array."""
    return theory.isotropic_risk(n, p, signal=0.0, noise_variance=noise) - noise


def _fitted_of_many(n, p, noise):
    """The same with |n - p| for |n - p| - 1."""
    return noise * np.minimum(n, p) / np.abs(n - p)


def _chain(n, p, signal, noise_variance, generation, inputs, weight, fitted=_fitted):
    """Excess of a model whose labels are its predecessor's but for a weight of true ones."""
    fresh = check_choice("inputs", inputs, ("fresh", "same")) == "fresh"
    rest = 1 - check_real("weight", weight, low=0.0, high=1.0)
    missed, noise = _missed(n, p, signal), fitted(n, p, noise_variance)
    excess = missed + noise
    for _ in range(check_integer("generation", generation) - 1):
        kept = min(1.0, n / p) * excess if fresh else excess - missed
        excess = missed + rest**2 * kept + (weight**2 + rest**2) * noise
    return np.inf if np.isinf(noise) else excess


def _adding_up(n, p, signal, noise_variance, generation, inputs):
    """Noise of all generations, as if none were forgotten."""
    forgotten = model_collapse(n, p, signal, 0.0, generation, inputs)
    return forgotten + generation * _fitted(n, p, noise_variance)


@theorem("exact", _synthetic_simulators.replaced)
@setting(n=24, p=9, signal=3.0, noise_variance=2.3, generation=4, inputs="fresh")
@setting(n=24, p=14, signal=1.0, noise_variance=0.4, generation=3, inputs="same")
@setting(n=13, p=30, signal=3.0, noise_variance=0.6, generation=4, inputs="fresh")
@setting(n=16, p=25, signal=0.5, noise_variance=2.0, generation=5, inputs="fresh")
@setting(n=20, p=36, signal=2.0, noise_variance=1.5, generation=3, inputs="same")
@mistake("n - p for n - p - 1", partial(_chain, weight=0.0, fitted=_fitted_of_many))
@mistake("noise that adds up for p > n, too", _adding_up)
@mistake("fresh inputs as if they were the same", inputs="same")
def model_collapse(n, p, signal, noise_variance, generation, inputs):
    r"""Models of models' labels add up noise if n > p, and forget if p > n.

    .. math:: E_k = \frac{k v p}{n - p - 1}\ (n > p + 1),\quad
        E_k = S (1 - \rho^k) + \frac{v n}{p - n - 1}\,\frac{1 - \rho^k}{1 - \rho}\ (p > n + 1),\quad
        \rho = \frac np

    E_k is the excess of generation k, which learns the labels of generation k - 1 on fresh inputs.
    On the same inputs it is k v g + S (1 - rho) if p > n, g as in golden-ratio, and as on fresh
    ones if n > p. Equal variances if p > n; infinite where n and p differ by less than 2. For a
    ridge, unequal variances or classes, chain ``law.distill(label_noise=)``.

    Source: Dohmatob, Feng and Kempe, arXiv 2402.07712 (abstract); finite sizes our own.
    """
    return _chain(n, p, signal, noise_variance, generation, inputs, 0.0)


def _accumulate(n, p, signal, noise_variance, generation, inputs, fitted=_fitted):
    """Missed signal, and the noise that each generation adds."""
    i = np.arange(1, check_integer("generation", generation) + 1)
    fresh = check_choice("inputs", inputs, ("fresh", "same")) == "fresh"
    added = fitted(i * n, p, noise_variance) / i if fresh else fitted(n, p, noise_variance) / i**2
    return _missed(n, p, signal) + np.sum(added)


def _learned_from_all(n, p, signal, noise_variance, generation, inputs):
    """The truth learned as rows accumulate."""
    noise = accumulated_data(n, p, 0.0, noise_variance, generation, inputs)
    return noise + _missed(generation * n if inputs == "fresh" else n, p, signal)


@theorem("exact", _synthetic_simulators.accumulated)
@setting(n=33, p=13, signal=3.0, noise_variance=2.3, generation=4, inputs="fresh")
@setting(n=30, p=12, signal=1.0, noise_variance=0.4, generation=4, inputs="same")
@setting(n=10, p=46, signal=3.0, noise_variance=3.0, generation=3, inputs="fresh")
@setting(n=24, p=36, signal=2.0, noise_variance=1.5, generation=3, inputs="fresh")
@setting(n=20, p=36, signal=0.5, noise_variance=1.5, generation=3, inputs="same")
@mistake("i n - p for i n - p - 1", partial(_accumulate, fitted=_fitted_of_many))
@mistake("fresh inputs as if they were the same", inputs="same")
@mistake("all generations at once", generation=1000)
@mistake("the truth learned as rows accumulate", _learned_from_all)
def accumulated_data(n, p, signal, noise_variance, generation, inputs):
    r"""If all earlier rows are kept, the excess of later models stays bounded.

    .. math:: E_k = S\Bigl(1 - \frac np\Bigr)_+ + v \sum_{i \le k} \frac{\min(in, p)}
        {i\,(|in - p| - 1)}\ \text{(fresh inputs)},\quad
        E_k = \dots + v\,\frac{\min(n, p)}{|n - p| - 1} \sum_{i \le k} \frac1{i^2}\ \text{(same)}

    Generation k learns the labels of all k generations of rows, each written by the model before
    it. Only what the first model saw of the truth is ever learned. On fresh inputs the excess jumps
    where there are as many rows as columns, i n = p, and stays high; it is infinite from the first
    i on at which i n and p differ by less than 2. Equal variances if p > n.

    Source: Gerstgrasser, Schaeffer, Dey, Rafailov et al., arXiv 2404.01413 (abstract); both laws
    our own.
    """
    return _accumulate(n, p, signal, noise_variance, generation, inputs)


def _without_feedback(n, p, signal, noise_variance, generation, inputs, weight):
    """The predecessor taken for the truth, apart from the noise on its labels."""
    noise = (weight**2 + (1 - weight) ** 2) * noise_variance
    return _missed(n, p, signal) + _fitted(n, p, noise)


@theorem("exact", _synthetic_simulators.replaced)
@setting(n=24, p=9, signal=3.0, noise_variance=2.3, generation=5, inputs="fresh", weight=0.618)
@setting(n=24, p=14, signal=1.0, noise_variance=0.4, generation=4, inputs="same", weight=0.3)
@setting(n=20, p=36, signal=0.4, noise_variance=2.5, generation=3, inputs="same", weight=0.5)
@setting(n=13, p=30, signal=3.0, noise_variance=0.6, generation=4, inputs="fresh", weight=0.4)
@mistake("the loop's feedback forgotten", _without_feedback)
@mistake("half of each as good as the golden ratio", weight=0.5)
@mistake("one loop only", generation=2)
@mistake("fresh inputs as if they were the same", inputs="same")
def golden_ratio(n, p, signal, noise_variance, generation, inputs, weight):
    r"""With a weight on fresh true labels nothing collapses; .618 is best.

    .. math:: E_t = S\Bigl(1 - \frac np\Bigr)_+ + v g V_t,\quad V_1 = 1,\quad
        V_t = w^2 + (1 - w)^2 (1 + V_{t-1}),\quad g = \frac{\min(n, p)}{|n - p| - 1}

    Each model learns w times true labels plus 1 - w times its predecessor's, both with noise v, on
    the same rows throughout. In the long run V is least at w = (sqrt 5 - 1)/2 = .618, where V is w.
    On fresh inputs with p > n the feedback is damped by n/p, and another weight is best: .742 for n
    = 26, p = 60, S = 3, v = .6. Equal variances if p > n.

    Source: He, Xu and Cheng, arXiv 2502.18049; Garg, Bhattacharya and Sur, arXiv 2509.22341
    (abstracts); finite sizes our own.
    """
    return _chain(n, p, signal, noise_variance, generation, inputs, weight)


def _square(signal, n_other, n_true, p):
    """Mean square of a fit to some rows' labels, of that signal, and zeros on the others."""
    n = n_true + n_other
    if p > n + 1:
        return signal * n_other * (p - n_other - 1) / (p * (p - n - 1))
    if p > n - 2:
        return np.inf if signal * n_other else 0.0
    own = n_true * (n + 1) * (p - 1) / ((n - 1) * (n - p - 1))
    return signal * n_other / (n * (n + 2)) * (n_other + 2 + own)


def _square_of_mean(signal, n_other, n_true, p):
    """That of the mean truth alone, as if that rows differ were no noise."""
    n = n_true + n_other
    return signal * (n_other / n) ** 2 * min(1, n / p)


def _square_of_many(signal, n_other, n_true, p):
    """Its limit for many rows and columns."""
    n = n_true + n_other
    if p > n:
        return signal * n_other * (p - n_other) / (p * (p - n))
    return signal * ((n_other / n) ** 2 + n_other * n_true / n**2 * p / (n - p))


def _mixture(n_true, n_other, p, signal, distance, noise_variance, square=_square):
    """Excess of a fit to rows of two truths."""
    n = check_integer("n_true", n_true, low=0) + check_integer("n_other", n_other, low=0)
    other = square(check_real("distance", distance, low=0.0), n_other, n_true, p)
    return _missed(n, p, signal) + _fitted(n, p, noise_variance) + other


@theorem("exact", _synthetic_simulators.two_truths)
@setting(n_true=16, n_other=12, p=14, signal=2.0, distance=6.0, noise_variance=0.3)
@setting(n_true=24, n_other=6, p=10, signal=1.0, distance=9.0, noise_variance=0.5)
@setting(n_true=14, n_other=8, p=32, signal=1.5, distance=6.0, noise_variance=0.3)
@setting(n_true=8, n_other=16, p=60, signal=0.5, distance=4.0, noise_variance=1.0)
@mistake("the bias of the mean truth alone", partial(_mixture, square=_square_of_mean))
@mistake("the limit of many rows and columns", partial(_mixture, square=_square_of_many))
def two_truths(n_true, n_other, p, signal, distance, noise_variance):
    r"""Rows of a wrong truth cost a bias and a noise that peaks at n = p.

    .. math:: E = v g + S\Bigl(1 - \frac np\Bigr)_+ + D f,\quad f = \frac{n_2}{n (n + 2)}
        \Bigl[n_2 + 2 + \frac{n_1 (n + 1) (p - 1)}{(n - 1) (n - p - 1)}\Bigr]\ (n > p + 1),\quad
        f = \frac{n_2 (p - n_2 - 1)}{p (p - n - 1)}\ (p > n + 1)

    n_1 rows follow the truth and n_2 another one; D is the variance of their difference, n = n_1 +
    n_2, and g is as in golden-ratio. Equal variances if p > n. With many rows f is p_2^2 + p_2 (1 -
    p_2) p/(n - p) for p < n, where p_2 = n_2/n.

    Source: Dohmatob, Feng, Subramonian and Kempe, arXiv 2410.04840 (abstract); finite sizes our
    own.
    """
    return _mixture(n_true, n_other, p, signal, distance, noise_variance)


def _other_inputs(m, p):
    """Factors by which inputs of their own make a fit larger, and its square."""
    if m > p + 3:
        first = m / (m - p - 1)
        return first, m**2 * (m - 1) / ((m - p) * (m - p - 1) * (m - p - 3))
    if p > m + 3:
        first = m**2 / (p * (p - m - 1))
        return first, m**3 * (p - 1) / (p * (p - m) * (p - m - 1) * (p - m - 3))
    return 0.0, np.inf


def _without_fourth_moments(n, n_unlabelled, p, signal, noise_variance, covariance):
    """With a known covariance, S p/n for S (p + 1)/n."""
    right = unlabelled_covariance(n, n_unlabelled, p, signal, noise_variance, covariance)
    return right - np.isinf(n_unlabelled) * signal / n


def _all_as_others(n, n_unlabelled, p, signal, noise_variance, covariance):
    """All inputs counted as fresh ones."""
    count = n_unlabelled + n if covariance == "all" else n_unlabelled
    return unlabelled_covariance(n, count, p, signal, noise_variance, "other")


@theorem("exact", _synthetic_simulators.covariance_of)
@setting(n=20, n_unlabelled=np.inf, p=6, signal=4.0, noise_variance=0.5, covariance="other")
@setting(n=16, n_unlabelled=24, p=14, signal=1.0, noise_variance=3.0, covariance="all")
@setting(n=12, n_unlabelled=10, p=36, signal=3.0, noise_variance=2.0, covariance="all")
@setting(n=20, n_unlabelled=40, p=12, signal=2.0, noise_variance=1.0, covariance="other")
@setting(n=14, n_unlabelled=12, p=36, signal=2.0, noise_variance=1.0, covariance="other")
@mistake("the covariance known", n_unlabelled=np.inf)
@mistake("p for p + 1", _without_fourth_moments)
@mistake("labelled inputs counted as other ones", _all_as_others)
def unlabelled_covariance(n, n_unlabelled, p, signal, noise_variance, covariance):
    r"""Least squares with the covariance of all inputs peaks at n + m = p.

    .. math:: E = \Bigl(\frac Nn\Bigr)^2 \bigl[S f(m, n, p) + v t\bigr]
        - 2 S \min\Bigl(1, \frac Np\Bigr) + S,\quad N = n + m,\quad
        t = \frac nN\,\frac{\min(N, p)}{|N - p| - 1}

    The fit is C^-1 X'y/n, with the covariance C of all N inputs. f is that of two-truths, for it is
    as if m unlabelled rows had the label 0. If the covariance is known, the excess is S (p + 1)/n +
    v p/n. If it is that of m other inputs, it is c_2 [S (n + p + 1)/n + v p/n] - 2 c_1 S + S, where
    c_1 and c_2 are the means of their inverse covariance and of its square, at variances of 1. The
    signal acts as noise: where plain least squares is good this is worse. Equal variances if p > N,
    or p > m.

    Source: our own.
    """
    n, p, m = check_integer("n", n), check_integer("p", p), n_unlabelled
    S = check_real("signal", signal, low=0.0)
    v = check_real("noise_variance", noise_variance, low=0.0)
    both = check_choice("covariance", covariance, ("all", "other")) == "all"
    if m != np.inf:
        m = check_integer("n_unlabelled", m, low=0)
    if both and m < np.inf:
        N = n + m
        square = _square(S, n, m, p) + n / N * _fitted(N, p, v)
        return (N / n) ** 2 * square - 2 * S * min(1, N / p) + S
    first, second = (1.0, 1.0) if m == np.inf else _other_inputs(m, p)
    return second * (S * (n + p + 1) + v * p) / n - 2 * first * S + S


def _slope(c, h):
    """Slope of the truth's unseen part on the teacher's."""
    return c @ h / (h @ h)


# Truth and teacher on columns that the student sees, few or many, and on two that it does not.
FEW = {"b": np.linspace(1, 2, 12), "w": np.linspace(1.5, 0.5, 12)}
MANY = {"b": np.linspace(0.2, 0.6, 40), "w": np.linspace(0.5, 0.1, 40)}
UNSEEN = {"c": np.array([2.0, 1.0]), "h": np.array([2.4, -0.6])}


@theorem("exact", _synthetic_simulators.rectified)
@setting(n=22, n_unlabelled=40, weight=0.5, noise_variance=0.5, **FEW, **UNSEEN)
@setting(n=22, n_unlabelled=80, weight=0.5, noise_variance=0.5, **MANY, **UNSEEN)
@setting(n=20, n_unlabelled=26, weight=0.8, noise_variance=1.0, **MANY, **UNSEEN)
@mistake("a teacher's labels of infinitely many rows", n_unlabelled=10**9)
@mistake("n - p for n - p - 1", n=lambda at: at["n"] + (at["n"] > len(at["b"])))
@mistake("the slope, not shrunk, as good a weight", weight=lambda at: _slope(at["c"], at["h"]))
def rectified_student(n, n_unlabelled, weight, b, w, c, h, noise_variance):
    r"""A teacher that sees more can be used without bias, by a best weight.

    .. math:: E = p\Bigl[\frac{v + |c - l h|^2}{n - p - 1} + \frac{l^2 |h|^2}{N - p - 1}\Bigr],\quad
        l^* = \frac{\langle c, h\rangle}{|h|^2}\Bigm/\Bigl(1 + \frac{n - p - 1}{N - p - 1}\Bigr)

    The student is a fit to n true labels less l times the teacher's, plus l times a fit to the
    teacher's labels of N other rows. The truth is b on the student's columns and c on columns that
    it does not see; the teacher is w and h there. The teacher is given, and l is not estimated. The
    equation is for p < n and p < N, and any covariance; beyond, the bench tests further terms at
    equal variances.

    Source: Angelopoulos, Duchi and Zrnic, arXiv 2311.01453 (abstract); these laws are our own.
    """
    b, l, N = check_vector("b", b), check_real("weight", weight), n_unlabelled
    p, w = b.size, check_vector("w", w, size=b.size)
    c = check_vector("c", c)
    h, left = check_vector("h", h, size=c.size), b - l * w
    missed, unseen = max(0, 1 - n / p), max(0, 1 - N / p)
    bias = left @ left * missed + l**2 * (w @ w) * unseen + 2 * l * (left @ w) * missed * unseen
    noise = noise_variance + np.sum((c - l * h) ** 2)
    return bias + _fitted(n, p, noise) + _fitted(N, p, l**2 * (h @ h))
