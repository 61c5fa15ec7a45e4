"""Writes what is generated, compiles all of it and packs it."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from ihala_contracts import documents

from ihala_local.clients import events, stamp
from ihala_local.clients.java.calls import api
from ihala_local.clients.java.names import class_name
from ihala_local.clients.java.operations import Operation
from ihala_local.clients.java.records import record
from ihala_local.clients.java.types import Types, is_record
from ihala_local.home import REPOSITORY
from ihala_local.jars import fetch, locked
from ihala_local.trouble import Trouble

FOLDER = REPOSITORY / "contracts" / "clients" / "java"
LOCK = FOLDER / "jars.lock"
JARS = REPOSITORY / ".local" / "jars"  # Kafka's Jackson is the same: nothing comes twice
SERVICES = ("directory", "gateway", "intake", "notify", "referral")
PACKAGE = "org.ihala.client"
METHODS = ("get", "put", "post", "patch", "delete")
BRIEFLY = ("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC")  # a tool that ends in seconds: optimising itself costs it more than half
OPTIONS = ("-proc:none", "-Xlint:all,-serial", "-Werror", "--release", "17", "-encoding", "UTF-8")


def classpath() -> str:
    """Return what a program needs beside the client's own jar."""
    return ":".join(str(JARS / jar.file) for jar in locked(LOCK))


def make() -> Path:
    """Make it, unless nothing changed since; return the jar. Raises Trouble."""
    jar, made = FOLDER / "target" / "ihala-client.jar", FOLDER / "target" / "made-from"
    contracts = REPOSITORY / "contracts"
    own = [*Path(__file__).parent.glob("*.py"), Path(events.__file__)]
    now = stamp.of([contracts / "openapi", contracts / "schemas", FOLDER / "src", LOCK, *own])
    if not stamp.holds(made, now):
        for _ in fetch(JARS, LOCK):
            pass
        write(FOLDER / "generated")
        _compile(jar)
        made.write_text(now, "utf-8")
    return jar


def write(folder: Path) -> None:
    """Write the generated sources into `folder`, which holds nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    for service in SERVICES:
        document = documents.openapi(service)
        types = Types(document["components"]["schemas"])
        found = operations(service, document, types)
        sent = set[str]().union(*(types.used(each.body or {}) for each in found))
        _records(folder, service, types, sent)
        _put(folder, service, f"{class_name(service)}Api", api(f"{PACKAGE}.{service}", service, found))
    _records(folder, "events", Types(events.document()["components"]["schemas"]), set())


def operations(service: str, document: dict[str, Any], types: Types) -> list[Operation]:
    """Return what of a service is below /v1, but for what is HSDS's."""
    return [
        Operation(service, method, path, told, types)
        for path, methods in document["paths"].items()
        if path.startswith("/v1/") and not path.startswith("/v1/hsds/")
        for method, told in methods.items()
        if method in METHODS
    ]


def _records(folder: Path, package: str, types: Types, sent: set[str]) -> None:
    for name, schema in types.schemas.items():
        if is_record(schema):
            source = record(f"{PACKAGE}.{package}", name, schema, types, has_builder=name in sent)
            _put(folder, package, class_name(name), source)


def _put(folder: Path, package: str, name: str, source: str) -> None:
    place = folder / PACKAGE.replace(".", "/") / package
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{name}.java").write_text(source, "utf-8")


def _compile(jar: Path) -> None:
    """Compile all sources into a jar."""
    shutil.rmtree(FOLDER / "target", ignore_errors=True)
    classes = FOLDER / "target" / "classes"
    classes.mkdir(parents=True)
    sources = FOLDER / "target" / "sources"
    files = [*(FOLDER / "src/main/java").rglob("*.java"), *(FOLDER / "generated").rglob("*.java")]
    sources.write_text("\n".join(f'"{file}"' for file in files), "utf-8")
    run("javac", *OPTIONS, "-cp", classpath(), "-d", str(classes), f"@{sources}")
    run("jar", "--create", "--file", str(jar), "-C", str(classes), ".")


def run(tool: str, *words: str) -> None:
    """Run a tool of the JDK. Raises Trouble."""
    found = shutil.which(tool)
    if found is None:
        raise Trouble(f"The Java client is made with a JDK, 17 or newer; there is no {tool} here.")
    done = subprocess.run([found, *BRIEFLY, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Trouble(f"{tool} failed:\n{(done.stdout + done.stderr)[:6000]}")
