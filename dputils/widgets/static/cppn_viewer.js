// A CPPN as a shader: drag and zoom without end, morph between two, save at any size.
import { fingerHint, h, isolated, onFingers, onKeys, say, shared, whenVisible } from "./parts.js";
import { copy, prepare, program, renderer } from "./renderer.js";

const CSS = `
canvas { width: 100%; touch-action: pan-y; cursor: grab; user-select: none; background: var(--faint); }
canvas.held { outline: 2px solid #4a90d9; }
canvas.dragging { cursor: grabbing; }
.controls { margin-top: 8px; }
.controls { gap: 6px; }
.controls input[type="range"] { flex: 1 1 180px; }
select { font: inherit; color: inherit; background: none; border: 1px solid var(--line); border-radius: 6px;
         opacity: 0.8; cursor: pointer; }
option { color: black; background: white; }
`;
const VERTEX = `#version 300 es
void main() { gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0, 0.0, 1.0); }`;
const EDGE = Math.sqrt(3), SIZES = [512, 1024, 2048, 4096], LEAST = 1 / 64, MOST = 1 << 17; // float32 ends there
const HOME = { x: 0, y: 0, zoom: 1 };

const fragment = (body, pair) => `#version 300 es
precision highp float;
uniform vec2 size, middle;
uniform float zoom, share;
out vec4 colour;
${body}
void main() {
  vec2 p = middle + ${EDGE.toFixed(7)} / zoom * (2.0 * gl_FragCoord.xy / size - 1.0) * vec2(1.0, -1.0);
  vec4 c = ${pair ? "cppn(p, share)" : "cppn(p)"};
  colour = vec4(c.rgb * c.a, c.a);
}`;

function render({ model, el }) {
  const canvas = h("canvas", { role: "img", tabIndex: 0, title: say("drag to move; scroll to zoom, after a click"),
    "aria-label": say("{}; arrow keys move, + and - zoom, 0 returns", say(model.get("alt"))) });
  const view = shared(model.get("group"), { ...HOME, share: model.get("morph") });
  let waiting = 0, playing = false;

  const paint = (width, height) => {
    const page = renderer(), { gl } = page;
    const shader = program(page, VERTEX, fragment(model.get("body"), model.get("pair")));
    const place = (name) => gl.getUniformLocation(shader, name), { x, y, zoom, share } = view.value;
    prepare(page, width, height);
    gl.useProgram(shader);
    gl.disable(gl.BLEND);
    gl.uniform2f(place("size"), width, height);
    gl.uniform2f(place("middle"), x, y);
    gl.uniform1f(place("zoom"), zoom);
    if (model.get("pair")) gl.uniform1f(place("share"), share);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    return page;
  };
  const draw = () => {
    waiting = 0;
    if (!canvas.isConnected) return; // when it comes back, the observer below draws it
    const width = Math.max(16, Math.min(1024, Math.round(canvas.clientWidth * devicePixelRatio)));
    const height = Math.max(16, Math.round(width / model.get("aspect")));
    copy(paint(width, height), canvas, width, height);
  };
  const redraw = () => { waiting ||= requestAnimationFrame(draw); };
  const change = (part) => view.set({ ...view.value, ...part });

  /** Zooms by a factor so that the place under (u, v), from -1 to 1 across the canvas, stays where it is. */
  const zoomAt = (factor, u = 0, v = 0) => {
    const { x, y, zoom } = view.value, next = Math.min(MOST, Math.max(LEAST, zoom * factor));
    change({ x: x + u * EDGE * (1 / zoom - 1 / next), y: y + v * EDGE * (1 / zoom - 1 / next), zoom: next });
  };
  const within = (event) => {
    const box = canvas.getBoundingClientRect();
    return [2 * (event.clientX - box.left) / box.width - 1, 2 * (event.clientY - box.top) / box.height - 1];
  };
  const move = (u, v) => {
    const { x, y, zoom } = view.value;
    change({ x: x - u * EDGE / zoom, y: y - v * EDGE / zoom });
  };

  onFingers(canvas, within, ({ by, factor, at }) => {
    if (by[0] || by[1]) move(...by);
    if (factor !== 1) zoomAt(factor, ...at);
  });
  canvas.addEventListener("dblclick", () => change(HOME));
  onKeys(canvas, { ArrowLeft: () => move(0.2, 0), ArrowRight: () => move(-0.2, 0), ArrowUp: () => move(0, 0.2),
    ArrowDown: () => move(0, -0.2), "+": () => zoomAt(1.25), "=": () => zoomAt(1.25), "-": () => zoomAt(0.8),
    0: () => change(HOME) });

  const slider = h("input", { type: "range", min: 0, max: 1, step: 0.001, "aria-label": say("share of the second CPPN"),
    oninput: () => { play(false); change({ share: Number(slider.value) }); } });
  const button = h("button", { title: say("from the first CPPN to the second and back"),
    onclick: () => play(!playing) });
  const play = (now) => {
    playing = now;
    button.textContent = now ? say("pause") : say("morph");
    if (!now) return;
    const begin = performance.now() - 5000 / (2 * Math.PI) * Math.acos(1 - 2 * view.value.share);
    const step = (time) => {
      if (!playing) return;
      change({ share: 0.5 - 0.5 * Math.cos(2 * Math.PI * (time - begin) / 5000) });
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  };
  const longest = say("longer side of the saved picture, in pixels");
  const size = h("select", { title: longest, "aria-label": longest },
    ...SIZES.map((pixels) => h("option", { value: pixels, selected: pixels === 1024 }, `${pixels} px`)));
  const save = () => {
    const longer = Number(size.value), aspect = model.get("aspect"), picture = h("canvas");
    const width = Math.round(aspect >= 1 ? longer : longer * aspect), height = Math.round(width / aspect);
    copy(paint(width, height), picture, width, height);
    picture.toBlob((blob) => {
      const url = URL.createObjectURL(blob);
      h("a", { href: url, download: `cppn-${width}x${height}.png` }).click();
      setTimeout(() => URL.revokeObjectURL(url), 10000);
    });
  };
  const controls = h("div", { className: "controls row" }, ...(model.get("pair") ? [button, slider] : []),
    h("button", { onclick: () => zoomAt(1.25), title: say("zoom in"), "aria-label": say("zoom in") }, "+"),
    h("button", { onclick: () => zoomAt(0.8), title: say("zoom out"), "aria-label": say("zoom out") }, "−"),
    h("button", { onclick: () => change(HOME), title: say("back to the place that was trained") }, say("reset")),
    h("span", {}, h("button", { onclick: save, title: say("draw it anew at this size, and save it") }, say("save PNG")),
      " ",
      size));
  controls.addEventListener("keydown", (event) => event.stopPropagation()); // arrows would move between cells

  paint(16, 16); // throws if there is no WebGL2 or the shader does not compile: the still picture then stays
  const show = () => {
    canvas.style.aspectRatio = model.get("aspect");
    redraw();
  };
  const follow = () => { slider.value = view.value.share; redraw(); };
  const unlink = view.on(follow);
  model.on("change:body", show);
  const figure = h("figure", { style: `width: ${model.get("width")}px`, role: "group",
                               "aria-label": say(model.get("alt")) }, canvas, fingerHint(), controls);
  isolated(el, CSS, figure);
  play(false);
  slider.value = view.value.share;
  show();
  const unwatch = whenVisible(canvas, (now) => { if (now) redraw(); else play(false); });
  const watcher = new ResizeObserver(redraw);
  watcher.observe(canvas);
  return () => {
    play(false);
    cancelAnimationFrame(waiting);
    unlink();
    unwatch();
    watcher.disconnect();
    model.off("change:body", show);
  };
}

export default { render };
