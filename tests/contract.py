"""The published contract (openapi.yaml) as validators, and requests that hold to it; for tests of both sides."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import yaml
from places import TESTS

OPENAPI: dict[str, Any] = yaml.safe_load((TESTS / "data" / "openapi.yaml").read_text(encoding="utf-8"))
ADDED = {"code": 200, "msg": "Leads Added Successfully"}


def validator(name: str) -> jsonschema.Draft7Validator:
    """Return the validator of a schema in components/schemas, formats included."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": OPENAPI["components"]}
    return jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())


def lead(number: int = 0, **fields: Any) -> dict[str, Any]:
    """Return a lead; its phone tells it from others."""
    return {"firstname": "Asha", "lastname": "Rao", "phone": str(919876543210 + number), **fields}


def upload(name: str = "March-001", leads: int = 2, **fields: Any) -> dict[str, Any]:
    """Return a request for v3/leads/add that holds to the contract."""
    users = [lead(number) for number in range(leads)]
    return {"lead_name": name, "inet_no": 1234567, "secret": "s3cret", "users": users, **fields}


def post(url: str, content: object, path: str = "/v3/leads/add", **headers: str) -> tuple[int, Any]:
    """Post JSON (or bytes as they are) on a fresh connection; returns the status, and the JSON or bytes that came."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request("POST", urlsplit(url).path + path, body, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    is_json = answer.headers.get("Content-Type") == "application/json" and text
    return answer.status, json.loads(text) if is_json else text
