// What happens in the browser alone: choices, the burger, downloads of charts.
(function () {
  // A choice is a cookie; layouts are functions of it, so the page loads anew.
  // (A link loads its own page; what only hides something need not load any.)
  function choose(name, value, target) {
    const present = document.cookie.split("; ").find((each) => each.startsWith(name + "="));
    if (!value || present === name + "=" + value) return;
    document.cookie = name + "=" + value + "; path=/; max-age=31536000; SameSite=Lax";
    if (target && target.dataset.hides) document.getElementById(target.dataset.hides).hidden = true;
    else if (!target || !target.href) window.location.reload();
  }
  document.addEventListener("click", function (event) {
    const target = event.target.closest("[data-choice]");
    if (target) choose(target.dataset.choice, target.dataset.value, target);
  });
  document.addEventListener("change", function (event) {
    // Behind the dot stands where on the page: buttons of one name are one choice to a browser.
    const name = (event.target.name || "").split(".")[0];
    if (/^simlab_[a-z]+$/.test(name)) choose(name, event.target.value);
  });

  // A field of files hides behind its label, which keys reach and open as a click does.
  document.addEventListener("keydown", function (event) {
    if (!event.target.matches("label[tabindex]") || !["Enter", " "].includes(event.key)) return;
    event.preventDefault();
    event.target.querySelector("input").click();
  });
  // What is too large or of another kind never leaves the browser: the line that says so lights up.
  function judge(event) {
    const field = event.target.closest && event.target.closest("label[tabindex]");
    const files = event.target.files || (event.dataTransfer && event.dataTransfer.files);
    const limit = field && field.closest(".lab-card")?.querySelector(".lab-limit");
    if (!files || !limit) return;
    const kinds = (field.querySelector("input").accept || "").split(",");
    const refused = [...files].some((file) => file.size > Number(limit.dataset.most)
      || !kinds.some((kind) => file.name.toLowerCase().endsWith(kind)));
    limit.classList.toggle("lab-refused", refused);
    limit.role = refused ? "alert" : null;
  }
  document.addEventListener("change", judge, true);
  document.addEventListener("drop", judge, true);

  // A call that is not answered leaves the page as it stands, and the page says why. What one call
  // could not do stays said until that call succeeds, or the reader has read it.
  const troubles = new Map(), OFFLINE = "offline";
  function tell() {
    const place = document.getElementById("trouble");
    if (!place) return;
    document.getElementById("trouble-said").textContent = [...troubles.values()].pop() || "";
    place.hidden = troubles.size === 0;
  }
  document.addEventListener("click", function (event) {
    if (event.target.id === "trouble-close") { troubles.clear(); tell(); }
  });
  function said(what) { return document.getElementById("trouble").dataset[what]; }
  const ask = window.fetch.bind(window);
  async function askAgain(address, options) {
    // The cookie that proves where a call comes from is gone: any page brings a new one.
    await ask(window.location.href, { cache: "no-store" });
    const token = /(?:^|; )_csrf_token=([^;]*)/.exec(document.cookie);
    if (!token) return null;
    const headers = Object.assign({}, options.headers, { "X-CSRFToken": token[1] });
    return ask(address, Object.assign({}, options, { headers: headers }));
  }
  window.fetch = async function (address, options) {
    if (!String(address).includes("_dash-update-component")) return ask(address, options);
    const what = () => JSON.parse(options.body).output;
    let answer;
    try {
      answer = await ask(address, options);
      if (answer.status === 403) answer = await askAgain(address, options) || answer;
    } catch (error) {
      troubles.set(OFFLINE, said("offline"));
      tell();
      throw error;
    }
    troubles.delete(OFFLINE);
    if (troubles.size) troubles.delete(what());
    if (!answer.ok) {
      const plain = (answer.headers.get("Content-Type") || "").startsWith("text/plain");
      troubles.set(what(), plain ? await answer.clone().text() : said("failed"));
    }
    tell();
    return answer;
  };

  // Paper is light and narrower than a screen: charts are drawn anew for it, then as before.
  function redraw(layout) {
    document.querySelectorAll(".js-plotly-plot").forEach(
      (chart) => window.Plotly.relayout(chart, layout));
  }
  window.addEventListener("beforeprint", () => redraw({ autosize: false, width: 640 }));
  window.addEventListener("afterprint", () => redraw({ autosize: true, width: null }));

  function save(name, kind, content) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type: kind }));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  }
  function cell(value) {
    const said = value === null || value === undefined ? "" : String(value);
    return /[",\r\n]/.test(said) ? '"' + said.replaceAll('"', '""') + '"' : said;
  }
  // What numbers rest on goes with every row of them, since files are cut up and passed on.
  function table(chart) {
    const source = chart.source || {};
    const rests = Object.entries({ rests_on: (chart.rests_on || []).join("; "), code: source.code,
      data: source.data, seed: source.seed }).filter(([_name, value]) => value || value === 0);
    const names = [...new Set(chart.rows.flatMap(Object.keys))];
    const lines = [[...names, ...rests.map(([name]) => name)], ...chart.rows.map((row) =>
      [...names.map((name) => row[name]), ...rests.map(([_name, value]) => value)])];
    // The mark at the start tells spreadsheets that the letters are UTF-8.
    return "\ufeff" + lines.map((line) => line.map(cell).join(",") + "\r\n").join("");
  }
  function picture(id, name, stamp) {
    const holder = document.getElementById(id).querySelector(".js-plotly-plot");
    const page = getComputedStyle(document.documentElement).getPropertyValue("--lab-surface");
    const height = (holder.layout.height || 400) + 30;
    const margin = Object.assign({}, holder.layout.margin);
    margin.b = (margin.b || 0) + 30;
    const layout = Object.assign({}, holder.layout, { paper_bgcolor: page.trim(), margin: margin,
      title: { text: stamp || "", font: { size: 11 }, xref: "container", x: 0.01, xanchor: "left",
        yref: "container", y: 0.01, yanchor: "bottom" } });
    window.Plotly.downloadImage({ data: holder.data, layout: layout },
      { format: "png", width: 1000, height: height, scale: 2, filename: name });
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    simlab: {
      navigate: function (opened, _path, navbar) {
        const asked = window.dash_clientside.callback_context.triggered_id === "burger";
        const open = asked && opened;
        return [Object.assign({}, navbar, { collapsed: { mobile: !open } }), open];
      },
      grow_stale: function () { return "lab-sticky lab-stale"; },
      // The address says what is being tried, so that a page loaded again shows the same.
      keep_address: function (address) {
        if (address) window.history.replaceState(null, "", window.location.pathname + address);
        return window.dash_clientside.no_update;
      },
      // What is kept is where the browser is; `at` makes every press another one.
      here: function (clicks, said) {
        return clicks ? { path: window.location.pathname, search: window.location.search, said: said,
          at: Date.now() } : window.dash_clientside.no_update;
      },
      pin: function (_clicks) {
        const pressed = window.dash_clientside.callback_context.triggered[0];
        const asked = window.dash_clientside.callback_context.triggered_id;
        return pressed && pressed.value ? { path: window.location.pathname,
          search: window.location.search, card: asked.pin, at: Date.now() }
          : window.dash_clientside.no_update;
      },
      save_chart: function (_csv, _json, _png, chart) {
        const asked = window.dash_clientside.callback_context.triggered_id;
        if (asked && asked.save === "csv") save(chart.name + ".csv", "text/csv", table(chart));
        if (asked && asked.save === "json") {
          save(chart.name + ".json", "application/json", JSON.stringify(chart, null, 2));
        }
        if (asked && asked.save === "png") picture(asked.chart, chart.name, chart.stamp);
        return window.dash_clientside.no_update;
      }
    }
  });
})();
