"""HTTP bodies and answers of intake, version 1."""
