"""How long what came in waits, and how much may come: numbers with their reasons."""

from datetime import timedelta

ARRIVAL_WAITS = timedelta(days=180)  # then the person did not come to a desk, and nothing of them is kept
CALL_BY = timedelta(days=2)  # a person who asks to be called is called by then
CALL_BACK_WAITS = timedelta(days=30)
TRIES = 3  # calls without an answer; then what was left is destroyed

ASKING_A_DAY = 3  # times that one phone is written down in 24 hours; more get the same answer and change nothing
PHONE_KNOWN = timedelta(days=1)  # whose call-back has ended: only to count those times
ASKING_A_MINUTE = 30  # in one governorate, from everybody together: addresses are not looked at
ASKED_KEPT = timedelta(hours=1)  # the counts of such minutes
