// The button of the top bar that tells how long this session has been recorded.

/** The text of the button; pure. */
export const recordLabel = (recording) => (recording && !recording.ended ? `● ${recording.frames}` : "record");

/**
 * Writes the state of this session's recording.
 * @param {any} recording as the server says it
 */
export function writeRecordButtons(recording) {
  const label = recordLabel(recording);
  for (const button of document.querySelectorAll(".record-open")) {
    if (button.textContent !== label) button.textContent = label;
    button.toggleAttribute("data-live", !!recording && !recording.ended);
  }
}
