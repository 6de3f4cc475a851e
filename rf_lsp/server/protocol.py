"""pygls' protocol with what is fragile in it replaced: the document store, unreadable messages, reporting."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Generator
from concurrent.futures import Future
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.json_rpc import JsonRPCResponseMessage, RPCError, RPCNotification, RPCRequest, RPCResponse
from pygls.protocol.language_server import lsp_method

from rf_lsp.server.connection import Introduction
from rf_lsp.server.transport import end_with

logger = logging.getLogger(__name__)

NOT_INITIALIZED, INVALID_REQUEST, INVALID_PARAMS = -32002, -32600, -32602


MESSAGES = (RPCRequest, RPCNotification, RPCResponse, RPCError)


class Unreadable:
    """A message whose content is not what its method asks for."""

    jsonrpc = "2.0"

    def __init__(self, data: dict[str, Any], error: Exception) -> None:
        self.id = data.get("id")
        self.method = data.get("method")
        self.error = error


class ServerProtocol(LanguageServerProtocol):
    """Every request is answered, whatever its parameters; texts are kept by our own handlers."""

    introduction = Introduction()

    def structure_message(self, data: dict[str, Any]) -> Any:
        if "jsonrpc" not in data:
            return data
        if data.get("method") == types.INITIALIZE:
            self._note_client(data.get("params"))
        try:
            return super().structure_message(_lenient(data))
        except Exception as error:
            return Unreadable(data, error)

    def _note_client(self, params: Any) -> None:
        params = params if isinstance(params, dict) else {}
        capabilities = params.get("capabilities")
        known = capabilities if isinstance(capabilities, dict) else {}
        end_with(params.get("processId"))
        self.introduction = Introduction(known, params.get("initializationOptions"))

    def handle_message(self, message: Any) -> None:
        if isinstance(message, Unreadable):
            self._refuse_unreadable(message)
        elif not isinstance(message, MESSAGES):
            logger.warning("not a message: %.200r", message)
        elif refusal := self._refusal(message):
            code, text = refusal
            if isinstance(message, RPCRequest):
                self._send_response(message.id, error=types.ResponseError(code=code, message=text))
        else:
            super().handle_message(message)

    def _refusal(self, message: Any) -> tuple[int, str] | None:
        """Why a request or notification is not taken at this stage of the session."""
        if not isinstance(message, RPCRequest | RPCNotification):
            return None
        method = message.method
        if method in (types.EXIT, types.CANCEL_REQUEST):
            return None
        if self._shutdown:
            return INVALID_REQUEST, "the server is shutting down"
        if (self._workspace is None) != (method == types.INITIALIZE):
            return (
                (INVALID_REQUEST, "initialize came twice") if self._workspace else (NOT_INITIALIZED, "not initialized")
            )
        return None

    def _refuse_unreadable(self, message: Unreadable) -> None:
        logger.warning("cannot read %s: %s", message.method, message.error)
        if message.id is None:
            return
        if message.method is None:
            future = self._request_futures.pop(message.id, None)
            if future is not None and not future.done():
                future.set_exception(JsonRpcException("the answer cannot be read"))
            return
        text = f"the parameters of {message.method} cannot be read"
        self._send_response(message.id, error=types.ResponseError(code=INVALID_PARAMS, message=text))

    def _send_data(self, data: Any) -> None:
        """Answers that are plain data go straight to JSON."""
        if isinstance(data, JsonRPCResponseMessage):
            data = {"jsonrpc": "2.0", "id": data.id, "result": data.result}
        super()._send_data(data)

    @property
    def is_over(self) -> bool:
        """Whether the client has asked to shut down."""
        return self._shutdown

    def notify(self, method: str, params: Any = None) -> None:
        """Send a notification with plain parameters."""
        self._send_data({"jsonrpc": "2.0", "method": method, **_given(params)})

    def send_request(self, method: str, params: Any = None, callback: Any = None, msg_id: Any = None) -> Future[Any]:
        """Send a request with plain parameters; the future's result is plain, too."""
        number = msg_id or str(uuid.uuid4())
        future: Future[Any] = Future()
        if callback is not None:
            future.add_done_callback(lambda done: callback(done.result()))
        self._request_futures[number] = future
        self._send_data({"jsonrpc": "2.0", "id": number, "method": method, **_given(params)})
        return future

    def _handle_response(self, msg_id: Any, result: Any = None, error: Any = None) -> None:
        """An answer to a request of ours that was given up is nobody's trouble."""
        future = self._request_futures.get(msg_id)
        if future is not None and future.cancelled():
            self._request_futures.pop(msg_id, None)
            return
        super()._handle_response(msg_id, result, error)

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *_: Any) -> Generator[Any, Any, None]:
        """What is still being answered is cancelled: each at once leaves the table of those that are."""
        yield from self._forwarded(types.SHUTDOWN, None)
        for number, future in list(self._request_futures.items()):
            if number != self.msg_id and not future.done():
                future.cancel()
        self._shutdown = True

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: Any) -> Generator[Any, Any, None]:
        """End the loop; the process then ends by itself, with the exit code that the protocol asks for."""
        if self._server._stop_event is not None:
            self._server._stop_event.set()
        yield from ()

    # -- pygls' own store of texts is not used: it splits lines at form feeds ---------------------------

    def _forwarded(self, method: str, params: Any) -> Generator[Any, Any, Any]:
        handler = self.fm.features.get(method)
        if handler is not None:
            yield handler, (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: Any) -> Generator[Any, Any, Any]:
        yield from self._forwarded(types.TEXT_DOCUMENT_DID_OPEN, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: Any) -> Generator[Any, Any, Any]:
        yield from self._forwarded(types.TEXT_DOCUMENT_DID_CHANGE, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: Any) -> Generator[Any, Any, Any]:
        yield from self._forwarded(types.TEXT_DOCUMENT_DID_CLOSE, params)

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def lsp_notebook_document__did_open(self, params: Any) -> Generator[Any, Any, Any]:
        yield from self._forwarded(types.NOTEBOOK_DOCUMENT_DID_OPEN, params)

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def lsp_notebook_document__did_change(self, params: Any) -> Generator[Any, Any, Any]:
        yield from self._forwarded(types.NOTEBOOK_DOCUMENT_DID_CHANGE, params)

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def lsp_notebook_document__did_close(self, params: Any) -> Generator[Any, Any, Any]:
        yield from self._forwarded(types.NOTEBOOK_DOCUMENT_DID_CLOSE, params)

    @lsp_method(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def lsp_work_done_progress_cancel(self, params: Any) -> Generator[Any, Any, Any]:
        yield from self._forwarded(types.WINDOW_WORK_DONE_PROGRESS_CANCEL, params)

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, params: Any
    ) -> Any:
        """A coroutine, which the client can cancel: a generator of pygls goes on behind the request."""
        handler = self.fm.features.get(types.WORKSPACE_EXECUTE_COMMAND)
        if handler is None or params.command not in self.fm.commands:
            raise JsonRpcInvalidParams(message=f"there is no command {params.command!r}")
        return await handler(params)


def _given(params: Any) -> dict[str, Any]:
    """The parameters, where there are any: null is not allowed for them."""
    return {} if params is None else {"params": params}


def _lenient(data: dict[str, Any]) -> dict[str, Any]:
    """A code action request without the diagnostics of other servers: theirs need not be what ours are."""
    if data.get("method") != types.TEXT_DOCUMENT_CODE_ACTION or not isinstance(data.get("params"), dict):
        return data
    context = data["params"].get("context")
    if not isinstance(context, dict) or not isinstance(context.get("diagnostics"), list):
        return data
    own = [item for item in context["diagnostics"] if _is_ours(item)]
    return {**data, "params": {**data["params"], "context": {**context, "diagnostics": own}}}


def _is_ours(diagnostic: Any) -> bool:
    return isinstance(diagnostic, dict) and diagnostic.get("source") == "rf-lsp"
