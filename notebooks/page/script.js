// One switch folds and unfolds all code, and remembers; a wide window shows the contents beside the text; what is
// too wide for its place can be scrolled with the keyboard.
(() => {
  const cells = [...document.querySelectorAll("details.code")];
  const fold = document.getElementById("fold");
  const key = "dputils-book:code";
  const remembered = {  // a page opened from a folder may be refused a memory
    get() { try { return localStorage.getItem(key); } catch { return null; } },
    set(value) { try { localStorage.setItem(key, value); } catch { /* then only here */ } },
  };
  const show = (all) => {
    cells.forEach((cell) => { cell.open = all; });
    fold.setAttribute("aria-pressed", all);
  };
  if (cells.length) {
    fold.hidden = false;
    fold.addEventListener("click", () => {
      const all = fold.getAttribute("aria-pressed") !== "true";
      show(all);
      remembered.set(all ? "shown" : "folded");
    });
    show(remembered.get() === "shown");
  }
  const contents = document.querySelector(".contents");
  const wide = matchMedia("(min-width: 1420px)");
  const place = () => { if (contents) contents.open = wide.matches; };
  wide.addEventListener("change", place);
  place();
  const reach = () => document.querySelectorAll(".table, .formula, .output_subarea, .highlight").forEach((part) => {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
  });
  addEventListener("resize", reach);
  addEventListener("load", reach);
  document.addEventListener("toggle", reach, true);
  reach();
})();
