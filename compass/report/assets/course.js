// Scores over runs or training steps: a plot of one dataset at a time, and its points as a table.
"use strict";
(() => {
  const { data, el, shown } = compass;
  const $ = (id) => document.getElementById(id);
  const HUES = ["var(--hue-1)", "var(--hue-2)", "var(--hue-3)", "var(--hue-4)"];
  const panels = new Map();
  for (const one of data.series) {
    const name = one.dataset + " · " + one.metric + (one.training ? " · by training step" : "");
    if (!panels.has(name)) panels.set(name, []);
    panels.get(name).push(one);
  }
  const names = [...panels.keys()];
  $("which").append(...names.map((name, n) => el("option", { value: String(n) }, name)));
  $("which").addEventListener("change", draw);

  const times = (one) => (one.scale === "share" ? 100 : 1);
  const read = (value, one) => (value === null ? "–" : one.scale === "share" ? (100 * value).toFixed(1) : String(Number(value.toPrecision(5))));

  /** Where a point stands: its step, its time, or its place. */
  function place(one, point, n) {
    if (one.training) return point.step;
    const time = new Date(point.started.replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
    return Number.isNaN(time.getTime()) ? n + 1 : time;
  }

  function draw() {
    const chosen = panels.get(names[Number($("which").value || 0)]);
    const hue = (one) => HUES[chosen.indexOf(one) % HUES.length];
    const dots = chosen.flatMap((one) => one.points.map((point, n) => ({
      one, name: one.model, x: place(one, point, n), y: point.value * times(one),
      low: point.low === null ? undefined : point.low * times(one), high: point.high === null ? undefined : point.high * times(one),
      changed: one.changes.some((change) => change.at === n), run: point.run, n: point.n,
    })));
    const bounded = dots.filter((dot) => dot.low !== undefined && dot.high !== undefined);
    const box = $("course");
    const plot = Plot.plot({
      width: Math.max(280, Math.min(1100, box.clientWidth || 900)), height: 380, marginLeft: 48, marginBottom: 40,
      style: { fontSize: "12px", background: "none", overflow: "visible", fontFamily: "inherit" },
      x: { label: chosen[0].training ? "training step" : null, nice: true }, y: { grid: true, nice: true, label: null },
      marks: [
        Plot.areaY(bounded, { x: "x", y1: "low", y2: "high", z: "name", fill: (dot) => hue(dot.one), fillOpacity: 0.14 }),
        Plot.ruleX(dots.filter((dot) => dot.changed), { x: "x", stroke: (dot) => hue(dot.one), strokeDasharray: "2 4" }),
        Plot.lineY(dots, { x: "x", y: "y", z: "name", stroke: (dot) => hue(dot.one), strokeWidth: 2 }),
        Plot.dot(dots, { x: "x", y: "y", fill: (dot) => hue(dot.one), stroke: "var(--sheet)", r: 4.5, title: (dot) => dot.name + ": " + dot.y.toFixed(1) + "\n" + dot.run }),
        chosen.length > 1 ? Plot.text(dots, Plot.selectLast({ x: "x", y: "y", z: "name", text: "name", textAnchor: "end", dx: -8, dy: -12, fill: (dot) => hue(dot.one) })) : null,
      ],
    });
    plot.querySelectorAll("style").forEach((style) => style.remove());
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", "Course of " + chosen.length + " series; the table below has every number.");
    box.replaceChildren(plot);
    $("points").replaceChildren(table(chosen));
  }

  function table(chosen) {
    const head = el("tr", {}, ...["model", chosen[0].training ? "step" : "started", "score", "95 % interval", "n", "change", "run"].map((name, n) => el("th", { scope: "col", class: n > 0 && n < 5 ? "number" : null }, name)));
    const body = el("tbody");
    for (const one of chosen) {
      one.points.forEach((point, n) => {
        const change = one.changes.find((each) => each.at === n);
        const said = change ? (change.difference > 0 ? "+" : "") + read(change.difference, one) + ", p " + (change.p < 0.001 ? "< .001" : change.p.toFixed(3)) : "";
        const bounds = point.low === null || point.high === null ? "–" : read(point.low, one) + " to " + read(point.high, one);
        body.append(el("tr", {},
          el("td", {}, el("bdi", {}, shown(point.model))),
          el("td", { class: "number" }, one.training ? String(point.step) : shown(point.started.slice(0, 16).replace("T", " "))),
          el("td", { class: "number" }, read(point.value, one)), el("td", { class: "number" }, bounds),
          el("td", { class: "number" }, point.n === null ? "?" : String(point.n), point.failed ? " !" + point.failed : ""),
          el("td", {}, said), el("td", {}, el("bdi", {}, shown(point.run)))));
      });
    }
    return el("table", { class: "full" }, el("caption", { class: "unheard" }, "Every point of the plot"), el("thead", {}, head), body);
  }

  draw();
})();
