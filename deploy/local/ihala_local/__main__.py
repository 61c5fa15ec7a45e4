"""Runs main.py: `python -m ihala_local`."""

import os
import sys

from ihala_local import tls

tls.trust(os.environ)

from ihala_local.main import main  # noqa: E402 - after `trust`, which says why

sys.exit(main())
