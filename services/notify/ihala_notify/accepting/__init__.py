"""Messages that somebody sends by hand: an office asks a person to call, to come, or reminds them of an appointment.

Only templates that are marked for it, and only days, hours and numbers of things as values: no free words, which could be a name, a link
or a threat, and would have to be kept until they are sent.
"""
