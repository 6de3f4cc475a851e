"""What the handler of a method may do is said where it is defined, by one of these decorators:

- :func:`notification`: it runs in the loop's thread and may change the session, so it must be quick.
- :func:`session_request`: a coroutine in the loop's thread; it may change the session and ask the client.
- :func:`snapshot_request`: a function of one :class:`ModuleSnapshot` and nothing else. It is called as soon as there is
  what it waits for; an edit meanwhile makes it wait for what is known of the new text.
- :func:`background_request`: the same as a coroutine, for which the engine works in the background thread. An edit
  meanwhile stops that; then the client is told to ask again, or the handler is called anew.
- :func:`push`: a function of a snapshot that is called whenever an analysis is there, and says what to tell the client.

With ``offered_to`` a method is offered to the clients that fulfil the condition, and to no others.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import Any, Protocol, TypeVar

from pygls.exceptions import JsonRpcContentModified

from rf_lsp.server import wire
from rf_lsp.server.client import Client
from rf_lsp.server.error_boundary import guarded_notification, guarded_request
from rf_lsp.server.scheduler import Interrupted
from rf_lsp.server.session import Session, Workbench
from rf_lsp.server.snapshot import ModuleSnapshot, WaitFor

Result = TypeVar("Result")
Condition = Callable[[Client], bool]
Register = Callable[[str, Any, Callable[[Any], Any]], None]
"""Takes a method, its options, and what the transport is to call with the parameters."""


class WhenEdited(Enum):
    """What becomes of an answer that is being made in the background when its module is edited."""

    REFUSE = auto()
    """The client is told that the content was modified, and asks again if it still wants to know."""
    RETRY = auto()
    """It is made anew from the new text."""


class Background(Protocol):
    """Has the engine do some work in the background thread."""

    def __call__(self, work: Callable[[Workbench], Result], /) -> Awaitable[Result]: ...


@dataclass(frozen=True, kw_only=True)
class Handler(ABC):
    """``run`` handles ``method``; ``options`` are what the client is told of it."""

    method: str
    run: Callable[..., Any]
    options: Any = None
    offered_to: Condition | None = None

    @abstractmethod
    def offer(self, session: Session, register: Register) -> None:
        """Answer the method in this session."""


class Notification(Handler):
    def offer(self, session: Session, register: Register) -> None:
        take = partial(self.run, session)
        register(self.method, self.options, guarded_notification(session.messages.tell_crash, self.method, take))


class SessionRequest(Handler):
    def offer(self, session: Session, register: Register) -> None:
        answer = partial(self._answer, session)
        register(self.method, self.options, guarded_request(session.messages.tell_crash, self.method, answer))

    async def _answer(self, session: Session, params: Any) -> Any:
        return await self.run(session, params)


@dataclass(frozen=True, kw_only=True)
class SnapshotRequest(SessionRequest):
    """``uri_of`` says which document the parameters are about, ``looks_at`` which range of it is on the screen.
    ``otherwise`` is the answer about a document that is not open or of which nothing is known, ``when_busy`` the one
    that is given when nothing is known after ``patience`` seconds."""

    wait_for: Callable[[Client], WaitFor]
    uri_of: Callable[[Any], str | None]
    looks_at: Callable[[Any], Any] | None
    otherwise: Callable[[Any], Any]
    when_busy: Callable[[Any], Any]
    patience: float | None

    async def _answer(self, session: Session, params: Any) -> Any:
        try:
            snapshot = await asyncio.wait_for(self._snapshot(session, params), self.patience)
        except asyncio.TimeoutError:
            return self.when_busy(params)
        return self.otherwise(params) if snapshot is None else self.run(snapshot, params)

    async def _snapshot(self, session: Session, params: Any) -> ModuleSnapshot | None:
        uri = self.uri_of(params)
        module = session.modules.get(uri) if uri is not None else None
        if uri is None or module is None:
            return None
        if self.looks_at is not None:
            module.view = wire.lines_of(module.document, uri, self.looks_at(params))
        return await session.snapshot(module, self.wait_for(session.client))


@dataclass(frozen=True, kw_only=True)
class BackgroundRequest(SnapshotRequest):
    when_edited: WhenEdited

    async def _answer(self, session: Session, params: Any) -> Any:
        while (snapshot := await self._snapshot(session, params)) is not None:
            background: Background = partial(session.at_workbench, snapshot)
            try:
                return await self.run(snapshot, params, background)
            except Interrupted as interrupted:
                if self.when_edited is WhenEdited.REFUSE:
                    raise JsonRpcContentModified(message=str(interrupted)) from None
        return self.otherwise(params)


class Push(Handler):
    def offer(self, session: Session, register: Register) -> None:
        session.when_analysed.append(partial(self._tell, session))

    def _tell(self, session: Session, snapshot: ModuleSnapshot) -> None:
        for params in self.run(snapshot):
            session.connection.notify(self.method, params)


# -- decorators --------------------------------------------------------------------------------------


def notification(method: str) -> Callable[[Callable[[Session, Any], None]], Notification]:
    """Also for requests that the transport answers by itself (``initialize``, ``shutdown``)."""
    return lambda run: Notification(method=method, run=run)


def session_request(method: str) -> Callable[[Callable[[Session, Any], Awaitable[Any]]], SessionRequest]:
    return lambda run: SessionRequest(method=method, run=run)


def push(
    method: str, *, offered_to: Condition
) -> Callable[[Callable[[ModuleSnapshot], Iterable[dict[str, Any]]]], Push]:
    return lambda run: Push(method=method, run=run, offered_to=offered_to)


def of_document(params: Any) -> str:
    """The document that most requests are about."""
    return params.text_document.uri


def nothing(params: Any) -> None:
    """What most requests are answered with when there is nothing to tell."""


def first_models(client: Client) -> WaitFor:
    """An answer from the models that are known so far will do."""
    return WaitFor.FIRST_MODELS


def all_models(client: Client) -> WaitFor:
    """The answer needs all models."""
    return WaitFor.ALL_MODELS


def first_models_if(asks_again: Condition) -> Callable[[Client], WaitFor]:
    """An answer from the models that are known so far will do if the client can be told to ask again."""
    return lambda client: WaitFor.FIRST_MODELS if asks_again(client) else WaitFor.ALL_MODELS


def at_once(client: Client) -> WaitFor:
    """The answer comes from whatever is known."""
    return WaitFor.NOTHING


def snapshot_request(
    method: str,
    options: Any = None,
    *,
    wait_for: Callable[[Client], WaitFor],
    uri_of: Callable[[Any], str | None] = of_document,
    looks_at: Callable[[Any], Any] | None = None,
    otherwise: Callable[[Any], Any] = nothing,
    when_busy: Callable[[Any], Any] = nothing,
    patience: float | None = None,
    offered_to: Condition | None = None,
) -> Callable[[Callable[[ModuleSnapshot, Any], Any]], SnapshotRequest]:
    return lambda run: SnapshotRequest(
        method=method,
        run=run,
        options=options,
        offered_to=offered_to,
        wait_for=wait_for,
        uri_of=uri_of,
        looks_at=looks_at,
        otherwise=otherwise,
        when_busy=when_busy,
        patience=patience,
    )


def background_request(
    method: str,
    options: Any = None,
    *,
    wait_for: Callable[[Client], WaitFor],
    when_edited: WhenEdited,
    otherwise: Callable[[Any], Any] = nothing,
    offered_to: Condition | None = None,
) -> Callable[[Callable[[ModuleSnapshot, Any, Background], Awaitable[Any]]], BackgroundRequest]:
    return lambda run: BackgroundRequest(
        method=method,
        run=run,
        options=options,
        offered_to=offered_to,
        wait_for=wait_for,
        uri_of=of_document,
        looks_at=None,
        otherwise=otherwise,
        when_busy=nothing,
        patience=None,
        when_edited=when_edited,
    )
