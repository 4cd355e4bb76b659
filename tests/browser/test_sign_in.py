"""Signing in and out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import PASSWORD, Person

pytestmark = pytest.mark.slow


def test_a_person_signs_in_and_out(open_browser: Callable[..., Person]) -> None:
    page = open_browser(login=None).page
    page.goto("/jobs")
    page.get_by_label("Login").fill("admin")
    page.get_by_label("Password").fill("wrong " + PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Jobs", exact=True)).to_be_visible()
    assert page.url.endswith("/jobs")
