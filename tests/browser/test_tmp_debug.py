import pytest
from .test_live_panel_kernel import *
from .test_live_panel_kernel import page
from .lab import output

def test_debug(lab, page):
    kernel = page.evaluate(f"() => {SESSION}.session.kernel.id")
    lab.server.ask("POST", f"kernels/{kernel}/restart")
    until_lost(page)
    run_cell(page, 0)
    wait(lambda: numbers(page).startswith("step 0"), "the new panel")
    button(page, "play").click()
    for _ in range(8):
        page.wait_for_timeout(2500)
        print([numbers(page), note(page), alert(page)], page.evaluate(f"() => [{SESSION}.session.kernel.status, {SESSION}.session.kernel.connectionStatus]"), output(page).get_by_role("button").first.get_attribute("aria-label"))
    print(lab.complaints)
    print(output(page).count(), page.locator(".jp-CodeCell").first.inner_text()[-600:])
    assert 0
