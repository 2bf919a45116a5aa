// Finds what cannot be read: texts that are cut off, beyond their picture, or over one another, and bars without height. Texts on canvases are
// remembered while they are drawn.
{
  const drawn = new WeakMap();
  const { fillText, clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...more) {
    const { actualBoundingBoxLeft: left, actualBoundingBoxRight: right, actualBoundingBoxAscent: up, actualBoundingBoxDescent: down } = this.measureText(text);
    const [from, to] = [[x - left, y - up], [x + right, y + down]].map(([px, py]) => this.getTransform().transformPoint({ x: px, y: py }));
    if (this.globalAlpha > 0.2) drawn.set(this.canvas, [...(drawn.get(this.canvas) ?? []), { text, x0: from.x, y0: from.y, x1: to.x, y1: to.y }]);
    return fillText.call(this, text, x, y, ...more);
  };
  // Pictures clear all of a layer before they draw on it.
  CanvasRenderingContext2D.prototype.clearRect = function (...box) {
    drawn.delete(this.canvas);
    return clearRect.call(this, ...box);
  };

  /** Texts of both layers of a stage, in css pixels from its corner. */
  const textsOf = (stage) => [...stage.querySelectorAll("canvas")].flatMap((canvas) => {
    const ratio = canvas.width / canvas.clientWidth;
    return (drawn.get(canvas) ?? []).map(({ text, ...box }) => ({ text, ...Object.fromEntries(Object.entries(box).map(([side, value]) => [side, value / ratio])) }));
  });

  const overlap = (a, b) => Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0) > 2 && Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0) > 2;

  function onCanvases() {
    // A dialog over the page is looked at alone, and a hidden panel has no height.
    const within = document.querySelector("dialog:modal") ?? document;
    return [...within.querySelectorAll(".stage")].filter((stage) => stage.checkVisibility()).flatMap((stage) => {
      const texts = textsOf(stage);
      const { clientWidth: width, clientHeight: height } = stage;
      const beyond = texts.filter(({ x0, y0, x1, y1 }) => x0 < -1 || y0 < -1 || x1 > width + 1 || y1 > height + 1).map(({ text }) => `"${text}" leaves its picture`);
      const pairs = texts.flatMap((one, index) => texts.slice(index + 1).filter((other) => overlap(one, other)).map((other) => `"${one.text}" and "${other.text}" overlap`));
      return [...beyond, ...pairs, ...(height < 40 ? [`a picture is only ${height} high`] : [])];
    });
  }

  // A dialog or a drawer over the rest is looked at alone.
  const ROOTS = ["#top", "#lesson", "#drawer", "#microscope", "#all", "#banner", "#notice"];

  // These stay in sight while the page is scrolled under them.
  const OVER = ".microscope-foot, .film";

  function roots() {
    const dialog = document.querySelector("dialog:modal");
    if (dialog) return [dialog];
    if (document.body.hasAttribute("data-drawer")) return [document.querySelector("#drawer")];
    // One without a box of its own has children that have.
    const seen = (root) => root && (getComputedStyle(root).display === "contents" || root.checkVisibility({ visibilityProperty: true }));
    return ROOTS.map((name) => document.querySelector(name)).filter(seen);
  }

  /** Places of the texts of the document, with the boxes that cut them off. */
  const inDocument = () => roots().flatMap(within);

  /** @param {Element} root */
  function within(root) {
    const found = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const texts = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const { parentElement: parent } = node;
      if (!node.data.trim() || !parent?.checkVisibility() || parent.closest("title, option, .katex-mathml")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const { left: x0, top: y0, right: x1, bottom: y1 } of range.getClientRects()) {
        let scrolls = !!parent.closest(".particle-numbers");
        for (let around = parent; around && around !== document.body; around = around.parentElement) {
          const style = getComputedStyle(around);
          const box = around.getBoundingClientRect();
          // A text that can be scrolled to is not cut off.
          if (/auto|scroll/.test(style.overflowY)) {
            scrolls ||= y0 < box.top - 1 || y1 > box.bottom + 1;
            break;
          }
          if (style.overflowX === "hidden" && (x1 > box.right + 1 || x0 < box.left - 1)) found.push(`"${node.data}" is cut off at the side`);
          if (style.overflowY === "hidden" && (y1 > box.bottom + 1 || y0 < box.top - 1)) found.push(`"${node.data}" is cut off below`);
        }
        // A film strip is scrolled sideways.
        if (!parent.closest(".film-strip") && (x1 > innerWidth + 1 || x0 < -1)) found.push(`"${node.data}" leaves the window`);
        texts.push({ text: node.data, parent, over: parent.closest(OVER), scrolls: scrolls || !!parent.closest(".film-strip"), x0, y0, x1, y1 });
      }
    }
    const fixed = texts.filter(({ scrolls }) => !scrolls);
    fixed.forEach((one, index) => fixed.slice(index + 1).forEach((other) => {
      if (one.parent !== other.parent && one.over === other.over && overlap(one, other)) found.push(`"${one.text}" and "${other.text}" overlap`);
    }));
    return found;
  }

  /** The root decision keeps its height, and its bars theirs. */
  function inDecision() {
    const low = [...document.querySelectorAll("[data-bar]")].filter((bar) => bar.getBoundingClientRect().height < 2);
    const picture = document.querySelector(".decision-picture");
    if (!picture?.checkVisibility() || document.querySelector("dialog:modal")) return [];
    const { height } = picture.getBoundingClientRect();
    return [...(low.length ? ["bars vanish"] : []), ...(height < 100 ? [`the root decision is only ${height} high`] : [])];
  }

  /** The table of a particle is scrolled downwards, never sideways. */
  function inTable() {
    const { scrollWidth, clientWidth } = document.querySelector(".particle-numbers") ?? { scrollWidth: 0, clientWidth: 0 };
    return scrollWidth > clientWidth ? [`the table is ${scrollWidth} wide in ${clientWidth}`] : [];
  }

  // Marks of a time line may be many, and a legend lies over its picture.
  const FREE = ".timeline-track, .stage, .katex, [hidden], .what-if-row";

  /** The part of an element that is in sight: the rest may be scrolled away. @param {Element} element */
  function boxInSight(element) {
    let { left, right, top, bottom } = element.getBoundingClientRect();
    for (let around = element.parentElement; around && around !== document.body; around = around.parentElement) {
      if (!/auto|scroll/.test(getComputedStyle(around).overflowY)) continue;
      const box = around.getBoundingClientRect();
      [left, right, top, bottom] = [Math.max(left, box.left), Math.min(right, box.right), Math.max(top, box.top), Math.min(bottom, box.bottom)];
    }
    return { left, right, top, bottom };
  }

  /** Controls that lie over one another: their words may be legible all the same, or there may be none. */
  function inControls() {
    const nameOf = (control) => control.getAttribute("aria-label") || control.innerText || control.title || control.className;
    return roots().flatMap((root) => {
      const seen = [...root.querySelectorAll("button, select, input, a")].filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.closest(FREE));
      const boxes = seen.map((control) => ({ control, over: control.closest(`${OVER}, .panel`), box: boxInSight(control) }));
      return boxes.flatMap((one, index) => boxes.slice(index + 1).filter((other) => {
        const wide = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const high = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        return one.over === other.over && wide > 3 && high > 3 && !one.control.contains(other.control);
      }).map((other) => `the controls "${nameOf(one.control)}" and "${nameOf(other.control)}" overlap`));
    });
  }

  window.illegible = () => [...new Set([...onCanvases(), ...inDocument(), ...inDecision(), ...inTable(), ...inControls()])];
}
