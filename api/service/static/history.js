// A reader's history, as Goodreads, StoryGraph and LibraryThing export it, read as api/history.py reads it.
// The file stays in the browser; its titles and authors are asked for, and the service keeps nothing.

const STATUS = {
  "to-read": ["to-read", "want-to-read", "wishlist", "wish-list", "tbr"],
  abandoned: ["abandoned", "did-not-finish", "dnf", "gave-up", "unfinished"],
  reading: ["currently-reading", "reading", "paused", "on-hold"],
};
const SITES = [
  { name: "Goodreads", author: "author", rating: "my rating", status: "exclusive shelf" },
  { name: "StoryGraph", author: "authors", rating: "star rating", status: "read status" },
  { name: "LibraryThing", author: "primary author", rating: "rating", status: "collections" },
];

/** Read a file's bytes: {site, books, malformed}, where a malformed row is {line, reason}. */
export function readHistory(bytes) {
  const text = decoded(bytes).replace(/^\s+/, "");
  const first = text.split(/[\r\n]/, 1)[0];
  const count = (mark) => first.split(mark).length;
  const delimiter = [",", "\t", ";"].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
  const [{ cells: names } = { cells: [] }] = rows(first, delimiter, false);
  const header = names.map((name) => name.trim().toLowerCase());
  const site = SITES.find((one) => ["title", one.author, one.rating, one.status].every((name) => header.includes(name)));
  if (!site) throw new Error("This is not an export of Goodreads, StoryGraph or LibraryThing: its first line does not name their columns.");
  const isPlain = delimiter === "\t" && site.name === "LibraryThing";
  const books = [];
  const malformed = [];
  for (const { line, cells } of rows(text, delimiter, isPlain).slice(1)) {
    const book = bookOf(isPlain ? cells.map(unquoted) : cells, header, site);
    if (typeof book === "string") malformed.push({ line, reason: book });
    else books.push(book);
  }
  return { site: site.name, books, malformed };
}

/** LibraryThing has written UTF-16, UTF-8 and Latin-1, and lines of the last within the second. */
function decoded(bytes) {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || second === 0) return new TextDecoder("utf-16le").decode(bytes);
  if ((first === 0xfe && second === 0xff) || first === 0) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return lines(bytes).map(decodedLine).join("");
  }
}

function lines(bytes) {
  const found = [];
  let start = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] !== 10 && !(bytes[at] === 13 && bytes[at + 1] !== 10)) continue;
    found.push(bytes.subarray(start, at + 1));
    start = at + 1;
  }
  return [...found, bytes.subarray(start)];
}

function decodedLine(line) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(line);
  } catch {
    return new TextDecoder("windows-1252").decode(line);
  }
}

/** Cells with the number of the row's first line; empty lines are left out. Plain text has no quotation marks of CSV. */
function rows(text, delimiter, isPlain) {
  const found = [];
  let line = 1;
  let row = { line, cells: [] };
  let cell = "";
  let isQuoted = false;
  let isStart = true;
  const endCell = () => {
    row.cells.push(cell);
    cell = "";
    isStart = true;
  };
  const endRow = () => {
    if (row.cells.length || !isStart) {
      endCell();
      found.push(row);
    }
    row = { line, cells: [] };
  };
  for (let at = 0; at < text.length; at += 1) {
    const mark = text[at];
    const isEnd = mark === "\n" || (mark === "\r" && text[at + 1] !== "\n");
    if (isEnd) line += 1;
    if (isQuoted) {
      if (mark !== '"') cell += mark;
      else if (text[at + 1] === '"') {
        cell += mark;
        at += 1;
      } else isQuoted = false;
    } else if (isEnd) endRow();
    else if (mark === "\r") continue;
    else if (mark === delimiter) {
      endCell();
    } else {
      if (mark === '"' && isStart && !isPlain) isQuoted = true;
      else cell += mark;
      isStart = false;
    }
  }
  endRow();
  return found;
}

/** Without the quotation marks that a spreadsheet puts around a cell. */
const unquoted = (cell) => (/^"([^"]|"")*"$/.test(cell) ? cell.slice(1, -1).replaceAll('""', '"') : cell);

/** A row as a book, or the reason why it is not one. */
function bookOf(cells, header, site) {
  if (cells.length !== header.length) return `it has ${cells.length} fields instead of ${header.length}`;
  const row = Object.fromEntries(header.map((name, place) => [name, cells[place]]));
  const [title, author] = [row.title, row[site.author]].map((text) => text.trim().split(/\s+/).join(" "));
  if (!title) return "it has no title";
  if (`${title}${author}`.includes("\0")) return "it holds the character NUL";
  const cell = row[site.rating];
  const stars = Number(cell.replace(",", ".").trim() || 0);
  if (!(stars >= 0 && stars <= 5)) return `the rating is "${cell}", not a number from 0 to 5`;
  return { title, author, rating: stars || null, status: statusOf(row[site.status]) };
}

function statusOf(cell) {
  const names = cell.split(",").map((name) => name.trim().toLowerCase().replaceAll(" ", "-"));
  const [status] = Object.entries(STATUS).find(([, known]) => known.some((name) => names.includes(name))) ?? ["read"];
  return status;
}
