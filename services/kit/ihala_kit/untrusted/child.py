"""What binds the process that opens a file of strangers; it has nothing else to do."""

import resource

from ihala_kit.untrusted import limits


def confine() -> None:
    """Leave this process little memory and little time; call it before anything is read."""
    resource.setrlimit(resource.RLIMIT_CPU, (limits.CHILD_CPU_SECONDS, limits.CHILD_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (limits.CHILD_BYTES, limits.CHILD_BYTES))
