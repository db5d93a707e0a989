"""A bundle as HTTP Archive 1.2, for tools that show requests; times are simulated ones."""

import json
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fakefax.bundles.injected import Bundle

SERVER = "http://fakefax"


def har_of(bundle: Bundle) -> dict[str, Any]:
    """Requests of the program to Fax.to's API and attempts at its callback URLs, in the order of their times."""
    outcome = bundle["outcome"]
    entries = [_of_request(item) for item in bundle["inputs"] if "request" in item]
    for fax in (*outcome["faxes"], *outcome["incoming_faxes"]):
        entries += [_of_attempt(attempt) for attempt in fax["attempts"] if attempt["posted"] is not None]
    entries.sort(key=lambda entry: str(entry["startedDateTime"]))
    title = bundle.get("test", {}).get("id", "a recorded run")
    creator = {"name": "fakefax", "version": bundle["version"]}
    return {"log": {"version": "1.2", "creator": creator, "comment": title, "entries": entries}}


def _of_request(item: Mapping[str, Any]) -> dict[str, Any]:
    entry, answered = item["request"], item.get("answered") or {}
    headers = dict(entry.get("headers", {}))
    if entry.get("content_type"):
        headers["Content-Type"] = entry["content_type"]
    body = (entry.get("body") or {}).get("text")
    if "fields" in entry:
        headers["Content-Type"] = "multipart/form-data"
        body = json.dumps({"fields": entry["fields"], "files": sorted(entry["files"])})
    request = _request(entry["method"], SERVER + entry["target"], headers.items(), body)
    content = {"text": answered["body"], "type": "application/json"} if "body" in answered else {}
    return _entry(item["at"], 0, request, answered.get("status"), (), content, "the program to Fax.to's API")


def _of_attempt(attempt: Mapping[str, Any]) -> dict[str, Any]:
    posted, answer = attempt["posted"], attempt["answer"] or {}
    headers = dict(posted["headers"])
    headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    request = _request("POST", posted["url"], headers.items(), _form(posted))
    content = {"text": answer["body"], "type": ""} if answer else {}
    comment = f"attempt {attempt['attempt']} at a callback: {attempt['failure'] or 'acknowledged'}"
    status = answer.get("status_code", attempt["status_code"])
    pairs = [tuple(pair) for pair in answer.get("headers", ())]
    return _entry(attempt["at"], attempt["latency_ms"], request, status, pairs, content, comment)


def _form(posted: Mapping[str, Any]) -> str:
    return urlencode([(name, value) for name, value in posted["fields"]])


def _request(method: str, url: str, headers: Iterable[tuple[str, str]], body: str | None) -> dict[str, Any]:
    pairs = list(_pairs(headers))
    kind = next((pair["value"] for pair in pairs if pair["name"].lower() == "content-type"), "")
    request: dict[str, Any] = {
        "method": method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": pairs,
        "queryString": list(_pairs(parse_qsl(urlsplit(url).query, keep_blank_values=True))),
        "headersSize": -1,
        "bodySize": -1 if body is None else len(body.encode()),
    }
    if body is not None:
        request["postData"] = {"mimeType": kind, "text": body}
    return request


def _entry(
    at: str,
    took: float,
    request: dict[str, Any],
    status: int | None,
    headers: Iterable[tuple[str, str]],
    content: Mapping[str, str],
    comment: str,
) -> dict[str, Any]:
    """An entry; status 0 is the archive's word for no answer."""
    text = content.get("text", "")
    known = {each.value: each.phrase for each in HTTPStatus}
    response = {
        "status": status or 0,
        "statusText": known.get(status or 0, ""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": list(_pairs(headers)),
        "content": {"size": len(text.encode()), "mimeType": content.get("type", ""), "text": text},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
    }
    timings = {"send": 0, "wait": took, "receive": 0}
    return {
        "startedDateTime": at,
        "time": took,
        "request": request,
        "response": response,
        "cache": {},
        "timings": timings,
        "comment": comment,
    }


def _pairs(pairs: Iterable[tuple[str, str]]) -> Iterator[dict[str, str]]:
    return ({"name": name, "value": value} for name, value in pairs)
