// The gutter of the genealogy: a row for each root action, with how many particles of the level looked at descend from it. A click singles one out.

import { fitting, label } from "./pen.js";
import { showsAction } from "../frame/marks.js";
import { actionColour, actionGlyph } from "../lib/palette.js";

/** Rows of the gutter: root action, how many particles (or simulations) of the level descend from it. */
export function legendRows({ actions, root_counts }, level) {
  return actions.map((name, action) => ({ name, action, count: root_counts[level * actions.length + action] }));
}

// Above the rows stands which level their counts are of.
const LEGEND = { x: 4, head: 11, top: 28, row: 30, compact: 15, name: 14 };

/** Which root actions have a row, and where: the first that fit; of continuous ones evenly some, since their colours lie between. */
export function legendLayout({ actions: { length: actions }, continuous }, bottom) {
  const row = (actions - 1) * LEGEND.row + LEGEND.top + 14 <= bottom ? LEGEND.row : LEGEND.compact;
  const room = Math.max(Math.min(actions, Math.floor((bottom - LEGEND.top) / row) + 1), 1);
  const every = continuous && room > 1 ? (actions - 1) / (room - 1) : 1;
  return { row, y: (index) => LEGEND.top + index * row, shown: Array.from({ length: room }, (_, index) => Math.round(index * every)) };
}

/** The rows as they are drawn: where not all actions have one, the last one says how many `others` there are. */
export function legendPlaces(frame, bottom) {
  const layout = legendLayout(frame, bottom);
  const others = frame.continuous ? 0 : frame.actions.length - layout.shown.length;
  if (!others || layout.shown.length < 2) return { ...layout, others: 0 };
  return { ...layout, shown: layout.shown.slice(0, -1), others: others + 1 };
}

/** Room for the names, and true where counts are on the same lines; where names would be cut, low rows go without counts. */
function roomOf(context, { axis, bottom }, frame, theme) {
  const { shown, row } = legendPlaces(frame, bottom);
  context.font = theme.font;
  const room = axis.left - 8 - LEGEND.x - LEGEND.name;
  if (row !== LEGEND.compact) return { room, beside: false };
  const less = room - context.measureText(`${frame.total}`).width - 6;
  const longest = Math.max(...shown.map((action) => context.measureText(frame.values[action] ?? frame.actions[action]).width));
  return longest > less && longest <= room ? { room, beside: false } : { room: less, beside: true };
}

export function drawNames(context, { axis, bottom }, frame, view, theme) {
  const { shown, others, y } = legendPlaces(frame, bottom);
  const { room } = roomOf(context, { axis, bottom }, frame, theme);
  shown.forEach((action, index) => {
    context.globalAlpha = (view.action === null || view.action === action) && showsAction(view, action) ? 1 : 0.35;
    label(context, actionGlyph(frame, action), LEGEND.x, y(index), { colour: actionColour(theme, frame, action), font: theme.font });
    // Of a continuous action the value alone where the dimension does not fit too: that can be read elsewhere.
    const name = fitting(context, [frame.actions[action], frame.values[action]], room);
    label(context, name, LEGEND.x + LEGEND.name, y(index), { colour: theme.ink, font: theme.font });
  });
  context.globalAlpha = 1;
  if (others) label(context, fitting(context, [`… ${others} others`, `… ${others}`], room), LEGEND.x + LEGEND.name, y(shown.length), { colour: theme.muted, font: theme.font });
}

export function drawCounts(context, { axis, bottom }, frame, view, theme) {
  const { shown, row, y } = legendPlaces(frame, bottom);
  const counts = legendRows(frame, view.level);
  const { beside } = roomOf(context, { axis, bottom }, frame, theme);
  label(context, fitting(context, [`from each at level ${view.level}`, `at level ${view.level}`, `level ${view.level}`], axis.left - 12), LEGEND.x, LEGEND.head, { colour: theme.muted, font: theme.font });
  shown.forEach((action, index) => {
    const { count } = counts[action];
    const hidden = !showsAction(view, action);
    const share = hidden ? "hidden" : axis.narrow ? `${count}` : `${count} of ${frame.total}`;
    if (row === LEGEND.row) label(context, share, LEGEND.x + LEGEND.name, y(index) + 13, { colour: theme.muted, font: theme.font });
    else if (beside) label(context, hidden ? "–" : `${count}`, axis.left - 8, y(index), { colour: theme.muted, font: theme.font, align: "right" });
  });
}

/** The root action whose row is at a point of the gutter, or null. */
export function pickName({ axis, bottom }, frame, x, y) {
  if (frame.over || x >= axis.left - 16) return null;
  const { row, shown } = legendPlaces(frame, bottom);
  const action = shown[Math.floor((y - LEGEND.top + LEGEND.head) / row)];
  return action === undefined ? null : { action };
}
