"""An optimization that can be steered while it runs: play, pause, step, controls.

The page sets the pace. It asks for the next steps only when the last were answered,
each answer is one picture and a few numbers, and between two questions the kernel is
free. Pause means that the page stops asking. There is no thread and no timer here, so
that nothing is left running when the page, the output or the cell is gone.
"""

import html
import inspect
import math
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import torch

from ..media import picture_sheet
from ..objectives import Objective
from ..optimize import History, NonFiniteError, maximize, minimize
from ..transforms import compose, standard_transforms
from .cells import close_earlier
from .controls import controls_from, defaults, in_words, taken
from .encoding import encode
from .hosting import Component
from .snapshots import jpeg, png, visible

SECONDS = 0.08  # of each answer: more is jerky, less spends its time on the way
NOT_YOURS = tuple(
    str(Path(file).parents[1]) for file in (__file__, torch.__file__, inspect.__file__)
)
CURVE = 400  # points of the curve that a page gets when it opens
HINT = (
    '<p style="margin: 2px 0; font: 13px system-ui, sans-serif; opacity: 0.65">{}<br>\n'
    "A kernel makes it live: run the cell, press play, "
    "and move the controls while it runs.</p>"
)


class LivePanel(Component):
    """A picture that is being optimized, its curve, and controls.

    A control belongs to the function that names it as a parameter. Moving one of
    `build`'s starts the run anew with another picture; one of `goal`'s or
    `transforms`', and "lr", act from the next answer on, in the middle of the run; one
    of `show`'s changes only what is seen.

    Args:
        build: a function that returns the image: a module whose call gives
            `(N, C, H, W)` in [0, 1]. If it has a parameter `seed`, it gets the panel's.
            It may also return `(image, goal)` or `(image, goal, network)`.
        goal: with a network, what to maximise: an objective, a string "layer:channel",
            a function of the activations, or a function of controls alone that returns
            one of these. Without a network, the loss: `goal(image, **controls)` is a
            scalar tensor or a dict of them, as for `minimize`; if it has a parameter
            `generator`, it gets one that starts at the panel's seed.
        network: from `load_network`, or None.
        controls: `{name: (low, high)}` or `(low, high, start)` for a slider (whole
            numbers if all are; logarithmic from a factor of 20 on), a list or
            `{label: value}` for a choice, True or False for a switch. Without a start,
            it is the parameter's default.
        show: a function of the image that returns what to show and save, by default the
            picture itself; several become a grid, opacity is shown over a checkerboard.
        lr, optimizer, transforms, redirect_relu: as for `maximize`; transforms that are
            one function may take controls.
        seed: at the start; the panel has a field for it.
        width: of the picture in CSS pixels.
    Attributes: `image`, `history`, `values` of the controls, and `error`, the last
        step's exception or None. `build`, `goal`, `network` and `show` can be set while
        it runs.
    Raises: what the first `build` raises; ValueError for a control that nothing takes.
    """

    module = "live_panel.js"
    image: torch.nn.Module | None  # None when the panel is closed
    history: History
    error: BaseException | None

    def __init__(
        self,
        build: Callable[..., Any],
        goal: Any = None,
        network: torch.nn.Module | None = None,
        *,
        controls: Mapping[str, Any] | None = None,
        show: Callable[..., torch.Tensor] | None = None,
        lr: float = 0.05,
        optimizer: Callable[[list[torch.nn.Parameter]], torch.optim.Optimizer]
        | None = None,
        transforms: Callable[..., torch.Tensor]
        | Sequence[Callable[..., torch.Tensor]]
        | None = None,
        redirect_relu: int = 16,
        seed: int = 0,
        width: int = 320,
    ) -> None:
        self.build, self.goal, self.network, self.show = build, goal, network, show
        self._rate, self._make_optimizer, self._redirect = lr, optimizer, redirect_relu
        moves = [standard_transforms()] if transforms is None else transforms
        self._transform = moves if callable(moves) else compose(*moves)
        starts = {
            **defaults(show),
            **defaults(self._transform),
            **defaults(goal),
            **defaults(build),
            "lr": lr,
        }
        self._controls = controls_from(controls or {}, starts)
        self._raw = {name: control.start for name, control in self._controls.items()}
        self._seed, self.error, self._built = int(seed), None, None
        # from ipykernel 7 on, messages arrive on another thread than cells run on
        self._lock = threading.Lock()
        self._restart()
        self._check_controls()
        at_once = {**self._structural(), **taken(show, self._raw)}
        super().__init__(
            {
                "controls": [
                    {
                        "name": name,
                        "label": name.replace("_", " "),
                        "at_once": name in at_once,
                        **control.state,
                    }
                    for name, control in self._controls.items()
                ],
                "values": dict(self._raw),
                "seed": self._seed,
                "width": int(width),
            },
            picture=self._sheet(width),
            alt="a picture while it is optimized",
            live=True,
        )
        self.widget.on_msg(self._on_message)
        close_earlier(self)

    @property
    def values(self) -> dict[str, Any]:
        """What the controls say now: `{name: value}`."""
        return {
            name: control.read(self._raw[name])
            for name, control in self._controls.items()
        }

    def run(self, steps: int = 64) -> Self:
        """Take some steps now, without the page; returns self.

        A saved notebook keeps the picture after them.
        """
        with self._lock:
            self._advance(int(steps), math.inf)
            self._tell()
        return self

    def reset(self) -> None:
        """Start anew with the controls and the seed as they are."""
        with self._lock:
            self._restart()
            self._tell()

    def close(self) -> None:
        """Take the panel off the page and let go of what it holds."""
        self.widget.close()
        with self._lock:
            self.image = self._optimizer = self._generator = None

    def html(self) -> str:
        """The picture as it is now, and in words how it was made.

        Without a kernel nothing can be optimized.
        """
        with self._lock:
            if self.image is not None:
                self.still = encode(
                    self._sheet(self.state["width"]), quality=75, longest=640
                )
        return self._image() + HINT.format(
            html.escape(in_words(self._controls, self._raw))
        )

    def _repr_mimebundle_(self, **options):
        page = self.html()
        if self.image is None:  # closed
            return {"text/html": page, "text/plain": repr(self)}
        shown, metadata = super()._repr_mimebundle_(**options)
        return {**shown, "text/html": page}, metadata

    # ---- questions and answers -------------------------------------------------------

    def _on_message(self, widget, content, buffers):
        if content.get("kind") == "ask":
            answer, buffers = self._answer(content)
            widget.send(answer, buffers=buffers)

    def _answer(self, asked):
        """Do what the page asks for: `(answer, buffers)`.

        Every question gets an answer, or the page would wait.
        """
        with self._lock:
            before, fresh, steps = (
                len(self.history),
                bool(asked.get("curve")),
                asked.get("steps", 0),
            )
            try:
                if self._take(asked) or asked.get("reset") or steps != 0:
                    self.error = None
                if asked.get("reset") or self._built != self._key():
                    self._restart()
                    before, fresh = 0, True
                if steps is None:
                    self._advance(10**9, SECONDS)
                elif steps:
                    self._advance(int(steps), math.inf)
            except (Exception, KeyboardInterrupt) as error:
                self.error = error
            try:
                answer, buffers = self._report(
                    before, curve=fresh, file=bool(asked.get("save"))
                )
            except Exception as error:
                self.error, buffers = error, []
                answer = {
                    "kind": "answer",
                    "error": told(error),
                    "values": dict(self._raw),
                    "seed": self._seed,
                }
        return {**answer, "id": asked.get("id")}, buffers

    def _tell(self):
        answer, buffers = self._report(0, curve=True)
        self.widget.send(answer, buffers=buffers)

    def _take(self, asked):
        """Set controls and seed as the page has them; whether anything is new."""
        before = dict(self._raw), self._seed
        self._raw.update(
            {
                name: value
                for name, value in asked.get("values", {}).items()
                if name in self._controls
            }
        )
        self._seed = int(asked.get("seed", self._seed))
        return before != (self._raw, self._seed)

    def _report(self, before, *, curve=False, file=False):
        """What the page shows: the numbers since step `before`, the picture.

        With `curve` the numbers are those of the whole run; with `file` there is a file
        to save, too.
        """
        sign, losses = -1 if self._network is not None else 1, self.history.loss
        every = max(1, -(-len(losses) // CURVE))
        points = range(0, len(losses), every) if curve else range(before, len(losses))
        answer = {
            "kind": "answer",
            "step": len(losses),
            "points": [[k + 1, sign * losses[k]] for k in points],
            "curve": curve,
            "what": "loss" if self._network is None else "objective",
            "terms": [
                [name, values[-1]] for name, values in self.history.terms.items()
            ],
            "value": sign * losses[-1] if losses else None,
            "values": dict(self._raw),
            "seed": self._seed,
            "error": None if self.error is None else told(self.error),
        }
        pictures = self._pictures()
        return answer, [jpeg(pictures), png(pictures)] if file else [jpeg(pictures)]

    # ---- the run ---------------------------------------------------------------------

    def _restart(self):
        """Build the image and what belongs to it; if that fails, the old ones stay."""
        key, generator = self._key(), torch.Generator().manual_seed(self._seed)
        built = self.build(**taken(self.build, {**self.values, "seed": self._seed}))
        image, *rest = built if isinstance(built, tuple) else (built,)
        goal = rest[0] if rest else self.goal
        if goal is None:
            raise ValueError(
                "there is no goal: pass LivePanel(build, goal, network) an objective "
                'such as "conv5:7", or without a network a loss function of the image'
            )
        if not isinstance(image, torch.nn.Module):
            raise ValueError(
                "build must return a module that draws the picture when "
                "called, such as fourier_image(128), not "
                f"{type(image).__name__}"
            )
        optimizer = self._new_optimizer(image)
        with torch.no_grad():
            image()  # what cannot be drawn should not replace what can
        self.image, self._optimizer, self._generator, self._built = (
            image,
            optimizer,
            generator,
            key,
        )
        self._own = rest
        self.history = History()

    def _advance(self, steps, seconds):
        """Steps of `maximize` or `minimize`, one at least, until the time is over.

        The optimizer stays from call to call.
        """
        values, history, goal, network, terms = (
            self.values,
            self.history,
            self._goal,
            self._network,
            {},
        )
        begin = last = time.perf_counter()
        for group in self._optimizer.param_groups:
            group["lr"] = values.get("lr", group["lr"])

        def loss():
            found = goal(self.image, **given)
            terms.update(found if isinstance(found, dict) else {})
            return found

        # noted here and not at the end, because a later step may fail
        def on_step(step, value):
            nonlocal last
            history.loss.append(value if network is None else -value)
            for name, term in terms.items():
                history.terms.setdefault(name, []).append(
                    float(torch.as_tensor(term).detach())
                )
            took, last = time.perf_counter() - last, time.perf_counter()
            return last + took <= begin + seconds  # another like this one fits

        moved = taken(self._transform, values)
        options = {
            "steps": steps,
            "optimizer": lambda parameters: self._optimizer,
            "on_step": on_step,
            "progress": False,
        }
        try:
            # the switch belongs to the thread, and this may be another one than the
            # cell's
            with torch.enable_grad():
                if network is None:
                    given = taken(goal, {**values, "generator": self._generator})
                    found = minimize(loss, self.image, **options)
                else:
                    found = maximize(
                        self.image,
                        objective(goal, values),
                        network,
                        transforms=lambda images, _: self._transform(
                            images, self._generator, **moved
                        ),
                        redirect_relu=self._redirect - len(history),
                        **options,
                    )
        except NonFiniteError:
            # its averages may be infinite, too
            self._optimizer = self._new_optimizer(self.image)
            raise
        finally:
            history.seconds += time.perf_counter() - begin
        if found.interrupted:
            raise KeyboardInterrupt

    def _new_optimizer(self, image):
        parameters = [p for p in image.parameters() if p.requires_grad]
        if not parameters:
            raise ValueError(
                "the image that build returned has no parameters that require gradients"
            )
        if self._make_optimizer is not None:
            return self._make_optimizer(parameters)
        return torch.optim.Adam(
            parameters,
            lr=self.values.get("lr", self._rate),
            fused=all(p.device.type in ("cpu", "cuda") for p in parameters),
        )

    @property
    def _goal(self):
        return self._own[0] if self._own else self.goal

    @property
    def _network(self):
        return self._own[1] if len(self._own) > 1 else self.network

    @torch.no_grad()
    def _pictures(self):
        pictures = (
            self.image()
            if self.show is None
            else self.show(self.image, **taken(self.show, self.values))
        )
        return pictures if pictures.dim() == 4 else pictures[None]

    def _sheet(self, width):
        return picture_sheet(
            [visible(self._pictures())],
            [f"after {len(self.history)} steps"],
            width=int(width),
        )

    # ---- controls --------------------------------------------------------------------

    def _structural(self):
        return taken(self.build, self._raw)

    def _key(self):
        """What the present image was built for."""
        return {**self._structural(), "seed": self._seed, "by": self.build}

    def _check_controls(self):
        takers = self.build, self._goal, self._transform, self.show
        lost = set(self._controls).difference(
            ["lr"], *(taken(function, self._raw) for function in takers)
        )
        if lost or {"seed", "generator"} & set(self._controls):
            raise ValueError(
                f"nothing takes the control {min(lost or {'seed'})!r}: "
                "name a parameter of build, goal or show like it, or call "
                "it 'lr' (seed and generator come by themselves)"
            )


# ---- helpers -------------------------------------------------------------------------


def objective(goal: Any, values: Mapping[str, Any]) -> Any:
    """What `maximize` takes: the goal, or what it makes of the controls.

    It makes something of them if they are all that it needs.
    """
    if isinstance(goal, Objective) or not callable(goal):
        return goal
    needs = [
        p.name
        for p in inspect.signature(goal).parameters.values()
        if p.default is p.empty
    ]
    return goal(**taken(goal, values)) if set(needs) <= set(values) else goal


def told(error: BaseException) -> str:
    """An error for the panel: kind, message, and the last line of the user's own."""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted; play goes on"
    places = [
        place
        for place in traceback.extract_tb(error.__traceback__)
        if not place.filename.startswith(NOT_YOURS)
    ]
    where = (
        f" (in {places[-1].name}, line {places[-1].lineno}: {places[-1].line})"
        if places
        else ""
    )
    return f"{type(error).__name__}: {error}{where}"
