"""Reports on projects: what an update asks, and what its approval writes to the register."""

from projects.reports.publishing import Told, Unwritable, moved, publish, told
from projects.reports.questions import Question, is_payment, questions_of, rows_of

__all__ = ["Question", "Told", "Unwritable", "is_payment", "moved", "publish", "questions_of", "rows_of", "told"]
