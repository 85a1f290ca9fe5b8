"""Results to look at.

Here belong charts, tables, sentences and the offline page, made from estimates that the experiments computed. A chart
computes nothing: what it shows is in the table beside it.
"""

from clinicsim.report.cause_words import bottleneck_sentence as bottleneck_sentence
from clinicsim.report.day import trace_day as trace_day
from clinicsim.report.events import event_table as event_table
from clinicsim.report.fitting import beside_table as beside_table
from clinicsim.report.fitting import dated_weeks as dated_weeks
from clinicsim.report.fitting import fit_sentences as fit_sentences
from clinicsim.report.fitting import input_frame as input_frame
from clinicsim.report.fitting import input_table as input_table
from clinicsim.report.fitting import write_fit as write_fit
from clinicsim.report.folder import write_comparison as write_comparison
from clinicsim.report.folder import write_run as write_run
from clinicsim.report.journey import trace_patient as trace_patient
from clinicsim.report.ladder import ladder_table as ladder_table
from clinicsim.report.ladder import write_ladder as write_ladder
from clinicsim.report.money_words import money_sentences as money_sentences
from clinicsim.report.notebook import charts_of as charts_of
from clinicsim.report.notebook import show_progress as show_progress
from clinicsim.report.place import check_folder as check_folder
from clinicsim.report.place import room_for_detail as room_for_detail
from clinicsim.report.saturation_words import saturation_sentences as saturation_sentences
from clinicsim.report.sweep import known_measures as known_measures
from clinicsim.report.sweep_page import sweep_sentences as sweep_sentences
from clinicsim.report.sweep_page import write_sweep as write_sweep
from clinicsim.report.tables import figure_in_words as figure_in_words
from clinicsim.report.tables import write_csv as write_csv
from clinicsim.report.trace import Trace as Trace
from clinicsim.report.trace import trace_run as trace_run
from clinicsim.report.trace import write_trace as write_trace
from clinicsim.report.uncertainty import write_uncertainty as write_uncertainty
from clinicsim.report.warmup import warm_up_sentences as warm_up_sentences
from clinicsim.report.warmup import write_warm_up as write_warm_up

__all__ = [
    "Trace",
    "beside_table",
    "bottleneck_sentence",
    "charts_of",
    "check_folder",
    "dated_weeks",
    "event_table",
    "figure_in_words",
    "fit_sentences",
    "input_frame",
    "input_table",
    "known_measures",
    "ladder_table",
    "money_sentences",
    "room_for_detail",
    "show_progress",
    "sweep_sentences",
    "trace_day",
    "trace_patient",
    "trace_run",
    "warm_up_sentences",
    "write_comparison",
    "write_csv",
    "write_fit",
    "write_ladder",
    "write_run",
    "write_sweep",
    "write_trace",
    "write_uncertainty",
    "write_warm_up",
]
