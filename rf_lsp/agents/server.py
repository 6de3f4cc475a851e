"""The edge to the SDK of the Model Context Protocol: what a client asks, in which folders, and what it is sent."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

import anyio  # pyright: ignore[reportMissingImports]
from mcp import MCPError, stdio_server, types  # pyright: ignore[reportMissingImports]
from mcp.server.lowlevel import Server  # pyright: ignore[reportMissingImports]

from analyzers.rules.support.registry import RULES
from rf_lsp import __version__
from rf_lsp.agents.answers import rule_page
from rf_lsp.agents.asking import Asking
from rf_lsp.agents.tools import TOOLS
from rf_lsp.errors import UsageError

SECONDS_FOR_ROOTS = 10
RULES_AT = "rf-lsp://rules/"
MARKDOWN = "text/markdown"
INSTRUCTIONS = (
    "Shapes, parameters and receptive fields of PyTorch and Keras models, read from source; no code is run, no file is written. After "
    "editing a model ask compare_models what the change does, and check_files whether anything is wrong."
)
ROOTS = "roots"
"""The name of the question for them, where a client is asked by an answer."""


def serve(roots: Sequence[str], seconds: float, memory: int) -> int:
    """``roots`` are for clients that name none. Ends when the client closes standard input."""
    anyio.run(_serve, AgentServer(list(roots), Asking(seconds, memory)))
    return 0


async def _serve(agents: AgentServer) -> None:
    server: Any = Server(
        "rf-lsp",
        version=__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=agents.list_tools,
        on_call_tool=agents.call_tool,
        on_list_resources=agents.list_resources,
        on_list_resource_templates=agents.list_templates,
        on_read_resource=agents.read_resource,
    )
    try:
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())
    finally:
        await agents.asking.end()


class AgentServer:
    """The handlers of one client."""

    def __init__(self, roots: list[str], asking: Asking) -> None:
        self._roots = roots
        self.asking = asking

    async def list_tools(self, context: Any, params: Any) -> Any:
        hints = types.ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
        listed = [
            types.Tool(
                name=tool.name,
                title=tool.title,
                description=tool.description,
                input_schema=tool.schema,
                annotations=hints,
            )
            for tool in TOOLS.values()
        ]
        return types.ListToolsResult(tools=listed)

    async def call_tool(self, context: Any, params: Any) -> Any:
        if params.name not in TOOLS:
            raise MCPError(types.INVALID_PARAMS, f"there is no tool {params.name!r}; there are {', '.join(TOOLS)}")
        try:
            arguments = TOOLS[params.name].checked(params.arguments or {})
            if params.name == "explain_rule":
                return _result(rule_page(arguments["rule"]))
            roots = await self._roots_of(context, params)
            if isinstance(roots, types.InputRequiredResult):
                return roots
            return _result(await self.asking.ask(roots, params.name, arguments))
        except UsageError as error:
            return _result(str(error), is_error=True)

    async def _roots_of(self, context: Any, params: Any) -> Any:
        """The client's folders, or what it must be asked for them, or our own. Raises :class:`UsageError`."""
        capabilities = context.session.client_capabilities
        if capabilities is None or capabilities.roots is None:
            return self._own_roots()
        told = (params.input_responses or {}).get(ROOTS)
        if told is None and not context.session.can_send_request:
            return types.InputRequiredResult(input_requests={ROOTS: types.ListRootsRequest()})
        if told is None:
            try:
                with anyio.fail_after(SECONDS_FOR_ROOTS):
                    told = await context.session.send_request(types.ListRootsRequest(), types.ListRootsResult)
            except (TimeoutError, MCPError):
                raise UsageError("the client does not say in which folders may be read") from None
        if not isinstance(told, types.ListRootsResult):
            raise UsageError("the client does not say in which folders may be read")
        folders = [path for root in told.roots if (path := folder_of(str(root.uri))) is not None]
        return folders or self._own_roots()

    def _own_roots(self) -> list[str]:
        """Those of the command line, else the working directory, unless that is everything the user has."""
        here = os.path.realpath(os.getcwd())
        if not self._roots and here in (os.path.dirname(here), os.path.realpath(os.path.expanduser("~"))):
            raise UsageError(
                f"the client names no folder, and {here} is too much: start rf-lsp mcp in a project or with --root"
            )
        return self._roots or [here]

    async def list_resources(self, context: Any, params: Any) -> Any:
        listed = [
            types.Resource(
                name=f"{rule.code} {rule.name}",
                uri=f"{RULES_AT}{rule.code}",
                description=rule.summary,
                mime_type=MARKDOWN,
            )
            for rule in RULES.values()
        ]
        return types.ListResourcesResult(resources=listed)

    async def list_templates(self, context: Any, params: Any) -> Any:
        template = types.ResourceTemplate(
            name="rule",
            uri_template=f"{RULES_AT}{{rule}}",
            description="a rule by its code or name",
            mime_type=MARKDOWN,
        )
        return types.ListResourceTemplatesResult(resource_templates=[template])

    async def read_resource(self, context: Any, params: Any) -> Any:
        uri = str(params.uri)
        try:
            if not uri.startswith(RULES_AT):
                raise UsageError(f"there is no resource {uri!r}")
            text = rule_page(unquote(uri[len(RULES_AT) :]))
        except UsageError as error:
            raise MCPError(types.INVALID_PARAMS, str(error)) from None
        return types.ReadResourceResult(contents=[types.TextResourceContents(uri=uri, mime_type=MARKDOWN, text=text)])


def _result(text: str, is_error: bool = False) -> Any:
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=is_error)


def folder_of(uri: str) -> str | None:
    """The existing folder that a ``file:`` URI names."""
    parts = urlsplit(uri)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        return None
    path = url2pathname(parts.path)
    return os.path.realpath(path) if os.path.isabs(path) and os.path.isdir(path) else None
