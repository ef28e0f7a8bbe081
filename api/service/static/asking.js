// Questions that are asked while one types, turns a dial or moves: only the latest is answered.

import { ask, page } from "./main.js";

/** A function that asks for JSON; when it is called again, an answer that is still to come is dropped. */
export function latest() {
  let running;
  return async (path, options = {}) => {
    running?.abort();
    const mine = new AbortController();
    running = mine;
    const reply = await ask(path, { ...options, signal: mine.signal });
    const answer = await reply.json();
    await page.seen(answer.model_id);
    if (running !== mine) throw new DOMException("A later question was asked.", "AbortError");
    return answer;
  };
}
