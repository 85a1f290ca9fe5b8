"""The diary: promises. It finds the first start at which all needs of all phases of a visit are free together, and
keeps it.

`Diary` is the search; `book` is what is held; `pools`, `masks`, `packing` and `needs` are what that is made of;
`attribution` shares out waits. The diary knows days, pools and plans, and neither simulated time nor patients.
"""

from clinicsim.model.diary.search import Diary

__all__ = ["Diary"]
