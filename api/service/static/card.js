// The card of the point that is pointed at: its title at once, and its true values when the service has told them.

import { complain, element, say } from "./main.js";
import { latest } from "./asking.js";

const WAIT = 70; // milliseconds that one stays on a point before the service is asked
const KEPT = 500; // cards

export function start(page) {
  const card = document.getElementById("card");
  const answers = new Map();
  const ask = latest();
  let waiting;
  const shown = { index: -1, show, hide };

  function hide() {
    clearTimeout(waiting);
    card.hidden = true;
    if (shown.index >= 0) point([]);
    shown.index = -1;
  }

  function show(index, { aloud = false } = {}) {
    if (index < 0) return hide();
    if (index === shown.index) return undefined;
    shown.index = index;
    point([index]);
    clearTimeout(waiting);
    const article = page.points.ids[index];
    fill(index, answers.get(`${page.points.header.model_id} ${article}`));
    waiting = setTimeout(() => tell(index, article, aloud).catch(complain), aloud ? 0 : WAIT);
    return undefined;
  }

  async function point(pointed) {
    (await page.feature("marks")).set({ pointed });
  }

  async function tell(index, article, aloud) {
    const key = `${page.points.header.model_id} ${article}`;
    if (!answers.has(key)) answers.set(key, await ask(`/map/article/${article}`));
    if (answers.size > KEPT) answers.delete(answers.keys().next().value);
    if (shown.index !== index) return;
    const answer = answers.get(key);
    fill(index, answer);
    if (aloud) say([answer.title, ...facts(answer).map(([name, values]) => `${name}: ${values}`)].join("; "));
  }

  function fill(index, answer) {
    card.dataset.id = page.points.ids[index];
    const rows = answer ? facts(answer) : [];
    const list = rows.flatMap(([name, values]) => [element("dt", {}, name), element("dd", {}, values)]);
    card.replaceChildren(element("strong", {}, answer?.title ?? page.titleOf(index) ?? "…"), element("dl", {}, ...list));
    card.hidden = false;
    const { map } = page;
    const [left, top] = map.toScreen(page.points.x[index], page.points.y[index]);
    const box = card.getBoundingClientRect();
    const right = left + 14 + box.width > map.width ? left - 14 - box.width : left + 14;
    card.style.setProperty("left", `${Math.max(0, right)}px`);
    card.style.setProperty("top", `${Math.max(0, Math.min(map.height - box.height, top - box.height / 2))}px`);
  }

  return shown;
}

/** What is known of an article: its topic, and its facets with all their values. */
export function facts({ topic, facets }) {
  return [["topic", topic], ...Object.entries(facets).map(([name, values]) => [name.replaceAll("_", " "), [values].flat().join(", ")])];
}
