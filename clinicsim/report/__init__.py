"""Results to look at.

Here belong charts, tables, sentences and the offline page, made from estimates that the experiments computed. A chart
computes nothing: what it shows is in the table beside it.
"""

from clinicsim.report.cause_words import bottleneck_sentence as bottleneck_sentence
from clinicsim.report.folder import write_comparison as write_comparison
from clinicsim.report.folder import write_run as write_run
from clinicsim.report.place import check_folder as check_folder
from clinicsim.report.tables import figure_in_words as figure_in_words

__all__ = ["bottleneck_sentence", "check_folder", "figure_in_words", "write_comparison", "write_run"]
