"""Directory: who can help, where, for whom, and with how many places.

It owns organisations (with their data-sharing agreement), services, locations, places, and the reservations of places; it ranks who could
meet a need and says why. The words are Open Referral's (HSDS). It writes OrganizationJoined / Suspended / Reinstated, ServiceChanged,
PlaceReserved / NoPlaceFound (one answer for each attempt), PlaceTaken / PlaceTakeRefused, PlaceReleased, ReservationRevoked and
SealingKeyPublished. It reads from referral PlacementRequested, PlacementCancelled and the moves of a referral that claim, take, wait for or
give back a place. Of others it keeps nothing but ids.
"""
