"""The Python client's models and operations are those of the contracts: each route, each event, each field."""

import importlib
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, get_args
from uuid import uuid4

import pytest
from ihala_client import Event, Operation
from ihala_client.api import events as written
from ihala_client.api.events import BY_SCHEMA, BY_TYPE
from ihala_contracts import documents
from ihala_contracts.documents import schemas
from pydantic import BaseModel

PACKAGE = Path(__file__).parents[2] / "contracts" / "clients" / "python"
SERVICES = ("directory", "gateway", "intake", "notify", "referral")
LEFT_OUT = ("/hsds", "/v1/hsds", "/fhir", "/l/")
METHODS = {"get", "post", "put", "patch", "delete"}
AGAIN = "run `make clients-python`"


def made(service: str) -> dict[tuple[str, str], Operation[Any, Any]]:
    module = importlib.import_module(f"ihala_client.api.{service}")
    return {(one.method, one.path): one for one in vars(module).values() if isinstance(one, Operation)}


@pytest.mark.parametrize("service", SERVICES)
def test_each_route_is_an_operation_with_its_parameters(service: str) -> None:
    wanted = {
        (method.upper(), f"/{service}{path}"): {one["name"] for one in about.get("parameters", []) if one["in"] == "query"}
        for path, methods in documents.openapi(service)["paths"].items()
        if not path.startswith(LEFT_OUT)
        for method, about in methods.items()
        if method in METHODS
    }
    assert {key: set(one.query) for key, one in made(service).items()} == wanted, AGAIN


@pytest.mark.parametrize("service", SERVICES)
def test_each_model_has_the_fields_of_its_schema(service: str) -> None:
    module = importlib.import_module(f"ihala_client.api.{service}")
    given = documents.openapi(service)["components"]["schemas"]
    compared = 0
    for name, schema in given.items():
        model = getattr(module, name, None)
        if isinstance(model, type) and issubclass(model, BaseModel) and "properties" in schema:
            fields = {field.alias or key: field.is_required() for key, field in model.model_fields.items()}
            assert fields == {key: key in schema.get("required", []) for key in schema["properties"]}, f"{name}: {AGAIN}"
            compared += 1
    assert compared >= 5
    assert all(one.kind is not Any or "boundary" in one.path for one in made(service).values())


def test_each_event_has_its_model() -> None:
    assert {f"{name}.json" for name in BY_SCHEMA} == schemas().keys(), AGAIN
    for name, schema in schemas().items():
        fields = BY_SCHEMA[name.removesuffix(".json")].model_fields
        assert fields.keys() == schema["properties"].keys() - {"type", "version"}, AGAIN
        assert not any(field.is_required() or field.default is not None for field in fields.values())


def test_an_event_is_read_as_the_version_that_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """While two are written a feed brings the older one; a version that is newer than the package is nobody's."""

    class Second(BaseModel):
        accepted_by: str

    monkeypatch.setitem(BY_SCHEMA, "referral.accepted.v2", Second)
    kind, schema = "org.ihala.referral.accepted", "urn:ihala:schema:referral.accepted."
    about: dict[str, Any] = {"id": uuid4(), "source": "/ihala/referral", "type": kind, "subject": "r", "sequence": 1}
    given = {"data": {"accepted_by": "x"}}
    found = [Event.model_validate({**about, **given, "dataschema": schema + version}).what for version in ("v1", "v2", "v3")]
    assert [type(one) for one in found] == [written.ReferralAccepted, Second, type(None)]
    assert isinstance(Event.model_validate({**about, **given}).what, BY_TYPE[kind])


def test_a_list_knows_what_its_items_are() -> None:
    from ihala_client.api import referral

    items = referral.PageOfReferral.model_fields["items"].annotation
    assert get_args(items) == (referral.Referral,)


def test_it_is_a_package_that_stands_alone(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-q", "-w", tmp_path, PACKAGE],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    [wheel] = tmp_path.glob("ihala_client-*.whl")
    with zipfile.ZipFile(wheel) as opened:
        names = opened.namelist()
        said = opened.read(next(name for name in names if name.endswith("METADATA"))).decode()
    assert {"ihala_client/py.typed", "ihala_client/api/referral.py"} <= set(names) and not any(
        name.startswith("generator") for name in names
    )
    assert "Name: ihala-client" in said and "ihala-contracts" not in said
    code = "import sys, ihala_client.api.notify as n; print(n.__file__, [m for m in sys.modules if m.startswith('ihala_con')])"
    alone = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(wheel)}, capture_output=True, text=True, check=True)
    assert str(wheel) in alone.stdout and "[]" in alone.stdout
