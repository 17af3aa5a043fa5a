// The explorer of claims: filters, sorts and hands out the rows that its page shows anyway.
// Its state is the fragment of the address; a fragment without "=" is a place in the page.
"use strict";
(() => {
  const root = document.getElementById("explorer");
  if (!root) return;

  const AT_A_TIME = 200; // rows in the page; more are a click away
  const LISTED = ["report", "claim", "mark", "literature"]; // filters that a row has one value for
  const FILTERS = [...LISTED, "rung", "verdict", "text"];
  const NUMBERS = ["confidence", "reports"];
  const SEARCHED = ["report", "words", "claim", "claim_id"];
  const order = new Intl.Collator("en", { numeric: true });
  const part = (name) => document.getElementById(`explorer-${name}`);
  const folded = (text) => text.normalize("NFKC").toLowerCase();
  const counted = (number) => number.toLocaleString("en");

  const form = root.querySelector("form");
  const views = viewsOfThePage();
  let sort = "";
  let limit = AT_A_TIME;
  let typing = false; // whether the last change was a letter more or less in the search

  function viewsOfThePage() {
    const data = JSON.parse(part("data").textContent);
    return Object.fromEntries(
      Object.entries(data).map(([name, { columns, rows }]) => {
        const table = part(name);
        const body = table.tBodies[0];
        const nodes = [...body.rows];
        const searched = SEARCHED.map((each) => columns.indexOf(each)).filter((at) => at >= 0);
        const read = rows.map((row, at) => ({
          ...row,
          node: nodes[at],
          searched: folded(searched.map((column) => row.cells[column]).join("\n")),
        }));
        const heads = new Map([...table.tHead.rows[0].cells].map((one) => [one.dataset.column, one]));
        return [name, { table, body, columns, heads, rows: read, found: read }];
      }),
    );
  }

  // What is asked for

  function asked() {
    return Object.fromEntries(FILTERS.map((name) => [name, form.elements[name].value.trim()]));
  }

  function view() {
    return form.elements.view.value;
  }

  function passes(row, wanted, words) {
    return (
      LISTED.every((name) => !wanted[name] || row.is[name] === wanted[name]) &&
      ((!wanted.rung && !wanted.verdict) ||
        row.on.some(
          ([rung, verdict]) =>
            (!wanted.rung || rung === wanted.rung) && (!wanted.verdict || verdict === wanted.verdict),
        )) &&
      words.every((word) => row.searched.includes(word))
    );
  }

  // A claim is shown if it passes by itself, or if a row that prints it is shown.
  function choose() {
    const wanted = asked();
    const words = folded(wanted.text).split(/\s+/).filter(Boolean);
    const { printed, claims } = views;
    printed.found = printed.rows.filter((row) => passes(row, wanted, words));
    const shown = new Set(printed.found.map((row) => row.is.claim));
    claims.found = claims.rows.filter((row) => shown.has(row.is.claim) || passes(row, wanted, words));
    if (sort) views[view()].found = sorted(views[view()]);
  }

  function sorted({ columns, found }) {
    const column = sort.replace(/^-/, "");
    const at = columns.indexOf(column);
    const key = (row) => (at < 0 ? row.on.map((pair) => pair[1]).join(" ") : row.cells[at]);
    const compare = NUMBERS.includes(column) ? (one, other) => one - other : order.compare;
    const turned = sort.startsWith("-") ? -1 : 1;
    const keyed = found.map((row) => [key(row), row]);
    keyed.sort(([one], [other]) =>
      one === "" || other === "" ? (one === "") - (other === "") : turned * compare(one, other),
    );
    return keyed.map(([, row]) => row);
  }

  // What is shown

  function show() {
    choose();
    const current = view();
    for (const [name, { table, body, heads, found }] of Object.entries(views)) {
      table.hidden = name !== current || !found.length;
      body.replaceChildren(...found.slice(0, limit).map((row) => row.node));
      for (const [column, head] of heads) {
        if (name !== current || column !== sort.replace(/^-/, "")) head.removeAttribute("aria-sort");
        else head.setAttribute("aria-sort", sort.startsWith("-") ? "descending" : "ascending");
      }
    }
    const left = views[current].found.length - limit;
    part("more").hidden = left <= 0;
    part("more").textContent = `Show ${counted(Math.min(left, AT_A_TIME))} more`;
    part("nothing").hidden = views[current].found.length > 0;
    const { printed, claims } = views;
    part("status").textContent =
      `${counted(printed.found.length)} of ${counted(printed.rows.length)} rows, ` +
      `${claims.found.length} of ${claims.rows.length} claims` +
      (left > 0 ? `; the first ${counted(limit)} are shown` : "");
  }

  // The address

  function written() {
    const said = new URLSearchParams();
    if (view() !== "printed") said.set("view", view());
    for (const [name, value] of Object.entries(asked())) if (value) said.set(name, value);
    if (sort) said.set("sort", sort);
    return said.toString();
  }

  // Every step is one to go back to; what is typed in one go is one step.
  function remember(typed) {
    const fragment = written();
    if (fragment !== location.hash.slice(1)) {
      const address = fragment ? `#${fragment}` : location.pathname + location.search;
      if (typed && typing) history.replaceState(null, "", address);
      else history.pushState(null, "", address);
    }
    typing = typed;
  }

  function restore() {
    const fragment = location.hash.slice(1);
    if (fragment && !fragment.includes("=")) {
      show();
      goTo(fragment);
      return;
    }
    typing = false;
    limit = AT_A_TIME;
    const ignored = [];
    const seen = new Set();
    clear();
    for (const [name, value] of new URLSearchParams(fragment)) {
      const problem = seen.has(name) ? "given twice" : take(name, value);
      seen.add(name);
      if (problem) ignored.push(`${name}=${value} (${problem})`);
    }
    if (sort && !views[view()].heads.has(sort.replace(/^-/, ""))) {
      ignored.push(`sort=${sort} (no column of this table)`);
      sort = "";
    }
    part("ignored").hidden = !ignored.length;
    part("ignored").textContent = ignored.length ? `Ignored in the address: ${ignored.join(", ")}` : "";
    show();
  }

  // Takes one entry of the address over, or returns what is wrong with it.
  function take(name, value) {
    if (name === "sort") {
      sort = value;
      return "";
    }
    if (name !== "view" && !FILTERS.includes(name)) return "no such filter";
    const control = form.elements[name];
    const values = name === "view" ? [...control] : name === "text" ? null : [...control.options];
    if (values && !values.some((each) => each.value === value)) return `no such ${name}`;
    control.value = value;
    return "";
  }

  function clear() {
    form.reset();
    sort = "";
  }

  // Brings the row of that name into the page, if there is one, and the reader to it.
  function goTo(fragment) {
    let name = fragment;
    try {
      name = decodeURIComponent(fragment);
    } catch {
      return; // no name of a row
    }
    for (const [kind, { rows }] of Object.entries(views)) {
      const row = rows.find((each) => each.node.id === name);
      if (!row) continue;
      if (kind !== view() || !views[kind].found.includes(row)) {
        clear();
        form.elements.view.value = kind;
        choose();
      }
      limit = Math.max(limit, views[kind].found.indexOf(row) + 1);
      show();
      for (const each of rows) each.node.classList.toggle("sought", each === row);
      row.node.scrollIntoView({ block: "center", behavior: "instant" });
    }
  }

  // What the reader does

  function changed(typed) {
    limit = AT_A_TIME;
    part("ignored").hidden = true;
    if (sort && !views[view()].heads.has(sort.replace(/^-/, ""))) sort = "";
    show();
    remember(typed);
  }

  function cleared() {
    clear();
    changed(false);
  }

  function download() {
    const { columns, found } = views.printed;
    const line = (cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",");
    const text = [columns, ...found.map((row) => row.cells)].map((cells) => `${line(cells)}\n`).join("");
    const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = "claims-shown.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  for (const { heads } of Object.values(views)) {
    for (const [column, head] of heads) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      button.addEventListener("click", () => {
        sort = sort === column ? `-${column}` : sort === `-${column}` ? "" : column;
        changed(false);
      });
      head.replaceChildren(button);
    }
  }
  form.addEventListener("input", (event) => changed(event.target === form.elements.text));
  form.addEventListener("submit", (event) => event.preventDefault());
  part("clear").addEventListener("click", cleared);
  part("nothing").querySelector("button").addEventListener("click", () => {
    cleared();
    form.elements.text.focus();
  });
  part("more").addEventListener("click", () => {
    const next = views[view()].found[limit];
    limit += AT_A_TIME;
    show();
    next.node.querySelector("a").focus(); // the button may be gone
  });
  part("download").addEventListener("click", download);
  window.addEventListener("hashchange", restore);

  root.classList.add("live");
  form.hidden = false;
  part("status").hidden = false;
  restore();
  if (location.hash.includes("=") && window.scrollY === 0) root.scrollIntoView({ behavior: "instant" });
})();
