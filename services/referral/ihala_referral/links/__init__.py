"""One-time links: a provider without a system answers an offer on a page, with a code that came by another channel.

Opening a link consumes nothing and tells nothing: one page for all of them. The code shows the offer without who it is about; a decision
uses the link up. Every move goes through the same commands as the receiver's own system. Domain, section 9.
"""
