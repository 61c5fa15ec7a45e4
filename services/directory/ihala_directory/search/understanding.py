"""What somebody who typed these words wants: needs, a place, and words that must stand there.

Words that nobody knows are asked of the index (`unknown`), and only then put right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ihala_kit.folding import folded

from ihala_directory.places import Place
from ihala_directory.search.spelling import SHORTEST, distance
from ihala_directory.search.stems import stem, without_clitic
from ihala_directory.search.vocabulary import Phrase, Vocabulary, place_key, said_words, vocabulary

MOST_WORDS = 12
LONGEST_PLACE = 4  # words
Indexed = Mapping[str, Sequence[str]]


@dataclass(slots=True)
class Word:
    """One word of the query: as it was folded, its stem, and what was made of it."""

    folded: str
    stem: str
    known: bool
    instead: str | None = None  # the word somebody would have written


@dataclass(frozen=True, slots=True)
class Understood:
    """`needs` are the meanings, each with its codes; all of them are wanted. `parts` are the stems of all words but the place."""

    needs: tuple[dict[str, int], ...] = ()
    parts: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()  # those of `parts` that are in no meaning and are no common word
    places: tuple[Place, ...] = ()
    corrected: str | None = None
    unknown: tuple[str, ...] = field(default=())  # folded words to ask the index about


def understand(text: str, indexed: Indexed | None = None) -> Understood:
    """Return what the text means. `indexed` says, once it was asked, which words of the index each unknown word is, or nearly is."""
    known = vocabulary()
    said = said_words(text)[:MOST_WORDS]
    places, words, from_place = _place(known, said)
    kept = [word for word in words if word not in known.stop] or words
    read = [_word(known, word) for word in kept]
    unknown = [word for word in read if not word.known]
    if unknown and indexed is not None:
        for word in unknown:
            _put_right(known, word, read, indexed, last=word is read[-1])
        if not places:
            places, read = _misspelt_place(known, read)
    parts = tuple(dict.fromkeys(word.stem for word in read))
    phrases = _phrases(known, parts)
    in_phrase = set().union(*phrases)
    return Understood(
        needs=_needs(known, phrases), parts=parts,
        apart=tuple(part for part in parts if part not in in_phrase and part not in known.weak),
        places=places, corrected=_corrected(text, read, from_place), unknown=tuple(word.folded for word in unknown),
    )  # fmt: skip


def _place(known: Vocabulary, said: list[str]) -> tuple[tuple[Place, ...], list[str], str | None]:
    """Return the places named by the most words, the words without that name, and the name."""
    for length in range(min(LONGEST_PLACE, len(said)), 0, -1):
        for start in range(len(said) - length, -1, -1):
            name = said[start : start + length]
            led = start > 0 and said[start - 1] in known.before_place
            found = _named(known, name, led=led)
            if found:
                return found, [*_without_lead(known, said[:start]), *said[start + length :]], " ".join(name)
    return (), said, None


def _named(known: Vocabulary, name: list[str], *, led: bool) -> tuple[Place, ...]:
    key = place_key(name)
    if len(name) == 1 and not led and (name[0] in known.stop or known.knows(stem(name[0]))):
        return ()
    if name[0] in known.before_place or name[-1] in known.before_place:
        return ()
    found = known.places.get(key, ())
    bare = without_clitic(name[0])
    if found or bare is None or (len(name) == 1 and known.knows(stem(bare))):
        return found
    return known.places.get(place_key([bare, *name[1:]]), ())


def _without_lead(known: Vocabulary, words: list[str]) -> list[str]:
    while words and words[-1] in known.before_place:
        words = words[:-1]
    return words


def _word(known: Vocabulary, word: str) -> Word:
    part = stem(word)
    if known.knows(part):
        return Word(word, part, known=True)
    bare = without_clitic(word)
    if bare and known.knows(stem(bare)):
        return Word(word, stem(bare), known=True)
    return Word(word, part, known=word.isdigit() or len(word) < SHORTEST)


def _put_right(known: Vocabulary, word: Word, read: list[Word], indexed: Indexed, *, last: bool) -> None:
    """Give a word the stem it was probably meant to have: one of the index, the whole of a beginning, one with another letter."""
    near = indexed.get(word.folded, ())
    if word.stem in near:
        return
    whole = known.spelling.beginning(word.folded) if last and len(word.folded) >= SHORTEST else None
    if whole is not None:
        word.stem, word.instead = whole, known.said.get(whole)
        return
    others = {one.stem for one in read if one is not word}
    guesses = [(away, not _goes_with(known, part, others), part) for away, part in known.spelling.near(word.folded)]
    guesses += [(distance(word.folded, part), True, part) for part in near]
    if guesses:
        order = {part: index for index, (_, _, part) in reversed(list(enumerate(guesses)))}  # the first place of each
        word.stem = min(guesses, key=lambda guess: (guess[1], guess[0], order[guess[2]]))[2]
        word.instead = known.said.get(word.stem, word.stem)


def _goes_with(known: Vocabulary, part: str, others: set[str]) -> bool:
    return any(phrase & others for phrase in known.phrases.get(part, ()) if len(phrase) > 1)


def _misspelt_place(known: Vocabulary, read: list[Word]) -> tuple[tuple[Place, ...], list[Word]]:
    for word in read:
        if not word.known and word.stem in known.places and word.stem not in known.phrases:
            return known.places[word.stem], [one for one in read if one is not word]
    return (), read


def _phrases(known: Vocabulary, parts: Sequence[str]) -> list[Phrase]:
    """Return the phrases that the words contain, the longest first; one within another is left out."""
    there = set(parts)
    found = {phrase for part in parts for phrase in known.phrases.get(part, ()) if phrase <= there}
    chosen: list[Phrase] = []
    for phrase in sorted(found, key=lambda one: (-len(one), sorted(one))):
        if not any(phrase <= other for other in chosen):
            chosen.append(phrase)
    if len(chosen) > 1:  # a common word is a meaning of its own only when there is no other
        chosen = [phrase for phrase in chosen if not phrase <= known.weak] or chosen
    return chosen


def _needs(known: Vocabulary, phrases: list[Phrase]) -> tuple[dict[str, int], ...]:
    """Return the meanings; phrases that share a word, or mean a part of what another means, are one meaning."""
    groups: list[tuple[set[str], dict[str, int]]] = []
    for phrase in phrases:
        codes = known.meanings[phrase]
        for words, meant in groups:
            if words & phrase or set(codes) & set(meant):
                words.update(phrase)
                for code, weight in codes.items():
                    meant[code] = max(weight, meant.get(code, 0))
                break
        else:
            groups.append((set(phrase), dict(codes)))
    narrower = {code.partition(".")[0] for _, meant in groups for code in meant if "." in code}
    return tuple(meant for _, meant in groups if "." in "".join(meant) or not set(meant) <= narrower)


def _corrected(text: str, read: list[Word], place: str | None) -> str | None:
    """Return the query as it was understood, when a word was put right."""
    if not any(word.instead for word in read):
        return None
    instead = {word.folded: word.instead for word in read if word.instead}
    said = text.split()
    return " ".join(instead.get(folded(word)) or word for word in said)
