"""One ES module, hosted as HTML without a kernel, or as an anywidget for Python."""

import base64
import hashlib
import html
import json
import os
import re
import sys
import uuid
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ..media import Picture
from .cells import running_shell
from .encoding import PAYLOAD, STILL_STEPS, encode

# Beside the still, for who sees it and no figure: the script takes both away.
WAKE = (
    '<div style="font: 13px/1.45 system-ui, sans-serif; opacity: 0.7">A still. To play '
    "with it, open the notebook in JupyterLab and trust it (in the command palette: "
    "Trust Notebook), or run the cell.</div>"
)
FIGURE = re.compile(
    r'(?P<before><script type="module">\n)(?P<code>(?:(?!</script>).)*?)'
    r'(?P<after>\nmount\(component, "\w+", )',
    re.S,
)
STATIC = Path(__file__).resolve().parent / "static"


class Component:
    """A figure: a script from static/, its state, and a still for where no script runs.

    Args:
        state: what the script reads with `model.get(name)`: names to JSON values.
            `bytes` anywhere in them arrive as a DataView.
        picture: the still picture, a tensor or PIL image, which gives way if the figure
            would be too large; or the bytes of a WebP file, which stay as they are.
        alt: what the picture shows, in words, for those who do not see it.
        live: host it as a widget, which needs a kernel and takes new state by `push`.
        budget: bytes that it may add to a saved notebook.
    Raises: ValueError if the figure would add more than that.
    """

    module = ""  # the name of the script in static/
    widget: Any  # an AnyWidget, or None where the figure is a still page

    def __init__(
        self,
        state: Mapping[str, Any],
        *,
        picture: Picture | bytes,
        alt: str,
        live: bool = False,
        budget: int = PAYLOAD,
    ) -> None:
        self.state, self.alt = {**state, "alt": alt}, alt
        stills = (
            [picture]
            if isinstance(picture, bytes)
            else (encode(picture, quality=q, longest=n) for q, n in STILL_STEPS)
        )
        self.place = uuid.uuid4().hex
        self.widget = make_widget(self.module, self.state, self.place) if live else None
        for self.still in stills:
            if live or (size := len(self.html())) <= budget:
                break
        else:
            raise ValueError(
                f"this {type(self).__name__} would add {size / 1000:.0f} kB to a saved "
                f"notebook, and a figure may add {budget // 1000} kB; "
                "show fewer or smaller pictures"
            )

    def push(self, **state: Any) -> None:
        """Give the shown figure new state; only with live=True."""
        if self.widget is None:
            raise ValueError(
                f"this {type(self).__name__} is a still page without a "
                "kernel; make it with live=True to change what it shows"
            )
        unknown = sorted(set(state) - set(self.state))
        if unknown:
            raise ValueError(
                f"{type(self).__name__} has no state {', '.join(unknown)}; it has "
                f"{sorted(self.state)}"
            )
        self.state.update(state)
        # one message, so that what belongs together changes together
        with self.widget.hold_sync():
            for name, value in state.items():
                setattr(self.widget, name, value)

    def html(self) -> str:
        """The figure as a piece of HTML that loads nothing: still, script and data."""
        data = json.dumps(
            _packed(self.state), separators=(",", ":"), ensure_ascii=False
        )
        # nothing in it can end the script element, or open a comment
        data = data.replace("<", "\\u003c")
        code = bundle(self.module)
        # The same figure gets the same name, so that running a notebook again leaves no
        # difference in its file.
        name = hashlib.sha256((code + data).encode()).hexdigest()[:16]
        return (
            f'<div data-dputils="{name}">{self._image()}{WAKE}</div>\n<script '
            f'type="module">\n{code}\nmount(component, "{name}", '
            f"{data});\n</script>"
        )

    def page(self, title: str = "figure") -> str:
        """The figure alone as a whole HTML page, to keep or to send."""
        return (
            '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width">\n'
            f"<title>{html.escape(title)}</title>\n"
            '<body style="margin: 2rem auto; max-width: 60rem; padding: 0 1rem; '
            'font-family: sans-serif">\n'
            f"{self.html()}\n</body>\n</html>\n"
        )

    def _image(self):
        source = base64.b64encode(self.still).decode()
        return (
            f'<img src="data:image/webp;base64,{source}" '
            f'alt="{html.escape(self.alt)}" style="max-width: 100%; height: auto">'
        )

    def _repr_mimebundle_(self, **_):
        if self.widget is None:
            return {"text/html": self.html(), "text/plain": repr(self)}
        return self._alive(self._image())

    def _alive(self, still: str) -> Any:
        """A live figure in a notebook's output, and `still`, which stays when its
        kernel is gone.
        """
        if mounts_by_itself():
            page = (
                f'<div data-dputils-live="{self.place}">{still}</div>\n'
                f'<script type="module">\n{script("attach.js")}\n'
                f'attach("{self.place}");\n</script>'
            )
            return {"text/html": page, "text/plain": repr(self)}
        shown, metadata = self.widget._repr_mimebundle_()
        # A saved notebook has no widget state: without this picture nothing would be
        # left there.
        return {**shown, "text/html": still, "text/plain": repr(self)}, metadata

    def __repr__(self) -> str:
        return f"{type(self).__name__}: {self.alt}"


def mounts_by_itself() -> bool:
    """Whether a live figure finds its place in the page without a widget's view.

    That is so where widgets and outputs share one page: in JupyterLab and Notebook,
    whose server names the session. A view would be saved without its state there, and
    whoever opens the file reads "Error displaying widget". Colab, VS Code and Kaggle
    show outputs in frames of their own and need the view.
    """
    return (
        "JPY_SESSION_NAME" in os.environ
        and "KAGGLE_KERNEL_RUN_TYPE" not in os.environ
        and "google.colab" not in sys.modules
        and "__vsc_ipynb_file__" not in getattr(running_shell(), "user_ns", {})
    )


def script(name: str) -> str:
    """A script of static/ that imports nothing, for a page."""
    text = (STATIC / name).read_text(encoding="utf-8")
    return re.sub(r"^export ", "", text, flags=re.M).strip()


def bundle(module: str) -> str:
    """A component's script and what it imports, as one text without imports.

    It defines `component` and `mount`.
    """
    return joined("host.js", module)


def bare(code: str) -> str:
    """A script without the comments that have lines of their own."""
    return re.sub(r"^ *(//.*|/\*\*(?s:.*?)\*/)\n", "", code, flags=re.M)


def joined(*modules: str) -> str:
    """Scripts of static/ and all that they import, each once, as one text without
    imports and exports.

    What a script exports by default is called `component` there.
    """
    seen: set[Path] = set()
    parts: list[str] = []

    def add(path: Path) -> None:
        if path in seen:
            return
        seen.add(path)
        text = path.read_text(encoding="utf-8")
        for below in re.findall(r'^import .* from "(\.[\w./]+)";$', text, re.M):
            add((path.parent / below).resolve())
        text = re.sub(r'^import .* from "\.[\w./]+";\n', "", text, flags=re.M)
        text = re.sub(r"^export default ", "const component = ", text, flags=re.M)
        parts.append(
            re.sub(
                r"^export (?=const|function|class|async)", "", text, flags=re.M
            ).strip()
        )

    for name in modules:
        add(STATIC / name)
    return "\n\n".join(parts)


@cache
def _components() -> dict[str, str]:
    """`{first line: file}` of the scripts that are components."""
    return {
        text.partition("\n")[0]: path.name
        for path in sorted(STATIC.glob("*.js"))
        if "\nexport default " in (text := path.read_text(encoding="utf-8"))
    }


def renewed(page: str) -> str:
    """Figures in a piece of HTML, as `Component.html` made them some time ago, with the
    scripts of today. What is not such a figure stays as it is.
    """
    modules = _components()

    def renew(found: re.Match[str]) -> str:
        # the component's own script is the last of the bundle
        lines = [line for line in found["code"].splitlines() if line in modules]
        code = bundle(modules[lines[-1]]) if lines else found["code"]
        return f"{found['before']}{code}{found['after']}"

    return FIGURE.sub(renew, page)


def make_widget(module: str, state: Mapping[str, Any], place: str) -> Any:
    """An anywidget with the same script; its traits are the state's entries, and the
    name of its place in the page.
    """
    try:
        import anywidget
    except ImportError as error:
        raise ImportError(
            "live=True needs anywidget: pip install anywidget; "
            "without live=True the figure needs nothing"
        ) from error
    import traitlets

    traits = {
        name: traitlets.Any(value).tag(sync=True)
        for name, value in {**state, "dputils_place": place}.items()
    }
    code = (
        f"{bundle(module)}\n\n{script('attach.js')}\n\nexport default live(component);"
    )
    return type("Figure", (anywidget.AnyWidget,), {"_esm": code, **traits})()


# ---- helpers -------------------------------------------------------------------------


def _packed(value):
    """The same value with bytes as {"$bytes": base64}, which host.js turns back."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {name: _packed(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_packed(each) for each in value]
    return value
