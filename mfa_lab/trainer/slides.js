"use strict";
// One slide at a time, by keyboard or button. Without this script, the slides follow one another.
(() => {
  const slides = [...document.querySelectorAll(".slide")];
  const [back, on, notes] = ["back", "on", "notes"].map((id) => document.getElementById(id));
  const where = document.getElementById("where");
  let at = -1;

  // The possible layouts of a slide, best first: size of type, height of a figure, whether a listing has two columns.
  const looks = [];
  for (let type = 1.6; type >= 0.95; type -= 0.05) looks.push([type, 100, false]);
  for (let figure = 98; figure >= 76; figure -= 2) looks.push([0.95, figure, false]);
  for (let figure = 76; figure >= 50; figure -= 2) looks.push([0.85, figure, false]);
  for (let type = 1.2; type >= 0.6; type -= 0.05) looks.push([type, 50, true]);

  // A slide that is too long even at the smallest size can be scrolled.
  const fit = () => {
    const slide = slides[at];
    const fits = () => slide.scrollHeight <= slide.clientHeight;
    looks.some(([type, figure, columns]) => {
      slide.style.setProperty("--fit", type.toFixed(2));
      slide.style.setProperty("--figure", `${figure}vh`);
      slide.classList.toggle("columns", columns);
      return fits();
    });
    slide.toggleAttribute("tabindex", false);
    if (!fits()) slide.setAttribute("tabindex", "0");
  };

  const show = (index) => {
    const next = Math.min(Math.max(index, 0), slides.length - 1);
    if (next === at) return;
    at = next;
    slides.forEach((slide, number) => { slide.hidden = number !== at; });
    fit();
    slides[at].scrollTop = 0;
    back.disabled = at === 0;
    on.disabled = at === slides.length - 1;
    where.textContent = `${at + 1} of ${slides.length}`;
    history.replaceState(null, "", `#${at + 1}`);
    slides[at].querySelector(".top").focus({ preventScroll: true });
  };

  const toggleNotes = () => {
    const pressed = document.documentElement.classList.toggle("with-notes");
    notes.setAttribute("aria-pressed", String(pressed));
    fit();
  };

  const keys = {
    ArrowRight: () => show(at + 1), PageDown: () => show(at + 1), " ": () => show(at + 1),
    ArrowLeft: () => show(at - 1), PageUp: () => show(at - 1),
    Home: () => show(0), End: () => show(slides.length - 1), n: toggleNotes, N: toggleNotes,
  };

  document.addEventListener("keydown", (event) => {
    const own = event.key === " " && event.target.closest("button, a, summary");
    if (event.ctrlKey || event.altKey || event.metaKey || own || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  back.addEventListener("click", () => show(at - 1));
  on.addEventListener("click", () => show(at + 1));
  notes.addEventListener("click", toggleNotes);
  addEventListener("resize", fit);
  addEventListener("hashchange", () => show(Number(location.hash.slice(1)) - 1));
  document.documentElement.classList.add("live");
  show(Math.max(Number(location.hash.slice(1)) || 1, 1) - 1);
})();
