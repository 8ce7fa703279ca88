import numpy as np
import pytest

from ddkd.cli._output import pays
from ddkd.reproduction import Claim, claims_table
from ddkd.reproduction._claims import QUESTIONS, judge, judge_claims
from ddkd.reproduction._lookup import Errors

N, TEACHER, M = 8, 64, 256
REPEATS = 4
RIVALS = ("direct-ridge", "self-distillation-tuned", "kernel-ridge", "svm", "ridge-any-width")
RIVALS += ("teacher-tuned", "label-spreading")


def table(overrides):
    """Columns of a comparison in which every model errs by 0.30, except for `overrides`.

    `overrides` maps (model, width or None, m or None) to errors, one a repeat.
    """
    widths = [2, 4, 8, 12, 16, 24, 32, 48]
    configurations = [("teacher", w, 0) for w in (*widths, TEACHER)]
    configurations += [(model, w, 0) for model in ("direct", "direct-ridge") for w in widths]
    configurations += [(f"self-distillation{t}", w, 0) for t in ("", "-tuned") for w in widths]
    configurations += [(model, np.inf, 0) for model in ("kernel-ridge", "svm", "label-spreading")]
    configurations += [("student-of-svm", 32, M)]
    configurations += [("ridge-any-width", 16, 0), ("teacher-tuned", TEACHER, 0)]
    configurations += [
        (kind + t, w, m)
        for kind in ("hard", "soft")
        for t in ("", "-tuned")
        for w in widths
        for m in (3 * N, 64, M)
    ]
    names = ["model", "width", "n_transfer", "error", "repeat"]
    names += ["flip_rate", "n_samples", "train_error", "interpolates", "role", "sees"]
    columns = {name: [] for name in names}
    for repeat in range(REPEATS):
        for model, width, m in configurations:
            error = 0.30 + 0.01 * repeat
            for (name, w, size), values in overrides.items():
                if name == model and w in (None, width) and size in (None, m):
                    error = values[repeat]
            role = "rival" if model in RIVALS else "student" if "-of-" in model else "curve"
            sees = "pool" if m or model == "label-spreading" else "labels"
            row = (model, width, m, error, repeat, 0.0, N, 0.0, float(model == "teacher"))
            row += (role, sees)
            for name, value in zip(columns, row, strict=True):
                columns[name].append(value)
    return {name: np.array(values) for name, values in columns.items()}


def judged(overrides):
    return {c.key: c for c in judge_claims(table(overrides), data="toy")}


def test_judge_is_the_paired_test_at_two_standard_errors():
    d = np.array([-0.03, -0.01, -0.02, 0.0])
    verdict, mean, error = judge(d)
    assert mean == pytest.approx(-0.015)
    assert error == pytest.approx(np.sqrt(np.var(d, ddof=1) / 4))
    assert verdict == "holds"  # -0.015 / 0.00645 = -2.3
    assert judge(-d)[0] == "fails"
    assert judge(d + 0.004)[0] == "undecided"  # -1.7 standard errors
    assert judge(np.array([-1.0]))[0] == "undecided"


@pytest.mark.parametrize("repeats", [2, 3, 10])
def test_equal_differences_are_judged_alike_in_a_claim_and_in_a_command(repeats):
    """They say nothing about the spread: neither a claim nor `pays` is decided by them."""
    d = np.full(repeats, -0.1)
    assert judge(d)[0] == judge(d + 0.1)[0] == "undecided"
    assert pays(*judge(d)[1:]) == "cannot be judged from so few repeats"
    assert pays(*judge(d + 0.1)[1:]) == "makes no clear difference"


def test_a_tie_decides_nothing():
    verdicts = {key: claim.verdict for key, claim in judged({}).items()}
    assert verdicts.pop("memorises") == "holds"
    assert set(verdicts.values()) == {"undecided"}


def test_verdicts_follow_the_numbers_in_both_directions():
    good = judged({("hard", 32, M): [0.1, 0.12, 0.11, 0.13]})
    for key in ("direct-width 4n", "traditional", "teacher", "soft", "better-teacher", "grows"):
        assert good[key].verdict == "holds"
        assert good[key].difference == pytest.approx(0.115 - 0.315)
    bad = judged({("hard", 32, M): [0.5, 0.52, 0.51, 0.53]})
    for key in ("direct-width 4n", "traditional", "teacher", "soft", "better-teacher", "grows"):
        assert bad[key].verdict == "fails"


def test_the_comparison_is_paired():
    # The spread between repeats is ten times the gain, which every repeat shows.
    base = np.array([0.1, 0.3, 0.2, 0.4])
    claims = judged({("soft", 32, M): base, ("hard", 32, M): base - [0.01, 0.011, 0.009, 0.01]})
    assert claims["soft"].verdict == "holds"
    assert claims["soft"].standard_error < 0.001


def test_peaks_are_found_where_they_are():
    peak = [0.8, 0.82, 0.81, 0.79]
    claims = judged({("direct", N, 0): peak, ("hard", 3 * N, 3 * N): peak})
    assert claims["direct-peak"].verdict == "holds"
    assert claims["direct-peak"].difference == pytest.approx(-(0.805 - 0.315))
    assert claims["own-peak"].verdict == "holds"
    assert claims["own-peak"].difference == pytest.approx(0.315 - 0.805)
    beyond = judged({("hard", 3 * N, 3 * N): peak, ("hard", 48, 3 * N): [0.9, 0.9, 0.9, 0.9]})
    assert beyond["own-peak"].verdict == "fails"  # a higher peak elsewhere, not at n either
    elsewhere = judged({("hard", N, 3 * N): peak, ("hard", N, M): peak})
    assert elsewhere["own-peak"].verdict == "fails"
    assert elsewhere["student-spared"].verdict == "fails"
    assert elsewhere["direct-peak"].verdict == "undecided"


def test_the_strongest_traditional_model_is_the_rival():
    columns = table({("svm", None, None): [0.2, 0.2, 0.2, 0.2]})
    name, values = Errors(columns).best("rival", 0.0, 4 * N, sees=("labels",))
    assert name == "svm"
    np.testing.assert_array_equal(values, [0.2, 0.2, 0.2, 0.2])


def test_the_size_needed_is_the_smallest_that_beats_the_rival():
    good = [0.1, 0.12, 0.11, 0.13]
    claims = judged({("hard", 32, 64): good, ("hard", 32, M): good})
    assert claims["enough-for-soft-labels"].values["examples needed"] == 64
    claims = judged({("hard", 32, M): good})
    assert claims["enough-for-soft-labels"].values["examples needed"] == M
    assert judged({})["enough-for-soft-labels"].values["examples needed"] is None


def test_one_repeat_that_fails_to_interpolate_fails_the_claim():
    columns = table({})
    columns["interpolates"][np.flatnonzero(columns["model"] == "teacher")] = 1.0
    at = (columns["model"] == "teacher") & (columns["width"] == TEACHER) & (columns["repeat"] == 2)
    columns["interpolates"][at] = 0.0
    (claim,) = (c for c in judge_claims(columns, data="toy") if c.key == "memorises")
    assert (claim.verdict, claim.values["repeats that interpolate"]) == ("fails", 3)


def test_an_incomplete_table_is_refused():
    columns = table({})
    keep = ~((columns["model"] == "hard") & (columns["repeat"] == 1))
    with pytest.raises(ValueError, match="not one record a repeat for hard"):
        judge_claims({name: c[keep] for name, c in columns.items()}, data="toy")


def test_each_claim_answers_a_question_and_names_the_rival():
    claims = judge_claims(table({("label-spreading", None, None): [0.1] * 4}), data="toy")
    asked = [claim.question for claim in claims]
    assert list(dict.fromkeys(asked)) == list(QUESTIONS)
    by_key = {claim.key: claim for claim in claims}
    # Label spreading sees the pool: it is a rival in the last question alone.
    assert by_key["everyone"].verdict == "fails"
    assert by_key["everyone"].values["label spreading"] == pytest.approx(0.1)
    assert by_key["traditional"].verdict == "undecided"


def test_the_best_student_of_all_is_compared_too():
    claims = judged({("student-of-svm", None, None): [0.1, 0.12, 0.11, 0.13]})
    for key in ("labels-best", "everyone-best", "student-of-svm"):
        assert claims[key].verdict == "holds"
        assert "student of the SVM" in claims[key].values


def test_a_rival_that_failed_once_is_left_out_and_harms_nobody():
    columns = table({("label-spreading", None, None): [0.1, 0.1, np.nan, 0.1]})
    claims = {c.key: c for c in judge_claims(columns, data="toy")}
    assert "everyone" not in claims
    assert claims["traditional"].verdict == "undecided"


def without(columns, model, repeats):
    """Columns less some repeats of one model."""
    keep = ~((columns["model"] == model) & np.isin(columns["repeat"], repeats))
    return {name: column[keep] for name, column in columns.items()}


def test_a_rival_in_some_repeats_is_compared_in_these():
    hard = [0.2, 0.3, 0.9, 0.1]
    columns = table({("label-spreading", None, None): [0.1] * 4, ("hard", None, None): hard})
    columns = without(columns, "label-spreading", [2, 3])
    claims = {c.key: c for c in judge_claims(columns, data="toy")}
    claim = claims["everyone"]
    assert (claim.n_repeats, claims["traditional"].n_repeats) == (2, REPEATS)
    assert claim.values == pytest.approx({"hard student": 0.25, "label spreading": 0.1})
    assert claim.difference == pytest.approx(0.15)
    assert claim.standard_error == pytest.approx(0.05)


def test_the_best_is_chosen_in_the_repeats_that_all_competed_in():
    # Over its own two repeats the SVM is better than label spreading, over all of them worse.
    columns = table(
        {
            ("label-spreading", None, None): [0.2, 0.2, 0.0, 0.0],
            ("svm", None, None): [0.1, 0.1, 0.5, 0.5],
        }
    )
    columns = without(columns, "label-spreading", [2, 3])
    name, values = Errors(columns).best("rival", 0.0, 4 * N)
    assert name == "svm"
    np.testing.assert_array_equal(values, [0.1, 0.1, 0.5, 0.5])


def test_a_student_of_a_tuned_teacher_that_is_better_by_construction_wins_both_contests():
    better = judged({("hard-tuned", 32, M): [0.1, 0.12, 0.11, 0.13]})
    worse = judged({("hard-tuned", 32, M): [0.5, 0.52, 0.51, 0.53]})
    for key in ("tuned-traditional", "tuned-everyone"):
        assert (better[key].verdict, worse[key].verdict) == ("holds", "fails")
        assert better[key].difference == pytest.approx(0.115 - 0.315)
        assert list(better[key].values.values()) == pytest.approx([0.115, 0.315])


def test_two_repeats_decide_whether_a_teacher_memorises_and_one_does_not():
    columns = table({})
    columns["interpolates"][columns["model"] == "teacher"] = 1.0
    for n_repeats, verdict in ((2, "holds"), (1, "undecided")):
        few = columns["repeat"] < n_repeats
        claims = judge_claims({name: c[few] for name, c in columns.items()}, data="toy")
        (claim,) = (c for c in claims if c.key == "memorises")
        assert (claim.verdict, claim.difference) == (verdict, -1.0)


def test_in_the_table_of_claims_those_that_fail_come_first_and_sizes_that_differ_go():
    made = [("a", "a holds", "holds"), ("b", "b fails", "fails")]
    made += [("c", "with n = 100", "undecided"), ("c", "with n = 200", "undecided")]
    claims = [
        Claim(key, statement, "digits", 0.1 * i, verdict, 0.0, 0.1, 4, question="one")
        for i, (key, statement, verdict) in enumerate(made)
    ]
    rows = [line.split()[-2:] for line in claims_table(claims)[-3:]]
    assert rows == [["b", "fails"], ["a", "holds"], ["with", "n"]]
