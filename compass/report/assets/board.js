// The leaderboard: models as lines, datasets and groups as columns; sorted, filtered, in pages.
"use strict";
const board = (() => {
  const { data, el, said, number, count, order, sorter, sorted, calm } = compass;
  const $ = (id) => document.getElementById(id);
  const VALUE = 0, LOW = 1, HIGH = 2, N = 3, FAILED = 4, UNPARSED = 5, CUT = 6, CHANCE = 7;
  const MOST_CELLS = 3000;

  const names = data.models.map((model, n) => (model + " " + data.families[n] + " " + data.runs[n]).toLowerCase());
  const told = [];
  let table = data.tables[0] ?? { title: "", rows: data.rows.map((_, n) => n), models: null, scale: "plain", ranked: null };
  let by = null;
  let down = true;
  let pages = 1;

  const above = () => $("scale").value === "above";
  const cellOf = (row, model) => (above() && row.above ? row.above[model] : row.cells[model]);
  const scaleOf = (row) => (row.scale === "plain" ? "plain" : "share");

  function words(id) { return $(id).value.trim().toLowerCase().split(/\s+/).filter(Boolean); }
  const any = (text, wanted) => !wanted.length || wanted.some((word) => text.includes(word));

  /** The rows of the board that are columns here, after the filter. */
  function columns() {
    const wanted = words("columns");
    return table.rows.map((n) => data.rows[n]).filter((row) => any((row.name + " " + row.metric).toLowerCase(), wanted));
  }

  /** The models after the filter, in the order of the table. */
  function models() {
    const wanted = words("filter");
    const all = table.models ?? data.models.map((_, n) => n);
    const left = all.filter((model) => any(names[model], wanted));
    if (by === "name") left.sort((a, b) => order(data.models[a], data.models[b], down));
    else if (by === "run") left.sort((a, b) => order(data.runs[a], data.runs[b], down));
    else if (by === "family") left.sort((a, b) => order(data.families[a], data.families[b], down));
    else if (by) left.sort((a, b) => order(cellOf(by, a)?.[VALUE], cellOf(by, b)?.[VALUE], down));
    return left;
  }

  // ---- the table ---------------------------------------------------------------------------

  function head(columns, ranked) {
    const line = el("tr");
    const add = (key, attributes, ...children) => {
      const th = el("th", { scope: "col", ...attributes }, ...children);
      line.append(th);
      sorter(th, () => {
        down = by === key ? !down : typeof key !== "string" && key.higher !== false;
        by = key;
        draw();
      });
      if (key === by) sorted(th, down);
    };
    add("name", { class: "stay" }, "model");
    if (data.families.some(Boolean)) add("family", {}, "family");
    if (data.runs.some(Boolean)) add("run", {}, "run");
    if (ranked) line.append(el("th", { scope: "col", class: "number", title: "best and worst rank the model may have, by " + ranked.name }, "rank"));
    for (const row of columns) {
      add(row, { class: "number" + (row.group ? " group" : "") },
        el("span", { class: "column" }, said(row.name), el("span", { class: "what" }, said([row.metric, row.mode].filter(Boolean).join(" · ")))));
    }
    return line;
  }

  /** The name of a model; its run has a column of its own. */
  function short(model) {
    const end = "@" + data.runs[model];
    return data.runs[model] && data.models[model].endsWith(end) ? data.models[model].slice(0, -end.length) : data.models[model];
  }

  /** A track with the interval and the score on it, as wide as the cell: one element, drawn by the style. */
  function track(cell) {
    const at = (share) => 100 * Math.max(0, Math.min(1, share)) + "%";
    const bar = el("span", { class: "track", "aria-hidden": "true" });
    const known = cell[LOW] !== null && cell[LOW] !== undefined;
    bar.style.cssText = "--at:" + at(cell[VALUE]) + ";--low:" + at(known ? cell[LOW] : cell[VALUE]) + ";--high:" + at(known ? cell[HIGH] : cell[VALUE])
      + (cell[CHANCE] && !above() ? ";--chance:" + at(cell[CHANCE]) : "");
    return bar;
  }

  /** The sign of a contamination check that warns of a score, and what it is called. */
  const SIGNS = { leak: "†", doubt: "‡" };
  function sign(row, model) {
    const light = row.lights?.[model];
    return light ? el("span", { class: "sign " + light, title: "contamination: " + light }, SIGNS[light], el("span", { class: "unheard" }, " " + light)) : null;
  }

  function cell(row, model) {
    const one = cellOf(row, model);
    const mark = one?.[FAILED] ? el("span", { class: "lack", title: one[FAILED] + " questions without an answer" }, "!" + count(one[FAILED])) : null;
    if (!one || one[VALUE] === null) {
      return el("td", { class: "number" + (row.group ? " group" : "") }, el("span", { class: "soft", title: "no score" }, "–"), mark);
    }
    const scale = scaleOf(row);
    const best = row.best === data.models[model];
    const facts = [one[N] === null ? "n unknown" : "n " + count(one[N])];
    if (one[FAILED]) facts.push(count(one[FAILED]) + " failed");
    if (one[UNPARSED]) facts.push(count(one[UNPARSED]) + " unparsed");
    if (one[CUT]) facts.push(count(one[CUT]) + " cut off");
    if (one[CHANCE]) facts.push("guessing " + number(one[CHANCE], scale));
    if (best) facts.push("significantly ahead of every other");
    if (row.lights?.[model]) facts.push("contamination: " + row.lights[model]);
    return el("td", { class: "number score" + (row.group ? " group" : "") + (best ? " best" : ""), title: facts.join(", ") },
      mark, el("span", { class: "value" }, number(one[VALUE], scale)), sign(row, model),
      one[LOW] === null || one[LOW] === undefined ? el("span", { class: "interval" }, "no interval")
        : el("span", { class: "interval" }, number(one[LOW], scale) + "–" + number(one[HIGH], scale)),
      scale === "share" ? track(one) : null);
  }

  function draw() {
    const shown = columns();
    const left = models();
    const families = data.families.some(Boolean);
    const runs = data.runs.some(Boolean);
    const ranked = table.ranked === null ? null : data.rows[table.ranked];
    const ranks = ranked?.ranks ?? null;
    const page = Math.max(10, Math.min(100, Math.floor(MOST_CELLS / Math.max(1, shown.length))));
    const shownLines = page * pages;
    const place = $("board");
    place.tHead.replaceChildren(head(shown, ranks ? ranked : null));
    place.tBodies[0].replaceChildren(...left.slice(0, shownLines).map((model) => el("tr", {},
      el("th", { scope: "row", class: "stay" }, data.pages ? el("a", { href: data.pages[model] }, said(short(model))) : said(short(model))),
      families ? el("td", { class: "soft" }, said(data.families[model])) : null,
      runs ? el("td", { class: "soft" }, said(data.runs[model])) : null,
      ranks ? el("td", { class: "number" }, range(ranks[data.models[model]])) : null,
      shown.map((row) => cell(row, model)))));
    $("told").textContent = left.length === data.models.length ? "" : count(left.length) + " of " + count(data.models.length) + " models";
    $("more").hidden = left.length <= shownLines;
    $("more").textContent = "Show " + count(Math.min(page, left.length - shownLines)) + " more of " + count(left.length) + " models";
    told.forEach((act) => act());
  }

  const range = (ends) => (ends ? (ends[0] === ends[1] ? String(ends[0]) : ends[0] + "–" + ends[1]) : "–");

  function legend() {
    const parts = ["Under each score its 95 % interval" + (data.rows.some((row) => row.scale === "share") ? "; on the line beneath, the dot is the score." : ".")];
    if (data.rows.some((row) => row.cells.some((one) => one?.[CHANCE]))) parts.push("The tick is what guessing reaches.");
    if (data.rows.some((row) => row.cells.some((one) => one?.[FAILED]))) parts.push("!k: k questions without an answer; they are not counted as wrong.");
    if (data.rows.some((row) => row.best)) parts.push("Bold: significantly ahead of every other model.");
    for (const [light, mark] of Object.entries(SIGNS)) {
      if (data.rows.some((row) => row.lights?.includes(light))) parts.push(mark + ": " + light + ", see Contamination below.");
    }
    $("legend").textContent = parts.join(" ");
    const links = data.rows.filter((row) => row.link);
    if (links.length) {
      const seen = new Map(links.map((row) => [row.link, row.name]));
      const list = el("span", {});
      [...seen].slice(0, 60).forEach(([link, name], n) => list.append(n ? " · " : "", el("a", { href: link }, said(name))));
      if (seen.size > 60) list.append(" and " + (seen.size - 60) + " more");
      $("legend").after(el("p", { class: "small whole", id: "transcripts" }, el("strong", {}, "Transcripts: "), list));
    }
  }

  function choose(title) {
    table = data.tables[title] ?? table;
    by = null;
    if (table.ranked !== null && table.ranked !== undefined) by = data.rows[table.ranked];
    by ??= table.rows.map((n) => data.rows[n]).find((row) => row.group) ?? data.rows[table.rows[0]] ?? null;
    down = by?.higher !== false;
    $("scale").value = table.scale === "chance" ? "above" : "plain";
    pages = 1;
  }

  if (data.tables.length > 1) {
    $("table-choice").hidden = false;
    data.tables.forEach((one, n) => $("table").append(el("option", { value: n }, one.title || "table " + (n + 1))));
    $("table").addEventListener("change", () => { choose(Number($("table").value)); draw(); });
  }
  $("scale-choice").hidden = !data.rows.some((row) => row.above);
  $("scale").addEventListener("change", draw);
  const again = calm(() => { pages = 1; draw(); });
  $("filter").addEventListener("input", again);
  $("columns").addEventListener("input", again);
  $("more").addEventListener("click", () => { pages += 1; draw(); });
  if (data.rows.length < 5) $("columns").hidden = true;

  // ---- a table of shaded cells -------------------------------------------------------------

  /** Shade a cell: from the sheet to the accent as its share goes from 0 to 1. */
  function shade(td, share) {
    const at = Math.max(0, Math.min(1, share));
    td.style.setProperty("background", "color-mix(in oklab, var(--heat) " + (100 * at).toFixed(1) + "%, var(--sheet))");
  }

  /** Show what is there of a section, and name it among the contents. */
  function show(id) { $(id).hidden = false; }
  function contents() {
    for (const section of document.querySelectorAll("section[data-title]")) {
      if (!section.hidden) $("contents").append(el("li", {}, el("a", { href: "#" + section.id }, section.dataset.title)));
    }
  }

  function fill(select, options) {
    options.forEach((text, n) => select.append(el("option", { value: n }, text)));
    if (options.length < 2) select.parentElement.hidden = options.length === 0;
  }

  const titleOf = (row) => row.name + (row.metric ? " (" + row.metric + ")" : "");

  /** What tells each row from the others of its name: nothing, its metric, or version and mode, too. */
  function apart(rows) {
    const often = (key) => rows.reduce((sums, row) => sums.set(key(row), (sums.get(key(row)) ?? 0) + 1), new Map());
    const name = (row) => row.name, pair = (row) => JSON.stringify([row.name, row.metric]);
    const names = often(name), pairs = often(pair);
    return rows.map((row) => [
      ...(names.get(name(row)) > 1 ? [row.metric] : []),
      ...(pairs.get(pair(row)) > 1 ? [row.version, row.mode] : []),
    ].filter(Boolean).join(" · "));
  }

  choose(0);
  legend();
  draw();

  return { models, columns, cellOf, scaleOf, shade, show, contents, fill, titleOf, apart, sign, onchange: (act) => told.push(act), VALUE, LOW, HIGH, N, FAILED, CHANCE };
})();
