"""The clients that are made from the contracts, each as a partner's program against a gateway and a notify that run."""

import asyncio
import json
import re
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from ihala_contracts.referral_v1 import ReferralAccepted, ReferralOffered, ReferralStarted
from ihala_local.clients import java, typescript
from ihala_local.jars import locked
from ihala_local.testing import ThrowAwayPostgres
from ihala_notify.webhooks.signing import Signer, new_key

from tests.clients.standing import CLIENT, EDWARDS, Standing, program, standing
from tests.gateway.house import KEY
from tests.notify.samples import sample

HERE = Path(__file__).parent
TYPE = "org.ihala.referral."
OTHERS = [  # keys as they may be given: PKCS #8, and of the other kind
    {"key": KEY.as_pem(private=True).decode(), "kid": "c1"},
    {"clientId": "edwards", "key": EDWARDS.as_dict(private=True)},
]


@pytest.fixture
async def ihala(postgres: ThrowAwayPostgres) -> AsyncIterator[Standing]:
    async with standing(postgres) as found:
        yield found


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Java's programs are compiled to, once."""
    return tmp_path_factory.mktemp("classes")


async def node(_: Path) -> list[str]:
    """Return how the TypeScript client's program is started."""
    if shutil.which("npm") is None:
        pytest.skip("the TypeScript client is made with Node.js and npm")
    return ["node", str(HERE / "flow.mjs"), str(await asyncio.to_thread(typescript.make))]


async def test_types_refuse_what_the_service_would_refuse(tmp_path: Path) -> None:
    await node(tmp_path)
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules/ihala-client").symlink_to(typescript.FOLDER)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "typed.ts").write_bytes((HERE / "typed.ts").read_bytes())
    example = (typescript.FOLDER / "README.md").read_text("utf-8").partition("```ts\n")[2].partition("```")[0]
    known = "declare const privateJwk: JsonWebKey, seen: (id: string) => Promise<boolean>, keep: (id: string, at: string) => Promise<void>"
    (tmp_path / "readme.ts").write_text(f"{known}\n{example}", "utf-8")
    options = {"noEmit": True, "rootDir": "/", "preserveSymlinks": True}
    settings = {"extends": str(typescript.FOLDER / "tsconfig.json"), "compilerOptions": options, "include": ["*.ts"], "exclude": []}
    (tmp_path / "tsconfig.json").write_text(json.dumps(settings))
    compiler = typescript.FOLDER / "node_modules/typescript/bin/tsc"
    done = await asyncio.to_thread(subprocess.run, ["node", compiler, "-p", tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


async def jdk(classes: Path) -> list[str]:
    """Return how the Java client's program is started, compiled into `classes`."""
    if shutil.which("javac") is None:
        pytest.skip("the Java client is made with a JDK, 17 or newer")
    path = f"{await asyncio.to_thread(java.make)}:{java.classpath()}"
    if not any(classes.iterdir()):
        await asyncio.to_thread(java.run, "javac", "-Werror", "-cp", path, "-d", str(classes), *map(str, HERE.glob("*.java")))
    utf8 = ["-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8"]
    return ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-ea", *utf8, "-cp", f"{path}:{classes}", "Flow"]


async def test_the_java_page_compiles(classes: Path, tmp_path: Path) -> None:
    *_, path, _ = await jdk(classes)
    example = (java.FOLDER / "README.md").read_text("utf-8").partition("```java\n")[2].partition("```")[0]
    imports = (
        "import java.util.UUID; import org.ihala.client.*; import org.ihala.client.events.*; import org.ihala.client.referral.Referral;"
    )
    known = "static boolean seen(UUID id) { return false; } static void keep(UUID id, String cursor) {}"
    (tmp_path / "Page.java").write_text(
        f"{imports}\nclass Page {{ {known} static void run(String privateJwk) {{\n{example}\n}} }}", "utf-8"
    )
    await asyncio.to_thread(java.run, "javac", "-Werror", "-cp", path, "-d", str(tmp_path), str(tmp_path / "Page.java"))


@pytest.mark.parametrize("starts", [node, jdk], ids=["typescript", "java"])
async def test_a_partners_program(ihala: Standing, classes: Path, starts: Any) -> None:
    command, need, deliver = await starts(classes), uuid4(), ihala.world.deliver
    await ihala.world.identify(need)
    await deliver(sample(ReferralOffered, need_id=need))
    hooks, verdicts = deliveries()
    told = ihala.told(others=OTHERS, deliveries=hooks, missing=str(uuid4()))
    async with asyncio.timeout(180), program(*command, told) as client:
        assert await client.says() == {"before": ["org.ihala.intake.need-identified", TYPE + "offered"], "latest": True}
        await deliver(sample(ReferralAccepted, need_id=need))
        schema = "urn:ihala:schema:referral.accepted.v1"
        third = {"streamed": TYPE + "accepted", "sequence": 3, "schema": schema, "opened": 2}  # the line was cut within the second
        assert await client.says() == third
        await deliver(sample(ReferralStarted, need_id=need))
        assert await client.says() == {"paged": TYPE + "started", "sequence": 4}
        posts = [["POST", 201, None], ["POST", 201, "true"]]  # the lost answer came again, and nothing was made twice
        assert await client.says() == {"posts": posts, "status": 201, "etag": '"1"', "types": [TYPE + "accepted"]}
        assert await client.says() == {"listed": 3, "first": True}
        assert await client.says() == {"filtered": TYPE + "accepted"}
        assert await client.says() == {
            "tokens": [["GET", 401], ["POST", 200], ["GET", 200]], "went": 200,
            "missing": [404, "subscription-not-found", "لا يوجد اشتراك كهذا.", True],
            "scope": [403, "insufficient-scope", "لم يُمنح هذا العميل صلاحية القيام بذلك.", True],
            "old": [400, "malformed-cursor", "مؤشر الصفحة هذا غير صالح. ابدأ من جديد بدونه.", True],
            "stranger": ["TokenRefused", "invalid_client"],
        }  # fmt: skip
        assert await client.says() == {"keys": [200, 200], "kafka": "kafka", "minutes": 5}
        assert await client.says() == {"checked": verdicts}


@pytest.mark.parametrize("starts", [node, jdk], ids=["typescript", "java"])
async def test_what_a_healthy_server_hardly_ever_answers(classes: Path, starts: Any) -> None:
    command = [part.replace("flow.mjs", "again.mjs").replace("Flow", "Again") for part in await starts(classes)]
    told = json.dumps({"clientId": CLIENT, "key": KEY.as_dict(private=True)})
    async with asyncio.timeout(180), program(*command, told) as client:
        assert await client.says() == {"nonces": "good", "calls": 10}  # each was wanted four times
        assert await client.says() == {"endless": "use_dpop_nonce"}
        # Within a page, one goes on from where it began: nothing is passed over by who keeps the cursor of its first event.
        assert await client.says() == {"cursors": ["", "c2", "c2", "c4"], "calls": ["token", None, "c2"]}
        assert await client.says() == {"streamed": "c1", "calls": [None]}
        # Each of the two who waits for an hour asks once: for a token, and then for the rest.
        assert await client.says() == {"long": ["too-many-requests"] * 2, "calls": 8, "told": 3, "why": True}
        if starts is node:
            assert await client.says() == {"refusals": ["good", "invalid_client", "good"]}  # told to who asked, and not kept
        else:
            found = ["c1", "unreadable", "c1", "unreadable"]
            assert await client.says() == {"unread": found, "calls": ["token", None, "c1", "c0"]}
            assert await client.says() == {"silent": "good", "left": 0}


def test_maven_is_told_what_the_lock_file_says() -> None:
    pom = (java.FOLDER / "pom.xml").read_text("utf-8")
    found = re.findall(r"<groupId>(com\.\S+)</groupId>\s*<artifactId>(\S+)</artifactId>\s*<version>(\S+)</version>", pom)
    known = {(jar.group, jar.artifact, jar.version) for jar in locked(java.LOCK)}
    assert found and set(found) <= known


def deliveries() -> tuple[list[dict[str, Any]], list[str]]:
    """Return webhooks as notify signs them, and what a client must say of each: the event's id, or that it is refused."""
    event_id, now, refused = str(uuid4()), int(time.time()), "WebhookRefused"
    symmetric, asymmetric, other = new_key("hmac"), new_key("ed25519"), new_key("hmac")
    signer, shared, public = Signer([symmetric.secret, asymmetric.secret]), symmetric.secret, str(asymmetric.public)
    body = json.dumps({"specversion": "1.0", "id": event_id, "data": {"title": "إحالة"}}, ensure_ascii=False)

    def delivery(keys: list[str], at: int, sent: str = body) -> dict[str, Any]:
        return {"keys": keys, "headers": signer.headers(event_id, at, body.encode()), "body": sent}

    given = [
        (delivery([shared], now), event_id), (delivery([public], now), event_id), (delivery([other.secret, shared], now), event_id),
        (delivery([other.secret], now), refused), (delivery([shared], now - 1000), refused), (delivery([public], now + 1000), refused),
        (delivery([shared, public], now, body + " "), refused), (delivery([str(new_key("ed25519").public)], now), refused),
    ]  # fmt: skip
    return [hook for hook, _ in given], [verdict for _, verdict in given]
