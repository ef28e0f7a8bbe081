// The panel of one book: what it is, whether one likes it, and the ten nearest of all dimensions, each with its reason.

import { complain, element, opener, say } from "./main.js";
import { latest } from "./asking.js";
import { facts } from "./card.js";
import { HALF } from "./points.js";

export function start(page) {
  const panel = document.getElementById("article");
  const ask = latest();
  let wanted;

  /** Open the book of this title, or close the panel where there is none. */
  async function show(title, fly) {
    wanted = title;
    const marks = await page.feature("marks");
    if (!title) {
      panel.hidden = true;
      marks.set({ article: [], near: [] });
      return;
    }
    const id = await idOf(title);
    if (wanted !== title) return;
    if (id === undefined) {
      panel.hidden = true;
      marks.set({ article: [], near: [] });
      return;
    }
    const answer = await ask(`/map/article/${id}`);
    const near = answer.neighbours.map((one) => page.points.indexOf.get(one.article_id)).filter((index) => index !== undefined);
    const index = page.points.indexOf.get(id);
    marks.set({ article: index === undefined ? [] : [index], near });
    fill(answer);
    if (fly && index !== undefined) (await page.feature("moving")).fly(around(index, near));
  }

  /** The id of a title of the map; what has no place there is sought by the service. */
  async function idOf(title) {
    const index = (await page.titles()).indexOf(title);
    if (index >= 0) return page.points.ids[index];
    const found = await ask(`/suggest?q=${encodeURIComponent(title)}`);
    const same = found.find((one) => one.title === title);
    if (same) return same.article_id;
    const others = found.slice(0, 3).map((one) => `"${one.title}"`).join(", ");
    say(`No article here is called "${title}".${others ? ` Did you mean ${others}?` : ""}`);
    return undefined;
  }

  /** A view with the book in its middle and most of its neighbours around it. */
  function around(index, near) {
    const { x, y } = page.points;
    const far = near.map((one) => Math.max(Math.abs(x[one] - x[index]), Math.abs(y[one] - y[index])) / HALF).sort((a, b) => a - b);
    const reach = far[Math.ceil(far.length * 0.7) - 1] || 0.05;
    return { x: x[index] / HALF - 1, y: y[index] / HALF - 1, zoom: Math.min(24, Math.max(2, 0.8 / reach)) };
  }

  function fill(answer) {
    const rows = facts(answer).flatMap(([name, values]) => [element("dt", {}, name), element("dd", {}, values)]);
    const close = element("button", { type: "button", class: "close", "aria-label": "Close the panel", click: shut }, "×");
    const all = element("a", { href: `${page.root}/article/${encodeURIComponent(answer.title)}` }, "All about it");
    const links = element("p", { class: "links" }, all);
    if (answer.wikipedia) links.append(" · ", element("a", { href: answer.wikipedia, rel: "noreferrer" }, "Wikipedia"));
    const buttons = [tasteButton("like", "Like", answer.title), tasteButton("dislike", "Dislike", answer.title)];
    const tastes = element("p", { class: "tastes" }, ...buttons);
    const heading = element("h2", { tabindex: "-1" }, answer.title);
    const list = element("ol", { class: "near" }, ...answer.neighbours.map(neighbour));
    panel.replaceChildren(close, heading, element("dl", {}, ...rows), links, tastes, element("h3", {}, "Nearest by its links"), list);
    panel.dataset.id = answer.article_id ?? "";
    panel.hidden = false;
    say(`${answer.title}: ${answer.neighbours.length} nearest are listed.`);
    if (navigator.userActivation.hasBeenActive && document.activeElement === document.body) heading.focus({ preventScroll: true });
    if (getComputedStyle(panel).position === "fixed") page.map.canvas.scrollIntoView(); // It is a sheet from below.
  }

  function neighbour({ title, similarity, shared }) {
    const share = element("span", { class: "share" }, similarity.toFixed(2));
    const reason = shared.length ? `Both link to ${shared.join(", ")}` : "Their links mean nearly the same";
    return element("li", {}, opener(title), share, element("span", { class: "reason" }, reason));
  }

  function tasteButton(list, text, title) {
    const other = list === "like" ? "dislike" : "like";
    const isOn = () => page.state[list].includes(title);
    const button = element("button", { type: "button", class: list, "aria-pressed": String(isOn()) }, text);
    button.addEventListener("click", () => {
      const without = (titles) => titles.filter((one) => one !== title);
      page.go({ [list]: isOn() ? without(page.state[list]) : [...page.state[list], title], [other]: without(page.state[other]) });
      for (const one of panel.querySelectorAll(".tastes button")) {
        one.setAttribute("aria-pressed", String(page.state[one.className].includes(title)));
      }
    });
    return button;
  }

  function shut() {
    page.go({ article: "" });
    page.map.canvas.focus();
  }

  panel.addEventListener("keydown", (event) => event.key === "Escape" && shut());
  return { show: (title, fly) => show(title, fly).catch(complain) };
}
