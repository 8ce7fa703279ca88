"""The formulas of the papers, written out plainly: slow, and apart from the code under test."""

import mpmath
import numpy as np
from scipy import optimize


def kappa(s, n, alpha):
    """Root of n = sum s/(s + kappa) + alpha/kappa by bisection on plain floats."""
    if alpha == 0 and len(s) <= n:
        return 0.0
    return np.exp(
        optimize.brentq(
            lambda t: np.sum(s / (s + np.exp(t))) + alpha * np.exp(-t) - n, -60, 60, xtol=1e-15
        )
    )


def student(s, b, teacher, student, n, m, *, alpha=0.0, kind="hard", c=1.0, noise=0.0, wrong=None):
    """Student's correlation with the truth and agreement, after "what the student fits".

    `teacher` and `student` are masks. `wrong` puts in a known mistake: "energy" uses (E w)^2
    for E w^2, "residual" forgets the flips in the label noise of hard labels.
    """
    T, S = teacher, student
    cb = c * b
    unexplained = 1 - 2 / np.pi if wrong == "residual" else noise
    mean, second = np.zeros(len(s)), np.zeros(len(s))
    k = kappa(s[T], n, alpha)
    A = s[T] / (s[T] + k)
    missed = unexplained + np.sum((s * cb**2)[~T]) + np.sum(s[T] * cb[T] ** 2 * (1 - A) ** 2)
    E = missed / (1 - np.sum(A**2) / n)
    mean[T] = A * cb[T]
    second[T] = mean[T] ** 2 + E / n * s[T] / (s[T] + k) ** 2
    if wrong == "energy":
        second = mean**2
    Q_T = np.sum(s * second)
    c1, V1 = (np.sqrt(2 / np.pi / Q_T), 1.0) if kind == "hard" else (1.0, Q_T)
    k = kappa(s[S], m, alpha)
    A = s[S] / (s[S] + k)
    noise_S = V1 - c1**2 * np.sum((s * second)[S])
    E = (noise_S + c1**2 * np.sum((s * second)[S] * (1 - A) ** 2)) / (1 - np.sum(A**2) / m)
    N = c1 * np.sum(s[S] * A * b[S] * mean[S])
    cov = c1 * np.sum(s[S] * A * second[S])
    Q = c1**2 * np.sum(s[S] * A**2 * second[S]) + E / m * np.sum(A**2)
    signal = np.sum(s * b**2)
    return N / np.sqrt(Q * signal), 1 - np.arccos(cov / np.sqrt(Q * Q_T)) / np.pi


def mp_linear(s, b, noise, n, alpha):
    """Kappa, risk and mean-square coefficients of the linear law, to 50 digits."""
    with mpmath.workdps(50):
        s = [mpmath.mpf(float(x)) for x in s]
        b = [mpmath.mpf(float(x)) for x in b]
        noise, alpha = mpmath.mpf(noise), mpmath.mpf(alpha)

        def excess(t):
            x = mpmath.exp(t)
            return mpmath.fsum(a / (a + x) for a in s) + alpha / x - n

        k = mpmath.exp(mp_root(excess))
        A = [x / (x + k) for x in s]
        missed = noise + mpmath.fsum(
            x * y**2 * (1 - a) ** 2 for x, y, a in zip(s, b, A, strict=True)
        )
        E = missed / (1 - mpmath.fsum(a**2 for a in A) / n)
        second = [(a * y) ** 2 + E / n * x / (x + k) ** 2 for x, y, a in zip(s, b, A, strict=True)]
        return float(k), float(E), np.array([float(x) for x in second])


def mp_random_features(l, v, noise, n, k, alpha):
    """Gamma, kappa, risk and mean-square coefficients of the random-feature law, as published."""
    with mpmath.workdps(50):
        l = [mpmath.mpf(float(x)) for x in l]
        v = [mpmath.mpf(float(x)) for x in v]
        noise, alpha = mpmath.mpf(noise), mpmath.mpf(alpha)

        def z_of(x):
            return mpmath.fsum(a / (a + x) for a in l)

        if alpha == 0:
            g = mpmath.exp(mp_root(lambda t: z_of(mpmath.exp(t)) - min(n, k)))
            z = mpmath.mpf(min(n, k))
        else:
            edge = mp_root(lambda t: z_of(mpmath.exp(t)) - min(n, k))

            def excess(t):
                x = mpmath.exp(t)
                z = z_of(x)
                return k * alpha - x * (k - z) * (n - z)

            g = mpmath.exp(mp_root(excess, low=edge))
            z = z_of(g)
        kap = g * (k - z) / k
        q = mpmath.fsum((a / (a + g)) ** 2 for a in l)
        top = noise + mpmath.fsum(
            (g / (a + g) - kap * a / (a + g) ** 2 * k / (k - q)) * y**2
            for a, y in zip(l, v, strict=True)
        )
        E = top / (1 - (q * (k - 2 * z) + z**2) / (n * (k - q)))
        S1 = mpmath.fsum(a / (a + g) ** 2 for a in l)
        G = g**2 * mpmath.fsum(a * y**2 / (a + g) ** 2 for a, y in zip(l, v, strict=True))
        G *= k / (k - q)
        second = []
        for a, y in zip(l, v, strict=True):
            A, D = a / (a + g), a / (k * (a + g) ** 2)
            own = G * D + E / n * (A**2 + g**2 * D * S1 * k / (k - q))
            second.append(float((A * y) ** 2 + own))
        return float(g), float(kap), float(E), np.array(second)


def mp_root(excess, low=-80, high=80):
    """Root of a decreasing function by 200 bisections at the working precision."""
    low, high = mpmath.mpf(low), mpmath.mpf(high)
    for _ in range(200):
        middle = (low + high) / 2
        if excess(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
