"""An optimization that can be steered while it runs: play, pause, step, controls.

The page sets the pace. It asks for the next steps only when the last were answered,
each answer is one picture and a few numbers, and between two questions the kernel is
free. Pause means that the page stops asking. There is no thread and no timer here, so
that nothing is left running when the page, the output or the cell is gone.
"""

import html
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import torch

from ..media import picture_sheet
from ..optimize import History
from .amounts import pixels, real, whole
from .cells import close_earlier
from .controls import conditions, controls_from, defaults, taken
from .encoding import encode
from .hosting import Component
from .live_run import LiveRun, Recipe, told
from .meanings import meaning
from .snapshots import jpeg, png, visible, washed_out
from .steering import Steering

SECONDS = 0.08  # of each answer: more is jerky, less spends its time on the way
HINT = (
    '<p style="margin: 2px 0; font: 13px system-ui, sans-serif; opacity: 0.65">{}<br>\n'
    "A kernel makes it live: run the cell, press play, "
    "and move the controls while it runs.</p>"
)
SETTABLE = (
    "build goal network show lr optimizer transforms redirect_relu seed width".split()
)
# why what a panel has can still not be set
NOT_SET = {
    "image": "build makes it: set build, or change the image in place",
    "history": "it is what the steps left behind: reset() begins a new one",
    "controls": "they belong to the panel from the start: make another panel",
    "tips": "they belong to the controls: make another panel",
    "only": "it belongs to the controls: make another panel",
    "alt": "it belongs to the panel from the start: make another panel",
    "values": "the reader moves the controls; lr and seed can be set",
    "objective": "it is called goal",
    "loss": "it is called goal",
    "learning_rate": "it is called lr",
}


def _setting(name: str) -> Any:
    """An attribute that is the recipe's, and acts from the next step on."""

    def read(panel: "LivePanel") -> Any:
        return getattr(panel._recipe, name)

    def write(panel: "LivePanel", value: Any) -> None:
        setattr(panel._recipe, name, value)
        panel._ask_again()

    return property(read, write)


class LivePanel(Component):
    """A picture that is being optimized, its curve, and controls.

    A control belongs to the function that names it as a parameter. Moving one of
    `build`'s starts the run anew with another picture; one of `goal`'s or
    `transforms`', and "lr", act from the next answer on, in the middle of the run; one
    of `show`'s changes only what is seen.

    Args:
        build: a function that returns the image: a module whose call gives
            `(N, C, H, W)` in [0, 1]. If it has a parameter `seed`, it gets the panel's.
            It may also return `(image, goal)` or `(image, goal, network)`; what it
            returns is not given here as well.
        goal: with a network, what to maximise: an objective, a string "layer:channel",
            a function of the activations, which may name controls, too, or a function
            of controls alone that returns one of these. Without a network, the loss:
            `goal(image, **controls)` is a scalar tensor or a dict of them, as for
            `minimize`; if it has a parameter `generator`, it gets one that starts at
            the panel's seed.
        network: from `load_network`, or what that takes, a name or a module; or None.
        controls: `{name: (low, high)}` or `(low, high, start)` for a slider (whole
            numbers if all are; logarithmic from a factor of 20 on), a list or
            `{label: value}` for a choice, True or False for a switch. Without a start,
            it is the parameter's default.
        show: a function of the image that returns what to show and save, by default the
            picture itself; several become a grid, opacity is shown over a checkerboard.
        lr, optimizer, transforms, redirect_relu: as for `maximize`; transforms that are
            one function may take controls.
        seed: at the start, a whole number from 0 to 2^63 - 1; the panel has a field for
            it.
        width: of the picture in CSS pixels.
        tips: `{name: words}` that explain a control, where the mouse rests on it or its
            name was clicked. Names that the book uses have words of their own.
        only: `{name: {other: value}}`, or `[values]`: a control that has an effect only
            while another one says so, and is grey otherwise:
            `{"decay_power": {"basis": "Fourier"}}`.
        alt: what the picture shows, in words.
    Attributes: `image`, `history`, `values` of the controls, and `error`, the last
        step's exception or None, are to be read. What the panel was made with can be
        set, but for the controls: another `build` or `seed` starts the run anew, and so
        does going from a loss to a network or back; all others act from the next step
        on. If `lr` has a slider, it moves.
    Raises: what the first `build` raises; ValueError for a control that nothing takes,
        and for numbers and functions that do not fit, here and where they are set;
        AttributeError where something else is set. After `close()` nothing can be set
        or run: RuntimeError.
    """

    module = "live_panel.js"
    build = _setting("build")
    goal = _setting("goal")
    network = _setting("network")
    show = _setting("show")
    transforms = _setting("transforms")
    optimizer = _setting("optimizer")
    redirect_relu = _setting("redirect_relu")

    def __init__(
        self,
        build: Callable[..., Any],
        goal: Any = None,
        network: torch.nn.Module | str | None = None,
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
        tips: Mapping[str, str] | None = None,
        only: Mapping[str, Mapping[str, Any]] | None = None,
        alt: str = "a picture while it is optimized",
    ) -> None:
        self._recipe = Recipe(
            build=build,
            goal=goal,
            network=network,
            show=show,
            transforms=transforms,
            optimizer=optimizer,
            redirect_relu=redirect_relu,
            lr=real("lr", lr, 0),
        )
        width = pixels("width", width)
        starts = {
            **defaults(show),
            **defaults(self._recipe.transforms),
            **defaults(goal),
            **defaults(build),
            "lr": self._recipe.lr,
        }
        tips = dict(tips or {})
        if lost := set(tips).difference(controls or {}):
            raise ValueError(f"tips explains {min(lost)!r}, which is no control")
        made = controls_from({} if controls is None else controls, starts)
        needed = conditions(made, only or {})
        self._steering = Steering(made, seed)
        self._error: BaseException | None = None
        # from ipykernel 7 on, messages arrive on another thread than cells run on
        self._lock = threading.Lock()
        self._run = self._built()
        self._earlier: LiveRun | None = None  # what an undo brings back
        self._check_controls()
        at_once = {**self._structural(), **taken(show, made)}
        super().__init__(
            {
                "controls": [
                    {
                        "name": name,
                        "label": name.replace("_", " "),
                        "at_once": name in at_once,
                        "restarts": name in self._structural(),
                        "seen": name in taken(show, made),
                        "tip": str(tips.get(name, meaning(name))),
                        "only": needed.get(name, {}),
                        **control.state,
                    }
                    for name, control in made.items()
                ],
                **self._steering.said(),
                "width": width,
            },
            picture=self._sheet(width),
            alt=alt,
            live=True,
        )
        self.widget.on_msg(self._on_message)
        self._comm, self._open = self.widget.model_id, True
        close_earlier(self)

    def __setattr__(self, name: str, value: Any) -> None:
        # "_open" is there from the end of __init__ on
        if not name.startswith("_") and hasattr(self, "_open"):
            if name not in SETTABLE:
                raise AttributeError(
                    f"{name} of a LivePanel cannot be set"
                    + (f" ({NOT_SET[name]})" if name in NOT_SET else "")
                    + f"; what can be is {', '.join(SETTABLE)}"
                )
            self._check_open()
        super().__setattr__(name, value)

    # ---- what can be read and set ----------------------------------------------------

    @property
    def image(self) -> torch.nn.Module | None:
        """What is optimized; None when the panel is closed."""
        return self._run.image

    @property
    def history(self) -> History:
        """Of the present image's steps."""
        return self._run.history

    @property
    def error(self) -> BaseException | None:
        """The last step's exception, or None."""
        return self._error

    @property
    def values(self) -> Mapping[str, Any]:
        """What the controls say now: `{name: value}`, to be read only."""
        return self._steering.values

    @property
    def lr(self) -> float:
        """The step size; another optimizer has its own until one is set."""
        wished = self.values.get("lr", self._recipe.rate)
        if wished is None and self._run.optimizer is not None:
            wished = self._run.optimizer.param_groups[0]["lr"]
        return self._recipe.lr if wished is None else wished

    @lr.setter
    def lr(self, rate: float) -> None:
        rate = real("lr", rate, 0)
        if "lr" in self._steering.controls:
            self._steering.move(lr=rate)
        else:
            self._recipe.lr, self._recipe.lr_counts = rate, True
        self._ask_again()

    @property
    def seed(self) -> int:
        """Of the image, if `build` takes one, and of what is random in the steps."""
        return self._steering.seed

    @seed.setter
    def seed(self, seed: int) -> None:
        self._steering.move(seed=seed)
        self._ask_again()

    @property
    def width(self) -> int:
        """Of the picture in CSS pixels."""
        return self.state["width"]

    @width.setter
    def width(self, width: int) -> None:
        self.push(width=pixels("width", width))

    # ---- what can be done ------------------------------------------------------------

    def run(self, steps: int = 64) -> Self:
        """Take some steps now, without the page; returns self.

        A saved notebook keeps the picture after them.
        Raises: what a step or the picture raises, after the page was told.
        """
        self._check_open()
        steps = whole("steps", steps, 0)

        def work():
            self._renew()
            self._advance(steps, math.inf)

        return self._do(work)

    def reset(self) -> None:
        """Start anew with the controls and the seed as they are.

        Raises: what `build` raises; the page is told, and the old image stays.
        """
        self._check_open()
        self._do(lambda: self._renew(always=True))

    def close(self) -> None:
        """Take the panel off the page, where its picture stays, and let go of what it
        holds.
        """
        self._open = False
        self.widget.close()
        with self._lock:
            self._run.release()
            if self._earlier is not None:
                self._earlier.release()

    def html(self) -> str:
        """The picture as it is now, and in words how it was made.

        Without a kernel nothing can be optimized.
        """
        with self._lock:
            if self.image is not None:
                vars(self)["still"] = encode(
                    self._sheet(self.width), quality=75, longest=640
                )
        return self._image() + HINT.format(html.escape(self._steering.in_words()))

    def _repr_mimebundle_(self, **_):
        page = self.html()
        if self.image is None:  # closed
            return {"text/html": page, "text/plain": repr(self)}
        return self._alive(page)

    # ---- questions and answers -------------------------------------------------------

    def _on_message(self, widget, content, buffers):
        if content.get("kind") == "ask":
            answer, buffers = self._answer(content)
            widget.send(answer, buffers=buffers)

    def _answer(self, asked):
        """Do what the page asks for: `(answer, buffers)`.

        Every question gets an answer, or the page would wait.
        """
        try:
            with self._lock:
                answer, buffers = self._answered(asked)
        except (Exception, KeyboardInterrupt) as error:
            self._error, buffers = error, []
            answer = {**self._said(), "error": told(error)}
        return {**answer, "id": asked.get("id")}, buffers

    def _answered(self, asked):
        self._check_open()
        run, before, fresh = self._run, len(self.history), bool(asked.get("curve"))
        try:
            steps = asked.get("steps", 0)
            if steps is not None:
                steps = whole("steps", steps, 0)
            if self._steering.take(asked) or asked.get("reset") or steps != 0:
                self._error = None
            self._renew(always=bool(asked.get("reset")), back=bool(asked.get("undo")))
            if steps != 0:
                self._advance(*(10**9, SECONDS) if steps is None else (steps, math.inf))
        except (Exception, KeyboardInterrupt) as error:
            self._error = error
        if self._run is not run:
            before, fresh = 0, True
        return self._report(before, curve=fresh, file=bool(asked.get("save")))

    def _do(self, work):
        """Work without the page, which is told what came of it; returns self."""
        with self._lock:
            self._error = None
            try:
                work()
            except (Exception, KeyboardInterrupt) as error:
                self._error = error
            try:
                answer, buffers = self._report(0, curve=True)
            except Exception as error:  # the picture cannot be shown
                self._error, buffers = self._error or error, []
                answer = {**self._said(), "error": told(self._error)}
            self.widget.send(answer, buffers=buffers)
            if self._error is not None:
                raise self._error
        return self

    def _ask_again(self):
        """Have the page adopt what was set here, and ask for a picture of it."""
        self._error = None  # perhaps this mends it
        self.widget.send({**self._said(), "kind": "set"})

    def _said(self):
        """What every answer has: how controls and seed stand, and whose it is."""
        return {**self._steering.said(), "kind": "answer", "comm": self._comm}

    def _report(self, before, *, curve=False, file=False):
        """What the page shows: the numbers since step `before`, the picture.

        With `curve` the numbers are those of the whole run; with `file` there is a file
        to save, too.
        """
        answer = {
            **self._said(),
            **self._run.numbers(before, curve=curve),
            "error": None if self._error is None else told(self._error),
        }
        pictures = self._pictures()
        answer["warning"] = self._warning(pictures)
        return answer, [jpeg(pictures), png(pictures)] if file else [jpeg(pictures)]

    # ---- the run ---------------------------------------------------------------------

    def _built(self):
        return LiveRun(self._recipe, self.values, self.seed, self._key())

    def _renew(self, *, always=False, back=False):
        """Build the image anew if it has to be; if that fails, the old one stays.

        With `back`, the run before this one goes on, if it was built for what the
        controls say now.
        """
        key = self._key()
        if not always and self._run.key == key:
            return
        earlier = self._earlier
        again = back and earlier is not None and earlier.key == key
        self._run, self._earlier = earlier if again else self._built(), self._run

    def _advance(self, steps, seconds):
        self._run.advance(self._recipe, self.values, steps, seconds)

    def _check_open(self):
        if not self._open:
            raise RuntimeError(
                "this LivePanel was closed, by close() or because its cell ran again; "
                "use the new one, or run the cell"
            )

    @torch.no_grad()
    def _pictures(self):
        pictures = (
            self.image()
            if self.show is None
            else self.show(self.image, **taken(self.show, self.values))
        )
        pictures = pictures if pictures.dim() == 4 else pictures[None]
        if not len(self.history):
            self._run.flat_at_first = washed_out(pictures[:, :3])
        return pictures

    def _warning(self, pictures):
        """A remark on a picture that a large step size has washed out, or ""."""
        if self._run.flat_at_first or not washed_out(pictures[:, :3]):
            return ""
        return (
            "Most of the picture is black or white now: the rate is probably too "
            "high. Lower lr and press reset, or undo."
        )

    def _sheet(self, width):
        return picture_sheet(
            [visible(self._pictures())],
            [f"after {len(self.history)} steps"],
            width=int(width),
        )

    # ---- controls --------------------------------------------------------------------

    def _structural(self):
        return taken(self.build, self._steering.raw)

    def _key(self):
        """What the present image was built for."""
        recipe = self._recipe
        # losses and values of an objective do not belong in one history
        kind = recipe.network is None
        return {**self._structural(), "seed": self.seed, "by": (recipe.build, kind)}

    def _check_controls(self):
        goal, _ = self._run.goal_and_network(self._recipe)
        takers = self.build, goal, self.transforms, self.show
        lost = set(self._steering.controls).difference(
            ["lr"], *(taken(function, self._steering.raw) for function in takers)
        )
        if lost or {"seed", "generator"} & set(self._steering.controls):
            raise ValueError(
                f"nothing takes the control {min(lost or {'seed'})!r}: "
                "name a parameter of build, goal or show like it, or call "
                "it 'lr' (seed and generator come by themselves)"
            )
