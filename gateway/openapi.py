"""The API's description, generated from the routes and the schemas that validate."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from gateway.problems import PROBLEM_TYPE
from gateway.routes import ROUTES, Route
from services.kernel.contract import Answer, Error


# Swagger UI 4, which shows it, does not read 3.1.
OPENAPI_VERSION = "3.0.3"
VERSION = "1.0.0"
DESCRIPTION = (
    "The time bank for elderly care. Amounts are whole minutes of service; one coin is 60. Times "
    "carry their offset from UTC.\n\n"
    "Every problem is answered as `application/problem+json`, whose `type` leads to a page that "
    "explains it. A POST that changes something needs an `Idempotency-Key`; repeating it with the "
    "same key and body changes nothing and gives the first answer."
)
PROBLEM_STATUSES = {
    400: "The request cannot be read",
    401: "Sign in first",
    403: "No right to do this here",
    404: "There is no such thing",
    409: "The state of things does not allow it",
    413: "The body is larger than one megabyte",
    415: "The body is not application/json",
    422: "Fields are wrong; `fields` says which and why",
    429: "Too many attempts",
    503: "A part of the system is away; Retry-After says when to try again",
    504: "The answer did not come in time",
}
BODY_STATUSES = (409, 413, 415, 429)
PROBLEM_SCHEMA = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "detail", "code", "correlation_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "fields": {
            "type": "object",
            "additionalProperties": True,
            "description": "What is wrong, by the name of the field.",
        },
        "correlation_id": {"type": "string"},
        "explanation": {
            "type": "object",
            "required": ["zh", "en", "steps"],
            "description": "Why, in words: what was compared, and the rules in force.",
            "properties": {
                "zh": {"type": "string"},
                "en": {"type": "string"},
                "policy_version": {"type": "integer"},
                "effective_from": {"type": "string", "format": "date-time"},
                "steps": {"type": "array", "items": {"$ref": "#/components/schemas/RefusalStep"}},
            },
        },
    },
}
STEP_SCHEMA = {
    "type": "object",
    "required": ["rule", "values", "zh", "en"],
    "properties": {
        "rule": {"type": "string", "nullable": True, "description": "As `/v1/policy` names it."},
        "values": {"type": "object", "additionalProperties": True},
        "zh": {"type": "string"},
        "en": {"type": "string"},
    },
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "New for each new wish; the same when repeating one.",
    "schema": {"type": "string", "minLength": 8, "maxLength": 200},
    "example": "b3f1c1de-6f0e-4c0b-8f7e-2f3a9f1b7c55",
}


@cache
def examples() -> dict[str, Any]:
    text = (files("gateway") / "examples.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def name_of(schema: type[Schema] | Schema) -> str:
    cls = schema if isinstance(schema, type) else type(schema)
    return cls.__name__


@cache
def openapi_document() -> dict[str, Any]:
    """The whole document; made once, for it depends on code alone."""
    plugin = MarshmallowPlugin(schema_name_resolver=name_of)
    spec = APISpec(
        title="Time bank API",
        version=VERSION,
        openapi_version=OPENAPI_VERSION,
        plugins=[plugin],
        info={"description": DESCRIPTION},
        tags=[{"name": name} for name in ("identity", "matching", "ledger", "rating")],
    )
    spec.components.security_scheme(
        "token", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    )
    spec.components.schema("Problem", PROBLEM_SCHEMA)
    spec.components.schema("RefusalStep", STEP_SCHEMA)
    spec.components.parameter("IdempotencyKey", "header", IDEMPOTENCY_KEY)
    for status, words in PROBLEM_STATUSES.items():
        spec.components.response(problem_name(status), problem_response(status, words))
    for answer_class in dict.fromkeys(route.answer_class for route in ROUTES):
        add_answer(spec, answer_class)
    for route in ROUTES:
        spec.path(path=route.path, operations={route.method.lower(): operation(route, plugin)})
    return dict(spec.to_dict())


def problem_name(status: int) -> str:
    return f"Problem{status}"


def problem_response(status: int, words: str) -> dict[str, Any]:
    codes = sorted(code for code, cls in Error.by_code.items() if cls.status == status)
    return {
        "description": f"{words}. Codes: {', '.join(codes)}.",
        "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def add_answer(spec: APISpec, answer_class: type[Answer]) -> None:
    # A list's answer may have registered the answer it nests already.
    if answer_class.__name__ not in spec.components.schemas:
        spec.components.schema(answer_class.__name__, schema=answer_class)


def operation(route: Route, plugin: MarshmallowPlugin) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": route.name,
        "tags": [route.service],
        "summary": route.summary.replace("``", ""),
        "parameters": parameters(route, plugin),
        "responses": responses(route),
        # An open route takes a token too: a clerk may be signed in.
        "security": [{}, {"token": []}] if route.open else [{"token": []}],
    }
    body = body_of(route, plugin)
    return described | ({"requestBody": body} if body else {})


def parameters(route: Route, plugin: MarshmallowPlugin) -> list[Any]:
    found: list[Any] = []
    for name, field in route.request_class().fields.items():
        in_path = name in route.path_names
        if in_path or not route.has_body:
            found.append(
                {
                    "name": name,
                    "in": "path" if in_path else "query",
                    "required": in_path or field.required,
                    "schema": converter_of(plugin).field2property(field),
                }
            )
    return [*found, "IdempotencyKey"] if route.keyed else found


def converter_of(plugin: MarshmallowPlugin) -> Any:
    return plugin.converter


def body_of(route: Route, plugin: MarshmallowPlugin) -> dict[str, Any]:
    """The request without what the path says already; nothing when the path says it all."""
    schema = route.request_class(exclude=route.path_names)
    if not route.has_body or not schema.fields:
        return {}
    content = {"schema": converter_of(plugin).schema2jsonschema(schema)}
    if route.request_class.__name__ in examples():
        content["example"] = examples()[route.request_class.__name__]
    return {"required": True, "content": {"application/json": content}}


def responses(route: Route) -> dict[str, Any]:
    answered: dict[str, Any] = {str(int(route.status)): answer_response(route, "Done")}
    if route.settles:
        answered["202"] = answer_response(route, "Submitted; whether it stands is not known yet")
    for status in PROBLEM_STATUSES:
        if route.has_body or status not in BODY_STATUSES:
            answered[str(status)] = problem_name(status)
    return answered


def answer_response(route: Route, words: str) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": words,
        "content": content_of(route),
    }
    headers = {
        "X-Request-ID": {"schema": {"type": "string"}, "description": "Names this request in logs."}
    }
    if route.location:
        headers["Location"] = {
            "schema": {"type": "string"},
            "description": f"Where to read it: `{route.location}`.",
        }
    return described | {"headers": headers}


def content_of(route: Route) -> dict[str, Any]:
    if route.document:
        kind, _, _ = route.document.content_type.partition(";")
        return {kind: {"schema": {"type": "string", "format": "binary"}}}
    if route.page:
        return {"text/html": {"schema": {"type": "string"}}}
    reference = f"#/components/schemas/{route.answer_class.__name__}"
    return {"application/json": {"schema": {"$ref": reference}}}
