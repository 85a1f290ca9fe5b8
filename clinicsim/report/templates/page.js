"use strict";
const names = Array.from(document.querySelectorAll("figure"), (figure) => figure.id);
const specs = JSON.parse(document.getElementById("specs").textContent);
const options = {
  ast: true,
  renderer: "svg",
  actions: { export: true, source: false, editor: false, compiled: false },
};
const NARROW = 480;
const ROW_LETTERS = 17;
const LEGEND_LETTERS = 24;

/** The text in lines of at most so many letters, at spaces where there are any. */
function onLines(text, letters) {
  const lines = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.length - 1;
    if (last >= 0 && lines[last].length + 1 + word.length <= letters) lines[last] += " " + word;
    else lines.push(...(word.match(new RegExp(`.{1,${letters}}`, "gu")) || []));
  }
  return lines.join("\n");
}

/** In a narrow window names take shorter lines, wherever the specification of a chart has them. */
function narrowed(spec) {
  const names = new Map();
  for (const rows of Object.values(spec.datasets)) {
    for (const row of rows) {
      if (row.scenario) names.set(row.scenario, onLines(row.scenario, LEGEND_LETTERS));
      if (row.row) names.set(row.row, onLines(row.row, ROW_LETTERS));
    }
  }
  return JSON.parse(JSON.stringify(spec), (key, value) => names.get(value) ?? value);
}

for (const place of document.querySelectorAll(".chart")) {
  const spec = specs[names.indexOf(place.dataset.of)][Number(place.dataset.figure)];
  vegaEmbed(place, place.clientWidth < NARROW ? narrowed(spec) : spec, options).catch((reason) => {
    place.textContent = "This chart could not be drawn; the table below says the same.";
    console.error(reason);
  });
}
let opened = [];
window.addEventListener("beforeprint", () => {
  opened = Array.from(document.querySelectorAll("details:not([open])"));
  opened.forEach((details) => { details.open = true; });
});
window.addEventListener("afterprint", () => opened.forEach((details) => { details.open = false; }));
