// One WebGL2 context for all figures of a page: browsers allow only about sixteen.

const KEPT = 24; // compiled programs, the most recently used ones

/** The page's renderer {canvas, gl, programs}, made anew if the context was lost; throws without WebGL2. */
export function renderer() {
  const key = Symbol.for("dputils.webgl");
  if (!window[key] || window[key].gl.isContextLost()) {
    const canvas = document.createElement("canvas");
    const gl = canvas.getContext("webgl2", { premultipliedAlpha: true, antialias: false, preserveDrawingBuffer: true });
    if (!gl) throw new Error("this browser offers no WebGL2");
    window[key] = { canvas, gl, programs: new Map() };
  }
  return window[key];
}

/** A compiled program by its two sources. */
export function program({ gl, programs }, vertex, fragment) {
  const key = vertex + fragment, found = programs.get(key) ?? link(gl, vertex, fragment);
  programs.delete(key);
  programs.set(key, found); // last in the order of use
  if (programs.size > KEPT) {
    const [oldest, unused] = programs.entries().next().value;
    gl.deleteProgram(unused);
    programs.delete(oldest);
  }
  return found;
}

function link(gl, vertex, fragment) {
  const made = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader));
    gl.attachShader(made, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(made);
  if (!gl.getProgramParameter(made, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(made));
  return made;
}

/** Makes room for a picture of this size; the canvas only grows, since every change of size costs. */
export function prepare({ canvas, gl }, width, height) {
  if (canvas.width < width) canvas.width = width;
  if (canvas.height < height) canvas.height = height;
  gl.viewport(0, 0, width, height);
}

/** Copies what was drawn to a figure's own canvas. WebGL's origin is at the bottom left. */
export function copy({ canvas }, target, width, height) {
  if (target.width !== width) target.width = width;
  if (target.height !== height) target.height = height;
  const context = target.getContext("2d");
  context.clearRect(0, 0, width, height);
  context.drawImage(canvas, 0, canvas.height - height, width, height, 0, 0, width, height);
}
