"""The bench: a statement, its law, a simulation that knows nothing of the law, and a verdict."""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import partial
from typing import Any

import joblib
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike
from scipy import stats
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from ddkd._checks import check_choice, check_integer
from ddkd._repr import short_repr
from ddkd.testing._comparison import Comparison, check_prediction, draw, percent
from ddkd.testing._means import compare_means
from ddkd.theorems._picture import draw_verdict

# Forty entries at this rate raise a false alarm in one run of a thousand.
FALSE_ALARM = 2.5e-5


@short_repr
@dataclass(frozen=True, eq=False)
class Theorem:
    """A result about a mean, its law, and a simulation to hold against it.

    Parameters
    ----------
    id : str
        Short name.
    statement : str
        What is claimed, in one sentence.
    source : str
        Where it is from, with an arXiv number if it has one.
    kind : {"exact", "asymptotic", "bound"}
        Whether the law is the mean at finite size, its limit, or a lower bound of it.
    law : callable
        ``law(**setting)`` is the predicted mean: a number, or an array over a curve.
    simulate : callable
        ``simulate(rng, **setting)`` draws once what the law predicts. It may be a mean over many
        training sets, which is quicker and nearer to normal.
    settings : sequence of mapping
        Keyword arguments of both, one mapping a setting.
    wrong : mapping from str to callable
        Mistakes that a person could make, each with the law that it leads to. The bench is
        worth something only if it rejects them.
    equation : str, default=""
        The law in LaTeX, for the documentation.
    limits : str, default=""
        Where it stops being true.
    bias : float, default=0.0
        Finite-size error that is allowed, relative to the law.
    n_repeats : int, default=100
        Number of draws in each setting.
    resolves : bool, default=True
        Whether the size of a formula's error means something; not so for an exponent.

    Raises
    ------
    ValueError
        If `kind` is none of the three, there is no setting, or `n_repeats` is below 3.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.theorems import Theorem, verify
    >>> conjecture = Theorem(
    ...     "chi-square",
    ...     "The sum of k squared standard normals has mean k.",
    ...     "Helmert 1876",
    ...     "exact",
    ...     law=lambda k: k,
    ...     simulate=lambda rng, k: np.mean(rng.standard_normal((5000, k)) ** 2) * k,
    ...     settings=[{"k": 3}, {"k": 10}],
    ...     wrong={"one degree of freedom lost": lambda k: k - 1},
    ... )
    >>> [verdict] = verify([conjecture])
    >>> print(verdict)
    agrees (z 1.6, would notice 0.34 %)
    >>> [mistake] = verify([conjecture], wrong=True)
    >>> print(mistake)
    rejected (z 317.2)
    """

    id: str
    statement: str
    source: str
    kind: str
    _: KW_ONLY
    law: Callable[..., ArrayLike]
    simulate: Callable[..., ArrayLike]
    settings: Sequence[Mapping[str, Any]]
    wrong: Mapping[str, Callable[..., ArrayLike]] = field(default_factory=dict)
    equation: str = ""
    limits: str = ""
    bias: float = 0.0
    n_repeats: int = 100
    resolves: bool = True

    def __post_init__(self) -> None:
        check_choice("kind", self.kind, ("exact", "asymptotic", "bound"))
        check_integer("n_repeats", self.n_repeats, low=3)
        if not self.settings:
            raise ValueError(f"settings of {self.id} must hold at least one setting; got none")


def declare(
    theorems: list[Theorem], kind: str, *, wrong: Mapping[str, Any], **fields: Any
) -> Callable[..., Any]:
    """Decorate a law, and add its theorem to a list.

    The law's name is the theorem's. Its docstring has four paragraphs: the statement, the
    equation, where it stops being true, and the source. A wrong variant may be given by the
    arguments with which the law is wrong, each of them a value or a function of the setting, or by
    the points of the law that it takes for others.
    """

    def add(law: Callable[..., ArrayLike]) -> Callable[..., ArrayLike]:
        text = law.__doc__ or "\n\n" * 3  # python -OO keeps no docstrings
        paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
        statement, equation, limits, source = paragraphs
        theorem = Theorem(
            law.__name__.replace("_", "-"),
            statement,
            source.removeprefix("Source: ").removesuffix("."),
            kind,
            law=law,
            wrong={mistake: _mistaken(law, variant) for mistake, variant in wrong.items()},
            equation=equation.removeprefix(".. math:: "),
            limits=limits,
            **fields,
        )
        theorems.append(theorem)
        return law

    return add


def _mistaken(law: Callable[..., Any], variant: Any) -> Callable[..., ArrayLike]:
    """The law that a wrong variant of `declare` leads to."""
    if isinstance(variant, dict):
        return lambda **setting: law(**_changed(setting, variant))
    if isinstance(variant, list):
        return lambda **setting: law(**setting)[variant]
    return variant


def _changed(setting: dict[str, Any], variant: dict[str, Any]) -> dict[str, Any]:
    """The setting with the arguments of a wrong variant."""
    return setting | {k: v(setting) if callable(v) else v for k, v in variant.items()}


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
    def z(self) -> float:
        """The largest gap in standard errors."""
        z = self.comparison.z
        return float(z[np.argmax(np.abs(z))])

    @property
    def _z(self) -> str:
        return f"z {round(self.z, 1) + 0.0:.1f}"  # no minus before a zero

    @property
    def resolution(self) -> float | None:
        """Relative error of the law that would be noticed; None for a bound or an exponent."""
        stated = self.theorem.resolves and self.theorem.kind != "bound"
        return self.comparison.resolution if stated else None

    @property
    def closest(self) -> float:
        """Of a bound: its largest ratio to what it bounds, two standard errors up."""
        above = self.comparison.simulated + 2 * self.comparison.standard_error
        return float(np.max(self.comparison.predicted / above))

    def __str__(self) -> str:
        if self.variant is not None:
            return f"{'NOT ' if self.agrees else ''}rejected ({self._z})"
        if self.theorem.kind == "bound":
            answer = "holds" if self.agrees else "IS VIOLATED"
            return f"{answer} (closest: {percent(self.closest)} of the value)"
        answer = "agrees" if self.agrees else "DISAGREES"
        if self.resolution is None:
            return f"{answer} ({self._z})"
        return f"{answer} ({self._z}, would notice {percent(self.resolution)})"

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
            Names, law and simulation at every point, their standard errors, and the verdict.
        """
        record = {
            "id": self.id,
            "statement": self.theorem.statement,
            "source": self.theorem.source,
            "kind": self.theorem.kind,
            "law": self.comparison.predicted.tolist(),
            "simulated": self.comparison.simulated.tolist(),
            "standard_error": self.comparison.standard_error.tolist(),
            "z": self.z,
            "resolution": self.resolution,
            "bias": self.theorem.bias,
            "verdict": "agrees" if self.agrees else "disagrees",
        }
        if self.variant is not None:
            record |= {"variant": self.variant, "rejected": not self.agrees}
        if self.theorem.kind == "bound":
            record["closest"] = self.closest
        return record


def verify(
    theorems: Iterable[Theorem] | None = None,
    *,
    rng: Any = 0,
    n_jobs: int = 1,
    wrong: bool = False,
    quick: bool = False,
    progress: bool = False,
) -> list[Verdict]:
    """Hold laws against simulations.

    Each theorem fails with probability at most 2.5e-5 if it is right (Student's t with
    Bonferroni's threshold over all its points); its random numbers depend on `rng` and its name
    alone, not on the other theorems or on `n_jobs`.

    Parameters
    ----------
    theorems : iterable of Theorem, optional
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
        If two theorems have one name, or a law and its simulation differ in shape.

    Examples
    --------
    >>> from ddkd.theorems import ALL, verify
    >>> [verdict] = verify([t for t in ALL if t.id == "conservation"])
    >>> verdict.agrees
    True
    """
    if theorems is None:
        from ddkd.theorems import ALL

        theorems = ALL
    chosen = list(theorems)
    names = [theorem.id for theorem in chosen]
    if len(set(names)) < len(names):
        raise ValueError(f"theorems must have different names; got {names}")
    if quick:
        chosen = [
            replace(one, settings=one.settings[:1], n_repeats=max(10, one.n_repeats // 4))
            for one in chosen
        ]
    root = rng if isinstance(rng, np.random.SeedSequence) else np.random.SeedSequence(rng)
    tasks = joblib.Parallel(n_jobs=n_jobs, return_as="generator")(
        joblib.delayed(_try)(theorem, root, wrong) for theorem in chosen
    )
    layout = "{percentage:3.0f}%|{bar:30}| {n_fmt}/{total_fmt} theorems, {remaining} left"
    bar = tqdm(tasks, total=len(chosen), bar_format=layout, leave=False, disable=not progress)
    return [verdict for verdicts in bar for verdict in verdicts]


def _try(theorem: Theorem, root: np.random.SeedSequence, wrong: bool) -> list[Verdict]:
    """Verdicts on a theorem, or on its wrong variants, from one set of draws."""
    draws = simulate_all(theorem, root)
    laws = theorem.wrong if wrong else {None: theorem.law}
    return [
        Verdict(theorem, variant, hold_against(theorem, law, draws))
        for variant, law in laws.items()
    ]


def simulate_all(theorem: Theorem, root: np.random.SeedSequence) -> np.ndarray:
    """Draws (n_repeats, n_points) at all points of all settings."""
    own = zlib.crc32(theorem.id.encode())
    seed = np.random.SeedSequence(root.entropy, spawn_key=(*root.spawn_key, own))
    parts = []
    with threadpool_limits(1, user_api="blas"):
        for setting, child in zip(theorem.settings, seed.spawn(len(theorem.settings)), strict=True):
            one = partial(theorem.simulate, **setting)
            draws = draw(one, np.shape(theorem.law(**setting)), theorem.n_repeats, child)
            parts.append(draws.reshape(theorem.n_repeats, -1))
    return np.concatenate(parts, axis=1)


def hold_against(theorem: Theorem, law: Callable[..., ArrayLike], draws: np.ndarray) -> Comparison:
    """A law, right or wrong, against the draws of `simulate_all`."""
    predicted = np.concatenate(
        [np.ravel(check_prediction("law", law(**setting))) for setting in theorem.settings]
    )
    found = compare_means(draws, predicted, theorem.bias * np.abs(predicted), FALSE_ALARM)
    if theorem.kind != "bound":
        return found
    # What lies above a lower bound is no gap.
    z = np.minimum(found.z, 0.0)
    p_value = np.where(z < 0, stats.t.cdf(z, found.n_repeats - 1), 1.0)
    return replace(found, z=z, p_value=p_value, resolution=np.nan)
