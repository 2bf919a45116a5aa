// Elements without markup: what they say is text, whoever wrote it.

export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** An element around others. */
export function around(tag, className, ...children) {
  const made = element(tag, className);
  made.append(...children);
  return made;
}

export function svg(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function svgText(attributes, text) {
  const made = svg("text", attributes);
  made.textContent = text;
  return made;
}
