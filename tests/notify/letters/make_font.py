"""Makes the font of letters from Vazirmatn 33.003 (npm `vazirmatn`), with fontTools 4.68: make_font.py FROM.ttf TO.ttf.

In Vazirmatn lam and alef become one glyph that stands for two letters. PDF readers turn a line of Arabic around glyph by glyph, but write
out such a glyph afterwards, so what is copied, searched and read aloud has the two letters swapped (Poppler and PDFium both). Here lam
becomes the picture of both and alef a glyph without picture or width: each glyph stands for one letter, and looks are the same.
"""

import sys
from typing import Any

from fontTools.otlLib import builder
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables import otTables
from fontTools.ttLib.tables._g_l_y_f import Glyph

FAMILY = "Vazirmatn Letters"  # it is no longer the original, and says so
FLAG = 9  # as the ligatures had it: right to left, marks between the letters do not matter


def make(source: str, target: str) -> None:
    font = TTFont(source)
    gsub = font["GSUB"].table
    pairs = {}  # (lam, alef) -> picture of both
    for lookup in gsub.LookupList.Lookup:
        for table in (getattr(one, "ExtSubTable", one) for one in lookup.SubTable):
            if hasattr(table, "ligatures") and lookup.LookupFlag == FLAG:
                pairs |= {(lam, one.Component[0]): one.LigGlyph for lam, found in table.ligatures.items() for one in found}
                table.ligatures = {}
            elif hasattr(table, "ligatures"):  # God's name as one glyph of four letters
                for first, found in table.ligatures.items():
                    table.ligatures[first] = [one for one in found if one.LigGlyph != "uniFDF2"]
    assert len(pairs) == 12, pairs
    voids = {alef: f"{alef}.void" for _, alef in pairs}
    _add_empty(font, list(voids.values()))
    lookups = [_single({lam: both for (lam, one), both in pairs.items() if one == alef}) for alef in voids]
    first = len(gsub.LookupList.Lookup)
    lams = [([], [[lam for lam, one in pairs if one == alef]], [[alef]], first + place) for place, alef in enumerate(voids)]
    alefs = [([sorted(set(pairs.values()))], [sorted(voids)], [], first + len(voids))]
    order = font.getReverseGlyphMap()
    lookups += [_single(voids), _chain(lams, order), _chain(alefs, order)]
    gsub.LookupList.Lookup += lookups
    gsub.LookupList.LookupCount = len(gsub.LookupList.Lookup)
    for record in gsub.FeatureList.FeatureRecord:
        if record.FeatureTag == "rlig":
            record.Feature.LookupListIndex += [first + len(voids) + 1, first + len(voids) + 2]
            record.Feature.LookupCount = len(record.Feature.LookupListIndex)
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):
            record.string = str(record).replace("Vazirmatn", FAMILY.replace(" ", "") if record.nameID == 6 else FAMILY)
    font.save(target)


def _add_empty(font: Any, names: list[str]) -> None:
    font.setGlyphOrder([*font.getGlyphOrder(), *names])
    for name in names:
        font["glyf"][name], font["hmtx"][name] = Glyph(), (0, 0)
        font["GDEF"].table.GlyphClassDef.classDefs[name] = 1


def _single(mapping: dict[str, str]) -> Any:
    return builder.buildLookup([builder.buildSingleSubstSubtable(mapping)], flags=FLAG)


def _chain(rules: list[Any], order: dict[str, int]) -> Any:
    tables = []
    for before, here, after, lookup in rules:
        table = otTables.ChainContextSubst()
        table.Format = 3
        table.BacktrackCoverage = [builder.buildCoverage(one, order) for one in before]
        table.InputCoverage = [builder.buildCoverage(one, order) for one in here]
        table.LookAheadCoverage = [builder.buildCoverage(one, order) for one in after]
        applied = otTables.SubstLookupRecord()
        applied.SequenceIndex, applied.LookupListIndex = 0, lookup
        table.SubstLookupRecord = [applied]
        for kind in ("Backtrack", "Input", "LookAhead"):
            setattr(table, f"{kind}GlyphCount", len(getattr(table, f"{kind}Coverage")))
        table.SubstCount = 1
        tables.append(table)
    return builder.buildLookup(tables, flags=FLAG)


if __name__ == "__main__":
    make(*sys.argv[1:])
