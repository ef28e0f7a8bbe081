// Files of what is selected (CSV, JSON), and of the map as it is seen (PNG, SVG).

import { say } from "./main.js";
import { HALF } from "./points.js";

const SVG = "http://www.w3.org/2000/svg";

export function start(page) {
  const { map } = page;

  function save(name, content, type) {
    const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
    const link = Object.assign(document.createElement("a"), { href: address, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
    say(`${name} is saved.`);
  }

  const valueOf = (index) => page.rows.find((row) => row.low <= page.codes[index] && page.codes[index] <= row.high)?.label ?? "";
  const field = () => page.state.colour || "topic";

  async function csv() {
    const titles = await page.titles();
    const rows = page.selected.map((index) => [titles[index], page.points.ids[index], valueOf(index)]);
    save("wikishelf-selection.csv", csvOf([["title", "article_id", field()], ...rows]), "text/csv");
  }

  async function json() {
    const titles = await page.titles();
    const place = (values, index) => Number((values[index] / HALF - 1).toFixed(5));
    const articles = page.selected.map((index) => ({
      article_id: page.points.ids[index],
      title: titles[index],
      x: place(page.points.x, index),
      y: place(page.points.y, index),
      [field()]: valueOf(index),
    }));
    const { links, facets } = page.common;
    const document = { model_id: page.points.header.model_id, articles, links, facets };
    save("wikishelf-selection.json", JSON.stringify(document, null, 1), "application/json");
  }

  function png() {
    map.canvas.toBlob((blob) => save("wikishelf-map.png", blob), "image/png");
  }

  const svg = () => save("wikishelf-map.svg", new XMLSerializer().serializeToString(drawing(map)), "image/svg+xml");

  return { csv, json, png, svg };
}

/** Lines of CSV; a cell that a spreadsheet would reckon out gets an apostrophe before it. */
export function csvOf(rows) {
  const cell = (value) => {
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** What is seen as a drawing: a path for each colour in the order of the map, and the names. */
function drawing(map) {
  const make = (name, attributes, text = "") => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = text;
    return made;
  };
  const root = make("svg", { xmlns: SVG, viewBox: `0 0 ${map.width} ${map.height}`, width: map.width, height: map.height });
  root.append(make("rect", { width: "100%", height: "100%", fill: map.ground }));
  const round = { "stroke-width": map.size, "stroke-linecap": "round", fill: "none" };
  for (const [stroke, d] of paths(map)) root.append(make("path", { d, stroke, ...round }));
  for (const { text, left, top, width, height, font } of map.labels) {
    const [, weight, size] = font.match(/(\d+) ([\d.]+)px/) ?? [, 400, 12];
    const letters = { "font-family": "sans-serif", "font-weight": weight, "font-size": size, fill: map.ink };
    const halo = { stroke: map.ground, "stroke-width": 3, "paint-order": "stroke" };
    const place = { x: left + width / 2, y: top + height * 0.76, "text-anchor": "middle" };
    root.append(make("text", { ...place, ...letters, ...halo }, text));
  }
  return root;
}

function paths(map) {
  const found = new Map();
  for (let at = 0; at < map.order.length; at += 1) {
    const index = map.order[at];
    const [x, y] = map.toScreen(map.points.x[index], map.points.y[index]);
    if (x < 0 || y < 0 || x > map.width || y > map.height) continue;
    const pixel = map.colours[at];
    const colour = `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`;
    found.set(colour, `${found.get(colour) ?? ""}M${x.toFixed(1)} ${y.toFixed(1)}h0`);
  }
  return found;
}
