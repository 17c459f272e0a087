"""Textures a second that a live MeshViewer is sent, alone and while they are optimized;
target: 5 of 1024².

A real kernel, and this script in the page's place: it counts the textures that arrive
over the kernel's sockets. What the browser does with one (decoding a JPEG, mip levels,
drawing) is measured by tests/browser/test_mesh_viewer.py.
"""

import argparse
import queue
import time

from jupyter_client.manager import start_new_kernel

CELL = """
import time, torch
from dputils.data import sample_mesh
from dputils.images import fourier_image
from dputils.networks import load_network
from dputils.optimize import maximize
from dputils.rasterize import View
from dputils.scene import sample_views
from dputils.widgets import MeshViewer
mesh, network = sample_mesh("bunny"), load_network("patternnet")
texture = fourier_image({texels}, seed=0)
views = [View(mesh, sample_views(mesh, 1, seed=k), {view}) for k in range(8)]
figure = MeshViewer(mesh, texture(), live=True)


def look(texture, generator):
    view = views[int(torch.randint(len(views), (), generator=generator))]
    return view.render(texture, mip=True)


def optimized(count, shown):
    begin = time.perf_counter()
    maximize(texture, "conv6:7", network, transforms=look, steps=count, progress=False,
             on_step=(lambda *_: figure.update(texture())) if shown else None)
    return (time.perf_counter() - begin) / count


def pushed(count):
    pictures = [texture().detach() for _ in range(2)]
    begin, spent = time.perf_counter(), time.process_time()
    for k in range(count):
        figure.update(pictures[k % 2])
    return (time.perf_counter() - begin) / count, (time.process_time() - spent) / count


optimized(2, True)
print(*pushed({count}), optimized({count}, False), optimized({count}, True))
"""


def measure(texels, view, count):
    manager, client = start_new_kernel()
    try:
        client.execute(CELL.format(texels=texels, view=view, count=count))
        arrived, sizes, printed = [], [], ""
        while True:
            try:
                message = client.get_iopub_msg(timeout=300)
            except queue.Empty:
                raise RuntimeError("the kernel does not answer") from None
            content = message["content"]
            if message["msg_type"] == "error":
                raise RuntimeError("\n".join(content["traceback"]))
            if message["msg_type"] == "comm_msg" and message["buffers"]:
                arrived.append(time.perf_counter())
                sizes.append(sum(len(buffer) for buffer in message["buffers"]))
            if message["msg_type"] == "stream":
                printed += content["text"]
            if content.get("execution_state") == "idle" and printed:
                break
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    push, spent, bare, shown = map(float, printed.split())
    last = arrived[-count:]
    print(
        f"{texels}² texels: {1 / push:.1f} updates a second from Python alone (at "
        f"least 5), {spent:.3f} s of processor time each; "
        f"{(count - 1) / (last[-1] - last[0]):.1f} arrive while each step of an "
        f"optimization is shown ({1 / bare:.1f} steps a second unseen, "
        f"{1 / shown:.1f} shown; views of {view}²), "
        f"{sorted(sizes)[len(sizes) // 2] / 1000:.0f} kB each"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--texels", type=int, default=1024, help="along a side of the texture"
    )
    parser.add_argument(
        "--view",
        type=int,
        default=128,
        help="pixels along a side of what the network sees",
    )
    parser.add_argument("--count", type=int, default=20, help="updates")
    options = parser.parse_args()
    measure(options.texels, options.view, options.count)
