"""The lecture page: its numbers, the file, and what a person with a keyboard meets in a browser."""

import json
import os
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from ddkd import cli
from ddkd.plotting import _page
from ddkd.plotting._page._numbers import Setting, curve_numbers, student_numbers

MEASURED = Path(__file__).parent.parent / "docs" / "measured" / "claims.json"
SLIDERS = [f"{part}-{name}" for part in ("curve", "student") for name in ("flip", "width")]
SLIDERS += ["curve-alpha", "student-m"]


def build(out, *arguments):
    pytest.importorskip("plotly", reason="the page needs the extra [page]")
    assert cli.main(["page", "--out", str(out), *arguments]) == 0
    return out


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return build(tmp_path_factory.mktemp("page") / "a page.html", "--claims", str(MEASURED))


def numbers(text):
    return json.loads(re.search(r'type="application/json">(.*?)</script>', text)[1])


# --- Numbers ---------------------------------------------------------------------------------


def assert_dots_on_line(dots, widths, error, peak):
    """Simulation against theory, at 4.5 standard errors: a false alarm in 1,400 test runs.

    Not within a tenth of the peak, where a mean at finite size stays below the limit's 1/2.
    """
    away = np.abs(np.log(dots.widths / peak)) > 0.09
    expected = np.interp(np.log(dots.widths), np.log(widths), error)
    z = (dots.error - expected) / dots.standard_error
    assert away.sum() > 10
    assert np.abs(z[away]).max() < 4.5


def test_simulated_curves_lie_on_the_theory_with_and_without_a_ridge():
    setting = Setting(flip_rates=(0.0, 0.2), alphas=(0.0, 1.0), widest=300, n_repeats=25)
    curve = curve_numbers(setting, np.random.default_rng(0))
    for f in range(2):
        for a in range(2):
            dots = type(curve.dots)(
                curve.dots.widths, curve.dots.error[f, a], curve.dots.standard_error[f, a]
            )
            assert_dots_on_line(dots, curve.widths, curve.error[f, a], setting.n_samples)


def test_simulated_students_lie_on_the_theory():
    setting = Setting(flip_rates=(0.1,), transfer_sizes=(100, 800), n_student_repeats=25)
    student = student_numbers(setting, np.random.default_rng(0))
    for m, dots, error in zip(
        setting.transfer_sizes, student.student_dots, student.student, strict=True
    ):
        dots = type(dots)(dots.widths, dots.error[0], dots.standard_error[0])
        assert_dots_on_line(dots, student.widths, error[0], m)


def test_every_chosen_width_and_threshold_is_a_position_of_its_slider(page):
    data = numbers(page.read_text(encoding="utf-8"))
    n, widest = data["setting"]["n_samples"], data["setting"]["widest_student"]
    assert n in data["curve"]["widths"]
    assert {n, *(m for m in data["setting"]["transfer_sizes"] if m <= widest)} <= set(
        data["student"]["widths"]
    )
    assert np.shape(data["curve"]["error"]) == (6, 9, len(data["curve"]["widths"]))


# --- The file --------------------------------------------------------------------------------


def test_one_file_small_beside_plotly_and_nothing_from_elsewhere(page):
    from plotly.offline import get_plotlyjs

    text = page.read_text(encoding="utf-8")
    own = text.replace(get_plotlyjs(), "")
    assert len(own) < len(text) - 1e6
    assert len(own) < 250_000
    assert re.findall(r'(?:src|href)="([^#][^"]*)"', own) == []
    assert "http://" not in own
    assert "https://" not in own
    assert "{{" not in own


@pytest.fixture
def small(monkeypatch):
    """A page that builds in no time."""
    setting = Setting(
        flip_rates=(0.1,), alphas=(0.0,), transfer_sizes=(200,), n_repeats=2, n_student_repeats=2
    )
    monkeypatch.setattr(_page, "Setting", lambda: setting)


@pytest.mark.usefixtures("small")
def test_a_seed_repeats_the_page(tmp_path):
    pages = [
        build(tmp_path / f"{i}.html", "--seed", seed).read_bytes() for i, seed in enumerate("445")
    ]
    assert pages[0] == pages[1] != pages[2]


@pytest.mark.usefixtures("small")
def test_without_claims_the_page_says_how_to_measure_them(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    text = build(Path("folder/page.html")).read_text(encoding="utf-8")
    assert "python -m ddkd reproduce" in text
    assert "without claims" in capsys.readouterr().out


@pytest.mark.usefixtures("small")
def test_claims_of_the_main_job_are_found(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    folder = Path("ddkd-results/reproduce")
    folder.mkdir(parents=True)
    shutil.copy(MEASURED, folder)
    text = build(Path("page.html")).read_text(encoding="utf-8")
    assert "hard student beats its teacher" in text
    assert str(folder / "claims.json") in capsys.readouterr().out


def error_line(capsys, *arguments):
    assert cli.main(["page", *arguments]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_without_plotly_one_line_names_the_extra(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "plotly.offline", None)
    line = error_line(capsys, "--out", str(tmp_path / "page.html"))
    assert line.startswith("ddkd page: error: the page needs plotly")
    assert "'ddkd[page]'" in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["nonsense", "[]", "{}", "[1]", '[{"key": "soft"}]', None])
def test_a_bad_file_of_claims_is_one_line(content, tmp_path, capsys):
    pytest.importorskip("plotly")
    path = tmp_path / "claims.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    line = error_line(capsys, "--out", str(tmp_path / "page.html"), "--claims", str(path))
    assert "claims.json" in line
    assert not (tmp_path / "page.html").exists()


def test_out_must_not_be_a_folder(tmp_path, capsys):
    assert "--out must be a file" in error_line(capsys, "--out", str(tmp_path))


# --- In a browser ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser(page, tmp_path_factory):
    """The page in headless Chromium, opened from a file with the network off."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="needs the extra [browser]")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("needs chromium and chromedriver (Debian: chromium, chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    profile = tmp_path_factory.mktemp("profile")
    switches = "headless=new disable-gpu no-first-run disable-background-networking "
    switches += "disable-component-update disable-sync disable-dev-shm-usage"
    for switch in [*switches.split(), f"user-data-dir={profile}", "window-size=1280,800"]:
        options.add_argument(f"--{switch}")
    options.add_argument("--host-resolver-rules=MAP * ~NOTFOUND")
    if os.name == "posix" and os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(driver)
    chrome = webdriver.Chrome(options=options, service=service)
    try:
        chrome.execute_cdp_cmd("Network.enable", {})
        offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
        chrome.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
        yield chrome
    finally:
        chrome.quit()


def look(browser, width=1280, height=800, scheme="light"):
    screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)


@pytest.fixture
def opened(browser, page):
    look(browser)
    browser.get_log("browser")
    browser.get(page.as_uri())
    return browser


def plotted(opened, part):
    """What the picture shows: x and y of every trace."""
    script = f"return document.getElementById('{part}-plot').data.map(t => [t.x, t.y])"
    return opened.execute_script(script)


def press(opened, identifier, *keys):
    from selenium.webdriver.common.keys import Keys

    for key in keys:
        opened.find_element("id", identifier).send_keys(getattr(Keys, key))


def text_of(opened, identifier):
    return opened.find_element("id", identifier).text


def test_it_loads_offline_without_an_error_or_a_request(opened):
    assert [plotted(opened, part)[0][1][0] > 0 for part in ("curve", "student")] == [True, True]
    assert opened.get_log("browser") == []
    loaded = opened.execute_script("return performance.getEntriesByType('resource').length")
    assert loaded == 0


@pytest.mark.parametrize("slider", SLIDERS)
def test_an_arrow_key_moves_what_its_slider_says(opened, slider):
    part = slider.split("-")[0]
    press(opened, f"{part}-width", *["PAGE_UP"] * 2)  # at n nothing but m moves the direct model
    before, reading = plotted(opened, part), text_of(opened, f"{part}-reading")
    value = text_of(opened, f"{slider}-value")
    press(opened, slider, "ARROW_RIGHT", "ARROW_RIGHT", "ARROW_RIGHT")
    after = plotted(opened, part)
    ring = slice(-1, None)
    assert after[ring] != before[ring]
    assert (after[:2] != before[:2]) == (
        slider not in ("curve-width", "student-m", "student-width")
    )
    assert text_of(opened, f"{part}-reading") != reading
    shown = text_of(opened, f"{slider}-value")
    assert shown != value
    assert opened.find_element("id", slider).get_attribute("aria-valuetext") == shown
    press(opened, slider, "ARROW_LEFT", "ARROW_LEFT", "ARROW_LEFT")
    assert plotted(opened, part) == before


def test_the_curve_drawn_is_that_of_the_sliders(opened, page):
    data = numbers(page.read_text(encoding="utf-8"))
    press(opened, "curve-flip", "END")
    press(opened, "curve-alpha", "HOME", "ARROW_RIGHT")
    press(opened, "curve-width", "END")
    theory, simulation, ring = plotted(opened, "curve")
    assert theory == [data["curve"]["widths"], data["curve"]["error"][-1][1]]
    assert simulation[1] == data["curve"]["dots"]["error"][-1][1]
    assert ring == [[1000], [theory[1][-1]]]
    assert "width 1000" in text_of(opened, "curve-reading")


def test_ridge_flattens_the_peak(opened):
    press(opened, "curve-alpha", "HOME")
    assert max(plotted(opened, "curve")[0][1]) == 0.5
    press(opened, "curve-alpha", *["ARROW_RIGHT"] * 6)
    assert text_of(opened, "curve-alpha-value") == "1"
    assert max(plotted(opened, "curve")[0][1]) < 0.4


def test_the_students_peak_is_at_m_and_the_direct_models_at_n(opened):
    press(opened, "student-m", "HOME")
    peaks = []
    for _ in range(7):
        direct, _, student, *_ = plotted(opened, "student")
        assert direct[0][int(np.argmax(direct[1]))] == 50
        peaks.append(student[0][int(np.argmax(student[1]))])
        assert peaks[-1] == int(text_of(opened, "student-m-value"))
        press(opened, "student-m", "ARROW_RIGHT")
    assert peaks == [50, 70, 100, 140, 200, 280, 400]


def background(opened):
    script = "return getComputedStyle(document.body).backgroundColor"
    return opened.execute_script(script)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_systems_colours_and_the_button_turns_them(opened, scheme):
    from selenium.webdriver.support.wait import WebDriverWait

    light, dark = "rgb(255, 255, 255)", "rgb(17, 17, 17)"
    first, second = (light, dark) if scheme == "light" else (dark, light)
    paper = "return document.getElementById('curve-plot').layout.paper_bgcolor"
    look(opened, scheme=scheme)
    WebDriverWait(opened, 10).until(lambda _: background(opened) == first)
    before = opened.execute_script(paper)
    press(opened, "theme", "SPACE")
    assert background(opened) == second
    assert opened.execute_script(paper) != before
    pressed = opened.find_element("id", "theme").get_attribute("aria-pressed")
    assert pressed == ("true" if second == dark else "false")


def test_tab_reaches_every_control_and_every_control_has_a_name_and_a_visible_focus(opened):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    reached = {}
    for _ in range(11):  # three links, the button, six sliders, one group of radio buttons
        ActionChains(opened).send_keys(Keys.TAB).perform()
        element = opened.switch_to.active_element
        outline = element.value_of_css_property("outline-width")
        assert float(outline.removesuffix("px")) >= 3, element.accessible_name
        reached[element.get_attribute("id") or element.accessible_name] = element.aria_role
    controls = opened.find_elements("css selector", "a, button, input")
    assert all(control.accessible_name for control in controls)
    assert {name for name, role in reached.items() if role == "slider"} == set(SLIDERS)
    assert sorted(reached.values()) == ["button", *["link"] * 3, "radio", *["slider"] * 6]


def test_the_data_of_the_claims_can_be_chosen_by_keyboard(opened):
    from selenium.webdriver.common.keys import Keys

    opened.find_element("css selector", "#data input:checked").send_keys(Keys.ARROW_RIGHT)
    tables = opened.find_elements("css selector", "#claims [role=region]")
    assert [t.is_displayed() for t in tables] == [False, True, False]
    assert tables[1].accessible_name == "Gaussian clusters"
    assert "hard student beats its teacher" in tables[1].text


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1920, 1080), (1024, 768)])
def test_the_last_row_can_read_it(opened, width, height):
    """Each picture fits the screen with its sliders, in letters of a fortieth of its height."""
    look(opened, width, height)
    sizes = opened.execute_script(
        "return [...document.querySelectorAll('p, label, output, a, button, td, th, .plot text')]"
        ".map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= height / 40
    for part in ("curve", "student"):
        opened.find_element("link text", f"The {'peak' if part == 'curve' else part}").click()
        top, bottom, plot = opened.execute_script(
            f"const box = (e) => e.getBoundingClientRect();"
            f"const s = document.getElementById('{part}');"
            f"return [box(s.querySelector('h2')).top, box(s.querySelector('.controls')).bottom,"
            f"box(s.querySelector('.plot svg')).height]"
        )
        bar = opened.execute_script(
            "return document.querySelector('header').getBoundingClientRect().bottom"
        )
        assert bar <= top
        assert bottom <= height
        assert plot > height / 2
    wider = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert opened.execute_script(wider) == 0
