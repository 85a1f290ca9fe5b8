"""Money: a dated ledger made from one run's event log, and what can be read from it.

`ledger` is the book of all entries; `books` makes it from a run; `packages`, `income`, `wages`, `standing` and
`society` write the entries; `figures` are the measures, and `lines` what the workbook needs. Nothing here changes what
happens in a run: a price can be changed and the same log be read again.
"""

from clinicsim.measures.money.books import books
from clinicsim.measures.money.figures import money, money_by_month
from clinicsim.measures.money.ledger import Ledger
from clinicsim.measures.money.lines import LineKey, money_lines

__all__ = ["Ledger", "LineKey", "books", "money", "money_by_month", "money_lines"]
