// Parts that the figures share: elements, a quiet style, pointers, pickers, and what several figures have in common.

const STYLE = `
:host { display: block; font: 13px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
        --line: rgba(127, 127, 127, 0.4); --faint: rgba(127, 127, 127, 0.18); color: inherit; }
* { box-sizing: border-box; }
figure { margin: 4px 0 8px; max-width: 100%; position: relative; }
img, canvas { display: block; }
.muted { opacity: 0.65; }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 14px; }
button { font: inherit; color: inherit; background: none; border: 1px solid var(--line); padding: 2px 9px;
         min-width: 28px; min-height: 28px; cursor: pointer; opacity: 0.8; border-radius: 6px;
         touch-action: manipulation; }
button:hover, button[aria-pressed="true"] { opacity: 1; border-color: currentColor; }
button[aria-pressed="true"] { background: var(--faint); }
button:disabled { opacity: 0.4; cursor: default; border-color: var(--line); }
button.picture { border: 0; padding: 0; min-width: 0; min-height: 0; border-radius: 0; }
button.picture[aria-pressed="true"] { background: none; }
select, input[type="number"] { min-height: 28px; }
.coarse { display: none; }
@media (pointer: coarse) { .coarse { display: block; } }
@media print {
  button:not(:has(img, canvas)), input, select, fieldset, output, .coarse { display: none !important; }
  figure { zoom: 0.65; } /* or one figure would leave half a page blank */
}
:focus { outline: none; }
:focus-visible { outline: 2px solid #4a90d9; outline-offset: 2px; }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; display: flex; flex-wrap: wrap; align-items: center;
           gap: 4px 6px; }
legend { float: left; padding: 0; min-width: 4.5em; opacity: 0.65; }
label.choice { position: relative; cursor: pointer; opacity: 0.8; touch-action: manipulation; }
label.choice.text { border: 1px solid var(--line); border-radius: 6px; padding: 3px 9px; min-height: 28px;
                    min-width: 28px; }
label.choice:hover, label.choice:has(:checked) { opacity: 1; }
label.choice.text:has(:checked) { background: var(--faint); border-color: currentColor; }
label.choice input { position: absolute; inset: 0; opacity: 0; margin: 0; cursor: pointer; width: 100%; height: 100%; }
label.choice:has(:focus-visible) { outline: 2px solid #4a90d9; outline-offset: 1px; }
label.choice img { width: 44px; height: 44px; object-fit: cover; border-radius: 2px; }
label.choice.thumb { padding: 0; margin: 0; opacity: 0.55; }
label.choice.thumb:hover { opacity: 0.85; }
label.choice.thumb:has(:checked) { opacity: 1; }
label.choice.thumb:has(:checked)::after { content: ""; position: absolute; left: 0; right: 0; bottom: -4px; height: 2px;
                                          background: currentColor; }
input[type="range"] { -webkit-appearance: none; appearance: none; background: none; height: 28px; margin: 0;
                      cursor: pointer; min-width: 120px; touch-action: pan-y; color: inherit; }
input[type="range"]:focus-visible { outline: none; }
input[type="range"]:focus-visible::-webkit-slider-thumb { box-shadow: 0 0 0 3px #4a90d9; }
input[type="range"]:focus-visible::-moz-range-thumb { box-shadow: 0 0 0 3px #4a90d9; }
input[type="range"]::-webkit-slider-runnable-track { height: 3px; border-radius: 2px;
                                                background: var(--line); }
input[type="range"]::-moz-range-track { height: 3px; border-radius: 2px; background: var(--line); }
input[type="range"]::-webkit-slider-thumb { -webkit-appearance: none; width: 16px; height: 16px; margin-top: -6.5px;
                                            border-radius: 50%; background: currentColor; border: 0; }
input[type="range"]::-moz-range-thumb { width: 16px; height: 16px; border-radius: 50%; background: currentColor;
                                        border: 0; }
`;

/** Words of a page that is not English: it carries a table of them. */
const DICTIONARY = JSON.parse(document.getElementById("dputils-words")?.textContent ?? "{}");
const DIGITS = /\d+(?:\.\d+)?/g;

/** Words in the page's language, or English: say("{} steps/s", 12). "12 steps" is found under "{} steps"; the name
    "spiral_ccw" becomes words. */
export function say(words, ...values) {
  const text = String(words), known = Object.hasOwn(DICTIONARY, text), numbers = text.match(DIGITS) ?? [];
  const said = DICTIONARY[known ? text : text.replace(DIGITS, "{}")];
  const fill = known || !said ? values : numbers;
  let next = 0;
  return (said ?? text.replace(/^[a-z_]+$/, (name) => name.replaceAll("_", " ")))
    .replace(/\{\}/g, (gap) => next < fill.length ? fill[next++] : gap);
}

const SLACK = 6; // pixels that a tap may move

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
    Until it was clicked, the wheel belongs to the page; with Ctrl, which is also a pinch on a touchpad, it zooms.
    One finger that goes up or down moves the page, unless a tap took hold of the picture; two fingers are its own. */
export function onFingers(target, place, act) {
  const fingers = new Map();
  let held = false, from = null;
  const hold = (now) => {
    held = now;
    target.classList.toggle("held", now);
  };
  const letGo = (event) => { if (!event.composedPath().includes(target)) hold(false); };
  target.addEventListener("touchmove", (event) => {
    if (event.cancelable && (held || event.touches.length > 1)) event.preventDefault();
  }, { passive: false });
  const spread = ([a, b]) => Math.hypot(a[0] - b[0], a[1] - b[1]);
  const centre = (points) => [0, 1].map((k) => points.reduce((sum, point) => sum + point[k], 0) / points.length);
  target.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    target.setPointerCapture(event.pointerId);
    target.classList.add("dragging");
    fingers.set(event.pointerId, place(event));
    from = event.pointerType === "touch" && fingers.size === 1 ? event : null;
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
  target.addEventListener("pointerup", (event) => {
    lift(event);
    if (from?.pointerId !== event.pointerId) return;
    if (Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) > SLACK) return;
    hold(!held); // a tap
    document[held ? "addEventListener" : "removeEventListener"]("pointerdown", letGo);
  });
  target.addEventListener("pointercancel", lift);
  target.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !target.matches(":focus")) return;
    event.preventDefault();
    act({ by: [0, 0], factor: Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002)), at: place(event) });
  }, { passive: false });
}

/** What a finger can do on such a picture, below it. */
export const fingerHint = () => h("div", { className: "muted coarse" },
  say("A tap takes hold of the picture, or lets go; two fingers always do."));

/** Whether a page is dark where an element stands: its text is light there. */
export function onDark(element) {
  const [red, green, blue] = getComputedStyle(element).color.match(/[\d.]+/g).map(Number);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 128;
}

/** Calls back when the page's colours may have changed: the system's scheme, or JupyterLab's theme. */
export function onTheme(callback) {
  const scheme = matchMedia("(prefers-color-scheme: dark)"), watcher = new MutationObserver(callback);
  const attributes = { attributes: true, attributeFilter: ["class", "style", "data-jp-theme-light", "data-theme"] };
  scheme.addEventListener("change", callback);
  for (const element of [document.documentElement, document.body]) watcher.observe(element, attributes);
  return () => {
    scheme.removeEventListener("change", callback);
    watcher.disconnect();
  };
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
  const all = model.get("pickers").map(({ name, choices }) =>
    ({ name: say(name), choices: choices.map((each) => ({ ...each, name: say(each.name) })) }));
  const picked = all.map(() => 0);
  const credits = h("div", { className: "muted credits", "aria-live": "polite" });
  const tell = () => {
    const lines = all.map((picker, i) => picker.choices[picked[i]]).filter((choice) => choice.credit);
    credits.textContent = lines.map((choice) => `${choice.name}: ${say(choice.credit)}`).join(" · ");
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
