// What is drawn: by Observable Plot and D3, in the colours of the page, with words beside it.
"use strict";
(() => {
  const { data, el, said, number, count } = compass;
  const { VALUE, LOW, HIGH, N, CHANCE } = board;
  const $ = (id) => document.getElementById(id);
  const HUES = ["var(--hue-1)", "var(--hue-2)", "var(--hue-3)", "var(--hue-4)"];
  const MOST = 60;
  const MOST_CELLS = 3000;

  /** Put a plot into its place; the style it brings is left out: the page has it, and allows no other. */
  function put(place, plot, words) {
    plot.querySelectorAll("style").forEach((style) => style.remove());
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", words);
    place.replaceChildren(plot);
  }

  const width = (place) => Math.max(280, Math.min(1100, place.clientWidth || 900));
  const brief = (text, most = 34) => ([...text].length > most ? [...text].slice(0, most - 1).join("") + "…" : text);
  const longest = (texts) => Math.min(260, 16 + 7 * Math.max(4, ...texts.map((text) => [...brief(text)].reduce((sum, c) => sum + (c > "\u2e80" ? 1.8 : 1), 0))));
  const look = { style: { fontSize: "12px", background: "none", overflow: "visible", fontFamily: "inherit" } };

  // ---- intervals ---------------------------------------------------------------------------

  function forest() {
    const row = rows[Number($("forest-row").value)];
    const scale = board.scaleOf(row);
    const times = scale === "share" ? 100 : 1;
    const all = board.models().filter((model) => row.cells[model] && row.cells[model][VALUE] !== null);
    all.sort((a, b) => (row.cells[b][VALUE] - row.cells[a][VALUE]) * (row.higher === false ? -1 : 1));
    const points = all.slice(0, MOST).map((model) => {
      const one = row.cells[model];
      return { name: data.models[model], value: one[VALUE] * times, low: one[LOW] === null ? undefined : one[LOW] * times, high: one[HIGH] === null ? undefined : one[HIGH] * times, n: one[N] };
    });
    const place = $("forest");
    if (!points.length) return place.replaceChildren(el("p", { class: "soft" }, "No scores to draw."));
    const chances = all.map((model) => row.cells[model][CHANCE]).filter((one) => one);
    const chance = chances.length ? Math.max(...chances) * times : undefined;
    const known = points.filter((one) => one.low !== undefined);
    const ends = [...points.map((one) => one.value), ...known.flatMap((one) => [one.low, one.high]), ...(chance === undefined ? [] : [chance])];
    const domain = scale === "share" && row.name !== "order_gap" ? [Math.min(0, ...ends), Math.max(100, ...ends)] : undefined;
    const plot = Plot.plot({
      ...look, width: width(place), height: 56 + 26 * points.length, marginLeft: longest(points.map((one) => one.name)), marginRight: 60, marginTop: 8, marginBottom: 40,
      x: { domain, grid: true, nice: true, label: board.titleOf(row) + (scale === "share" ? ", 0 to 100" : "") },
      y: { domain: points.map((one) => one.name), label: null, tickFormat: (name) => brief(name), tickSize: 0 },
      marks: [
        chance === undefined ? null : Plot.ruleX([chance], { stroke: "var(--soft)", strokeDasharray: "4 4" }),
        Plot.ruleY(known, { y: "name", x1: "low", x2: "high", stroke: "var(--hue-1)", strokeWidth: 5, strokeOpacity: 0.32, strokeLinecap: "round" }),
        Plot.dot(points, { y: "name", x: "value", fill: "var(--hue-1)", stroke: "var(--sheet)", strokeWidth: 1.5, r: 5.5, title: (one) => one.name + ": " + one.value.toFixed(1) + (one.low === undefined ? "" : ", " + one.low.toFixed(1) + " to " + one.high.toFixed(1)) + ", n " + (one.n ?? "unknown") }),
        Plot.text(points, { y: "name", frameAnchor: "right", dx: 54, textAnchor: "end", text: (one) => number(one.value, "plain", 1) === "–" ? "" : scale === "share" ? one.value.toFixed(1) : String(Number(one.value.toPrecision(4))), fill: "var(--text)", fontVariant: "tabular-nums" }),
      ],
    });
    put(place, plot, "Intervals of " + points.length + " models on " + row.name + ". " + points.slice(0, 20).map((one) => one.name + " " + one.value.toFixed(1)).join(", ") + ". The leaderboard above has every number.");
    if (all.length > MOST) place.append(el("p", { class: "soft small" }, "The best " + MOST + " of " + count(all.length) + " models; filter the leaderboard to see others."));
  }

  const rows = data.rows.filter((row) => row.cells.some((one) => one && one[VALUE] !== null));
  if (rows.length) {
    board.show("intervals");
    board.fill($("forest-row"), rows.map(board.titleOf));
    const group = rows.findIndex((row) => row.group);
    $("forest-row").value = String(Math.max(0, group));
    $("forest-row").addEventListener("change", forest);
  }

  // ---- radar -------------------------------------------------------------------------------

  const shares = data.rows.map((row, n) => [row, n]).filter(([row]) => row.scale === "share" && row.cells.some((one) => one && one[VALUE] !== null));
  const groups = shares.filter(([row]) => row.group).map(([, n]) => n);
  // One spoke for each dataset: its headline, which stands first.
  const heads = new Set();
  const single = ([row]) => {
    const key = JSON.stringify([row.name, row.version, row.mode]);
    return !row.group && !heads.has(key) && heads.add(key);
  };
  const singles = shares.filter(single).map(([, n]) => n);
  const radars = [
    ...(groups.length > 2 ? [{ name: "groups", rows: groups }] : []),
    ...data.radars.filter((one) => one.rows.every((n) => data.rows[n].scale === "share")),
    ...(singles.length > 2 ? [{ name: "datasets", rows: singles }] : []),
  ].map((one) => ({ ...one, rows: one.rows.slice(0, 16) }));
  const worn = new Map(); // model to the place of its hue

  function radar() {
    const { rows: places } = radars[Number($("radar-group").value)];
    const spokes = places.map((n) => data.rows[n]);
    const place = $("radar-plot");
    const size = Math.min(560, width(place)), middle = size / 2, reach = middle - 78;
    const angle = (n) => (2 * Math.PI * n) / spokes.length;
    const scale = d3.scaleLinear([0, 1], [0, reach]);
    const at = (n, share) => [middle + Math.sin(angle(n)) * scale(share), middle - Math.cos(angle(n)) * scale(share)];
    const svg = el("svg", { viewBox: "0 40 " + size + " " + (size - 80), width: size, height: size - 80, class: "radar" });
    for (const ring of [0.25, 0.5, 0.75, 1]) {
      svg.append(el("path", { class: "ring", d: d3.line()([...spokes.map((_, n) => at(n, ring)), at(0, ring)]) }));
      svg.append(el("text", { class: "ring-label", x: middle + 4, y: middle - scale(ring) + 12 }, String(100 * ring)));
    }
    spokes.forEach((row, n) => {
      const [x, y] = at(n, 1), [tx, ty] = at(n, 1 + 14 / reach), side = Math.sin(angle(n));
      svg.append(el("line", { class: "ring", x1: middle, y1: middle, x2: x, y2: y }));
      const label = el("text", { class: "spoke", x: tx, y: ty, "text-anchor": Math.abs(side) < 0.15 ? "middle" : side > 0 ? "start" : "end", dy: Math.cos(angle(n)) > 0.9 ? "-0.1em" : Math.cos(angle(n)) < -0.9 ? "0.8em" : "0.35em" });
      wrapped(row.name, side, size, tx).forEach((part, line, all) => {
        const span = document.createElementNS("http://www.w3.org/2000/svg", "tspan");
        span.setAttribute("x", tx);
        span.setAttribute("dy", line ? "1.1em" : (-0.55 * (all.length - 1)) + "em");
        span.textContent = part;
        label.append(span);
      });
      svg.append(label);
    });
    for (const [model, hue] of worn) {
      const corners = spokes.map((row, n) => [n, row.cells[model]]).filter(([, one]) => one && one[VALUE] !== null);
      const path = d3.line()(corners.map(([n, one]) => at(n, one[VALUE])));
      const whole = corners.length === spokes.length;
      if (path) svg.append(el("path", { class: "shape", d: path + (whole ? "Z" : ""), style: { stroke: HUES[hue], fill: whole ? HUES[hue] : "none" } }));
      for (const [n, one] of corners) {
        if (one[LOW] !== null) {
          const [x1, y1] = at(n, Math.max(0, one[LOW])), [x2, y2] = at(n, Math.min(1, one[HIGH]));
          svg.append(el("line", { class: "reach", x1, y1, x2, y2, style: { stroke: HUES[hue] } }));
        }
        const [cx, cy] = at(n, one[VALUE]);
        svg.append(el("circle", { cx, cy, r: 3.5, style: { fill: HUES[hue] } }));
      }
    }
    const said = [...worn.keys()].map((model) => data.models[model] + ": " + spokes.map((row) => row.name + " " + number(row.cells[model]?.[VALUE])).join(", "));
    put(place, svg, "Radar. " + said.join("; "));
  }

  /** A label in lines, broken after hyphens, no wider than there is place beside the circle. */
  function wrapped(name, side, size, x) {
    const room = Math.max(9, Math.floor((Math.abs(side) < 0.15 ? 160 : side > 0 ? size - x : x) / 6.6));
    const lines = [""];
    for (const part of brief(name, 40).match(/[^\-_. ]*[\-_. ]|[^\-_. ]+/g) ?? [name]) {
      if (lines[lines.length - 1] && (lines[lines.length - 1] + part).length > room) lines.push("");
      lines[lines.length - 1] += part;
    }
    return lines.slice(0, 3);
  }

  function radarModels() {
    const left = board.models().slice(0, 30);
    $("radar-models").replaceChildren(...left.map((model) => {
      const chip = el("button", { type: "button", "aria-pressed": String(worn.has(model)), onclick: () => {
        if (!worn.delete(model)) {
          if (worn.size >= HUES.length) worn.delete(worn.keys().next().value);
          worn.set(model, [0, 1, 2, 3].find((hue) => ![...worn.values()].includes(hue)));
        }
        radarModels();
        $("radar-models").children[left.indexOf(model)]?.focus();
        radar();
      } }, el("span", { class: "swatch", "aria-hidden": "true" }), said(data.models[model]));
      if (worn.has(model)) chip.firstElementChild.style.setProperty("background", HUES[worn.get(model)]);
      return chip;
    }));
  }

  if (radars.length) {
    board.show("radar");
    board.fill($("radar-group"), radars.map((one) => one.name));
    board.models().slice(0, 3).forEach((model, hue) => worn.set(model, hue));
    $("radar-group").addEventListener("change", radar);
  }

  // ---- who is ahead of whom ----------------------------------------------------------------

  /** A difference with its sign; what rounds to nothing has none. */
  function signed(value) {
    const size = Math.abs(value).toFixed(1);
    return Number(size) === 0 ? size : (value > 0 ? "+" : "−") + size;
  }

  const ranked = data.rows.filter((row) => row.pairs);
  function pairs() {
    const row = ranked[Number($("pairs-row").value)];
    const { models, differences, p } = row.pairs;
    const most = Math.max(0.01, ...differences.flat().map((one) => Math.abs(one ?? 0)));
    const times = row.scale === "share" ? 100 : 1;
    $("pairs-table").replaceChildren(el("table", { class: "heat pairs" },
      el("thead", {}, el("tr", {}, el("td", {}), models.map((model) => el("th", { scope: "col", class: "turned" }, el("span", {}, said(model)))))),
      el("tbody", {}, models.map((model, n) => el("tr", {}, el("th", { scope: "row", class: "stay" }, said(model)),
        models.map((other, m) => {
          const difference = differences[n][m], value = p[n][m];
          if (n === m || difference === null) return el("td", { class: "soft" }, n === m ? "" : "–");
          const sure = value !== null && value < 0.05;
          const better = (difference > 0) === (row.higher !== false);
          const td = el("td", { class: "number " + (sure ? (better ? "ahead" : "behind") : "unsure"), title: model + " minus " + other + ": " + (times * difference).toFixed(1) + (value === null ? ", not tested" : ", p = " + value) },
            signed(times * difference), sure ? el("span", { class: "unheard" }, " significant") : null);
          td.style.setProperty("--share", (35 + 65 * Math.abs(difference) / most).toFixed(0) + "%");
          return td;
        }))))));
  }
  if (ranked.length) {
    board.show("pairs");
    board.fill($("pairs-row"), ranked.map(board.titleOf));
    $("pairs-row").addEventListener("change", pairs);
  }

  // ---- heat map ----------------------------------------------------------------------------

  function heat() {
    const columns = board.columns().filter((row) => row.cells.some((one) => one && one[VALUE] !== null)).slice(0, 100);
    const all = board.models();
    const models = all.slice(0, Math.max(10, Math.min(100, Math.floor(MOST_CELLS / Math.max(1, columns.length)))));
    const apart = board.apart(columns);
    const ends = new Map(columns.map((row) => {
      const values = row.cells.map((one) => one?.[VALUE]).filter((value) => value !== null && value !== undefined);
      return [row, row.scale === "share" ? [0, 1] : [Math.min(...values), Math.max(...values)]];
    }));
    $("heat-table").replaceChildren(el("table", { class: "heat" },
      el("thead", {}, el("tr", {}, el("td", { class: "stay" }), columns.map((row, n) => el("th", { scope: "col", class: "turned", title: board.titleOf(row) }, el("span", {}, said(row.name), apart[n] ? el("span", { class: "what soft" }, said(apart[n])) : null))))),
      el("tbody", {}, models.map((model) => el("tr", {}, el("th", { scope: "row", class: "stay" }, said(data.models[model])),
        columns.map((row) => {
          const one = row.cells[model];
          if (!one || one[VALUE] === null) return el("td", { class: "soft number" }, "–");
          const td = el("td", { class: "number", title: board.titleOf(row) + ": " + number(one[VALUE], board.scaleOf(row)) }, number(one[VALUE], board.scaleOf(row), 0), board.sign(row, model));
          const [low, high] = ends.get(row);
          const share = high > low ? (one[VALUE] - low) / (high - low) : 0.5;
          board.shade(td, row.higher === false ? 1 - share : share);
          return td;
        }))))));
    if (models.length < all.length) $("heat-table").append(el("p", { class: "soft small" }, "The first " + models.length + " of " + count(all.length) + " models, as the leaderboard has them; filter it to see others."));
  }
  if (rows.length > 1 || data.models.length > 1) board.show("heat");

  // ---- position bias -----------------------------------------------------------------------

  function bias() {
    const { models } = data.bias[Number($("bias-dataset").value)];
    const seen = models.slice(0, 24);
    const place = $("bias-plot");
    const letters = (n) => String.fromCharCode(65 + n);
    const bars = seen.flatMap((one) => one.slots.map(([share, low, high], n) => ({ model: one.model, slot: letters(n), share: 100 * share, low: low === null ? undefined : 100 * low, high: high === null ? undefined : 100 * high })));
    const across = Math.max(1, Math.floor(width(place) / 190));
    const charts = seen.map((one) => {
      const mine = bars.filter((bar) => bar.model === one.model);
      const plot = Plot.plot({
        ...look, width: Math.floor(width(place) / across) - 12, height: 132, marginLeft: 34, marginTop: 12, marginBottom: 24, marginRight: 4,
        x: { label: null, tickSize: 0, padding: 0.28 },
        y: { label: null, domain: [0, Math.max(50, ...bars.map((bar) => bar.high ?? bar.share))], ticks: 4, grid: true },
        marks: [
          Plot.barY(mine, { x: "slot", y: "share", fill: one.p !== null && one.p < 0.05 ? "var(--hue-2)" : "var(--hue-1)", rx: 2, title: (bar) => bar.slot + ": " + bar.share.toFixed(1) + " %" }),
          Plot.ruleX(mine.filter((bar) => bar.low !== undefined), { x: "slot", y1: "low", y2: "high", stroke: "var(--text)", strokeWidth: 1.5 }),
          one.chance === null ? null : Plot.ruleY([100 * one.chance], { stroke: "var(--text)", strokeDasharray: "4 4", strokeOpacity: 0.7 }),
        ],
      });
      const box = el("figure", {}, el("figcaption", {}, said(one.model)), el("div", {}));
      put(box.lastElementChild, plot, one.model + ": " + mine.map((bar) => bar.slot + " " + bar.share.toFixed(1) + " %").join(", "));
      return box;
    });
    place.replaceChildren(el("div", { class: "small-ones" }, charts));
    const slots = Math.max(...models.map((one) => one.slots.length));
    $("bias-table").replaceChildren(el("table", { class: "full" },
      el("caption", { class: "unheard" }, "Share of answers by slot, effect size and p-value"),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "model"), Array.from({ length: slots }, (_, n) => el("th", { scope: "col", class: "number" }, letters(n))),
        ["questions", "effect w", "p", "preference"].map((name, n) => el("th", { scope: "col", class: n < 3 ? "number" : "" }, name)))),
      el("tbody", {}, models.map((one) => el("tr", {}, el("th", { scope: "row" }, said(one.model)),
        Array.from({ length: slots }, (_, n) => el("td", { class: "number" }, number(one.slots[n]?.[0]))),
        el("td", { class: "number" }, one.n === null ? "?" : count(one.n)),
        el("td", { class: "number" }, one.effect === null ? "–" : one.effect.toFixed(3)),
        el("td", { class: "number" }, one.p === null ? "–" : one.p < 0.0001 ? "< 0.0001" : one.p.toFixed(4)),
        el("td", {}, one.p === null ? el("span", { class: "state" }, "too few questions") : one.p < 0.05 ? el("span", { class: "state partly" }, "prefers a slot") : el("span", { class: "state right" }, "none found")))))));
  }
  if (data.bias.length) {
    board.show("bias");
    board.fill($("bias-dataset"), data.bias.map((one) => one.dataset));
    $("bias-dataset").addEventListener("change", bias);
  }

  // ---- needles -----------------------------------------------------------------------------

  const haystacks = [...new Set(data.needles.map((one) => one.dataset))];
  function needle() {
    const dataset = haystacks[Number($("needle-dataset").value)];
    const left = new Set(board.models().map((model) => data.models[model]));
    const maps = data.needles.filter((one) => one.dataset === dataset && left.has(one.model));
    $("needle-maps").replaceChildren(...maps.map((one) => el("figure", {},
      el("figcaption", {}, said(one.model)),
      el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Needles of " + one.model }, el("table", { class: "heat" },
        el("thead", {}, el("tr", {}, el("th", { scope: "col", class: "number" }, "depth"), one.lengths.map((length) => el("th", { scope: "col", class: "number" }, compact(length))))),
        el("tbody", {}, one.depths.map((depth, n) => el("tr", {}, el("th", { scope: "row", class: "number" }, Number(depth.toPrecision(3)) + " %"),
          one.cells[n].map((cell, m) => {
            if (!cell || cell[0] === null) return el("td", { class: "number soft" }, cell ? "!" + cell[2] : "–");
            const td = el("td", { class: "number", title: compact(one.lengths[m]) + " tokens, " + depth + " % deep: " + (100 * cell[0]).toFixed(0) + " of 100, n " + cell[1] }, (100 * cell[0]).toFixed(0));
            board.shade(td, cell[0]);
            return td;
          })))))))));
  }
  const compact = (length) => (length >= 1024 && length % 1024 === 0 ? length / 1024 + "k" : count(length));
  if (haystacks.length) {
    board.show("needle");
    board.fill($("needle-dataset"), haystacks);
    $("needle-dataset").addEventListener("change", needle);
  }

  // ---- cost --------------------------------------------------------------------------------

  const costly = ["all datasets", ...new Set(data.costs.map(([, dataset]) => dataset))];
  function cost() {
    const chosen = costly[Number($("cost-dataset").value)];
    const sums = new Map();
    for (const [model, dataset, one] of data.costs) {
      if ($("cost-dataset").value !== "0" && dataset !== chosen) continue;
      const sum = sums.get(model) ?? { answers: 0, failed: 0, prompt_tokens: 0, tokens: 0, seconds: 0 };
      for (const key of Object.keys(sum)) sum[key] += one[key];
      sums.set(model, sum);
    }
    const lines = data.models.filter((model) => sums.has(model)).map((model) => [model, sums.get(model)]);
    const per = (value, seconds) => (seconds > 0 ? value / seconds : null);
    const shown = (value) => (value === null ? "–" : value >= 100 ? count(Math.round(value)) : String(Number(value.toPrecision(3))));
    const table = el("table", { class: "full" },
      el("caption", { class: "unheard" }, "Tokens and seconds by model"),
      el("thead", {}, el("tr", {}, ["model", "answers", "failed", "prompt tokens", "generated tokens", "seconds", "questions/s", "generated tokens/s"].map((name, n) => el("th", { scope: "col", class: n ? "number" : "" }, name)))),
      el("tbody", {}, lines.map(([model, one]) => el("tr", {}, el("th", { scope: "row" }, said(model)),
        [one.answers, one.failed, one.prompt_tokens, one.tokens, one.seconds, per(one.answers, one.seconds), per(one.tokens, one.seconds)]
          .map((value, n) => el("td", { class: "number", "data-value": value ?? "" }, n < 4 ? count(value) : shown(value)))))));
    $("cost-table").replaceChildren(table);
    compass.sortable(table);
    const row = rows.find((one) => (chosen === one.name && !one.group) || ($("cost-dataset").value === "0" && one === by())) ?? null;
    const place = $("cost-plot");
    const points = row === null ? [] : lines.filter(([, one]) => one.seconds > 0 && one.answers > 0).map(([model, one]) => {
      const cell = row.cells[data.models.indexOf(model)];
      return cell && cell[VALUE] !== null ? { model, x: one.seconds / one.answers, y: 100 * cell[VALUE], low: cell[LOW] === null ? undefined : 100 * cell[LOW], high: cell[HIGH] === null ? undefined : 100 * cell[HIGH] } : null;
    }).filter(Boolean);
    if (points.length < 2 || row.scale !== "share") return place.replaceChildren();
    const plot = Plot.plot({
      ...look, width: width(place), height: 340, marginLeft: 48, marginBottom: 42, marginRight: 120, marginTop: 26,
      x: { type: "log", label: "seconds a question", grid: true, tickFormat: "~g", nice: true, ticks: Math.max(2, Math.min(5, Math.floor(width(place) / 160))) }, y: { label: board.titleOf(row), grid: true, nice: true },
      marks: [
        Plot.ruleX(points.filter((one) => one.low !== undefined), { x: "x", y1: "low", y2: "high", stroke: "var(--hue-1)", strokeWidth: 4, strokeOpacity: 0.3, strokeLinecap: "round" }),
        Plot.dot(points, { x: "x", y: "y", fill: "var(--hue-1)", stroke: "var(--sheet)", strokeWidth: 1.5, r: 5.5, title: (one) => one.model + ": " + one.y.toFixed(1) + " at " + one.x.toPrecision(3) + " s" }),
      ],
    });
    if (points.length <= 30) label(plot, points);
    put(place, plot, "Score against seconds a question: " + points.map((one) => one.model + " " + one.y.toFixed(1) + " at " + one.x.toPrecision(3) + " s").join(", "));
  }
  /** Name the points of a plot, each name where no other stands. */
  function label(plot, points) {
    const taken = [];
    for (const one of [...points].sort((a, b) => b.y - a.y)) {
      const x = plot.scale("x").apply(one.x) + 10;
      let y = plot.scale("y").apply(one.y) + 4;
      const name = brief(one.model, 22);
      while (taken.some((other) => Math.abs(other.y - y) < 13 && Math.abs(other.x - x) < 7 * 22)) y += 2;
      taken.push({ x, y });
      plot.append(el("text", { x, y, fill: "currentColor", "text-anchor": "start" }, name));
    }
  }

  const by = () => rows.find((row) => row.group) ?? rows[0];
  if (data.costs.length) {
    board.show("cost");
    board.fill($("cost-dataset"), costly);
    $("cost-dataset").addEventListener("change", cost);
  }

  // ---- all of it, and again when the models change or the window does ------------------------

  const charts = [["intervals", forest], ["radar", radar], ["bias", bias], ["cost", cost]];
  const tables = [["radar", radarModels], ["pairs", pairs], ["heat", heat], ["needle", needle]];
  const redraw = (all) => all.forEach(([id, act]) => { if (!$(id).hidden) act(); });
  redraw([...tables, ...charts]);
  board.onchange(() => redraw([["heat", heat], ["needle", needle], ["intervals", forest], ["radar", radarModels]]));
  board.contents();
  let seen = document.documentElement.clientWidth;
  addEventListener("resize", compass.calm(() => {
    if (document.documentElement.clientWidth !== seen) redraw(charts);
    seen = document.documentElement.clientWidth;
  }));
})();
