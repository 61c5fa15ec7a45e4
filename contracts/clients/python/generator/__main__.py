"""`python -m generator CONTRACTS OUT`: one module for each API and one for the events. Needs datamodel-code-generator (generator.lock)."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from generator import operations
from generator.schemas import Json, class_name, document, lean, reached

HEAD = '"""{words}\n\nWritten by `make clients-python` from the contracts; do not edit.\n"""\n'
PROBLEMS = {"ProblemDocument", "FieldError"}  # they come as an exception
GENERATOR = [
    sys.executable, "-m", "datamodel_code_generator", "--input-file-type", "openapi", "--output-model-type", "pydantic_v2.BaseModel",
    "--target-python-version", "3.11", "--enum-field-as-literal", "all", "--disable-timestamp", "--use-schema-description",
    "--use-field-description", "--output-datetime-class", "AwareDatetime", "--formatters", "builtin", "--encoding", "utf-8",
    "--no-allow-remote-refs", "--collapse-root-models", "--strict-refs",
]  # fmt: skip


def main(contracts: Path, out: Path) -> None:
    """Write all modules into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "__init__.py").write_text(HEAD.format(words="The APIs, a module each: models, and operations for `Client.call`."), "utf-8")
    for path in sorted((contracts / "openapi").glob("*.v1.json")):
        name = path.name.partition(".")[0]
        (out / f"{name}.py").write_text(api(name, json.loads(path.read_bytes())), "utf-8")
    (out / "events.py").write_text(events(contracts / "schemas"), "utf-8")


def api(name: str, described: Json) -> str:
    """Return the module of one service's API."""
    found = operations.operations(described)
    schemas = {class_name(one): lean(schema) for one, schema in described["components"]["schemas"].items()}
    wanted = reached(schemas, (one for one in operations.used(found) if one not in PROBLEMS))
    text = models(wanted, HEAD.format(words=f"The API of {name}, version 1: its models and operations."))
    imports = "from ihala_client.operation import Listing, Operation\n"
    return with_imports(text, imports) + "\n\n" + "".join(map(operations.written, found))


def events(folder: Path) -> str:
    """Return the module of all events' data. Every field may be missing: an organisation sees what it may know."""
    schemas: Json = {}
    kinds: dict[str, str] = {}
    versions: dict[str, str] = {}
    for path in sorted(folder.glob("*.json")):
        service, kind, version, _ = path.name.split(".")
        schema = json.loads(path.read_bytes())
        name = class_name(f"{service}-{kind}") + ("" if version == "v1" else version.upper())
        inner = {one: f"{name}{class_name(one)}" for one in schema.get("$defs", {})}
        for one, part in inner.items():
            schemas[part] = _optional(lean(_renamed(schema["$defs"][one], inner)))
        given = _optional(lean(_renamed({key: part for key, part in schema.items() if key != "$defs"}, inner)))
        kinds.setdefault(given["properties"].pop("type")["const"], name)  # the oldest: which feeds bring while there are several
        versions[path.name.removesuffix(".json")] = name
        given["properties"].pop("version", None)
        schemas[name] = given
    text = models(
        schemas, HEAD.format(words="What events say, by their type. A field that your organisation may not know is None."), "allow"
    )
    return text + _table("BY_TYPE", kinds) + _table("BY_SCHEMA", versions)


def _table(name: str, classes: dict[str, str]) -> str:
    rows = "".join(f"    {key!r}: {one},\n" for key, one in sorted(classes.items()))
    return f"\n\n{name}: dict[str, type[BaseModel]] = {{\n{rows}}}\n"


def models(schemas: Json, head: str, extra: str | None = None) -> str:
    """Return Python that defines a model for each of these schemas."""
    more = ["--extra-fields", extra] if extra else []
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder) / "given.json", Path(folder) / "made.py"
        given.write_text(json.dumps(document(schemas)), "utf-8")
        subprocess.run([*GENERATOR, *more, "--input", str(given), "--output", str(made)], check=True, cwd=folder)  # noqa: S603
        return head + made.read_text("utf-8").partition("\n\n")[2]


def with_imports(text: str, imports: str) -> str:
    """Return a module with these imports beside its own."""
    before, mark, after = text.partition("from __future__ import annotations\n")
    return f"{before}{mark}\n{imports}{after}"


def _renamed(schema: Any, names: dict[str, str]) -> Any:
    """Return a schema that refers to what stood in its own `$defs` by these names."""
    if isinstance(schema, list):
        return [_renamed(part, names) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _renamed(part, names) for key, part in schema.items()}
    if "$ref" in found:
        found["$ref"] = "#/components/schemas/" + names[found["$ref"].rpartition("/")[2]]
    return found


def _optional(schema: Json) -> Json:
    """Return an object's schema that demands nothing and fills in nothing."""
    without = {name: {key: part for key, part in about.items() if key != "default"} for name, about in schema.get("properties", {}).items()}
    kept = {key: part for key, part in schema.items() if key != "required"}
    return kept | {"properties": without} if without else kept


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
