"""Reports on projects: what an update asks, and what its approval writes to the register."""

from projects.reports.publishing import Told, Unwritable, moved, publish, told
from projects.reports.questions import Question, questions_of, rows_of

__all__ = ["Question", "Told", "Unwritable", "moved", "publish", "questions_of", "rows_of", "told"]
