// What a verdict is called and how it looks: a word and a sign, never colour alone.
"use strict";
const verdicts = (() => {
  const { el } = compass;

  const SIGNS = { right: "✓", wrong: "✗", partly: "◐", failed: "!", unparsed: "?", scored: "·", absent: " " };
  const WORDS = { partly: "partly right", absent: "not asked" };

  /** Return what the state of a question is called: one character, five bits. */
  function name(state) {
    if (state === ".") return "absent";
    const bits = parseInt(state, 32);
    if ((bits & 3) === 0) return bits & 4 ? "failed" : "scored";
    if ((bits & 3) === 1) return bits & 8 ? "unparsed" : "wrong";
    return (bits & 3) === 2 ? "partly" : "right";
  }

  /** Return whether a state is of the kind that somebody looks for. */
  function is(state, kind) {
    if (kind === "all") return true;
    if (state === ".") return false;
    const bits = parseInt(state, 32);
    switch (kind) {
      case "wrong": return (bits & 3) === 1;
      case "partly": return (bits & 3) === 2;
      case "right": return (bits & 3) === 3;
      case "failed": return (bits & 4) !== 0;
      case "unparsed": return (bits & 8) !== 0;
      case "cut": return (bits & 16) !== 0;
    }
    return false;
  }

  const look = (what) => (what === "unparsed" ? "wrong" : what);

  /** The state as a coloured word. */
  function badge(state) {
    const what = name(state);
    return el("span", { class: "state " + look(what) }, el("span", { "aria-hidden": "true" }, SIGNS[what]), WORDS[what] ?? what);
  }

  /** The state as a sign alone, for lists; screen readers hear the word. */
  function dot(state, whose) {
    const what = name(state);
    return el("span", { class: "dot " + look(what), title: whose + ": " + (WORDS[what] ?? what) },
      el("span", { "aria-hidden": "true" }, SIGNS[what]),
      el("span", { class: "unheard" }, whose + ": " + (WORDS[what] ?? what) + ". "));
  }

  return { name, is, badge, dot };
})();
