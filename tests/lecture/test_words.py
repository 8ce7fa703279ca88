"""Every sentence under a picture follows from numbers: over seeds, at every control's extremes."""

import re

import numpy as np
import pytest

from ddkd.lecture._scenes import GRID, _legendre
from tests.lecture.conftest import open_page, run
from tests.lecture.test_browser import wait_for

NIGHTLY = [pytest.mark.slow, pytest.mark.nightly]  # fifty seeds take minutes
EXTREMES_1 = [
    {"noise": noise, "alpha": alpha, "n_samples": n, "target": target}
    for noise in (0.0, 0.2, 0.5)
    for alpha in (0.0, 1e-8, 1e-5, 1e-3, 1.0)
    for n in (8, 16, 24)
    for target in ("wiggly", "gentle")
]
SETTINGS_2 = [
    {"n_transfer": m, "flip_rate": rate, "labels": labels, "width": width, "teacher": teacher}
    for m in (50, 200, 800, 3000)
    for rate in (0.0, 0.1, 0.3)
    for labels in ("hard", "soft")
    for width in (40, 200)
    for teacher in ("interpolating", "ridge")
]


def number(text):
    return float(text.replace(",", ""))


def close(text, value):
    """Whether a number on the page is a value, to its digits: one below 0.001, else two."""
    return abs(number(text) - value) <= (0.06 if value >= 0.001 else 0.34) * abs(value) + 1e-12


def check_peak(words, state):
    """Width n: no curve, one curve, many; a mix of features that cancels at the points alone."""
    widths, n, noisy = state["widths"], state["n"], state["noise"] > 0
    narrower = [error for w, error in zip(widths, state["train"], strict=True) if w < n]
    assert words.startswith("Below width" if noisy else "At width")
    assert not noisy or min(narrower) > 1e-12
    at_points, between = cancelling_mix(state["x"], n)
    assert between > 5 * at_points
    assert cancelling_mix(state["x"], n + 1)[0] < 1e-12
    assert ("To hit the noise takes" in words) == ("the curve shoots out" in words) == noisy
    errors, size = state["curve"], state["sizes"][widths.index(n)]
    worst = int(np.argmax(errors))
    assert ("no width is worse" in words) == (widths[worst] == n)
    values = [n] * (3 if noisy else 2) + [1.01, 1.0, 20, 20, 0.2, size, errors[widths.index(n)]]
    return values + ([] if widths[worst] == n else [errors[worst], widths[worst]])


def cancelling_mix(x, width):
    """The largest value, at the points and on the grid, of the mix of features that is least."""
    weights = np.linalg.svd(_legendre(np.array(x), width))[2][-1]
    return [np.max(np.abs(_legendre(at, width) @ weights)) for at in (np.array(x), GRID)]


def check_beyond(words, state):
    """Above n: many curves, the smallest weights, how far a curve of these can go."""
    widths, n, here = state["widths"], state["n"], state["width"]
    at, size = (dict(zip(widths, state[k], strict=True)) for k in ("curve", "sizes"))
    valley = min((w for w in widths if w < n), key=lambda w: (at[w], w))
    assert words.startswith("Above width")
    narrower = [error for w, error in zip(widths, state["train"], strict=True) if w < n]
    assert (f"below {n} none" in words) == (state["noise"] > 0)
    assert state["noise"] == 0 or min(narrower) > 1e-12
    beyond = [size[w] for w in widths if w >= n]
    assert np.all(np.diff(beyond) <= 1e-9 * size[n])
    # No feature leaves -1..1, and by Cauchy and Schwarz no curve 1.45 times its weights' size.
    assert state["highest"] <= 1.45 * size[here]
    calm = "No feature leaves −1..1" in words
    assert calm == (size[here] <= size[n] / 2) == ("need not swing less yet" not in words)
    assert not calm or state["swing"][0] < state["swing"][1]
    values = [n] * (4 if state["noise"] > 0 else 3) + [0, size[here], size[n], n]
    values += [1, 1] if calm else [n]
    if "not below" in words:
        assert at[here] >= at[n]
        return [*values, at[here], at[n], n]
    why = max(widths, key=lambda w: at[w]) == n
    assert ("Why was it worst at" in words) == why
    if "is below the first valley" in words:
        assert at[here] <= at[valley]
        values += [at[here], at[valley]]
    else:
        assert "but the first valley" in words
        assert at[valley] < at[here] < at[n]
        values += [at[n], at[here], at[valley]]
    return values + ([n] if why else [])


def check_function(words, state):
    """One sentence of scene 1 against its errors; fails if no rule knows the sentence."""
    widths, curve, plain = (state[k] for k in ("widths", "curve", "plain"))
    here, n, at = (
        state["width"],
        state["n"],
        dict(zip(state["widths"], state["curve"], strict=True)),
    )
    valley = min((w for w in widths if w < n), key=lambda w: (at[w], w))
    digits = re.findall(r"\d[\d,]*(?:\.\d+)?(?:e-\d+)?", words)
    if state["alpha"] > 0:
        high, high_plain, low, low_plain = max(curve), max(plain), min(curve), min(plain)
        assert ("It lowers the highest error" in words) == (high <= high_plain / 2)
        assert ("does not halve" in words) == (high > high_plain / 2)
        assert ("too strong now" in words) == (low > 1.5 * low_plain)
        worst_plain, worst = (widths[np.argmax(errors)] for errors in (plain, curve))
        values = [here, at[here], plain[widths.index(here)]]
        values += [high_plain, worst_plain, high, worst]
        values += [low, low_plain] if "too strong" in words else []
    elif words.startswith("Width 1"):
        assert here == 1
        values = [1, at[1]]
    elif words.startswith("First descent"):
        assert here <= valley < n
        assert at[here] < at[1]
        values = [at[1], 1, at[here]]
    elif words.startswith("Too stiff"):
        assert here <= valley
        assert at[here] >= at[1]
        values = [at[here], at[1], 1]
    elif words.startswith("Behind"):
        assert valley < here < n
        assert at[here] >= at[valley]
        assert state["train"][widths.index(here)] <= state["train"][widths.index(valley)] * (
            1 + 1e-9
        )
        assert ("noise" in words) == (state["noise"] > 0)
        values = [at[valley], valley, at[here]]
    else:
        assert here >= n
        assert state["train"][widths.index(here)] < 1e-9
        values = check_peak(words, state) if here == n else check_beyond(words, state)
    assert len(digits) == len(values), words
    assert all(close(text, value) for text, value in zip(digits, values, strict=True)), (
        words,
        values,
    )


@pytest.mark.parametrize("n_seeds", [2, pytest.param(50, marks=NIGHTLY)])
def test_scene_1_says_what_its_errors_say(n_seeds, browser, page):
    open_page(browser, page)
    script = """
        const widths = WIDTHS;
        return arguments[1].flatMap((seed) => {
          const { alpha, noise, n_samples: n } = arguments[0];
          const points = drawPoints({ ...arguments[0], seed });
          const { errors: curve, trainErrors: train, sizes } = errorCurves(points, widths, alpha);
          const plain = alpha ? errorCurves(points, widths, 0).errors : curve;
          return [1, 2, 4, 8, n - 1, n, n + 1, 30, 60, 200].map((width) => {
            const state = { widths, curve, plain, sizes, width, n, alpha, noise };
            const highest = Math.max(...fitWidth(points, width, alpha).prediction.map(Math.abs));
            // How far each curve goes up and down.
            const swing = [width, n].map((w) => fitWidth(points, w, alpha).prediction.reduce(
              (sum, y, i, all) => sum + (i ? Math.abs(y - all[i - 1]) : 0), 0));
            return [sayFunction(state), { ...state, train, swing, highest, x: [...points.x] }];
          });
        })"""
    kinds = set()
    for k, setting in enumerate(EXTREMES_1):
        # Every setting at the first two seeds, a sixth of them, other ones, at each of the others.
        seeds = [seed for seed in range(1, n_seeds + 1) if seed <= 2 or seed % 6 == k % 6]
        for words, state in run(browser, script, setting, seeds):
            check_function(words, state)
            kinds.add(" ".join(words.split()[:2]))
    assert len(kinds) >= 6


def check_student(words, answer):
    """One sentence of scene 2 against counts of test points that one model alone gets wrong."""
    setting = answer["setting"]
    worse, better = answer["onlyStudentWrong"], answer["onlyTeacherWrong"]
    apart = worse + better
    gain = better - worse
    luck = abs(gain) <= 2 * np.sqrt(max(apart - gain**2 / 1000, 0)) or gain == 0
    if words.startswith("A draw"):
        assert apart <= 10
        if "Soft labels are" in words:
            assert setting["labels"] == "soft"
            assert setting["n_transfer"] >= setting["width"]
            assert apart <= 5
        return "draw"
    both = f"{answer['studentError'] * 100:.1f} % against {answer['teacherError'] * 100:.1f} %"
    assert both in words
    (limit,) = re.findall(r"differences under ([\d.]+) percentage points may be luck", words)
    assert (abs(gain) < round(10 * float(limit))) == luck
    assert 0 <= float(limit) - 0.2 * np.sqrt(max(apart - gain**2 / 1000, 0)) < 0.1001
    tuned = setting["teacher"] == "ridge"
    if "no clear winner" in words:
        assert luck
        assert f"disagree on {apart} test points" in words
        few = setting["n_transfer"] < setting["width"]
        assert ("Fewer labels than weights: the student memorises" in words) == few
        touching = tuned and setting["data"] == "no gap" and not few
        assert ("cannot draw specks" in words) == ("no gap sets a class apart" in words) == touching
        return "luck"
    assert not luck
    if words.startswith("The student loses"):
        assert gain < 0
        assert ("Fewer labels" in words) <= (setting["n_transfer"] < setting["width"])
        assert ("as many labels" in words) <= (setting["n_transfer"] == setting["width"])
        return "loses"
    assert words.startswith("The student wins")
    assert gain > 0
    rival = answer["onlyRidgeWrong"] - answer["onlyStudentWrongOfRidge"]
    if "beats both" in words:
        assert answer["ridgeError"] < answer["studentError"] < answer["teacherError"]
        assert rival < 0
    if "It beats" in words:
        assert answer["studentError"] < answer["ridgeError"]
        assert rival > 0
    gap = tuned and setting["data"] == "moons"
    assert ("cannot draw specks" in words) == ("gap between the moons" in words) == gap
    assert ("40 slow waves cannot" in words) <= (setting["width"] == 40)
    assert ("majority" in words) <= (setting["labels"] == "hard" and setting["n_transfer"] > 200)
    return "wins"


SCRIPT_2 = """
    const world = drawWorld(arguments[1]);
    const { test, transfer } = world;
    const wrong = (coef) => predict(world.Z_test, coef).map((s, i) => s > 0 !== test.y[i] > 0);
    const only = (first, second) => first.filter((value, i) => value && !second[i]).length;
    return arguments[0].map((rest) => {
      const setting = { ...rest, ...arguments[1] };
      const answer = { ...moons(setting), setting };
      const { teacher, student, tuned } = fitModels(world, setting);
      const [t, s, r] = [teacher, student, tuned].map(wrong);
      const inputs = world.Z_transfer.firstRows(setting.n_transfer);
      const [toldScores, learnt] = [teacher, student].map((coef) => predict(inputs, coef));
      const votesOf = toldScores.map(Math.sign);
      const farthest = (model) => Math.max(...model.map((s, i) => Math.abs(s - votesOf[i])));
      const counts = { farthest: [farthest(toldScores), farthest(learnt)],
        onlyStudentWrong: only(s, t), onlyTeacherWrong: only(t, s),
        onlyRidgeWrong: only(r, s), onlyStudentWrongOfRidge: only(s, r) };
      const { teacherError, studentError, ridgeError, labels, labelled, scores } = answer;
      const steps = range(1, 5).map((step) => sayStep(step, answer));
      const square = answer.neighbourhood;
      const votes = square?.inside.map((i) => [scores[i] > 0, transfer.y[i] > 0]);
      const places = square?.inside.map((i) => [(transfer.x1[i] - square.x1) / square.half,
        (transfer.x2[i] - square.x2) / square.half]);
      return { words: sayStudent(answer), steps, setting, teacherError, studentError, ridgeError,
        flips: labels.filter((label, i) => label !== labelled.y[i]).length, score: scores[0],
        firstClass: transfer.y[0], votes: votes ?? null, places: places ?? null, ...counts };
    })"""


@pytest.mark.parametrize("n_seeds", [1, pytest.param(50, marks=NIGHTLY)])
def test_scene_2_calls_luck_luck(n_seeds, browser, page):
    open_page(browser, page)
    seen = []
    for seed in range(1, n_seeds + 1):
        for data in ("moons", "no gap"):
            # All settings at the first seed, a sixth of them, other ones, at each of the others.
            settings = SETTINGS_2 if seed == 1 else SETTINGS_2[seed % 6 :: 6]
            for answer in run(browser, SCRIPT_2, settings, {"data": data, "seed": seed}):
                seen.append(check_student(answer["words"], answer))
                check_steps(answer)
    print({kind: seen.count(kind) for kind in sorted(set(seen))})
    assert set(seen) == {"draw", "luck", "loses", "wins"}


def check_steps(answer):
    labels, _, example, votes, guess = answer["steps"]
    setting = answer["setting"]
    check_exactly(setting, *answer["farthest"])
    flips = round(40 * answer["setting"]["flip_rate"])
    assert answer["flips"] == flips
    assert f"{flips or 'None'} of the labels" in labels
    score = f"{answer['score']:.2f}".replace("-", "−")
    assert example.count(score) == 2
    assert ("class alone, ●" in example) == (answer["score"] > 0)
    assert ("(right)" in example) == ((answer["score"] > 0) == (answer["firstClass"] > 0))
    assert f"{setting['labels']} labels alone" in guess
    assert ("a tuned teacher's" in guess) == (setting["teacher"] == "ridge")
    assert ("all 200 waves" in guess) == (setting["width"] == 200)
    assert ("the 40 slow waves only" in guess) == (setting["width"] == 40)
    if answer["votes"] is None:
        assert votes.startswith("Nothing to enlarge: in no small rectangle")
        return
    said, truth = np.array(answer["votes"]).T
    assert np.all(truth == truth[0])
    right, wrong = np.sum(said == truth), np.sum(said != truth)
    assert f"all {len(said)} points" in votes
    if wrong:
        assert wrong < right
        assert check_scattered(np.array(answer["places"]), said == truth)
        names = ["● (+1)", "▲ (−1)"] if truth[0] else ["▲ (−1)", "● (+1)"]
        votes_of = f"{right} of them {names[0]} and {wrong} {names[1]}"
        assert f"calls {votes_of}, with {names[0]} ahead in each ninth of it" in votes
        mean = (right - wrong) / len(said) * (1 if truth[0] else -1)
        (told,) = re.findall(r"in the mean ([+−][\d.]+)\. ", votes)
        assert abs(float(told.replace("−", "-")) - mean) < 0.005 + 1e-9  # either way at a tie
        many = setting["n_transfer"] > setting["width"]
        assert ("the student cannot make its score exactly +1 or −1" in votes) == many
        assert votes.endswith(" is that of the majority: right.")


def check_exactly(setting, teacher, student):
    """How far the scores at the transfer set are from the votes +1 and -1, at their farthest."""
    assert teacher > 0.1
    if setting["labels"] == "hard" and setting["n_transfer"] != setting["width"]:
        assert (student > 0.1) == (setting["n_transfer"] > setting["width"])


def check_scattered(places, is_right):
    """Whether in each of nine equal parts of a square most labels are right."""
    part = np.floor(1.5 * (places + 1)).astype(int) @ [3, 1]
    return np.all(np.bincount(part, np.where(is_right, 1, -1), minlength=9) > 0)


def test_an_exercise_opens_with_a_sentence_of_its_own_setting(browser, page):
    """Exercises 3, 4, 5: soft labels; 40 waves and a tuned teacher; 400 labels."""
    open_page(browser, page, reduced_motion="reduce")
    reading = browser.find_element("id", "scene2-reading")
    wait_for(browser, lambda: reading.text == "40 labels, no teacher yet")
    links = browser.find_elements("css selector", ".exercise a")
    for link, scene, sentence in (
        (links[2], 2, "from the teacher's soft labels alone; it adds up all 200 waves"),
        (links[3], 2, "from a tuned teacher's hard labels alone; it adds up the 40 slow waves"),
        (links[4], 3, "learns from 400 of the teacher's hard labels"),
    ):
        link.click()
        coach = browser.find_element("id", f"scene{scene}-coach")
        wait_for(browser, lambda coach=coach, words=sentence: words in coach.text)
