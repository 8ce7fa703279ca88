"""The story that the page tells is true of most draws; computed by the page itself."""

import statistics

import numpy as np
import pytest
from scipy.spatial import KDTree

from ddkd.lecture import check_link
from tests.lecture.conftest import open_page, run


def open_and_run(browser, page, script, *arguments):
    open_page(browser, page)
    return run(browser, script, *arguments)


def test_scene_1_peaks_at_n_and_ends_below_its_first_valley(browser, page):
    """Over the default and 50 other seeds: by 30 times in at least 45, below in at least 48."""
    script = """
        return arguments[0].map((seed) => {
          const points = drawPoints({ n_samples: 16, noise: 0.2, target: "wiggly", seed });
          return errorCurves(points, [...range(1, 13), 16, 160, 200], 0).errors;
        })"""
    curves = np.array(open_and_run(browser, page, script, [395, *range(1, 51)]))
    valley = curves[:, :13].min(axis=1)
    peaks = np.sum(curves[:, 13] >= 30 * valley)
    ends = [int(np.sum(curves[:, k] <= valley)) for k in (14, 15)]
    print(f"peak {peaks} of 51, far end at 160 and 200 {ends}")
    assert peaks >= 45
    assert min(ends) >= 48


@pytest.mark.slow
def test_the_gentler_truth_of_the_recap_is_best_met_by_a_narrow_model():
    errors = {
        target: [
            float(check_link(f"#scene=1&width={width}&target={target}")["error"])
            for width in [*range(1, 16), *range(17, 201)]
        ]
        for target in ("wiggly", "gentle")
    }
    assert min(errors["gentle"][:15]) < min(errors["gentle"][15:])
    assert min(errors["wiggly"][:15]) > min(errors["wiggly"][15:])


@pytest.mark.slow
def test_scene_2_hard_labels_help_when_there_are_many(browser, page):
    """Over 50 seeds with 10 % wrong labels."""
    script = """
        const base = { flip_rate: 0.1, labels: "hard", width: 200, teacher: "interpolating" };
        return arguments[0].map((seed) => {
          const world = drawWorld({ data: "moons", seed });
          const error = (n_transfer, change) => {
            const models = fitModels(world, { ...base, n_transfer, ...change });
            const { teacher, student } = models;
            const same = agreement(world, teacher, student);
            return [testError(world, teacher), testError(world, student), same];
          };
          return [
            error(3000, {}), error(200, {}), error(3000, { width: 40 }),
            error(250, { labels: "soft" }), error(3000, { labels: "soft" }),
            error(3000, { teacher: "ridge", width: 40 }),
          ];
        })"""
    found = []
    for start in range(1, 51, 10):  # a script may not take longer than its timeout
        found += open_and_run(browser, page, script, list(range(start, start + 10)))
    teacher, student, same = np.moveaxis(found, 2, 0)
    gain = teacher - student
    print(f"hard, m = 3000: better in {np.sum(gain[:, 0] > 0)} of 50, mean {gain[:, 0].mean():.4f}")
    print(f"hard, m = 200: worse in {np.sum(gain[:, 1] < 0)} of 50")
    print(f"narrow: {gain[:, 2].mean():.4f}; of a tuned ridge: {gain[:, 5].mean():.4f}")
    print(f"soft: same class on {same[:, 3:5].min():.4f} of the points at least")
    assert np.sum(gain[:, 0] > 0) >= 45
    assert gain[:, 0].mean() >= 0.02
    assert np.sum(gain[:, 1] < 0) >= 45
    assert same[:, 3:5].min() >= 0.99
    assert gain[:, 2].mean() > gain[:, 0].mean()
    assert gain[:, 5].mean() > 0


def test_the_recap_says_where_the_student_did_not_win(browser, page):
    """At every size of the transfer set, in the steps of scene 2 as the page opens."""
    script = """
        return STEPS.slice(MODELS - 1).map(({ set }) => SIZES.map((n_transfer) => {
          const setting = { ...set, n_transfer, flip_rate: 0.1, seed: 162 };
          const { teacherError, studentError, agreement } = moons(setting);
          const { verdict } = compareErrors(teacherError, studentError, agreement);
          return [setting.width, n_transfer, verdict, agreement, studentError];
        }))"""
    hard, soft, _, narrow, tuned, no_gap = open_and_run(browser, page, script)
    assert all(agreement == 1 for _, m, _, agreement, _ in soft if m >= 200)
    few = [verdict for w, m, verdict, *_ in (*hard, *narrow, *tuned) if m <= 2 * w]
    assert len(few) >= 20
    assert set(few) == {"luck", "worse"}
    for steps in (hard, narrow, tuned):
        width, worst = max(steps, key=lambda answer: answer[-1])[:2]
        assert abs(worst / width - 1) <= 0.5
    assert "better" not in [verdict for _, _, verdict, *_ in no_gap]
    assert all(steps[-1][2] == "better" for steps in (hard, narrow, tuned))
    few = check_link("#scene=2&n_transfer=50&seed=3")  # other points
    assert few["student"] < few["teacher"] - 0.03


def test_a_tuned_teachers_mistakes_lie_together():
    """Share of a teacher's mistakes where most of 9 neighbours are wrong, too; over 20 seeds."""

    def share(setting):
        points = check_link(f"#scene=2&n_transfer=50&{setting}")
        wrong = points["predictions"][0] * points["y_test"] < 0
        nearest = KDTree(points["X_test"]).query(points["X_test"][wrong], 10)[1][:, 1:]
        return np.mean(wrong[nearest].mean(axis=1) > 0.5)

    shares = [
        [share(f"seed={seed}&{setting}") for seed in range(1, 21)]
        for setting in ("teacher=interpolating", "teacher=ridge", "teacher=ridge&data=no gap")
    ]
    print([f"{np.mean(row):.2f} ({min(row):.2f} to {max(row):.2f})" for row in shares])
    assert np.mean(shares[0]) < 0.5
    assert min(np.mean(shares[1]), np.mean(shares[2])) > 0.6


def test_scene_3_the_law_promises_what_the_page_says():
    """Below its teacher from width 14 on; one student does not reach the best ridge, four do."""
    found = check_link("#scene=3&n_transfer=800")
    assert max(found["laws"][1][13:]) < found["generation 0"]
    assert min(found["laws"][1]) > found["best ridge"]
    many = check_link("#scene=3&n_transfer=1600&generations=4")
    np.testing.assert_allclose(
        [many[f"generation {k}"] for k in range(4)], [0.134, 0.089, 0.044, 0.018], atol=5e-4
    )
    few = check_link("#scene=3&n_transfer=400&generations=2")
    assert few["generation 0"] < few["generation 1"] < few["generation 2"]


@pytest.mark.slow
def test_scene_3_marks_lie_on_the_law(browser, page):
    """The worst absolute z of each of ten settings, at 30 draws a mark."""
    script = """
        return marksOf(arguments[0]).map((mark) => {
          const streams = range(mark.first + 1, mark.first + N_DRAWS);
          const setting = { ...arguments[0], curve: mark.curve, width: mark.width, streams };
          return [mark.curve, mark.width, summary(clusters(setting))];
        })"""
    worst = []
    for flip_rate in (0.0, 0.1, 0.2):
        for n_transfer, alpha in ((100, 0.0), (400, 0.0), (800, 10.0)):
            worst.append(worst_z(browser, page, script, flip_rate, n_transfer, alpha))
    worst.append(worst_z(browser, page, script, 0.1, 1600, 0.0))
    print("worst |z| of ten settings:", " ".join(f"{z:.1f}" for z in worst))
    assert max(worst) < 4


def worst_z(browser, page, script, flip_rate, n_transfer, alpha):
    setting = {"flip_rate": flip_rate, "n_transfer": n_transfer, "alpha": alpha, "seed": 1}
    laws = dict(
        zip(("teacher", "student"), check_link("#scene=3&" + as_link(setting))["laws"], strict=True)
    )
    z = []
    for curve, width, summary in open_and_run(browser, page, script, setting):
        assert abs(width - (40 if curve == "teacher" else n_transfer)) > 4
        z.append((summary["mean"] - laws[curve][width - 1]) / summary["standardError"])
    return max(abs(value) for value in z)


def as_link(setting):
    return "&".join(f"{name}={value}" for name, value in setting.items())


def test_speed_is_measured(browser, page):
    """Printed, not asserted: the machine may be busy."""
    script = """
        const time = (work) => range(1, 9).map(() => {
          const start = performance.now();
          work();
          return performance.now() - start;
        });
        const n_samples = 60;
        const points = drawPoints({ n_samples, noise: 0.2, target: "wiggly", seed: 1 });
        const scene = new Scene1();
        scene.open();
        scene.controls.set("n_samples", 24);
        const setting = { data: "moons", seed: 25, flip_rate: 0.1, n_transfer: 3000,
          labels: "hard", width: 200, teacher: "interpolating" };
        moons(setting);
        return {
          "scene 1, n = 60, width 200": time(() => fitWidth(points, 200, 0)),
          "scene 1, a whole move": time(() => scene.changed("width")),
          "scene 2, m = 3,000": time(() => moons(setting)),
        }"""
    for name, times in open_and_run(browser, page, script).items():
        print(f"{name}: {statistics.median(times):.1f} ms")
