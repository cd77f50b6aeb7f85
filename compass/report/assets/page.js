// What every page shares: the theme, texts shown safely, tables that sort and filter.
// Nothing here or elsewhere turns text into HTML: elements are made one by one.
"use strict";
const compass = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);

  // ---- elements --------------------------------------------------------------------------

  const SVG = new Set(["svg", "g", "path", "rect", "line", "circle", "text", "title"]);

  /** Make an element; text children become text, never markup. */
  function el(name, attributes = {}, ...children) {
    const made = SVG.has(name) && name !== "title"
      ? document.createElementNS("http://www.w3.org/2000/svg", name)
      : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (key === "style") for (const [k, v] of Object.entries(value)) made.style.setProperty(k, v);
      else made.setAttribute(key, value === true ? "" : value);
    }
    made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
    return made;
  }

  // Characters that a reader would not see or that turn the direction of what follows.
  // Joiners inside of words and emoji are left alone.
  const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udfff]/gu;

  /** Return text as nodes, its invisible characters made visible. */
  function shown(text) {
    const made = document.createDocumentFragment();
    let from = 0;
    for (const match of text.matchAll(UNSEEN)) {
      const code = match[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
      made.append(text.slice(from, match.index), el("span", { class: "unseen", title: "invisible character U+" + code }, "U+" + code));
      from = match.index + match[0].length;
    }
    made.append(text.slice(from));
    return made;
  }

  /** Text of others on one line, isolated from its surroundings. */
  function said(text, attributes = {}) {
    return el("bdi", { dir: "auto", ...attributes }, shown(String(text).replace(/\s+/gu, " ")));
  }

  // ---- numbers ---------------------------------------------------------------------------

  /** Shares read 0 to 100 with one decimal, others as they are. */
  function number(value, scale = "share", decimals = 1) {
    if (value === null || value === undefined) return "–";
    if (scale === "share") return (100 * value).toFixed(decimals);
    return String(Number(value.toPrecision(5)));
  }

  const count = (value) => value.toLocaleString("en-US");

  // ---- theme -----------------------------------------------------------------------------

  const THEMES = ["system", "light", "dark"];
  const button = document.getElementById("theme");
  function kept() {
    try { return localStorage.getItem("compass-theme"); } catch { return null; }
  }
  function wear(theme) {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    button.lastElementChild.textContent = theme;
    try { localStorage.setItem("compass-theme", theme); } catch { /* a page from a disk may have no store */ }
    document.dispatchEvent(new Event("theme"));
  }
  let theme = THEMES.includes(kept()) ? kept() : "system";
  button.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    wear(theme);
  });
  if (theme !== "system") wear(theme);

  // ---- tables ----------------------------------------------------------------------------

  const collator = new Intl.Collator(undefined, { numeric: true });

  /** Order two values: numbers by size, texts as people read them, what is missing last. */
  function order(a, b, down) {
    const none = (v) => v === null || v === undefined || v === "" || Number.isNaN(v);
    if (none(a) || none(b)) return none(a) - none(b);
    const by = typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b));
    return down ? -by : by;
  }

  /** Make the button in a header cell that sorts by its column. */
  function sorter(th, act) {
    const press = el("button", { type: "button", class: "sort" });
    press.append(...th.childNodes);
    press.append(el("span", { class: "arrow", "aria-hidden": "true" }));
    press.addEventListener("click", () => act(th));
    th.append(press);
  }

  /** Mark the column that a table is sorted by. */
  function sorted(th, down) {
    for (const other of th.parentElement.children) other.removeAttribute("aria-sort");
    th.setAttribute("aria-sort", down ? "descending" : "ascending");
  }

  /** Let a table that is all there be sorted by its headers: those of `<table class="sortable">`. */
  function sortable(table) {
    const body = table.tBodies[0];
    const value = (row, column) => {
      const cell = row.cells[column];
      if (!cell) return null;
      const raw = cell.dataset.value ?? cell.textContent.trim();
      return raw !== "" && Number.isFinite(Number(raw)) ? Number(raw) : raw === "–" ? null : raw;
    };
    for (const th of table.tHead.rows[table.tHead.rows.length - 1].cells) {
      if (th.dataset.sort === "no") continue;
      sorter(th, () => {
        const down = th.hasAttribute("aria-sort") ? th.getAttribute("aria-sort") === "ascending" : th.classList.contains("number");
        sorted(th, down);
        const rows = [...body.rows].map((row) => [value(row, th.cellIndex), row]);
        rows.sort((a, b) => order(a[0], b[0], down));
        body.append(...rows.map((pair) => pair[1]));
      });
    }
  }

  /** Let an input hide the rows that lack its text: `<input data-filters="id of a table">`. */
  function filters(input) {
    const table = document.getElementById(input.dataset.filters);
    const told = document.getElementById(input.dataset.told ?? "");
    input.addEventListener("input", () => {
      const wanted = input.value.toLocaleLowerCase();
      let left = 0;
      for (const row of table.tBodies[0].rows) {
        row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted);
        left += !row.hidden;
      }
      if (told) told.textContent = count(left) + " of " + count(table.tBodies[0].rows.length);
    });
  }

  document.querySelectorAll("table.sortable").forEach(sortable);
  document.querySelectorAll("input[data-filters]").forEach(filters);

  /** Wait until typing pauses. */
  function calm(act, wait = 120) {
    let timer = 0;
    return (...given) => {
      clearTimeout(timer);
      timer = setTimeout(() => act(...given), wait);
    };
  }

  return { data, el, shown, said, number, count, order, sorter, sorted, sortable, calm };
})();
