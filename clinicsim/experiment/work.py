"""What a worker process loads and does: play replications and return their measures.

A worker needs the model and the measures and nothing else, so nothing that draws, writes or tabulates is imported here.
"""
