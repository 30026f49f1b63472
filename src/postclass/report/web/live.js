// The page of `postclass serve`: one posting that is judged as it is typed, or a file that is audited. Nothing is kept.
"use strict";

const TYPED = 180; // ms without a key before the text is judged
const LARGEST = 64 * 2 ** 20; // bytes of a file, as the program takes them
const RESTED = 900; // ms without a key before the help to rewrite, which takes longer, is asked for

const page = document.getElementById("main");
const tabs = { one: "One posting", file: "A file of postings" };
const panels = {};
const buttons = {};

document.getElementById("bar").append(h("span", { class: "brand" }, logo(), "postclass"),
  h("nav", { class: "tabs", "aria-label": "What to look at" }, Object.entries(tabs).map(([key, name]) => (buttons[key] = h("button", { type: "button", on: { click: () => choose(key) } }, name)))),
  h("span", { class: "space" }), themeSwitch());

function choose(key) {
  for (const name of Object.keys(tabs)) {
    panels[name].hidden = name !== key;
    buttons[name].setAttribute("aria-pressed", String(name === key));
  }
}

/** What is said for the command line, as this page has it. */
const onPage = (text) => text.replace(/--(title|description|company|department)-col/g, (_, field) => `“${begun(field)} column” under Options`).replace(/--encoding/g, "“Encoding” under Options:");

/** Ask the server; a refusal becomes an error in words. */
async function ask(path, options, tries = 3) {
  let answer;
  try { answer = await fetch(path, { ...options, cache: "no-store" }); }
  catch (error) { if (error.name === "AbortError") throw error; throw new Error("The program does not answer. Is `postclass serve` still running?"); }
  if (answer.ok) return answer;
  const wait = Number(answer.headers.get("retry-after") ?? 99);
  if (answer.status === 429 && wait <= 2 && tries > 0) {
    await new Promise((done) => { setTimeout(done, 1000 * wait); });
    return ask(path, options, tries - 1);
  }
  const told = await answer.json().catch(() => ({}));
  throw new Error(onPage(told.error || `The program refused (${answer.status}).`));
}

// --- one posting ----------------------------------------------------------------------------------------------------
panels.one = (() => {
  let [traits, asking, typed, rested, start, asked, last] = [null, null, 0, 0, null, 0, ""];
  const title = h("input", { type: "text", name: "title", maxlength: 1000, autocomplete: "off" });
  const company = h("input", { type: "text", name: "company", maxlength: 1000, autocomplete: "off" });
  const text = h("textarea", { name: "description", maxlength: 1000000, spellcheck: "false", "aria-describedby": "how" });
  const said = h("p", { class: "hidden-label", role: "status" });
  const answer = h("div", { class: "stack", id: "answer" });
  const empty = () => answer.replaceChildren(h("section", { class: "card" }, h("h2", {}, "The verdict stands here"),
    h("p", { class: "soft" }, "Paste a posting at the left: the level that its text shows, the lines that say so, and what its title would have to be. Edit the text and watch the level move.")));

  function meter(p) {
    const x = 20 + 560 * p;
    return s("svg", { class: `meter ${p > 0.5 ? "director" : "pm"}`, viewBox: "0 0 600 44", role: "img", "aria-label": `${percent(p)} director-level` },
      s("rect", { class: "ground", x: 20, y: 12, width: 560, height: 8, rx: 4 }), s("line", { class: "middle", x1: 300, x2: 300, y1: 6, y2: 26 }),
      s("rect", { class: "fill", x: Math.min(300, x), y: 12, width: Math.abs(x - 300), height: 8 }),
      start !== null && s("circle", { class: "start", cx: 20 + 560 * start, cy: 16, r: 7 }), s("circle", { class: "fill needle", cx: x, cy: 16, r: 10 }),
      s("text", { x: 20, y: 42 }, "PM-level"), s("text", { x: 580, y: 42, "text-anchor": "end" }, "director-level"));
  }

  function show(posting, examples) {
    const p = posting.p_director;
    if (p !== undefined && start === null) start = p;
    const moved = p === undefined || start === null ? 0 : Math.round(100 * p) - Math.round(100 * start);
    const card = verdictCard({ ...posting, row: undefined }, "h2");
    card.removeAttribute("aria-live");
    if (!posting.title) card.firstChild.textContent = posting.p_director === undefined ? "Can't be judged yet" : posting.level === "unclear" ? "Too close to call" : posting.level === "out_of_scope" ? "Not a product-management role" : `${begun(LEVELS[posting.level])} work`;
    if (p !== undefined) card.append(meter(p), h("p", { class: "small soft", id: "moved" },
      moved ? `${percent(start)} director-level at the start, ${percent(p)} now. ` : `${percent(p)} director-level. `,
      moved ? h("button", { type: "button", class: "text", on: { click: () => { start = p; show(posting, examples); } } }, "Start from here") : null));
    const parts = postingParts(posting, { traits, examples });
    const open = [...answer.querySelectorAll("details")].map((one) => one.open);
    answer.replaceChildren(card, ...(posting.detail ? [parts.text, ...parts.side] : []));
    answer.querySelectorAll("details").forEach((one, at) => { if (at in open) one.open = open[at]; });
    said.textContent = posting.headline;
  }

  function problem(error) {
    if (error.name !== "AbortError") answer.replaceChildren(h("section", { class: "card problem", role: "alert" }, h("h2", {}, "That did not work"), h("p", {}, error.message)));
  }

  async function check(rewrite) {
    const posting = { description: text.value, title: title.value || null, company: company.value || null, rewrite };
    const body = JSON.stringify(posting);
    if (body === last) return;
    asking?.abort();
    if (!text.value.trim()) { last = ""; start = null; empty(); return; }
    asking = new AbortController();
    const number = ++asked;
    last = body;
    try {
      traits ??= await (await ask("/page/traits", {})).json();
      const told = await (await ask("/page/check", { method: "POST", headers: { "content-type": "application/json" }, body, signal: asking.signal })).json();
      if (number === asked) show(told.posting, told.examples);
    } catch (error) { if (number === asked) { last = ""; problem(error); } }
  }

  function changed() {
    clearTimeout(typed);
    clearTimeout(rested);
    typed = setTimeout(() => check(false), TYPED);
    rested = setTimeout(() => check(true), RESTED);
  }
  for (const input of [title, company, text]) input.addEventListener("input", changed);
  empty();
  return h("div", { class: "live" }, h("section", { class: "card" }, h("h1", {}, "What does a posting's text say?"),
    h("p", { class: "soft", id: "how" }, "The title never counts for the level of the text; it is held against it."),
    h("label", { class: "field" }, "Title", title), h("label", { class: "field" }, "Company (masked in the text)", company),
    h("label", { class: "field" }, "Posting", text),
    h("button", { type: "button", on: { click: () => { for (const input of [title, company, text]) input.value = ""; check(false); text.focus(); } } }, "Clear")), answer, said);
})();

// --- a file ---------------------------------------------------------------------------------------------------------
panels.file = (() => {
  let [view, asking] = [null, null];
  const input = h("input", { type: "file", id: "file", class: "hidden-label", accept: ".csv,.tsv,.xlsx,.jsonl,.ndjson,.json,.parquet,.jsonld,.html", on: { change: () => { if (input.files[0]) audit(input.files[0]); input.value = ""; } } });
  const drop = h("section", { class: "card drop" }, h("h1", {}, "Audit the titles of a file of postings"),
    h("p", { class: "lead" }, "Drop a CSV, Excel, JSONL or Parquet file here, or choose one."),
    h("p", { class: "soft" }, "A column of descriptions is needed; titles, companies and departments are found by their usual names."),
    h("p", {}, h("button", { type: "button", class: "main", on: { click: () => input.click() } }, "Choose a file"), h("label", { class: "hidden-label", for: "file" }, "File of postings"), input));
  input.tabIndex = -1;
  const options = Object.entries({ title_col: "Title column", description_col: "Description column", company_col: "Company column", department_col: "Department column", encoding: "Encoding" })
    .map(([name, words]) => [name, words, h("input", { type: "text", name, autocomplete: "off", placeholder: name === "encoding" ? "utf-8" : "by its usual names" })]);
  drop.append(h("details", {}, h("summary", {}, "Options"), h("div", { class: "tools" }, options.map(([, words, field]) => h("label", {}, words, field)))));
  const result = h("div", { class: "stack", id: "result" });

  const given = () => options.filter(([, , field]) => field.value.trim()).map(([name, , field]) => [name, field.value.trim()]);
  const query = (file, format) => `/v1/audit?${new URLSearchParams([["name", file.name.slice(-200)], ["format", format], ...given()])}`;

  async function audit(file) {
    asking?.abort();
    if (file.size > LARGEST) {
      result.replaceChildren(h("section", { class: "card problem", role: "alert" }, h("h2", {}, `${file.name} is too large for this page`), h("p", {}, "It takes up to 64 MiB. `postclass audit FILE -o report.html` at the command line has no such limit.")));
      return;
    }
    asking = new AbortController();
    const since = Date.now();
    view?.destroy();
    location.hash = "";
    const passed = h("span", {}, "");
    const clock = setInterval(() => { passed.textContent = ` ${Math.round((Date.now() - since) / 1000)} s`; }, 1000);
    result.replaceChildren(h("section", { class: "card", role: "status" }, h("div", { class: "busy" }, h("span", { class: "spin" }), h("span", {}, `Auditing ${file.name} …`, passed),
      h("button", { type: "button", on: { click: () => { asking.abort(); result.replaceChildren(); } } }, "Stop"))));
    try {
      const data = await (await ask(query(file, "page"), { method: "POST", body: file, signal: asking.signal })).json();
      data.summary.hints = data.summary.hints.map(onPage);
      result.replaceChildren();
      drop.classList.add("done");
      view = showAudit(result, data, { downloads: downloads(file) });
      result.querySelector("h1").focus();
    } catch (error) {
      if (error.name !== "AbortError") result.replaceChildren(h("section", { class: "card problem", role: "alert" }, h("h2", {}, `${file.name} could not be audited`), h("p", {}, error.message)));
    } finally { clearInterval(clock); }
  }

  function downloads(file) {
    const note = h("span", { class: "small soft", role: "status" });
    const get = async (button, format) => {
      button.disabled = true;
      note.textContent = "Making it …";
      try {
        const blob = await (await ask(query(file, format), { method: "POST", body: file })).blob();
        const address = URL.createObjectURL(blob);
        h("a", { href: address, download: `${file.name.replace(/\.[^.]*$/, "")}-audit.${format}` }).click();
        setTimeout(() => URL.revokeObjectURL(address), 10_000);
        note.textContent = "";
      } catch (error) { note.textContent = error.message; }
      button.disabled = false;
    };
    return h("p", { class: "group noprint" }, [["html", "Report to send on"], ["xlsx", "Excel"], ["csv", "CSV"], ["json", "JSON"]].map(([format, name]) =>
      h("button", { type: "button", "data-format": format, on: { click: (event) => get(event.currentTarget, format) } }, `↓ ${name}`)), note);
  }

  for (const event of ["dragover", "dragenter"]) drop.addEventListener(event, (one) => { one.preventDefault(); drop.classList.add("over"); });
  for (const event of ["dragleave", "drop"]) drop.addEventListener(event, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (one) => { one.preventDefault(); if (one.dataTransfer.files[0]) audit(one.dataTransfer.files[0]); });
  for (const event of ["dragover", "drop"]) addEventListener(event, (one) => one.preventDefault()); // a near miss must not open the file
  return h("div", { class: "stack" }, drop, result);
})();

page.replaceChildren(panels.one, panels.file);
choose("one");
