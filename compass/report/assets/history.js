// A model over its runs: a table, and a small plot for each row of it.
"use strict";
(() => {
  const { data, el, said, number, count, calm } = compass;
  const $ = (id) => document.getElementById(id);
  const VALUE = 0, LOW = 1, HIGH = 2, N = 3, FAILED = 4;
  const MOST = 60;

  function cell(one, row) {
    if (!one || one[VALUE] === null) return el("td", { class: "number soft" }, "–");
    return el("td", { class: "number score", title: one[N] === null ? "n unknown" : "n " + count(one[N]) },
      one[FAILED] ? el("span", { class: "lack" }, "!" + count(one[FAILED])) : null,
      el("span", { class: "value" }, number(one[VALUE], row.scale)),
      el("span", { class: "interval" }, one[LOW] === null ? "no interval" : number(one[LOW], row.scale) + "–" + number(one[HIGH], row.scale)));
  }

  function change(row) {
    const there = row.cells.filter((one) => one && one[VALUE] !== null);
    if (there.length < 2) return el("td", { class: "number soft" }, "–");
    const [before, last] = there.slice(-2);
    const by = last[VALUE] - before[VALUE];
    return el("td", { class: "number" }, (by > 0 ? "+" : by < 0 ? "−" : "±") + number(Math.abs(by), row.scale));
  }

  $("history-table").append(el("table", { class: "full" },
    el("caption", { class: "unheard" }, "Scores of the model by run"),
    el("thead", {}, el("tr", {}, el("th", { scope: "col", class: "stay" }, "dataset"),
      data.runs.map((run) => el("th", { scope: "col", class: "number" }, el("span", { class: "column" },
        el("a", { href: run.address }, said(run.label)), el("span", { class: "what" }, run.started), el("span", { class: "what mono" }, said(run.identity))))),
      data.runs.length > 1 ? el("th", { scope: "col", class: "number" }, "change") : null)),
    el("tbody", {}, data.rows.map((row) => el("tr", {},
      el("th", { scope: "row", class: "stay" }, said(row.name), " ", el("span", { class: "soft small" }, said([row.metric, row.mode, row.version].filter(Boolean).join(" · ")))),
      row.cells.map((one) => cell(one, row)),
      data.runs.length > 1 ? change(row) : null)))));

  function draw() {
    const wanted = $("rows").value.trim().toLowerCase();
    const rows = data.rows.filter((row) => row.cells.filter((one) => one && one[VALUE] !== null).length > 1 && (row.name + " " + row.metric).toLowerCase().includes(wanted)).slice(0, MOST);
    $("history-plots").replaceChildren(...rows.map((row) => {
      const times = row.scale === "share" ? 100 : 1;
      const points = row.cells.flatMap((one, n) => (one && one[VALUE] !== null ? [{ run: n, value: one[VALUE] * times, low: one[LOW] === null ? undefined : one[LOW] * times, high: one[HIGH] === null ? undefined : one[HIGH] * times }] : []));
      const plot = Plot.plot({
        width: 300, height: 170, marginLeft: 40, marginBottom: 28, marginTop: 10, marginRight: 14, style: { fontSize: "12px", background: "none", fontFamily: "inherit" },
        x: { domain: data.runs.map((_, n) => n), type: "point", label: null, tickFormat: (n) => String(n + 1), padding: 0.3 },
        y: { grid: true, nice: true, label: null, ticks: 4, zero: false },
        marks: [
          Plot.line(points, { x: "run", y: "value", stroke: "var(--hue-1)", strokeOpacity: 0.5 }),
          Plot.ruleX(points.filter((one) => one.low !== undefined), { x: "run", y1: "low", y2: "high", stroke: "var(--hue-1)", strokeWidth: 5, strokeOpacity: 0.32, strokeLinecap: "round" }),
          Plot.dot(points, { x: "run", y: "value", fill: "var(--hue-1)", stroke: "var(--sheet)", r: 5, title: (one) => data.runs[one.run].label + ": " + one.value.toFixed(1) }),
        ],
      });
      plot.querySelectorAll("style").forEach((style) => style.remove());
      plot.setAttribute("role", "img");
      plot.setAttribute("aria-label", row.name + ": " + points.map((one) => data.runs[one.run].label + " " + one.value.toFixed(1)).join(", "));
      return el("figure", {}, el("figcaption", {}, said(row.name), " ", el("span", { class: "soft" }, said(row.metric))), plot);
    }));
    if (!rows.length) $("history-plots").append(el("p", { class: "soft" }, data.runs.length > 1 ? "Nothing to draw." : "There is one run only."));
  }
  $("rows").addEventListener("input", calm(draw));
  draw();
})();
