"""A process apart: told no secret, bounded, and whatever it does, this one only waits."""

import asyncio
import os
import time
from base64 import encodebytes

import pytest
from ihala_kit.untrusted import limits, process


async def python(code: str, data: bytes = b"") -> process.Ended:
    return await process.run("timeit", "-n1", "-r1", code, data=data)


async def test_it_answers_what_it_was_sent() -> None:
    data = os.urandom(3_000_000)
    assert await process.run("base64", "-e", data=data) == process.Ended(0, encodebytes(data))


async def test_it_knows_no_variable_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTAKE_MASTER_KEY", "secret")
    said = (await python("import os; print(sorted(os.environ))")).said
    assert b"MASTER" not in said and said.startswith(b"[")


async def test_one_that_reads_nothing_and_one_that_fails() -> None:
    ended = await process.run("this", data=bytes(5_000_000))
    assert ended.returncode == 0 and ended.said.startswith(b"The Zen")
    assert (await process.run("no_such_module", data=b"")).returncode == 1


@pytest.mark.parametrize(("limit", "most"), [("CHILD_SECONDS", 0.3), ("CHILD_ANSWER_BYTES", 500)])
async def test_one_that_takes_too_long_or_says_too_much_is_ended(monkeypatch: pytest.MonkeyPatch, limit: str, most: float) -> None:
    monkeypatch.setattr(limits, limit, most)
    began = time.perf_counter()
    ended = await python("print('x' * 501, flush=True); import time; time.sleep(120)")
    assert ended == process.Ended(-9, b"")
    assert time.perf_counter() - began < 60


async def test_it_has_little_memory_and_no_more_time_than_it_was_left() -> None:
    confined = "from ihala_kit.untrusted.child import confine; confine();"
    assert (await python(f"{confined} bytearray({limits.CHILD_BYTES})")).returncode == 1
    ended = await python(f"{confined} import resource; print(resource.getrlimit(resource.RLIMIT_CPU))")
    assert ended.said.splitlines()[0] == f"({limits.CHILD_CPU_SECONDS}, {limits.CHILD_CPU_SECONDS})".encode()


async def test_no_more_than_a_few_run_at_once() -> None:
    async def times() -> list[float]:
        ended = await python("import time; print(time.monotonic()); time.sleep(0.3); print(time.monotonic())")
        return [float(line) for line in ended.said.splitlines()[:2]]

    spans = await asyncio.gather(*(times() for _ in range(limits.CHILDREN + 2)))
    assert max(sum(other[0] <= span[0] < other[1] for other in spans) for span in spans) <= limits.CHILDREN


@pytest.mark.parametrize("module", ["ihala_directory.imports.child", "ihala_intake.request_files.child"])
async def test_who_opens_a_file_begins_without_the_web_framework(module: str) -> None:
    """A file costs a start: the framework, which refusals know, is more than half of it."""
    assert (await python(f"import sys, {module}; print('fastapi' in sys.modules)")).said.startswith(b"False\n")
