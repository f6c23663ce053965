"""The Restore tab in a real browser: what a visitor sees and does."""

from tests.browser.restoring import LONG, QUICK, degraded, fresh_gain, gain, opened


def test_the_page_opens_with_pictures_and_a_measured_result(desktop):
    opened(desktop, "/")
    assert gain(desktop) > 1
    loaded = "[...document.querySelectorAll('#restore-panes img')].filter((i) => i.complete && i.naturalWidth > 100).length"
    assert desktop.evaluate(loaded) == 3
    assert "Measured: RGB, whole photo" in desktop.inner_text("#restore-numbers")
    run, page_height = desktop.locator("#restore-run").bounding_box(), 900
    assert run["y"] + run["height"] <= page_height


def test_a_moved_slider_shows_the_damage_at_once(desktop):
    opened(desktop)
    before = degraded(desktop)
    slider = desktop.locator("#restore-gaussian_noise-sigma input[type=range]")
    slider.focus()
    for _ in range(5):
        slider.press("ArrowRight")
    desktop.wait_for_function("(before) => document.querySelectorAll('#restore-panes img')[1].src !== before", arg=before, timeout=LONG)
    desktop.wait_for_function("location.search.includes('sigma=30')", timeout=LONG)
    assert "Doing nothing scores" in desktop.inner_text("#restore-numbers")


def test_a_slider_set_back_shows_the_damage_of_its_default(desktop):
    opened(desktop, QUICK.replace("sigma=25", "sigma=60"))
    desktop.click("#restore-gaussian_noise-sigma [data-testid=reset-button]")
    desktop.wait_for_function("location.search.includes('sigma=25')", timeout=LONG)
    desktop.wait_for_selector("#restore-gain", state="detached", timeout=LONG)
    assert "Doing nothing scores 20." in desktop.inner_text("#restore-numbers")


def test_the_comparison_moves_by_keyboard(desktop):
    opened(desktop)
    divider = desktop.locator("#restore-comparison input[type=range]").first
    divider.wait_for(timeout=LONG)  # it is hidden until both pictures are there; the numbers may come first
    divider.focus()
    before = float(divider.input_value())
    for _ in range(3):
        divider.press("ArrowRight")
    assert float(divider.input_value()) > before


def test_strength_moves_the_numbers(desktop):
    opened(desktop)
    full = gain(desktop)
    field = desktop.locator("#restore-strength [data-testid=number-input]")
    field.fill("0")
    field.blur()
    desktop.wait_for_function("document.querySelector('#restore-gain strong').innerText.includes('0.00')", timeout=LONG)
    assert full > 1


def test_another_damage_another_method(desktop):
    opened(desktop)
    desktop.select_option("#restore-damage select", "missing_pixels")
    assert fresh_gain(desktop) > 3
    assert desktop.locator("#restore-missing_pixels-share").is_visible()
    assert not desktop.locator("#restore-gaussian_noise-sigma").is_visible()
    assert desktop.evaluate("document.querySelector('#restore-restorer option:checked').parentElement.label") == "Made for this damage"


def test_a_method_chosen_while_the_damage_is_on_its_way_stays(desktop):
    opened(desktop)
    network = desktop.context.new_cdp_session(desktop)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", {"offline": False, "latency": 800, "downloadThroughput": -1, "uploadThroughput": -1})
    desktop.select_option("#restore-damage select", "jpeg")
    desktop.wait_for_timeout(200)
    desktop.select_option("#restore-restorer select", "non_local_means")
    made = "document.querySelector('#restore-restorer option:checked').closest('select').querySelector('optgroup option[value=dejpeg]')"
    desktop.wait_for_function(f"{made}.parentElement.label === 'Made for this damage'", timeout=LONG)
    desktop.wait_for_function("location.search.includes('with=jpeg') && location.search.includes('using=non_local_means')", timeout=LONG)
    desktop.wait_for_timeout(3000)
    assert desktop.input_value("#restore-restorer select") == "non_local_means"
    assert desktop.locator("#restore-with-non_local_means-strength").is_visible()
    assert "using=non_local_means" in desktop.url
    desktop.select_option("#restore-damage select", "missing_pixels")  # and later on a method that does not fit gives way
    desktop.wait_for_function("location.search.includes('missing_pixels') && !location.search.includes('non_local_means')", timeout=LONG)
    assert desktop.input_value("#restore-restorer select") != "non_local_means"


def test_damages_are_chained_and_unchained(desktop):
    before = gain(opened(desktop))
    desktop.click("#restore-then")
    desktop.wait_for_selector("#restore-chips li")
    assert "Gaussian noise σ 25" in desktop.inner_text("#restore-chips")
    desktop.wait_for_function("document.activeElement.closest('#restore-damage')", timeout=LONG)
    assert desktop.inner_text("#restore-damage option:checked") == "Choose the next damage…"
    assert gain(desktop) == before  # nothing was added that the visitor did not ask for
    assert desktop.is_disabled("#restore-then")
    desktop.select_option("#restore-damage select", "jpeg")
    desktop.wait_for_function("location.search.split('with=').length === 3", timeout=LONG)
    desktop.click("#restore-chips li button")
    desktop.wait_for_function("location.search.split('with=').length === 2", timeout=LONG)
    assert "with=jpeg" in desktop.url


def test_who_chooses_a_sample_by_keyboard_stays_on_it(desktop):
    opened(desktop)
    before = degraded(desktop)
    desktop.locator("#restore-samples button").nth(3).press("Enter")
    desktop.wait_for_function("(before) => document.querySelectorAll('#restore-panes img')[1].src !== before", arg=before, timeout=LONG)
    assert desktop.evaluate("document.activeElement === document.querySelectorAll('#restore-samples button')[3]")
    assert desktop.locator("#restore-samples [aria-pressed=true]").count() == 1
    assert desktop.get_attribute("#restore-samples button >> nth=3", "aria-pressed") == "true"


def test_who_removes_a_damage_by_keyboard_stays_among_them(desktop):
    opened(desktop, "/?photo=cat&with=gaussian_noise&with=jpeg&with=posterize&with=gaussian_blur&using=gaussian_filter")
    chips = desktop.locator("#restore-chips li")
    chips.nth(1).locator("button").press("Enter")
    desktop.wait_for_function("location.search.split('with=').length === 4", timeout=LONG)
    assert desktop.evaluate("document.activeElement.ariaLabel").startswith("Remove: Posterize")
    chips.nth(1).locator("button").press("Enter")
    desktop.wait_for_function("location.search.split('with=').length === 3", timeout=LONG)
    assert desktop.evaluate("document.activeElement.ariaLabel").startswith("Remove: Gaussian noise")


def test_only_the_settings_of_what_is_chosen_are_seen(desktop):
    page = opened(desktop)
    visible = "[...document.querySelectorAll('.panel')].filter((e) => e.offsetHeight > 0).map((e) => e.id)"
    for kind, panels in (
        ("motion_blur", {"restore-motion_blur"}),
        ("jpeg", {"restore-jpeg"}),
        ("scratches", {"restore-scratches"}),
        ("none", set()),
    ):
        page.select_option("#restore-damage select", kind)
        page.wait_for_function(
            f"(kind) => {{ const ids = {visible}.filter((id) => !id.includes('-with-')); return kind ? ids.includes(kind) : ids.length === 0; }}",
            arg=next(iter(panels), None),
            timeout=LONG,
        )
        assert {i for i in page.evaluate(visible) if "-with-" not in i} == panels


def test_numbers_typed_out_of_range_are_used_at_its_end_and_the_page_lives_on(desktop):
    failed = []
    desktop.on("response", lambda answer: failed.append(answer.url) if answer.status >= 500 else None)
    opened(desktop)
    for field, typed, shown, in_link in (
        ("#restore-gaussian_noise-sigma [data-testid=number-input]", "99999", "150", "sigma=150,"),
        ("#restore-gaussian_noise-sigma [data-testid=number-input]", "", "0", "sigma=0,"),
        ("#restore-seed input", "-5", "0", "seed=0&"),
        ("#restore-seed input", "99999999999", "2147483647", "seed=2147483647&"),
    ):
        desktop.fill(field, typed)
        desktop.wait_for_function("(text) => location.search.includes(text)", arg=in_link, timeout=LONG)
        desktop.locator(field).blur()
        desktop.wait_for_function("([field, shown]) => document.querySelector(field).value === shown", arg=[field, shown], timeout=LONG)
    desktop.click("#restore-run")
    desktop.wait_for_selector("#restore-gain", timeout=LONG)
    assert not failed
