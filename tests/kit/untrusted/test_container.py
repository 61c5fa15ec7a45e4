"""Files that are traps: they are refused by name, and quickly."""

import time

import pytest
from ihala_kit.untrusted import container, limits
from ihala_kit.untrusted.findings import Unsafe

from tests.kit.untrusted.traps import NO_SHEET, TRAPS, workbook, zipped


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_is_refused_by_name_and_quickly(name: str) -> None:
    data, code = TRAPS[name]
    began = time.process_time()
    with pytest.raises(Unsafe) as refused:
        container.check(data, sheet=True)
    assert refused.value.code == code
    assert time.process_time() - began < 2


def test_a_workbook_is_let_through_and_any_zip_where_no_sheet_is_wanted() -> None:
    container.check(workbook(["a"], *([number] for number in range(2000))), sheet=True)
    container.check(NO_SHEET, sheet=False)
    with pytest.raises(Unsafe, match="not_a_zip"):
        container.check(NO_SHEET, sheet=True)


def test_any_zip_is_counted_while_it_is_inflated() -> None:
    with pytest.raises(Unsafe, match="too_large_inside"):
        container.check(zipped({"services.csv": b"a," * (limits.MOST_INFLATED_BYTES // 2 + 1)}), sheet=False)
    two = {"a.csv": bytes(limits.RATIO_FROM_BYTES - 1), "b.csv": b"xx"}  # neither alone, but both together
    with pytest.raises(Unsafe, match="too_large_inside"):
        container.check(zipped(two), sheet=False)
