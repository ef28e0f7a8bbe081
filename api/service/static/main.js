// What every page of the shelf starts: the search box, and the map where there is one.
// All that one sees is in the address: `page.state` is read from it, and `page.go` changes both.

const LISTS = ["like", "dislike", "value"];
const TEXTS = ["q", "article", "colour", "prominence", "diversity", "x", "y", "zoom", "lasso"];
const root = document.body.dataset.root ?? "";
const loaded = {};
export const at = (selector) => document.querySelector(selector);

/** Make an element; texts are texts, never HTML. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** A button with a book's title that opens the book on the map. */
export function opener(title) {
  return element("button", { type: "button", class: "title", click: () => page.go({ article: title }, { fly: true }) }, title);
}

/** Ask the service, and again while it is too busy; an error's message is the sentence of its problem document. */
export async function ask(path, options = {}, tries = 3) {
  let reply;
  try {
    reply = await fetch(root + path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The service does not answer; try again in a moment.");
  }
  if (reply.ok) return reply;
  if (reply.status === 503 && tries > 1) {
    await new Promise((done) => setTimeout(done, 1000 * (Number(reply.headers.get("Retry-After")) || 1)));
    return ask(path, options, tries - 1);
  }
  const problem = await reply.json().catch(() => ({}));
  throw Object.assign(new Error(problem.detail ?? problem.title ?? `The service answered ${reply.status}.`), problem);
}

export function say(text) {
  const output = document.getElementById("status");
  if (output.textContent !== text) output.textContent = text;
}

/** Say what went wrong, unless somebody just asked for something else. */
export function complain(error) {
  if (error.name !== "AbortError") say(error.message);
}

export function readAddress(query) {
  const read = new URLSearchParams(query);
  const texts = TEXTS.map((name) => [name, read.get(name) ?? ""]);
  return Object.fromEntries([...texts, ...LISTS.map((name) => [name, [...new Set(read.getAll(name))]])]);
}

export function writtenAddress(state) {
  const pairs = [...TEXTS, ...LISTS].flatMap((name) => [state[name]].flat().map((value) => [name, value]));
  const query = new URLSearchParams(pairs.filter(([, value]) => value !== "")).toString();
  return location.pathname + (query ? `?${query}` : "");
}

/** What the modules share. */
export const page = {
  busy: 0,
  /** Do something that asks the service; meanwhile the map and its panels say that they are busy. */
  async working(task) {
    page.busy += 1;
    at("#map").setAttribute("aria-busy", "true");
    await task().catch(complain);
    page.busy -= 1;
    if (!page.busy) at("#map").removeAttribute("aria-busy");
  },
  root,
  state: readAddress(location.search),
  /** A module that is loaded when it is needed first, and made once. */
  feature(name) {
    loaded[name] ??= import(`./${name}.js`).then((module) => module.start(page));
    return loaded[name];
  },
  /** Change the state and the address, and show it; a step of its own for the Back button unless `replace`. */
  go(changes, { replace = false, fly = false } = {}) {
    const old = page.state;
    page.state = { ...old, ...changes };
    const address = writtenAddress(page.state);
    const isSame = address === location.pathname + location.search;
    if (!isSame) history[replace ? "replaceState" : "pushState"](null, "", address);
    if (!isSame || fly) page.show(isSame ? { ...old, article: "" } : old, { fly });
  },
  show: () => {},
  seen: async () => {},
};

addEventListener("popstate", () => {
  const old = page.state;
  page.state = readAddress(location.search);
  page.show(old);
});

const search = document.getElementById("q");
search?.addEventListener("focus", () => page.feature("search").catch(complain), { once: true });
if (search && document.activeElement === search) page.feature("search").catch(complain);
if (document.getElementById("map")) startMap().catch(failed);

async function startMap() {
  const [{ MapView }, tools] = await Promise.all([import("./map.js"), import("./points.js")]);
  const loading = tools.fetchMap(page.state.colour);
  for (const part of document.querySelectorAll(".scripted")) part.hidden = false;
  const map = new MapView(at("#map canvas"));
  Object.assign(page, { ...tools, map, paint, seen, titleOf, titles, show: (old, how) => page.working(() => show(old, how)) });
  Object.assign(map, { titleOf, onRest: () => page.go(written(map.view), { replace: true }) });
  take(await loading);
  wakeBy(["pointerover", "pointerdown", "pointermove", "pointerup", "focus", "keydown"], map.canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    map.readStyle();
    page.listRows();
    paint();
  });
  at("#legend select").addEventListener("change", ({ target }) => page.go({ colour: target.value, value: [] }));
  at("#legend input").addEventListener("input", page.listRows);
  at("#legend .clear").addEventListener("click", () => page.go({ value: [] }));
  at("#dials").addEventListener("focusin", () => page.feature("shelf").catch(complain), { once: true });
  at("main").addEventListener("click", ({ target }) => {
    const [feature, use] = target.closest("[data-use]")?.dataset.use.split(" ") ?? [];
    if (feature) page.feature(feature).then((made) => made[use]()).catch(complain);
  });
  at("#history input").addEventListener("change", ({ target: { files } }) => {
    if (files[0]) page.feature("reader").then(({ take }) => take(files[0]), complain);
  });
  if (sessionStorage.getItem("wikishelf-reader")) {
    await page.working(async () => (await page.feature("reader"), await page.feature("shelf")).show());
  }
  await page.show({}, { fly: page.state.zoom === "" });
}

/** Load what moves the map when it is touched first, and hand on what was done until then. */
function wakeBy(events, canvas) {
  const early = [];
  const wait = (event) => {
    if (early.push(event) > 1) return;
    page.feature("moving").then(({ listeners }) => {
      for (const name of events) canvas.removeEventListener(name, wait);
      for (const one of early) listeners[one.type]?.(one);
    }, complain);
  };
  for (const name of events) canvas.addEventListener(name, wait);
}

/** Say in the map's place why there is none. */
function failed(error) {
  at("#map").replaceChildren(element("p", { class: "empty" }, error.message));
}

function take(loaded) {
  Object.assign(page, loaded, { names: undefined, mask: undefined, field: page.state.colour });
  page.map.setPoints(page.points);
  const { fields } = page.points.header;
  at("#legend select").replaceChildren(...fields.map(({ field }) => element("option", { value: field }, field)));
  page.recolour();
}

/** Colour the points: bright are those of the chosen values of the legend and within the selection, or all. */
function paint() {
  const { state, rows, codes, map } = page;
  const rowsChosen = rows.filter((row) => state.value.includes(row.value));
  const chosen = new Uint8Array(256).fill(rowsChosen.length ? 0 : 1);
  for (const row of rowsChosen) chosen.fill(1, row.low, row.high + 1);
  const unknown = state.value.find((value) => !rows.some((row) => row.value === value));
  if (unknown) say(`The legend has no value "${unknown}".`);
  page.isBright = (index) => chosen[codes[index]] === 1 && (!page.mask || page.mask[index] === 1);
  const bright = map.paint(codes, rows, page.palette(rows, map.theme), page.isBright);
  at("#legend .sum").textContent = `${bright.toLocaleString("en")} of ${codes.length.toLocaleString("en")} articles`;
  at("#legend .clear").hidden = !state.value.length;
}

const written = ({ x, y, zoom }) => ({ x: x.toFixed(4), y: y.toFixed(4), zoom: zoom.toFixed(3) });

async function show(old, { fly = false } = {}) {
  const { state, map } = page;
  const before = { ...readAddress(""), ...old };
  const isNew = (...names) => names.some((name) => JSON.stringify(state[name]) !== JSON.stringify(before[name]));
  const view = { x: Number(state.x) || 0, y: Number(state.y) || 0, zoom: Number(state.zoom) || 1 };
  if (isNew("x", "y", "zoom") && String(Object.values(written(view))) !== String(Object.values(written(map.view)))) map.setView(view);
  const tasks = [
    isNew("colour", "value") || !map.drawn ? showColour(state) : undefined,
    isNew("article") ? page.feature("article").then((one) => one.show(state.article, fly)) : undefined,
    isNew("like", "dislike", "prominence", "diversity") ? page.feature("shelf").then((shelf) => shelf.show()) : undefined,
    isNew("lasso") ? page.feature("lasso").then((lasso) => lasso.show()) : undefined,
  ];
  await Promise.all(tasks);
}

async function showColour(state) {
  if ((state.colour || "topic") !== (page.field || "topic")) {
    const codes = await page.fetchCodes(state.colour);
    if (page.state.colour !== state.colour) return; // Another colour was chosen meanwhile.
    Object.assign(page, { codes, field: state.colour });
    page.recolour();
  }
  page.press();
  paint();
  if (state.lasso) await (await page.feature("lasso")).show();
}

/** All titles, in the order of the points; they are heavy, and so they come when they are needed first. */
function titles() {
  page.names ??= ask("/map/titles").then((reply) => reply.text()).then((text) => {
    page.names.list = text.split("\n");
    page.map.redraw();
    return page.names.list;
  });
  return page.names;
}

/** A title by the point's index, or undefined while the titles come. */
function titleOf(index) {
  if (!page.names) titles().catch(complain);
  return page.names.list?.[index];
}

/** An answer came from a model: if it is not that of the map, draw the map anew. */
async function seen(model) {
  if (!model || model === page.points.header.model_id) return;
  try {
    take(await page.fetchMap(page.state.colour));
  } catch (error) {
    at("#model").textContent = `A new model, number ${model}, answers now. The map is still that of the model before: ${error.message}`;
    return;
  }
  paint();
  at("#model").textContent = `A new model, number ${model}, answers now, and its map is shown.`;
  page.show({ x: page.state.x, y: page.state.y, zoom: page.state.zoom });
}
