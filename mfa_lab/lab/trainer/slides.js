"use strict";
// One slide at a time, by keyboard or button. Without this script the slides stand one below the other.
(() => {
  const slides = [...document.querySelectorAll(".slide")];
  const [back, on, notes] = ["back", "on", "notes"].map((id) => document.getElementById(id));
  const where = document.getElementById("where");
  const LARGEST = 1.4;
  const SMALLEST = 0.6;
  let at = -1;

  // Type as large as the slide allows; what is too long at the smallest can be scrolled.
  const fit = () => {
    const slide = slides[at];
    for (let size = LARGEST; ; size -= 0.05) {
      slide.style.setProperty("--fit", size.toFixed(2));
      if (size <= SMALLEST || slide.scrollHeight <= slide.clientHeight) break;
    }
    slide.toggleAttribute("tabindex", false);
    if (slide.scrollHeight > slide.clientHeight) slide.setAttribute("tabindex", "0");
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
