"""The other views in a browser: next fax, received, money, journal, problems, scenario, sandboxes."""

import json
import re
from pathlib import Path

from tests.page.conftest import Visit, expect
from tests.page.story import DEAD, Api, endpoint

LOST_REPLY = {"when": {"operation": "send_fax"}, "then": {"lose_reply": "after_commit"}, "times": 1}


def test_the_next_fax_is_busy(visit: Visit, api: Api):
    """Every row of the table of faults is a button; a rule is used once, is shown, and can be taken away."""
    page = visit.open("next")
    faults = api.control("GET", "/faults")["faults"]
    expect(page.locator("button.fault")).to_have_count(len(faults))
    page.get_by_role("button", name=re.compile("the fax ends busy$")).click()
    active = page.get_by_role("region", name="In force now")
    expect(active).to_contain_text("for 1 fax more")
    api.send("+4930123456")
    expect(active).to_contain_text("used up")
    api.advance("1m")
    assert api.control("GET", "/faxes")["faxes"][0]["msg_code"] == "busy"
    page.get_by_label("only to").fill("+44*")
    page.get_by_label("how often").select_option("")
    page.get_by_role("button", name="401").first.click()
    expect(active).to_contain_text("+44*")
    active.get_by_role("button", name="Take all away").click()
    expect(active).to_be_hidden()
    rules = api.control("GET", "/rules")
    assert not [rule for section in rules.values() for rule in section if rule["at_run_time"]]


def test_a_fax_arrives(visit: Visit, api: Api, tmp_path: Path):
    """By a text, or by a file; its pages and the attempts at its callback are shown."""
    with endpoint() as called:
        api.control("PATCH", "/account", {"received_fax_url": called.url})
        page = visit.open("received")
        page.get_by_label("from", exact=True).fill("+12125550123")
        page.get_by_label("text", exact=True).fill("Your order 4711")
        page.get_by_role("button", name="Let it arrive").click()
        row = page.get_by_role("row").nth(1)
        expect(row).to_contain_text("12125550123")
        api.advance("1m")
        expect(row).to_contain_text("acknowledged")
        row.get_by_role("link").click()
        page.get_by_role("button", name="Attempt 1: what was posted").click()
        attempt = page.get_by_role("region", name="Attempt 1")
        expect(attempt).to_contain_text("multipart/form-data")
        expect(attempt).to_contain_text(re.compile(r"\.pdf, \d+ bytes"))
        expect(attempt.get_by_label("Body of the answer")).to_have_text("OK")
        expect(page.locator("button.page img")).to_have_js_property("complete", value=True)
        letter = tmp_path / "letter.txt"
        letter.write_text("Dear Sir,\fyours faithfully\n")
        page.get_by_label("file", exact=True).set_input_files(letter)
        page.get_by_role("button", name="Let it arrive").click()
        expect(page.get_by_role("row").nth(1)).to_contain_text("772")
        assert api.control("GET", "/incoming-faxes")["incoming_faxes"][1]["pages"] == 2


def test_money_is_proved(visit: Visit, api: Api):
    """The ledger with its audit, a double charge side by side, a charge without an answer, a top-up."""
    api.send("+4930123456")
    api.control("POST", "/rules/requests", LOST_REPLY)
    assert api.send("+4930123456") is None
    page = visit.open("money")
    expect(page.get_by_text("the books are right")).to_be_visible()
    double = page.locator(".double")
    expect(double).to_contain_text("Paid twice: document 10 to +4930123456, 0.30 in all")
    expect(double.get_by_role("heading", name=re.compile("^Fax 20[01]"))).to_have_count(2)
    untold = page.get_by_role("region", name="Charged, but your program was not told")
    expect(untold.get_by_role("link", name="fax 201")).to_be_visible()
    expect(page.get_by_role("region", name="Ledger").get_by_role("row")).to_have_count(3)
    page.get_by_label("Amount to top up by").fill("20")
    page.get_by_role("button", name="Top up").click()
    expect(page.get_by_text("119.70").first).to_be_visible()
    assert api.control("GET", "/account")["balance"] == 119.7
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Faxes").click()
    expect(page.get_by_text("paid twice: 200")).to_be_visible()


def test_the_journal_is_live_and_can_stand_still(visit: Visit, api: Api):
    """New entries come on top, by kind; paused, they are counted; each has its details and near misses."""
    page = visit.open("journal")
    entries = page.locator(".entry")
    api.send("+15005550002")
    expect(entries.first).to_contain_text("POST send_fax: 200")
    page.get_by_label("kind").select_option("fax")
    expect(entries).to_have_count(1)
    entries.first.get_by_role("button").click()
    expect(entries.first).to_contain_text("+15005550002 is not +15005550001")
    page.get_by_role("button", name="Pause").click()
    api.send("+15005550002")
    expect(page.get_by_role("button", name="1 new entry")).to_be_visible()
    expect(entries).to_have_count(1)
    page.get_by_role("button", name="1 new entry").click()
    expect(entries).to_have_count(2)


def test_problems_are_a_to_do_list(visit: Visit, api: Api):
    """Each finding of the verdict with its cure, and its number in the title; a mended one goes away."""
    with endpoint() as called:
        api.control("PATCH", "/account", {"callback_url": DEAD})
        api.send("+15005550001")
        api.advance("1m")
        page = visit.open("problems")
        problem = page.get_by_role("listitem").filter(has_text="never acknowledged")
        expect(problem).to_contain_text("Let the endpoint answer 200, then resend")
        expect(page).to_have_title("(1) fakefax")
        api.control("PATCH", "/account", {"callback_url": called.url})
        problem.get_by_role("button", name="Resend").click()
        expect(page.get_by_text("Nothing to mend.")).to_be_visible()
        expect(page).to_have_title("fakefax")


def test_a_scenario_is_checked_and_put_in_force(visit: Visit, api: Api, tmp_path: Path):
    """Every problem with its line and its cure, nothing changed; then it is in force, and all begins anew."""
    api.send("+15005550001")
    wrong, right = tmp_path / "wrong.yaml", tmp_path / "right.yaml"
    wrong.write_text("description: All busy.\nfaxes:\n  - then: {msg_code: bussy}\n")
    right.write_text("description: All busy.\nfaxes:\n  - then: {msg_code: busy}\n")
    visit.expected = re.compile("status of 400")
    page = visit.open("scenario")
    page.get_by_label("Scenario file").set_input_files(wrong)
    expect(page.get_by_role("alert")).to_contain_text("3:22: faxes[0].then.msg_code: 'bussy' is not a msg_code")
    expect(page.get_by_role("alert")).to_contain_text("did you mean 'busy'?")
    expect(page.get_by_role("button", name="Put in force")).to_be_disabled()
    assert len(api.control("GET", "/faxes")["faxes"]) == 1
    page.get_by_label("Scenario file").set_input_files(right)
    expect(page.get_by_text("It is right.")).to_be_visible()
    assert len(api.control("GET", "/faxes")["faxes"]) == 1
    page.get_by_role("button", name="Put in force").click()
    expect(page.get_by_label("scenario", exact=True)).to_contain_text("msg_code: busy")
    assert api.control("GET", "/faxes")["faxes"] == []


def test_a_scenario_is_dropped(visit: Visit, api: Api):
    """A YAML file that is dropped is checked at once; nothing changes until it is put in force."""
    page = visit.open("scenario")
    zone = page.get_by_role("region", name="Another scenario")
    visit.drop(zone, "busy.yaml", "description: All busy.\nfaxes:\n  - then: {msg_code: busy}\n", "text/yaml")
    expect(page.get_by_text("It is right.")).to_be_visible()
    assert "All busy." not in json.dumps(api.control("GET", "/scenario"))
    page.get_by_role("button", name="Put in force").click()
    expect(page.get_by_label("scenario", exact=True)).to_contain_text("All busy.")
    visit.check()
    visit.expected = re.compile("status of 400")
    visit.drop(zone, "wrong.yaml", "faxes:\n  - then: {msg_code: bussy}\n", "text/yaml")
    expect(page.get_by_role("alert")).to_contain_text("did you mean 'busy'?")
    expect(page.get_by_role("button", name="Put in force")).to_be_disabled()


def test_a_file_is_dropped_and_arrives(visit: Visit, api: Api):
    """A file that is dropped on the form is named there, and arrives as the pages it has."""
    page = visit.open("received")
    form = page.get_by_role("form", name="Let a fax arrive")
    visit.drop(form, "letter.txt", "Dear Sir,\fyours faithfully\n", "text/plain")
    expect(form).to_contain_text("letter.txt, 27 B")
    assert api.control("GET", "/incoming-faxes")["incoming_faxes"] == []
    form.get_by_role("button", name="Let it arrive").click()
    expect(page.get_by_role("row")).to_have_count(2)
    [fax] = api.control("GET", "/incoming-faxes")["incoming_faxes"]
    assert fax["pages"] == 2
    expect(form).to_contain_text("Or drop a PDF")


def test_callback_urls_are_set_and_tested(visit: Visit, api: Api):
    """A test posts one made-up callback and reports the answer; nothing of this sandbox changes by it."""
    with endpoint() as called:
        called.answers[200] = [(204, "")]
        page = visit.open("scenario")
        field = page.get_by_label("Receipts are posted to")
        field.fill(called.url)
        form = page.locator("form.url").first
        form.get_by_role("button", name="Test").click()
        expect(form.get_by_role("status")).to_contain_text("204 No Content, but only 200 acknowledges")
        assert api.control("GET", "/faxes")["faxes"] == []
        assert api.control("GET", "/sandboxes")["total"] == 1
        form.get_by_role("button", name="Set").click()
        expect(page.get_by_text(f"Receipts are posted to {called.url}.")).to_be_visible()
        assert api.control("GET", "/account")["callback_url"] == called.url
        field.fill("ftp://nowhere")
        visit.expected = re.compile("status of 400")
        form.get_by_role("button", name="Set").click()
        expect(form.get_by_role("alert")).to_contain_text("ftp://nowhere")


def test_another_sandbox_is_chosen_by_the_fragment(visit: Visit, api: Api):
    """Its key never stands in a query; each sandbox shows its own faxes; one that is deleted is said to be gone."""
    other = Api(api.url, "other-key")
    other.control("POST", "/sandboxes", {"start": "2026-01-05T09:00:00Z"})
    api.send("+15005550001")
    other.send("+15005550002")
    page = visit.open()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="choose a sandbox").click()
    page.get_by_role("button", name="other-key", exact=True).click()
    expect(page.locator("[data-row]")).to_have_text(["201"])
    assert page.url.endswith("/faxes#key=other-key")
    page.locator("[data-row]").click()
    expect(page.get_by_role("heading", name="Fax 201")).to_be_visible()
    assert page.url.endswith("/faxes/201#key=other-key")
    assert [url for url in asked if "other-key" in url.partition("#")[0]] == []
    visit.expected = re.compile("status of 40[49]")
    other.control("DELETE", "/sandboxes")
    expect(page.get_by_role("alert").filter(has_text="not there any more")).to_be_visible()
    expect(page.locator("[data-row]")).to_have_text(["201"])
    page.get_by_role("button", name="Open the server's own").click()
    expect(page.locator("[data-row]")).to_have_text(["200"])
