"""A device that is not there: tensors that say they are on "gpu", are computed on the
CPU, and refuse to mix.

Code that forgets to move a tensor works on a CPU and fails on a GPU. Here it fails on
any machine:

    import pretend_gpu
    pretend_gpu.switch_on()
    x = torch.rand(3, device="gpu")
    x + torch.rand(3)      # RuntimeError, as on a real GPU

Mixing raises for tensors with at least one axis, as in PyTorch; numbers (0-dimensional
tensors) may mix, and a tensor on the device may be indexed by one on the CPU.
`.numpy()` raises, `.cpu()` brings a tensor back, `float()` and `.item()` work.

A GPU works through a queue, far behind Python. Whatever needs a value makes Python
stand and wait until the queue is empty: reading a number, a copy to the CPU, a copy
from ordinary memory to the device (it synchronizes the stream, too), and every
operation whose result's shape depends on values. These are counted, with the lines of
Python that asked for them:

    with pretend_gpu.counted() as waits:
        run(steps=64)
    assert waits.total <= 6, waits.report()

It needs a PyTorch with backends written in Python (2.9 or newer) and a process of its
own, since nothing switches it off.
"""

import collections
import contextlib
import json
import linecache
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map

NAME = "gpu"
DOWN, UP = "to the CPU", "from the CPU"

# Results whose shape depends on values, and errors that are looked for at once.
ASKS_FOR_VALUES = {
    "_linalg_check_errors",
    "_unique2",
    "allclose",
    "bincount",
    "equal",
    "masked_select",
    "nonzero",
    "unique_consecutive",
    "unique_dim",
}
# What `torch.autocast` computes in half precision, as far as networks use it.
IN_HALF = ("baddbmm", "bmm", "conv2d", "linear", "matmul", "mm")
INDEXING = {
    "_index_put_impl_",
    "_unsafe_index",
    "_unsafe_index_put",
    "index",
    "index_put",
    "index_put_",
}


def why_not() -> str | None:
    """Why there can be no such device with this PyTorch; None if there can."""
    from torch.utils import backend_registration

    if hasattr(backend_registration, "_setup_privateuseone_for_python_backend"):
        return None
    return f"PyTorch {torch.__version__} has no backends in Python; 2.9 or newer has"


def switch_on() -> None:
    """Make "gpu" a device, for the rest of this process; a second time does nothing.

    Raises: RuntimeError where PyTorch is too old.
    """
    global _mode
    if _mode is not None:
        return
    if reason := why_not():
        raise RuntimeError(reason)
    from torch.utils.backend_registration import (
        _setup_privateuseone_for_python_backend,
    )

    _setup_privateuseone_for_python_backend(NAME, _Backend())
    torch.__future__.set_overwrite_module_params_on_conversion(True)
    # PyTorch's own C++ code makes results before any mode sees them.
    for name, kernel in (
        ("empty.memory_format", _empty),
        ("empty_strided", _empty_strided),
        ("_copy_from", _copy_from),
    ):
        _library.impl(name, kernel, "PrivateUse1")
    _autocast.fallback(torch.library.fallthrough_kernel)
    for name in IN_HALF:
        _library.impl(name, _in_half(name), "AutocastPrivateUse1")
    _mode = _Everywhere()
    _mode.__enter__()


class Waits:
    """What made the device wait.

    Attributes:
        names: how often, by the kind of wait.
        places: how often, by kind and the lines of Python that led there, innermost
            first, PyTorch's own left out.
    """

    def __init__(self) -> None:
        self.names: collections.Counter[str] = collections.Counter()
        self.places: collections.Counter[tuple[str, tuple[str, ...]]] = (
            collections.Counter()
        )

    @property
    def total(self) -> int:
        return sum(self.names.values())

    def report(self, depth: int = 4) -> str:
        """A line for each place, most frequent first, and `depth` lines of its stack.

        Places that agree in these lines count as one.
        """
        joined: collections.Counter[tuple[str, tuple[str, ...]]] = collections.Counter()
        for (name, stack), count in self.places.items():
            joined[name, stack[:depth]] += count
        return "\n".join(
            f"{count} × {name}" + "".join(f"\n      {line}" for line in stack)
            for (name, stack), count in joined.most_common()
        )


def answer(found: Any) -> NoReturn:
    """Write what a process found, as JSON, and end the process at once.

    PyTorch keeps a thread for the backward passes of a device. At a normal end it is
    torn down with the interpreter, and on a busy machine now and then too late: the
    process then aborts ("terminate called without an active exception").
    """
    json.dump(found, sys.stdout)
    sys.stdout.flush()
    os._exit(0)


@contextlib.contextmanager
def counted() -> Iterator[Waits]:
    """Count what makes the device wait inside the `with`."""
    waits = Waits()
    _counters.append(waits)
    try:
        yield waits
    finally:
        _counters.remove(waits)


class Pretend(torch.Tensor):
    """A tensor on the device; `raw` is where its values are."""

    raw: torch.Tensor

    @staticmethod
    def __new__(cls, raw: torch.Tensor, requires_grad: bool = False) -> "Pretend":
        made = torch.Tensor._make_wrapper_subclass(
            cls,
            raw.size(),
            strides=raw.stride(),
            storage_offset=raw.storage_offset(),
            dtype=raw.dtype,
            layout=raw.layout,
            device=torch.device(NAME, 0),
            requires_grad=requires_grad,
        )
        made.raw = raw
        return made

    def __repr__(self, **_: Any) -> str:
        return f"Pretend({self.raw!r})"

    def __format__(self, spec: str) -> str:
        return format(self.item() if self.dim() == 0 else repr(self), spec)

    def numpy(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(
            f"can't convert a {NAME} tensor to numpy. Use .cpu() to copy it first"
        )

    __array__ = numpy

    def tolist(self) -> Any:
        _wait(DOWN)
        return self.raw.tolist()

    @classmethod
    def __torch_dispatch__(
        cls,
        func: Any,
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        return _run(func, args, kwargs or {})


def is_here(device: Any) -> bool:
    """Whether a device, or what names one, is this one."""
    return device is not None and torch.device(device).type == NAME


# ---- how it is done ------------------------------------------------------------------

_mode: "TorchDispatchMode | None" = None
_counters: list[Waits] = []
_library = torch.library.Library("aten", "IMPL")
_autocast = torch.library.Library("_", "IMPL", "AutocastPrivateUse1")
_AUTOCAST = torch._C.DispatchKeySet(torch._C.DispatchKey.AutocastPrivateUse1)
_NOT_OURS = tuple(
    str(Path(file).resolve().parent)
    for file in (torch.__file__, contextlib.__file__)  # the standard library, too
)


class _Backend:
    """`torch.gpu`: what PyTorch asks of a device's module. There is nothing to keep."""

    def is_available(self) -> bool:
        return True

    def is_initialized(self) -> bool:
        return True

    def _is_in_bad_fork(self) -> bool:
        return False

    def device_count(self) -> int:
        return 1

    def current_device(self) -> int:
        return 0

    def synchronize(self, device: Any = None) -> None:
        _wait("synchronize")

    def manual_seed_all(self, seed: int) -> None:
        pass

    def get_rng_state(self, device: Any = None) -> torch.Tensor:
        return torch.zeros(0, dtype=torch.uint8)

    def set_rng_state(self, state: torch.Tensor, device: Any = None) -> None:
        pass

    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        return [torch.bfloat16, torch.float16]


class _Everywhere(TorchDispatchMode):
    """Sees what makes tensors from nothing, too."""

    def __torch_dispatch__(
        self,
        func: Any,
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        return _run(func, args, kwargs or {})


def _run(func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """An operation of PyTorch, on raw values, with a GPU's rules."""
    name = func._schema.name.split("::")[-1]
    tensors = [t for t in tree_flatten((args, kwargs))[0] if torch.is_tensor(t)]
    ours = [t for t in tensors if isinstance(t, Pretend)]
    target = kwargs.get("device")
    if name == "_to_copy":
        return _moved(func, args[0], kwargs)
    if name == "copy_":
        _count_copy(args[1], isinstance(args[0], Pretend), _non_blocking(args, kwargs))
        func(_raw(args[0]), _raw(args[1]), *args[2:], **kwargs)
        return args[0]
    if name == "_local_scalar_dense":
        if ours:
            _wait("item")
        return func(_raw(args[0]))
    if name == "is_pinned":
        return False
    if not ours and not is_here(target):
        return func(*args, **kwargs)
    if isinstance(kwargs.get("generator"), torch.Generator):
        raise RuntimeError(f"Expected a '{NAME}' device type for generator, not 'cpu'")
    if name in INDEXING:
        _check_indexing(name, *args[:3])
    else:
        _check_mixing(name, tensors, ours)
    if ours and (
        name in ASKS_FOR_VALUES
        or (
            func is torch.ops.aten.repeat_interleave.Tensor
            and kwargs.get("output_size") is None
        )
    ):
        _wait(name)
    kwargs = {
        key: torch.device("cpu") if key == "device" and is_here(value) else value
        for key, value in kwargs.items()
    }
    raw_args, raw_kwargs = tree_map(_raw, (args, kwargs))
    out = func(*raw_args, **raw_kwargs)
    if target is not None and not is_here(target):  # x.new_zeros(…, device="cpu")
        return out
    # in-place operations and out= give back the tensor that they were given
    given = {id(t.raw): t for t in ours}

    def wrapped(value: Any) -> Any:
        if not _plain(value):
            return value
        return given[id(value)] if id(value) in given else Pretend(value)

    return tree_map(wrapped, out)


def _moved(func: Any, source: torch.Tensor, kwargs: Mapping[str, Any]) -> torch.Tensor:
    target = kwargs.get("device")
    here = isinstance(source, Pretend) if target is None else is_here(target)
    _count_copy(source, here, bool(kwargs.get("non_blocking")))
    out = func(_raw(source), **{k: v for k, v in kwargs.items() if k != "device"})
    return Pretend(out) if here else out


def _count_copy(source: Any, here: bool, non_blocking: bool) -> None:
    if non_blocking or isinstance(source, Pretend) == here:
        return
    _wait(UP if here else DOWN)


def _non_blocking(args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
    return bool(args[2] if len(args) > 2 else kwargs.get("non_blocking"))


def _check_mixing(
    name: str, tensors: Sequence[torch.Tensor], ours: Sequence[torch.Tensor]
) -> None:
    strangers = [t for t in tensors if not isinstance(t, Pretend) and t.dim()]
    if ours and strangers:
        raise RuntimeError(
            f"Expected all tensors to be on the same device, but {name} got {NAME}:0 "
            f"and cpu (shape {tuple(strangers[0].shape)})"
        )


def _check_indexing(
    name: str, indexed: torch.Tensor, indices: Sequence[Any], values: Any = None
) -> None:
    """As CUDA has it: indices may come from the CPU, values and what is indexed not."""
    here = isinstance(indexed, Pretend)
    # x[mask] = 0 fills where the mask is, and needs no places.
    filled = torch.is_tensor(values) and values.numel() == 1
    for index in (index for index in indices if torch.is_tensor(index)):
        if isinstance(index, Pretend) and not here:
            raise RuntimeError(
                "indices should be either on cpu or on the same device as the indexed "
                "tensor (cpu)"
            )
        if here and not isinstance(index, Pretend):
            _wait(UP)
        elif here and index.dtype in (torch.bool, torch.uint8) and not filled:
            _wait("nonzero")  # a mask is turned into places
    if torch.is_tensor(values) and isinstance(values, Pretend) != here and values.dim():
        raise RuntimeError(
            f"Expected all tensors to be on the same device, but {name} puts values "
            f"of {'cpu' if here else NAME} into {NAME if here else 'cpu'}"
        )


def _plain(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and not isinstance(value, Pretend)


def _raw(value: Any) -> Any:
    return value.raw if isinstance(value, Pretend) else value


def _empty(size: Any, dtype: Any = None, **_: Any) -> Pretend:
    return Pretend(torch.empty(size, dtype=dtype))


def _empty_strided(size: Any, stride: Any, dtype: Any = None, **_: Any) -> Pretend:
    return Pretend(torch.empty_strided(size, stride, dtype=dtype))


def _copy_from(
    source: torch.Tensor, target: torch.Tensor, non_blocking: bool = False
) -> torch.Tensor:
    _count_copy(source, isinstance(target, Pretend), non_blocking)
    _raw(target).copy_(_raw(source))
    return target


def _in_half(name: str) -> Callable[..., Any]:
    """An operation whose float32 inputs autocast turns into halves first."""
    operation = getattr(torch.ops.aten, name)

    def cast(*args: Any, **kwargs: Any) -> Any:
        half = torch.get_autocast_dtype(NAME)
        with torch._C._ExcludeDispatchKeyGuard(_AUTOCAST):
            return operation(
                *tree_map(
                    lambda t: (
                        t.to(half)
                        if torch.is_tensor(t) and t.dtype is torch.float32
                        else t
                    ),
                    args,
                ),
                **kwargs,
            )

    return cast


def _wait(name: str) -> None:
    if _counters:
        place = name, _stack()
        for waits in _counters:
            waits.names[name] += 1
            waits.places[place] += 1


def _stack() -> tuple[str, ...]:
    """The lines that led here, innermost first, without PyTorch's and Python's own."""
    lines: list[str] = []
    node = torch._C._current_autograd_node()
    if node is not None:  # on the way back, no line of Python may have asked for it
        lines.append(f"backward of {node.name()}")
    frame: Any = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if file != __file__ and not file.startswith(_NOT_OURS) and file[:1] != "<":
            line = linecache.getline(file, frame.f_lineno).strip()
            lines.append(
                f"{_short(file)}:{frame.f_lineno} {frame.f_code.co_name}: {line}"
            )
        frame = frame.f_back
    return tuple(lines)


def _short(file: str) -> str:
    parts = Path(file).parts
    return "/".join(
        parts[parts.index("dputils") :] if "dputils" in parts else parts[-1:]
    )
