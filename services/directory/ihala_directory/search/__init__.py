"""Search for people at desks and for the public page: words in Arabic, Central Kurdish and English, by need, place and distance.

A query is understood here, by lists that lie in memory (folding, stems, synonyms, places); what it then asks PostgreSQL is one
condition on one index. The index is written in the transaction that changes a service, by `index.index_service`.
"""
