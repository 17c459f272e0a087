// Parts that the figures share: elements, a quiet style, pointers, pickers, and what several figures have in common.

const STYLE = `
:host { display: block; font: 13px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
        --line: rgba(127, 127, 127, 0.4); --faint: rgba(127, 127, 127, 0.18); color: inherit; }
* { box-sizing: border-box; }
figure { margin: 4px 0 8px; max-width: 100%; position: relative; }
img, canvas { display: block; }
.muted { opacity: 0.65; }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 14px; }
button { font: inherit; color: inherit; background: none; border: 0; padding: 2px 0; cursor: pointer; opacity: 0.65;
         border-radius: 3px; touch-action: manipulation; }
button:hover, button[aria-pressed="true"] { opacity: 1; }
button[aria-pressed="true"] { box-shadow: inset 0 -1px currentColor; }
:focus { outline: none; }
:focus-visible { outline: 2px solid #4a90d9; outline-offset: 2px; }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; display: flex; flex-wrap: wrap; align-items: center;
           gap: 4px 6px; }
legend { float: left; padding: 0; min-width: 4.5em; opacity: 0.65; }
label.choice { position: relative; cursor: pointer; opacity: 0.65; padding: 2px 0; margin-right: 8px;
               touch-action: manipulation; }
label.choice:hover, label.choice:has(:checked) { opacity: 1; }
label.choice.text:has(:checked) { box-shadow: inset 0 -1px currentColor; }
label.choice input { position: absolute; inset: 0; opacity: 0; margin: 0; cursor: pointer; width: 100%; height: 100%; }
label.choice:has(:focus-visible) { outline: 2px solid #4a90d9; outline-offset: 1px; }
label.choice img { width: 44px; height: 44px; object-fit: cover; border-radius: 2px; }
label.choice.thumb { padding: 0; margin: 0; opacity: 0.55; }
label.choice.thumb:hover { opacity: 0.85; }
label.choice.thumb:has(:checked) { opacity: 1; }
label.choice.thumb:has(:checked)::after { content: ""; position: absolute; left: 0; right: 0; bottom: -4px; height: 2px;
                                          background: currentColor; }
input[type="range"] { -webkit-appearance: none; appearance: none; background: none; height: 22px; margin: 0;
                      cursor: pointer; min-width: 60px; touch-action: pan-y; color: inherit; }
input[type="range"]:focus-visible { outline: none; }
input[type="range"]:focus-visible::-webkit-slider-thumb { box-shadow: 0 0 0 3px #4a90d9; }
input[type="range"]:focus-visible::-moz-range-thumb { box-shadow: 0 0 0 3px #4a90d9; }
input[type="range"]::-webkit-slider-runnable-track { height: 1px; background: var(--line); }
input[type="range"]::-moz-range-track { height: 1px; background: var(--line); }
input[type="range"]::-webkit-slider-thumb { -webkit-appearance: none; width: 13px; height: 13px; margin-top: -6px;
                                            border-radius: 50%; background: currentColor; border: 0; }
input[type="range"]::-moz-range-thumb { width: 13px; height: 13px; border-radius: 50%; background: currentColor;
                                        border: 0; }
`;

/** An element: h("button", {title: "play", onclick}, "text", child). Names with a hyphen and role become attributes. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role" || name === "style") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

/** A root whose styles neither reach the notebook nor are reached by it. */
export function isolated(el, css, ...children) {
  el.setAttribute("data-lm-suppress-shortcuts", "true"); // in JupyterLab, keys pressed in here are the figure's
  const root = el.attachShadow({ mode: "open" });
  root.append(h("style", {}, STYLE + css), ...children);
  return root;
}

/** The URL of an encoded picture in a DataView; pictureUrl.free(url) when it is no longer shown. */
export function pictureUrl(view) {
  return URL.createObjectURL(new Blob([view], { type: "image/webp" }));
}

/** Keeps one set of URLs for the pictures of a model, made anew when they change. */
export function pictureUrls(model, name, onChange) {
  let urls = [];
  const renew = () => {
    const old = urls;
    urls = model.get(name).map(pictureUrl);
    onChange?.();
    setTimeout(() => old.forEach((url) => URL.revokeObjectURL(url)), 5000); // what is being decoded still needs them
  };
  renew();
  model.on(`change:${name}`, renew);
  return {
    at: (index) => urls[index],
    free() {
      model.off(`change:${name}`, renew);
      urls.forEach((url) => URL.revokeObjectURL(url));
    },
  };
}

/** Fingers and mouse alike: start(event), move(event) and end() of a drag, or tap(event) if nothing moved. */
export function onDrag(target, { start, move, end, tap, slack = 4 }) {
  let from = null, moved = false;
  target.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || from) return;
    from = event;
    moved = false;
    target.setPointerCapture(event.pointerId);
  });
  target.addEventListener("pointermove", (event) => {
    if (!from || event.pointerId !== from.pointerId) return;
    if (!moved && Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) < slack) return;
    if (!moved) start?.(from);
    moved = true;
    move?.(event);
  });
  const finish = (event) => {
    if (!from || event.pointerId !== from.pointerId) return;
    from = null;
    if (moved) end?.(event);
    else if (event.type === "pointerup") tap?.(event);
  };
  target.addEventListener("pointerup", finish);
  target.addEventListener("pointercancel", finish);
}

/** Fingers, mouse and wheel on what can be moved and zoomed: act({by, factor, at}), by and at in units of place(event).
    Until it was clicked, the wheel belongs to the page; with Ctrl, which is also a pinch on a touchpad, it zooms. */
export function onFingers(target, place, act) {
  const fingers = new Map();
  const spread = ([a, b]) => Math.hypot(a[0] - b[0], a[1] - b[1]);
  const centre = (points) => [0, 1].map((k) => points.reduce((sum, point) => sum + point[k], 0) / points.length);
  target.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    target.setPointerCapture(event.pointerId);
    target.classList.add("dragging");
    fingers.set(event.pointerId, place(event));
  });
  target.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    const before = [...fingers.values()];
    fingers.set(event.pointerId, place(event));
    const after = [...fingers.values()], at = centre(after), from = centre(before);
    const factor = after.length > 1 && spread(before) ? spread(after) / spread(before) : 1;
    act({ by: [at[0] - from[0], at[1] - from[1]], factor, at });
  });
  const lift = (event) => {
    fingers.delete(event.pointerId);
    if (!fingers.size) target.classList.remove("dragging");
  };
  target.addEventListener("pointerup", lift);
  target.addEventListener("pointercancel", lift);
  target.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !target.matches(":focus")) return;
    event.preventDefault();
    act({ by: [0, 0], factor: Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002)), at: place(event) });
  }, { passive: false });
}

/** Keys by name: {ArrowLeft: () => …}. What they do stays here; with Ctrl, Alt or ⌘ they are the browser's. */
export function onKeys(target, actions) {
  target.addEventListener("keydown", (event) => {
    if (!Object.hasOwn(actions, event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    actions[event.key]();
  });
}

/** Radio buttons with names or thumbnails, moved by arrow keys; calls onPick(index). */
export function choices(name, options, onPick, picked = 0) {
  const group = `${name}-${Math.random()}`;
  const labels = options.map((option, index) => {
    const input = h("input", { type: "radio", name: group, checked: index === picked, onchange: () => onPick(index) });
    if (!option.thumbnail) return h("label", { className: "choice text" }, input, option.name);
    input.setAttribute("aria-label", option.name);
    const image = h("img", { src: pictureUrl(option.thumbnail), alt: "", draggable: false });
    return h("label", { className: "choice thumb", title: option.name }, input, image);
  });
  return h("fieldset", {}, ...(name ? [h("legend", {}, name)] : []), ...labels);
}

/** Pickers below a figure and the credits of what is picked; calls onPick(index of the combination). */
export function pickers(model, onPick) {
  const all = model.get("pickers"), picked = all.map(() => 0);
  const credits = h("div", { className: "muted credits", "aria-live": "polite" });
  const tell = () => {
    const lines = all.map((picker, i) => picker.choices[picked[i]]).filter((choice) => choice.credit);
    credits.textContent = lines.map((choice) => `${choice.name}: ${choice.credit}`).join(" · ");
  };
  tell();
  const sets = all.map((picker, i) => choices(picker.name, picker.choices, (index) => {
    picked[i] = index;
    tell();
    onPick(all.reduce((sum, each, j) => sum * each.choices.length + picked[j], 0));
  }));
  return all.length ? h("div", { style: "display: grid; gap: 8px; margin-top: 10px" }, ...sets, credits) : "";
}

/** Calls back with true when an element comes into view and false when it leaves, or is taken out of the page. */
export function whenVisible(element, callback) {
  const observer = new IntersectionObserver((entries) => callback(entries.at(-1).isIntersecting));
  observer.observe(element);
  return () => observer.disconnect();
}

/** What all figures of a page share under one name, such as a camera: {value, set(value), on(callback)}. */
export function shared(name, initial) {
  const all = (window[Symbol.for("dputils.shared")] ??= new Map());
  if (!all.has(name) || !name) {
    const listeners = new Set(), thing = {
      value: initial,
      set(value) { thing.value = value; listeners.forEach((listener) => listener(value)); },
      on(listener) { listeners.add(listener); return () => listeners.delete(listener); },
    };
    if (!name) return thing; // shared with nobody
    all.set(name, thing);
  }
  return all.get(name);
}

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
