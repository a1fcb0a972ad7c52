// Search the book. The index comes from search-index.js as window.BOOK: [page, anchor, page's title, heading, text].
const AROUND = 90;
const MOST = 40;

const field = document.getElementById("find");
const results = document.getElementById("results");
const found = document.getElementById("found");

// Each word must begin a word of the entry. A word in the heading counts most.
function score(entry, patterns) {
  const [, , title, heading, text] = entry;
  let sum = heading.toLowerCase() === field.value.trim().toLowerCase() ? 100 : 0; // a term of the glossary itself
  for (const pattern of patterns) {
    const here = 20 * pattern.test(heading) + 5 * pattern.test(title) + (text.match(new RegExp(pattern, "giu")) || []).length;
    if (!here) return 0;
    sum += here;
  }
  return sum;
}

function marked(text, patterns) {
  const first = Math.min(...patterns.map((pattern) => text.search(pattern)).filter((place) => place >= 0), text.length);
  const start = first === text.length ? 0 : text.lastIndexOf(" ", Math.max(0, first - AROUND)) + 1;
  const end = text.indexOf(" ", Math.min(text.length, start + 3 * AROUND));
  const part = text.slice(start, end < 0 ? undefined : end);
  const line = document.createElement("p");
  const any = new RegExp(`(${patterns.map((pattern) => pattern.source).join("|")})`, "giu");
  line.append(start ? "… " : "");
  part.split(any).forEach((piece, number) => {
    if (piece === undefined) return;
    const shown = number % 2 ? document.createElement("mark") : document.createTextNode("");
    shown.textContent = piece;
    line.append(shown);
  });
  line.append(end < 0 ? "" : " …");
  return line;
}

function item([page, anchor, title, heading, text], patterns) {
  const link = document.createElement("a");
  link.href = `${page}.html#${anchor}`;
  link.textContent = heading;
  const place = document.createElement("small");
  place.textContent = title;
  const entry = document.createElement("li");
  entry.append(link, " ", place, marked(text, patterns));
  return entry;
}

function search() {
  const words = field.value.trim().split(/\s+/u).filter(Boolean);
  const patterns = words.map((word) => new RegExp(`(?<![\\p{L}\\p{N}])${word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`, "iu"));
  const hits = words.length
    ? window.BOOK.map((entry) => [score(entry, patterns), entry]).filter(([points]) => points).sort(([one], [other]) => other - one)
    : [];
  results.replaceChildren(...hits.slice(0, MOST).map(([, entry]) => item(entry, patterns)));
  const more = hits.length > MOST ? ` The first ${MOST} are shown; another word makes the list shorter.` : "";
  found.textContent = !words.length
    ? "Type a word in the field above."
    : hits.length
      ? `${hits.length} ${hits.length === 1 ? "place" : "places"} with “${field.value.trim()}”.${more}`
      : `Nothing here contains “${field.value.trim()}”. Try fewer or shorter words.`;
}

field.value = new URLSearchParams(location.search).get("q") || "";
field.addEventListener("input", search);
field.focus();
search();
