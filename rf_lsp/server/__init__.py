"""The language server: one file a method of the protocol; what it shows is made by ``views`` from facts.

The loop's thread holds the texts and answers, each request from a frozen snapshot; one background thread
(``scheduler``) analyses.
"""
