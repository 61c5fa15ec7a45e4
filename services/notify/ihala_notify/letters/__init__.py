"""Paper for a person: a support letter, and a slip for whoever helps; each with a square that tells a stranger nothing.

A letter is a row without a name. Its sheet is drawn anew each time it is asked for, so a name that is printed on it is kept nowhere.
"""
