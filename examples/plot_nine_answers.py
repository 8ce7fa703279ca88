"""
One problem, nine answers
=========================

**Question.** The minimum-norm least-squares solution is unique. Do the usual calls agree on it?

Random Fourier features of inputs in two dimensions are smooth functions: in double precision 200
points cannot quite tell 400 of them apart. The feature matrix has *numerical* rank below 200,
and each routine makes up its own mind about where to stop.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from scipy import linalg
from sklearn.linear_model import LinearRegression, Ridge

from ddkd import RandomFourierFeatures
from ddkd.solvers import min_norm

rng = np.random.default_rng(0)
n, width = 200, 400
X, X_test = rng.normal(size=(n, 2)), rng.normal(size=(2000, 2))
truth = lambda X: np.sin(3 * X[:, 0]) * X[:, 1]  # noqa: E731
y = truth(X) + 0.5 * rng.normal(size=n)
features = RandomFourierFeatures(width, gamma=1.0, random_state=0).fit(X)
Z, Z_test = features.transform(X), features.transform(X_test)

# %%
# Nine ways to write "the" least-squares solution. None of them raises an exception.

warnings.simplefilter("ignore")  # scipy's solve and ddkd warn; the others are silent
answers = {
    "ddkd min_norm": min_norm(Z, y).coef,
    "numpy pinv": np.linalg.pinv(Z) @ y,
    "numpy lstsq": np.linalg.lstsq(Z, y, rcond=None)[0],
    "scipy lstsq (gelsd)": linalg.lstsq(Z, y)[0],
    "scipy lstsq (gelsy)": linalg.lstsq(Z, y, lapack_driver="gelsy")[0],
    "sklearn LinearRegression": LinearRegression(fit_intercept=False).fit(Z, y).coef_,
    "sklearn Ridge(1e-8)": Ridge(1e-8, fit_intercept=False).fit(Z, y).coef_,
    "Z' solve(Z Z', y)": Z.T @ linalg.solve(Z @ Z.T, y),
    "Z' pinv(Z Z') y": Z.T @ np.linalg.pinv(Z @ Z.T) @ y,
}
print(f"{'call':26} {'train MSE':>10} {'test MSE':>10} {'norm':>10}")
errors = {}
for name, w in answers.items():
    errors[name] = np.mean((Z_test @ w - truth(X_test)) ** 2)
    train = np.mean((Z @ w - y) ** 2)
    print(f"{name:26} {train:10.3g} {errors[name]:10.3g} {np.linalg.norm(w):10.3g}")

# %%
# They differ by many powers of ten in test error:

figure, ax = plt.subplots(figsize=(9, 5.5), layout="constrained")
names = sorted(errors, key=errors.get)
ax.barh(names, [errors[name] for name in names], color="#0072B2")
ax.set(xscale="log", xlabel="test mean squared error", title="One problem, nine answers")
ax.tick_params(labelsize=13)

# %%
# **What to notice.** ``ddkd`` has one definition of numerical rank, the number of singular values
# above ``max(n, p) * eps`` of the largest, and says what it found:

solution = min_norm(Z, y)
print(
    f"rank {solution.rank} of {n}, condition {solution.condition:.2g}, {solution.interpolates = }"
)

# %%
# At full rank the nine agree. Here the problem itself amplifies rounding, and a solver that hides
# its cutoff hides the answer.
#
# **Exercise.** Replace the two input dimensions by 20. Which of the nine still differ, and why?

plt.show()
