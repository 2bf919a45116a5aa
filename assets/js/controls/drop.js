// Files that are dropped anywhere on the page.

/**
 * @param {(file: File) => void} take
 * @param {import("../lib/lifetime.js").Lifetime} lifetime
 */
export function followDrops(take, lifetime) {
  const hasFile = ({ dataTransfer }) => !!dataTransfer && [...dataTransfer.types].includes("Files");
  // Without this the browser would leave the page for the file.
  lifetime.listen(document, "dragover", (event) => hasFile(event) && event.preventDefault());
  lifetime.listen(document, "drop", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (file) take(file);
  });
}
