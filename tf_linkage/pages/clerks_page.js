"use strict";
// Opens a sheet with its key, shows one pair at a time, and saves decisions. Nothing is sent, stored or logged.
(() => {
  const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", NONCE = 12, IDLE = 15 * 60, LONGEST = 5 * 60;
  const by = (id) => document.getElementById(id);
  const name = document.body.dataset.name;
  const sealed = Uint8Array.from(atob(by("sealed").innerHTML.trim()), (c) => c.charCodeAt(0));
  const decided = new Map(), undone = [];
  let sheet = null, at = 0, shownAt = 0, pressedAt = 0, unsaved = 0;

  const say = (text) => { by("message").textContent = text; };
  const now = () => performance.now() / 1000;

  function keyOf(text) {
    const bytes = [];
    let held = 0, bits = 0;
    for (const letter of text.toUpperCase().replace(/[^A-Z2-7]/g, "")) {
      held = (held << 5) | LETTERS.indexOf(letter);
      bits += 5;
      if (bits >= 8) { bits -= 8; bytes.push((held >> bits) & 255); held &= (1 << bits) - 1; }
    }
    return new Uint8Array(bytes);
  }

  async function opened(text) {
    const bytes = keyOf(text);
    if (bytes.length !== 32) throw new Error("short");
    const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["decrypt"]);
    const how = { name: "AES-GCM", iv: sealed.slice(0, NONCE), additionalData: new TextEncoder().encode(name) };
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, key, sealed.slice(NONCE))));
  }

  // Decisions saved before: pair, decision, seconds. A file of another kind is refused as a whole.
  function taken(text) {
    const [head, ...rows] = text.replace(/^\uFEFF/, "").split(/\r?\n/).filter((line) => line.trim() !== "");
    if (head !== "pair,decision,seconds") return null;
    const known = new Set(sheet.pairs.map((one) => one.pair)), words = Object.values(sheet.words), found = [];
    for (const row of rows) {
      const [pair, word, seconds] = row.split(",");
      if (!known.has(Number(pair)) || !words.includes(word) || !(Number(seconds) >= 0)) return null;
      found.push([Number(pair), { word, seconds: Number(seconds) }]);
    }
    return found;
  }

  // Least share of the longer text that must agree for single letters to be marked; below it all of both is.
  const ALIKE = 0.6;

  // Which letters of each text have no counterpart in the other: the longest common subsequence is what agrees. Two
  // texts that share a letter by chance differ altogether, unless all of one is in the other, as a short name is.
  function differing(one, other) {
    const a = Array.from(one), b = Array.from(other);
    const best = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
    for (let i = a.length - 1; i >= 0; i--)
      for (let j = b.length - 1; j >= 0; j--)
        best[i][j] = a[i] === b[j] ? best[i + 1][j + 1] + 1 : Math.max(best[i + 1][j], best[i][j + 1]);
    const left = a.map(() => true), right = b.map(() => true);
    const common = best[0][0];
    if (common < ALIKE * Math.max(a.length, b.length) && common < Math.min(a.length, b.length))
      return [[a, left], [b, right]];
    for (let i = 0, j = 0; i < a.length && j < b.length;) {
      if (a[i] === b[j]) { left[i++] = false; right[j++] = false; }
      else if (best[i + 1][j] >= best[i][j + 1]) i++;
      else j++;
    }
    return [[a, left], [b, right]];
  }

  function cell(value, marks) {
    const box = document.createElement("td");
    if (value === null) { box.textContent = "not known"; box.className = "unknown"; return box; }
    if (!marks) { box.textContent = value; return box; }
    const [letters, differ] = marks;
    for (let i = 0; i < letters.length;) {
      let end = i;
      while (end < letters.length && differ[end] === differ[i]) end++;
      const part = document.createElement(differ[i] ? "mark" : "span");
      part.textContent = letters.slice(i, end).join("");
      box.append(part);
      i = end;
    }
    return box;
  }

  function listed(title, lines) {
    const box = document.createElement("div"), head = document.createElement("h2"), list = document.createElement("ul");
    head.textContent = title;
    for (const line of lines) list.append(Object.assign(document.createElement("li"), { textContent: line }));
    box.append(head, lines.length ? list : Object.assign(document.createElement("p"), { textContent: "nobody" }));
    return box;
  }

  function left() {
    const times = [...decided.values()].map((one) => one.seconds).sort((a, b) => a - b);
    const open = sheet.pairs.length - decided.size;
    if (times.length < 3 || !open) return "";
    const minutes = Math.max(1, Math.round((open * times[times.length >> 1]) / 60));
    return `; about ${minutes} minute${minutes > 1 ? "s" : ""} still`;
  }

  function show() {
    const pair = sheet.pairs[at], decision = decided.get(pair.pair);
    by("place").textContent =
      `Pair ${at + 1} of ${sheet.pairs.length}: ${decided.size} decided, ${sheet.pairs.length - decided.size} open${left()}`;
    by("progress").value = decided.size;
    by("fields").replaceChildren(...sheet.fields.map((field, i) => {
      const row = document.createElement("tr"), head = document.createElement("th");
      const both = pair.left[i] !== null && pair.right[i] !== null;
      const [one, other] = both ? differing(pair.left[i], pair.right[i]) : [null, null];
      head.scope = "row";
      head.textContent = field.replaceAll("_", " ");
      row.append(head, cell(pair.left[i], one), cell(pair.right[i], other));
      return row;
    }));
    by("said").hidden = !pair.earlier.length;
    by("said").textContent = pair.earlier.length ? `Two reviewers differ: ${pair.earlier.join(" and ")}.` : "";
    by("homes").hidden = !pair.homes[0].length && !pair.homes[1].length;
    by("homes").replaceChildren(listed("Also asked about at that address", pair.homes[0]),
      listed("Also at the candidate's address", pair.homes[1]));
    for (const button of by("decide").children) {
      const chosen = Boolean(decision) && decision.word === button.dataset.word;
      button.classList.toggle("chosen", chosen);
      button.setAttribute("aria-pressed", String(chosen));
    }
    by("undo").disabled = !undone.length;
    by("back").disabled = at === 0;
    by("forward").disabled = at === sheet.pairs.length - 1;
    shownAt = now();
  }

  function go(to) {
    at = Math.min(Math.max(to, 0), sheet.pairs.length - 1);
    show();
  }

  function nextOpen() {
    const order = [...sheet.pairs.keys()];
    return [...order.slice(at + 1), ...order.slice(0, at)].find((i) => !decided.has(sheet.pairs[i].pair));
  }

  function decide(word) {
    const pair = sheet.pairs[at].pair, before = decided.get(pair);
    const seconds = Math.min(LONGEST, now() - shownAt) + (before ? before.seconds : 0);
    undone.push([at, before]);
    decided.set(pair, { word, seconds: Math.round(seconds * 10) / 10 });
    unsaved++;
    const next = nextOpen();
    if (next === undefined) { show(); say("Every pair is decided. Save the decisions (S)."); return; }
    say("");
    go(next);
  }

  function undo() {
    if (!undone.length) return;
    const [where, before] = undone.pop(), pair = sheet.pairs[where].pair;
    if (before) decided.set(pair, before); else decided.delete(pair);
    unsaved++;
    say("");
    go(where);
  }

  function save() {
    const rows = sheet.pairs.filter((one) => decided.has(one.pair)).map((one) => {
      const { word, seconds } = decided.get(one.pair);
      return `${one.pair},${word},${seconds}`;
    });
    const text = `${["pair,decision,seconds", ...rows].join("\r\n")}\r\n`;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    link.download = `${name}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    unsaved = 0;
    const open = sheet.pairs.length - decided.size;
    say(`Saved ${rows.length} decisions as ${name}.csv${open ? `; ${open} pairs are still open` : ""}.`);
  }

  function close(why) {
    sheet = null;
    for (const id of ["fields", "homes", "said", "place"]) by(id).replaceChildren();
    by("opened").hidden = true;
    by("locked").hidden = false;
    by("earlier").value = "";
    say(why);
    by("key").focus();
  }

  by("open").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      sheet = await opened(by("key").value);
    } catch {
      say(window.crypto && crypto.subtle ? "That is not the key of this sheet." :
        "This browser does not decrypt pages that are opened from the disk; use another.");
      return;
    }
    by("key").value = "";
    const file = by("earlier").files[0], earlier = file ? taken(await file.text()) : [];
    if (!earlier) { close("The decisions in that file are not of this sheet."); return; }
    for (const [pair, decision] of earlier) decided.set(pair, decision);
    by("decide").replaceChildren(...Object.entries(sheet.words).map(([letter, word]) => {
      const button = document.createElement("button"), hint = document.createElement("kbd");
      hint.textContent = letter.toUpperCase();
      button.dataset.word = word;
      button.append(`${word[0].toUpperCase()}${word.slice(1)} `, hint);
      button.addEventListener("click", () => decide(word));
      return button;
    }));
    by("locked").hidden = true;
    by("opened").hidden = false;
    by("opened").focus();
    pressedAt = now();
    say("");
    const first = sheet.pairs.findIndex((one) => !decided.has(one.pair));
    go(first < 0 ? 0 : first);
  });

  by("undo").addEventListener("click", undo);
  by("back").addEventListener("click", () => go(at - 1));
  by("forward").addEventListener("click", () => go(at + 1));
  by("save").addEventListener("click", save);
  by("close").addEventListener("click", () => close("The sheet is closed; your decisions are kept in this window."));

  document.addEventListener("keydown", (event) => {
    pressedAt = now();
    if (!sheet || event.ctrlKey || event.metaKey || event.altKey || event.target.tagName === "INPUT") return;
    const word = sheet.words[event.key.toLowerCase()];
    const does = { z: undo, Backspace: undo, ArrowLeft: () => go(at - 1), ArrowRight: () => go(at + 1), s: save,
      c: () => by("close").click() };
    const act = word ? () => decide(word) : does[event.key] || does[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
  document.addEventListener("visibilitychange", () => { shownAt = now(); });
  window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
  setInterval(() => { if (sheet && now() - pressedAt > IDLE) close("Closed after a quarter of an hour."); }, 5000);
})();
