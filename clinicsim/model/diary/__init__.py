"""The diary: promises. It finds the first start at which all needs of all phases of a visit are free together, and
keeps it.

`Diary` is the search; `attribution` shares out waits; `book` is all that is held, pool by pool: `pools` (rooms and
equipment), `named` and `counted` people; `needs` brings a visit's plan into the form for the search; `masks` and
`packing` are the arithmetic. The diary knows days, pools and plans, and neither simulated time nor patients.
"""

from clinicsim.model.diary.search import Diary

__all__ = ["Diary"]
