// Meshes to turn, light, unfold and compare; several viewers of a page may share one camera.
import { calm, fingerHint, h, isolated, onDark, onFingers, onKeys, onTheme, say } from "./parts.js";
import { pickers, shared, whenVisible } from "./parts.js";
import { MeshStage, decodeMesh, decodePicture } from "./mesh_drawing.js";
import { renderer } from "./renderer.js";

const CSS = `
canvas { width: 100%; touch-action: pan-y; cursor: grab; user-select: none;}
canvas.ondark { background: #c6cad0; border-radius: 4px; } /* a dark model would vanish on a dark page */
canvas.held { outline: 2px solid #4a90d9; }
canvas.dragging { cursor: grabbing; }
.controls { margin-top: 8px; gap: 6px; }
`;
const UNFOLDING = 1500, FADING = 0.35, FLIGHT = 500; // milliseconds; share of the first for the texture behind; ms
const NEAR = 6; // how far one may zoom into the unfolded texture
const LIFT = 0.7, STEEP = Math.PI / 2 - 0.01; // how far a flight swings out; how far up the camera goes
const END = 1 + FADING, clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const smooth = (t) => t * t * (3 - 2 * t);

function render({ model, el }) {
  if (!("DecompressionStream" in window)) throw new Error("this browser is too old to unpack a mesh");
  renderer(); // throws if there is no WebGL2: the still picture then stays
  const stage = new MeshStage(), start = model.get("start"), [nearest, farthest] = model.get("limits");
  // `unfolded` runs from 0 through 1, where all lies flat, to END, where the whole texture has come out behind.
  const view = shared(model.get("group") && `mesh ${model.get("group")}`,
    { ...start, near: 1, unfolded: 0, open: false, shaded: model.get("shading"), wired: model.get("wireframe"),
      flight: null, folding: null });
  const canvas = h("canvas", { role: "img", tabIndex: 0, title: say("drag to turn; scroll to zoom, after a click"),
    "aria-label": say("{}; arrow keys turn, + and - zoom, u unfolds, s shades, w shows the triangles, 0 returns",
      say(model.get("alt"))) });
  let waiting = 0, visible = true, gone = false, ready = false;

  const draw = () => {
    waiting = 0;
    if (!visible || !ready || !canvas.isConnected) return; // when it comes back, the observer below draws it
    const { unfolded, ...rest } = view.value, width = Math.round(canvas.clientWidth * devicePixelRatio);
    if (width < 2) return;
    stage.draw(canvas, width, Math.max(2, Math.round(width / model.get("aspect"))), { ...rest, fov: model.get("fov"),
      unfolded: smooth(Math.min(1, unfolded)), backdrop: Math.max(0, unfolded - 1) / FADING });
  };
  const redraw = () => { waiting ||= requestAnimationFrame(draw); };
  const change = (part) => view.set({ ...view.value, ...part });

  // Textures may come faster than they can be decoded: then only the newest is.
  const meshes = new Map();
  let picked = 0, busy = false, again = false;
  const load = async () => {
    again = busy;
    if (busy) return;
    busy = true;
    try {
      do {
        again = false;
        const [number, file] = model.get("combinations")[picked];
        if (!meshes.has(number)) meshes.set(number, decodeMesh(model.get("meshes")[number]));
        const [mesh, picture] = await Promise.all([meshes.get(number), decodePicture(model.get("textures")[file])]);
        if (gone) return picture.close();
        stage.set(mesh, picture);
        ready = true;
        redraw();
      } while (again);
    } catch (error) {
      console.error("a mesh could not be shown:", error);
    } finally {
      busy = false;
    }
  };

  /** Moves what `share` says from 0 to 1 over time, until another movement of this kind takes over. */
  const animate = (kind, duration, at) => {
    const mine = Symbol(), begin = performance.now();
    change({ [kind]: mine });
    const step = (now) => {
      if (view.value[kind] !== mine) return;
      const share = calm() ? 1 : clamp((now - begin) / duration, 0, 1);
      change({ ...at(share), ...(share === 1 && { [kind]: null }) });
      if (share < 1) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  };
  const fold = (open) => {
    if (view.value.open === open) return;
    const from = view.value.unfolded, to = open ? END : 0;
    change({ open, ...(open && { near: 1 }) }); // all of it in sight, however near the solid was
    animate("folding", 1 + UNFOLDING * Math.abs(to - from), (share) => ({ unfolded: from + share * (to - from) }));
  };
  const flyTo = (goal) => {
    const from = view.value, full = 2 * Math.PI;
    const turn = (((goal.azimuth - from.azimuth + Math.PI) % full) + full) % full - Math.PI; // the shorter way round
    const way = Math.hypot(turn, goal.elevation - from.elevation), lift = LIFT * Math.min(1, way);
    fold(false);
    animate("flight", FLIGHT, (share) => {
      const s = smooth(share), between = (name) => from[name] + s * (goal[name] - from[name]);
      return share === 1 ? { azimuth: goal.azimuth, elevation: clamp(goal.elevation, -STEEP, STEEP),
                             distance: goal.distance }
        : { azimuth: from.azimuth + s * turn, elevation: clamp(between("elevation"), -STEEP, STEEP),
            distance: Math.min(farthest, between("distance") + 4 * lift * s * (1 - s)) };
    });
  };
  const turn = (sideways, upwards) => {
    const { azimuth, elevation } = view.value;
    fold(false);
    change({ azimuth: azimuth - sideways, elevation: clamp(elevation + upwards, -STEEP, STEEP), flight: null });
  };
  const zoom = (factor) => change(view.value.open ? { near: clamp(view.value.near * factor, 0.5, NEAR) }
    : { distance: clamp(view.value.distance / factor, nearest, farthest), flight: null });
  const toggle = (name) => change({ [name]: !view.value[name] });

  onFingers(canvas, (event) => [event.clientX, event.clientY], ({ by: [x, y], factor }) => {
    const angle = Math.PI / canvas.clientHeight; // half a turn across
    if (factor !== 1) zoom(factor);
    if (x || y) turn(x * angle, y * angle);
  });
  onKeys(canvas, { ArrowLeft: () => turn(-0.2, 0), ArrowRight: () => turn(0.2, 0), ArrowUp: () => turn(0, -0.2),
    ArrowDown: () => turn(0, 0.2), "+": () => zoom(1.2), "=": () => zoom(1.2), "-": () => zoom(1 / 1.2),
    0: () => flyTo(start), u: () => fold(!view.value.open), s: () => toggle("shaded"), w: () => toggle("wired") });

  const switches = [[say("unfold"), "open", () => fold(!view.value.open), say("lay the texture flat")],
    [say("shading"), "shaded", () => toggle("shaded"), say("light it with a lamp")],
    [say("wireframe"), "wired", () => toggle("wired"), say("show the triangles")]]
    .map(([text, name, onclick, title]) => [name, h("button", { onclick, title }, text)]);
  const controls = h("div", {}, fingerHint(),
    h("div", { className: "controls row" }, ...switches.map(([, button]) => button),
      ...model.get("presets").map((preset) => h("button", { onclick: () => flyTo(preset),
        title: say("fly to: {}", say(preset.name)) }, say(preset.name))),
      h("span", { className: "row" },
        h("button", { onclick: () => zoom(1.2), title: say("zoom in"), "aria-label": say("zoom in") }, "+"),
        h("button", { onclick: () => zoom(1 / 1.2), title: say("zoom out"), "aria-label": say("zoom out") }, "−"),
        h("button", { onclick: () => flyTo(start), title: say("back to the first view, folded") }, say("reset")))),
    pickers(model, (index) => { picked = index; load(); }));
  controls.addEventListener("keydown", (event) => event.stopPropagation()); // arrows would move between cells

  const follow = () => {
    for (const [name, button] of switches) button.setAttribute("aria-pressed", view.value[name]);
    redraw();
  };
  const unlink = view.on(follow);
  canvas.style.aspectRatio = model.get("aspect");
  isolated(el, CSS, h("figure", { style: `width: ${model.get("width")}px`, role: "group",
                                  "aria-label": say(model.get("alt")) }, canvas, controls));
  model.on("change:textures", load);
  const ground = () => canvas.classList.toggle("ondark", onDark(canvas));
  const plain = onTheme(() => requestAnimationFrame(ground));
  ground();
  follow();
  load();
  const unwatch = whenVisible(canvas, (now) => { visible = now; if (now) redraw(); });
  const watcher = new ResizeObserver(redraw);
  watcher.observe(canvas);
  return () => {
    gone = true;
    cancelAnimationFrame(waiting);
    unlink();
    plain();
    unwatch();
    watcher.disconnect();
    model.off("change:textures", load);
    stage.free();
  };
}

export default { render };
