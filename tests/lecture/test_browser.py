"""What a person meets in a browser: by mouse, by keyboard, at 400 pixels, in the dark."""

import json
import time
from urllib.parse import urlparse

import pytest

from tests.lecture.conftest import open_page

SCENES = (1, 2, 3)
# What this changes is not the picture but the address.
TOOLS = ("link",)
PICTURE = """
    const section = document.getElementById('scene' + arguments[0]);
    const texts = [...section.querySelectorAll('svg')].map((svg) => svg.innerHTML);
    const maps = [...section.querySelectorAll('canvas')].map((map) => map.toDataURL());
    return [...texts, ...maps].join()"""
DRAWN = """
    const pictures = document.querySelectorAll(`#scene${arguments[0]} svg`);
    return [...pictures].every((svg) => svg.childElementCount > 0)"""
CONTROLS = """
    const section = document.getElementById('scene' + arguments[0]);
    return [...section.querySelectorAll('input, button')]"""


def picture(browser, scene):
    return browser.execute_script(PICTURE, scene)


def wait_for(browser, condition, seconds=60):
    from selenium.webdriver.support.wait import WebDriverWait

    return WebDriverWait(browser, seconds, poll_frequency=0.05).until(lambda _: condition())


def settled(browser, scene):
    """The picture once it stays as it is for half a second.

    A scene that still waits for its first answer is blank and just as still, so not yet settled.
    """
    wait_for(browser, lambda: browser.execute_script(DRAWN, scene))
    before, calm = None, 0
    while calm < 3:
        now = picture(browser, scene)
        calm = calm + 1 if now == before else 0
        before = now
        time.sleep(0.15)
    return now


OPEN_MORE = """
    for (const button of document.querySelectorAll('.more-button[aria-expanded="false"]')) {
      button.click();
    }"""


def controls(browser, scene):
    browser.execute_script(OPEN_MORE)
    elements = browser.execute_script(CONTROLS, scene)
    names = [e.get_attribute("id").partition("-")[2] for e in elements]
    return [e for e, name in zip(elements, names, strict=True) if name not in TOOLS]


def no_errors(browser):
    if browser.capabilities["browserName"] == "chrome":
        assert browser.get_log("browser") == []


def test_it_opens_without_a_request_or_an_error(opened):
    for scene in SCENES:
        settled(opened, scene)
    no_errors(opened)
    assert opened.execute_script("return performance.getEntriesByType('resource').length") == 0
    if opened.capabilities["browserName"] == "chrome":
        messages = [
            json.loads(entry["message"])["message"] for entry in opened.get_log("performance")
        ]
        sent = [m for m in messages if m["method"] == "Network.requestWillBeSent"]
        schemes = {urlparse(m["params"]["request"]["url"]).scheme for m in sent}
        assert schemes <= {"file", "blob"}


@pytest.mark.slow
@pytest.mark.parametrize("revealed", [False, True])
@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("way", ["keyboard", "mouse"])
def test_every_control_changes_the_picture(way, scene, revealed, browser, page):
    open_page(browser, page, f"#scene={scene}" if revealed else "")
    for k in range(len(controls(browser, scene))):
        element = controls(browser, scene)[k]
        name = element.get_attribute("id") or element.get_attribute("data-set")
        before = settled(browser, scene)
        if way == "keyboard":
            by_keyboard(element)
        else:
            by_mouse(browser, element)
        wait_for(browser, lambda before=before: picture(browser, scene) != before), name
    no_errors(browser)


def by_keyboard(element):
    from selenium.webdriver.common.keys import Keys

    if element.get_attribute("type") != "range":
        element.send_keys(Keys.SPACE)
    elif element.get_attribute("value") == element.get_attribute("max"):
        element.send_keys(Keys.ARROW_LEFT)
    else:
        element.send_keys(Keys.ARROW_RIGHT)


def by_mouse(browser, element):
    from selenium.webdriver.common.action_chains import ActionChains

    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    if element.get_attribute("type") != "range":
        element.click()
        return
    aside = (
        -0.3 if int(element.get_attribute("value")) > int(element.get_attribute("max")) / 2 else 0.3
    )
    offset = int(aside * element.size["width"])
    ActionChains(browser).move_to_element_with_offset(element, offset, 0).click().perform()


def test_tab_reaches_every_control_and_each_has_a_name_and_a_visible_focus(opened):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    for scene in SCENES:
        settled(opened, scene)  # labels of buttons and pictures come with a scene's first answer
    opened.execute_script(OPEN_MORE)
    elements = opened.find_elements("css selector", "a, button, input")
    elements = [element for element in elements if element.is_displayed()]
    assert all(element.accessible_name for element in elements)
    assert all(
        svg.get_attribute("aria-label") for svg in opened.find_elements("css selector", "svg")
    )
    reached = set()
    for _ in elements:
        ActionChains(opened).send_keys(Keys.TAB).perform()
        element = opened.switch_to.active_element
        assert float(element.value_of_css_property("outline-width").removesuffix("px")) >= 3
        reached.add(element.id)
    assert reached == {element.id for element in elements}


def drag(browser, identifier, points):
    """Draw with the mouse through points given as shares of the picture."""
    from selenium.webdriver.common.action_chains import ActionChains

    svg = browser.find_element("id", identifier)
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", svg)
    width, height = svg.size["width"], svg.size["height"]
    actions = ActionChains(browser, duration=20)
    for k, (x, y) in enumerate(points):
        actions.move_to_element_with_offset(svg, int((x - 0.5) * width), int((y - 0.5) * height))
        if k == 0:
            actions.click_and_hold()
    actions.release().perform()


@pytest.mark.parametrize("scene", SCENES)
def test_guess_then_reveal(scene, browser, page):
    """The model's curve is not shown before a guess; the guess stays beside it afterwards."""
    open_page(browser, page, reduced_motion="reduce")
    settled(browser, scene)

    def colours():
        return browser.execute_script(
            "const style = getComputedStyle(document.documentElement);"
            "const svg = document.getElementById(arguments[0]).innerHTML;"
            "return ['pencil', 'model'].map((name) =>"
            "  svg.includes(`stroke=\"${style.getPropertyValue('--' + name).trim()}\"`))",
            f"scene{scene}-chart",
        )

    assert colours() == [False, False]
    drag(browser, f"scene{scene}-chart", [(0.3, 0.7), (0.5, 0.3), (0.8, 0.6)])
    wait_for(browser, lambda: colours() == [True, False])  # drawn in the next frame
    coach = browser.find_element("id", f"scene{scene}-coach").text
    browser.find_element("id", f"scene{scene}-reveal").click()
    wait_for(browser, lambda: colours() == [True, True])
    wait_for(browser, lambda: browser.find_element("id", f"scene{scene}-coach").text != coach)


def test_the_verdict_compares_the_guess_with_the_peak(browser, page):
    from selenium.webdriver.common.keys import Keys

    open_page(browser, page, reduced_motion="reduce")
    browser.execute_script(OPEN_MORE)
    browser.find_element("id", "scene1-guess_peak").send_keys(Keys.ARROW_LEFT)
    browser.find_element("id", "scene1-reveal").send_keys(Keys.SPACE)
    text = browser.find_element("id", "scene1-coach").text
    assert text.startswith("You said worst at 5")
    assert "It is worst at 16: as many weights as points" in text


def test_dragging_leaves_a_trail(opened):
    """Only the widths that the dot has passed are drawn."""
    from selenium.webdriver.common.keys import Keys

    script = "return document.querySelector('#scene1-chart g > polyline:last-of-type')"
    script += "?.getAttribute('points').split(' ').length ?? 0"
    # Started and stopped in one script: no busy machine lets the dot run on in between.
    ids = "scene1-reveal", "scene1-play"
    click = "for (const id of arguments) document.getElementById(id).click()"
    opened.execute_script(click, *ids)
    passed = opened.execute_script(script)
    assert 1 <= passed < 30
    slider = opened.find_element("id", "scene1-width")
    slider.send_keys(Keys.END)
    assert opened.execute_script(script) == 64


def test_play_waits_at_the_peak_for_its_reader(opened):
    coach, play, width = (
        opened.find_element("id", f"scene1-{name}") for name in ("coach", "play", "width-value")
    )
    opened.find_element("id", "scene1-reveal").click()
    wait_for(opened, lambda: play.text == "▶ Go on")
    assert width.text == "16"
    assert "almost cancels at all points but not between them" in coach.text
    play.click()
    wait_for(opened, lambda: play.text == "▶ Play")
    assert width.text == "200"
    assert "Why was it worst at 16? Slide back." in coach.text


def test_a_stop_ends_the_play(opened):
    opened.execute_script(OPEN_MORE)
    opened.find_element("id", "scene1-play").click()
    opened.find_element("css selector", '#scene1 [data-set="width=160"]').click()
    assert opened.find_element("id", "scene1-play").text == "▶ Play"
    assert opened.find_element("id", "scene1-width-value").text == "160"


def test_a_link_sets_the_page_and_the_page_gives_it_back(browser, page):
    link = "#scene=3&n_transfer=400&flip_rate=0.2&alpha=10&generations=2&seed=5"
    open_page(browser, page, link)
    assert (
        browser.execute_script(
            "return document.getElementById('scene3-n_transfer-value').textContent"
        )
        == "400"
    )
    browser.execute_script(OPEN_MORE)
    browser.find_element("id", "scene3-link").click()
    assert browser.execute_script("return location.hash") == link
    assert f'--check "{link}"' in browser.find_element("id", "scene3-command").text
    no_errors(browser)


# In one script: no busy machine lets a play end in between.
NEXT = "for (let k = 0; k < arguments[0]; k++) document.getElementById('scene2-next').click()"


def test_next_alone_shows_the_answer_of_the_guess(opened):
    """At step 5 it reveals the student and draws its curve; pressed meanwhile, it shows the end."""
    names = ["next", "play", "coach", "reading"]
    step, play, coach, reading = (opened.find_element("id", f"scene2-{name}") for name in names)
    wait_for(opened, lambda: coach.text.startswith("Step 1, "))
    for number, is_played in ((1, False), (2, False), (3, True), (4, True), (5, True)):
        wait_for(opened, lambda number=number: coach.text.startswith(f"Step {number}, "))
        assert play.is_displayed() == is_played
        assert step.text == ("Show me ▸" if number == 5 else "Next step ▸")
        if number < 5:
            step.click()
    step.click()
    wait_for(opened, lambda: "The student wins, 12.0 % against 15.8 %" in coach.text)
    assert "It is worst at 190: 46.3 %" in coach.text
    assert step.text == "Next step ▸"
    step.click()
    wait_for(opened, lambda: coach.text.startswith("Step 6, soft labels. A draw"))
    opened.execute_script(NEXT, 4)
    wait_for(opened, lambda: step.text == "Start again")
    opened.execute_script(NEXT, 7)  # steps 1 to 5, the answer, its end
    wait_for(opened, lambda: coach.text.startswith("Step 5, a student learns. The student wins"))
    assert reading.text.startswith("3,000 labels")


def test_the_bar_does_not_tell_the_peak_before_the_guess(opened):
    opened.execute_script(OPEN_MORE)
    opened.find_element("css selector", '#scene1 [data-set="width=160"]').click()
    told = opened.find_element("id", "scene1-size"), opened.find_element("id", "scene1-fit")
    assert not any("298" in element.text for element in told)
    opened.execute_script("document.getElementById('scene1-reveal').click()")
    opened.find_element("css selector", '#scene1 [data-set="width=160"]').click()
    assert all("298" in element.text for element in told)


def test_a_step_stays_while_its_curve_is_drawn(opened):
    """The step follows what the buttons set; Play, sliders and Guess again leave it."""
    from selenium.webdriver.common.keys import Keys

    names = ["next", "step-value", "coach", "reading", "n_transfer"]
    names += ["play", "reveal", "labels", "data"]
    element = {name: opened.find_element("id", f"scene2-{name}") for name in names}
    opened.execute_script(OPEN_MORE)
    opened.execute_script(NEXT, 9)

    def tells(start, step):
        wait_for(opened, lambda: element["coach"].text.startswith(start))
        assert element["step-value"].text == f"{step} of 10"

    tells("Step 8, hard labels again. The student wins", 8)
    element["n_transfer"].send_keys(Keys.ARROW_LEFT)
    wait_for(opened, lambda: element["reading"].text.startswith("2,200 labels"))
    tells("Step 8, ", 8)
    element["play"].click()
    wait_for(opened, lambda: element["play"].text == "▶ Play")
    tells("Step 8, ", 8)
    element["reveal"].click()
    tells("Step 8, hard labels again. A student learns from the teacher's hard labels", 8)
    element["labels"].click()
    tells("Step 7, a narrow student. ", 7)
    element["data"].click()
    tells("A setting of your own. Points all over a square: ● above the dashed border", 7)
    element["next"].click()
    tells("Step 8, hard labels again. The student wins", 8)
    opened.find_elements("css selector", ".exercise a")[3].click()
    tells("Step 10, new data, no gap. Points all over a square", 10)
    no_errors(opened)


def test_every_exercise_sets_a_scene_and_has_an_answer(opened):
    from ddkd.lecture import check_link

    exercises = opened.find_elements("css selector", ".exercise")
    assert len(exercises) == 5
    for exercise in exercises:
        href = exercise.find_element("css selector", "a").get_attribute("href")
        assert check_link(href)
        answer = exercise.find_element("css selector", ".answer")
        assert not answer.is_displayed()
        exercise.find_element("css selector", "button").click()
        assert answer.is_displayed()


@pytest.mark.parametrize("width", [400, 320])
def test_a_telephone_needs_no_sideways_scroll(width, browser, page):
    open_page(browser, page, "#scene=1", width=width, height=800)
    for scene in SCENES:
        settled(browser, scene)
    wider = "const e = document.documentElement; return e.scrollWidth - e.clientWidth"
    assert browser.execute_script(wider) <= 0


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080)])
def test_the_last_row_can_read_it(width, height, browser, page):
    """Letters of at least 16 px at 720 lines; a scene's pictures and controls fit the screen."""
    open_page(browser, page, "#scene=2", width=width, height=height)
    sizes = browser.execute_script(
        "return [...document.querySelectorAll('p, label, output, a, button, text')]"
        ".map((e) => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= height / 45
    for scene in SCENES:
        tall = browser.execute_script(
            f"const rows = document.querySelectorAll('#scene{scene} .row');"
            f"const first = document.getElementById('scene{scene}').getBoundingClientRect().top;"
            "return rows[rows.length - 1].getBoundingClientRect().bottom - first"
        )
        assert tall <= height - browser.find_element("css selector", "header").size["height"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_systems_colours_and_the_button_turns_them(scheme, browser, page):
    open_page(browser, page, color_scheme=scheme)
    settled(browser, 1)
    light, dark = "rgba(255, 255, 255, 1)", "rgba(20, 23, 26, 1)"
    first, second = (light, dark) if scheme == "light" else (dark, light)
    body = browser.find_element("css selector", "body")
    assert body.value_of_css_property("background-color") == first
    before = picture(browser, 1)
    browser.find_element("id", "theme").click()
    assert body.value_of_css_property("background-color") == second
    assert picture(browser, 1) != before


def test_who_prefers_little_motion_sees_the_end_at_once(browser, page):
    open_page(browser, page, reduced_motion="reduce")
    browser.find_element("id", "scene1-reveal").click()
    value = browser.find_element("id", "scene1-width-value").text
    assert value == "200"
