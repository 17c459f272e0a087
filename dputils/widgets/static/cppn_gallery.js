// Many CPPNs by one shader that reads their weights from a texture: a gallery, or films of how they were trained.
import { h, isolated, say, whenVisible } from "./parts.js";
import { copy, prepare, program, renderer } from "./renderer.js";

const CSS = `
.grid { display: grid; gap: 12px 10px; grid-auto-flow: dense; }
.cell { border: 0; padding: 0; min-height: 0; opacity: 1; border-radius: 0; display: block; width: 100%;
        text-align: left; cursor: zoom-in; }
.cell.wide { grid-column: 1 / -1; cursor: zoom-out; }
.cell span { display: block; opacity: 0.75; min-height: 1.45em; white-space: nowrap; overflow: hidden;
             text-overflow: ellipsis; }
canvas { width: 100%; background: var(--faint); }
.controls { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; margin-top: 10px; }
.controls input { flex: 1 1 200px; }
.controls button, .controls output { min-width: 4.5em; opacity: 0.8; }
.controls output { text-align: right; font-variant-numeric: tabular-nums; }
`;
const VERTEX = `#version 300 es
void main() { gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0, 0.0, 1.0); }`;
const EDGE = Math.sqrt(3), BLOCK = 256, ROW = 256, MOST = 1024; // ROW: texels in a row of the texture
const NARROW = [[560, 12], [420, 3], [0, 2]]; // at least so wide: at most so many columns

const fragment = (reader) => `#version 300 es
precision highp float;
uniform highp sampler2D weights;
uniform vec2 size;
out vec4 colour;
vec4 w(int k) { return texelFetch(weights, ivec2(k % ${ROW}, k / ${ROW}), 0); }
${reader}
void main() {
  vec4 c = cppn(${EDGE.toFixed(7)} * (2.0 * gl_FragCoord.xy / size - 1.0) * vec2(1.0, -1.0));
  colour = vec4(c.rgb * c.a, c.a);
}`;

/** The weights at each moment, first to last: the files hold the last one, then the steps back. */
function decoded(files) {
  const moments = [];
  files.forEach((file, number) => {
    const bytes = number ? 1 : 2, length = Math.ceil(file.byteLength / (bytes * BLOCK + 4)); // of the units
    const count = (file.byteLength - 4 * length) / bytes, numbers = new Float32Array(count);
    for (let k = 0; k < count; k++) {
      const whole = number ? file.getInt8(4 * length + k) : file.getInt16(4 * length + 2 * k, true);
      numbers[k] = (moments[0]?.[k] ?? 0) + whole * file.getFloat32(4 * Math.floor(k / BLOCK), true);
    }
    moments.unshift(numbers);
  });
  return moments;
}

function render({ model, el }) {
  const captions = model.get("captions").map((text) => say(text));
  const moments = model.get("moments"), last = moments.length - 1, unit = model.get("unit");
  const stale = new Set();
  let films = [], now = last, waiting = 0, playing = false, visible = false;

  const grid = h("div", { className: "grid" });
  const cells = captions.map((text, index) => {
    const canvas = h("canvas", { role: "img", "aria-label": text || say("picture {}", index + 1) });
    const cell = h("button", { className: "cell", "aria-pressed": "false",
      title: say("click: as wide as the page, or back"),
      onclick: () => {
        cell.setAttribute("aria-pressed", cell.classList.toggle("wide"));
        redraw([index]);
      } }, ...(captions.some(Boolean) ? [h("span", {}, text)] : []), canvas);
    return { cell, canvas };
  });
  grid.append(...cells.map(({ cell }) => cell));

  /** Weights of a picture now, between the two moments beside it. */
  const mixed = (film) => {
    const before = Math.min(Math.floor(now), Math.max(0, last - 1)), share = now - before, to = film[before + 1];
    const out = new Float32Array(4 * ROW * Math.ceil(film[0].length / (4 * ROW)));
    film[before].forEach((value, k) => { out[k] = to ? value + share * (to[k] - value) : value; });
    return out;
  };
  const paint = (index, width, height) => {
    const page = renderer(), { gl } = page, numbers = mixed(films[index]);
    const shader = program(page, VERTEX, fragment(model.get("reader")));
    prepare(page, width, height);
    gl.useProgram(shader);
    gl.disable(gl.BLEND);
    gl.activeTexture(gl.TEXTURE0);
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, ROW, numbers.length / (4 * ROW), 0, gl.RGBA, gl.FLOAT, numbers);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    gl.uniform1i(gl.getUniformLocation(shader, "weights"), 0);
    gl.uniform2f(gl.getUniformLocation(shader, "size"), width, height);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.deleteTexture(texture);
    return page;
  };
  const draw = () => {
    waiting = 0;
    if (!visible || !grid.isConnected) return; // when it comes into view, the observer below draws it
    const begin = performance.now();
    for (const index of stale) {
      if (performance.now() - begin > 30) break; // the others in the next frame, so that the page stays awake
      stale.delete(index);
      const { canvas } = cells[index];
      const width = Math.max(16, Math.min(MOST, Math.round(canvas.clientWidth * devicePixelRatio)));
      const height = Math.max(1, Math.round(width / model.get("aspect")));
      copy(paint(index, width, height), canvas, width, height);
    }
    if (stale.size) waiting = requestAnimationFrame(draw);
  };
  const redraw = (which = cells.keys()) => {
    for (const index of which) stale.add(index);
    waiting ||= requestAnimationFrame(draw);
  };

  const slider = h("input", { type: "range", min: 0, max: last, step: 0.01, "aria-label": say("moment of training"),
    oninput: () => { play(false); go(Number(slider.value)); } });
  const text = h("output"), button = h("button", { onclick: () => play(!playing) });
  const go = (to) => {
    now = Math.min(last, Math.max(0, to));
    slider.value = now;
    const before = Math.floor(now), after = Math.ceil(now);
    const number = Math.round(moments[before] + (now - before) * (moments[after] - moments[before]));
    text.textContent = unit.includes("{}") ? say(unit, number) : `${say(unit)} ${number}`;
    slider.setAttribute("aria-valuetext", text.textContent);
    redraw();
  };
  const play = (start) => {
    playing = start;
    button.textContent = start ? `❚❚ ${say("pause")}` : `▶ ${say("play")}`;
    if (!start) return;
    if (now >= last) go(0);
    const seconds = model.get("seconds"), begin = performance.now() - 1000 * seconds * now / last;
    const step = (time) => {
      if (!playing) return;
      go(last * (time - begin) / (1000 * seconds));
      if (now >= last) play(false); // and the finished pictures stay
      else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  };
  const controls = h("div", { className: "controls" }, button, slider, text);
  controls.addEventListener("keydown", (event) => event.stopPropagation()); // arrows would move between cells

  const load = () => { films = model.get("weights").map(decoded); redraw(); };
  films = model.get("weights").map(decoded);
  paint(0, 16, 16); // throws if there is no WebGL2 or the shader does not compile: the still picture then stays
  cells.forEach(({ canvas }) => { canvas.style.aspectRatio = model.get("aspect"); });
  model.on("change:weights", load);
  isolated(el, CSS, h("figure", { style: `width: ${model.get("width")}px`, role: "group",
                                  "aria-label": say(model.get("alt")) }, grid, ...(last ? [controls] : [])));
  const fit = () => {
    const width = grid.clientWidth || model.get("width");
    const columns = Math.min(model.get("columns"), NARROW.find(([least]) => width >= least)[1]);
    grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    redraw();
  };
  const watcher = new ResizeObserver(fit);
  watcher.observe(grid);
  fit();
  play(false);
  go(last);
  const unwatch = whenVisible(grid, (seen) => {
    visible = seen;
    if (seen) redraw();
    else play(false);
  });
  return () => {
    play(false);
    cancelAnimationFrame(waiting);
    unwatch();
    watcher.disconnect();
    model.off("change:weights", load);
  };
}

export default { render };
