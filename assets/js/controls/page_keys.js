// Keys of the page around the microscope, by the names of its actions.

/** @type {import("../lib/keyboard.js").Binding[]} */
export const PAGE_KEYS = [
  { keys: [" "], show: "space", does: "play", text: "play or pause; in slow motion one step further" },
  { keys: ["shift ArrowLeft"], show: "shift ←", does: "back", text: "one environment step back" },
  { keys: ["shift ArrowRight"], show: "shift →", does: "forward", text: "one environment step forward" },
  { keys: ["shift Home"], show: "shift home", does: "first", text: "first moment of the episode" },
  { keys: ["shift End"], show: "shift end", does: "last", text: "last visited moment" },
  { keys: ["t"], show: "t", does: "take", text: "take the root action that is selected, in place of the planner's" },
  { keys: ["l"], show: "l", does: "share", text: "a link to this moment" },
  { keys: ["r"], show: "r", does: "recordings", text: "record, and replay recordings" },
  { keys: ["c"], show: "c", does: "race", text: "a race: several planners on this moment at one budget" },
  { keys: ["ctrl k"], show: "ctrl k", does: "find", text: "find a checkpoint, a knob, an action … by its name" },
  { keys: ["v"], show: "v", does: "view", text: "the view: theme, size, panels" },
  // Heard by the lesson itself, while one is open (lessons/panel.js).
  { keys: [], show: "page down, page up", does: "lesson", text: "in a lesson: the next step, the step before" },
  { keys: ["?"], show: "?", does: "help", text: "this help" },
];
