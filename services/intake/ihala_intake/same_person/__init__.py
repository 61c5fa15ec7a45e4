"""The same person twice: names are compared as they sound, two persons by explained rules; a person decides, and may take it back.

`sounds` → `names` → `marks` (by what somebody is found) and `rules` (how alike two are), all pure; `store` has the queries. Only proposes.
"""
