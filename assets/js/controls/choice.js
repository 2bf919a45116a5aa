// Lists to choose from: the browser's own elements, which Dash only lays out. A list shows the value in force, also one that it does not offer.

/**
 * Shows a value in a list. One that is none of the options joins them, in its place where they are numbers.
 * @param {HTMLSelectElement} list
 * @param {string | number} value
 */
export function showChoice(list, value) {
  const text = `${value}`;
  const added = list.querySelector("option[data-added]");
  const others = [...list.options].filter((option) => option !== added);
  if (others.some((option) => option.value === text)) added?.remove();
  else if (!(added instanceof HTMLOptionElement) || added.value !== text) {
    added?.remove();
    // In the words of the others, such as "4 /s".
    const [first] = others;
    const unit = first?.text.startsWith(first.value) ? first.text.slice(first.value.length) : "";
    const option = new Option(`${text}${unit}`, text);
    option.dataset.added = "";
    list.insertBefore(option, others.find((other) => Number(other.value) > Number(value)) ?? null);
  }
  list.value = text;
}

/** A list whose options may come after its value, and again later. */
export class Choice {
  /**
   * @param {HTMLSelectElement} list
   * @param {import("../lib/lifetime.js").Lifetime} lifetime
   */
  constructor(list, lifetime) {
    this.list = list;
    /** @type {string | number | null} */
    this.value = null;
    // Left alone, a browser shows the first option of a list that nobody has chosen from.
    list.selectedIndex = -1;
    const again = new MutationObserver(() => this.show(this.value));
    again.observe(list, { childList: true });
    lifetime.add(() => again.disconnect());
  }

  /** @param {string | number | null} value in force; null while none is known */
  show(value) {
    this.value = value;
    if (value === null) this.list.selectedIndex = -1;
    else showChoice(this.list, value);
  }
}

/**
 * Calls back with every choice that a person makes: the list and the value.
 * @param {(list: HTMLSelectElement, value: string) => void} chosen
 * @param {import("../lib/lifetime.js").Lifetime} lifetime
 */
export function followChoices(chosen, lifetime) {
  lifetime.listen(document, "change", ({ target }) => {
    if (target instanceof HTMLSelectElement) chosen(target, target.value);
  });
}
