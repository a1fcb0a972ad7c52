// The time machine in the page: the server's clock, the phone's clock, and the window. The page ticks and paints. The
// kernel gets one message for each finished change, and no message for a tick. The kernel's clock runs by itself.

const LEAPS = [
  ["−1 h", -3600, "Set the server's clock back by an hour"],
  ["−1 s", -1, "Set the server's clock back by a second"],
  ["+1 s", 1, "Advance the server's clock by a second"],
  ["+30 s", 30, "Advance the server's clock by 30 seconds"],
  ["+1 day", 86400, "Advance the server's clock by a day"],
  ["+30 days", 30 * 86400, "Advance the server's clock by 30 days"],
];
const MOST_AHEAD = 365 * 86400;

/** Return how far the phone is ahead when the server's clock says `server`, in whole seconds, as `DriftingClock` does. */
export const aheadAt = ({ ahead, ppm, since }, server) => ahead + Math.floor((ppm * (server - since)) / 1e6);

/** Return what to show at a moment (whole seconds): the steps around the server's step, and the phone's position. */
export function stripAt(server, phone, { period, window, reach }) {
  const current = Math.floor(server / period);
  const cells = [];
  for (let step = Math.max(0, current - reach); step <= current + reach; step++) {
    const offset = step - current;
    cells.push({ step, offset, beginsAt: step * period, inWindow: Math.abs(offset) <= window });
  }
  const offset = Math.floor(phone / period) - current;
  return { server, phone, cells, offset, outside: secondsOutside(offset, server, { period, window }) };
}

/** Return how many seconds the step is from the nearest moment at which the window contains the step. */
function secondsOutside(offset, server, { period, window }) {
  const into = server % period;
  if (offset < -window) return (offset + window + 1) * period - 1 - into;
  if (offset > window) return (offset - window) * period - into;
  return 0;
}

const plain = (number) => (number ? `${number < 0 ? "−" : "+"}${Math.abs(number)}` : "0");
const thinly = (number) => number.toLocaleString("en").replaceAll(",", " ");
const many = (count, word) => `${thinly(count)} ${word}${count === 1 ? "" : "s"}`;
const apart = (ahead) => (ahead ? `${many(Math.abs(ahead), "second")} ${ahead < 0 ? "behind" : "ahead"}` : "correct");
const day = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);

const verdictOf = ({ offset, outside }) =>
  outside
    ? `✕ The phone's code is outside the window: ${many(Math.abs(outside), "second")} too ${outside < 0 ? "late" : "early"}.`
    : `✓ The phone's code is inside the window: step ${plain(offset)}.`;

/** Return the strip in words, for people who cannot see the strip. */
function wordsFor({ server, phone, cells }, codes, ahead) {
  const inside = cells.filter((cell) => cell.inWindow);
  const steps = inside.map(({ step, offset, beginsAt }) => {
    const code = codes.has(step) ? `, ${grouped(codes.get(step))}` : "";
    return `step ${plain(offset)}, from ${clockFace(beginsAt)}${code}`;
  });
  return (
    `The server's clock says ${clockFace(server)}. Its window holds ${many(inside.length, "step")}: ${steps.join("; ")}. ` +
    `The phone's clock says ${clockFace(phone)}, ${apart(ahead)}.`
  );
}

const FACE = `
  <h3 class="mfa-side">The time machine</h3>
  <div class="mfa-clocks">
    <p class="mfa-of-server">Server's clock<b data-server></b><span data-step></span></p>
    <p class="mfa-of-phone">Phone's clock<b data-phone></b><span data-ahead></span></p>
  </div>
  <div class="mfa-strip" role="img">
    <div class="mfa-lane">
      <p class="mfa-mark mfa-of-server"><span>server</span></p>
      <p class="mfa-mark mfa-of-phone"><span>phone</span></p>
      <p class="mfa-gap"><span></span></p>
    </div>
    <div class="mfa-cells"></div>
    <p class="mfa-bracket"><span></span></p>
  </div>
  <p class="mfa-verdict"></p>
  <div class="mfa-back" hidden>
    <p></p>
    <p class="mfa-buttons">
      <button type="button" class="mfa-button" data-do="right">Set it correctly</button>
      <button type="button" class="mfa-button" data-do="trust">It is correct now: trust it</button>
    </p>
  </div>
  <fieldset class="mfa-steered">
    <legend>The server's clock</legend>
    <p class="mfa-buttons">
      <button type="button" class="mfa-button mfa-play" data-do="play">Play</button>
      <label>Speed <select><option value="1">as usual</option><option value="5">5 times</option>
        <option value="30">30 times</option></select></label>
      <span class="mfa-leaps"><button type="button" class="mfa-button" data-do="boundary">To the next step</button></span>
    </p>
  </fieldset>
  <p class="mfa-hint mfa-real" hidden>The server uses the real clock, which cannot be moved here. The phone's
    clock can be set wrong.</p>
  <fieldset>
    <legend>The phone's clock</legend>
    <div class="mfa-dial"><label for="ID-ahead">Ahead of the server's clock, in seconds <small>(below 0: behind)</small></label>
      <input type="range" id="ID-ahead" min="-120" max="120" step="1" data-is="ahead">
      <input type="number" min="-${MOST_AHEAD}" max="${MOST_AHEAD}" step="1" data-is="ahead"
        aria-label="Seconds ahead, as a number">
    </div>
    <div class="mfa-dial"><label for="ID-ppm">Too fast by, in parts per million <small data-daily></small></label>
      <input type="range" id="ID-ppm" min="-200" max="200" step="1" data-is="ppm">
      <input type="number" min="-10000" max="10000" step="1" data-is="ppm"
        aria-label="Parts per million, as a number">
    </div>
    <p class="mfa-buttons"><button type="button" class="mfa-button" data-do="reset">Set the phone correctly</button></p>
  </fieldset>
  <p class="mfa-hint mfa-note"></p>
  <p class="mfa-unseen" role="status" aria-live="polite"></p>`;

const CELL = `<p class="mfa-cell"><time></time><span class="mfa-offset"></span><b></b></p>`;

let made = 0;

function render({ model, el }) {
  const me = `${Date.now()}-${Math.random()}`; // two views of one machine use this id to recognise their own answers
  const id = `mfa-machine-${made++}`;
  el.classList.add("mfa", "mfa-panel", "mfa-machine");
  el.innerHTML = FACE.replaceAll("ID", id);
  for (const control of el.querySelectorAll("input[type=range], select")) {
    control.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab's arrow keys go from cell to cell
  }
  const find = (selector) => el.querySelector(selector);
  const inputs = (name) => el.querySelectorAll(`input[data-is=${name}]`);
  const write = (selector, text) => {
    const at = typeof selector === "string" ? find(selector) : selector;
    if (at.textContent !== text) at.textContent = text;
  };
  find(".mfa-leaps").prepend(
    ...LEAPS.map(([text, seconds, name]) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "mfa-button", textContent: text, title: name });
      button.dataset.leap = seconds;
      return button;
    }),
  );

  const hasCrypto = Boolean(globalThis.crypto?.subtle);
  const codes = new Map(); // the codes of this account, by step
  let told = null; // the kernel's last state, with the changes in this page since then
  let clock = () => 0; // the server's clock, which runs in the page
  let unanswered = 0;
  let typing = null; // the input that is being changed
  let timer = null;

  const server = () => Math.floor(clock());
  const speed = () => told.speed;
  const setClock = (seconds, pace = speed()) => {
    told.speed = pace;
    clock = runningFrom(seconds, pace);
  };

  // Send one message for each finished change. The kernel answers with its own state.
  const settle = (change) => {
    unanswered++;
    model.send({ settle: change, from: me });
    write("[role=status]", summary()); // not at each tick: a screen reader would talk all the time
  };

  const now = () => {
    const at = server();
    return stripAt(at, Math.max(0, at + aheadAt(told, at)), told);
  };
  const summary = () => {
    const strip = now();
    return `Server ${clockFace(strip.server)}, phone ${apart(strip.phone - strip.server)}. ${verdictOf(strip)}`;
  };

  function paint() {
    if (!told) return;
    const strip = now();
    const wanted = [...strip.cells.map(({ step }) => step), Math.floor(strip.phone / told.period)];
    const missing = told.account && hasCrypto ? wanted.filter((step) => !codes.has(step)) : [];
    if (missing.length) {
      fetchCodes(missing, told.account).then(paint); // paint only when all codes are there
      return;
    }
    paintClocks(strip);
    paintStrip(strip);
    paintDials(strip);
    const detail = { of: told.of, server: clock(), phone: clock() + strip.phone - strip.server, speed: speed() };
    document.dispatchEvent(new CustomEvent("mfa-time", { detail }));
  }

  async function fetchCodes(missing, account) {
    const found = await Promise.all(missing.map((step) => codeOf(account, step)));
    if (account.secret !== told.account?.secret) return;
    if (codes.size > 500) codes.clear();
    missing.forEach((step, index) => codes.set(step, found[index]));
  }

  function paintClocks(strip) {
    const phoneStep = Math.floor(strip.phone / told.period);
    write("[data-server]", clockFace(strip.server));
    write("[data-step]", `${day(strip.server)} UTC · step ${thinly(Math.floor(strip.server / told.period))}`);
    write("[data-phone]", clockFace(strip.phone));
    const shows = codes.has(phoneStep) ? ` · shows ${grouped(codes.get(phoneStep))}` : "";
    write("[data-ahead]", `${apart(strip.phone - strip.server)}${shows}`);
    write(".mfa-verdict", verdictOf(strip));
    find(".mfa-verdict").classList.toggle("mfa-outside", strip.outside !== 0);
  }

  function paintStrip(strip) {
    const { cells } = strip;
    const box = find(".mfa-cells");
    if (box.childElementCount !== cells.length) box.innerHTML = CELL.repeat(cells.length);
    cells.forEach((cell, index) => {
      const [at, shown] = [box.children[index], strip.offset === cell.offset];
      const place = shown ? (strip.outside ? "mfa-refused" : "mfa-shown") : "";
      const look = `mfa-cell ${cell.inWindow ? "mfa-inside" : ""} ${place}`;
      if (at.className !== look) at.className = look;
      write(at.children[0], clockFace(cell.beginsAt));
      write(at.children[1], `step ${plain(cell.offset)}`);
      write(at.children[2], codes.has(cell.step) ? grouped(codes.get(cell.step)) : "");
    });
    const [first, length] = [cells[0].beginsAt, cells.length * told.period];
    const place = (seconds) => (seconds - first) / length;
    const marks = [place(strip.server), Math.min(1, Math.max(0, place(strip.phone)))];
    const inside = cells.filter((cell) => cell.inWindow);
    const root = find(".mfa-strip");
    root.style.setProperty("--server", marks[0]);
    root.style.setProperty("--phone", marks[1]);
    root.style.setProperty("--cells", cells.length);
    root.style.setProperty("--from", place(inside[0].beginsAt));
    root.style.setProperty("--to", place(inside.at(-1).beginsAt + told.period));
    root.classList.toggle("mfa-phone-first", strip.phone < strip.server);
    root.classList.toggle("mfa-close", Math.abs(marks[0] - marks[1]) < 0.1);
    write(".mfa-lane .mfa-of-phone span", place(strip.phone) < 0 ? "‹ phone" : place(strip.phone) > 1 ? "phone ›" : "phone");
    write(".mfa-gap span", signed(strip.phone - strip.server));
    write(".mfa-bracket span", `the window: ${many(inside.length, "step")}, ${inside.length * told.period} s`);
    root.setAttribute("aria-label", wordsFor(strip, codes, strip.phone - strip.server));
  }

  function paintDials(strip) {
    const values = { ahead: strip.phone - strip.server, ppm: told.ppm };
    for (const [name, value] of Object.entries(values)) {
      for (const input of inputs(name)) {
        if (input !== typing && input.value !== String(value)) input.value = value;
      }
    }
    write("[data-daily]", `(${plain(Math.round(told.ppm * 0.864) / 10)} s a day)`);
    write("[data-do=play]", speed() ? "Pause" : "Play");
  }

  // Tick: the next paint comes with the next second of the server's clock.
  function tick() {
    clearTimeout(timer);
    paint();
    if (speed()) timer = setTimeout(tick, Math.max(8, ((1 - (clock() % 1)) / speed()) * 1000));
  }

  function hear(state) {
    if (state.from === me) unanswered--;
    if (!told || told.account?.secret !== state.account?.secret) codes.clear();
    const newer = unanswered > 0; // the kernel has not yet answered a newer change, so the page keeps what it shows
    const { ahead, ppm, since, speed: pace } = told ?? state;
    told = { ...state, ...(newer || typing ? { ahead, ppm, since } : {}), ...(newer ? { speed: pace } : {}) };
    if (!newer) setClock(state.server, state.speed);
    find(".mfa-steered").hidden = state.real;
    find(".mfa-real").hidden = !state.real;
    const missing = state.account && !hasCrypto ? NO_CRYPTO : "";
    write(".mfa-note", [state.said || state.note, missing].filter(Boolean).join(" "));
    write(".mfa-back p", state.back);
    find(".mfa-back").hidden = !state.back;
    if (state.back || state.said) write("[role=status]", state.said || state.back);
    tick();
  }

  // A change of the phone's clock takes effect at this moment.
  const turn = (input) => {
    const [low, high] = [Number(input.min), Number(input.max)];
    if (input.value === "" || !Number.isFinite(Number(input.value))) return false;
    const value = Math.min(high, Math.max(low, Math.round(Number(input.value))));
    const since = server();
    Object.assign(told, { ahead: aheadAt(told, since), since, [input.dataset.is]: value });
    return true;
  };
  const settlePhone = () => {
    typing = null;
    settle({ ahead: told.ahead, ppm: told.ppm });
    paint();
  };

  el.addEventListener("input", ({ target }) => {
    if (!told || !target.dataset?.is) return;
    typing = target;
    if (turn(target)) paint();
  });
  el.addEventListener("change", ({ target }) => {
    if (typing === target) settlePhone();
    if (target.matches("select") && speed()) settle({ speed: Number(target.value) });
  });
  el.addEventListener("keydown", ({ key, target }) => {
    if (key === "Enter" && typing === target) settlePhone();
  });

  const moveTo = (seconds) => {
    setClock(Math.max(0, seconds));
    settle({ server: server() });
    tick();
  };
  const deeds = {
    play() {
      if (!speed()) return settle({ speed: Number(find("select").value) }); // the page's clock waits for the kernel's
      setClock(server(), 0);
      settle({ server: server(), speed: 0 });
      tick();
    },
    boundary: () => moveTo((Math.floor(server() / told.period) + 1) * told.period),
    reset() {
      Object.assign(told, { ahead: 0, since: server() });
      settlePhone();
    },
    right: () => moveTo(told.latest),
    trust: () => settle({ trust: true }),
  };
  el.addEventListener("click", ({ target }) => {
    if (!told) return;
    if (target.dataset?.leap) moveTo(server() + Number(target.dataset.leap));
    deeds[target.dataset?.do]?.();
  });
  const onShown = () => document.visibilityState === "visible" && model.send({ ready: true });

  model.on("msg:custom", hear);
  document.addEventListener("visibilitychange", onShown); // a computer that slept may have lost time
  model.send({ ready: true });
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", onShown);
    model.off("msg:custom", hear);
  };
}

const NO_CRYPTO = "This page has no WebCrypto (it needs https or localhost): the strip shows no codes.";

export default { render };
