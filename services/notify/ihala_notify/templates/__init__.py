"""What people are told, in an operator's own words: versions that are added and never changed, checked before they are kept.

The built-in texts are data (`data/templates.yaml`); a version that has no texts says that they hold again.
"""
