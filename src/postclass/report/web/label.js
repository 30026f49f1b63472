// The page of `postclass label`: keys and clicks go to the program, what it answers is shown. Nothing is kept here.
"use strict";

const KEYS = {
  ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right", PageUp: "pageup", PageDown: "pagedown",
  Home: "home", End: "end",
};
let state = null;
let keysOn = true;
let queue = Promise.resolve(); // one press after the other, in their order

const bar = document.getElementById("bar");
const main = document.getElementById("main");
const told = h("p", { class: "told", role: "status" });
const key = (name) => h("kbd", { "aria-hidden": "true" }, name);

function send(press) {
  queue = queue.then(async () => {
    try {
      const answer = await fetch("/press", {
        method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ place: state.place, ...press }),
      });
      const body = await answer.json();
      if (answer.ok) show(body);
      else told.textContent = visible(body.error ?? "not saved");
    } catch {
      told.textContent = "The program does not answer; is it still running? Nothing was saved.";
    }
  });
  return queue;
}

const command = (name, words, attributes) =>
  h("button", { type: "button", id: `key-${name}`, "aria-keyshortcuts": keysOn ? shortcut(name) : null, on: { click: () => send({ key: name }) }, ...attributes },
    words, keysOn ? key(shown(name)) : null);
const shown = (name) => ({ left: "←", right: "→" })[name] ?? `⇧${name}`; // capitals: without Shift they are traits
const shortcut = (name) => ({ left: "ArrowLeft", right: "ArrowRight" })[name] ?? (/^[A-Z]$/.test(name) ? `Shift+${name}` : name);

function posting() {
  const keysAt = (n) => state.traits.filter((trait) => trait.lines.includes(n));
  const suggestedAt = (n) => state.traits.filter((trait) => trait.suggested.includes(n));
  const items = state.lines.map((text, i) => {
    const n = i + 1;
    const marked = keysAt(n);
    const suggested = suggestedAt(n);
    return h("li", {}, h("button", {
      type: "button", id: `line-${n}`, class: marked.length ? "marked" : null, "aria-current": n === state.line ? "true" : null,
      on: { click: () => send({ line: n }) },
    }, h("span", { class: "number" }, `${n}`), h("span", {}, text),
    h("span", { class: "small" }, marked.map((trait) => [h("span", { class: "hidden-label" }, `marked: ${trait.label}`), key(trait.key)]),
      suggested.map((trait) => h("span", { class: "soft" }, ` suggested: ${trait.label}`)))));
  });
  const title = state.title && h("p", {}, h("b", {}, state.title.title ?? "no title"), `, ${state.title.company ?? "no company"}`);
  const suggestion = state.suggestion &&
    h("p", {}, `The model leans to ${state.suggestion.level} (${percent(state.suggestion.p)} director).`);
  return h("section", { class: "card", "aria-labelledby": "which" },
    h("h1", { id: "which", class: "small" }, `Posting ${state.place + 1} of ${state.total}`), title, suggestion, h("ol", { class: "lines" }, items));
}

function answers() {
  const levels = state.levels.map(({ key: name, level }) => command(name, level, { "aria-pressed": String(state.level === level) }));
  const traits = (side) => h("ul", { class: "marks" }, state.traits.map((trait) => trait.side === side && h("li", {}, h("button", {
    type: "button", id: `trait-${trait.key}`, class: `${side}${trait.lines.length ? " marked" : ""}`, title: trait.sentence,
    "aria-pressed": String(trait.lines.includes(state.line)), "aria-keyshortcuts": keysOn ? trait.key : null,
    on: { click: () => send({ key: trait.key }) },
  }, keysOn ? key(trait.key) : null, trait.label, h("span", { class: "at" }, trait.lines.length ? h("span", { class: "hidden-label" }, "lines ") : null, trait.lines.join(", "))))));
  return h("section", { class: "card side", "aria-label": "Your answer" },
    h("div", { class: "level" }, h("h2", {}, "Level"), h("div", { class: "group" }, levels,
      command("C", state.conf === "clear" ? "clear" : "lean", { "aria-label": `How sure: ${state.conf}`, "aria-pressed": String(state.conf === "lean") })),
    told),
    h("h2", {}, `Traits that line ${state.line} shows`),
    h("h3", { class: "soft" }, "Director"), traits("director"), h("h3", { class: "soft" }, "Product manager"), traits("pm"));
}

function tools() {
  const toggle = h("button", {
    type: "button", id: "keys", "aria-pressed": String(keysOn), on: { click: () => { keysOn = !keysOn; show(state); } },
  }, "Keys");
  return [
    h("div", { class: "go" }, h("span", { class: "brand" }, logo(), "postclass label"),
      h("span", { class: "done" }, `${state.done} of ${state.total} done`, state.drafts ? [", ", h("b", {}, `${state.drafts} not saved`)] : null),
      command("left", "Back"), command("right", "Next"), command("O", "Next open"), command("U", "Undo")),
    h("div", { class: "look" }, command("T", "Title", { "aria-pressed": String(Boolean(state.title)) }),
      command("S", "Suggestions", { "aria-pressed": String(Boolean(state.suggestion)) }), toggle, theme)];
}

const theme = themeSwitch();

function show(next) {
  const moved = state === null || next.place !== state.place || next.line !== state.line;
  const focused = document.activeElement?.id;
  const scrolled = next.place === state?.place ? document.querySelector(".side")?.scrollTop : 0;
  state = next;
  bar.replaceChildren();
  fill(bar, {}, tools());
  main.replaceChildren();
  fill(main, {}, [h("div", { class: "detail" }, posting(), answers())]);
  told.textContent = visible(state.message || (state.level ? `${state.level}, ${state.conf}: saved` : "no level yet"));
  document.getElementById("foot").textContent = `Titles and the model's suggestions are hidden, so that neither leads you. Answers go to ${visible(state.file)} on this machine.`;
  document.querySelector(".side").scrollTop = scrolled ?? 0;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  if (moved) document.getElementById(`line-${state.line}`)?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (!keysOn || !state || event.ctrlKey || event.altKey || event.metaKey) return;
  const name = KEYS[event.key] ?? (/^[a-zA-Z0-9?]$/.test(event.key) ? event.key : null);
  if (!name || name === "Q") return;
  event.preventDefault();
  send({ key: name });
});

// Marks without a level live as long as the program does, and no longer.
addEventListener("beforeunload", (event) => { if (state?.drafts) event.preventDefault(); });

fetch("/state").then((answer) => answer.json()).then(show);
