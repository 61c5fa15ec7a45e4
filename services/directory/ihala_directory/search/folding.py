"""The kit's folding of letters as a function of the database: what is stored is folded by the same table as what is asked."""

from ihala_kit.folding import JOIN, table

FUNCTION = "search_folded"


def sql_function() -> str:
    """Return the statement that makes the same function in SQL, immutable. A change of the table needs a migration that runs it again."""
    alone = {letter: becomes for letter, becomes in table().items() if len(becomes) == 1 and letter != becomes}
    dropped = [letter for letter, becomes in table().items() if not becomes]
    kept = "".join(letter for letter, becomes in table().items() if letter == becomes)
    text = "$1"
    for letter, becomes in table().items():
        if len(becomes) > 1:
            text = f"replace({text}, {_quoted(letter)}, {_quoted(becomes)})"
    text = f"translate({text}, {_quoted(''.join(alone) + ''.join(dropped))}, {_quoted(''.join(alone.values()))})"
    text = f"btrim(regexp_replace({text}, {_quoted(f'[^{kept}]+')}, ' ', 'g'), ' ')"
    text = f"regexp_replace({text}, {_quoted(JOIN)}, '\\1\\2', 'g')"
    head = f"CREATE OR REPLACE FUNCTION {FUNCTION}(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE"
    return f"{head} RETURN {text}"


def _quoted(text: str) -> str:
    """Return a text constant that holds nothing but ASCII, so that no one's editor reorders it."""
    return "U&'" + "".join(_escaped(letter) for letter in text) + "'"


def _escaped(letter: str) -> str:
    if letter in "'\\":
        return letter * 2
    return letter if letter.isascii() else f"\\+{ord(letter):06X}"
