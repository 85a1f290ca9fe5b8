"""Results to look at.

Here belong charts, tables, sentences and the offline page, made from estimates that the experiments computed. A chart
computes nothing: what it shows is in the table beside it.
"""
