"""A statement with its law, its simulation and its famous mistakes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from numpy.typing import ArrayLike

from ddkd._checks import check_choice, check_integer, check_real
from ddkd._repr import short_repr
from ddkd.populations import Population


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
        On which conditions it holds, and what its symbols are.
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
    theorems: list[Theorem], kind: str, simulate: Callable[..., ArrayLike], **fields: Any
) -> Callable[..., Any]:
    """Decorate a law, above its settings and mistakes, and add its theorem to a list.

    The law's name is the theorem's. Its docstring has four paragraphs: the statement, the
    equation, its conditions, and the source.
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
            simulate=simulate,
            settings=vars(law)["settings"],
            wrong=vars(law)["mistakes"],
            equation=equation.removeprefix(".. math:: "),
            limits=limits,
            **fields,
        )
        theorems.append(theorem)
        return law

    return add


def settings(several: Sequence[Mapping[str, Any]]) -> Callable[..., Any]:
    """Decorate a law with settings to test it in."""

    def add(law: Callable[..., ArrayLike]) -> Callable[..., ArrayLike]:
        vars(law)["settings"] = [*several, *vars(law).get("settings", [])]
        return law

    return add


def setting(population: Population | None = None, /, **arguments: Any) -> Callable[..., Any]:
    """Decorate a law with one setting: a population, if it takes one, and other arguments."""
    problem = {} if population is None else {"population": population}
    return settings([problem | arguments])


def mistake(text: str, variant: Any = None, **changes: Any) -> Callable[..., Any]:
    """Decorate a law with a wrong variant.

    It is a law of its own, or the list of points of the right law that it takes for others, or the
    right law at other arguments, each of them a value or a function of the setting.
    """

    def add(law: Callable[..., Any]) -> Callable[..., Any]:
        def changed(**at: Any) -> ArrayLike:
            others = {k: v(at) if callable(v) else v for k, v in changes.items()}
            return law(**at | others)

        def exchanged(**at: Any) -> ArrayLike:
            return law(**at)[variant]

        wrong = changed if changes else exchanged if isinstance(variant, list) else variant
        vars(law)["mistakes"] = {text: wrong, **vars(law).get("mistakes", {})}
        return law

    return add
