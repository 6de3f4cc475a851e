"""``window/workDoneProgress/cancel``: a person no longer wants to know."""

from __future__ import annotations

from lsprotocol import types

from rf_lsp.server.handlers import notification
from rf_lsp.server.session import Session


@notification(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
def handle(session: Session, params: types.WorkDoneProgressCancelParams) -> None:
    session.tasks.cancel(params.token)
