// The questions of a dataset: a list that holds any number of them, and one in detail.
"use strict";
(() => {
  const { data, el, shown, said, number, count, calm } = compass;
  const { models, states } = data;
  const $ = (id) => document.getElementById(id);

  // ---- blocks: scripts beside the page, loaded when they are needed ------------------------

  const MOST_BLOCKS = 24;
  const blocks = new Map();
  const awaited = new Map();

  /** Called by the script of a block. */
  compass.load = (name, text) => awaited.get(name)?.resolve(JSON.parse(text));

  /** Return a promise of what a script beside this page holds. */
  function fetched(name) {
    if (awaited.has(name)) return awaited.get(name).promise;
    const wait = {};
    wait.promise = new Promise((resolve, reject) => Object.assign(wait, { resolve, reject }));
    awaited.set(name, wait);
    const script = el("script", { src: name + ".js" });
    script.addEventListener("error", () => wait.reject(new Error(name + ".js is not beside this page, or cannot be read")));
    document.head.append(script);
    const end = () => { awaited.delete(name); script.remove(); };
    wait.promise.then(end, end);
    return wait.promise;
  }

  /** Return a promise of whole questions; those of the last blocks are kept. */
  function rowsOf(place) {
    const promise = blocks.get(place) ?? fetched("rows-" + place);
    blocks.delete(place);
    blocks.set(place, promise);
    promise.catch(() => blocks.delete(place));
    if (blocks.size > MOST_BLOCKS) blocks.delete(blocks.keys().next().value);
    return promise;
  }

  /** Return the number of the block that holds a question. */
  function placeOf(starts, question) {
    let low = 0, high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= question) low = middle; else high = middle - 1;
    }
    return low;
  }

  // Lists are small and stay; they also serve the search.
  const lists = new Map();
  function listOf(place) {
    if (!lists.has(place)) {
      const promise = fetched("list-" + place);
      lists.set(place, promise);
      promise.then((rows) => lists.set(place, rows), () => lists.delete(place));
    }
    return lists.get(place);
  }
  function briefOf(question) {
    const place = placeOf(data.lists, question);
    const rows = lists.get(place);
    return Array.isArray(rows) ? rows[question - data.lists[place]] : null;
  }

  // ---- the questions that are shown --------------------------------------------------------

  let matches = Int32Array.from({ length: data.count }, (_, n) => n);
  let chosen = -1;
  let search = 0;

  function wanted() {
    const kind = $("state").value;
    const of = Number($("of")?.value ?? 0);
    const better = Number($("better")?.value ?? -1);
    const worse = Number($("worse")?.value ?? -1);
    return (question) => {
      if (better >= 0 && !verdicts.is(states[better][question], "right")) return false;
      if (worse >= 0 && !verdicts.is(states[worse][question], "wrong")) return false;
      if (kind === "all") return true;
      if (of >= 0) return verdicts.is(states[of][question], kind);
      return states.some((column) => verdicts.is(column[question], kind));
    };
  }

  function put(found, whole) {
    matches = found;
    draw();
    const narrowed = found.length !== data.count;
    $("found").textContent = (narrowed ? count(found.length) + " of " : "") + count(data.count) + " questions" + (whole ? "" : " so far …");
    $("clear").hidden = !narrowed;
  }

  async function refresh(keep = false) {
    const mine = ++search;
    const fits = wanted();
    const text = $("search").value.trim().toLowerCase();
    const bar = $("progress");
    $("list").scrollTop = 0;
    remember();
    if (!text) {
      bar.hidden = true;
      const found = [];
      for (let question = 0; question < data.count; question++) if (fits(question)) found.push(question);
      put(Int32Array.from(found), true);
    } else {
      await seek(text, fits, $("full").checked, mine);
      if (mine !== search) return;
    }
    if (!keep && matches.length && !matches.includes(chosen)) open(matches[0], false);
  }

  /** Look through the blocks one after the other; what is found shows at once. */
  async function seek(text, fits, full, mine) {
    const starts = full ? data.rows : data.lists;
    const bar = $("progress");
    const found = [];
    bar.max = starts.length;
    bar.hidden = false;
    let drawn = 0;
    const read = (place) => (full ? rowsOf(place) : listOf(place));
    try {
      for (let place = 0; place < starts.length; place++) {
        const rows = await read(place);
        if (place + 1 < starts.length) Promise.resolve(read(place + 1)).catch(() => {}); // begun while this is looked through
        if (mine !== search) return;
        const list = full ? rows.rows : rows;
        for (let n = 0; n < list.length; n++) {
          const question = starts[place] + n;
          if (fits(question) && holds(list[n], text)) found.push(question);
        }
        bar.value = place + 1;
        if (performance.now() - drawn > 150) {
          put(Int32Array.from(found), false);
          drawn = performance.now();
        }
      }
    } catch (error) {
      $("found").textContent = error.message;
      return;
    } finally {
      if (mine === search) bar.hidden = true;
    }
    put(Int32Array.from(found), true);
  }

  /** True if any text in a row has the text. */
  function holds(value, text) {
    if (typeof value === "string") return value.toLowerCase().includes(text);
    if (value === null || typeof value !== "object") return false;
    return Object.values(value).some((part) => holds(part, text));
  }

  // ---- the list: only what is seen is there ------------------------------------------------

  const HEIGHT = 62;
  const list = $("list");
  const rail = el("div", { class: "rail", role: "presentation" });
  list.append(rail);

  function draw() {
    rail.style.setProperty("height", matches.length * HEIGHT + "px");
    const first = Math.max(0, Math.floor(list.scrollTop / HEIGHT) - 4);
    const last = Math.min(matches.length, Math.ceil((list.scrollTop + list.clientHeight) / HEIGHT) + 4);
    const rows = [];
    const missing = new Set();
    for (let place = first; place < last; place++) {
      const question = matches[place];
      const brief = briefOf(question);
      if (brief === null) missing.add(placeOf(data.lists, question));
      rows.push(line(place, question, brief));
    }
    rail.replaceChildren(...rows);
    if (chosen >= 0) list.setAttribute("aria-activedescendant", "q" + chosen);
    for (const place of missing) {
      Promise.resolve(listOf(place)).then(() => draw(), (error) => { $("found").textContent = error.message; });
    }
  }

  const MOST_DOTS = 8;
  function line(place, question, brief) {
    const dots = states.slice(0, MOST_DOTS).map((column, model) => verdicts.dot(column[question], models[model]));
    const [id, preview, target, answers] = brief ?? ["…", "", "", []];
    const answer = models.length === 1 ? answers[0] ?? "–" : null;
    const row = el("div", {
      class: "line", role: "option", id: "q" + question,
      "aria-selected": String(question === chosen), "aria-setsize": matches.length, "aria-posinset": place + 1,
      onclick: () => open(question),
    },
    el("div", { class: "dots" }, dots),
    el("div", { class: "about" },
      el("div", { class: "first" }, said(id, { class: "id" }), target
        ? el("span", { class: "got" }, answer === null ? null : [said(answer), " · "], "wanted ", said(target)) : null),
      said(preview, { class: "preview" })));
    row.style.setProperty("transform", "translateY(" + place * HEIGHT + "px)");
    return row;
  }

  list.addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
  new ResizeObserver(draw).observe(list);
  list.addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor(list.clientHeight / HEIGHT) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) { event.preventDefault(); step(steps[event.key]); }
    if (event.key === "Enter") { event.preventDefault(); $("detail").focus(); }
  });

  function step(by) {
    if (!matches.length) return;
    const at = Math.max(0, matches.indexOf(chosen));
    open(matches[Math.min(matches.length - 1, Math.max(0, at + by))]);
  }

  function reveal(question) {
    const place = matches.indexOf(question);
    if (place < 0) return;
    if (place * HEIGHT < list.scrollTop) list.scrollTop = place * HEIGHT;
    else if ((place + 1) * HEIGHT > list.scrollTop + list.clientHeight) list.scrollTop = (place + 1) * HEIGHT - list.clientHeight;
  }

  // ---- one question in detail --------------------------------------------------------------

  const detail = $("detail");
  const hidden = new Set(models.map((_, n) => n).slice(4));
  let beside = models.length > 1 ? "models" : "variants";

  async function open(question, save = true) {
    chosen = question;
    reveal(question);
    draw();
    if (save) remember();
    const place = placeOf(data.rows, question);
    try {
      const loaded = await rowsOf(place);
      if (chosen === question) detail.replaceChildren(...view(question, loaded.rows[question - data.rows[place]], loaded.heads));
    } catch (error) {
      detail.replaceChildren(el("p", { class: "note" }, error.message));
    }
  }

  function view(question, row, heads) {
    const variants = [...new Set(row.answers.map(form))];
    const again = () => detail.replaceChildren(...view(question, row, heads));
    const head = el("header", { class: "about-question" },
      el("div", {},
        el("h2", {}, "Question ", said(row.id)),
        row.cluster ? el("p", { class: "soft small" }, "cluster ", said(row.cluster)) : null),
      el("div", { class: "tools" },
        el("button", { type: "button", onclick: () => step(-1) }, "← Previous"),
        el("button", { type: "button", onclick: () => step(1) }, "Next →")));
    const chips = models.length > 1
      ? el("div", { class: "tools chips", role: "group", "aria-label": "Models shown" },
        models.map((model, n) => el("button", {
          type: "button", "aria-pressed": String(!hidden.has(n)),
          onclick: () => { if (!hidden.delete(n)) hidden.add(n); again(); detail.querySelectorAll(".chips button")[n]?.focus(); },
        }, said(model), " ", verdicts.dot(states[n][question], model))),
        variants.length > 1 ? el("button", { type: "button", class: "quiet", onclick: () => { beside = beside === "models" ? "variants" : "models"; again(); } },
          "beside each other: " + beside) : null)
      : null;
    const seen = models.map((_, n) => n).filter((n) => !hidden.has(n));
    const at = (model, variant) => row.answers.find((one) => one.model === model && form(one) === variant);
    const lines = beside === "models"
      ? variants.map((variant) => [variant, seen.map((model) => [model, at(model, variant)])])
      : seen.map((model) => [models[model], variants.map((variant) => [model, at(model, variant)])]);
    const grids = lines.map(([title, cells]) => {
      const there = cells.filter((cell) => cell[1]);
      // What is asked stands once above the answers; a card has its prompt where that differs.
      const asked = beside === "models" ? there.find(([, one]) => one.prompt) : undefined;
      return el("section", { class: "grid-line" },
        title ? el("h3", {}, said(title)) : null,
        asked ? el("div", { class: "asked" }, prompt(asked[1], heads[asked[0]])) : null,
        el("div", { class: "cards" }, there.map(([model, one]) => card(model, one, heads[model], beside === "variants", asked?.[1].prompt))));
    });
    return [head, chips, ...grids].filter(Boolean);
  }

  /** What tells the answers of a model to one question apart. */
  function form(one) {
    const parts = [];
    if (one.way) parts.push("asked as " + one.way);
    if (one.order) parts.push("options in order " + one.order.map((n) => String.fromCharCode(65 + n)).join(""));
    else if (one.variant && !one.way) parts.push("variant " + one.variant);
    if (one.repeat) parts.push("answer " + (one.repeat + 1));
    return parts.join(", ");
  }

  /** The prompt; the beginning that it shares with others, such as examples, is folded away. */
  function prompt(one, head) {
    return [
      one.headed ? el("details", {}, el("summary", { class: "soft" }, "Examples and instructions, the same for questions nearby: " + count(head.length) + " characters"), long(head, "said soft")) : null,
      long(one.prompt, "said"),
    ];
  }

  function card(model, one, head, byVariant, asked) {
    const judged = one.state !== ".";
    const facts = [];
    const fact = (name, ...value) => facts.push(el("div", {}, el("dt", {}, name), el("dd", {}, ...value)));
    if (judged) fact("read as", one.answer === undefined ? el("span", { class: "soft" }, "nothing") : said(one.answer, { class: "mono" }));
    if (one.target) fact("wanted", said(one.target, { class: "mono" }));
    if (one.reason) fact("marked", said(one.reason));
    for (const [name, value] of (one.values ?? []).slice(0, 12)) fact(name, value === null ? "not judged" : String(Number(value.toPrecision(4))));
    const spent = [];
    if (one.prompt_tokens) spent.push(count(one.prompt_tokens) + " prompt tokens");
    if (one.tokens) spent.push(count(one.tokens) + " generated");
    if (one.seconds) spent.push(one.seconds + " s");
    if (one.finish) spent.push("ended by " + one.finish);
    if (one.cut) spent.push(count(one.cut) + " prompt tokens cut off");
    return el("article", { class: "card" },
      el("header", {}, el("h4", {}, said(byVariant && form(one) ? form(one) : models[model])), judged ? verdicts.badge(one.state) : el("span", { class: "state" }, "judged together")),
      one.error ? part("Failed", long(one.error, "said error")) : null,
      one.output !== undefined ? part("Output", one.output === "" ? el("p", { class: "soft small" }, "(nothing)") : long(one.output, "said")) : null,
      one.likelihoods ? part("Likelihoods", likelihoods(one)) : null,
      one.losses ? part("Losses", el("p", { class: "small" }, count(one.losses[0]) + " tokens, " + number(one.losses[1], "plain") + " nats a token")) : null,
      facts.length ? el("dl", { class: "marks" }, facts) : null,
      one.prompt !== undefined && one.prompt !== asked ? el("details", {}, el("summary", {}, "Prompt"), prompt(one, head)) : null,
      spent.length ? el("p", { class: "soft small spent" }, said(spent.join(" · "))) : null);
  }

  const part = (title, ...children) => el("div", { class: "part" }, el("h5", {}, title), ...children);

  const AT_FIRST = 8000;
  /** A text as it is; of a very long one the beginning, and a button for the rest. */
  function long(text, look) {
    const box = el("pre", { class: look, dir: "auto", tabindex: "0" });
    box.append(shown(text.slice(0, AT_FIRST)));
    if (text.length > AT_FIRST) {
      const more = el("button", { type: "button", class: "more", onclick: () => { box.replaceChildren(shown(text)); } },
        "Show all " + count(text.length) + " characters");
      box.append("… ", more);
    }
    return box;
  }

  function likelihoods(one) {
    const best = Math.max(...one.likelihoods.map((like) => like[0]));
    return el("div", { class: "scroll" }, el("table", { class: "small" },
      el("thead", {}, el("tr", {}, ["option", "log-likelihood", "tokens", "a token"].map((name, n) => el("th", { scope: "col", class: n ? "number" : "" }, name)))),
      el("tbody", {}, one.likelihoods.map(([total, tokens], n) => el("tr", {},
        el("th", { scope: "row" }, n < 26 ? String.fromCharCode(65 + n) : String(n + 1), total === best ? el("span", { class: "soft" }, " highest") : null),
        el("td", { class: "number" }, total.toFixed(3)),
        el("td", { class: "number" }, String(tokens)),
        el("td", { class: "number" }, tokens ? (total / tokens).toFixed(3) : "–"))))));
  }

  // ---- the address says what is shown ------------------------------------------------------

  const FIELDS = ["search", "state", "of", "better", "worse"];
  function remember() {
    const told = new URLSearchParams();
    for (const id of FIELDS) {
      const field = $(id);
      if (field && field.value && field.value !== "-1" && field.value !== "all") told.set(id, field.value);
    }
    if ($("full").checked) told.set("full", "1");
    if (chosen >= 0) told.set("q", chosen);
    history.replaceState(null, "", "#" + told);
  }
  function recall() {
    const told = new URLSearchParams(location.hash.slice(1));
    for (const id of FIELDS) if ($(id)) $(id).value = told.get(id) ?? (id === "search" ? "" : id === "state" ? "all" : "-1");
    $("full").checked = told.has("full");
    const question = Number(told.get("q") ?? -1);
    return Number.isInteger(question) && question >= 0 && question < data.count ? question : -1;
  }

  $("search").addEventListener("input", calm(() => refresh()));
  for (const id of ["full", "state", "of", "better", "worse"]) $(id)?.addEventListener("change", () => refresh());
  $("clear").addEventListener("click", () => {
    for (const id of FIELDS) if ($(id)) $(id).value = id === "search" ? "" : id === "state" ? "all" : "-1";
    refresh();
    $("search").focus();
  });

  const asked = recall();
  if (asked >= 0) open(asked, false);
  refresh(asked >= 0).then(() => asked >= 0 && reveal(asked));
  if (!data.count) detail.append(el("p", { class: "soft" }, "There are no questions."));
})();
