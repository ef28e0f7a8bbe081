// One's own shelf: what one likes and dislikes, two dials, and what the service recommends for it.

import { ask as service, complain, element, opener, say } from "./main.js";
import { latest } from "./asking.js";

const MOST_TITLES = 100; // The service takes no more in one question.
const MOST_ANSWERS = 1000;
const SHOWN = 10;

export function start(page) {
  const section = document.getElementById("shelf");
  const dials = document.getElementById("dials");
  const list = section.querySelector(".recommended");
  const ask = latest();
  let turning = false;
  dials.addEventListener("input", ({ target }) => {
    const value = Number(target.value) === Number(target.defaultValue) ? "" : target.value;
    page.go({ [target.name]: value }, { replace: turning });
    turning = true;
  });
  dials.addEventListener("change", () => (turning = false));
  dials.addEventListener("submit", (event) => event.preventDefault());

  function show() {
    for (const dial of dials.querySelectorAll("input")) {
      dial.value = page.state[dial.name] === "" ? dial.defaultValue : page.state[dial.name];
      dial.setAttribute("aria-valuetext", `${dial.value}: ${dial.dataset[dial.value < 0 ? "low" : dial.value > 0 ? "high" : "middle"]}`);
    }
    chips("like");
    chips("dislike");
    return recommend().catch(complain);
  }

  function chips(kind) {
    const drop = (title) => page.go({ [kind]: page.state[kind].filter((one) => one !== title) });
    const items = page.state[kind].map((title) => {
      const remove = { type: "button", class: "remove", "aria-label": `Take ${title} off the list`, click: () => drop(title) };
      return element("li", {}, opener(title), element("button", remove, "×"));
    });
    section.querySelector(`.${kind}s ul`).replaceChildren(...items);
    section.querySelector(`.${kind}s`).hidden = !items.length;
  }

  /** The question, with what a history says besides; null where nothing is liked. */
  function question() {
    const { like, dislike, prominence, diversity } = page.state;
    const { likes = [], dislikes = [], exclude = [] } = page.reader ?? {};
    const known = likes.filter(({ title }) => !like.includes(title));
    const liked = [...like.map((title) => ({ title, weight: 1 })), ...known].slice(0, MOST_TITLES);
    if (!liked.length) return null;
    const query = new URLSearchParams({ count: Math.min(MOST_ANSWERS, SHOWN + exclude.length) });
    for (const { title, weight } of liked) {
      query.append("like", title);
      query.append("weight", weight);
    }
    const disliked = [...new Set([...dislike, ...dislikes])].filter((title) => !like.includes(title));
    for (const title of disliked.slice(0, MOST_TITLES)) query.append("dislike", title);
    for (const [name, value] of Object.entries({ prominence, diversity })) if (value !== "") query.set(name, value);
    return query;
  }

  async function recommend() {
    const query = question();
    const read = new Set(page.reader?.exclude);
    const marks = await page.feature("marks");
    await page.titles();
    mark(marks, []);
    const found = query ? await ask(`/recommend?${query}`) : [];
    if (query) await checkModel();
    const chosen = found.filter((one) => !read.has(one.article_id)).slice(0, SHOWN);
    section.querySelector(".hint").hidden = Boolean(query);
    list.replaceChildren(...chosen.map((one) => row(one, query.get("like"))));
    mark(marks, chosen);
    if (query) say(`${chosen.length} recommended: first "${chosen[0]?.title ?? "none"}".`);
  }

  /** The list does not say which model it is from. */
  async function checkModel() {
    const models = await (await service("/models")).json();
    await page.seen(models.find((one) => one.state === "active")?.model_id);
  }

  function mark(marks, chosen) {
    const place = new Map(page.names.list.map((title, index) => [title, index]));
    const byTitle = (titles) => titles.map((title) => place.get(title)).filter((index) => index !== undefined);
    const byId = (ids) => ids.map((id) => page.points.indexOf.get(id)).filter((index) => index !== undefined);
    marks.set({
      like: byTitle(page.state.like),
      dislike: byTitle(page.state.dislike),
      recommended: byId(chosen.map((one) => one.article_id)),
      read: byId(page.reader?.exclude ?? []),
    });
  }

  function row({ title, similarity }, liked) {
    const why = `${page.root}/compare?${new URLSearchParams({ a: liked, b: title })}`;
    const reason = element("a", { class: "reason", href: why, "aria-label": `Why ${title}` }, `Beside ${liked}`);
    return element("li", {}, opener(title), element("span", { class: "share" }, similarity.toFixed(2)), reason);
  }

  /** Ask again, and then say this. */
  const again = (text) => page.working(recommend).then(() => say(text));

  return { show, again };
}
