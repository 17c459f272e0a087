// A grid of pictures; the one under the pointer, with the focus, or tapped grows.
import { h, isolated, pictureUrls, say } from "./parts.js";

const CSS = `
.grid { display: grid; gap: 4px; padding: 1px; }
.cell { position: relative; padding: 0; opacity: 1; border-radius: 0; display: block; width: 100%;
        background: var(--faint); cursor: zoom-in; transition: transform 0.2s; }
.cell img { width: 100%; height: 100%; object-fit: cover; }
.cell.large { z-index: 2; box-shadow: 0 2px 12px rgba(0, 0, 0, 0.35); cursor: zoom-out; }
.cell:focus-visible { outline-offset: 0; }
.caption { opacity: 0.65; min-height: 1.5em; margin-top: 6px; }
@media (prefers-reduced-motion: reduce) { .cell { transition: none; } }
`;
const NARROW = [[640, 8], [480, 6], [320, 4], [0, 3]]; // at least so wide: at most so many columns

function render({ model, el }) {
  const captions = model.get("captions").map((text) => say(text)), zoom = model.get("zoom");
  let columns = model.get("columns"), large = -1, finger = false;
  const grid = h("div", { className: "grid" }), caption = h("div", { className: "caption", "aria-live": "polite" });
  const cells = captions.map((text, index) => h("button", {
    className: "picture cell", "aria-label": text || say("picture {}", index + 1), "aria-pressed": "false",
    tabIndex: index ? -1 : 0,
  }, h("img", { alt: "", draggable: false })));
  grid.append(...cells);

  const enlarge = (index) => {
    large = index;
    cells.forEach((cell, k) => {
      cell.classList.toggle("large", k === index);
      cell.setAttribute("aria-pressed", k === index);
      const column = k % columns, last = Math.min(columns, cells.length) - 1;
      // At the edges it grows inwards, so that nothing leaves the page.
      const across = !last ? "center" : column === 0 ? "left" : column === last ? "right" : "center";
      const row = Math.floor(k / columns), bottom = Math.floor((cells.length - 1) / columns);
      const along = !bottom ? "center" : row === 0 ? "top" : row === bottom ? "bottom" : "center";
      cell.style.transformOrigin = `${across} ${along}`;
      cell.style.transform = k === index ? `scale(${zoom})` : "";
    });
    caption.textContent = captions[index] ?? "";
  };
  const at = (event) => cells.indexOf(event.target.closest?.(".cell"));
  grid.addEventListener("pointerover", (event) => {
    finger = event.pointerType === "touch";
    if (!finger && at(event) >= 0) enlarge(at(event));
  });
  grid.addEventListener("pointerdown", (event) => { finger = event.pointerType === "touch"; });
  grid.addEventListener("pointerleave", (event) => { if (event.pointerType !== "touch") enlarge(-1); });
  grid.addEventListener("click", (event) => enlarge(large === at(event) && (finger || !event.detail) ? -1 : at(event)));
  grid.addEventListener("focusin", (event) => {
    cells.forEach((cell, k) => { cell.tabIndex = k === at(event) ? 0 : -1; }); // Tab leaves the grid, arrows walk it
    if (event.target.matches(":focus-visible") && !finger) enlarge(at(event));
  });
  grid.addEventListener("focusout", (event) => { if (!grid.contains(event.relatedTarget) && !finger) enlarge(-1); });
  grid.addEventListener("keydown", (event) => {
    const from = at(event);
    const to = { ArrowLeft: from - 1, ArrowRight: from + 1, ArrowUp: from - columns, ArrowDown: from + columns, Home: 0,
                 End: cells.length - 1 }[event.key];
    if (to === undefined && event.key !== "Escape" && event.key !== "Enter" && event.key !== " ") return;
    event.stopPropagation();
    if (event.key === "Escape") enlarge(-1);
    if (to === undefined) return;
    event.preventDefault();
    cells[to]?.focus();
  });

  const show = () => cells.forEach((cell, index) => {
    cell.style.aspectRatio = model.get("aspect");
    cell.firstChild.src = urls.at(index);
  });
  const urls = pictureUrls(model, "pictures");
  model.on("change:pictures", show);
  const hasCaptions = captions.some(Boolean);
  isolated(el, CSS, h("figure", { style: `width: ${model.get("width")}px`, role: "group",
                                  "aria-label": say(model.get("alt")) }, grid, ...(hasCaptions ? [caption] : [])));
  const fit = () => {
    const width = grid.clientWidth || model.get("width");
    columns = Math.min(model.get("columns"), NARROW.find(([least]) => width >= least)[1]);
    if (model.get("columns") > 8 && width >= 640) columns = model.get("columns");
    grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    // a single row has no neighbours to grow over: room above and below, or the page would cut it off
    const cell = (width - 4 * (columns - 1)) / columns / model.get("aspect");
    grid.style.paddingBlock = cells.length > columns ? "" : `${Math.ceil((zoom - 1) / 2 * cell)}px`;
    enlarge(large);
  };
  const watcher = new ResizeObserver(fit);
  watcher.observe(grid);
  fit();
  show();
  return () => { watcher.disconnect(); model.off("change:pictures", show); urls.free(); };
}

export default { render };
