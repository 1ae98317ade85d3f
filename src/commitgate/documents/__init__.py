"""Bytes to typed facts, safe against hostile input; one module per kind of document.

Every reader is a pure function of the bytes (and the file name where the name means something), so what it
returns may be memoised by blob id. Readers never raise on bad input: what is wrong becomes findings.
"""
