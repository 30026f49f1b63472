// The report: a bar, the audit that the document holds, and a foot.
"use strict";

const held = JSON.parse(document.getElementById("data").textContent);
document.getElementById("bar").append(h("span", { class: "brand" }, logo(), "postclass"), h("span", { class: "soft" }, "Title audit"), h("span", { class: "space" }),
  h("button", { type: "button", class: "noprint", on: { click: () => print() } }, "Print"), themeSwitch());
showAudit(document.getElementById("main"), held);
document.getElementById("foot").append(`Made with postclass ${held.summary.made.postclass ?? ""}, model ${held.summary.made.model ?? ""}. This file holds everything it shows and asks the network for nothing.`);
