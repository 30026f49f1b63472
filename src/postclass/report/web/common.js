// What both pages are made with: elements from plain values (no HTML is ever parsed), words, the theme and the tip.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
// Controls, bidi and other format characters, and halves of surrogate pairs, are shown as escapes and obeyed nowhere.
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u180e\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const visible = (text) =>
  String(text).replace(UNSAFE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.append(child instanceof Node ? child : visible(child));
  }
  return node;
}

const h = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);
const s = (name, attributes, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

const LEVELS = { director: "director-level", pm: "PM-level", lead: "no level", other: "another trade", unclear: "unclear", out_of_scope: "not product" };
const CLAIMS = { director: "Director", lead: "Group, lead, principal, staff", pm: "Product manager", other: "Another trade" };
const KINDS = ["inflated", "deflated", "undecided", "consistent", "out_of_scope"];
const KIND_WORDS = {
  inflated: ["Inflated", "title above text"], deflated: ["Deflated", "title below text"],
  undecided: ["Undecided", "too close or too little to say"], consistent: ["Consistent", "the text does not contradict the title"],
  out_of_scope: ["Out of scope", "not product management"],
};

const percent = (p) => `${Math.min(99, Math.max(1, Math.round(100 * p)))}\u00a0%`;
const count = (n) => n.toLocaleString("en");
const many = (n, noun) => `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
const signed = (x) => `${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(2)}`;
const begun = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
const clip = (text, most) => (text.length > most ? `${text.slice(0, most)}…` : text);

const badge = (kind) => h("span", { class: `badge ${kind}` }, KIND_WORDS[kind][0]);

/** A small scale from PM-level to director-level with the text's place on it. */
function scale(p) {
  const x = 2 + 116 * p;
  const side = p > 0.5 ? "director" : "pm";
  return s("svg", { class: `scale ${side}`, viewBox: "0 0 120 14", role: "img", "aria-label": `${percent(p)} director-level` },
    s("rect", { class: "ground", x: 0, y: 5, width: 120, height: 4, rx: 2 }),
    s("line", { class: "middle", x1: 60, x2: 60, y1: 1, y2: 13 }),
    s("rect", { class: "fill", x: Math.min(60, x), y: 5, width: Math.abs(x - 60), height: 4 }),
    s("circle", { class: "fill", cx: Math.min(115, Math.max(5, x)), cy: 7, r: 5 }));
}

/** The mark of the project: a title held against a text. */
function logo() {
  return s("svg", { viewBox: "0 0 22 22", "aria-hidden": "true" },
    s("rect", { class: "director fill", x: 1, y: 2, width: 20, height: 7, rx: 2 }),
    s("rect", { class: "pm fill", x: 1, y: 12, width: 13, height: 3, rx: 1.5 }),
    s("rect", { class: "pm fill", x: 1, y: 17, width: 17, height: 3, rx: 1.5 }));
}

/** A button that goes from the system's theme to dark to light; what was chosen is kept where that is allowed. */
function themeSwitch() {
  const root = document.documentElement;
  const words = { auto: "Theme: system", dark: "Theme: dark", light: "Theme: light" };
  let theme = "auto";
  const button = h("button", { type: "button", id: "theme", class: "noprint" });
  const apply = (chosen) => {
    theme = chosen in words ? chosen : "auto";
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    button.textContent = words[theme];
  };
  try { apply(localStorage.getItem("postclass.theme") ?? "auto"); } catch { apply("auto"); }
  button.addEventListener("click", () => {
    apply({ auto: "dark", dark: "light", light: "auto" }[theme]);
    try { localStorage.setItem("postclass.theme", theme); } catch { /* a file opened where nothing may be kept */ }
  });
  return button;
}

/** One tip for the page: shown at an element on hover and focus, hidden with Escape. */
const tip = (() => {
  const box = h("div", { class: "tip", role: "tooltip", id: "tip", hidden: true });
  let owner = null;
  const hide = () => { box.hidden = true; owner?.removeAttribute("aria-describedby"); owner = null; };
  const show = (element, lines) => {
    hide();
    box.replaceChildren(...lines.map((line) => h("p", {}, line)));
    if (!box.isConnected) (document.querySelector("main") ?? document.body).append(box);
    box.hidden = false;
    owner = element;
    element.setAttribute("aria-describedby", "tip");
    const at = element.getClientRects()[0] ?? element.getBoundingClientRect();
    const size = box.getBoundingClientRect();
    box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - size.width - 8))}px`;
    box.style.top = `${at.top > size.height + 12 ? at.top - size.height - 8 : at.bottom + 8}px`;
  };
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  document.addEventListener("scroll", () => { if (document.activeElement !== owner) hide(); }, { passive: true });
  return (element, lines) => {
    for (const event of ["pointerenter", "focus"]) element.addEventListener(event, () => show(element, lines()));
    for (const event of ["pointerleave", "blur"]) element.addEventListener(event, hide);
    return element;
  };
})();
