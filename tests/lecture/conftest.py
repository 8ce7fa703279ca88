"""The page in Chromium, or in Firefox where there is no Chromium; skipped without either."""

import json
import os
import shutil

import pytest

from ddkd.lecture import write_page


@pytest.fixture(scope="session")
def page(tmp_path_factory):
    """The file, in a folder with a space in its name."""
    path = tmp_path_factory.mktemp("lecture") / "a page.html"
    write_page(path)
    return path


def chromium(webdriver, program, profile):
    options = webdriver.ChromeOptions()
    options.binary_location = program
    switches = "headless=new disable-gpu no-first-run disable-background-networking "
    switches += "disable-component-update disable-sync disable-dev-shm-usage"
    for switch in [*switches.split(), f"user-data-dir={profile}", "window-size=1280,720"]:
        options.add_argument(f"--{switch}")
    options.add_argument("--host-resolver-rules=MAP * ~NOTFOUND")
    if os.name == "posix" and os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    return webdriver.Chrome(options=options, service=service)


def firefox(webdriver, program):
    options = webdriver.FirefoxOptions()
    options.binary_location = program
    options.add_argument("-headless")
    options.set_preference("network.proxy.type", 1)  # a proxy that does not exist: no network
    return webdriver.Firefox(options, webdriver.FirefoxService(shutil.which("geckodriver")))


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """A headless browser without a network."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="needs the extra [browser]")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program and shutil.which("chromedriver"):
        driver = chromium(webdriver, program, tmp_path_factory.mktemp("profile"))
    elif shutil.which("firefox") and shutil.which("geckodriver"):
        driver = firefox(webdriver, shutil.which("firefox"))
    else:
        pytest.skip("needs chromium and chromedriver (Debian: chromium, chromium-driver)")
    print("browser:", driver.capabilities["browserName"], driver.capabilities["browserVersion"])
    driver.set_script_timeout(300)
    yield driver
    driver.quit()


@pytest.fixture
def opened(browser, page):
    """The page as it opens, at 1280 x 720, with nothing in the browser's logs."""
    return open_page(browser, page)


def open_page(browser, page, link="", *, width=1280, height=720, **media):
    if browser.capabilities["browserName"] == "chrome":
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        features = [
            {"name": f"prefers-{k.replace('_', '-')}", "value": v} for k, v in media.items()
        ]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        browser.get("about:blank")
        browser.get_log("browser")
        browser.get_log("performance")
    else:
        browser.set_window_size(width, height)
    browser.get(page.as_uri() + link)
    return browser


def run(browser, script, *arguments):
    """What a script returns that can use every function of the page."""
    text = f"return JSON.stringify((function () {{ {script} }}).apply(null, arguments))"
    return json.loads(browser.execute_script(text, *arguments))  # as text: far faster
