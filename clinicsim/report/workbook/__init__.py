"""The business case as a workbook: assumptions that can be changed, volumes from the simulation, and live formulas.

`inputs` are the money inputs of the scenarios, one cell each; `sheets` writes what is in each sheet; `contents` is
their contents page.
"""

from clinicsim.report.workbook.contents import workbook

__all__ = ["workbook"]
