"""Calling anything: interpreted functions, classes, natives, methods of Python's own values."""

from __future__ import annotations

from itertools import pairwise
from time import perf_counter
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from analyzers.interpreter import certain, host_methods, overlays, prototypes, words
from analyzers.interpreter.budget import (
    MAXIMUM_CALL_DEPTH,
    SEQUENCES,
    SIZED,
    SLOW,
    SMALL,
    STEPS_PER_EXCEPTION,
    USUAL_CALL_DEPTH,
)
from analyzers.interpreter.capabilities import SupportsCall
from analyzers.interpreter.classes import instantiate
from analyzers.interpreter.expansion import elements_of
from analyzers.interpreter.framework import is_entry
from analyzers.interpreter.function_data import CodeObject
from analyzers.interpreter.generators import Generator, run_lazily
from analyzers.interpreter.hosts import ModuleHost, hosts_of
from analyzers.interpreter.joining import rejoin, rejoin_early
from analyzers.interpreter.lazy_iterators import LazyIterator
from analyzers.interpreter.native_errors import FAILURES, is_pythons_own, reraise_own
from analyzers.interpreter.parameters import NativeSignature, bind
from analyzers.interpreter.scope import Frame, Scope
from analyzers.interpreter.unresolved_calls import call_unresolved, change
from analyzers.interpreter.values import (
    MISSING,
    UNKNOWNS,
    BoundMethod,
    Class,
    ClassMethod,
    Function,
    HostMethod,
    Instance,
    Invocation,
    NativeView,
    Partial,
    Raised,
    Site,
    StaticMethod,
    TypingForm,
    UnknownTail,
)
from analyzers.tensors.dims import unknown_dim
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.tensor import Tensor, is_shaped
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


NOT_SPOKEN = ("_", "<")
"""What names begin with that may be Python's and not the program's."""


def call(machine: Machine, value: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``value(*args, **kwargs)``. RecordedError becomes a problem or an Unknown; only the program's own
    exceptions (Raised) and the budget's end come out."""
    caller = CALLERS.get(type(value))
    if caller is not None:
        return caller(machine, value, args, kwargs)
    if isinstance(value, Unknown):
        return call_unresolved(machine, value, args, kwargs)
    if isinstance(value, type):
        return _call_host_type(machine, value, args, kwargs)
    if isinstance(value, SupportsCall):
        return value.call_value(machine, args, kwargs)
    raise certain.not_callable(machine, value)


# -- interpreted functions -------------------------------------------------------------------


def call_function(machine: Machine, function: Function, args: list[Any], kwargs: dict[str, Any]) -> Any:
    if function.memo is not None:
        return _memoised(machine, function, args, kwargs)
    return _call_anew(machine, function, args, kwargs)


def _memoised(machine: Machine, function: Function, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``functools.lru_cache``: the same arguments give the same object."""
    memo: Any = function.memo
    try:
        key = (*args, *sorted(kwargs.items()))
        if key in memo:
            return memo[key]
    except (TypeError, UnknownUsed):
        return _call_anew(machine, function, args, kwargs)
    result = _call_anew(machine, function, args, kwargs)
    machine.journal.touch(memo)
    memo[key] = result
    return result


def _call_anew(machine: Machine, function: Function, args: list[Any], kwargs: dict[str, Any]) -> Any:
    try:
        names = _bound(function, args, kwargs)
    except OperationError as error:
        decorator = function.decorated_by
        return _not_constructed(function, args, machine.problem(error) if decorator is None else decorator)
    machine.budget.spend(1 if machine.depth < USUAL_CALL_DEPTH else 1 + machine.depth // 10)
    if machine.depth >= MAXIMUM_CALL_DEPTH:
        return machine.unknown(f"calls nested more than {MAXIMUM_CALL_DEPTH} deep")
    machine.journal.made(names)
    around = function.scope
    scope = Scope(around.module, around, names)
    scope.function = function
    frame = Frame(around.module, scope, function.site.block, function)
    machine.depth += 1
    machine.frames.append(frame)
    try:
        return _run(machine, frame, function)
    except UnknownUsed as used:
        return _stopped(machine, function, names, _placed(machine, used.unknown))
    except Raised:
        if _is_doubtful(machine, function):
            return machine.unknown(f"{function.name} raises")
        raise
    except RecursionError:
        return _stopped(machine, function, names, machine.unknown("code nested too deeply"))
    finally:
        machine.frames.pop()
        machine.depth -= 1


def _stopped(machine: Machine, function: Function, names: dict[str, Any], unknown: Unknown) -> Unknown:
    """A function that could not be followed to its end; in a forward pass the rest of it builds nothing."""
    if not machine.recorder.stack:
        reason = f"{function.name} could not be followed to its end, where it may have changed it: {unknown.reason}"
        given = [names[name] for name in function.parameters.positional if name in names]
        change(machine, reason, given)
    return unknown


def _bound(function: Function, args: list[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments by name; a decorator that is not known may give those that are missing."""
    name = function.name if function.name[:1] not in NOT_SPOKEN else words.method_name(function, args)
    try:
        return bind(name, function.parameters, function.defaults, args, kwargs)
    except OperationError as error:
        error.data["written_at"] = function.site
        missing = error.data.get("missing")
        if function.decorated_by is None or error.rule != "missing-argument" or not missing:
            raise
        given = dict.fromkeys(missing, function.decorated_by)
        return bind(name, function.parameters, function.defaults, args, {**kwargs, **given})


def _is_doubtful(machine: Machine, function: Function) -> bool:
    """An installed library that raises on what is not known, on a path that may not be taken: most likely it would
    not have, and the caller's code goes on."""
    if not machine.uncertain or machine.handlers or len(machine.frames) < 2:
        return False
    is_installed = machine.modules.resolver.is_installed
    return is_installed(function.scope.module.path) and not is_installed(machine.frames[-2].module.path)


def _not_constructed(function: Function, args: list[Any], problem: Any) -> Any:
    """A constructor that is called wrongly leaves an object nothing more is asked of."""
    receiver = args[0] if args else None
    if function.name == "__init__" and isinstance(receiver, Instance):
        object.__setattr__(receiver, "unknown_because", problem)
        host = next(hosts_of(receiver.class_), None)
        if host is not None and issubclass(host, ModuleHost):
            host.prepare(receiver)
    return problem


def _run(machine: Machine, frame: Frame, function: Function) -> Any:
    if function.node_is_lambda:
        return machine.evaluate(frame, function.node.body)
    if function.is_generator:
        return LazyIterator(Generator(machine, frame, run_lazily(machine, frame, function.node.body)))
    try:
        machine.run_body(frame, function.node.body)
    except Raised as raised:
        if not frame.pending:
            raise
        if machine.handlers:
            machine.possible.append(raised)
        return rejoin_early(machine, frame)
    if frame.pending:
        return rejoin(machine, frame)
    return frame.result


def _call_bound(machine: Machine, value: BoundMethod, args: list[Any], kwargs: dict[str, Any]) -> Any:
    function = value.function
    recorder = machine.recorder
    if recorder.suspended_depth and not recorder.stack and is_entry(value):
        return recorder.call_module(value.receiver, value, args, kwargs)
    return CALLERS.get(type(function), call)(machine, function, [value.receiver, *args], kwargs)


def _call_partial(machine: Machine, value: Partial, args: list[Any], kwargs: dict[str, Any]) -> Any:
    return call(machine, value.function, [*value.args, *args], {**value.keywords, **kwargs})


def _call_instance(machine: Machine, value: Instance, args: list[Any], kwargs: dict[str, Any]) -> Any:
    method = machine.get_attribute(value, "__call__", MISSING)
    if method is MISSING:
        raise machine.exception("TypeError", f"{value.class_.name} object is not callable")
    return call(machine, method, args, kwargs)


def _call_wrapped(machine: Machine, value: StaticMethod | ClassMethod, args: list[Any], kwargs: dict[str, Any]) -> Any:
    return call(machine, value.function, args, kwargs)


def _call_class(machine: Machine, value: Class, args: list[Any], kwargs: dict[str, Any]) -> Any:
    return instantiate(machine, value, args, kwargs)


def _function_of(
    machine: Machine, code: Any, globals: Any, name: Any = None, argdefs: Any = None, closure: Any = None, **_: Any
) -> Any:
    if isinstance(code, CodeObject):
        return code.function(machine, globals, name, argdefs)
    return machine.unknown("a function that is made of a code object")


def _call_typing(machine: Machine, value: TypingForm, args: list[Any], kwargs: dict[str, Any]) -> Any:
    if value.name == "MethodType" and len(args) == 2:
        return BoundMethod(args[1], args[0])
    if value.name == "FunctionType":
        return _function_of(machine, *args, **kwargs)
    return args[-1] if value.name in ("cast", "NewType") and args else value


def _call_host_type(machine: Machine, value: type, args: list[Any], kwargs: dict[str, Any]) -> Any:
    from analyzers.interpreter.builtins import CONSTRUCTORS

    constructor = CONSTRUCTORS.get(value)
    if constructor is None:
        return machine.unknown(f"calling {value.__name__}")
    return call_native(machine, constructor, args, kwargs)


# -- natives ---------------------------------------------------------------------------------


def call_native(machine: Machine, native: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    signature = machine.signatures.get(native)
    if signature is None:
        signature = machine.signatures[native] = NativeSignature(native)
    open_end = kwargs.get("**")
    for argument in args:
        if type(argument) is UnknownTail:
            open_end = argument
            break
    if "layer_class" in native.__dict__:
        host = native.__dict__["layer_class"]
        if open_end is not None:
            host.prepare(args[0])
            object.__setattr__(args[0], "unknown_because", Unknown(open_end.reason, open_end.place))
            return None
        return _construct_layer(machine, native, host, signature, args, kwargs)
    if open_end is not None:
        return Unknown(open_end.reason, open_end.place)
    try:
        return _invoke(machine, native, signature, args, kwargs)
    except UnknownUsed as used:
        return _placed(machine, used.unknown)
    except OperationError as error:
        machine.budget.spend(STEPS_PER_EXCEPTION)
        receiver = bool(args) and type(args[0]) is Instance
        called = None if receiver else Invocation(native, machine.site(), tuple(args), kwargs)
        declared = machine.problem(error, words.callee(machine, native, args), called=called)
        if isinstance(declared, Tensor):
            machine.recorder.count(declared)
        return declared


def _invoke(machine: Machine, native: Any, signature: NativeSignature, args: list[Any], kwargs: dict[str, Any]) -> Any:
    if signature.wants_machine:
        kwargs = {**kwargs, "machine": machine}
    machine.budget.spend()
    first = args[0] if args and is_shaped(args[0]) else None
    kept = (first.shape, first.field) if first is not None else None
    if len(args) > SMALL:
        machine.budget.visit(len(args))
    for argument in args:
        if type(argument) in SEQUENCES and argument and (len(argument) > SMALL or type(argument[0]) in SEQUENCES):
            _charge(machine, native, argument)
    begun, before = perf_counter(), machine.budget.left
    try:
        result = native(*args, **kwargs)
    except PythonError as error:
        raise machine.exception(error.exception, error.message) from None
    except (*FAILURES, MemoryError) as error:
        signature.check(words.function_name(machine, native), args, kwargs)
        reraise_own(native, args, kwargs, error)
        return _refused(machine, native, args, error)
    taken = perf_counter() - begun
    if (
        taken > SLOW and machine.budget.left == before
    ):  # what was followed inside is charged already, reading a module is none
        machine.budget.took(taken, before)
    kind = type(result)
    if kind in SIZED and len(result) > SMALL:
        machine.budget.made(result)
        machine.budget.visit(len(result))
    if result is MISSING:
        raise machine.exception("AttributeError", f"no attribute {args[-1]}")
    if first is not None and kept is not None and (first.shape is not kept[0] or first.field is not kept[1]):
        args = [machine.written(first, *kept), *args[1:]]
    if type(result) is not Instance and isinstance(result, (Tensor, tuple, list)):
        machine.recorder.observe(native, args, kwargs, result)
    return result


def _charge(machine: Machine, native: Any, argument: Any) -> None:
    """Tensors cost a step each; where framework knowledge gets data, it looks at every number of it."""
    if isinstance(argument[0], Tensor):
        machine.budget.operands(len(argument))
    elif not is_pythons_own(native):
        machine.budget.numbers(elements_of(argument))


def _refused(machine: Machine, native: Any, args: list[Any], error: Exception) -> Any:
    """Python's own functions raise into the program; where framework knowledge stumbles, nothing is known."""
    unknown = next((a for a in args if isinstance(a, Unknown)), None)
    if unknown is not None:
        return unknown.used()
    if is_pythons_own(native):
        raise certain.of_python(machine, error, *args) from None
    return machine.unknown(f"{words.function_name(machine, native)} with these arguments is not modelled ({error})")


def _construct_layer(
    machine: Machine,
    native: Any,
    host: type[ModuleHost],
    signature: NativeSignature,
    args: list[Any],
    kwargs: dict[str, Any],
) -> None:
    """``__init__`` of a framework layer: an argument that is unknown makes the layer unknown, not the program."""
    instance = args[0]
    key = None if instance.attributes or signature.wants_machine else prototypes.key_of(native, args, kwargs)
    host.prepare(instance)
    object.__setattr__(instance, "constructors", _constructors(machine, native, instance, args, kwargs))
    if key is not None and prototypes.has_copied(key, instance):
        return
    sizes = overlays.SIZES.get(host, ())
    if sizes and not UNKNOWNS.isdisjoint(map(type, (*args, *kwargs.values()))):
        args, kwargs = _sized(signature, sizes, args, kwargs)
    try:
        others, older = host.other_keywords, host.older_arguments
        signature.check(instance.class_.name, args, kwargs, skip=1, others=others, older=older)
        with prototypes.kept(key, instance):
            native(*args, **kwargs, **({"machine": machine} if signature.wants_machine else {}))
    except UnknownUsed as used:
        object.__setattr__(instance, "unknown_because", _placed(machine, used.unknown))
    except PythonError as error:
        raise machine.exception(error.exception, error.message) from None
    except OperationError as error:
        error.data["of_building"] = True
        machine.problem(error, instance.class_.name)
        mended = _mended(error, kwargs)
        if mended is not None:
            return _construct_layer(machine, native, host, signature, args, mended)
        reason = error.message.replace("{subject}", instance.class_.name)
        object.__setattr__(instance, "unknown_because", Unknown(reason, machine.site()))
    except FAILURES as error:
        reraise_own(native, args, kwargs, error)
        reason = f"{instance.class_.name} with these arguments is not modelled ({error})"
        object.__setattr__(instance, "unknown_because", machine.unknown(reason))


def _constructors(
    machine: Machine, native: Any, instance: Instance, args: list[Any], kwargs: dict[str, Any]
) -> tuple[Invocation, ...]:
    """The call of a layer's own constructor, and those of the ``__init__`` around it that led there."""
    calls = [Invocation(native, machine.site(), tuple(args[1:]), kwargs)]
    for inner, outer in pairwise(reversed(machine.frames)):
        function = inner.function
        if type(function) is not Function or function.name != "__init__" or not function.parameters.positional:
            break
        if inner.scope.names.get(function.parameters.positional[0]) is not instance:
            break
        site = Site(outer.block, outer.node, outer.module.path) if outer.node is not None else None
        calls.append(Invocation(function, site, (), {}))
    return tuple(calls)


def _mended(error: OperationError, kwargs: dict[str, Any]) -> dict[str, Any] | None:
    """After an invented keyword: the arguments with the name that was most likely meant, or None."""
    wrong, meant = error.data.get("argument"), error.data.get("suggestion")
    if error.rule != "unknown-argument" or wrong not in kwargs or meant is None or meant in kwargs:
        return None
    return {**{k: v for k, v in kwargs.items() if k != wrong}, meant: kwargs[wrong]}


def _sized(
    signature: NativeSignature, sizes: tuple[str, ...], args: list[Any], kwargs: dict[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    named = zip(signature.positional, args)
    args = [unknown_dim(a.reason) if isinstance(a, Unknown) and n in sizes else a for n, a in named] + args[
        len(signature.positional) :
    ]
    kwargs = {k: unknown_dim(v.reason) if isinstance(v, Unknown) and k in sizes else v for k, v in kwargs.items()}
    return args, kwargs


def _placed(machine: Machine, unknown: Unknown) -> Unknown:
    if unknown.place is None:
        unknown.place = machine.site()
    return unknown


def _call_builtin(machine: Machine, value: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """A pure C function of the standard library (``math.sqrt``) that the library table lets through."""
    for argument in (*args, *kwargs.values()):
        if isinstance(argument, Unknown):
            return argument.used()
    try:
        return value(*args, **kwargs)
    except UnknownUsed as used:
        return _placed(machine, used.unknown)
    except PythonError as error:
        raise machine.exception(error.exception, error.message) from None
    except (TypeError, ValueError, LookupError, ArithmeticError) as error:
        raise machine.exception(type(error).__name__, str(error)) from None


def _call_host_method(machine: Machine, value: HostMethod, args: list[Any], kwargs: dict[str, Any]) -> Any:
    return host_methods.call(machine, value, args, kwargs)


def _call_view(machine: Machine, value: NativeView, args: list[Any], kwargs: dict[str, Any]) -> Any:
    return call(machine, value.value, args, kwargs)


CALLERS: dict[type, Any] = {
    Function: call_function,
    BoundMethod: _call_bound,
    Partial: _call_partial,
    Instance: _call_instance,
    StaticMethod: _call_wrapped,
    ClassMethod: _call_wrapped,
    Class: _call_class,
    TypingForm: _call_typing,
    FunctionType: call_native,
    BuiltinFunctionType: _call_builtin,
    HostMethod: _call_host_method,
    NativeView: _call_view,
    MethodType: _call_builtin,
}
