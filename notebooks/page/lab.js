// JupyterLab's side of the panels that run in a page. It is an extension without a build: a container as module
// federation wants one, with a single plugin. Nothing of a notebook's own scripts runs, so none has to be trusted.
{
  const address = new URL("panels.js", document.currentScript.src).href;
  const KERNELS = Symbol.for("dputils.live"); // the panels that a kernel has drawn: see attach.js
  const NOTE = "This panel runs inside the page, without a kernel. Run the cell, and the notebook's own takes its place.";
  let loading = null;

  const isLive = (cell) => cell.model.type === "code" && (cell.model.getMetadata("tags") ?? []).includes("live");

  /** Where a cell's saved panel is drawn, or null: its output, or what a kernel's panel would fill there. */
  function placeIn(cell) {
    const { outputs } = cell.model;
    for (let k = 0; k < outputs.length; k++) {
      const told = outputs.get(k).data["text/plain"];
      if (!String(told ?? "").startsWith("LivePanel:")) continue;
      const drawn = cell.outputArea?.widgets[k]?.node.querySelector(".jp-RenderedHTML");
      return drawn?.querySelector("img") ? drawn.querySelector("[data-dputils-live]") ?? drawn : null;
    }
    return null;
  }

  /** Puts a panel where a saved one is drawn, and returns what takes it away; null where that cannot be. */
  async function standIn(stem, place) {
    try {
      loading ??= import(address);
      const { panelFor } = await loading;
      await place.querySelector("img").decode();
      const shown = panelFor(stem, place);
      if (!shown) return null;
      const note = document.createElement("p");
      note.style.cssText = "margin: 2px 0; font: 13px system-ui, sans-serif; opacity: 0.65";
      note.textContent = NOTE;
      shown.stage.after(note);
      return shown;
    } catch { // a script is missing: the still is what there is
      return null;
    }
  }

  /** Follows the cells of an open notebook; returns what ends that. */
  function follow(notebook, context) {
    const panels = new Map(), over = new WeakSet(); // of cells; those whose own panel has come, or was cleared
    const end = (cell) => {
      panels.get(cell)?.shown?.end();
      panels.delete(cell);
    };
    const finish = (cell) => {
      over.add(cell);
      end(cell);
    };
    const known = new WeakSet();
    const meet = (cell) => {
      known.add(cell);
      cell.model.outputs.changed.connect((_, { type }) => {
        if (type === "remove" || type === "clear") finish(cell); // it runs
      });
      cell.disposed.connect(() => end(cell));
      cell.node.addEventListener("dputils-live", () => finish(cell));
    };
    const look = () => {
      const stem = context.path.split("/").pop().replace(/\.ipynb$/, "");
      for (const cell of notebook.widgets) {
        if (!isLive(cell) || over.has(cell)) continue;
        if (!known.has(cell)) meet(cell);
        const place = placeIn(cell), present = panels.get(cell);
        if (!place || window[KERNELS]?.has(place.dataset.dputilsLive)) continue;
        if (present?.place === place && (!present.shown || place.contains(present.shown.stage))) continue;
        end(cell); // JupyterLab has drawn the output anew
        const mine = { place, shown: null };
        panels.set(cell, mine);
        standIn(stem, place).then((shown) => {
          if (panels.get(cell) === mine) mine.shown = shown;
          else shown?.end();
        });
      }
    };
    let planned = 0;
    const plan = () => { planned ||= requestAnimationFrame(() => { planned = 0; look(); }); };
    const observer = new MutationObserver(plan); // cells are drawn when they come near
    observer.observe(notebook.node, { childList: true, subtree: true });
    plan();
    return () => {
      observer.disconnect();
      cancelAnimationFrame(planned);
      [...panels.keys()].forEach(end);
    };
  }

  const plugin = {
    id: "dputils-panels:plugin",
    description: "Panels of the book that run in the page until their cell runs.",
    autoStart: true,
    activate: (app) => app.docRegistry.addWidgetExtension("Notebook", {
      createNew(panel, context) {
        const leave = follow(panel.content, context);
        panel.disposed.connect(leave);
        return { isDisposed: false, dispose: leave };
      },
    }),
  };
  (globalThis._JUPYTERLAB ??= {})["dputils-panels"] = { init() {}, get: async () => () => plugin };
}
