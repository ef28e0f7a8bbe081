// What a history says of its reader: likes, dislikes, and all that was read, by the rules of api/taste.py.
// It is kept for this tab of the browser, and nowhere else.

import { ask, say } from "./main.js";
import { readHistory } from "./history.js";

const AT_ONCE = 100; // titles in one question
const KEY = "wikishelf-reader";

export function start(page) {
  const input = document.querySelector("#history input");
  const forget = document.querySelector("#history .forget");

  async function take(file) {
    const { site, books, malformed } = readHistory(new Uint8Array(await file.arrayBuffer()));
    say(`${site}: ${books.length} books; they are being looked up.`);
    const read = books.filter((book) => book.status !== "to-read");
    const found = await matched(read);
    keep(tasteOf(read, found));
    const [first] = malformed;
    const skipped = first ? ` Rows skipped: ${malformed.length}; the first is line ${first.line}: ${first.reason}.` : "";
    const counts = `${found.size} have an article here, ${read.length - found.size} have none.`;
    (await page.feature("shelf")).again(`${site}: ${read.length} books were read; ${counts}${skipped}`);
  }

  /** The articles of books, by the book's place. */
  async function matched(read) {
    const found = new Map();
    for (let start = 0; start < read.length; start += AT_ONCE) {
      const part = read.slice(start, start + AT_ONCE);
      const body = JSON.stringify({ titles: part.map((book) => book.title), authors: part.map((book) => book.author) });
      const reply = await ask("/match", { method: "POST", body, headers: { "Content-Type": "application/json" } });
      for (const article of await reply.json()) found.set(start + article.position - 1, article);
    }
    return found;
  }

  /** Of two editions of one article, the first that has a rating counts; what the map lacks cannot be liked. */
  function tasteOf(read, found) {
    const books = new Map();
    for (const [place, { article_id: id, title }] of found) if (!books.get(id)?.rating) books.set(id, { ...read[place], title });
    const mapped = [...books].filter(([id]) => page.points.indexOf.has(id));
    const rated = mapped.map(([, book]) => ({ title: book.title, weight: weightOf(book) }));
    return {
      likes: rated.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight),
      dislikes: rated.filter(({ weight }) => weight < 0).map(({ title }) => title),
      exclude: [...books.keys()],
    };
  }

  function keep(reader) {
    page.reader = reader;
    if (reader) sessionStorage.setItem(KEY, JSON.stringify(reader));
    else sessionStorage.removeItem(KEY);
    forget.hidden = !reader;
  }

  async function drop() {
    input.value = "";
    keep(null);
    (await page.feature("shelf")).again("Your history is forgotten.");
  }

  const kept = sessionStorage.getItem(KEY);
  if (kept) keep(JSON.parse(kept));
  return { take: (file) => page.working(() => take(file)), forget: drop };
}

/** What a book counts as a like; below 0 for a dislike. */
function weightOf({ rating, status }) {
  if (rating === null) return status === "abandoned" ? 0 : 0.5;
  if (rating >= 4) return 1;
  return rating <= 2 ? -1 : 0.5;
}
