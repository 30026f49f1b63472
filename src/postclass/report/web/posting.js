// One posting: its text with the lines of each trait marked, the traits by weight, what is missing, what to change.
"use strict";

/** Each proof with the trait it proves and its part of what speaks for its side. */
function proofsOf(detail, traits) {
  const sums = { director: 0, pm: 0 };
  const add = (share) => { sums[share > 0 ? "director" : "pm"] += Math.abs(share); };
  detail.proofs.forEach(([, , , share]) => add(share));
  if (detail.wording) add(detail.wording);
  return detail.proofs.map(([trait, start, end, share]) => {
    const towards = share > 0 ? "director" : "pm";
    return { trait: traits[trait], key: trait, start, end, share, towards, part: sums[towards] ? Math.abs(share) / sums[towards] : 0 };
  });
}

const shareWords = (proof) =>
  `${begun(proof.trait.label)}, a sign of ${LEVELS[proof.trait.side]} work: ${signed(proof.share)} log-odds, ${percent(proof.part)} of what the text shows for ${LEVELS[proof.towards]}.`;

/** The posting as read; marks tell their traits on hover and focus, chips at the end of a line name them. */
function postingText(detail, proofs) {
  const marks = new Map();
  let offset = 0;
  const lines = detail.text.split("\n").map((line) => {
    const start = offset;
    const end = start + line.length;
    offset = end + 1;
    const here = proofs.filter((proof) => proof.start < end && proof.end > start);
    const edges = [...new Set([start, end, ...here.flatMap((p) => [Math.max(p.start, start), Math.min(p.end, end)])])].sort((a, b) => a - b);
    const parts = edges.slice(1).map((b, at) => {
      const a = edges[at];
      const over = here.filter((proof) => proof.start <= a && b <= proof.end);
      const text = detail.text.slice(a, b);
      if (!over.length) return text;
      const sides = new Set(over.map((proof) => proof.trait.side));
      const mark = h("mark", { class: sides.size > 1 ? "both" : over[0].trait.side, tabindex: 0 }, text);
      over.forEach((proof) => marks.set(proof.key, mark));
      return tip(mark, () => over.map(shareWords));
    });
    const chips = here.filter((proof) => proof.start >= start).map((proof) => h("span", { class: `chip ${proof.trait.side}` }, proof.trait.label));
    return h("p", {}, parts, chips);
  });
  return { lines, marks };
}

const legend = () => h("p", { class: "legend" },
  ["director", "pm"].map((side) => h("span", {}, h("span", { class: `swatch ${side}` }), `sign of ${LEVELS[side]} work`)),
  h("span", {}, "Hover over or tab to a line to see what it weighs."));

/** The traits found, strongest first, and what else the verdict rests on; a press goes to the line. */
function traitList(proofs, marks, detail) {
  const others = [["What the text does not show", detail.absent], ["The wording as a whole", detail.wording], ["Where a posting starts", detail.bias]].filter(([, share]) => share !== undefined);
  const strongest = Math.max(...proofs.map((proof) => Math.abs(proof.share)), ...others.map(([, share]) => Math.abs(share)), 0.5);
  const bar = (share) => {
    const width = Math.max(1.5, 42 * Math.abs(share) / strongest);
    return s("svg", { class: share > 0 ? "director" : "pm", viewBox: "0 0 84 10", "aria-hidden": "true" },
      s("rect", { class: "ground", width: 84, height: 10, rx: 3 }),
      s("rect", { class: "fill", x: share > 0 ? 42 : 42 - width, width, height: 10, rx: 2 }));
  };
  const go = (key) => {
    const mark = marks.get(key);
    document.querySelectorAll("mark.lit").forEach((lit) => lit.classList.remove("lit"));
    mark?.classList.add("lit");
    mark?.focus();
  };
  const rows = [...proofs].sort((a, b) => Math.abs(b.share) - Math.abs(a.share)).map((proof) =>
    h("li", {}, h("button", { type: "button", class: "text", on: { click: () => go(proof.key) } }, begun(proof.trait.label)),
      bar(proof.share), h("span", { class: "number" }, signed(proof.share))));
  others.forEach(([name, share]) => rows.push(h("li", { class: "soft" }, h("span", {}, name), bar(share), h("span", { class: "number" }, signed(share)))));
  return h("ul", { class: "traits" }, rows);
}

function changeCard(change, traits) {
  if (!change) return null;
  const steps = [];
  if (change.add?.length) steps.push(h("li", {}, "Show, where it is true: ", change.add.map((key) => traits[key].label).join(", "), "."));
  (change.drop ?? []).forEach((line) => steps.push(h("li", {}, "Take out or reword: ", h("q", {}, line))));
  return h("section", { class: "card" }, h("h2", {}, "To make title and text agree"),
    change.titles?.length && h("p", {}, h("b", {}, "Change the title: "), change.titles.map((title) => `“${title}”`).join(" or "), "."),
    steps.length
      ? [h("p", {}, h("b", {}, "Or change the text"), " (the smallest change that was found):"), h("ul", {}, steps),
        h("p", { class: "small soft" }, `It would then read as ${LEVELS[change.to]} (${percent(Math.max(change.p, 1 - change.p))}).`)]
      : h("p", { class: "soft" }, "No small change of the text would do it."));
}

function missingCard(missing, claimed, traits) {
  if (!missing?.length) return null;
  return h("section", { class: "card" }, h("h2", {}, `Expected of a ${LEVELS[claimed]} title, and not in the text`),
    h("ul", {}, missing.map((key) => h("li", {}, h("b", {}, begun(traits[key].label)), ": ", traits[key].sentence))),
    h("p", { class: "small soft" }, "The text does not say it. The job may still hold it."));
}

function rewriteCard(detail, target, traits) {
  const rewrites = Object.entries(detail.rewrite ?? {}).filter(([, rewrite]) => rewrite.lines.length || rewrite.add.length);
  if (!rewrites.length) return null;
  rewrites.sort(([a]) => (a === target ? -1 : 1));
  return h("section", { class: "card" }, h("h2", {}, "Rewrite help"),
    h("p", { class: "small soft" }, "What each change is worth towards the level, in log-odds: the posting was judged again without the line. Write only what is true of the role."),
    rewrites.map(([level, rewrite], at) => h("details", { open: at === 0 && !rewrite.reached },
      h("summary", {}, `${begun(LEVELS[level])}${rewrite.reached ? " (reads so already)" : ""}`),
      rewrite.lines.length > 0 && [h("h3", {}, "Lines to change first"), h("ul", { class: "plain" }, rewrite.lines.map(([start, end, worth]) =>
        h("li", {}, h("span", { class: "worth" }, signed(worth)), " ", h("q", {}, clip(detail.text.slice(start, end), 220)))))],
      rewrite.add.length > 0 && [h("h3", {}, "Traits to show"), h("ul", { class: "plain" }, rewrite.add.map(([key, worth]) =>
        h("li", {}, h("span", { class: "worth" }, signed(worth)), " ", h("b", {}, begun(traits[key].label)),
          traits[key].examples.map((example) => h("p", { class: "quote" }, example)))))])));
}

function examplesCard(detail, examples, traits) {
  if (!detail.examples?.length) return null;
  return h("section", { class: "card" }, h("h2", {}, "Nearest labelled examples"),
    h("p", { class: "small soft" }, "Postings that the project wrote and labelled; companies in them are invented."),
    detail.examples.map(([id]) => examples[id]).map((example) => h("details", {},
      h("summary", {}, `${example.title}, ${example.company} `, h("span", { class: `badge ${example.level}` }, LEVELS[example.level])),
      example.lines.map(([key, line]) => h("p", { class: "quote" }, h("b", {}, `${begun(traits[key].label)}: `), line)))));
}

/** All that is told of a posting, in parts, so that a page can arrange them. */
function postingParts(posting, data) {
  const detail = posting.detail;
  if (!detail) return { text: h("section", { class: "card" }, h("h2", {}, "The posting"), h("p", { class: "soft" }, posting.untold ?? "The texts of mismatches and undecided postings, and of some others, are told in a report; --told N tells those of more.")), side: [] };
  const proofs = proofsOf(detail, data.traits);
  const { lines, marks } = postingText(detail, proofs);
  const target = posting.claimed === "director" || posting.claimed === "pm" ? posting.claimed : "director";
  return {
    text: h("section", { class: "card posting", "aria-label": "The posting as read" }, h("h2", {}, "The posting as read"), legend(), lines),
    side: [
      changeCard(detail.change, data.traits),
      h("section", { class: "card" }, h("h2", {}, "What the verdict rests on"),
        proofs.length ? null : h("p", { class: "soft" }, "None of the 21 traits stands out."),
        h("p", { class: "legend" }, h("span", {}, h("span", { class: "swatch pm" }), "← PM-level"), h("span", {}, h("span", { class: "swatch director" }), "director-level →")),
        traitList(proofs, marks, detail),
        h("p", { class: "small soft" }, "In log-odds of director-level work; the rows add up to the verdict on the text.")),
      missingCard(detail.missing, posting.claimed, data.traits),
      rewriteCard(detail, target, data.traits),
      examplesCard(detail, data.examples, data.traits),
    ].filter(Boolean),
  };
}

/** The head of a posting: the finding in a sentence, the facts, and what to do. */
function verdictCard(posting, heading = "h1") {
  const facts = [
    ["Title claims", CLAIMS[posting.claimed]],
    ["Text shows", posting.p_director === undefined ? "can't be judged" : `${LEVELS[posting.level]} (${percent(Math.max(posting.p_director, 1 - posting.p_director))} ${LEVELS[posting.p_director > 0.5 ? "director" : "pm"]})`],
    ["Finding", [badge(posting.finding), posting.certainty ? ` ${posting.certainty}` : ""]],
    ["Company", posting.company], ["Department", posting.department], ["Job board's seniority", posting.seniority],
    ["Id", posting.id], ["Where", [posting.path, posting.line ? `line ${posting.line}` : posting.row && `row ${posting.row}`].filter(Boolean).join(", ")],
  ].filter(([, value]) => value);
  return h("section", { class: `card verdict ${posting.finding}`, "aria-live": heading === "h1" ? null : "polite" },
    h(heading, { tabindex: heading === "h1" ? -1 : null }, posting.title || "No title"),
    h("p", { class: "lead" }, posting.headline),
    posting.ignored && h("p", {}, "This finding has been set aside."),
    posting.advice?.length > 0 && h("ul", { class: "advice" }, posting.advice.map((line) => h("li", {}, line))),
    h("dl", { class: "facts" }, facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))));
}
