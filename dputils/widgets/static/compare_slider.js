// Two pictures in one frame and a line to wipe between them.
import { calm, h, isolated, onDrag, pickers, pictureUrls, say } from "./parts.js";

const CSS = `
.frame { position: relative; width: 100%; overflow: hidden; touch-action: pan-y; cursor: ew-resize; user-select: none;
         -webkit-user-select: none; background: var(--faint); }
.frame img { position: absolute; inset: 0; width: 100%; height: 100%; }
.line { position: absolute; top: 0; bottom: 0; width: 44px; margin-left: -22px; outline: none; }
.line::before { content: ""; position: absolute; left: 21px; width: 2px; top: 0; bottom: 0; background: #fff;
                box-shadow: 0 0 3px rgba(0, 0, 0, 0.45); }
.line::after { content: ""; position: absolute; left: 11px; top: 50%; width: 22px; height: 22px; margin-top: -11px;
               border-radius: 50%; background: #fff; box-shadow: 0 0 4px rgba(0, 0, 0, 0.45); }
.line:focus-visible::after { box-shadow: 0 0 0 3px #4a90d9; }
.arrows { position: absolute; left: 11px; top: 50%; width: 22px; height: 22px; margin-top: -11px; z-index: 1;
          fill: none; stroke: #555; stroke-width: 1.4; }
.both { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 2fr); gap: 0 14px; align-items: start; }
.both > img { width: 100%; }
.sides { display: flex; justify-content: space-between; gap: 12px; margin-top: 4px; }
`;
const LEAST = 0.02, MOST = 0.98, LEFT = 0.15, RIGHT = 0.85, MILLISECONDS = 300;

function render({ model, el }) {
  let place = 0, pair = 0, sliding = 0;
  const before = h("img", { draggable: false, alt: "" }), after = h("img", { draggable: false, alt: "" });
  const line = h("div", { className: "line", role: "slider", tabIndex: 0, "aria-valuemin": "2", "aria-valuemax": "98",
                          "aria-orientation": "horizontal" });
  line.innerHTML = '<svg class="arrows" viewBox="0 0 22 22" aria-hidden="true"><path d="M8.5 8L5.5 11L8.5 14'
    + 'M13.5 8L16.5 11L13.5 14"/></svg>';
  const frame = h("div", { className: "frame" }, after, before, line);
  const beside = (model.get("beside") ?? []).length ? h("img", { className: "beside", draggable: false,
                                                                 alt: say("what the pair was made from") }) : "";

  const put = (share) => {
    place = Math.min(MOST, Math.max(LEAST, share));
    const percent = (100 * place).toFixed(2);
    before.style.clipPath = `inset(0 ${(100 - percent).toFixed(2)}% 0 0)`;
    line.style.left = `${percent}%`;
    line.setAttribute("aria-valuenow", Math.round(percent));
  };
  const slide = (goal) => {
    const from = place, begin = performance.now(), length = calm() ? 1 : MILLISECONDS;
    const step = (now) => {
      const t = Math.min(1, Math.max(0, (now - begin) / length));
      put(from + (goal - from) * t * t * (3 - 2 * t));
      if (t < 1) sliding = requestAnimationFrame(step);
    };
    cancelAnimationFrame(sliding);
    sliding = requestAnimationFrame(step);
  };
  const toggle = () => slide(place > 0.5 ? LEFT : RIGHT);
  const follow = (event) => {
    cancelAnimationFrame(sliding);
    const box = frame.getBoundingClientRect();
    put((event.clientX - box.left) / box.width);
  };
  onDrag(frame, { move: follow, tap: toggle });

  line.addEventListener("keydown", (event) => {
    const far = event.shiftKey ? 0.1 : 0.02;
    const goal = { ArrowLeft: place - far, ArrowDown: place - far, ArrowRight: place + far, ArrowUp: place + far,
                   PageDown: place - 0.1, PageUp: place + 0.1, Home: LEAST, End: MOST }[event.key];
    if (goal === undefined && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation(); // arrow keys and Enter mean other things to a notebook
    cancelAnimationFrame(sliding);
    if (goal === undefined) toggle();
    else put(goal);
  });

  const show = () => {
    const [first, second] = model.get("pairs")[pair];
    before.src = urls.at(first);
    after.src = urls.at(second);
    if (beside) beside.src = urls.at(model.get("beside")[pair]);
    frame.style.aspectRatio = model.get("aspect");
  };
  const urls = pictureUrls(model, "pictures");
  model.on("change:pictures", show);
  const [left, right] = model.get("labels").map((label) => say(label));
  before.alt = left;
  after.alt = right;
  line.setAttribute("aria-label",
    say("line between {} (at its left) and {} (at its right)", left, right));
  const wiped = [frame, h("div", { className: "sides muted" }, h("span", {}, left), h("span", {}, right))];
  isolated(el, CSS, h("figure", { style: `width: ${model.get("width")}px`, "aria-label": say(model.get("alt")),
                                  role: "group" },
    ...(beside ? [h("div", { className: "both" }, beside, h("div", {}, ...wiped))] : wiped),
    pickers(model, (index) => { pair = index; show(); })));
  show();
  put(model.get("start"));
  return () => { model.off("change:pictures", show); urls.free(); };
}

export default { render };
