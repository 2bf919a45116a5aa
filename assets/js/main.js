// The page begins: first a picture, then everything else.

import { firstPicture } from "./first.js";

firstPicture.then(() => import("./page.js")).catch((error) => {
  const banner = document.getElementById("banner");
  if (banner) banner.textContent = "The page could not be loaded. Load it again.";
  throw error;
});
