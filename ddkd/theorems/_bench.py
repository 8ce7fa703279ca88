"""The bench: a statement, its law, a simulation that knows nothing of the law, and a verdict."""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any

import numpy as np
from joblib import delayed
from matplotlib.axes import Axes
from numpy.typing import ArrayLike
from scipy import stats
from tqdm import tqdm

from ddkd._checks import check_array, check_choice, check_integer, check_real
from ddkd._repr import short_repr
from ddkd._workers import parallel, single_threaded
from ddkd.testing import Comparison, compare_means
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
        Whether the law is the mean at finite size, its limit, or a lower bound of it; of an upper
        bound, negate the law and what is simulated.
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
        Number of draws in each setting; at least 100 unless a draw is a mean over many sets.

    Raises
    ------
    ValueError
        If `kind` is none of the three, there is no setting, `n_repeats` is below 3, or `bias` is
        negative or not finite.

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
    ...     settings=[{"k": 3}],
    ...     wrong={"one degree of freedom lost": lambda k: k - 1},
    ... )
    >>> [verdict] = verify(conjecture)
    >>> print(verdict)
    agrees: largest gap 0.17 +- 0.11 %; would notice 0.62 %
    >>> [mistake] = verify(conjecture, wrong=True)
    >>> print(mistake)
    rejected: gap 50 +- 0.16 %
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

    def __post_init__(self) -> None:
        check_choice("kind", self.kind, ("exact", "asymptotic", "bound"))
        check_integer("n_repeats", self.n_repeats, low=3)
        check_real("bias", self.bias, low=0.0)
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
            return f"{'NOT ' if self.agrees else ''}rejected: gap {compared.gap}"
        if self.theorem.kind == "bound":
            answer = "holds" if self.agrees else "IS VIOLATED"
            return f"{answer}; at its closest {100 * self.closest:.0f} % of the value"
        answer = "agrees: largest" if self.agrees else "DISAGREES:"
        return f"{answer} gap {compared.gap}; {compared.power}"

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
            "law": _to_json(compared.predicted),
            "simulated": _to_json(compared.simulated),
            "standard_error": _to_json(compared.standard_error),
            "z": _to_json(self.z),
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
            return record | {"closest": _to_json(self.closest)}
        return record | {
            "resolution": _to_json(compared.resolution),
            "common_resolution": _to_json(compared.common_resolution),
        }


def _setting_to_json(value: Any) -> Any:
    """A number or a word as it is, anything else as a person sees it printed."""
    return value if isinstance(value, int | float | str) else " ".join(repr(value).split())


def _to_json(values: ArrayLike) -> Any:
    """A number, or nested lists, with None for what is not finite: JSON has no word for it."""
    array = np.asarray(values)
    return np.where(np.isfinite(array), array, None).tolist()


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
    if theorems is None:
        from ddkd.theorems import ALL

        theorems = ALL
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
    draws = simulate_all(theorem, root)
    laws = theorem.wrong if wrong else {None: theorem.law}
    return [
        Verdict(theorem, variant, hold_against(theorem, law, draws))
        for variant, law in laws.items()
    ]


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
        [
            check_array(name, theorem.simulate(rng, **setting), ndim=None)
            for _ in range(theorem.n_repeats)
        ]
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
