"""Runs main.py: `python -m ihala_local`."""

import sys

from ihala_local.main import main

sys.exit(main())
