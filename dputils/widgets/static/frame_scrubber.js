// Films in step: a slider and a play button for all rows together.
import { calm, h, isolated, pictureUrls, say, whenVisible } from "./parts.js";

const CSS = `
.title { opacity: 0.65; margin-bottom: 3px; }
.film { min-width: 0; }
.film + .film { margin-top: 10px; }
.frames { display: grid; gap: 2px; align-items: end; }
.frames button { opacity: 0.5; }
.frames button:hover { opacity: 0.85; }
.frames button.now { opacity: 1; box-shadow: 0 3px 0 -1px currentColor; }
.frames img { width: 100%; }
canvas { width: 100%; background: var(--faint); }
.controls { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; margin-top: 8px; }
.controls input { flex: 1 1 200px; }
.controls button { width: 30px; height: 30px; padding: 0; flex: none; }
.controls svg { display: block; margin: auto; }
.controls output { opacity: 0.65; min-width: 7em; text-align: right; font-variant-numeric: tabular-nums; }
.side { display: flex; flex-wrap: wrap; gap: 10px; align-items: end; }
.side .film { flex: 1 1 140px; margin: 0; }
.films .controls { margin-top: 4px; }
.films .side { cursor: pointer; }
`;
const PLAY = '<svg width="12" height="14" aria-hidden="true"><path d="M1 1L11 7L1 13Z" fill="currentColor"/></svg>';
const PAUSE = '<svg width="12" height="14" aria-hidden="true"><path d="M1 1H4V13H1ZM8 1H11V13H8Z" fill="currentColor"/>'
  + "</svg>";
const FIRST_WAIT = 1000; // milliseconds after it comes into view, as in the article

function render({ model, el }) {
  const count = model.get("count"), labels = model.get("labels").map((label) => say(label));
  const rows = model.get("layout") === "rows";
  const every = model.get("every"), strip = rows ? Array.from({ length: Math.ceil(count / every) }, (_, k) => k * every)
    : [];
  let frame = 0, direction = 1, playing = false, wanted = model.get("autoplay") && !calm(), visible = false;
  let clock = 0, timer = 0, pictures = [];

  const films = model.get("titles").map((called, number) => {
    const title = say(called);
    const canvas = h("canvas", { role: "img" });
    const buttons = strip.map((index) => h("button", { className: "picture", title: labels[index],
      "aria-label": labels[index], onclick: () => { stop(); go(index); } }, h("img", { alt: "", draggable: false })));
    const frames = rows ? h("div", { className: "frames", style: `grid-template-columns: minmax(96px, ${
      strip.length > 8 ? 2.4 : 2}fr) repeat(${strip.length}, minmax(0, 1fr))` }, canvas, ...buttons) : canvas;
    return { title, number, canvas, buttons, box: h("div", { className: "film" },
      ...(title ? [h("div", { className: "title" }, title)] : []), frames) };
  });
  const slider = h("input", { type: "range", min: 0, max: count - 1, step: 1, value: 0, "aria-label": say("frame") });
  const button = h("button", {}), text = h("output");
  const controls = h("div", { className: "controls" }, button, slider, text);
  const figure = h("figure", { className: rows ? "" : "films", style: `width: ${model.get("width")}px`, role: "group",
                               "aria-label": say(model.get("alt")) },
    h("div", { className: rows ? "" : "side" }, ...films.map((film) => film.box)), controls);

  const draw = () => films.forEach(({ canvas, title, number, buttons }) => {
    const picture = pictures[number * count + frame];
    canvas.setAttribute("aria-label", `${title} ${labels[frame]}`.trim());
    buttons.forEach((each, k) => each.classList.toggle("now", strip[k] === Math.floor(frame / every) * every));
    if (!picture?.complete || !picture.naturalWidth) return; // its onload draws again
    canvas.width = picture.naturalWidth; // setting it clears what was there
    canvas.height = picture.naturalHeight;
    canvas.getContext("2d").drawImage(picture, 0, 0);
  });
  const go = (index) => {
    frame = index;
    slider.value = index;
    slider.setAttribute("aria-valuetext", labels[index]);
    text.textContent = labels[index];
    draw();
  };
  const load = () => {
    pictures = Array.from({ length: films.length * count }, (_, k) => {
      const picture = new Image();
      picture.onload = () => { if (pictures[k] === picture && k % count === frame) draw(); };
      picture.src = urls.at(k);
      return picture;
    });
    films.forEach(({ buttons, number, canvas }) => {
      canvas.style.aspectRatio = model.get("aspects")[number];
      buttons.forEach((each, k) => { each.firstChild.src = urls.at(number * count + strip[k]); });
    });
    go(frame);
  };

  const tick = (now) => {
    if (!playing) return;
    requestAnimationFrame(tick);
    if (now - clock < 1000 / model.get("fps")) return;
    clock = now - clock > 500 ? now : clock + 1000 / model.get("fps"); // after a pause of the page, no catching up
    let next = frame + direction;
    if (next < 0 || next >= count) {
      direction = model.get("pingPong") ? -direction : 1;
      next = model.get("pingPong") ? frame + direction : 0;
    }
    go(next);
  };
  const set = (play) => {
    if (play && !playing) { clock = performance.now(); requestAnimationFrame(tick); }
    playing = play;
    button.innerHTML = play ? PAUSE : PLAY;
    button.setAttribute("aria-label", play ? say("pause") : say("play"));
  };
  const stop = () => { clearTimeout(timer); wanted = false; set(false); };
  const toggle = () => { clearTimeout(timer); wanted = !playing; set(wanted); };
  button.onclick = toggle;
  slider.oninput = () => { stop(); go(Number(slider.value)); };
  controls.addEventListener("keydown", (event) => event.stopPropagation()); // arrows would move between cells
  if (!rows) figure.firstChild.onclick = toggle;

  const urls = pictureUrls(model, "frames");
  model.on("change:frames", load);
  isolated(el, CSS, figure);
  set(false);
  load();
  const unwatch = whenVisible(figure, (now) => {
    visible = now;
    clearTimeout(timer);
    if (!visible) set(false); // what nobody sees does not run
    else if (wanted) timer = setTimeout(() => set(wanted && visible), FIRST_WAIT);
  });
  return () => { set(false); clearTimeout(timer); unwatch(); model.off("change:frames", load); urls.free(); };
}

export default { render };
