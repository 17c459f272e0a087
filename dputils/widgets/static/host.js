// Hosting without a kernel: finds the places in the page that wait for a figure, and gives each a model of its own.

/** Like an anywidget's model, but nobody is at the other end. */
function makeModel(state) {
  const listeners = new Map();
  return {
    get: (name) => state[name],
    set(name, value) {
      if (state[name] === value) return;
      state[name] = value;
      for (const listener of listeners.get(`change:${name}`) ?? []) listener();
    },
    on(event, listener) { listeners.set(event, [...(listeners.get(event) ?? []), listener]); },
    off(event, listener) { listeners.set(event, (listeners.get(event) ?? []).filter((l) => l !== listener)); },
    save_changes() {},
    send() {},
  };
}

/** {"$bytes": base64} becomes a DataView, as in a widget's model. */
function unpacked(value) {
  if (Array.isArray(value)) return value.map(unpacked);
  if (value === null || typeof value !== "object") return value;
  if ("$bytes" in value) {
    const letters = atob(value.$bytes), bytes = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
    return new DataView(bytes.buffer);
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, unpacked(each)]));
}

/** Calls back once an element is in view, or less than a screen away. What is there already is not kept waiting. */
function whenNear(element, callback) {
  const { top, bottom } = element.getBoundingClientRect();
  if (top < 2 * innerHeight && bottom > -innerHeight) return callback();
  const observer = new IntersectionObserver((entries) => {
    if (!entries.at(-1).isIntersecting) return;
    observer.disconnect();
    callback();
  }, { rootMargin: "100% 0px" });
  observer.observe(element);
}

export function mount(component, name, packed) {
  // Unpacking, decoding and compiling wait until a reader comes near: until then the still picture is there.
  const fill = (place) => {
    place.dputils = true; // a property, not an attribute: a page saved by the browser starts afresh
    whenNear(place, () => play(place));
  };
  const play = (place) => {
    const stage = document.createElement("div"), still = [...place.children]; // and how to wake it
    place.append(stage);
    try {
      component.render({ model: makeModel(unpacked(packed)), el: stage });
      still.forEach((part) => part.remove());
    } catch (error) {
      stage.remove(); // the still picture stays
      console.error("a figure could not be drawn:", error);
    }
  };
  // JupyterLab may run the script before it puts the output into the page, and shows one output in several views.
  let tries = 0;
  const look = () => {
    const places = [...document.querySelectorAll(`[data-dputils="${name}"]`)];
    places.filter((place) => !place.dputils).forEach(fill);
    if (!places.length && tries++ < 100) setTimeout(look, 100);
  };
  look();
}
