"""The process that reads one file: `python -m ihala_intake.request_files.child KIND SYSTEM`, the file in, what it says out as JSON.

It is the only one that opens what strangers made. It is told no secret, has little memory, little time, and nothing else to do.
"""

import json
import resource
import sys

from ihala_intake.request_files import limits, mapping, sheet
from ihala_intake.request_files.container import Unsafe
from ihala_intake.request_files.reading import Fault, Reading

READERS = {"xlsx": sheet.of_xlsx, "csv": sheet.of_csv}


def read(kind: str, system: str, data: bytes) -> Reading:
    """Return what a file says; one that cannot be read has one fault."""
    try:
        return mapping.read(READERS[kind](data), system)
    except Unsafe as unsafe:
        return Reading(faults=[Fault(unsafe.code)])


def main() -> None:
    """Read standard input."""
    resource.setrlimit(resource.RLIMIT_CPU, (limits.CHILD_CPU_SECONDS, limits.CHILD_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (limits.CHILD_BYTES, limits.CHILD_BYTES))
    json.dump(read(sys.argv[1], sys.argv[2], sys.stdin.buffer.read()).dump(), sys.stdout, ensure_ascii=True)


if __name__ == "__main__":
    main()
