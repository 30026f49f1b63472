// An audit: its summary, its charts, the table of postings, and the page of each.
"use strict";

const PAGE = 50; // postings on a page of the table
const DOTS = 1200; // more dots on the strip plot are not told apart; the rest is drawn as a histogram
const GROUPS = 10; // bars that a chart begins with
const LISTED = 12; // items of a list before "show all"

/** Show an audit in an element; `data` is what `auditpage.py` makes. */
function showAudit(root, data, { downloads = null } = {}) {
  const postings = data.postings;
  const byRow = new Map(postings.map((posting) => [posting.row, posting]));
  const rank = Object.fromEntries(KINDS.map((kind, at) => [kind, at]));
  for (const posting of postings) posting.searched = [posting.title, posting.company, posting.department, posting.id, posting.path].filter(Boolean).join(" ").toLowerCase();

  const state = { finding: "", company: "", department: "", claimed: "", search: "", sort: "finding", down: false, page: 0 };
  let shown = [];

  const sorts = {
    finding: (a, b) => rank[a.finding] - rank[b.finding] || (b.probability ?? 0) - (a.probability ?? 0) || a.row - b.row,
    title: (a, b) => words(a.title, b.title), company: (a, b) => words(a.company, b.company),
    claimed: (a, b) => Object.keys(CLAIMS).indexOf(a.claimed) - Object.keys(CLAIMS).indexOf(b.claimed) || (a.p_director ?? 0.5) - (b.p_director ?? 0.5),
    text: (a, b) => (b.p_director ?? -1) - (a.p_director ?? -1), sure: (a, b) => (b.probability ?? -1) - (a.probability ?? -1), row: (a, b) => a.row - b.row,
  };
  const collator = new Intl.Collator("en", { sensitivity: "base", numeric: true });
  const words = (a, b) => collator.compare(a ?? "￿", b ?? "￿");

  const named = (number) => { const posting = byRow.get(number); return posting && h("a", { href: `#row-${number}` }, clip(posting.title || "No title", 90)); };
  const leaning = (number) => { const posting = byRow.get(number); return posting?.p_director === undefined ? "" : ` (text ${percent(posting.p_director)} director-level)`; };
  const rowLinks = (rows) => rows.slice(0, 12).map((number, at) => [at ? ", " : "", h("a", { href: `#row-${number}` }, `row ${number}`)]).concat(rows.length > 12 ? [` and ${count(rows.length - 12)} more`] : []);

  // --- the overview -------------------------------------------------------------------------------------------------
  const overview = h("div", { class: "stack" });
  const single = h("article", { hidden: true });
  root.replaceChildren(overview, single);

  const cards = h("div", { class: "cards", role: "group", "aria-label": "Findings: choose which to list" }, KINDS.map((kind) =>
    h("button", { type: "button", class: `stat ${kind}`, "aria-pressed": "false", "data-kind": kind, on: { click: () => filter({ finding: state.finding === kind ? "" : kind }, true) } },
      h("b", {}, count(data.summary.findings[kind])), h("span", {}, KIND_WORDS[kind][0]), h("span", { class: "soft small" }, KIND_WORDS[kind][1]))));

  function stacked(findings, total, label) {
    let x = 0;
    return s("svg", { viewBox: "0 0 1000 10", preserveAspectRatio: "none", role: "img", "aria-label": label },
      s("rect", { class: "ground", width: 1000, height: 10 }),
      KINDS.map((kind) => {
        const width = 1000 * (findings[kind] ?? 0) / Math.max(1, total);
        const bar = width > 0 && s("rect", { class: `${kind} fill`, x, width: Math.max(width - 2, Math.min(width, 1)), height: 10 });
        x += width;
        return bar;
      }));
  }
  const told = (findings) => KINDS.filter((kind) => findings[kind]).map((kind) => `${count(findings[kind])} ${KIND_WORDS[kind][0].toLowerCase()}`).join(", ") || "none";

  const whole = stacked(data.summary.findings, postings.length, `All postings: ${told(data.summary.findings)}`);
  whole.classList.add("whole");
  const [first, ...rest] = data.summary.says;
  overview.append(h("header", {},
    h("h1", { tabindex: -1 }, "Do the titles say what the texts say?"),
    h("p", { class: "lead" }, [rest[0] ?? first, ...rest.slice(1)].join(" ")),
    h("p", { class: "soft" }, `${many(postings.length, "posting")} of ${data.summary.source || "an input"}`, data.summary.rejected ? `, and ${many(data.summary.rejected, "record")} that could not be read` : "", "."),
    data.summary.hints.map((hint) => h("p", { class: "soft" }, h("b", {}, "Note: "), hint)),
    downloads, cards, whole));

  const charts = h("div", { class: "two" });
  overview.append(charts);
  charts.append(strip(), groups());

  // --- text level by claimed title ------------------------------------------------------------------------------------
  function strip() {
    const rows = ["director", "lead", "pm"];
    const [width, left, right, height] = [640, 146, 14, 104];
    const place = (p) => {
      const odds = Math.log(Math.min(0.9985, Math.max(0.0015, p)) / (1 - Math.min(0.9985, Math.max(0.0015, p))));
      return left + (width - left - right) * (odds + 6.5) / 13;
    };
    const points = postings.filter((posting) => posting.p_director !== undefined && rows.includes(posting.claimed) && posting.finding !== "out_of_scope");
    const told = points.filter((posting) => posting.finding === "inflated" || posting.finding === "deflated");
    const others = points.filter((posting) => posting.finding !== "inflated" && posting.finding !== "deflated");
    const single = points.length <= DOTS;
    const svg = s("svg", { class: "strip", viewBox: `0 0 ${width} ${rows.length * height + 44}`, role: "img",
      "aria-label": `Level of the text by claimed title. ${rows.map((row) => { const of = points.filter((p) => p.claimed === row); return `${CLAIMS[row]}: ${count(of.filter((p) => p.p_director > 0.5).length)} of ${count(of.length)} texts lean director-level`; }).join("; ")}.` });
    for (const p of [0.01, 0.1, 0.5, 0.9, 0.99]) {
      svg.append(s("line", { class: p === 0.5 ? "middle" : "rule", x1: place(p), x2: place(p), y1: 4, y2: rows.length * height }),
        s("text", { x: place(p), y: rows.length * height + 16, "text-anchor": "middle" }, percent(p)));
    }
    svg.append(s("text", { x: left, y: rows.length * height + 36 }, "← text reads as PM-level"), s("text", { x: width - right, y: rows.length * height + 36, "text-anchor": "end" }, "text reads as director-level →"));
    rows.forEach((row, at) => {
      const middle = at * height + height / 2;
      const names = { director: ["Director, head,", "VP, chief"], lead: ["Group, lead,", "principal, staff"], pm: ["Product manager"] }[row];
      svg.append(s("text", { class: "row", x: 0, y: middle - (names.length - 1) * 8 }, names[0]), names[1] && s("text", { class: "row", x: 0, y: middle + 9 }, names[1]),
        at > 0 && s("line", { class: "rule", x1: 0, x2: width, y1: at * height, y2: at * height }));
      if (!single) {
        const bins = new Map();
        for (const posting of others) if (posting.claimed === row) { const bin = Math.floor(place(posting.p_director) / 7); bins.set(bin, (bins.get(bin) ?? 0) + 1); }
        const most = Math.max(1, ...bins.values());
        for (const [bin, n] of bins) { const tall = Math.max(2, (height - 22) * Math.sqrt(n / most)); svg.append(s("rect", { class: "many consistent", x: bin * 7, y: middle - tall / 2, width: 6, height: tall, rx: 2 })); }
      }
    });
    const dots = [...(single ? others : []), ...told.slice(0, DOTS)];
    for (const posting of dots) {
      const jitter = ((posting.row * 0.6180339887) % 1) - 0.5; // the golden ratio spreads neighbours apart
      const y = rows.indexOf(posting.claimed) * height + height / 2 + jitter * (height - 20);
      const dot = s("circle", { class: `dot ${posting.finding}`, cx: place(posting.p_director).toFixed(1), cy: y.toFixed(1), r: posting.finding === "inflated" || posting.finding === "deflated" ? 6 : 4.5 });
      dot.addEventListener("click", () => open(posting.row));
      svg.append(tip(dot, () => [clip(posting.title ?? "No title", 90), [posting.company && clip(posting.company, 60), `text ${percent(posting.p_director)} director-level`].filter(Boolean).join(" · "), KIND_WORDS[posting.finding].join(": ")]));
    }
    return h("section", { class: "card" }, h("h2", {}, "What texts read as, by the level that titles claim"),
      h("p", { class: "legend" }, KINDS.slice(0, 4).map((kind) => h("span", {}, h("span", { class: `swatch ${kind}` }), KIND_WORDS[kind][0].toLowerCase()))),
      points.length ? svg : h("p", { class: "empty" }, "No posting has both a title that claims a level and a text that can be judged."),
      !single && h("p", { class: "small soft" }, `Bars: ${many(others.length, "posting")} that are no mismatch, by how many there are. Dots: mismatches.`));
  }

  // --- findings by company and department ------------------------------------------------------------------------------
  function groups() {
    const kinds = [["company", "By company", data.companies], ["department", "By department", data.departments]].filter(([, , of]) => of.length);
    const box = h("section", { class: "card" });
    let [now, all] = [0, false];
    const draw = () => {
      const [field, , of] = kinds[now] ?? ["company", "", []];
      const listed = all ? of.slice(0, 200) : of.slice(0, GROUPS);
      box.replaceChildren(h("div", { class: "head" }, h("h2", {}, `Share of findings by ${field}`),
        kinds.length > 1 && h("div", { class: "group", role: "group", "aria-label": "Group by" }, kinds.map(([, name], at) => h("button", { type: "button", "aria-pressed": String(at === now), on: { click: () => { now = at; all = false; draw(); } } }, name)))),
        h("p", { class: "legend" }, KINDS.map((kind) => h("span", {}, h("span", { class: `swatch ${kind}` }), KIND_WORDS[kind][0].toLowerCase()))),
        listed.length
          ? h("table", { class: "bars" }, h("thead", { class: "hidden-label" }, h("tr", {}, ["Name", "Share of findings", "Postings"].map((name) => h("th", { scope: "col" }, name)))),
            h("tbody", {}, listed.map((group) => h("tr", {},
              h("th", { scope: "row" }, h("button", { type: "button", class: "text", title: "List these postings", on: { click: () => filter({ [field]: group.name }, true) } }, clip(group.name, 60))),
              h("td", {}, stacked(group.findings, group.postings, told(group.findings))),
              h("td", { class: "number" }, `${count(group.findings.inflated + group.findings.deflated)} of ${count(group.postings)}`)))))
          : h("p", { class: "empty" }, "The input names no companies or departments."),
        h("p", { class: "small soft" }, listed.length ? "At the right: inflated and deflated titles, of all postings. " : "",
          of.length > GROUPS && h("button", { type: "button", class: "text noprint", on: { click: () => { all = !all; draw(); } } }, all ? "Show fewer" : `Show all ${count(Math.min(of.length, 200))}`)));
    };
    draw();
    return box;
  }

  // --- the table ----------------------------------------------------------------------------------------------------
  const select = (label, field, options) => h("label", {}, label, h("select", { name: field, on: { change: (event) => filter({ [field]: event.target.value }) } },
    h("option", { value: "" }, "all"), options.map(([value, name]) => h("option", { value }, name))));
  const search = h("input", { type: "search", name: "search", placeholder: "title, company, id …", on: { input: (event) => filter({ search: event.target.value.toLowerCase() }) } });
  const companies = data.companies.slice(0, 2000).map((group) => [group.name, clip(group.name, 60)]).sort(([a], [b]) => collator.compare(a, b));
  const departments = data.departments.slice(0, 2000).map((group) => [group.name, clip(group.name, 60)]).sort(([a], [b]) => collator.compare(a, b));
  const tools = h("div", { class: "tools", role: "search" }, h("label", {}, "Search", search),
    select("Finding", "finding", [["mismatch", "inflated or deflated"], ...KINDS.map((kind) => [kind, KIND_WORDS[kind][0].toLowerCase()])]),
    select("Title claims", "claimed", Object.entries(CLAIMS).map(([key, name]) => [key, name.toLowerCase()])),
    companies.length > 0 && select("Company", "company", companies), departments.length > 0 && select("Department", "department", departments),
    h("button", { type: "button", on: { click: () => { search.value = ""; filter({ finding: "", company: "", department: "", claimed: "", search: "" }); } } }, "Clear"));
  const columns = [["finding", "Finding"], ["title", "Title"], ["company", "Company"], ["claimed", "Title claims"], ["text", "Text reads as"], ["sure", "How sure"], ["row", "Row"]];
  const body = h("tbody");
  const heads = columns.map(([key, name]) => h("th", { scope: "col", "data-key": key }, h("button", { type: "button", on: { click: () => sortBy(key) } }, name)));
  const status = h("p", { class: "small soft", role: "status" });
  const pager = h("nav", { class: "pager", "aria-label": "Pages of the table" });
  const listing = h("section", { class: "card listing", id: "postings" }, h("h2", { tabindex: -1 }, "Postings"), tools, status,
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table of postings" },
      h("table", { class: "list" }, h("caption", { class: "hidden-label" }, "Postings and their findings; the heads of columns sort"), h("thead", {}, h("tr", {}, heads)), body)), pager);
  overview.append(...[listing, across(), rejections(), limits()].filter(Boolean));

  function sortBy(key) {
    state.down = state.sort === key ? !state.down : false;
    state.sort = key;
    state.page = 0;
    list();
  }

  function filter(changes, jump = false) {
    Object.assign(state, changes, { page: 0 });
    for (const field of ["finding", "claimed", "company", "department"]) { const control = tools.querySelector(`select[name=${field}]`); if (control) control.value = state[field]; }
    for (const card of cards.children) card.setAttribute("aria-pressed", String(card.dataset.kind === state.finding));
    list();
    if (jump) listing.scrollIntoView({ block: "start" });
  }

  const fits = (posting) =>
    (!state.finding || posting.finding === state.finding || (state.finding === "mismatch" && (posting.finding === "inflated" || posting.finding === "deflated")))
    && (!state.claimed || posting.claimed === state.claimed) && (!state.company || same(posting.company, state.company))
    && (!state.department || same(posting.department, state.department)) && (!state.search || state.search.split(/\s+/).every((word) => posting.searched.includes(word)));
  const same = (a, b) => a !== undefined && a.trim().toLowerCase() === b.trim().toLowerCase();

  function list() {
    const order = sorts[state.sort];
    shown = postings.filter(fits).sort(state.down ? (a, b) => order(b, a) : order);
    const pages = Math.max(1, Math.ceil(shown.length / PAGE));
    state.page = Math.min(state.page, pages - 1);
    const from = state.page * PAGE;
    body.replaceChildren(...shown.slice(from, from + PAGE).map(row));
    heads.forEach((head) => (head.dataset.key === state.sort ? head.setAttribute("aria-sort", state.down ? "descending" : "ascending") : head.removeAttribute("aria-sort")));
    heads.forEach((head, at) => { head.firstChild.textContent = columns[at][1] + (head.dataset.key === state.sort ? (state.down ? " ↓" : " ↑") : ""); });
    status.textContent = shown.length ? `${many(shown.length, "posting")}${shown.length < postings.length ? ` of ${count(postings.length)}` : ""}` : "No posting fits; clear a filter to see more.";
    const turn = (by, name) => h("button", { type: "button", disabled: state.page + by < 0 || state.page + by >= pages, on: { click: () => { state.page += by; list(); listing.scrollIntoView({ block: "start" }); listing.firstChild.focus({ preventScroll: true }); } } }, name);
    pager.replaceChildren(...(pages > 1 ? [turn(-1, "← Previous"), h("span", {}, `Page ${state.page + 1} of ${count(pages)}`), turn(1, "Next →")] : []));
  }

  function row(posting) {
    return h("tr", {},
      h("td", {}, badge(posting.finding), posting.ignored && h("span", { class: "small soft" }, " set aside")),
      h("th", { scope: "row" }, h("a", { href: `#row-${posting.row}`, "data-row": posting.row }, clip(posting.title || "No title", 160))),
      h("td", { class: "name" }, posting.company && clip(posting.company, 80)), h("td", {}, CLAIMS[posting.claimed]),
      h("td", { class: "text" }, posting.p_director === undefined ? h("span", { class: "soft" }, "can't be judged") : [scale(posting.p_director), h("span", { class: "small soft" }, LEVELS[posting.level])]),
      h("td", {}, posting.certainty?.replace(" %", "\u00a0%") ?? h("span", { class: "soft" }, "–")), h("td", { class: "number" }, count(posting.row)));
  }

  // --- across postings -----------------------------------------------------------------------------------------------

  function listed(items, draw) {
    const box = h("ul", {}, items.slice(0, LISTED).map(draw));
    const more = items.length > LISTED && h("button", { type: "button", class: "text noprint", on: { click: (event) => { box.append(...items.slice(LISTED, 400).map(draw)); event.target.remove(); } } }, `Show ${count(Math.min(items.length, 400) - LISTED)} more`);
    return [box, more];
  }

  function across() {
    const parts = [
      [data.inversions, "Upside down on the ladder", "At one company, a product manager's text reads higher than a director's.",
        (one) => h("li", {}, one.company && h("b", {}, `${clip(one.company, 60)}: `), named(one.lower), leaning(one.lower), " reads higher than ", named(one.higher), leaning(one.higher), ".")],
      [data.same_titles, "One title, different work", "Postings with the same title whose texts disagree.",
        (one) => h("li", {}, h("b", {}, clip(one.title, 90)), `: director-level in `, rowLinks(one.director), "; PM-level in ", rowLinks(one.pm), ".")],
      [data.twins, "Nearly the same text, different titles", "Texts that share four fifths of their wording.",
        (one) => h("li", {}, one.titles.slice(0, 6).map((title) => `“${clip(title, 90)}”`).join(", "), ": ", rowLinks(one.rows), ".")],
    ].filter(([items]) => items.length);
    if (!parts.length && !data.seniority.length) return null;
    return h("section", { class: "card" }, h("h2", {}, "Across postings"),
      parts.map(([items, title, words, draw], at) => h("details", { open: at === 0 }, h("summary", {}, `${title} (${count(items.length)})`), h("p", { class: "small soft" }, words), listed(items, draw))),
      data.seniority.length > 0 && h("details", {}, h("summary", {}, "The job board's seniority against the text"),
        h("table", { class: "list" }, h("thead", {}, h("tr", {}, ["Given", "Stands for", "Director-level texts", "PM-level texts", "The text says the other"].map((name) => h("th", { scope: "col" }, name)))),
          h("tbody", {}, data.seniority.slice(0, 40).map((one) => h("tr", {}, h("th", { scope: "row" }, clip(one.given, 60)), h("td", {}, one.claims ? LEVELS[one.claims] : "nothing"),
            h("td", { class: "number" }, count(one.levels.director ?? 0)), h("td", { class: "number" }, count(one.levels.pm ?? 0)), h("td", {}, one.rows.length ? rowLinks(one.rows) : "–")))))));
  }

  function rejections() {
    if (!data.rejections.length) return null;
    return h("section", { class: "card" }, h("h2", {}, `Not read (${count(data.rejections.length)})`), h("p", { class: "small soft" }, "Nothing is lost silently: these records could not be read."),
      listed(data.rejections, (one) => h("li", {}, h("b", {}, `Row ${count(one.row)}`), ` (${one.where}): ${one.reason}`)));
  }

  function limits() {
    return h("section", { class: "card limits" }, h("h2", {}, "What this can't know"), h("ul", {}, data.summary.limits.map((line) => h("li", {}, line))));
  }

  // --- one posting ----------------------------------------------------------------------------------------------------
  let scrolled = 0;
  const open = (number) => { location.hash = `row-${number}`; };

  function showOne(posting) {
    const place = shown.indexOf(posting);
    const step = (by, name) => { const next = shown[place + by]; return place >= 0 && h("button", { type: "button", disabled: !next, on: { click: () => open(next.row) } }, name); };
    const parts = postingParts(posting, data);
    single.replaceChildren(
      h("nav", { class: "back", "aria-label": "Postings" }, h("a", { class: "button", href: "#", id: "back" }, "← All postings"), step(-1, "Previous"), step(1, "Next"),
        place >= 0 && h("span", { class: "soft small" }, `${count(place + 1)} of ${count(shown.length)}`)),
      verdictCard(posting), h("div", { class: "detail" }, h("div", { class: "stack" }, parts.text), h("aside", { class: "stack", "aria-label": "What it rests on" }, parts.side)));
    single.dataset.row = posting.row;
    if (single.hidden) scrolled = scrollY;
    [overview.hidden, single.hidden] = [true, false];
    scrollTo(0, 0);
    single.querySelector("h1").focus({ preventScroll: true });
  }

  function route() {
    const posting = byRow.get(Number(/^#row-(\d+)$/.exec(location.hash)?.[1]));
    if (posting) return showOne(posting);
    if (overview.hidden) {
      [overview.hidden, single.hidden] = [false, true];
      scrollTo(0, scrolled);
      (overview.querySelector(`a[data-row="${single.dataset.row}"]`) ?? overview.querySelector("h1")).focus({ preventScroll: true });
    }
    return undefined;
  }
  const unfold = () => single.querySelectorAll("details").forEach((one) => { one.open = true; }); // paper can't be pressed
  addEventListener("hashchange", route);
  addEventListener("beforeprint", unfold);
  list();
  route();
  return { destroy: () => { removeEventListener("hashchange", route); removeEventListener("beforeprint", unfold); } };
}
