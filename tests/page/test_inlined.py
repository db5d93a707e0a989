"""The page as one file: its modules and a bundle inlined, opened from disk, without a server or a request."""

import base64
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fakefax.page.routes import COMMENT, STATIC
from tests.page.conftest import expect
from tests.page.story import DEAD, Api

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FIELDS = (
    "fax_job_id,status,msg_code,fax_number,document_id,filename,pages,cost,receipt,accepted_at,attempts,"
    "attempt_count,next_due"
)


def inlined(bundle: dict[str, Any]) -> str:
    """The page with its modules as data: URLs; an import map gives them the names they import each other by."""
    modules = {}
    for file in sorted([*STATIC.glob("*.js"), *STATIC.glob("vendor/*.mjs")]):
        text = COMMENT.sub(b"", file.read_bytes()).decode()
        text = re.sub(r"""(from\s*)(['"])\./(?:vendor/)?([\w.]+)\2""", r"\1\2\3\2", text)
        modules[file.name] = f"data:text/javascript;base64,{base64.b64encode(text.encode()).decode()}"
    data = json.dumps(bundle).replace("<", "\\u003c")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>fakefax</title>'
        f"<style>{(STATIC / 'style.css').read_text()}</style><div id='app'></div>"
        f"<script type='application/json' id='fakefax-bundle'>{data}</script>"
        f"<script type='importmap'>{json.dumps({'imports': modules})}</script>"
        "<script type='module'>import 'app.js';</script></html>"
    )


def test_a_report_is_the_same_page_without_a_server(browser: "Browser", api: Api, tmp_path: Path):
    """It shows the faxes that the bundle has, one with its timeline, and nothing that would change something."""
    api.control("PATCH", "/account", {"callback_url": DEAD})
    api.send("+15005550002")
    api.advance("49h")
    paths = (
        "/faxes",
        "/account",
        "/audit",
        "/verdict",
        "/scenario",
        "/clock",
        "/incoming-faxes",
        "/ledger",
        "/journal",
    )
    answers = {path: api.control("GET", path) for path in paths}
    answers["/faxes"] = api.control("GET", f"/faxes?fields={FIELDS}&attempts=runs&order=newest")
    answers["/faxes/200"] = api.control("GET", f"/faxes/200?fields={FIELDS},finished_at,plan,seq")
    report = tmp_path / "report.html"
    report.write_text(inlined({"answers": answers}))
    context = browser.new_context()
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: wrong.append(request.url))
    page.goto(report.as_uri())
    page.get_by_role("link", name="200", exact=True).click()
    expect(page.get_by_role("heading", name="Fax 200")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile(r"^attempt \d+, "))).to_have_count(193)
    expect(page.get_by_role("button", name="Resend")).to_have_count(0)
    expect(page.get_by_role("button", name="Next due")).to_have_count(0)
    page.get_by_role("link", name="Problems").click()
    expect(page.get_by_role("listitem").filter(has_text="never acknowledged")).to_be_visible()
    context.close()
    assert [each for each in wrong if not each.startswith(("data:", report.as_uri()))] == []
    assert len(inlined({"answers": {}})) < 200_000
