"""How fast the program is, beside a textbook SimPy model of the same clinic, and how cost grows.

    textbook    the re-entrant clinic as a textbook would write it
    jobs        what is measured, each run in a process of its own
    measuring   the time and memory that a process takes
    workloads   the measurements, as lines of one table

Run by hand: `python -m tests.benchmarks`. No test asks how long anything takes.
"""
