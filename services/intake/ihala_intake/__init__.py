"""Intake: the only place of Ihala where a person is known.

Owns persons, households, consents, cases, needs and their state, disclosures, follow-ups and the log of who read what. Writes
NeedIdentified, NeedChanged, NeedConsentChanged, ConsentWithdrawn, NeedClosed, NeedStateChanged, DisclosureOpened / Refused / Closed,
FollowUpDue / Recorded and CaseOpened. Reads the moves of referrals, referral's sealing keys, and which organisations are suspended
or have left, which services are always open, and where operators have somebody on duty.
"""
