// The search box answers while one types: a combobox with a list, as the ARIA practices describe it.

import { complain, element } from "./main.js";
import { latest } from "./asking.js";

export function start(page) {
  const input = document.getElementById("q");
  const form = input.form;
  const list = element("ul", { id: "suggestions", role: "listbox", "aria-label": "Suggestions", hidden: true });
  const ask = latest();
  let asked = 0;
  let active = -1;
  form.append(list);
  const roles = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
  for (const [name, value] of Object.entries(roles)) input.setAttribute(name, value);

  async function type() {
    const words = input.value;
    asked += 1;
    const mine = asked;
    if (page.map) page.go({ q: words.trim() }, { replace: true });
    if (!words.trim()) {
      close();
      return;
    }
    const found = await ask(`/suggest?q=${encodeURIComponent(words)}`);
    if (mine === asked) fill(found);
  }

  function fill(found) {
    const chosen = options()[active]?.dataset.title;
    list.replaceChildren(...found.map(option));
    const nothing = { role: "option", "aria-disabled": "true", "aria-selected": "false" };
    if (!found.length) list.append(element("li", nothing, "Nothing is called so."));
    input.setAttribute("aria-expanded", "true");
    list.hidden = false;
    point(found.findIndex(({ title }) => title === chosen));
  }

  function option({ title, topic, alias }, place) {
    const choosing = (event) => {
      event.preventDefault();
      choose(title);
    };
    const attributes = { role: "option", id: `suggestion-${place}`, "data-title": title, "aria-selected": "false", pointerdown: choosing };
    return element("li", attributes, title, " ", element("small", {}, alias ? `${alias}, ${topic}` : topic));
  }

  const options = () => [...list.querySelectorAll("[data-title]")];

  function point(place) {
    active = place;
    options().forEach((one, at) => one.setAttribute("aria-selected", String(at === place)));
    const chosen = options()[place];
    if (!chosen) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    }
  }

  function close() {
    asked += 1; // An answer that is still to come opens nothing.
    list.hidden = true;
    list.replaceChildren();
    input.setAttribute("aria-expanded", "false");
    point(-1);
  }

  function choose(title) {
    close();
    if (!page.map) {
      location.assign(`${page.root}/article/${encodeURIComponent(title)}`);
      return;
    }
    input.value = "";
    input.blur();
    page.go({ article: title, q: "" }, { fly: true });
  }

  function key(event) {
    const count = options().length;
    const isOpen = !list.hidden && count > 0;
    if (event.key === "Escape" && !list.hidden) close();
    else if (event.key === "Enter" && active >= 0) choose(options()[active].dataset.title);
    else if (event.key === "ArrowDown" && isOpen) point((active + 1) % count);
    else if (event.key === "ArrowUp" && isOpen) point(active <= 0 ? count - 1 : active - 1);
    else if (event.key === "ArrowDown" && input.value) type().catch(complain);
    else return;
    event.preventDefault();
  }

  input.addEventListener("input", () => type().catch(complain));
  input.addEventListener("keydown", key);
  input.addEventListener("blur", close);
  if (input.value && input.value !== page.state.q) type().catch(complain);
  return {};
}
