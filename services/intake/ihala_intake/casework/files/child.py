"""The process that makes one clean copy: `python -m ihala_intake.casework.files.child MEDIA_TYPE`, the file in, the copy out.

It has little memory, little time, no secret, and nothing else to do. It ends with 0 and the copy, or with 3 and the reason.
"""

import resource
import sys

from ihala_intake.casework.files import limits
from ihala_intake.casework.files.cleaning import Rejected, cleaned

REJECTED = 3


def main() -> int:
    """Read standard input."""
    resource.setrlimit(resource.RLIMIT_CPU, (limits.CHILD_CPU_SECONDS, limits.CHILD_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (limits.CHILD_MEMORY, limits.CHILD_MEMORY))
    try:
        sys.stdout.buffer.write(cleaned(sys.argv[1], sys.stdin.buffer.read()))
    except Rejected as rejected:
        sys.stdout.write(rejected.reason)
        return REJECTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
