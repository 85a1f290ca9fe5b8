"""A scenario in plain sentences, and its pathway drawn.

Here belongs what turns a scenario, as data, into what a planner reads aloud: quantities and hours in words, the clinic,
the way through it step by step, what is assumed, and what was left unsaid. Nothing is simulated.
"""

from clinicsim.report.explain.explanation import Explanation as Explanation
from clinicsim.report.explain.explanation import explain as explain
from clinicsim.report.explain.files import write_explanation as write_explanation

__all__ = ["Explanation", "explain", "write_explanation"]
