"""The process that makes one clean copy: `python -m ihala_intake.casework.files.child MEDIA_TYPE`, the file in, the copy out.

It has little memory, little time, no secret, and nothing else to do. It ends with 0 and the copy, or with 3 and the reason.
"""

import sys

from ihala_kit.untrusted.child import confine

from ihala_intake.casework.files.cleaning import Rejected, cleaned

REJECTED = 3


def main() -> int:
    """Read standard input."""
    confine()
    try:
        sys.stdout.buffer.write(cleaned(sys.argv[1], sys.stdin.buffer.read()))
    except Rejected as rejected:
        sys.stdout.write(rejected.reason)
        return REJECTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
