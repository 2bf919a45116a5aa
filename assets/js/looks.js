// Before the first paint: how a person wants all pages to look, and how much room these then have, is written on the document, where the style sheets
// read it. A classic script, which the browser runs while it reads the head: a module would come too late. Modules reach it through lib/looks.js.
(() => {
  const KEY = "twistscope.looks";
  const CHOICES = { theme: ["system", "light", "dark"], size: ["usual", "large"] };
  // From 13 to 17 pixels.
  const ZOOM = { usual: 1, large: 1.3 };
  // In pixels of the page, of which there are fewer where they are larger. A media query counts those of the window.
  const WIDTHS = [1560, 1400, 1380, 1279, 1240, 1100, 940, 760];
  const HEIGHTS = [820, 680];
  const root = document.documentElement;

  /** Choices that were made, without those that no longer exist. */
  const kept = () => {
    let found = {};
    try {
      found = JSON.parse(localStorage.getItem(KEY) ?? "{}") ?? {};
    } catch {
      // Somebody else's text, or no storage at all: the usual does.
    }
    return Object.fromEntries(Object.entries(CHOICES).map(([name, known]) => [name, known.includes(found[name]) ? found[name] : known[0]]));
  };
  let looks = kept();

  const write = (name, text) => root.getAttribute(name) === text || root.setAttribute(name, text);

  const measure = () => {
    const zoom = ZOOM[looks.size];
    const upTo = (limits, pixels) => limits.filter((limit) => Math.floor(pixels / zoom) <= limit).join(" ");
    write("data-below", upTo(WIDTHS, innerWidth));
    write("data-low", upTo(HEIGHTS, innerHeight));
  };

  const show = () => {
    write("data-theme", looks.theme);
    write("data-size", looks.size);
    root.style.setProperty("--zoom", `${ZOOM[looks.size]}`);
    measure();
  };

  globalThis.twistscopeLooks = {
    choices: CHOICES,
    get now() { return looks; },
    choose(patch) {
      looks = { ...looks, ...patch };
      try {
        localStorage.setItem(KEY, JSON.stringify(looks));
      } catch {
        // A page without storage forgets.
      }
      show();
    },
  };
  show();
  addEventListener("resize", measure);
  // Paper is white.
  addEventListener("beforeprint", () => write("data-theme", "light"));
  addEventListener("afterprint", show);
  // Chosen in another window.
  addEventListener("storage", ({ key }) => {
    if (key !== KEY && key !== null) return;
    looks = kept();
    show();
  });
})();
