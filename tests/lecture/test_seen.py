"""Seen from the last row: contrasts, dashes, nothing clipped, keys, presentation, handout."""

import base64
import itertools
import re

import pytest

from tests.lecture.conftest import open_page
from tests.lecture.test_browser import OPEN_MORE, drag, no_errors, settled, wait_for
from tests.lecture.test_page import PARTS

# Texts of a picture that leave it or lie on another, a page wider than the screen, and buttons
# of a scene's first row below the screen's edge when the scene's title is at its top.
CLIPPED = """
    const clipped = [];
    for (const svg of document.querySelectorAll("svg")) {
      const box = svg.getBoundingClientRect();
      const texts = [...svg.querySelectorAll("text")].filter((text) => text.textContent);
      const places = texts.map((text) => text.getBoundingClientRect());
      places.forEach((a, i) => {
        const inside = a.left > box.left - 1 && a.right < box.right + 1 &&
          a.top > box.top - 2 && a.bottom < box.bottom + 2;
        if (!inside) clipped.push(`${svg.id}: ${texts[i].textContent}`);
        places.slice(i + 1).forEach((b, k) => {
          const over = a.left < b.right - 2 && b.left < a.right - 2 &&
            a.top < b.bottom - 4 && b.top < a.bottom - 4;
          if (over) clipped.push(`${texts[i].textContent} on ${texts[i + 1 + k].textContent}`);
        });
      });
    }
    const page = document.documentElement;
    if (page.scrollWidth > page.clientWidth) clipped.push("sideways");
    const room = innerHeight - document.querySelector("header").offsetHeight + 1;
    for (const button of innerWidth < 900 ? [] : document.querySelectorAll("button.strong")) {
      const top = button.closest("section").getBoundingClientRect().top;
      if (button.getBoundingClientRect().bottom - top > room) clipped.push(button.id);
    }
    return clipped"""
SHOW_ALL = """
    for (const scene of [0, 1, 3]) document.getElementById(`scene${scene}-reveal`).click();
    document.getElementById("scene3-generations").click();
    for (let press = 0; press < 7; press++) document.getElementById("scene2-next").click()"""


def colours(theme):
    """The style sheet's colours of a theme, by name."""
    style = (PARTS / "page.css").read_text("utf-8")
    block = re.search(
        r':root\[data-theme="dark"\] \{(.*?)\}' if theme == "dark" else r":root \{(.*?)\}",
        style,
        re.DOTALL,
    )
    return dict(re.findall(r"--([\w-]+): (#\w{6})", block[1]))


def luminance(colour):
    shares = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first, second):
    """The contrast of two colours in grey, by the Web Content Accessibility Guidelines."""
    low, high = sorted([luminance(first), luminance(second)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_neighbours_differ_in_grey(theme):
    palette = colours(theme)
    pairs = [("plus-area", "minus-area"), ("line", "panel")]
    pairs += [
        (name, "paper") for name in palette if name not in {"paper", "panel"} and "area" not in name
    ]
    worst = {pair: contrast(palette[pair[0]], palette[pair[1]]) for pair in pairs}
    print(theme, {pair: round(value, 1) for pair, value in worst.items()})
    assert min(worst.values()) >= 3
    # Letters: on the paper, on a button, on a coloured button. Marks on areas have a paper edge.
    for first, second in [
        ("ink", "paper"),
        ("ink", "panel"),
        ("paper", "model"),
        ("paper", "pencil"),
    ]:
        assert contrast(palette[first], palette[second]) >= 4.5


def test_no_two_lines_differ_by_colour_alone(browser, page):
    open_page(browser, page, reduced_motion="reduce")
    browser.execute_script(OPEN_MORE)
    for scene in (0, 1, 3):
        drag(browser, f"scene{scene}-chart", [(0.3, 0.7), (0.5, 0.3), (0.8, 0.6)])
    browser.execute_script(SHOW_ALL)
    browser.execute_script("document.querySelector('[data-set=\"width=160\"]').click()")
    settled(browser, 2)
    script = """
        return [...document.querySelectorAll("svg")].map((svg) =>
          [...svg.querySelectorAll("polyline")].map((line) => ["stroke", "stroke-dasharray",
            "stroke-width"].map((name) => line.getAttribute(name))))"""
    for lines in browser.execute_script(script):
        for first, second in itertools.combinations(lines, 2):
            widths = sorted(float(line[2]) for line in (first, second))
            assert first[0] == second[0] or first[1] != second[1] or widths[1] >= 1.9 * widths[0]


@pytest.mark.parametrize(
    ("width", "height", "present"),
    [
        (1280, 720, False),
        (1280, 720, True),
        (1280, 590, False),
        (1280, 590, True),
        (1024, 576, False),  # 1280 x 720 at 125 %
        (1024, 472, False),  # 1280 x 590 at 125 %
        (1920, 1080, True),
        (400, 800, False),
        (400, 800, True),
    ],
)
def test_nothing_is_clipped(width, height, present, browser, page):
    if browser.capabilities["browserName"] != "chrome":
        pytest.skip("sets the size of the screen by Chromium's protocol")
    open_page(browser, page, width=width, height=height, reduced_motion="reduce")
    settled(browser, 2)
    if present:
        browser.find_element("id", "present").click()
    wait_for(browser, lambda: browser.execute_script(CLIPPED) == [])
    browser.execute_script(SHOW_ALL)
    settled(browser, 2)
    wait_for(browser, lambda: browser.execute_script(CLIPPED) == [])
    no_errors(browser)


def test_keys_go_from_scene_to_scene(opened):
    from selenium.webdriver.common.keys import Keys

    def top(scene):
        script = f"return document.getElementById('scene{scene}').getBoundingClientRect().top"
        return abs(
            opened.execute_script(script)
            - opened.find_element("css selector", "header").size["height"]
        )

    body = opened.find_element("css selector", "body")
    for key, scene in [
        ("2", 2),
        (Keys.PAGE_DOWN, 3),
        (Keys.PAGE_DOWN, 4),
        ("1", 1),
        (Keys.PAGE_UP, 0),
    ]:
        body.send_keys(key)
        wait_for(opened, lambda scene=scene: top(scene) < 12)
    no_errors(opened)


def test_presentation_keeps_what_a_lecture_needs(opened):
    opened.find_element("id", "present").click()
    needed = ["scene1-width", "scene1-play", "scene1-reveal"]
    assert all(opened.find_element("id", name).is_displayed() for name in needed)
    noise = opened.find_element("id", "scene1-noise")
    assert not noise.is_displayed()
    opened.find_element("css selector", "#scene1 .more-button").click()
    assert noise.is_displayed()


def test_drawing_selects_nothing(opened):
    drag(opened, "scene1-chart", [(0.02, 0.98), (0.5, 0.3), (0.9, 0.02)])
    assert opened.execute_script("return getSelection().toString()") == ""


def test_an_exercise_opens_with_its_answer_hidden(opened):
    for link in opened.find_elements("css selector", ".exercise a"):
        link.click()
        scene = re.search(r"scene=(\d)", link.get_attribute("href"))[1]
        assert opened.find_element("id", f"scene{scene}-reveal").text == "Show me"
    assert opened.find_element("id", "scene2-labels").get_attribute("textContent").endswith("hard")
    no_errors(opened)


def test_print_is_a_handout_of_one_page(opened):
    if opened.capabilities["browserName"] != "chrome":
        pytest.skip("prints by Chromium's protocol")
    settled(opened, 2)
    options = {"printBackground": True, "preferCSSPageSize": True}
    printed = base64.b64decode(opened.execute_cdp_cmd("Page.printToPDF", options)["data"])
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown = {
        name: [e.is_displayed() for e in opened.find_elements("css selector", name)]
        for name in (".answer", ".exercise", "svg")
    }
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert not any(shown[".answer"])
    assert all(shown[".exercise"])
    assert all(shown["svg"])
