"""The process that reads one file: `python -m ihala_directory.imports.child KIND`, the file in, what it says out as lines of JSON.

It is the only one that opens what strangers made. It has little memory, little time, and nothing else to do.
"""

import json
import sys

from ihala_kit.untrusted.child import confine
from ihala_kit.untrusted.findings import Fault, Unsafe

from ihala_directory.imports import four_w, hsds, limits, package, sheet
from ihala_directory.imports.reading import Reading

READERS = {
    "sheet": lambda data: four_w.read(sheet.of_xlsx(data)),
    "sheet_csv": lambda data: four_w.read(sheet.of_text(data)),
    "hsds": hsds.of_json,
    "hsds_csv": package.read,
}


def read(kind: str, data: bytes) -> Reading:
    """Return what a file says; one that cannot be read has one fault."""
    try:
        return READERS[kind](data)
    except Unsafe as unsafe:
        params = {"most": limits.MOST_ROWS} if unsafe.code == "too_many_rows" else {}
        return Reading(faults=[Fault(unsafe.code, params=params)])


def main() -> None:
    """Read standard input."""
    confine()
    for line in read(sys.argv[1], sys.stdin.buffer.read()).dump():
        sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
