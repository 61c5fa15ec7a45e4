"""Tells what happens to those it concerns: organisations by a feed of what each may know, people by messages in their language.

Writes MessageDelivered, MessageFailed, TemplateChanged, SubscriptionOpened and what becomes of subscriptions. Reads every event of
intake, directory and referral.
Keeps no name, no phone and no text of a message: the contact is asked of intake at the moment of sending, and forgotten.
"""
