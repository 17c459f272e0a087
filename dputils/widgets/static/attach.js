// Live figures without a widget's view: the kernel's model and a place in the page find each other by a name.
// Either may come first, and a place may come again: JupyterLab draws an output anew when it scrolls into view.

const ATTEMPTS = 100, BETWEEN = 100; // milliseconds

/** Has the figure of this name fill its places, as soon as both are there. */
export function attach(name) {
  let tries = 0;
  const look = () => {
    const places = [...document.querySelectorAll(`[data-dputils-live="${name}"]`)];
    const fill = window[Symbol.for("dputils.live")]?.get(name);
    if (fill && places.length) places.forEach(fill);
    else if (tries++ < ATTEMPTS) setTimeout(look, BETWEEN);
  };
  look();
}

/** A component that also works where no view is asked for: its model, once it is there, fills the places. */
export function live(component) {
  return {
    ...component,
    initialize({ model }) {
      const name = model.get("dputils_place"), all = (window[Symbol.for("dputils.live")] ??= new Map());
      const filled = new Map();
      all.set(name, (place) => {
        if (filled.has(place)) return;
        place.dispatchEvent(new Event("dputils-live", { bubbles: true })); // who stood in for the kernel leaves
        const stage = document.createElement("div"), still = [...place.children];
        place.append(stage);
        try {
          const end = component.render({ model, el: stage });
          still.forEach((part) => { part.style.display = "none"; });
          filled.set(place, () => {
            end?.();
            stage.remove();
            still.forEach((part) => { part.style.display = ""; });
          });
        } catch (error) {
          stage.remove(); // the still picture stays
          console.error("a figure could not be drawn:", error);
        }
      });
      attach(name);
      return () => { // closed
        all.delete(name);
        filled.forEach((end) => end());
      };
    },
  };
}
