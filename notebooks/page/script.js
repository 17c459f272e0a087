// One switch folds and unfolds all code, and remembers; a wide window shows the contents beside the text; what is
// too wide for its place can be scrolled with the keyboard; on a phone, a tap enlarges a picture.
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
  const narrow = matchMedia("(max-width: 640px)"), most = 900; // pixels across an enlarged picture
  const pictures = ":is(.output_png, .output_jpeg, .output_svg) > :is(img, svg), .text_cell img";
  document.querySelectorAll(pictures).forEach((picture) => {
    const wide = () => Math.min(most, picture.naturalWidth ?? picture.viewBox.baseVal.width * 4 / 3);
    picture.classList.add("large");
    picture.addEventListener("click", () => {
      if (!narrow.matches || wide() < 1.2 * picture.parentElement.clientWidth) return;
      picture.style.setProperty("--full", `${wide()}px`);
      picture.parentElement.classList.toggle("enlarged");
      reach();
    });
  });
  document.querySelectorAll(".output_stream pre").forEach((lines) => {
    lines.classList.toggle("prose", !/\S {2,}\S/.test(lines.textContent)); // columns stay columns
  });
  addEventListener("resize", reach);
  addEventListener("load", reach);
  document.addEventListener("toggle", reach, true);
  reach();
})();
