// The points of a map: what the server packed, a grid that finds them by place, the colours of a field and its legend.
// A place is a pair of whole numbers from 0 to 65535, as the server sends it; y goes upwards.

import { ask, at, element, page, say } from "./main.js";

export const HALF = 65535 / 2;
const CELLS = 256;
export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** Ask for the points, and for their colours by a field. */
export async function fetchMap(field) {
  const [reply, codes] = await Promise.all([ask("/map/points"), fetchCodes(field)]);
  return { points: unpack(await reply.arrayBuffer()), codes };
}

/** A byte for each point: which value of the field it has. Of a field that is unknown, say so and take the topic. */
export async function fetchCodes(field) {
  const reply = await ask(`/map/colour/${encodeURIComponent(field || "topic")}`).catch((error) => {
    if (!field || error.status !== 404) throw error;
    say(`The map has no colours by "${field}".`);
    return ask("/map/colour/topic");
  });
  return new Uint8Array(await reply.arrayBuffer());
}

/** Read the part "points": a header of JSON, then ids, x and y, the most prominent article first. */
function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const count = header.articles;
  const start = 4 + length;
  const ids = new Uint32Array(buffer, start, count);
  const x = new Uint16Array(buffer, start + 4 * count, count);
  const y = new Uint16Array(buffer, start + 6 * count, count);
  return { header, count, ids, x, y, ...grid(x, y), indexOf: new Map(Array.from(ids, (id, index) => [id, index])) };
}

/** Sort the points into cells; within a cell the most prominent stay first. */
function grid(x, y) {
  const first = new Uint32Array(CELLS * CELLS + 1);
  const cellOf = (index) => (y[index] >> 8) * CELLS + (x[index] >> 8);
  for (let index = 0; index < x.length; index += 1) first[cellOf(index) + 1] += 1;
  for (let cell = 0; cell < CELLS * CELLS; cell += 1) first[cell + 1] += first[cell];
  const next = first.slice(0, -1);
  const sorted = new Uint32Array(x.length);
  for (let index = 0; index < x.length; index += 1) {
    const cell = cellOf(index);
    sorted[next[cell]] = index;
    next[cell] += 1;
  }
  return { first, sorted };
}

const cell = (value) => clamp(Math.floor(value / CELLS), 0, CELLS - 1);

/** Call `visit(index)` for each point in a box of places, cell by cell. */
export function within(points, left, bottom, right, top, visit) {
  for (let row = cell(bottom); row <= cell(top); row += 1) {
    const from = points.first[row * CELLS + cell(left)];
    const to = points.first[row * CELLS + cell(right) + 1];
    for (let at = from; at < to; at += 1) {
      const index = points.sorted[at];
      const x = points.x[index];
      const y = points.y[index];
      if (x >= left && x <= right && y >= bottom && y <= top) visit(index);
    }
  }
}

/** The point nearest to a place and at most `reach` away, or -1; of equally near ones the most prominent. */
export function nearest(points, x, y, reach) {
  let best = -1;
  let least = reach * reach;
  for (let ring = CELLS / 4; ; ring *= 2) {
    const half = Math.min(ring, reach);
    within(points, x - half, y - half, x + half, y + half, (index) => {
      const distance = (points.x[index] - x) ** 2 + (points.y[index] - y) ** 2;
      // A corner of the box is farther away than what may stand just outside its sides.
      if (distance > half * half || distance > least) return;
      if (distance < least || best < 0 || index < best) best = index;
      least = distance;
    });
    if (best >= 0 || half >= reach) return best;
  }
}

/** The rows of a field's legend with exact counts, and the codes (the points' bytes) that each stands for. */
function legendRows(field, codes) {
  const counts = new Uint32Array(256);
  for (const code of codes) counts[code] += 1;
  const rows = field.kind === "scale" ? classes(field, counts) : values(field);
  if (counts[255] || field.other) rows.push({ value: "(other)", label: "other values", kind: "other", low: 255, high: 255 });
  if (counts[0] || field.none) rows.push({ value: "(none)", label: "none", kind: "none", low: 0, high: 0 });
  for (const row of rows) row.count = counts.slice(row.low, row.high + 1).reduce((sum, count) => sum + count, 0);
  return rows;
}

function values(field) {
  return field.values.map(({ value }, place) => ({ value, label: value, kind: "value", low: place + 1, high: place + 1 }));
}

/** At most eight classes of about as many articles each; a code is never cut in two, so that the counts are exact. */
function classes(field, counts) {
  const total = counts.slice(1, 255).reduce((sum, count) => sum + count, 0);
  const rows = [];
  let low = 1;
  let sum = 0;
  for (let code = 1; code < 255; code += 1) {
    sum += counts[code];
    const isFull = sum >= ((rows.length + 1) * total) / 8;
    if (code === 254 || (isFull && rows.length < 7)) {
      if (counts.slice(low, code + 1).some(Boolean)) rows.push(scaleRow(field, low, code));
      low = code + 1;
    }
  }
  return rows;
}

function scaleRow({ field, min, max }, low, high) {
  const isWhole = field === "year";
  const step = (max - min) / 253;
  const place = (code) => min + (code - 1) * step;
  const from = isWhole ? Math.ceil(place(low - 0.5)) : place(low - 0.5);
  const to = isWhole ? Math.ceil(place(high + 0.5)) - 1 : place(high + 0.5);
  const [start, end] = [clamp(from, min, max), clamp(to, min, max)].map((value) => (isWhole ? value : value.toFixed(2)));
  return { value: `${start}..${end}`, label: start === end ? `${start}` : `${start} to ${end}`, kind: "scale", low, high };
}

// The first nine are Paul Tol's schemes "muted" and "light", made to be told apart by the colour-blind.
const FIRST = {
  light: ["332288", "cc6677", "117733", "ddaa33", "88ccee", "882255", "44aa99", "999933", "aa4499"],
  dark: ["77aadd", "ee8866", "eedd88", "ffaabb", "99ddff", "44bb99", "bbcc33", "aaaa00", "cc99ff"],
};
const GREY = { light: { other: "b3b8c0", none: "d0ccc4", dim: "ebe8e1" }, dark: { other: "656b75", none: "474541", dim: "2c2c2d" } };

/** The colour of each row as [red, green, blue]; no two values have the same. */
export function palette(rows, theme) {
  const scale = rows.filter((row) => row.kind === "scale").length;
  return rows.map((row, place) => {
    if (row.kind === "scale") return stepOfScale(scale > 1 ? place / (scale - 1) : 0.5, theme);
    return row.kind === "value" ? valueColour(place, theme) : fromHex(GREY[theme][row.kind]);
  });
}

/** What is neither selected nor pointed at. */
export const dimmed = (theme) => fromHex(GREY[theme].dim);

function valueColour(place, theme) {
  if (place < FIRST[theme].length) return fromHex(FIRST[theme][place]);
  const lightness = (theme === "dark" ? 0.66 : 0.5) + 0.07 * (place % 4);
  return fromOklch(lightness, 0.06 + 0.03 * (place % 3), place * 137.508);
}

function stepOfScale(share, theme) {
  if (theme === "dark") return fromOklch(0.42 + 0.48 * share, 0.11, 290 - 190 * share);
  return fromOklch(0.84 - 0.52 * share, 0.12, 100 + 190 * share);
}

const fromHex = (hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16));

/** Björn Ottosson's OKLCH to sRGB, cut to what a screen can show. */
function fromOklch(lightness, chroma, degrees) {
  const a = chroma * Math.cos((degrees * Math.PI) / 180);
  const b = chroma * Math.sin((degrees * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return linear.map((value) => {
    const shown = value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
    return Math.round(255 * clamp(shown, 0, 1));
  });
}

/** Fill the legend for the field that is chosen now. */
export function recolour() {
  const { fields } = page.points.header;
  const field = fields.find((one) => one.field === page.field) ?? fields[0];
  at("#legend select").value = field.field;
  page.rows = legendRows(field, page.codes);
  at("#legend input").value = "";
  at("#legend .find").hidden = page.rows.length < 13;
  listRows();
}

/** List the rows of the legend whose names have what is sought. */
export function listRows() {
  const sought = at("#legend input").value.trim().toLowerCase();
  const colours = palette(page.rows, page.map.theme);
  const items = page.rows.map((row, place) => {
    const swatch = element("span", { class: "swatch" });
    swatch.style.setProperty("background-color", `rgb(${colours[place].join(" ")})`);
    const label = element("span", { class: "label" }, row.label);
    const parts = [swatch, label, element("span", { class: "count" }, row.count.toLocaleString("en"))];
    return element("li", {}, element("button", { type: "button", "data-value": row.value, click: () => toggle(row.value) }, ...parts));
  });
  at("#legend ul").replaceChildren(...items.filter((_, place) => page.rows[place].label.toLowerCase().includes(sought)));
  press();
}

function toggle(value) {
  const { value: chosen } = page.state;
  page.go({ value: chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value] });
}

/** Show which rows are chosen. */
export function press() {
  for (const button of document.querySelectorAll("#legend li button")) {
    button.setAttribute("aria-pressed", String(page.state.value.includes(button.dataset.value)));
  }
}

/** A function that puts a point of some pixels across at an offset of the image; from 3 on it is round and its edge soft. */
export function sprite(size, stride, pixels) {
  const solid = [];
  const edge = [];
  const reach = Math.ceil(size / 2);
  for (let down = -reach; down <= reach; down += 1) {
    for (let right = -reach; right <= reach; right += 1) {
      const isInSquare = down >= 0 && right >= 0 && down < size && right < size;
      const cover = size < 3 ? Number(isInSquare) : clamp(size / 2 + 0.5 - Math.hypot(down, right), 0, 1);
      if (cover === 1) solid.push(down * stride + right);
      else if (cover > 0.1) edge.push([down * stride + right, cover]);
    }
  }
  return (at, colour) => {
    for (let place = 0; place < solid.length; place += 1) pixels[at + solid[place]] = colour;
    for (const [offset, cover] of edge) pixels[at + offset] = mixed(pixels[at + offset], colour, cover);
  };
}

function mixed(under, colour, share) {
  let pixel = 255 << 24;
  for (let shift = 0; shift < 24; shift += 8) {
    const below = (under >> shift) & 255;
    pixel |= (below + (((colour >> shift) & 255) - below) * share) << shift;
  }
  return pixel >>> 0;
}
