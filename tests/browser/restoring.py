"""What tests of the Restore tab in a real browser share."""

QUICK = "/?photo=cat&with=gaussian_noise,sigma=25&using=gaussian_filter"
LONG = 90_000  # milliseconds; only a broken page takes as long


def opened(page, address=QUICK):
    page.goto(address)
    page.wait_for_selector("#restore-gain", timeout=LONG)
    return page


def gain(page) -> float:
    return float(page.inner_text("#restore-gain strong").replace("dB", "").replace("−", "-"))


def fresh_gain(page) -> float:
    """Press Restore and read the new gain."""
    page.wait_for_selector("#restore-gain", state="detached", timeout=LONG)
    page.click("#restore-run")
    page.wait_for_selector("#restore-gain", timeout=LONG)
    return gain(page)


def give(page, path):
    page.set_input_files("#restore-photo [data-testid=file-upload]", path)


def degraded(page) -> str:
    """The address of the degraded picture."""
    return page.evaluate("document.querySelectorAll('#restore-panes img')[1].src")
