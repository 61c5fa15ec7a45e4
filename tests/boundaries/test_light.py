"""A process that only answers calls is light: it carries neither the bus's client nor all contracts, which were 6 MiB of each."""

import subprocess
import sys

# Of referral and notify, what restores reads the bus in the same modules.
LOADED = """
import sys
import ihala_kit.run, ihala_gateway.app, ihala_intake.app, ihala_directory.app
print(sorted({"aiokafka", "ihala_contracts.catalogue", "ihala_contracts.asyncapi"} & sys.modules.keys()))
"""


def test_what_answers_calls_loads_no_client_of_the_bus() -> None:
    said = subprocess.run([sys.executable, "-c", LOADED], check=True, capture_output=True, text=True, timeout=300)
    assert said.stdout == "[]\n"
