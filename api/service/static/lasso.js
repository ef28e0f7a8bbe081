// A selection by a line drawn around points, or of all that is seen: what its articles have in common, and saving it.

import { complain, element, opener, say } from "./main.js";
import { latest } from "./asking.js";
import { HALF, within } from "./points.js";

const MOST = 10000; // ids in one question, the most prominent
const NAMED = 20;
const MOST_CORNERS = 80;

export function start(page) {
  const { map } = page;
  const panel = document.getElementById("selection");
  const found = panel.querySelector(".found");
  const ask = latest();
  let path = [];
  page.selected = [];

  /** From now on, the pointer draws; Escape ends it. */
  function draw() {
    map.tool = { down, cancel };
    map.canvas.classList.add("lassoing");
    map.canvas.focus(); // so that Escape reaches it
    say("Draw a line around the books with the pointer, or press Escape.");
  }

  function cancel() {
    map.tool = undefined;
    map.canvas.classList.remove("lassoing");
    outline([]);
  }

  async function outline(places) {
    (await page.feature("marks")).set({ outline: places });
  }

  function down(event, place) {
    path = [map.toPlace(...place(event))];
    map.canvas.setPointerCapture(event.pointerId);
    const move = (next) => {
      path.push(map.toPlace(...place(next)));
      outline(path);
    };
    map.canvas.addEventListener("pointermove", move);
    const end = () => {
      map.canvas.removeEventListener("pointermove", move);
      cancel();
      choose(thinned(path, HALF / map.scale));
    };
    map.canvas.addEventListener("pointerup", end, { once: true });
  }

  function choose(places) {
    const written = places.map((place) => place.map((value) => (value / HALF - 1).toFixed(4)).join(","));
    page.go({ lasso: places.length < 3 ? "" : written.join(" ") });
  }

  /** Select all that is seen: the same without a pointer. */
  function view() {
    const [left, top] = map.toPlace(0, 0);
    const [right, bottom] = map.toPlace(map.width, map.height);
    choose([[left, top], [right, top], [right, bottom], [left, bottom]]);
  }

  async function show() {
    const corners = page.state.lasso.split(" ").map((pair) => pair.split(",").map((value) => (Number(value) + 1) * HALF));
    const isDrawn = corners.length > 2 && corners.flat().every(Number.isFinite) && corners.every((pair) => pair.length === 2);
    page.mask = isDrawn ? inside(page.points, corners) : undefined;
    page.paint();
    outline(isDrawn ? corners : []);
    panel.hidden = !isDrawn;
    page.selected = [];
    if (!isDrawn) return;
    for (let index = 0; index < page.points.count; index += 1) if (page.isBright(index)) page.selected.push(index);
    await tell();
  }

  async function tell() {
    const { selected } = page;
    const titles = await page.titles();
    panel.querySelector("h2").textContent = `${selected.length.toLocaleString("en")} selected`;
    found.replaceChildren();
    page.common = { links: [], facets: [] };
    if (!selected.length) return;
    const ids = selected.slice(0, MOST).map((index) => page.points.ids[index]);
    const body = JSON.stringify({ ids });
    page.common = await ask("/map/selection", { method: "POST", body, headers: { "Content-Type": "application/json" } });
    const { links, facets } = page.common;
    found.append(
      ...part("What they are", facets.map((one) => common(`${one.name.replaceAll("_", " ")}: ${one.value}`, one))),
      ...part("What they link to", links.map((one) => common(one.title, one))),
      ...part("The best known of them", selected.slice(0, NAMED).map((index) => element("li", {}, opener(titles[index])))),
    );
    say(`${selected.length} articles are selected.`);
  }

  const part = (heading, items) => (items.length ? [element("h3", {}, heading), element("ul", {}, ...items)] : []);
  function common(text, { count, lift }) {
    const counted = `${count.toLocaleString("en")}, ${lift.toFixed(1)} times as often`;
    return element("li", {}, text, " ", element("small", {}, counted));
  }

  return { draw, view, clear: () => page.go({ lasso: "" }), show: () => show().catch(complain) };
}

/** The corners that matter, by the method of Douglas and Peucker; few enough for an address. */
function thinned(path, reach) {
  const kept = corners(path, reach);
  return kept.length > MOST_CORNERS ? thinned(path, 1.5 * reach) : kept;
}

function corners(path, reach) {
  const [[x, y], [lastX, lastY]] = [path[0], path.at(-1)];
  const length = Math.hypot(lastX - x, lastY - y);
  const away = path.map(([left, top]) =>
    length > 0 ? Math.abs((lastX - x) * (top - y) - (lastY - y) * (left - x)) / length : Math.hypot(left - x, top - y),
  );
  const far = away.reduce((best, one, at) => (one > away[best] ? at : best), 0);
  if (away[far] <= reach) return [path[0], path.at(-1)];
  return [...corners(path.slice(0, far + 1), reach), ...corners(path.slice(far), reach).slice(1)];
}

/** One byte for each point: 1 inside the corners, by counting the sides that a ray crosses. */
export function inside(points, corners) {
  const mask = new Uint8Array(points.count);
  const [x, y] = [0, 1].map((axis) => corners.map((corner) => corner[axis]));
  within(points, Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y), (index) => {
    let isInside = false;
    for (let at = 0, last = corners.length - 1; at < corners.length; last = at, at += 1) {
      const crosses = y[at] > points.y[index] !== y[last] > points.y[index];
      if (crosses && points.x[index] < ((x[last] - x[at]) * (points.y[index] - y[at])) / (y[last] - y[at]) + x[at]) isInside = !isInside;
    }
    mask[index] = Number(isInside);
  });
  return mask;
}
