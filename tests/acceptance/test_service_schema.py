"""Whatever is asked, the service answers as its own OpenAPI document says."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.support.serving import Service, segment, serving

COMMON = ("Dracula", "Napoleon", "genre=Novel", "year=1900..1950", "film", "true", "title", "1", "0.5")
VALUES = st.one_of(st.sampled_from(COMMON), st.text(max_size=30), st.integers().map(str), st.floats().map(str))
LISTS = st.lists(st.one_of(st.text(max_size=20), st.integers()), max_size=3)
DOCUMENTS = st.dictionaries(st.sampled_from(("ids", "titles", "authors")), LISTS)
BODIES = st.one_of(DOCUMENTS.map(lambda document: json.dumps(document).encode()), st.binary(max_size=50))


@pytest.fixture(scope="module")
def service(sample_url: str) -> Iterator[Service]:
    with serving(sample_url) as service:
        yield service


@pytest.fixture(scope="module")
def document(service: Service) -> Any:
    return service.get("/openapi.json").json


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_question_breaks_it(service: Service, document: Any, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(document["paths"])))
    method, operation = data.draw(st.sampled_from(sorted(document["paths"][path].items())))
    names = [parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"]
    # surrogates cannot be sent at all
    sendable = VALUES.map(lambda text: text.encode("utf-8", "replace").decode())
    query: dict[str, Any] = data.draw(st.dictionaries(st.sampled_from(names), sendable, max_size=4)) if names else {}
    filled = re.sub(r"{\w+}", lambda _: segment(data.draw(sendable)), path)
    if method == "post":
        reply = service.post(filled, data.draw(BODIES))
    elif set(operation["responses"]["200"]["content"]) & {"application/octet-stream", "image/png"}:
        return  # bytes, which tests/acceptance/test_page_map.py reads
    else:
        reply = service.get(filled, **query)
    assert reply.status < 500, (path, query)
    described = operation["responses"].get(str(reply.status), operation["responses"].get("default"))
    media_type = reply.headers["Content-Type"].split(";")[0]
    assert media_type in described["content"]
    if media_type.endswith("json"):
        schema = described["content"][media_type]["schema"]
        Draft202012Validator({**schema, "components": document["components"]}).validate(reply.json)
