"""Statistics: what happened is noted with its event, counted into sums a moment later, and published in sheets with small counts hidden.

`noting` writes down (in the event's transaction), `counting` adds up (clock), `publishing` makes sheets (clock), the API reads sheets.
"""
