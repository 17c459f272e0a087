// Pictures with opacity over a background of choice, blended in linear light.
import { choices, h, isolated, pictureUrls, say } from "./parts.js";

const CSS = `
.grid { display: grid; gap: 8px; }
.cell { min-width: 0; }
.cell canvas { width: 100%; background: var(--faint); }
.cell div { opacity: 0.65; margin-top: 2px; }
.controls { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 14px; margin: 10px 0; }
.controls legend { min-width: 0; margin-right: 12px; }
.own { display: flex; align-items: center; }
.opacity { display: flex; align-items: center; gap: 8px; flex: 1 1 180px; max-width: 320px; }
.opacity input { flex: 1; }
.opacity span { opacity: 0.65; }
input[type="color"] { width: 36px; height: 28px; padding: 0; margin-left: 6px; border: 0; background: none;
                      cursor: pointer; }
@media (max-width: 480px) { /* the grounds and their colour stand in one line, below the word */
  .own { align-items: end; }
  .controls legend { width: 0; margin-right: 100%; white-space: nowrap; }
}
`;
const GROUNDS = { light: say("light"), dark: say("dark"), checker: say("checker"), own: say("own") };
const NAMES = Object.keys(GROUNDS), LIGHT = 247, DARK = 8, PALE = 242, GREY = 153, TILE = 8;

const STEPS = 4096; // fine enough that every 8-bit colour survives the way there and back
const TO_LINEAR = Float32Array.from({ length: 256 }, (_, i) => {
  const c = i / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
});
const TO_SCREEN = Uint8Array.from({ length: STEPS + 1 }, (_, i) => {
  const c = i / STEPS;
  return Math.round(255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055));
});

function render({ model, el }) {
  const captions = model.get("captions").map((text) => say(text)), count = captions.length;
  let background = model.get("background"), color = model.get("color"), opacity = model.get("opacity"), mask = false;
  let layers = [], waiting = 0;

  const canvases = captions.map((text, k) =>
    h("canvas", { role: "img", "aria-label": text || say("picture {}", k + 1) }));
  const own = h("input", { type: "color", value: color, "aria-label": say("own colour"),
    oninput: () => { color = own.value; pick("own"); } });
  const backgrounds = choices(say("background"), Object.values(GROUNDS).map((name) => ({ name })),
    (index) => pick(NAMES[index]), NAMES.indexOf(background));
  const masked = h("button", { "aria-pressed": "false", onclick: () => {
    mask = !mask;
    masked.setAttribute("aria-pressed", mask);
    redraw();
  }, title: say("show how opaque each place is: white is opaque") }, say("α mask"));
  const slider = h("input", { type: "range", min: 0, max: 1, step: 0.01, value: opacity,
    "aria-label": say("opacity, from masked to opaque"),
    oninput: () => { opacity = Number(slider.value); redraw(); } });
  function pick(name) {
    background = name;
    backgrounds.querySelectorAll("input")[NAMES.indexOf(name)].checked = true;
    redraw();
  }

  const paint = (canvas, { width, height, rgb, alpha }) => {
    const out = new ImageData(width, height), shown = out.data;
    const ground = background === "light" ? [LIGHT, LIGHT, LIGHT] : background === "dark" ? [DARK, DARK, DARK]
      : [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
    const tile = Math.max(1, Math.round(TILE * width / (canvas.clientWidth || width))); // the same size on the screen
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i += 4) {
        const a = alpha[i] / 255, cover = a + (1 - a) * opacity;
        const square = (Math.floor(x / tile) + Math.floor(y / tile)) % 2 ? GREY : PALE;
        for (let c = 0; c < 3; c++) {
          const under = background === "checker" ? square : ground[c];
          shown[i + c] = mask ? 255 * cover
            : TO_SCREEN[Math.round(STEPS * (cover * TO_LINEAR[rgb[i + c]] + (1 - cover) * TO_LINEAR[under]))];
        }
        shown[i + 3] = 255;
      }
    }
    canvas.width = width;
    canvas.height = height;
    canvas.getContext("2d").putImageData(out, 0, 0);
  };
  const redraw = () => {
    waiting ||= requestAnimationFrame(() => {
      waiting = 0;
      layers.forEach((layer, k) => layer && paint(canvases[k], layer));
    });
  };
  const decode = async (url) => {
    const picture = new Image();
    picture.src = url;
    await picture.decode();
    const { naturalWidth: width, naturalHeight: height } = picture;
    const context = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
    context.drawImage(picture, 0, 0);
    return { width, height, data: context.getImageData(0, 0, width, height).data };
  };
  let round = 0;
  const load = async () => {
    const mine = ++round;
    canvases.forEach((canvas) => { canvas.style.aspectRatio = model.get("aspect"); });
    const decoded = await Promise.all(Array.from({ length: 2 * count }, (_, k) => decode(urls.at(k))));
    if (mine !== round) return; // newer pictures came meanwhile
    layers = canvases.map((_, k) => ({ ...decoded[k], rgb: decoded[k].data, alpha: decoded[count + k].data }));
    redraw();
  };

  const grid = h("div", { className: "grid" }, ...canvases.map((canvas, k) => h("div", { className: "cell" }, canvas,
    ...(captions[k] ? [h("div", {}, captions[k])] : []))));
  const controls = h("div", { className: "controls" }, h("div", { className: "own" }, backgrounds, own), masked,
    h("div", { className: "opacity" }, h("span", {}, say("masked")), slider,
      h("span", {}, say("opaque"))));
  controls.addEventListener("keydown", (event) => event.stopPropagation()); // arrows would move between cells
  const urls = pictureUrls(model, "pictures");
  const reload = () => load().catch((error) => console.error("pictures could not be decoded:", error));
  model.on("change:pictures", reload);
  isolated(el, CSS, h("figure", { style: `width: ${model.get("width")}px`, role: "group",
                                  "aria-label": say(model.get("alt")) }, grid, controls));
  const fit = () => {
    const width = grid.clientWidth || model.get("width");
    const columns = Math.max(1, Math.min(model.get("columns"), width < 480 ? 2 : Infinity));
    grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    // below more than two rows nobody would see what the controls do
    if (count > 2 * columns) grid.before(controls);
    else grid.after(controls);
    redraw();
  };
  const watcher = new ResizeObserver(fit);
  watcher.observe(grid);
  fit();
  reload();
  return () => {
    round++;
    cancelAnimationFrame(waiting);
    watcher.disconnect();
    model.off("change:pictures", reload);
    urls.free();
  };
}

export default { render };
