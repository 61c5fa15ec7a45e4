"""The process that reads one file: `python -m ihala_intake.request_files.child KIND SYSTEM`, the file in, what it says out as JSON.

It is the only one that opens what strangers made. It is told no secret, has little memory, little time, and nothing else to do.
"""

import json
import sys

from ihala_kit.untrusted.child import confine
from ihala_kit.untrusted.findings import Fault, Unsafe

from ihala_intake.request_files import mapping, sheet
from ihala_intake.request_files.errors import code_of
from ihala_intake.request_files.reading import Reading

READERS = {"xlsx": sheet.of_xlsx, "csv": sheet.of_csv}


def read(kind: str, system: str, data: bytes) -> Reading:
    """Return what a file says; one that cannot be read has one fault."""
    try:
        return mapping.read(READERS[kind](data), system)
    except Unsafe as unsafe:
        return Reading(faults=[Fault(code_of(unsafe))])


def main() -> None:
    """Read standard input."""
    confine()
    json.dump(read(sys.argv[1], sys.argv[2], sys.stdin.buffer.read()).dump(), sys.stdout, ensure_ascii=True)


if __name__ == "__main__":
    main()
