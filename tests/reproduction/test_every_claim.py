"""Every claim of a comparison whose errors are all different, against the rows themselves."""

import numpy as np
import pytest

from ddkd.reproduction import Claim, claims_in_full, claims_summary, claims_table
from ddkd.reproduction._claims import judge_claims
from tests.reproduction.test_claims import TEACHER, M, N, table

SMALL, MIDDLE = 3 * N, 64  # the other sizes of the transfer set


@pytest.fixture(scope="module")
def columns():
    rng = np.random.default_rng(0)
    made = table({})
    made["error"] = rng.uniform(0.1, 0.4, size=len(made["error"]))
    # The SVM is the best that sees only the labels, label spreading the best of all.
    made["error"][made["model"] == "svm"] = [0.1, 0.12, 0.13, 0.11]
    made["error"][made["model"] == "label-spreading"] = [0.05, 0.06, 0.08, 0.07]
    made["train_error"] = np.where(made["repeat"] == 2, 0.08, 0.0)
    return made


def test_every_claim_compares_the_rows_that_it_names(columns):
    def of(model, width=None, m=0):
        rows = (columns["model"] == model) & (columns["n_transfer"] == m)
        if width is not None:
            rows &= columns["width"] == width
        return columns["error"][rows]  # one a repeat, in order

    def height(model, m):
        return of(model, 8, m) - np.maximum(of(model, 4, m), of(model, 16, m))

    def widths(model, m, *chosen):
        return {f"width {w}": of(model, w, m) for w in chosen}

    wide = 4 * N
    hard, tuned = of("hard", wide, M), of("hard-tuned", wide, M)
    teacher, svm, spreading = of("teacher", TEACHER), of("svm"), of("label-spreading")
    narrow = min((of("teacher", w) for w in (2, 4, 8)), key=np.mean)
    others = np.max([of("hard", w, SMALL) for w in (2, 4, 8, 12, 16, 32, 48)], axis=0)
    of_svm = of("student-of-svm", wide, M)
    hard_name, tuned_name = "hard student", "student of the tuned teacher"

    def self_distilled(width):
        of_both = [
            ("self-distillation of the teacher", of("self-distillation", width)),
            ("self-distillation of the tuned teacher", of("self-distillation-tuned", width)),
        ]
        return sorted(of_both, key=lambda side: side[1].sum())[0]

    peaks = widths("direct", 0, 4, 8, 16), widths("hard", M, 4, 8, 16)
    own = widths("hard", SMALL, 4, 8, 16, 12, 24, 48)
    wanted = [
        ("second-descent", (("teacher", teacher), ("best width <= n", narrow))),
        ("direct-peak", -height("direct", 0), peaks[0]),
        ("student-spared", height("hard", M), peaks[1]),
        ("own-peak", others - of("hard", SMALL, SMALL), own),
    ]
    for width, at in ((N, "width n"), (wide, "width 4n")):
        mine = (hard_name, of("hard", width, M))
        wanted += [
            (f"direct-{at}", (mine, ("directly trained min-norm", of("direct", width)))),
            (f"direct-ridge-{at}", (mine, ("directly trained ridge", of("direct-ridge", width)))),
            (f"self-distillation-{at}", (mine, self_distilled(width))),
        ]
    best_tuned = ("tuned teacher", of("teacher-tuned", TEACHER))
    wanted += [
        ("teacher", ((hard_name, hard), ("teacher", teacher))),
        ("soft", ((hard_name, hard), ("soft student", of("soft", wide, M)))),
        ("better-teacher", ((hard_name, hard), (tuned_name, tuned))),
        ("tuned-teacher", ((tuned_name, tuned), best_tuned)),
        ("student-of-svm", (("student of the SVM", of_svm), ("SVM", svm))),
        ("grows", ((f"m = {M}", hard), (f"m = {MIDDLE}", of("hard", wide, MIDDLE)))),
        ("enough-for-soft-labels", hard - of("soft", wide, M), None),
        ("traditional", ((hard_name, hard), ("SVM", svm))),
        ("tuned-traditional", ((tuned_name, tuned), ("SVM", svm))),
        ("enough-for-the-directly-trained-ridge", hard - of("direct-ridge", wide), None),
        ("enough-for-the-best-labels-only-model", hard - svm, None),
        ("labels-best", (("student of the SVM", of_svm), ("SVM", svm))),
        ("everyone", ((hard_name, hard), ("label spreading", spreading))),
        ("tuned-everyone", ((tuned_name, tuned), ("label spreading", spreading))),
        ("everyone-best", (("student of the SVM", of_svm), ("label spreading", spreading))),
    ]
    first, *claims = judge_claims(columns, data="toy")
    assert first.key == "memorises"
    assert first.difference == 1.0  # not a degree: it fails
    assert first.values == {"repeats that interpolate": 3, "training error": pytest.approx(0.02)}
    assert [claim.key for claim in claims] == [key for key, *_ in wanted]
    for claim, (key, *numbers) in zip(claims, wanted, strict=True):
        if len(numbers) == 1:
            (((name, errors), (other, others)),) = numbers
            differences, values = errors - others, {name: errors, other: others}
        else:
            differences, values = numbers
        assert claim.difference == pytest.approx(differences.mean()), key
        error = differences.std(ddof=1) / 2
        assert claim.standard_error == pytest.approx(error), key
        assert (claim.data, claim.flip_rate, claim.n_repeats) == ("toy", 0.0, 4)
        if values is None:
            assert claim.values == {"examples needed": None, "most tried": M}, key
        else:
            means = {name: errors.mean() for name, errors in values.items()}
            assert claim.values == pytest.approx(means), key


def test_statements_name_who_is_compared_and_where(columns):
    said = {claim.key: claim.statement for claim in judge_claims(columns, data="toy")}
    for at in ("width n", "width 4n"):
        rivals = ("directly trained min-norm", "directly trained ridge", "self-distillation")
        for key, rival in zip(("direct", "direct-ridge", "self-distillation"), rivals, strict=True):
            assert said[f"{key}-{at}"] == f"hard student beats {rival}, {at}"
    enough = ("soft labels", "the directly trained ridge", "the best labels-only model")
    for rival in enough:
        key = f"enough-for-{rival.replace(' ', '-')}"
        assert said[key] == f"some transfer set is enough to beat {rival}"
    assert said["student-of-svm"] == "student of the SVM beats that teacher"
    assert said["own-peak"] == "the student's own peak sits at width m = 24"
    ends = [
        "hard student beats the best model that sees only the labels",
        "student of a tuned teacher beats that model",
        "the best student of all beats that model",
        "hard student beats the best rival of any kind",
        "student of a tuned teacher beats that rival",
        "the best student of all beats that rival",
    ]
    keys = [f"{who}{rivals}" for rivals in ("traditional", "everyone") for who in ("", "tuned-")]
    keys = [*keys[:2], "labels-best", *keys[2:], "everyone-best"]
    assert [said[key] for key in keys] == ends


def test_claims_of_two_rates_stand_beside_each_other(columns):
    both = {name: np.tile(column, 2) for name, column in columns.items()}
    both["flip_rate"] = np.repeat([0.2, 0.0], len(columns["flip_rate"]))
    once, twice = (judge_claims(c, data="toy") for c in (columns, both))
    said = [(claim.key, claim.flip_rate) for claim in twice]
    assert said == [(claim.key, rate) for claim in once for rate in (0.0, 0.2)]


@pytest.mark.parametrize(
    ("sizes", "absent"),
    [
        ([0, SMALL, MIDDLE], {"grows", "enough-for-soft-labels"}),
        ([0, SMALL], {"grows", "enough-for-soft-labels", "own-peak"}),
        ([0, MIDDLE, M], {"own-peak"}),
    ],
)
def test_of_few_sizes_nothing_is_claimed_that_needs_more(columns, sizes, absent):
    of_students = np.isin(columns["n_transfer"], sizes) & (columns["model"] != "student-of-svm")
    few = {name: column[of_students] for name, column in columns.items()}
    keys = {claim.key for claim in judge_claims(few, data="toy")}
    assert {"grows", "enough-for-soft-labels", "own-peak"} - keys == absent
    assert {"labels-best", "everyone-best", "student-of-svm"} & keys == set()


def claim(key, data, rate, verdict, values=None, **more):
    """A claim of a margin of 20 points, give or take 6, in ten repeats."""
    numbers = {"difference": -0.2, "standard_error": 0.06, "n_repeats": 10, **more}
    statement = f"the statement {key}"
    return Claim(key, statement, data, rate, verdict, values=values or {}, **numbers)


def test_the_summary_names_the_data_sets_by_verdict_and_the_errors_of_the_first():
    mean = {"hard student": 0.31, "kernel ridge": 0.52}
    claims = [
        claim("everyone", "digits", 0.1, "fails", {"hard student": 0.9, "kernel ridge": 0.8}),
        claim("everyone", "digits", 0.0, "holds", mean),
        claim("everyone", "relu-network", 0.0, "fails", mean),
        claim("everyone", "mixture", 0.0, "holds", mean),
        claim("everyone", "toy", 0.0, "undecided", mean),
        claim("traditional", "toy", 0.0, "fails", mean),
        claim("teacher", "digits", 0.0, "holds", {"hard student": 0.9, "teacher": 0.47}),
        claim("teacher", "toy", 0.0, "holds", {"hard student": 0.9, "teacher": 0.9}),
    ]
    assert claims_summary(claims) == [
        "4 of 8 claims hold, 3 fail, 1 are undecided",
        "on clean digits and clusters the student beats every rival; "
        "on the smooth target it loses; on clean toy it is undecided",
        "on digits the hard student errs on 31.0 % of the test rows, teacher on 47.0 %, "
        "kernel ridge on 52.0 %",
    ]
    assert claims_summary(claims[:1])[1] == "on digits the student loses to the best rival"
    undecided = claim("traditional", "toy", 0.2, "undecided", mean)
    assert claims_summary([undecided])[1:] == [
        "on toy the student and the best rival that sees only the labels are about equal",
        "on toy the hard student errs on 31.0 % of the test rows, kernel ridge on 52.0 %",
    ]
    assert claims_summary(claims[-1:]) == ["1 of 1 claim holds, 0 fail, 0 are undecided"]


def test_a_claim_in_full_says_what_it_rests_on():
    claims = [
        claim("a", "digits", 0.0, "holds", {"student": 0.3, "teacher": 0.5}),
        claim("a", "mixture", 0.1, "fails", difference=0.31, n_repeats=4),
        claim("b", "digits", 0.0, "holds", {"examples needed": 1600, "most tried": 20_000}),
        claim("b", "digits", 0.1, "fails", {"examples needed": None, "most tried": 20_000}),
        claim("c", "digits", 0.0, "holds", {"repeats that interpolate": 9, "training error": 0.1}),
        claim("c", "digits", 0.1, "fails"),
        claim("c", "digits", 0.2, "fails"),
    ]
    # The one that fails most often first.
    assert claims_in_full(claims) == [
        (
            "the statement c",
            [
                "\u2713 digits, 0 % wrong: 9 of 10, holds. training error 10.0 %",
                "\u2717 digits, 10 % wrong: +20.0 \u00b1 6.0, fails. ",
                "\u2717 digits, 20 % wrong: +20.0 \u00b1 6.0, fails. ",
            ],
        ),
        (
            "the statement a",
            [
                "\u2713 digits, 0 % wrong: +20.0 \u00b1 6.0, holds. student 30.0 %, teacher 50.0 %",
                "\u2717 clusters, 10 % wrong: -31.0 \u00b1 6.0 in 4 repeats, fails. ",
            ],
        ),
        (
            "the statement b",
            [
                "\u2713 digits, 0 % wrong: m = 1,600, holds. ",
                "\u2717 digits, 10 % wrong: m > 20,000, fails. ",
            ],
        ),
    ]


def test_the_table_of_claims_has_a_column_a_setting_and_its_width():
    settings = [("digits", 0.1), ("digits", 0.0), ("mixture", 0.0)]
    long = Claim("long", 30 * "wo ", "digits", 0.0, "undecided", 0, 0, 4, question="other")
    claims = [
        Claim("a", "it wins", data, rate, verdict, 0, 0, 4, question="teacher")
        for (data, rate), verdict in zip(settings, ("fails", "holds", "undecided"), strict=True)
    ]
    lines = claims_table([*claims, long])
    assert lines == [
        "A mark stands for a claim in one setting: \u2713 holds, \u2717 fails, ? undecided.",
        "Columns, from the left: digits with 0, 10 % of the labels wrong; clusters with",
        "0 %.",
        " Does the student beat its teacher, and do hard labels matter?",
        "   \u2713\u2717 ? it wins",
        " other",
        f"   ?    {' '.join(22 * ['wo'])} ...",
    ]
    room = 78 - len("   ?    ")
    for length in (room, room + 1):
        statement = f"a {(length - 2) * 'b'}"
        whole = Claim("l", statement, "digits", 0.0, "holds", 0, 0, 4, question="other")
        last = claims_table([*claims, whole])[-1]
        assert (len(last), last.endswith("...")) == ((78, False) if length == room else (13, True))
