// A picture that is being optimized. The page sets the pace: it asks for the next steps only when the last were
// answered, so questions never queue up, and pause means that it stops asking.
import { watchKernel } from "./kernel.js";
import { calm, choices, h, isolated, onTheme, say, whenVisible } from "./parts.js";

const CSS = `
figure { display: flex; flex-wrap: wrap; gap: 8px 22px; align-items: flex-start; }
.picture { width: 100%; height: auto; background: var(--faint); }
.left { max-width: 100%; }
.right { flex: 1 1 260px; max-width: 420px; min-width: 0; display: grid; gap: 4px; }
.buttons { gap: 6px; margin-bottom: 4px; }
.buttons label { opacity: 0.65; display: inline-flex; align-items: center; gap: 4px; }
.main { width: 34px; height: 30px; padding: 0; opacity: 1; }
.main svg { display: block; margin: auto; }
input[type="number"] { font: inherit; color: inherit; background: none; width: 5em; padding: 2px 6px;
                       border: 1px solid var(--line); border-radius: 6px; }
.control { display: grid; grid-template-columns: minmax(6em, 8em) 1fr 4em; gap: 8px; align-items: center; }
.control:has(fieldset) { align-items: baseline; }
.control select { font: inherit; color: inherit; background: Canvas; border: 1px solid var(--line); border-radius: 6px;
                  padding: 2px 6px; justify-self: start; max-width: 100%; }
.about { border: 0; border-radius: 0; padding: 2px 0; justify-self: start; text-align: left; cursor: help; }
.about > span { border-bottom: 1px dotted currentColor; }
.about[aria-expanded="true"] { background: none; opacity: 1; }
.control > .tip { grid-column: 1 / -1; opacity: 0.65; padding-bottom: 4px; }
.again::after { content: " ↻"; }
.idle > :not(.about, .tip) { opacity: 0.35; }
.idle output { visibility: hidden; }
.control output { text-align: right; }
.control input[type="checkbox"] { justify-self: start; margin: 2px 0; width: 24px; height: 24px; }
.control fieldset { grid-column: 2 / 4; }
.curve { width: 100%; height: 92px; margin-top: 6px; }
output { font-variant-numeric: tabular-nums; }
.numbers { display: flex; flex-wrap: wrap; gap: 0 14px; opacity: 0.65; min-height: 1.45em; }
.note { opacity: 0.65; }
.warning { border-left: 2px solid #d9822b; padding-left: 8px; }
.error { white-space: pre-wrap; overflow-wrap: anywhere; border-left: 2px solid #c0392b; padding-left: 8px; }
.error:empty, .note:empty, .warning:empty { display: none; }
@media print { .right { display: none; } } /* the picture alone */
@media (max-width: 480px) { /* a phone: the slider has the whole width, its name stands above */
  .right { flex-basis: 100%; max-width: none; }
  .control { grid-template-columns: 1fr 4em; gap: 0 8px; }
  .control > .about, .control fieldset { grid-column: 1 / -1; }
}
`;
const PLAY = '<svg width="12" height="14" aria-hidden="true"><path d="M1 1L11 7L1 13Z" fill="currentColor"/></svg>';
const PAUSE = '<svg width="12" height="14" aria-hidden="true"><path d="M1 1H4V13H1ZM8 1H11V13H8Z" fill="currentColor"/>'
  + "</svg>";
const BUSY = 3000, LONG = 15000, RECENT = 2000; // milliseconds
const NOTES = { // a model without a kernel has its own
  waiting: say("waiting for the kernel …"),
  perhaps: ` ${say("(if it was restarted, run this cell again)")}`,
  gone: say("The kernel was restarted or ended, and this panel with it: run this cell again."),
  rests: say("Paused, because nobody touched it for a while."),
};
const RESTARTS = say("starts the run anew"), ACTS = say("acts from the next step on");
const LOOKS = say("changes only what is seen");
const PAUSED_WISH = 900; // milliseconds: later, a move of a control is another wish
const SEED = say("where chance begins: the same seed gives the same run");
const SEEDS = 2n ** 63n - 1n; // the largest
const MOST = 1200; // points of the curve; beyond, every other one goes
const SCALE = 1000; // places of a logarithmic slider
const MANY = 12; // options: more are a list that opens

const brief = (number) => !Number.isFinite(number) ? String(number)
  : number !== 0 && (Math.abs(number) >= 1e5 || Math.abs(number) < 1e-3) ? number.toExponential(1)
    : String(Number(number.toPrecision(3)));

/** A control's name. The mouse reads what it does; a click, a tap or a key has it written below. */
function makeName(label, what, restarts) {
  const tip = h("div", { className: "tip", role: "note", hidden: true }, what);
  const name = h("button", { className: restarts ? "about again" : "about", title: what,
    "aria-label": say("about {}", label), "aria-expanded": "false", onclick: () => {
      tip.hidden = !tip.hidden;
      name.setAttribute("aria-expanded", !tip.hidden);
    } }, h("span", {}, label));
  return [name, tip];
}

/** What the values of other controls must be for this one to have an effect, in words: "basis Fourier". */
const inWords = ({ only = {} }, controls) => Object.entries(only).map(([other, values]) => {
  const { label, options } = controls.find(({ name }) => name === other);
  return `${say(label)} ${values.map((value) => options ? say(options[value]) : brief(value)).join(say(", "))}`;
});

/** Whether a control has an effect, as the others stand. */
const acts = ({ only = {} }, values) => Object.entries(only).every(([other, wanted]) => wanted.includes(values[other]));

/** A control's elements, and `set(value)` that shows a value; moving it calls changed(value). */
function makeControl(control, controls, changed) {
  const { kind, low, high, whole, logarithmic, restarts, seen } = control;
  const label = say(control.label), tip = say(control.tip ?? "");
  const what = [tip, restarts ? RESTARTS : seen ? LOOKS : ACTS,
    ...inWords(control, controls).map((words) => say("only with {}", words))].filter(Boolean).join(say("; "));
  const [name, about] = makeName(label, what, restarts), row = (...parts) =>
    h("div", { className: "control" }, name, ...parts, about);
  if (kind === "choice" && control.options.length > MANY) {
    const list = h("select", { "aria-label": label, title: what, onchange: () => changed(list.selectedIndex) },
      ...control.options.map((option) => h("option", {}, say(option))));
    return { box: row(list), set: (value) => { list.selectedIndex = value; } };
  }
  if (kind === "choice") {
    const group = choices("", control.options.map((option) => ({ name: say(option) })), changed);
    group.setAttribute("aria-label", label);
    group.title = what;
    const inputs = [...group.querySelectorAll("input")];
    return { box: row(group), set: (value) => inputs.forEach((input, index) => { input.checked = index === value; }) };
  }
  if (kind === "switch") {
    const input = h("input", { type: "checkbox", "aria-label": label, title: what,
      onchange: () => changed(input.checked) });
    return { box: row(input), set: (value) => { input.checked = value; } };
  }
  const toPlace = (value) => logarithmic ? SCALE * Math.log(value / low) / Math.log(high / low) : value;
  const toValue = (place) => {
    const value = logarithmic ? low * (high / low) ** (place / SCALE) : place;
    return Math.min(high, Math.max(low, whole ? Math.round(value) : Number(value.toPrecision(4))));
  };
  const text = h("output"), input = h("input", { type: "range", "aria-label": label, title: what,
    min: logarithmic ? 0 : low, max: logarithmic ? SCALE : high,
    step: logarithmic ? "any" : whole ? 1 : (high - low) / 200,
    oninput: () => { tell(toValue(Number(input.value))); changed(toValue(Number(input.value))); } });
  if (logarithmic) { // "any" would let an arrow key move by one place in a thousand
    input.addEventListener("keydown", (event) => {
      const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (!way) return;
      event.preventDefault();
      input.value = Number(input.value) + way * SCALE / 50;
      input.oninput();
    });
  }
  const tell = (value) => {
    text.textContent = brief(value);
    input.setAttribute("aria-valuetext", brief(value));
  };
  return { box: row(input, text), set: (value) => { input.value = toPlace(value); tell(value); } };
}

/** The seed that a field shows, or null; 7, 007, 7.0 and 7e0 are the same. Large ones do not fit into a number. */
function seedIn({ value, valueAsNumber }) {
  const digits = /^[0-9]+$/.test(value);
  if (!digits && !(Number.isSafeInteger(valueAsNumber) && valueAsNumber >= 0)) return null;
  const found = BigInt(digits ? value : valueAsNumber);
  return found <= SEEDS ? found : null;
}

function render({ model, el }) {
  const me = Math.random().toString(36).slice(2), controls = model.get("controls");
  const notes = { ...NOTES, ...model.get("notes") }, alt = say(model.get("alt"));
  const rest = model.get("rest") ?? Infinity; // seconds untouched
  let values = { ...model.get("values") }, seed = BigInt(model.get("seed")), revision, comm;
  let pending = { curve: true }, greeted = false, gone = false, refused = "", told = "";
  let playing = false, stalled = false, visible = true, closed = false, lost = false;
  let waiting = null, sent = null, asked = 0, timer = 0, shown = 0, points = [], marks = [], named = "";
  let touched = performance.now();
  let wishes = [], steered = null, past = [], moved = 0; // steps at which a wish changed; what was before, for undo

  const canvas = h("canvas", { className: "picture", role: "img", "aria-label": alt });
  const curve = h("canvas", { className: "curve", role: "img", "aria-label": say("curve") });
  const numbers = h("output", { className: "numbers", "aria-live": "off" });
  const warning = h("div", { className: "warning", "aria-live": "polite" });
  const error = h("div", { className: "error", role: "alert" }), note = h("div", { className: "note", role: "status" });

  const ask = () => {
    if (playing && performance.now() > touched + 1000 * rest) {
      play(false);
      note.textContent = notes.rests;
    }
    const running = playing && visible && !document.hidden;
    if (waiting !== null || closed || !(pending || running)) return;
    waiting = `${me}-${asked++}`;
    sent = { values: { ...values }, seed };
    // The first question only asks what there is: after a reload, the kernel knows the controls better than the page.
    const knows = greeted ? { values: sent.values, seed: String(seed), revision, curve: lost } : {};
    try {
      model.send({ kind: "ask", id: waiting, steps: running && greeted ? null : 0, ...knows, ...pending });
    } catch { // nobody is at the other end
      lose();
      return;
    }
    pending = null;
    timer = setTimeout(wait, BUSY, waiting, performance.now());
  };
  /** The kernel has not answered: it is busy, or does not know this panel any more. */
  const wait = async (mine, since) => {
    if (!gone) note.textContent ||= notes.waiting;
    const answer = await kernel.lost(comm);
    if (mine !== waiting || closed) return;
    if (answer) {
      lose();
      return;
    }
    if (answer === null && !gone && performance.now() > since + LONG) note.textContent = notes.waiting + notes.perhaps;
    timer = setTimeout(wait, BUSY, mine, since);
  };
  const lose = () => {
    clearTimeout(timer);
    waiting = pending = null;
    note.textContent = "";
    gone = true;
    if (playing) play(false);
    complain();
  };
  const complain = () => {
    const text = gone ? notes.gone : [refused, told].filter(Boolean).join("\n");
    if (error.textContent !== text) error.textContent = text; // what is set is read aloud
  };
  /** A button was pressed in vain: the same message, once more. */
  const repeat = () => {
    error.textContent = "";
    complain();
    if (!calm()) error.animate([{ opacity: 0.2 }, { opacity: 1 }], 400);
  };
  const press = (what) => {
    if (gone) repeat();
    pending = { ...pending, ...what };
    ask(); // even now: an answer would prove that the kernel is there
  };
  const play = (now) => {
    if (gone && now) repeat();
    playing = now;
    stalled = false;
    marks = [];
    main.innerHTML = now ? PAUSE : PLAY;
    main.setAttribute("aria-label", now ? say("pause") : say("play"));
    main.title = now ? say("pause") : say("play");
    ask();
  };

  const receive = (answer, buffers) => {
    if (!["answer", "set"].includes(answer?.kind) || closed) return;
    gone = false;
    ({ revision, comm } = answer);
    if (answer.kind === "set") { // something was assigned in Python
      adopt(answer);
      complain();
      press({});
      return;
    }
    const mine = answer.id === waiting;
    if (mine) {
      clearTimeout(timer);
      note.textContent = "";
      waiting = null;
    }
    if (!mine || !greeted) adopt(answer); // the kernel's doing, or another page's
    else correct(answer);
    if (mine) greeted = true;
    lost = !answer.points; // nothing could be shown: the next answer has to say everything
    told = answer.error ?? "";
    complain();
    if (answer.error && playing) { play(false); stalled = true; }
    if (answer.points) {
      points = answer.curve ? answer.points : points.concat(answer.points);
      if (points.length > MOST) points = points.filter((_, k) => k % 2 === 0 || k === points.length - 1);
      if (answer.curve) [marks, wishes] = [[], []]; // two lists, of which one grows in place
      const wish = JSON.stringify(answer.values);
      if (mine && steered && steered !== wish && !answer.curve) {
        wishes = [...wishes, answer.points.length ? answer.points[0][0] - 1 : answer.step];
      }
      steered = wish;
      warning.textContent = answer.warning ?? "";
      marks.push([performance.now(), answer.step]);
      marks = marks.filter(([when]) => when > performance.now() - RECENT);
      tell(answer);
      drawCurve(named = answer.what);
    }
    if (buffers?.length) draw(buffers[0]);
    if (mine && buffers?.length > 1) save(buffers[1], answer.step);
    ask();
  };
  const adopt = (answer) => {
    values = { ...answer.values };
    seed = BigInt(answer.seed);
    show();
    seedField.value = seed;
    refused = "";
  };
  /** What the kernel made of the page's values is shown, unless they were moved again meanwhile. */
  const correct = (answer) => {
    controls.forEach(({ name }, k) => {
      if (answer.values[name] === sent.values[name] || values[name] !== sent.values[name]) return;
      values[name] = answer.values[name];
      parts[k].set(values[name]);
    });
    grey();
    const kernels = BigInt(answer.seed);
    if (kernels !== sent.seed && seed === sent.seed) seedField.value = seed = kernels;
  };
  const tell = ({ step, what, value, terms }) => {
    const [[t0, s0], [t1, s1]] = [marks[0], marks.at(-1)], rate = (s1 - s0) / (t1 - t0) * 1000;
    const texts = [say("step {}", step), ...(value === null ? [] : [`${say(what)} ${brief(value)}`]),
      ...terms.map(([name, number]) => number === null ? name : `${say(name)} ${brief(number)}`),
      ...(playing && marks.length > 1 ? [say("{} steps/s", rate < 10 ? rate.toFixed(1) : Math.round(rate))] : [])];
    numbers.replaceChildren(...texts.map((text) => h("span", {}, text)));
    canvas.setAttribute("aria-label", say("{}, after {} steps", alt, step));
  };
  const draw = async (data) => {
    const jpeg = ArrayBuffer.isView(data) ? new Blob([data], { type: "image/jpeg" }) : data;
    const mine = ++shown, picture = await createImageBitmap(jpeg);
    if (mine !== shown) return; // a newer one came meanwhile
    canvas.width = picture.width;
    canvas.height = picture.height;
    canvas.getContext("2d").drawImage(picture, 0, 0);
    canvas.dataset.step = numbers.firstChild?.textContent ?? "";
  };
  const drawCurve = (what) => {
    const ratio = devicePixelRatio || 1, width = curve.clientWidth, height = curve.clientHeight;
    curve.width = Math.round(width * ratio);
    curve.height = Math.round(height * ratio);
    const values = points.map(([, value]) => value).filter(Number.isFinite);
    const size = 11, left = 44, top = size / 2 + 1, bottom = height - size / 2 - 2;
    curve.setAttribute("aria-label", say("curve"));
    const pen = curve.getContext("2d");
    pen.scale(ratio, ratio);
    pen.fillStyle = pen.strokeStyle = getComputedStyle(curve).color;
    pen.font = `${size}px ${getComputedStyle(curve).fontFamily}`;
    pen.textBaseline = "middle";
    pen.globalAlpha = 0.3;
    pen.fillRect(left, bottom + 1.5, width - left, 0.75);
    pen.globalAlpha = 0.65;
    if (values.length < 2) { // an axis without words would look broken
      pen.fillText(say("Here the curve will be drawn."), left, (top + bottom) / 2);
      return;
    }
    let low = Math.min(...values), high = Math.max(...values);
    const logarithmic = low > 0 && high / low > 100, place = logarithmic ? Math.log : (value) => value;
    const first = points[0][0], last = points.at(-1)[0], span = Math.max(1e-30, place(high) - place(low));
    const x = (step) => left + (width - left - 2) * (step - first) / Math.max(1, last - first);
    const y = (value) => bottom - (bottom - top) * (place(value) - place(low)) / span;
    pen.textAlign = "right";
    pen.fillText(brief(high), left - 6, top);
    pen.fillText(brief(low), left - 6, bottom);
    pen.globalAlpha = 0.35; // where the wish changed
    for (const step of new Set(wishes)) {
      if (step >= first && step <= last) pen.fillRect(x(step) - 0.5, top, 1, bottom - top);
    }
    pen.globalAlpha = 1;
    pen.lineWidth = 1.5;
    pen.lineJoin = "round";
    pen.beginPath();
    points.forEach(([step, value]) => { if (Number.isFinite(value)) pen.lineTo(x(step), y(value)); });
    pen.stroke();
    curve.setAttribute("aria-label", [
      say("{} from {} to {}", say(what), brief(points[0][1]), brief(points.at(-1)[1])),
      ...(logarithmic ? [say("logarithmic")] : []),
      ...(wishes.length ? [say("a control was moved at step {}", [...new Set(wishes)].join(", "))] : [])].join("; "));
  };
  const save = (data, step) => {
    const url = URL.createObjectURL(new Blob([data], { type: "image/png" }));
    h("a", { href: url, download: `picture-seed${seed}-step${step}.png` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  };

  const main = h("button", { className: "main", onclick: () => play(!playing) });
  const refuse = (why) => {
    refused = why;
    complain();
  };
  const readSeed = () => {
    const found = seedIn(seedField), typed = seedField.value;
    if (found !== null) seed = found;
    seedField.value = seed; // what it shows is what runs
    if (found !== null) press({});
    refuse(found !== null ? "" : typed
      ? say("The seed is a whole number from 0 to {}, not {}; it stays {}.", SEEDS, typed, seed)
      : say("The seed is a whole number from 0 to {}; it stays {}.", SEEDS, seed));
  };
  const seedField = h("input", { type: "number", min: 0, step: 1, value: seed, "aria-label": say("seed"),
    oninput: () => refuse(""), onchange: readSeed });
  /** Before a control is moved: one entry of the past for each move, however many places it passes. */
  const remember = (name) => {
    const now = performance.now(), last = past.at(-1);
    if (last?.name !== name || now > moved + PAUSED_WISH) past = [...past.slice(-49), { name, values: { ...values } }];
    moved = now;
    undo.disabled = false;
  };
  const takeBack = () => {
    const last = past.pop();
    undo.disabled = !past.length;
    if (!last) return;
    values = last.values;
    show();
    press({ undo: true });
  };
  const undo = h("button", { onclick: takeBack, disabled: true,
    title: say("take back the last move of a control") }, say("undo"));
  const parts = controls.map(({ name, at_once: atOnce }, k) => makeControl(controls[k], controls, (value) => {
    remember(name);
    values[name] = value;
    grey();
    if (stalled) play(true); // it stopped at an error, and perhaps this mends it
    // Another picture, or another look at it. While nothing runs, the kernel should hear of the others, too.
    else if (atOnce || !playing) press({});
  }));
  const show = () => {
    parts.forEach((part, k) => part.set(values[controls[k].name]));
    grey();
  };
  const grey = () => parts.forEach(({ box }, k) => {
    const idle = !acts(controls[k], values);
    box.classList.toggle("idle", idle);
    for (const input of box.querySelectorAll("input, select")) input.disabled = idle;
  });
  show();
  const buttons = h("div", { className: "buttons row" }, main,
    h("button", { onclick: () => { play(false); press({ steps: (pending?.steps ?? 0) + 1 }); },
      title: say("one step") }, say("step")),
    h("button", { onclick: () => press({ reset: true }), title: RESTARTS }, say("reset")), undo,
    h("label", { title: `${SEED}; ${say("another starts the run anew")}` }, say("seed"), seedField),
    h("button", { onclick: () => press({ save: true }), title: say("save the picture as it is") }, say("save PNG")));
  const legend = controls.some((control) => control.restarts)
    ? [h("div", { className: "muted" }, `↻ ${RESTARTS}`)] : [];
  const right = h("div", { className: "right" }, buttons, ...parts.map((part) => part.box), ...legend, curve, numbers,
    note, warning, error);
  right.addEventListener("keydown", (event) => event.stopPropagation()); // arrows would move between cells
  for (const event of ["pointerdown", "keydown", "input"]) {
    right.addEventListener(event, () => { touched = performance.now(); }, { capture: true });
  }
  const left = h("div", { className: "left" }, canvas), widen = () => { left.style.width = `${model.get("width")}px`; };
  widen();
  const figure = h("figure", { role: "group", "aria-label": alt }, left, right);

  isolated(el, CSS, figure);
  model.on("msg:custom", receive);
  model.on("change:width", widen);
  const kernel = watchKernel(model, lose);
  const redraw = () => requestAnimationFrame(() => drawCurve(named));
  const unwatch = whenVisible(figure, (now) => { // what nobody sees does not run
    visible = now;
    if (now) redraw();
    ask();
  });
  document.addEventListener("visibilitychange", ask);
  const plain = onTheme(redraw);
  play(false);
  return () => {
    closed = true;
    playing = false;
    clearTimeout(timer);
    unwatch();
    plain();
    document.removeEventListener("visibilitychange", ask);
    model.off("msg:custom", receive);
    model.off("change:width", widen);
    kernel.free();
  };
}

export default { render };
