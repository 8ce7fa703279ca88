"""The bench: laws held against simulations that know nothing of them, and the verdicts."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from joblib import delayed
from numpy.typing import ArrayLike
from scipy import stats
from tqdm import tqdm

from ddkd._checks import check_array
from ddkd._repr import short_repr
from ddkd._text import plain
from ddkd._workers import parallel, single_threaded
from ddkd.testing import Comparison, compare_means
from ddkd.theorems import classics, double_descent, fresh_data, same_data, synthetic_data
from ddkd.theorems._picture import draw_verdict
from ddkd.theorems._theorem import Theorem

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SECTIONS = (fresh_data, synthetic_data, same_data, double_descent, classics)
ALL = tuple(theorem for section in SECTIONS for theorem in section.THEOREMS)

# Forty entries at this rate raise a false alarm in one run of a thousand.
FALSE_ALARM = 2.5e-5


@short_repr
@dataclass(frozen=True, eq=False)
class Verdict:
    """What the bench found about a theorem, or about one of its wrong variants.

    Attributes
    ----------
    theorem : Theorem
        What was tested.
    variant : str or None
        The wrong variant; None for the theorem itself.
    comparison : Comparison
        Law and simulation at every point of every setting, in one row.
    """

    theorem: Theorem
    variant: str | None
    comparison: Comparison

    @property
    def id(self) -> str:
        """The theorem's name."""
        return self.theorem.id

    @property
    def agrees(self) -> bool:
        """Whether the simulation agrees with the law that was tested."""
        return self.comparison.agrees

    @property
    def passed(self) -> bool:
        """Whether the bench is content: a theorem agrees, a wrong variant is rejected."""
        return self.agrees == (self.variant is None)

    @property
    def closest(self) -> float:
        """Of a bound: its largest ratio to what it bounds, two standard errors up."""
        above = self.comparison.simulated + 2 * self.comparison.standard_error
        return float(np.max(self.comparison.predicted / above))

    @property
    def z(self) -> float:
        """The largest gap in standard errors, beyond what is allowed."""
        z = self.comparison.z
        return float(z[np.argmax(np.abs(z))])

    def __str__(self) -> str:
        compared = self.comparison
        if self.variant is not None:
            return f"{'NOT ' if self.agrees else ''}rejected: gap {compared.gap_in_words}"
        if self.theorem.kind == "bound":
            answer = "holds" if self.agrees else "IS VIOLATED"
            return f"{answer}; at its closest {100 * self.closest:.0f} % of the value"
        answer = "agrees: largest" if self.agrees else "DISAGREES:"
        return f"{answer} gap {compared.gap_in_words}; {compared.power_in_words}"

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw simulated values against the law's, each with two standard errors.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            The axes to draw on; a new figure by default.

        Returns
        -------
        matplotlib Axes
            The picture.
        """
        return draw_verdict(self, ax)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields of a JSON record.

        Returns
        -------
        dict
            Names, settings and number of draws, law and simulation at every point, their
            standard errors, and the verdict.
        """
        compared = self.comparison
        record = {
            "id": self.id,
            "statement": self.theorem.statement,
            "source": self.theorem.source,
            "kind": self.theorem.kind,
            "law": compared.predicted.tolist(),
            "simulated": compared.simulated.tolist(),
            "standard_error": compared.standard_error.tolist(),
            "z": self.z,
            "bias": self.theorem.bias,
            "n_repeats": compared.n_repeats,
            "settings": [
                {name: _setting_to_json(value) for name, value in setting.items()}
                for setting in self.theorem.settings
            ],
            "verdict": "agrees" if self.agrees else "disagrees",
            "answer": str(self),
        }
        if self.variant is not None:
            record |= {"variant": self.variant, "rejected": not self.agrees}
        if self.theorem.kind == "bound":
            record["closest"] = self.closest
        else:
            record["resolution"] = compared.resolution.tolist()
            record["common_resolution"] = compared.common_resolution
        return cast(dict[str, Any], plain(record))


def _setting_to_json(value: Any) -> Any:
    """A number or a word as it is, anything else as a person sees it printed."""
    is_plain = isinstance(value, int | str) or (isinstance(value, float) and np.isfinite(value))
    return value if is_plain else " ".join(repr(value).split())


def verify(
    theorems: Theorem | Iterable[Theorem] | None = None,
    *,
    rng: Any = 0,
    n_jobs: int = 1,
    wrong: bool = False,
    quick: bool = False,
    progress: bool = False,
) -> list[Verdict]:
    """Hold laws against simulations.

    Each theorem fails with probability at most 2.5e-5 if it is right and its draws are normal
    (Student's t with Bonferroni's threshold over all its points). Its random numbers depend on
    `rng` and its name alone, not on the other theorems or on `n_jobs`.

    Parameters
    ----------
    theorems : Theorem or iterable of Theorem, optional
        What to test; `ddkd.theorems.ALL` unless given.
    rng : int or SeedSequence, default=0
        Source of randomness.
    n_jobs : int, default=1
        Worker processes; -1 for one a core.
    wrong : bool, default=False
        Test the wrong variants in place of the theorems, on the same draws.
    quick : bool, default=False
        Only the first setting of each, with a quarter of the draws.
    progress : bool, default=False
        Show a progress bar.

    Returns
    -------
    list of Verdict
        One a theorem, or one a wrong variant, in order.

    Raises
    ------
    ValueError
        If two theorems have one name, or a law, right or wrong, and its simulation differ in shape.

    Examples
    --------
    >>> from ddkd.theorems import ALL, verify
    >>> [verdict] = verify([t for t in ALL if t.id == "conservation"])
    >>> verdict.agrees
    True
    """
    theorems = ALL if theorems is None else theorems
    chosen = [theorems] if isinstance(theorems, Theorem) else list(theorems)
    names = [theorem.id for theorem in chosen]
    if len(set(names)) < len(names):
        raise ValueError(f"theorems must have different names; got {names}")
    if quick:
        chosen = [
            replace(one, settings=one.settings[:1], n_repeats=max(10, one.n_repeats // 4))
            for one in chosen
        ]
    root = rng if isinstance(rng, np.random.SeedSequence) else np.random.SeedSequence(rng)
    tasks = parallel(n_jobs, return_as="generator")(
        delayed(_try)(theorem, root, wrong) for theorem in chosen
    )
    layout = "{percentage:3.0f}%|{bar:30}| {n_fmt}/{total_fmt} theorems, {remaining} left"
    bar = tqdm(tasks, total=len(chosen), bar_format=layout, leave=False, disable=not progress)
    return [verdict for verdicts in bar for verdict in verdicts]


def _try(theorem: Theorem, root: np.random.SeedSequence, wrong: bool) -> list[Verdict]:
    """Verdicts on a theorem, or on its wrong variants, from one set of draws."""
    try:
        draws = simulate_all(theorem, root)
        laws = theorem.wrong if wrong else {None: theorem.law}
        return [
            Verdict(theorem, variant, hold_against(theorem, law, draws))
            for variant, law in laws.items()
        ]
    except Exception as error:  # somebody else's law or simulation may raise anything
        raise ValueError(f"{theorem.id}: {type(error).__name__}: {error}") from error


def simulate_all(theorem: Theorem, root: np.random.SeedSequence) -> list[np.ndarray]:
    """Draws (n_repeats, *shape of the law) of every setting."""
    own = zlib.crc32(theorem.id.encode())
    seed = np.random.SeedSequence(root.entropy, spawn_key=(*root.spawn_key, own))
    children = seed.spawn(len(theorem.settings))
    with single_threaded():
        return [
            _draws(theorem, setting, np.random.default_rng(child))
            for setting, child in zip(theorem.settings, children, strict=True)
        ]


def _draws(theorem: Theorem, setting: Mapping[str, Any], rng: np.random.Generator) -> np.ndarray:
    """Draws (n_repeats, *shape of the law) of one setting."""
    name = f"what {theorem.id} simulates"
    return np.stack(
        [check_array(name, theorem.simulate(rng, **setting)) for _ in range(theorem.n_repeats)]
    )


def hold_against(
    theorem: Theorem, law: Callable[..., ArrayLike], draws: Sequence[np.ndarray]
) -> Comparison:
    """A law, right or wrong, against the draws of `simulate_all`."""
    laws = [np.asarray(law(**setting)) for setting in theorem.settings]
    for one, simulated in zip(laws, draws, strict=True):
        if one.shape != simulated.shape[1:]:
            raise ValueError(
                f"every law of {theorem.id}, right or wrong, must have the shape "
                f"{simulated.shape[1:]} of its simulation; got {one.shape}"
            )
    predicted = np.concatenate([np.ravel(one) for one in laws])
    columns = np.concatenate([one.reshape(len(one), -1) for one in draws], axis=1)
    compared = compare_means(columns, predicted, bias=theorem.bias, false_alarm=FALSE_ALARM)
    if theorem.kind != "bound":
        return compared
    # What lies above a lower bound is no gap.
    z = np.minimum(compared.z, 0.0)
    p_value = np.where(z < 0, stats.t.cdf(z, compared.n_repeats - 1), 1.0)
    return replace(compared, z=z, p_value=p_value)
