"""The life cycle drawn from its own tables: docs/lifecycle.md and docs/lifecycle.svg, written by `make contracts`.

`edges` reads lifecycle.MOVES and STEPS, `page` writes them as Mermaid and as a table, `drawing` as a picture. All pure.
"""
